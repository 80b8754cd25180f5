/* The forms of names that we hand to others: mail addresses, host names, phone numbers. */
#include "base/text.h"

#include "base/bytes.h"

static bool is_alphanumeric(char byte)
{
    return byte_is_digit(byte) || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* RFC 5322 s3.2.3 atext. */
static bool is_atext(char byte)
{
    return is_alphanumeric(byte) ||
           (byte != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", byte) != NULL);
}

static bool is_label(struct slice label)
{
    if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alphanumeric(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return true;
}

bool text_is_domain(struct slice text)
{
    struct slice rest = text, label = {0};
    unsigned labels = 0;
    if (text.len == 0 || text.len > 253)
        return false;
    for (; slice_next_field(&rest, '.', &label); labels++)
        if (!is_label(label))
            return false;
    bool has_letter = false;
    for (size_t i = 0; i < label.len; i++)
        has_letter = has_letter || !byte_is_digit(label.ptr[i]);
    return labels >= 2 && has_letter;
}

/* RFC 5322 s3.2.3 dot-atom. */
static bool is_local_part(struct slice text)
{
    struct slice atom = {0};
    if (text.len == 0 || text.len > 64)
        return false;
    while (slice_next_field(&text, '.', &atom)) {
        if (atom.len == 0)
            return false;
        for (size_t i = 0; i < atom.len; i++)
            if (!is_atext(atom.ptr[i]))
                return false;
    }
    return true;
}

bool text_is_mailbox(struct slice text)
{
    ptrdiff_t at = slice_find_byte(text, '@');
    if (at < 0 || text.len > 254)
        return false;
    return is_local_part(slice_until(text, (size_t)at)) &&
           text_is_domain(slice_from(text, (size_t)at + 1));
}

bool text_is_e164(struct slice text)
{
    if (text.len < 9 || text.len > 16 || text.ptr[0] != '+' || text.ptr[1] == '0')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!byte_is_digit(text.ptr[i]))
            return false;
    return true;
}
