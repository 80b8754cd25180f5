#include "parsers/address-word.h"

static struct slice before(struct slice word, char byte)
{
    ptrdiff_t at = slice_find_byte(word, byte);
    return at < 0 ? word : slice_until(word, (size_t)at);
}

/* The length of a prefix that is one address: "/32" of IPv4, "/128". */
static bool is_host_length(struct slice word)
{
    ptrdiff_t slash = slice_find_byte(word, '/');
    struct slice length =
        slash < 0 ? (struct slice){NULL, 0} : slice_from(word, (size_t)slash + 1);
    bool wide = slice_find_byte(before(word, '/'), ':') >= 0;
    return slash < 0 || slice_eq(length, wide ? SLICE("128") : SLICE("32"));
}

bool address_word(struct slice word, struct address *address, uint16_t *port)
{
    uint64_t number = 0;
    if (!is_host_length(word))
        return false;
    word = before(before(word, '/'), '%');
    while (word.len > 0 && word.ptr[word.len - 1] == '.')
        word.len--;
    if (address_parse_defanged(word, address))
        return true;
    const char *colon = word.len == 0 ? NULL : memrchr(word.ptr, ':', word.len);
    if (colon == NULL)
        return false;
    size_t at = (size_t)(colon - word.ptr);
    if (!slice_to_u64(slice_from(word, at + 1), &number) || number > UINT16_MAX ||
        !address_parse_defanged(slice_until(word, at), address))
        return false;
    *port = (uint16_t)number;
    return true;
}
