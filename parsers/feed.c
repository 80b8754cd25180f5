#include "parsers/feed.h"

#include "parsers/data-file.h"

#include <fnmatch.h>
#include <stddef.h>
#include <stdlib.h>

struct feeds {
    struct definitions all;
};

extern const char embedded_feeds_ini[];
extern const size_t embedded_feeds_ini_size;

/* ---- reading ---- */

_Static_assert(offsetof(struct feed, name) == offsetof(struct definition, name) &&
                   offsetof(struct feed, family) == offsetof(struct definition, family),
               "a definition begins with its name");

/* The keys that name columns. */
static const struct {
    const char *key;
    size_t offset;
} lists[] = {
    {"files", offsetof(struct feed, files)},       {"columns", offsetof(struct feed, columns)},
    {"word", offsetof(struct feed, word)},         {"source", offsetof(struct feed, source)},
    {"victim", offsetof(struct feed, victim)},     {"time", offsetof(struct feed, time)},
    {"date", offsetof(struct feed, date)},         {"zone", offsetof(struct feed, zone)},
    {"port", offsetof(struct feed, port)},         {"domain", offsetof(struct feed, domain)},
    {"url", offsetof(struct feed, url)},           {"count", offsetof(struct feed, count)},
    {"protocol", offsetof(struct feed, protocol)},
};

static enum status set_list(struct column_names *names, const struct setting *setting)
{
    struct slice rest = arena_lower(setting->arena, slice_of(setting->value)), item;
    while (slice_next_field(&rest, ',', &item)) {
        if (names->count == FEED_COLUMNS_MOST)
            return fail(setting->why, ERR_LIMIT, "it names more than %u", FEED_COLUMNS_MOST);
        names->items[names->count] = slice_trim(item);
        names->shapes |= feed_name_shape(names->items[names->count++]);
    }
    return OK;
}

static enum status set_separator(struct feed *feed, const struct setting *setting)
{
    static const struct {
        const char *name;
        char byte;
    } separators[] = {{"comma", ','}, {"semicolon", ';'}, {"pipe", '|'}, {"tab", '\t'}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        if (strcmp(separators[i].name, setting->value) == 0) {
            feed->separator = separators[i].byte;
            return OK;
        }
    return fail(setting->why, ERR_MALFORMED, "it is one of comma, semicolon, pipe, tab");
}

static enum status set(void *definition, const struct setting *setting)
{
    struct feed *feed = definition;
    if (strcmp(setting->key, "type") == 0)
        return setting_type(setting, &feed->type);
    if (strcmp(setting->key, "separator") == 0)
        return set_separator(feed, setting);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].key, setting->key) == 0)
            return set_list((void *)((char *)feed + lists[i].offset), setting);
    return fail(setting->why, ERR_MALFORMED,
                "unknown key; there are files, columns, separator, type, word, source, victim, "
                "time, date, zone, port, domain, url, count and protocol");
}

static const char *lacks(const void *definition)
{
    const struct feed *feed = definition;
    if (feed->type == NULL && feed->word.count == 0)
        return "has neither type nor word";
    if (feed->source.count + feed->victim.count + feed->url.count == 0)
        return "names no column for an address: source = or victim =";
    return NULL;
}

enum status feeds_read(struct slice text, const char *file, const struct feeds *under,
                       struct arena *arena, struct feeds **feeds, struct fault *why)
{
    static const struct definition_kind kind = {sizeof(struct feed), set, lacks};
    struct feeds *read = arena_new(arena, struct feeds);
    enum status status = definitions_read(&kind, text, file, under == NULL ? NULL : &under->all,
                                          arena, &read->all, why);
    if (status == OK)
        *feeds = read;
    return status;
}

const struct feeds *feeds_default(void)
{
    static struct arena arena;
    static struct feeds *feeds;
    struct slice text = {embedded_feeds_ini, embedded_feeds_ini_size};
    struct fault why;
    if (feeds == NULL && feeds_read(text, "feeds.ini", NULL, &arena, &feeds, &why) != OK)
        abort();
    return feeds;
}

/* ---- looking up ---- */

const struct feed *feeds_next(const struct feeds *feeds, size_t *cursor)
{
    return feeds == NULL ? NULL : definitions_next(&feeds->all, cursor);
}

/* What all bytes that are the same in a name become. */
static char plain(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + ('a' - 'A'));
    return byte == '_' || byte == '-' || byte == '.' || byte == '/' ? ' ' : byte;
}

int feed_compare_names(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shorter; i++) {
        char left = plain(a.ptr[i]), right = plain(b.ptr[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

uint64_t feed_name_shape(struct slice name)
{
    unsigned middle = name.len == 0 ? 0 : (unsigned char)plain(name.ptr[name.len / 2]);
    return UINT64_C(1) << ((name.len * 7 + middle) & 63);
}

#define NAME_LONGEST 255U
#define DATE_LENGTH  11U /* "2026-11-01-" */

static struct slice without_path_and_packing(struct slice name)
{
    static const struct slice packings[] = {SLICE(".zip"), SLICE(".gz"), SLICE(".csv"),
                                            SLICE(".txt")};
    for (ptrdiff_t slash; (slash = slice_find_byte(name, '/')) >= 0;)
        name = slice_from(name, (size_t)slash + 1);
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
        if (slice_ends_with_nocase(name, packings[i]))
            name.len -= packings[i].len;
    return name;
}

struct slice feed_kind_in_name(struct slice name)
{
    static const char shape[] = "dddd-dd-dd-";
    name = without_path_and_packing(name);
    for (size_t i = 0; i < DATE_LENGTH; i++) {
        bool digit = i < name.len && name.ptr[i] >= '0' && name.ptr[i] <= '9';
        if (i >= name.len || (shape[i] == 'd' ? !digit : name.ptr[i] != shape[i]))
            return name;
    }
    name = slice_from(name, DATE_LENGTH);
    ptrdiff_t end = slice_find_byte(name, '-');
    return slice_until(name, end < 0 ? name.len : (size_t)end);
}

static bool fits_any(const struct column_names *globs, struct slice name)
{
    char text[NAME_LONGEST + 1], glob[NAME_LONGEST + 1];
    if (name.len == 0 || name.len > NAME_LONGEST)
        return false;
    memcpy(text, name.ptr, name.len);
    text[name.len] = '\0';
    for (size_t i = 0; i < globs->count; i++) {
        struct slice pattern = slice_until(globs->items[i], NAME_LONGEST);
        if (pattern.len > 0 && byte_lower(pattern.ptr[0]) != byte_lower(name.ptr[0]) &&
            strchr("*?[\\", pattern.ptr[0]) == NULL)
            continue;
        memcpy(glob, pattern.ptr, pattern.len);
        glob[pattern.len] = '\0';
        if (fnmatch(glob, text, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

bool feed_fits_name(const struct feed *feed, struct slice name)
{
    if (feed->files.count == 0)
        return true;
    struct slice kind = feed_kind_in_name(name), bare = without_path_and_packing(name);
    return fits_any(&feed->files, kind) ||
           (kind.len != bare.len && fits_any(&feed->files, bare));
}
