#include "parsers/data-file.h"
#include "parsers/free-text-form.h"
#include "parsers/free-text-words.h"

#include <stdio.h>
#include <stdlib.h>

#define LINES_MOST   200U
#define PHRASES_MOST 5000U
#define MATCH_LIMIT  20000U
#define DEPTH_LIMIT  2000U
#define ADDRESS                                                                                \
    "(?:::ffff:)?(?:\\d{1,3}\\.){3}\\d{1,3}|[0-9A-Fa-f]{3,4}:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*"

extern const char embedded_free_text_ini[];
extern const size_t embedded_free_text_ini_size;

static const char *const cue_names[CUE_COUNT] = {
    [CUE_SOURCE] = "source",
    [CUE_VICTIM] = "victim",
    [CUE_CUSTOMER] = "customer",
    [CUE_NONE] = "none",
    [CUE_LABEL] = "label",
    [CUE_PLACE] = "place",
    [CUE_NAME_ACCUSED] = "name accused",
    [CUE_NAME_PLACE] = "name place",
    [CUE_NAME_NONE] = "name none",
    [CUE_RANGE] = "range",
};

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct free_text_rules *rules;
    const char *file;
    struct fault *why;
};

static enum status compile(struct reading *reading, const char *section, const char *pattern,
                           uint32_t options, pcre2_code **code)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                          options | PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF, &error,
                          &offset, reading->rules->compiling);
    if (*code == NULL) {
        PCRE2_UCHAR text[128];
        (void)pcre2_get_error_message(error, text, sizeof text);
        return fail(reading->why, ERR_MALFORMED, "[%s] pattern, byte %zu: %s", section,
                    (size_t)offset, (const char *)text);
    }
    (void)pcre2_jit_compile(*code, PCRE2_JIT_COMPLETE);
    return OK;
}

/* "<source>" becomes a named group, and so on. */
static struct slice expand(struct arena *arena, struct slice pattern)
{
    static const struct {
        struct slice mark, group;
    } marks[] = {
        {SLICE("<source>"), SLICE("(?<source>" ADDRESS ")")},
        {SLICE("<victim>"), SLICE("(?<victim>" ADDRESS ")")},
        {SLICE("<port>"), SLICE("(?<port>[0-9]{1,5})(?![0-9])")},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ptrdiff_t at = slice_find(pattern, marks[i].mark);
        if (at < 0)
            continue;
        struct slice head = slice_until(pattern, (size_t)at);
        struct slice tail = slice_from(pattern, (size_t)at + marks[i].mark.len);
        pattern = arena_printf(arena, "%.*s%.*s%.*s", SLICE_FMT(head),
                               SLICE_FMT(marks[i].group), SLICE_FMT(tail));
    }
    return pattern;
}

static const struct xarf_type *type_named(struct slice name)
{
    struct slice category;
    if (!slice_next_field(&name, '/', &category))
        return NULL;
    return xarf_type_find(slice_trim(category), slice_trim(name));
}

static enum status unknown_type(const struct reading *reading, const char *section,
                                const char *value)
{
    return fail(reading->why, ERR_MALFORMED,
                "[%s] %s is no XARF v4 category/type; write it as messaging/spam, "
                "connection/login_attack, ...",
                section, value);
}

static enum status set_line(struct reading *reading, const char *section, const char *key,
                            const char *value)
{
    struct free_text_rules *rules = reading->rules;
    struct slice name = slice_of(section + strlen("line "));
    struct line_rule *rule = &rules->lines[rules->line_count == 0 ? 0 : rules->line_count - 1];
    if (!slice_eq(rule->name, name)) {
        if (rules->line_count == LINES_MOST)
            return fail(reading->why, ERR_LIMIT, "more than %u [line ...]", LINES_MOST);
        rule = &rules->lines[rules->line_count++];
        rule->name = arena_copy(reading->arena, name);
    }
    if (strcmp(key, "need") == 0) {
        rule->need = arena_copy(reading->arena, slice_of(value));
        return OK;
    }
    rule->hint |= strcmp(key, "hint") == 0;
    if (strcmp(key, "type") == 0 || strcmp(key, "hint") == 0) {
        rule->type = type_named(slice_of(value));
        return rule->type != NULL ? OK : unknown_type(reading, section, value);
    }
    if (strcmp(key, "weak") == 0 || strcmp(key, "list") == 0) {
        *(*key == 'w' ? &rule->weak : &rule->list) = strcmp(value, "yes") == 0;
        return OK;
    }
    if (strcmp(key, "pattern") != 0)
        return fail(reading->why, ERR_MALFORMED,
                    "[%s] has an unknown key %s; there are need, pattern, type, hint, weak "
                    "and list",
                    section, key);
    struct slice pattern = expand(reading->arena, slice_of(value));
    return compile(reading, section, arena_string(reading->arena, pattern), 0, &rule->code);
}

static enum status set_cue(struct reading *reading, const char *section, const char *key,
                           const char *value)
{
    const char *name = section + strlen("cue ");
    for (size_t i = 0; i < CUE_COUNT; i++) {
        struct cue_rule *rule = &reading->rules->cues[i];
        if (cue_names[i] == NULL || strcmp(name, cue_names[i]) != 0)
            continue;
        bool before = strcmp(key, "before") == 0;
        if (!before && strcmp(key, "after") != 0)
            return fail(reading->why, ERR_MALFORMED,
                        "[%s] has an unknown key %s; there are before and after", section, key);
        char *joined = before ? rule->before : rule->after;
        size_t used = strlen(joined);
        if (used + strlen(value) + 2 > PATTERN_MOST)
            return fail(reading->why, ERR_LIMIT, "[%s] has too many patterns", section);
        (void)snprintf(joined + used, PATTERN_MOST - used, "%s%s", used > 0 ? "|" : "", value);
        return OK;
    }
    return fail(
        reading->why, ERR_MALFORMED,
        "[%s]: there are source, victim, customer, none, place, label, name accused, name "
        "place and name none",
        section);
}

static enum status kind_index(struct reading *reading, const char *section, uint16_t *index)
{
    struct free_text_rules *rules = reading->rules;
    const char *name = section + strlen("words ");
    static const struct {
        const char *name;
        uint16_t kind;
    } others[] = {{"doubt", KIND_DOUBT},
                  {"possible", KIND_POSSIBLE},
                  {"aside", KIND_ASIDE},
                  {"appeal", KIND_APPEAL}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i].name) == 0) {
            *index = others[i].kind;
            return OK;
        }
    bool otherwise = strncmp(name, "otherwise ", strlen("otherwise ")) == 0;
    if (otherwise)
        name += strlen("otherwise ");
    const struct xarf_type *type = type_named(slice_of(name));
    if (type == NULL)
        return unknown_type(reading, section, name);
    size_t i = 0;
    while (i < rules->kind_count &&
           (rules->kinds[i] != type || rules->otherwise[i] != otherwise))
        i++;
    if (i == KINDS_MOST)
        return fail(reading->why, ERR_LIMIT, "more than %u kinds", KINDS_MOST);
    rules->kinds[i] = type;
    rules->otherwise[i] = otherwise;
    rules->kind_count += i == rules->kind_count;
    *index = (uint16_t)i;
    return OK;
}

/* As words_fold would leave it, with the stars kept where the rest of a word may stand. */
static struct slice fold_phrase(struct arena *arena, struct slice phrase)
{
    struct slice text = SLICE(""), piece;
    for (bool first = true; slice_next_field(&phrase, '*', &piece); first = false) {
        bool space = piece.len > 0 && piece.ptr[0] == ' ';
        struct slice folded = slice_trim(words_fold(arena, piece));
        text = arena_printf(arena, "%.*s%s%s%.*s", SLICE_FMT(text), first ? "" : "*",
                            space && !first ? " " : "", SLICE_FMT(folded));
    }
    return text;
}

static enum status set_words(struct reading *reading, const char *section, const char *key,
                             const char *value)
{
    struct free_text_rules *rules = reading->rules;
    bool strong = strcmp(key, "strong") == 0;
    uint16_t kind = 0;
    struct slice rest = arena_copy(reading->arena, slice_of(value)), item;
    if (!strong && strcmp(key, "weak") != 0)
        return fail(reading->why, ERR_MALFORMED,
                    "[%s] has an unknown key %s; there are strong and weak", section, key);
    enum status status = kind_index(reading, section, &kind);
    while (status == OK && slice_next_field(&rest, ',', &item)) {
        item = slice_trim(item);
        bool open = item.len > 0 && item.ptr[item.len - 1] == '*';
        struct slice text = fold_phrase(reading->arena, slice_until(item, item.len - open));
        if (text.len == 0)
            continue;
        if (rules->phrase_count == PHRASES_MOST)
            return fail(reading->why, ERR_LIMIT, "more than %u words", PHRASES_MOST);
        rules->phrases[rules->phrase_count++] =
            (struct phrase){.text = text, .open = open, .strong = strong, .kind = kind};
    }
    return status;
}

static enum status set_bystanders(struct reading *reading, const char *section, const char *key,
                                  const char *value)
{
    struct slice rest = arena_copy(reading->arena, slice_of(value)), host;
    if (strcmp(key, "hosts") != 0)
        return fail(reading->why, ERR_MALFORMED, "[%s] has an unknown key %s; there is hosts",
                    section, key);
    while (slice_next_field(&rest, ',', &host))
        if (slice_trim(host).len > 0)
            text_list_add(&reading->rules->bystanders, reading->arena, slice_trim(host));
    return OK;
}

static enum status add_setting(void *reading, const char *section, const char *key,
                               const char *value)
{
    if (strncmp(section, "words ", strlen("words ")) == 0)
        return set_words(reading, section, key, value);
    if (strncmp(section, "cue ", strlen("cue ")) == 0)
        return set_cue(reading, section, key, value);
    if (strncmp(section, "line ", strlen("line ")) == 0)
        return set_line(reading, section, key, value);
    if (strcmp(section, "bystanders") == 0)
        return set_bystanders(reading, section, key, value);
    return fail(((struct reading *)reading)->why, ERR_MALFORMED,
                "[%s]: there are [words ...], [cue ...], [line ...] and [bystanders]", section);
}

/* ---- putting together ---- */

static void *allocate(PCRE2_SIZE size, void *arena)
{
    return arena_alloc(arena, size);
}

static void release(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static void prepare(struct free_text_rules *rules, struct arena *arena)
{
    pcre2_general_context *memory = pcre2_general_context_create(allocate, release, arena);
    rules->compiling = pcre2_compile_context_create(memory);
    rules->limits = pcre2_match_context_create(memory);
    rules->match = pcre2_match_data_create(16, memory);
    (void)pcre2_set_match_limit(rules->limits, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(rules->limits, DEPTH_LIMIT);
    rules->phrases = arena_array(arena, struct phrase, PHRASES_MOST);
    rules->lines = arena_array(arena, struct line_rule, LINES_MOST);
}

/* Up to the first star, all is fixed. */
static struct slice fixed_of(const struct phrase *phrase)
{
    ptrdiff_t star = slice_find_byte(phrase->text, '*');
    return slice_until(phrase->text, star < 0 ? SIZE_MAX : (size_t)star);
}

static unsigned bucket_of(const struct phrase *phrase)
{
    struct slice fixed = fixed_of(phrase);
    bool open = phrase->open || fixed.len < phrase->text.len;
    bool loose = fixed.len < (open ? PHRASE_HEAD : PHRASE_HEAD - 1);
    return loose ? LOOSE_BUCKET : word_bucket(fixed, PHRASE_HEAD);
}

static int compare_phrases(const void *a, const void *b)
{
    unsigned x = bucket_of(a), y = bucket_of(b);
    return (x > y) - (x < y);
}

static void set_head(struct phrase *phrase)
{
    static const char ones[sizeof phrase->mask] = {-1, -1, -1, -1, -1, -1, -1, -1};
    struct slice fixed = fixed_of(phrase);
    phrase->head = phrase_head(fixed);
    phrase->mask = phrase_head(slice_until((struct slice){ones, sizeof ones}, fixed.len));
}

static void sort_phrases(struct free_text_rules *rules)
{
    for (size_t i = 0; i < rules->phrase_count; i++)
        set_head(&rules->phrases[i]);
    qsort(rules->phrases, rules->phrase_count, sizeof *rules->phrases, compare_phrases);
    for (size_t bucket = 0, i = 0; bucket <= LOOSE_BUCKET + 1; bucket++) {
        while (i < rules->phrase_count && bucket_of(&rules->phrases[i]) < bucket)
            i++;
        rules->starts[bucket] = (uint16_t)i;
    }
}

static enum status finish(struct reading *reading)
{
    struct free_text_rules *rules = reading->rules;
    sort_phrases(rules);
    for (size_t i = 0; i < rules->line_count; i++)
        if (rules->lines[i].code == NULL)
            return fail(reading->why, ERR_MALFORMED, "%s: [line %.*s] has no pattern",
                        reading->file, SLICE_FMT(rules->lines[i].name));
    for (size_t i = 0; i < CUE_COUNT; i++) {
        struct cue_rule *rule = &rules->cues[i];
        enum status status = OK;
        if (rule->before[0] != '\0')
            status = compile(reading, cue_names[i], rule->before, PCRE2_CASELESS,
                             &rule->before_code);
        if (status == OK && rule->after[0] != '\0')
            status =
                compile(reading, cue_names[i], rule->after, PCRE2_CASELESS, &rule->after_code);
        if (status != OK)
            return fail_in(reading->why, status, reading->file);
    }
    return OK;
}

enum status free_text_rules_read(struct slice text, const char *file, struct arena *arena,
                                 struct free_text_rules **rules, struct fault *why)
{
    struct reading reading = {.arena = arena,
                              .rules = arena_new(arena, struct free_text_rules),
                              .file = file,
                              .why = why};
    struct slice built_in = {embedded_free_text_ini, embedded_free_text_ini_size};
    prepare(reading.rules, arena);
    enum status status = data_file_read(text, file, add_setting, &reading, why);
    if (status == OK)
        status = data_file_read(built_in, file, add_setting, &reading, why);
    if (status == OK)
        status = finish(&reading);
    if (status == OK)
        *rules = reading.rules;
    else
        free_text_rules_release(reading.rules);
    return status;
}

void free_text_rules_release(struct free_text_rules *rules)
{
    for (size_t i = 0; i < rules->line_count; i++)
        pcre2_code_free(rules->lines[i].code);
    for (size_t i = 0; i < CUE_COUNT; i++) {
        pcre2_code_free(rules->cues[i].before_code);
        pcre2_code_free(rules->cues[i].after_code);
    }
}

const struct free_text_rules *free_text_rules_default(void)
{
    static struct arena arena;
    static struct free_text_rules *rules;
    struct fault why = {""};
    if (rules == NULL &&
        free_text_rules_read(SLICE(""), "free-text.ini", &arena, &rules, &why) != OK) {
        (void)fprintf(stderr, "%s\n", why.text);
        abort();
    }
    return rules;
}
