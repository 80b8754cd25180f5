/* Addresses in human text. Inside parsers only. */
#ifndef PARSERS_MENTION_H
#define PARSERS_MENTION_H

#include "base/address.h"
#include "base/arena.h"

/* The text with "[.]", "(.)", "{.}", "[dot]", "(dot)", " [.] ", "\." and "[:]" written as "."
 * and ":"; else byte for byte. */
struct slice mention_refang(struct arena *arena, struct slice text);

/* Is there anything of that? */
bool mention_is_defanged(struct slice text);

struct mention {
    struct address address;
    size_t from, to; /* in the text */
    uint16_t port;   /* "192.0.2.7:443"; 0 for none */
    /* Stands by itself: not inside a host name (reversed octets, "h192.0.2.7.example"), a
     * version number ("Chrome/1.2.3.4"), a mailbox. Only a log rule may still make something
     * of one that does not. */
    bool whole;
    bool range; /* one end of a range, or a prefix: "192.0.2.0/24" */
    /* Where a range begins that is a prefix, or written as one; else its length is 0. */
    struct prefix prefix;
    size_t range_to; /* where that ends in the text */
};

/* The next one from *at on; moves *at behind it. One pass, bounded look-ahead. */
bool mention_next(struct slice text, size_t *at, struct mention *mention);

#endif
