#include "ingest/lmtp-path.h"

#include "base/text.h"

/* Visible, and nothing that could end a header field or a path. A quoted left side may hold
 * spaces. */
static bool is_address(struct slice address)
{
    bool quoted = false;
    ptrdiff_t at = -1;
    for (size_t i = 0; i < address.len; i++) {
        unsigned char c = (unsigned char)address.ptr[i];
        if (c < ' ' || c == 0x7f || (c == ' ' && !quoted) || (c == '>' && !quoted) || c == '<')
            return false;
        if (c == '\\' && quoted && i + 1 < address.len)
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == '@' && !quoted)
            at = (ptrdiff_t)i;
    }
    return !quoted && at > 0 && (size_t)at + 1 < address.len && text_is_utf8(address);
}

/* Where the path ends: the first ">" outside of quotes. */
static ptrdiff_t path_end(struct slice text)
{
    bool quoted = false;
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] == '\\' && quoted)
            i++;
        else if (text.ptr[i] == '"')
            quoted = !quoted;
        else if (text.ptr[i] == '>' && !quoted)
            return (ptrdiff_t)i;
    }
    return -1;
}

bool lmtp_path(struct slice text, struct slice *address, struct slice *parameters)
{
    text = slice_trim(text);
    ptrdiff_t end = slice_starts_with(text, SLICE("<")) ? path_end(text) : -1;
    if (end < 0)
        return false;
    struct slice path = {text.ptr + 1, (size_t)end - 1};
    *parameters = slice_from(text, (size_t)end + 1);
    if (parameters->len > 0 && parameters->ptr[0] != ' ')
        return false;
    ptrdiff_t colon = slice_starts_with(path, SLICE("@")) ? slice_find_byte(path, ':') : -1;
    *address = colon < 0 ? path : slice_from(path, (size_t)colon + 1);
    return path.len == 0 || is_address(*address);
}

enum lmtp_parameters lmtp_mail_parameters(struct slice parameters, size_t mail_most)
{
    struct slice rest = parameters, one;
    while (slice_next_field(&rest, ' ', &one)) {
        ptrdiff_t equals = slice_find_byte(one, '=');
        struct slice name = equals < 0 ? one : slice_until(one, (size_t)equals);
        struct slice value = equals < 0 ? SLICE("") : slice_from(one, (size_t)equals + 1);
        uint64_t size = 0;
        if (one.len == 0)
            continue;
        if (slice_eq_nocase(name, SLICE("SIZE"))) {
            if (!slice_to_u64(value, &size))
                return LMTP_UNKNOWN;
            if (size > mail_most)
                return LMTP_TOO_LONG;
        } else if (slice_eq_nocase(name, SLICE("BODY"))) {
            if (!slice_eq_nocase(value, SLICE("7BIT")) &&
                !slice_eq_nocase(value, SLICE("8BITMIME")))
                return LMTP_BAD_BODY;
        } else if (!slice_eq_nocase(one, SLICE("SMTPUTF8"))) {
            return LMTP_UNKNOWN;
        }
    }
    return LMTP_FINE;
}

bool lmtp_is_recipient(struct slice address, const struct slice *list, size_t count)
{
    const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);
    if (at == NULL)
        return false;
    struct slice left = slice_until(address, (size_t)(at - address.ptr));
    struct slice domain = slice_from(address, left.len + 1);
    ptrdiff_t plus = slice_find_byte(left, '+');
    struct slice user = plus > 0 ? slice_until(left, (size_t)plus) : left;
    for (size_t i = 0; i < count; i++) {
        const char *mark = list[i].len == 0 ? NULL : memrchr(list[i].ptr, '@', list[i].len);
        if (mark == NULL && slice_eq_nocase(list[i], domain))
            return true;
        if (mark == NULL)
            continue;
        struct slice name = slice_until(list[i], (size_t)(mark - list[i].ptr));
        if (slice_eq_nocase(slice_from(list[i], name.len + 1), domain) &&
            (slice_eq_nocase(name, left) || slice_eq_nocase(name, user)))
            return true;
    }
    return count == 0;
}
