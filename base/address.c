#include "base/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <stdio.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

#define MAPPED_BITS 96

/* libc's inet_pton is strict: four decimal octets without leading zeros, RFC 4291 text, no
 * zone, no space. */
bool address_parse(struct slice text, struct address *address)
{
    char copy[ADDRESS_TEXT];
    struct address parsed = {0};
    if (text.len < 2 || text.len >= sizeof copy || memchr(text.ptr, '\0', text.len) != NULL)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    if (memchr(copy, ':', text.len) != NULL) {
        if (inet_pton(AF_INET6, copy, parsed.octets) != 1)
            return false;
    } else {
        if (inet_pton(AF_INET, copy, parsed.octets + sizeof mapped) != 1)
            return false;
        memcpy(parsed.octets, mapped, sizeof mapped);
    }
    *address = parsed;
    return true;
}

/* "[.]", "(dot)" and the like at the start of text: its length, and what stands for it. 0 when
 * there is none. */
static size_t bracketed(struct slice text, struct slice *meaning)
{
    static const struct {
        struct slice spelling, meaning;
    } all[] = {
        {SLICE("[.]"), SLICE(".")},   {SLICE("(.)"), SLICE(".")},   {SLICE("{.}"), SLICE(".")},
        {SLICE("[dot]"), SLICE(".")}, {SLICE("(dot)"), SLICE(".")}, {SLICE("[:]"), SLICE(":")},
        {SLICE("[::]"), SLICE("::")}, {SLICE("(:)"), SLICE(":")},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (slice_starts_with_nocase(text, all[i].spelling)) {
            *meaning = all[i].meaning;
            return all[i].spelling.len;
        }
    return 0;
}

bool address_parse_defanged(struct slice text, struct address *address)
{
    char plain[ADDRESS_TEXT];
    size_t length = 0;
    struct slice meaning = {0};
    if (address_parse(text, address))
        return true;
    if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']' &&
        bracketed(text, &meaning) == 0)
        text = (struct slice){text.ptr + 1, text.len - 2};
    if (slice_starts_with_nocase(text, SLICE("IPv6:")))
        text = slice_from(text, 5);
    for (size_t at = 0, step = 0; at < text.len; at += step) {
        step = bracketed(slice_from(text, at), &meaning);
        if (step == 0) {
            meaning = (struct slice){text.ptr + at, 1};
            step = 1;
        }
        if (length + meaning.len > sizeof plain)
            return false;
        memcpy(plain + length, meaning.ptr, meaning.len);
        length += meaning.len;
    }
    return address_parse((struct slice){plain, length}, address);
}

static char *put_octet(char *out, unsigned octet)
{
    if (octet >= 100)
        *out++ = (char)('0' + octet / 100);
    if (octet >= 10)
        *out++ = (char)('0' + octet / 10 % 10);
    *out++ = (char)('0' + octet % 10);
    return out;
}

/* libc would take the way through printf, here and below. */
static const char *ipv4_text(const uint8_t octets[4], char *text)
{
    char *out = text;
    for (unsigned i = 0; i < 4; i++) {
        out = put_octet(out, octets[i]);
        *out++ = '.';
    }
    out[-1] = '\0';
    return text;
}

static char *put_hex(char *out, unsigned word)
{
    static const char digits[] = "0123456789abcdef";
    for (int shift = word > 0xfff  ? 12
                     : word > 0xff ? 8
                     : word > 0xf  ? 4
                                   : 0;
         shift >= 0; shift -= 4)
        *out++ = digits[word >> shift & 0xf];
    return out;
}

/* The longest run of two or more words that are zero, the first of several (RFC 5952 s4.2). */
static unsigned zero_run(const unsigned words[8], unsigned *length)
{
    unsigned best = 8, run = 0;
    *length = 1;
    for (unsigned i = 0; i < 8; i++) {
        run = words[i] == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            best = i + 1 - run;
        }
    }
    return best;
}

static const char *ipv6_text(const uint8_t octets[16], char *text)
{
    unsigned words[8], length = 0;
    char *out = text;
    for (unsigned i = 0; i < 8; i++)
        words[i] = (unsigned)octets[(size_t)2 * i] << 8 | octets[(size_t)2 * i + 1];
    unsigned zeros = zero_run(words, &length);
    for (unsigned i = 0; i < 8; i++) {
        if (i == zeros) {
            *out++ = ':';
            i += length - 1;
            continue;
        }
        out = put_hex(out, words[i]);
        if (i < 7)
            *out++ = ':';
    }
    *out = '\0';
    return text;
}

const char *address_text(const struct address *address, char text[ADDRESS_TEXT])
{
    if (address_is_ipv4(address))
        return ipv4_text(address->octets + sizeof mapped, text);
    if (address->octets[0] != 0) /* below, IPv4 may be embedded */
        return ipv6_text(address->octets, text);
    return inet_ntop(AF_INET6, address->octets, text, ADDRESS_TEXT);
}

/* One bracket is enough to keep clients from linking an IPv6 address; dots all get theirs. */
const char *address_defang(const struct address *address, char text[ADDRESS_TEXT * 3])
{
    char plain[ADDRESS_TEXT];
    bool colon_done = false;
    char *out = text;
    (void)address_text(address, plain);
    for (const char *in = plain; *in != '\0'; in++) {
        bool wrap = *in == '.' || (*in == ':' && !colon_done);
        if (wrap)
            *out++ = '[';
        *out++ = *in;
        if (wrap)
            *out++ = ']';
        colon_done = colon_done || *in == ':';
    }
    *out = '\0';
    return text;
}

bool address_is_ipv4(const struct address *address)
{
    return memcmp(address->octets, mapped, sizeof mapped) == 0;
}

bool address_is_none(const struct address *address)
{
    static const struct address none;
    return address_eq(address, &none);
}

bool address_eq(const struct address *a, const struct address *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

int address_compare(const struct address *a, const struct address *b)
{
    return memcmp(a->octets, b->octets, sizeof a->octets);
}

#define V4(a, b, c, d, bits)                                                                   \
    {                                                                                          \
        {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}}, MAPPED_BITS + (bits)         \
    }
#define V6(a, b, c, d, bits)                                                                   \
    {                                                                                          \
        {{(a) >> 8, (a)&0xff, (b) >> 8, (b)&0xff, (c) >> 8, (c)&0xff, (d) >> 8, (d)&0xff}},    \
            bits                                                                               \
    }

/* IANA special-purpose registries (RFC 6890), what is never assigned to a customer;
 * documentation is left out. */
static const struct prefix special_ipv4[] = {
    V4(0, 0, 0, 0, 8),    V4(10, 0, 0, 0, 8),     V4(100, 64, 0, 0, 10),
    V4(127, 0, 0, 0, 8),  V4(169, 254, 0, 0, 16), V4(172, 16, 0, 0, 12),
    V4(192, 0, 0, 0, 24), V4(192, 168, 0, 0, 16), V4(198, 18, 0, 0, 15),
    V4(224, 0, 0, 0, 4),  V4(240, 0, 0, 0, 4),
};

/* Within global unicast, 2000::/3; outside of it nothing is assigned to customers. */
static const struct prefix special_ipv6[] = {
    V6(0x2001, 0x0002, 0, 0, 48), /* benchmarking */
    V6(0x2001, 0x0010, 0, 0, 28), /* ORCHID */
    V6(0x2001, 0x0020, 0, 0, 28), /* ORCHIDv2 */
};

static bool is_in(const struct prefix *table, size_t count, const struct address *address)
{
    for (size_t i = 0; i < count; i++)
        if (prefix_contains(&table[i], address))
            return true;
    return false;
}

bool address_is_special(const struct address *address)
{
    if (address_is_ipv4(address))
        return is_in(special_ipv4, sizeof special_ipv4 / sizeof *special_ipv4, address);
    if ((address->octets[0] & 0xe0) != 0x20)
        return true;
    return is_in(special_ipv6, sizeof special_ipv6 / sizeof *special_ipv6, address);
}

static bool length_parse(struct slice text, unsigned most, unsigned *length)
{
    uint64_t number = 0;
    if (text.len == 0 || text.len > 3 || (text.len > 1 && text.ptr[0] == '0'))
        return false;
    if (!slice_to_u64(text, &number) || number > most)
        return false;
    *length = (unsigned)number;
    return true;
}

bool prefix_parse(struct slice text, struct prefix *prefix)
{
    struct address base;
    unsigned length = 128;
    ptrdiff_t slash = slice_find_byte(text, '/');
    struct slice host = slash < 0 ? text : slice_until(text, (size_t)slash);
    if (!address_parse(host, &base))
        return false;
    bool dotted = slice_find_byte(host, ':') < 0;
    if (slash >= 0) {
        if (!length_parse(slice_from(text, (size_t)slash + 1), dotted ? 32 : 128, &length))
            return false;
        if (dotted)
            length += MAPPED_BITS;
    }
    struct prefix whole = prefix_of(&base, (uint8_t)length);
    if (!address_eq(&whole.base, &base))
        return false;
    *prefix = whole;
    return true;
}

const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT])
{
    char base[ADDRESS_TEXT];
    bool ipv4 = address_is_ipv4(&prefix->base) && prefix->length >= MAPPED_BITS;
    (void)snprintf(text, PREFIX_TEXT, "%s/%u", address_text(&prefix->base, base),
                   ipv4 ? prefix->length - MAPPED_BITS : prefix->length);
    return text;
}

static uint8_t mask_of(unsigned length, unsigned octet)
{
    unsigned bits = length > octet * 8 ? length - octet * 8 : 0;
    return bits >= 8 ? 0xff : (uint8_t)(0xff00U >> bits);
}

/* Eight octets as the number they spell. */
static uint64_t half(const uint8_t *octets)
{
    uint64_t number;
    memcpy(&number, octets, sizeof number);
    return be64toh(number);
}

bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
    const uint8_t *base = prefix->base.octets, *octets = address->octets;
    uint64_t high = half(base) ^ half(octets), low = half(base + 8) ^ half(octets + 8);
    if (prefix->length == 0)
        return true;
    if (prefix->length <= 64)
        return high >> (64 - prefix->length) == 0;
    return high == 0 && low >> (128 - prefix->length) == 0;
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
    return a->length <= b->length ? prefix_contains(a, &b->base) : prefix_contains(b, &a->base);
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
    int order = address_compare(&a->base, &b->base);
    return order != 0 ? order : (int)a->length - (int)b->length;
}

struct prefix prefix_of(const struct address *address, uint8_t length)
{
    struct prefix prefix = {*address, length};
    for (unsigned i = 0; i < sizeof prefix.base.octets; i++)
        prefix.base.octets[i] &= mask_of(length, i);
    return prefix;
}

void prefix_range(const struct prefix *prefix, struct address *first, struct address *last)
{
    *first = prefix->base;
    *last = prefix->base;
    for (unsigned i = 0; i < sizeof last->octets; i++)
        last->octets[i] |= (uint8_t)~mask_of(prefix->length, i);
}

struct address address_case_subject(const struct address *address, uint8_t assigned)
{
    if (address_is_ipv4(address))
        return *address;
    return prefix_of(address, assigned > 64 ? assigned : 64).base;
}
