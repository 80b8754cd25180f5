/* What an accused customer may be shown of the URL or domain that a report is about: enough to
 * find the page, nothing that could tell who complained or which mailbox is a trap. */
#ifndef BASE_SITE_H
#define BASE_SITE_H

#include "base/arena.h"

/* "http://evil.example.com/wp-content/login.php" as it is; what looks like a code (tokens,
 * encoded or hashed addresses) or holds one of the secrets is "…"; user information, query and
 * fragment are left out. Empty when there is nothing to be shown. Secrets are mail addresses
 * and domains: of recipients, reporters, traps. */
struct slice site_of(struct slice subject, const struct slice *secrets, size_t secret_count,
                     struct arena *arena);

#endif
