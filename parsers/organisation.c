#include "parsers/organisation.h"

#include <libpsl.h>

#define HOST_LONGEST 255

struct slice organisation_of(struct arena *arena, struct slice host)
{
    while (host.len > 0 && host.ptr[host.len - 1] == '.')
        host.len--;
    if (host.len > HOST_LONGEST ||
        memchr(host.ptr == NULL ? "" : host.ptr, '\0', host.len) != NULL)
        return (struct slice){NULL, 0};
    struct slice lower = arena_lower(arena, host);
    const char *domain = psl_registrable_domain(psl_builtin(), lower.ptr);
    return domain == NULL ? lower : slice_of(domain);
}
