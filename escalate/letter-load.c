/* Templates from disk: a site's own where it has them, else those that were shipped. */
#include "escalate/letter-names.h"
#include "escalate/letter.h"
#include "escalate/template.h"

#include <errno.h>
#include <stdio.h>

#define TEXT_MOST ((size_t)64 * 1024)

const char *const letter_kind_names[LETTER_KINDS] = {
    "warning", "advice", "victim", "reasons", "restored", "acknowledgement", "desk",
};

const char *const letter_value_names[] = {
    "provider",
    "name",
    "portal",
    "phone",
    "desk",
    "reply",
    "cases",
    "several",
    "case",
    "address",
    "server",
    "customer",
    "since",
    "last",
    "reports",
    "organisations",
    "incidents",
    "email-compromise",
    "system-compromise",
    "under-attack",
    "advice",
    "evidence",
    "when",
    "what",
    "count",
    "where",
    "measures",
    "measure",
    "deadline",
    "local",
    "utc",
    "zone",
    "calls",
    "cuts",
    "at-once",
    "hours",
    "why",
    "subjects",
    "stranger",
    "old",
    "state",
    NULL,
};

static enum status read_file(const char *folder, const char *name, const char *language,
                             struct arena *arena, struct slice *text, struct fault *why)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.%s.txt", folder, name, language);
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        if (errno == ENOENT) {
            *text = (struct slice){0};
            return OK;
        }
        return fail(why, ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    }
    char *bytes = arena_alloc(arena, TEXT_MOST + 1);
    size_t size = fread(bytes, 1, TEXT_MOST + 1, file);
    bool broken = ferror(file) != 0;
    (void)fclose(file);
    if (broken)
        return fail(why, ERR_IO, "%s: cannot be read", path);
    if (size > TEXT_MOST)
        return fail(why, ERR_LIMIT, "%s: longer than %zu bytes", path, TEXT_MOST);
    *text = (struct slice){bytes, size};
    return OK;
}

static enum status read_text(const char *shipped, const char *own, const char *name,
                             const char *language, struct arena *arena, struct slice *text,
                             struct fault *why)
{
    enum status status = OK;
    *text = (struct slice){0};
    if (own != NULL)
        status = read_file(own, name, language, arena, text, why);
    if (status == OK && text->len == 0)
        status = read_file(shipped, name, language, arena, text, why);
    return status;
}

enum status letter_template_check(struct slice text, struct fault *why)
{
    struct slice subject, blank;
    struct slice rest = text;
    if (!slice_next_line(&rest, &subject) || slice_trim(subject).len == 0 || subject.len > 200)
        return fail(why, ERR_MALFORMED,
                    "line 1: the subject is missing or longer than 200 bytes");
    if (!slice_next_line(&rest, &blank) || slice_trim(blank).len > 0)
        return fail(why, ERR_MALFORMED, "line 2: a blank line stands between subject and text");
    enum status status = template_check(text, letter_value_names, why);
    if (status == OK && template_check(subject, letter_value_names, why) != OK)
        status = fail(why, ERR_MALFORMED, "line 1: a section of the subject must end in it");
    return status;
}

enum status letter_templates_load(const char *shipped, const char *own, struct arena *arena,
                                  struct letter_templates *templates, struct fault *why)
{
    static const char *const languages[] = {"en", "de"};
    struct letter_templates read = {.language_count = sizeof languages / sizeof *languages};
    for (size_t l = 0; l < read.language_count; l++) {
        read.languages[l] = slice_of(languages[l]);
        enum status status =
            read_text(shipped, own, "measures", languages[l], arena, &read.measures[l], why);
        for (unsigned kind = 0; kind < LETTER_KINDS && status == OK; kind++) {
            struct slice *text = &read.texts[kind][l];
            status = read_text(shipped, own, letter_kind_names[kind], languages[l], arena, text,
                               why);
            if (status == OK && text->len == 0 && l == 0)
                status = fail(why, ERR_MALFORMED, "%s/%s.en.txt: the template is missing",
                              shipped, letter_kind_names[kind]);
            if (status != OK || text->len == 0)
                continue;
            char where[64];
            (void)snprintf(where, sizeof where, "%s.%s.txt", letter_kind_names[kind],
                           languages[l]);
            status = letter_template_check(*text, why);
            if (status != OK)
                return fail_in(why, status, where);
        }
        if (status != OK)
            return status;
    }
    *templates = read;
    return OK;
}
