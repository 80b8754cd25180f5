/* Private to the supervisor of an IMAP account. */
#ifndef INGEST_IMAP_SUPERVISOR_STATE_H
#define INGEST_IMAP_SUPERVISOR_STATE_H

#include "ingest/imap-supervisor.h"
#include "ingest/wire.h"

/* A batch as the fetcher announced it, and what had come when it was over: also of the next
 * one, which the server may have sent with it. */
struct supervisor_lot {
    struct wire_mails wanted, taken;
};

struct supervisor {
    struct source source; /* first: a source is one of these */
    struct imap_source_settings settings;
    struct imap_account account; /* with cursors; careful as it is for the next fetcher */
    struct secret_request *asking;
    struct token_keeper *tokens; /* NULL: no token-url */

    uv_timer_t timer; /* pause, or how long the fetcher may be silent */
    uv_process_t process;
    uv_pipe_t pipe;
    unsigned handles; /* of the fetcher, not closed yet */
    bool running, exited, ended, silent, held, stopping;
    int signal; /* that ended it */
    int64_t exit_status;
    unsigned failures; /* in a row */

    struct buffer received;
    struct supervisor_lot *lots;             /* WIRE_ATTEMPTS_MOST, used in turn */
    unsigned begun, fetched, answered, done; /* lots, since this fetcher was started */
    unsigned owed;                           /* mails of those begun and not fetched */
    bool skewed;                             /* it was told that the clocks differ */
    enum status fault_status;                /* what the fetcher said when it ended */
    struct fault fault;

    struct { /* the last mail that a fetcher died of while it was alone, or did not get */
        uint32_t folder, uid_validity, uid;
        unsigned deaths;
    } suspect;
};

/* Everything received so far, frame by frame. False: the fetcher must go, and fault says
 * why. */
bool supervisor_frames(struct supervisor *supervisor);
/* The fetcher has time until then. */
void supervisor_heard(struct supervisor *supervisor);
void supervisor_remember(struct supervisor *supervisor);
/* Leaves the mail alone from now on, and tells the desk. */
void supervisor_set_aside(struct supervisor *supervisor, uint32_t folder, uint32_t uid_validity,
                          uint32_t uid, const char *why);
/* The server names these, and does not send them. False: the fetcher must go, for now. */
bool supervisor_withheld(struct supervisor *supervisor, const struct wire_mails *mails,
                         bool server_works, struct slice words);
static inline struct supervisor_lot *supervisor_lot(const struct supervisor *supervisor,
                                                    unsigned number)
{
    return &supervisor->lots[number % WIRE_ATTEMPTS_MOST];
}

/* --- the process --- */
/* False: nothing was started; errno. */
bool supervisor_start(struct supervisor *supervisor, const char *secret);
/* `fault` says why, or nothing does and the mail is to blame. */
void supervisor_drop(struct supervisor *supervisor);
void supervisor_hold(struct supervisor *supervisor, bool hold);
/* One of the handles that supervisor->handles counts. */
void supervisor_close(uv_handle_t *handle);
/* Nothing of the process is left. */
void supervisor_gone(struct supervisor *supervisor);
void supervisor_send(struct supervisor *supervisor, enum wire_kind kind, struct slice payload);

#endif
