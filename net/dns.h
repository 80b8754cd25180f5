/* net: the outside world on the loop. Here: the DNS, by c-ares, on libuv.
 *
 * in   a name and a type of record
 * out  one dns_answer by a callback on the loop thread: never from inside dns_txt or
 *      dns_addresses, never after dns_cancel, once
 *
 * Names are asked as they are (no search list, no aliases); sockets stay open; a truncated
 * answer is asked for again over TCP. c-ares has been seen to lose a query for ever, so each
 * has a watchdog of its own. "It does not exist" and "it could not be found out" are never
 * the same answer. */
#ifndef NET_DNS_H
#define NET_DNS_H

#include "base/address.h"
#include "base/buffer.h"
#include "base/status.h"

#include <uv.h>

enum dns_result {
    DNS_FOUND,
    DNS_NOTHING, /* the name, or records of this type, do not exist (NXDOMAIN, NODATA) */
    DNS_FAILED,  /* timeout, SERVFAIL, REFUSED, a malformed answer: nothing is known */
};

#define DNS_TEXTS_MOST     8U    /* records of one answer; the rest is left out */
#define DNS_TEXT_LONGEST   4096U /* of one record; a longer one is left out */
#define DNS_ADDRESSES_MOST 32U

/* Lives as long as the callback. */
struct dns_answer {
    enum dns_result result;
    const struct slice *texts;       /* DNS_FOUND: each record with its strings joined */
    const struct address *addresses; /* DNS_FOUND, of the other kind of query */
    size_t count;
    bool cut;           /* there were more addresses */
    uint32_t ttl;       /* of addresses: the least on the way to them, seconds */
    const char *rcode;  /* "NOERROR", "NXDOMAIN", "SERVFAIL" …; "" when nobody answered */
    const char *reason; /* DNS_FAILED: in words */
};

enum dns_family { DNS_IPV4, DNS_IPV6 };

struct dns_settings {
    const char *resolvers; /* "192.0.2.53 [2001:db8::53]:5353"; "" for those of the system */
    unsigned timeout;      /* milliseconds until a query counts as failed */
};

struct dns;
struct dns_query;
typedef void (*dns_answer_fn)(const struct dns_answer *answer, void *data);

/* ERR_MALFORMED: a resolver that is no address, named in *why. */
MUST_USE enum status dns_open(uv_loop_t *loop, const struct dns_settings *settings,
                              struct dns **dns, struct fault *why);
/* Drops every query without an answer. Not from a dns_answer_fn. Memory goes once the loop
 * has run its close callbacks. */
void dns_close(struct dns *dns);

/* The handle is good until the callback was called. */
struct dns_query *dns_txt(struct dns *dns, struct slice name, dns_answer_fn answer, void *data);
/* A or AAAA records, aliases followed. */
struct dns_query *dns_addresses(struct dns *dns, struct slice name, enum dns_family family,
                                dns_answer_fn answer, void *data);
void dns_cancel(struct dns_query *query);
/* Who is asked: "127.0.0.1:53 [2001:db8::53]:53". */
void dns_resolvers(const struct dns *dns, struct buffer *out);

/* Whether dns_open would take them. */
MUST_USE enum status dns_resolvers_check(const char *resolvers, struct fault *why);

#endif
