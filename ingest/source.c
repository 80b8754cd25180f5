#include "ingest/source.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void source_init(struct source *source, const struct source_type *type,
                 const struct source_host *host, const char *name, bool replies)
{
    *source = (struct source){
        .type = type, .host = host, .name = name, .replies = replies, .since = time(NULL)};
    (void)snprintf(source->label, sizeof source->label, "%s %s", type->name, name);
}

const char *source_state_name(enum source_state state)
{
    static const char *const names[] = {[SOURCE_STARTING] = "starting",
                                        [SOURCE_READING] = "reading",
                                        [SOURCE_WAITING] = "waiting",
                                        [SOURCE_TROUBLE] = "trouble",
                                        [SOURCE_STOPPED] = "stopped"};
    return names[state];
}

bool source_is_heard(const struct source *source)
{
    return source->state == SOURCE_READING || source->state == SOURCE_WAITING;
}

void source_enter(struct source *source, enum source_state state, const char *why)
{
    bool new = source->state != state;
    if (state == SOURCE_TROUBLE) {
        source->troubles++;
        (void)snprintf(source->trouble, sizeof source->trouble, "%s", why);
    }
    if (state == SOURCE_WAITING) {
        if (!source->caught_up || source->trouble[0] != '\0')
            source_say(source, SOURCE_NEWS, "read to the end; waits for mail");
        source->caught_up = true;
        source->run = 0;
        source->trouble[0] = '\0';
    }
    source->state = state;
    if (new)
        source->since = time(NULL);
    source->host->changed(source);
}

void source_say(struct source *source, enum source_word word, const char *format, ...)
{
    char text[FAULT_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    source->host->say(source, word, text);
}

void source_notice(struct source *source, const char *format, ...)
{
    char text[FAULT_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    source->host->notice(source, text);
}

enum status source_take(struct source *source, struct slice mail, struct fault *why)
{
    enum status status = source->host->take(source, mail, why);
    if (status == OK) {
        source->mails++;
        source->run++;
        source->bytes += mail.len;
        source->last_mail = time(NULL);
    }
    return status;
}
