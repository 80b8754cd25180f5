/* A progress bar on stderr, for what takes long. Silent unless stderr is a terminal. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H

#include "app/terminal.h"

struct progress {
    struct terminal out;
    const char *what;   /* "messages" */
    uint64_t total;     /* bytes or steps to go through; 0: not known */
    int64_t started_ms; /* monotonic */
    int64_t painted_ms;
    bool painted;
};

struct progress progress_start(FILE *stream, bool quiet, const char *what, uint64_t total);
/* done of total; items counts what goes by, cases those that are there. Paints at most ten
 * times a second. */
void progress_show(struct progress *progress, uint64_t done, uint64_t items, uint64_t cases);
/* Wipes the bar, so that what follows begins on a clean line. */
void progress_end(struct progress *progress);

/* The line without wiping and colour: "[######....] 42 %  12345 messages, 810/s, 31 cases,
 * 12 s left". For tests too. */
void progress_line(const struct progress *progress, uint64_t done, uint64_t items,
                   uint64_t cases, int64_t elapsed_ms, char *line, size_t room);

#endif
