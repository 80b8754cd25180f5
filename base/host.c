#include "base/host.h"

#include "base/text.h"

#include <idn2.h>
#include <stdlib.h>

#define SUBJECT_LONGEST 8192U /* of a URL, before it is looked at */
#define HOST_LONGEST    1024U /* as it is written: A-labels are checked for their own length */

/* Zones that the public DNS does not have (RFC 6761, 6762, 7686, 8375, 9476), or that private
 * networks use as if it had not: whoever is asked for them answers about our own network. */
static const struct slice private_zones[] = {
    {"localhost", 9}, {"local", 5},   {"localdomain", 11}, {"internal", 8}, {"intranet", 8},
    {"private", 7},   {"corp", 4},    {"home", 4},         {"lan", 3},      {"home.arpa", 9},
    {"arpa", 4},      {"invalid", 7}, {"onion", 5},        {"alt", 3},
};

bool host_is_within(struct slice name, struct slice domain)
{
    if (domain.len == 0 || !slice_ends_with_nocase(name, domain))
        return false;
    return name.len == domain.len || name.ptr[name.len - domain.len - 1] == '.';
}

static bool is_private(struct slice name)
{
    for (size_t i = 0; i < sizeof private_zones / sizeof *private_zones; i++)
        if (host_is_within(name, private_zones[i]))
            return true;
    return false;
}

/* "evil.example.com/go?to=http://192.0.2.7/" has none: what stands further on, the owner of the
 * page has written. */
static ptrdiff_t scheme_end(struct slice url)
{
    ptrdiff_t at = slice_find(url, SLICE("://"));
    for (ptrdiff_t i = 0; i < at; i++)
        if (memchr("/?#\\.@", url.ptr[i], 6) != NULL)
            return -1;
    return at;
}

/* Between the scheme (and user information) and the port or path. */
static struct slice authority_of(struct slice url)
{
    ptrdiff_t scheme = scheme_end(url);
    struct slice rest = scheme < 0 ? url : slice_from(url, (size_t)scheme + 3);
    size_t end = 0;
    size_t begin = 0;
    while (end < rest.len && memchr("/?#\\", rest.ptr[end], 4) == NULL) {
        if (rest.ptr[end] == '@')
            begin = end + 1;
        end++;
    }
    return slice_from(slice_until(rest, end), begin);
}

static struct slice without_port(struct slice authority)
{
    if (authority.len > 0 && authority.ptr[0] == '[') {
        ptrdiff_t bracket = slice_find_byte(authority, ']');
        return bracket < 0 ? authority : slice_until(authority, (size_t)bracket + 1);
    }
    ptrdiff_t colon = slice_find_byte(authority, ':');
    return colon < 0 ? authority : slice_until(authority, (size_t)colon);
}

/* One number of an IPv4 host: decimal, 0x… or 0…; false when it is none. */
static bool read_part(struct slice part, uint64_t *number)
{
    char digits[24];
    char *end = NULL;
    int base = 10;
    if (slice_starts_with_nocase(part, SLICE("0x"))) {
        base = 16;
        part = slice_from(part, 2);
    } else if (part.len > 1 && part.ptr[0] == '0') {
        base = 8;
        part = slice_from(part, 1);
    }
    *number = 0;
    if (part.len == 0)
        return base == 16;
    for (size_t i = 0; i < part.len; i++)
        if (memchr("0123456789abcdefABCDEF", part.ptr[i], 22) == NULL)
            return false;
    if (part.len >= sizeof digits)
        return false;
    memcpy(digits, part.ptr, part.len);
    digits[part.len] = '\0';
    *number = strtoull(digits, &end, base);
    return *end == '\0';
}

/* "3221225991", "0300.0.2.7", "192.0.519": what a browser takes for an IPv4 address. */
static bool numeric_address(struct slice host, struct address *address)
{
    struct slice rest = host, part;
    uint64_t parts[4] = {0};
    uint64_t whole = 0;
    size_t count = 0;
    for (; slice_next_field(&rest, '.', &part); count++)
        if (count == 4 || part.len == 0 || !read_part(part, &parts[count]))
            return false;
    if (count == 0 || parts[count - 1] >> (8 * (5 - count)) != 0)
        return false;
    for (size_t i = 0; i + 1 < count; i++) {
        if (parts[i] > 255)
            return false;
        whole |= parts[i] << (8 * (3 - i));
    }
    whole |= parts[count - 1];
    *address = (struct address){{0}};
    address->octets[10] = address->octets[11] = 0xff;
    for (unsigned i = 0; i < 4; i++)
        address->octets[12 + i] = (uint8_t)(whole >> (8 * (3 - i)));
    return true;
}

static bool is_ascii(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x80)
            return false;
    return true;
}

/* Characters of other scripts become A-labels (UTS 46, as browsers do it). */
static bool to_ascii(struct slice host, struct arena *arena, struct slice *name)
{
    char *ascii = NULL;
    if (is_ascii(host)) {
        *name = arena_lower(arena, host);
        return true;
    }
    if (!text_is_utf8(host) || memchr(host.ptr, '\0', host.len) != NULL)
        return false;
    if (idn2_to_ascii_8z(arena_string(arena, host), &ascii,
                         IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return false;
    *name = arena_lower(arena, slice_of(ascii));
    idn2_free(ascii);
    return true;
}

/* Host names in URLs may hold underscores; else they are as domains are. */
static bool is_host_name(struct slice name, struct arena *arena)
{
    struct slice plain = arena_copy(arena, name);
    char *bytes = (char *)(uintptr_t)plain.ptr;
    for (size_t i = 0; i < plain.len; i++)
        if (bytes[i] == '_')
            bytes[i] = 'x';
    return text_is_domain(plain);
}

static void none(struct host *host, const char *why)
{
    host->type = HOST_NONE;
    host->why = why;
}

/* A name that the public DNS can know, or else why it is none. */
static const char *why_no_name(struct slice name, struct arena *arena)
{
    if (is_private(name))
        return "its host is a name of private networks";
    return is_host_name(name, arena) ? NULL : "its host is no name";
}

static void read_name(struct slice text, struct arena *arena, struct host *host)
{
    struct slice name;
    if (text.len > 0 && text.ptr[text.len - 1] == '.')
        text = slice_until(text, text.len - 1);
    if (text.len == 0) {
        none(host, "it has no host");
    } else if (text.len > HOST_LONGEST || !to_ascii(text, arena, &name)) {
        none(host, "its host is no name");
    } else if (numeric_address(name, &host->address)) {
        host->type = HOST_ADDRESS;
    } else {
        host->name = name;
        host->why = why_no_name(name, arena);
        host->type = host->why == NULL ? HOST_NAME : HOST_NONE;
    }
}

void host_of(struct slice subject, struct arena *arena, struct host *host)
{
    *host = (struct host){0};
    if (subject.len > SUBJECT_LONGEST) {
        none(host, "it is too long");
        return;
    }
    struct slice plain = text_refang(arena, slice_trim(subject));
    if (address_parse_defanged(plain, &host->address)) {
        host->type = HOST_ADDRESS;
        return;
    }
    struct slice text = without_port(authority_of(plain));
    if (address_parse_defanged(text, &host->address))
        host->type = HOST_ADDRESS;
    else
        read_name(text, arena, host);
    if (host->type == HOST_ADDRESS && address_is_none(&host->address))
        none(host, "its host is no name");
}
