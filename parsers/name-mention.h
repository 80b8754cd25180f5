/* Domains, URLs and mailboxes in human text. Inside parsers only. */
#ifndef PARSERS_NAME_MENTION_H
#define PARSERS_NAME_MENTION_H

#include "base/arena.h"

enum name_form { NAME_URL, NAME_DOMAIN, NAME_MAILBOX };

struct name_mention {
    enum name_form form;
    size_t from, to;   /* in the text */
    struct slice text; /* without what ends the sentence */
    struct slice host; /* as it is written */
    bool file_like;    /* "index.php", "invoice.exe": a domain only if something says so */
};

/* The line with names and schemes as browsers take them; else byte for byte. */
struct slice name_refang(struct arena *arena, struct slice line);

/* The next one of a refanged line from *at on; moves *at behind it. Hosts that are addresses are
 * passed over. */
bool name_mention_next(struct slice line, size_t *at, struct name_mention *mention);

#endif
