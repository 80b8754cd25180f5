#include "parsers/feed.h"

#include "parsers/data-file.h"

#include <assert.h>
#include <fnmatch.h>
#include <ini.h>
#include <stdlib.h>

#define FEEDS_MOST 1000U

struct feeds {
    struct feed *items;
    size_t count;
    const struct feeds *under;
};

extern const char embedded_feeds_ini[];
extern const size_t embedded_feeds_ini_size;

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct feeds *feeds;
    size_t room;
    struct fault *why;
    enum status status;
};

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

static struct feed *feed_named(struct reading *reading, struct slice name)
{
    struct feeds *feeds = reading->feeds;
    assert(feeds->items != NULL && reading->room > 0);
    struct feed *last = feeds->count == 0 ? NULL : &feeds->items[feeds->count - 1];
    if (last != NULL && slice_eq(last->name, name))
        return last;
    if (feeds->count >= FEEDS_MOST)
        return NULL;
    if (feeds->count == reading->room) {
        struct feed *grown = arena_array(reading->arena, struct feed, reading->room * 2);
        memcpy(grown, feeds->items, feeds->count * sizeof *grown);
        feeds->items = grown;
        reading->room *= 2;
    }
    ptrdiff_t space = slice_find_byte(name, ' ');
    struct slice copy = arena_lower(reading->arena, name);
    feeds->items[feeds->count] = (struct feed){
        .name = copy, .family = slice_until(copy, space < 0 ? copy.len : (size_t)space)};
    return &feeds->items[feeds->count++];
}

static enum status set_list(struct reading *reading, struct column_names *names,
                            const char *section, const char *key, const char *value)
{
    struct slice rest = arena_lower(reading->arena, slice_of(value)), item;
    while (slice_next_field(&rest, ',', &item)) {
        if (names->count == FEED_COLUMNS_MOST)
            return fail(reading->why, ERR_LIMIT, "[%s] %s names more than %u", section, key,
                        FEED_COLUMNS_MOST);
        names->items[names->count++] = slice_trim(item);
    }
    return OK;
}

static enum status set_type(struct reading *reading, struct feed *feed, const char *section,
                            const char *value)
{
    struct slice type = slice_trim(slice_of(value)), category;
    if (slice_next_field(&type, '/', &category))
        feed->type = xarf_type_find(slice_trim(category), slice_trim(type));
    if (feed->type == NULL)
        return fail(reading->why, ERR_MALFORMED,
                    "[%s] type = %s: no XARF v4 category/type; write it as "
                    "vulnerability/open_service, connection/login_attack, ...",
                    section, value);
    return OK;
}

static enum status set_separator(struct reading *reading, struct feed *feed,
                                 const char *section, const char *value)
{
    static const struct {
        const char *name;
        char byte;
    } separators[] = {{"comma", ','}, {"semicolon", ';'}, {"pipe", '|'}, {"tab", '\t'}};
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
        if (strcmp(separators[i].name, value) == 0) {
            feed->separator = separators[i].byte;
            return OK;
        }
    return fail(reading->why, ERR_MALFORMED,
                "[%s] separator = %s: it is one of comma, semicolon, pipe, tab", section,
                value);
}

static enum status set_key(struct reading *reading, const char *section, const char *key,
                           const char *value)
{
    struct feed *feed = feed_named(reading, slice_of(section));
    if (*section == '\0' || feed == NULL)
        return fail(reading->why, ERR_MALFORMED,
                    "\"%s\" stands in no [section], or there are too many of them", key);
    if (strcmp(key, "type") == 0)
        return set_type(reading, feed, section, value);
    if (strcmp(key, "separator") == 0)
        return set_separator(reading, feed, section, value);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(lists[i].key, key) == 0)
            return set_list(reading, (void *)((char *)feed + lists[i].offset), section, key,
                            value);
    return fail(reading->why, ERR_MALFORMED,
                "[%s] has an unknown key %s; there are files, columns, separator, type, "
                "word, source, victim, time, date, zone, port, domain, url, count and protocol",
                section, key);
}

static int on_setting(void *data, const char *section, const char *name, const char *value)
{
    struct reading *reading = data;
    if (reading->status == OK)
        reading->status = set_key(reading, section, name, value == NULL ? "" : value);
    return reading->status == OK;
}

static enum status check(const struct feeds *feeds, const char *file, struct fault *why)
{
    for (size_t i = 0; i < feeds->count; i++) {
        const struct feed *feed = &feeds->items[i];
        if (feed->type == NULL && feed->word.count == 0)
            return fail(why, ERR_MALFORMED, "%s: [%.*s] has neither type nor word", file,
                        SLICE_FMT(feed->name));
        if (feed->source.count + feed->victim.count + feed->url.count == 0)
            return fail(why, ERR_MALFORMED,
                        "%s: [%.*s] names no column for an address: source = or victim =", file,
                        SLICE_FMT(feed->name));
    }
    return OK;
}

enum status feeds_read(struct slice text, const char *file, const struct feeds *under,
                       struct arena *arena, struct feeds **feeds, struct fault *why)
{
    struct reading reading = {
        .arena = arena, .feeds = arena_new(arena, struct feeds), .room = 64, .why = why};
    reading.feeds->items = arena_array(arena, struct feed, reading.room);
    reading.feeds->under = under;
    int line = ini_parse_string(arena_string(arena, text), on_setting, &reading);
    if (line != 0)
        return data_file_fault(why, reading.status, file, line);
    if (reading.status == OK)
        reading.status = check(reading.feeds, file, why);
    if (reading.status == OK)
        *feeds = reading.feeds;
    return reading.status;
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
    size_t skipped = 0;
    for (; feeds != NULL; skipped += feeds->count, feeds = feeds->under)
        if (*cursor < skipped + feeds->count)
            return &feeds->items[(*cursor)++ - skipped];
    return NULL;
}

char feed_plain(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + ('a' - 'A'));
    return byte == '_' || byte == '-' || byte == '.' || byte == '/' ? ' ' : byte;
}

int feed_compare_names(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < shorter; i++) {
        char left = feed_plain(a.ptr[i]), right = feed_plain(b.ptr[i]);
        if (left != right)
            return left < right ? -1 : 1;
    }
    return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

#define NAME_LONGEST 255U
#define DATE_LENGTH  11U /* "2026-11-01-" */

static struct slice without_path_and_packing(struct slice name)
{
    static const char *const packings[] = {".zip", ".gz", ".csv", ".txt"};
    for (ptrdiff_t slash; (slash = slice_find_byte(name, '/')) >= 0;)
        name = slice_from(name, (size_t)slash + 1);
    for (size_t i = 0; i < sizeof packings / sizeof *packings; i++)
        if (slice_ends_with_nocase(name, slice_of(packings[i])))
            name.len -= strlen(packings[i]);
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
        memcpy(glob, pattern.ptr, pattern.len);
        glob[pattern.len] = '\0';
        if (fnmatch(glob, text, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

bool feed_fits_name(const struct feed *feed, struct slice name)
{
    return feed->files.count == 0 || fits_any(&feed->files, feed_kind_in_name(name)) ||
           fits_any(&feed->files, without_path_and_packing(name));
}
