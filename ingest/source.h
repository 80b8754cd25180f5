/* A source that brings mail while the daemon runs, on its loop. The daemon keeps what it
 * takes; a source gives up its own copy only after it was told that what it handed over is
 * kept:
 *
 *     source                       host (the daemon)
 *     take(mail) …                 appends it to the open group of the journal
 *     ask()                        ends the batch: once all of it is on disk, and its mails are
 *                                  understood if the source wants to know, type->kept(source, true, …);
 *                                  false when some of it could not be kept: start over
 *
 * A source may go on taking while it waits: batches are answered in their order.
 *
 * To add a kind of source: one file with a struct source_type, and a section in the option
 * table. */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include "base/arena.h"
#include "base/status.h"

#include <uv.h>

enum source_state {
    SOURCE_STARTING, /* on its way to the first mail */
    SOURCE_READING,
    SOURCE_WAITING, /* has read everything there is */
    SOURCE_TROUBLE, /* tries again later; trouble says why */
    SOURCE_STOPPED,
};

struct source;
struct source_type {
    const char *name; /* "imap" */
    void (*start)(struct source *source);
    /* understood[i]: did some parser understand the i-th mail of the batch? NULL unless
     * source->wants_verdicts. */
    void (*kept)(struct source *source, bool kept, const bool *understood);
    /* Brings nothing more until it may again; NULL: it never brings much. */
    void (*hold)(struct source *source, bool hold);
    /* Ends; host->ended is called once nothing of it is on the loop any more, never from
     * within. */
    void (*stop)(struct source *source);
    void (*free)(struct source *source);
};

/* What a source asks of whoever runs it. */
enum source_word { SOURCE_DETAIL, SOURCE_NEWS, SOURCE_WARNING };
struct source_host {
    uv_loop_t *loop;
    void *data;
    /* ERR_LIMIT, ERR_MALFORMED: this mail is refused for good. Anything else but OK: later. */
    enum status (*take)(struct source *source, struct slice mail, struct fault *why);
    void (*ask)(struct source *source);
    /* It starts over: nobody waits for what it took before. */
    void (*abandon)(struct source *source);
    void (*say)(struct source *source, enum source_word word, const char *text);
    /* Something that the desk must know, for its history too. */
    void (*notice)(struct source *source, const char *text);
    /* Small texts that outlive the process. What is remembered is on disk no earlier than
     * what was taken before. */
    bool (*recall)(struct source *source, const char *name, struct arena *arena,
                   struct slice *text);
    void (*remember)(struct source *source, const char *name, struct slice text);
    void (*changed)(struct source *source); /* its state */
    void (*ended)(struct source *source);
};

/* The part that is alike in all of them; the first member of each. */
struct source {
    const struct source_type *type;
    const struct source_host *host;
    const char *name; /* of its section */
    char label[96];   /* "imap abuse" */
    bool replies;     /* answers of customers come in here */
    bool wants_verdicts;
    uint32_t asks;                /* batches that it waits to hear of */
    struct source_batch *batches; /* the host's, oldest first */
    uint64_t run;                 /* mails since it last had read everything */

    enum source_state state;
    bool caught_up;              /* was WAITING once since the start */
    int64_t since;               /* of the state; seconds UTC */
    int64_t last_mail;           /* seconds UTC; 0: none yet */
    uint64_t mails, bytes;       /* taken since the start */
    uint64_t troubles, restarts; /* since the start */
    uint32_t set_aside;          /* mails that are left alone */
    char trouble[FAULT_LENGTH];  /* the last one */
    struct source *next;
};

void source_init(struct source *source, const struct source_type *type,
                 const struct source_host *host, const char *name, bool replies);
/* Says it, and tells the host. `why` only with TROUBLE. */
void source_enter(struct source *source, enum source_state state, const char *why);
void source_say(struct source *source, enum source_word word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void source_notice(struct source *source, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Hands a mail over, and counts it. */
MUST_USE enum status source_take(struct source *source, struct slice mail, struct fault *why);
const char *source_state_name(enum source_state state);
/* Can what comes in here be heard now? */
bool source_is_heard(const struct source *source);

#endif
