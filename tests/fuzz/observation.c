/* Any bytes as what the DNS said, as the host of a URL, and as a URL that a customer may be
 * shown. */
#include "tests/fuzz/fuzz.h"

#include "app/observation.h"
#include "base/host.h"
#include "base/site.h"

#include <stdlib.h>

static void check_host(struct slice text, struct arena *arena)
{
    struct host host, again;
    host_of(text, arena, &host);
    if ((host.type == HOST_NONE) != (host.why != NULL))
        abort();
    if (host.type != HOST_NAME)
        return;
    if (host.name.len == 0 || host.name.len > 253)
        abort();
    for (size_t i = 0; i < host.name.len; i++)
        if (host.name.ptr[i] <= ' ' || host.name.ptr[i] > '~')
            abort();
    host_of(host.name, arena, &again);
    if (again.type != HOST_NAME || !slice_eq(again.name, host.name))
        abort();
}

static void check_site(struct slice text, struct arena *arena)
{
    const struct slice secrets[] = {{"jane.doe@trap.example.org", 25}};
    struct slice site = site_of(text, secrets, 1, arena);
    for (size_t i = 0; i < site.len; i++)
        if ((unsigned char)site.ptr[i] <= ' ' || memchr("@?#%=\\\"<>", site.ptr[i], 9) != NULL)
            abort();
    /* Of the host, the last two labels are shown whatever they are. */
    ptrdiff_t scheme = slice_find(site, SLICE("://"));
    struct slice rest = slice_from(site, scheme < 0 ? 0 : (size_t)scheme + 3);
    ptrdiff_t slash = slice_find_byte(rest, '/');
    if (slash >= 0 && slice_find_nocase(slice_from(rest, (size_t)slash), SLICE("jane")) >= 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct slice text = {(const char *)data, size};
    struct observation said, again;
    struct fault why = {""};
    check_host(text, &arena);
    check_site(text, &arena);
    if (observation_decode(text, &arena, &said, &why) == OK) {
        struct buffer json = BUFFER_INIT, twice = BUFFER_INIT;
        observation_encode(&said, &json);
        if (observation_decode(buffer_slice(&json), &arena, &again, NULL) != OK)
            abort();
        observation_encode(&again, &twice);
        if (!slice_eq(buffer_slice(&json), buffer_slice(&twice)))
            abort();
        buffer_release(&json);
        buffer_release(&twice);
    } else if (why.text[0] == '\0') {
        abort();
    }
    arena_release(&arena);
    return 0;
}
