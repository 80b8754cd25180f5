/* Who had which addresses, from when until when, and how to reach them. A row of the
 * inventory. */
#ifndef BASE_ASSIGNMENT_H
#define BASE_ASSIGNMENT_H

#include "base/address.h"
#include "base/arena.h"

struct contact {
    struct slice name;
    struct slice role;     /* "abuse", "technical", "owner"; free text, lower case */
    struct slice mail;     /* text_is_mailbox, or empty */
    struct slice phone;    /* text_is_e164, or empty */
    struct slice language; /* BCP 47, "en" when empty */
    struct slice zone;     /* IANA time zone; "UTC" when empty */
};

struct assignment {
    uint64_t id; /* given at import; never reused */
    struct prefix prefix;
    struct slice customer; /* the operator's own identifier */
    struct slice server;
    struct contact *contacts; /* in the order in which they are to be tried */
    size_t contact_count;
    bool never_cut; /* hospital, resolver, shared address: a person decides, always */
    bool shared;    /* several customers behind it (NAT, shared hosting) */
    struct slice network_driver; /* which cut-off driver, empty for none */
    struct slice network_handle; /* what that driver calls the port */
    int64_t valid_from;          /* inclusive; 0 since ever */
    int64_t valid_until;         /* exclusive; 0 for ever */
    int64_t recorded_at; /* when the row was imported: fresh contacts are trusted less */
    int64_t contacts_changed_at; /* when the contacts last changed; 0 never */
};

#endif
