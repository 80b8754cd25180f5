/* What a file is that was given as something else. People mix up --config, --inventory,
 * --script and the mailbox; each of them alone can only say that the other one is wrong in its
 * first line, and in all that follow. */
#ifndef APP_NATURE_H
#define APP_NATURE_H

#include "base/arena.h"
#include "base/status.h"

enum nature {
    NATURE_UNKNOWN,
    NATURE_MAILBOX,
    NATURE_MAIL,
    NATURE_CONFIGURATION,
    NATURE_INVENTORY,
    NATURE_SCRIPT,
};

/* By the first line that says something. Never guessed: what could be anything is unknown. */
enum nature nature_of(struct slice text);
const char *nature_name(enum nature nature); /* "a mailbox", "an inventory" */

/* ERR_MALFORMED when the text is clearly something else than what it was given as; *why says
 * what, and which option takes it. */
MUST_USE enum status nature_expect(enum nature wanted, struct slice text, const char *name,
                                   struct fault *why);
/* The same of a file that is given as a mailbox. Looks at the beginning of plain files only;
 * whatever else may be wrong with it, its reader will say. */
MUST_USE enum status nature_expect_mailbox(const char *path, struct fault *why);

#endif
