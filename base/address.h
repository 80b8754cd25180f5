/* Internet addresses and prefixes. One representation: 16 octets in network order, IPv4 as
 * ::ffff:a.b.c.d, so that a v4-mapped IPv6 address is the IPv4 address. All zero octets (::)
 * stand for "none". Strict: no octal, no shortened IPv4, no zone ids. Sources: RFC 4291, RFC
 * 5952 (canonical text), RFC 6943 s3.1. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "base/slice.h"

#define ADDRESS_TEXT 46 /* longest canonical text and its NUL */
#define PREFIX_TEXT  50

struct address {
    uint8_t octets[16];
};

struct prefix {
    struct address base; /* host bits zero */
    uint8_t length;      /* of the 128 bits: an IPv4 /24 is 120 */
};

bool address_parse(struct slice text, struct address *address);
/* Also "[192.0.2.7]", "192[.]0[.]2[.]7", "192(.)0(.)2(.)7", "192[dot]0…", "2001[:]db8::1",
 * and "IPv6:2001:db8::1". */
bool address_parse_defanged(struct slice text, struct address *address);
/* "192.0.2.7"; "2001:db8::1"; IPv4 never as mapped IPv6. Returns text. */
const char *address_text(const struct address *address, char text[ADDRESS_TEXT]);
/* "192[.]0[.]2[.]7": for mails and pages, so that nobody's client makes a link of it. */
const char *address_defang(const struct address *address, char text[ADDRESS_TEXT * 3]);

bool address_is_ipv4(const struct address *address);
bool address_is_none(const struct address *address);
bool address_eq(const struct address *a, const struct address *b);
int address_compare(const struct address *a, const struct address *b); /* numeric order */
/* Loopback, private, link-local, multicast, unspecified, reserved: never a customer's public
 * address. Documentation ranges are not counted in, they are what examples and tests use. */
bool address_is_special(const struct address *address);

/* "192.0.2.0/24", "2001:db8::/32", a bare address as its host prefix. Host bits set are an
 * error (false). */
bool prefix_parse(struct slice text, struct prefix *prefix);
const char *prefix_text(const struct prefix *prefix, char text[PREFIX_TEXT]);
bool prefix_contains(const struct prefix *prefix, const struct address *address);
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);
int prefix_compare(const struct prefix *a,
                   const struct prefix *b); /* by base, then shorter length first */
struct prefix prefix_of(const struct address *address,
                        uint8_t length); /* length of 128; masks host bits */
void prefix_range(const struct prefix *prefix, struct address *first, struct address *last);

/* The address a case is about: IPv4 as it is; IPv6 cut to /64, or to `assigned` if that is
 * longer, since one customer machine commonly answers for all of its /64. */
struct address address_case_subject(const struct address *address, uint8_t assigned);

#endif
