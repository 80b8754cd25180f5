/* What the daemon says on stderr: a line each, sanitised, with who says it.
 *
 *   text      2026-11-01T10:00:00Z warning imap abuse: the password is refused
 *   journal   <4>imap abuse: the password is refused       (systemd takes the priority off)
 *   json      {"t":"2026-11-01T10:00:00Z","level":"warning","who":"imap abuse","text":"the password is refused"} */
#ifndef APP_LOG_H
#define APP_LOG_H

#include <stdbool.h>
#include <stdio.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO };
enum log_form { LOG_FORM_TEXT, LOG_FORM_JOURNAL, LOG_FORM_JSON };

struct log {
    FILE *stream;
    enum log_form form;
};

/* "auto" (journal where stderr is systemd's, else text), "text", "json"; false for anything
 * else. */
bool log_open(struct log *log, FILE *stream, const char *form);
void log_say(const struct log *log, enum log_level level, const char *who, const char *format,
             ...) __attribute__((format(printf, 4, 5)));

#endif
