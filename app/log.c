#include "app/log.h"

#include "base/moment.h"
#include "base/text.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define LINE_MOST 1024

/* systemd says which file its journal reads: is that our stderr? */
static bool is_journal(FILE *stream)
{
    const char *place = getenv("JOURNAL_STREAM");
    struct stat facts;
    char ours[64];
    if (place == NULL || fstat(fileno(stream), &facts) != 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%llu:%llu", (unsigned long long)facts.st_dev,
                   (unsigned long long)facts.st_ino);
    return strcmp(place, ours) == 0;
}

bool log_open(struct log *log, FILE *stream, const char *form)
{
    log->stream = stream;
    if (strcmp(form, "json") == 0)
        log->form = LOG_FORM_JSON;
    else if (strcmp(form, "text") == 0)
        log->form = LOG_FORM_TEXT;
    else if (strcmp(form, "auto") == 0)
        log->form = is_journal(stream) ? LOG_FORM_JOURNAL : LOG_FORM_TEXT;
    else
        return false;
    return true;
}

static void write_json(const struct log *log, const char *moment, const char *level,
                       const char *who, struct slice text)
{
    json_t *line = json_pack("{s:s, s:s, s:s, s:s%}", "t", moment, "level", level, "who", who,
                             "text", text.ptr, text.len);
    if (line == NULL)
        return;
    (void)json_dumpf(line, log->stream, JSON_COMPACT);
    (void)fputc('\n', log->stream);
    json_decref(line);
}

void log_say(const struct log *log, enum log_level level, const char *who, const char *format,
             ...)
{
    static const struct {
        const char *name;
        int priority;
    } levels[] = {[LOG_LEVEL_ERROR] = {"error", 3},
                  [LOG_LEVEL_WARNING] = {"warning", 4},
                  [LOG_LEVEL_NOTICE] = {"notice", 5},
                  [LOG_LEVEL_INFO] = {"info", 6}};
    char raw[LINE_MOST], moment[MOMENT_TEXT];
    struct arena arena = ARENA_INIT;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    struct slice text = text_line(&arena, slice_of(raw), LINE_MOST);
    (void)moment_rfc3339(time(NULL), moment);
    if (log->form == LOG_FORM_JSON)
        write_json(log, moment, levels[level].name, who, text);
    else if (log->form == LOG_FORM_JOURNAL)
        (void)fprintf(log->stream, "<%d>%s: %.*s\n", levels[level].priority, who,
                      SLICE_FMT(text));
    else
        (void)fprintf(log->stream, "%s %s %s: %.*s\n", moment, levels[level].name, who,
                      SLICE_FMT(text));
    (void)fflush(log->stream);
    arena_release(&arena);
}
