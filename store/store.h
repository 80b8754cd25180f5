/* store: what is kept.
 *
 * The journal (journal.h) is the input, LMDB is what the pipeline made of it, in one
 * transaction per batch together with the journal position up to which it counts. This is
 * the only folder that knows LMDB: MDB_* exists in environment.c, scan.c and txn*.c alone.
 *
 * A transaction carries its first error: later operations do nothing, and txn_commit reports
 * it. So ten puts need one check. What a get or a scan hands out is decoded into the
 * caller's arena. No read transaction outlives a callback.
 *
 * To keep a new thing: add a table to tables.c, a layout to records.c, typed functions here,
 * a check to check.c. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/assignment.h"
#include "base/event.h"
#include "base/policy.h"
#include "store/journal.h"

struct store;
struct txn;

/* In the directory: a daemon holds a lock (flock) on this file as long as it runs. */
#define STORE_DAEMON_LOCK "daemon.lock"

struct store_settings {
    const char
        *directory; /* journal/ and index/ are in it; NULL with temporary: below $TMPDIR */
    bool create;    /* make it when it is not there */
    bool read_only;
    bool hurry;            /* whoever writes is waited for a moment only: ERR_CONFLICT */
    bool temporary;        /* no syncs, and store_close removes the directory */
    uint64_t segment_size; /* of the journal; 0: the default */
    size_t map_size;       /* of a new index: it grows from there; 0: the default */
};

MUST_USE enum status store_open(const struct store_settings *settings, struct store **store,
                                struct fault *why);
void store_close(struct store *store);
struct journal *store_journal(struct store *store);
const char *store_directory(const struct store *store);
/* To today's format, after an older snapshot was put into it. */
MUST_USE enum status store_migrate(struct store *store, struct fault *why);
/* What opening mended or migrated, a line each; empty when nothing. Borrowed. */
struct slice store_notices(const struct store *store);

/* Transactions. A full map grows by itself: commit then answers ERR_CONFLICT, nothing has
 * landed, and the caller runs its batch again from the journal position (txn_run does). */
MUST_USE enum status txn_begin(struct store *store, bool write, struct txn **txn,
                               struct fault *why);
MUST_USE enum status txn_commit(struct txn *txn, struct fault *why);
void txn_abort(struct txn *txn);
/* Begins, runs work, commits; again from the start when the map had to grow. work returns
 * anything but OK to abort. */
MUST_USE enum status txn_run(struct store *store, bool write,
                             enum status (*work)(struct txn *txn, void *data,
                                                 struct fault *why),
                             void *data, struct fault *why);
bool txn_failed(const struct txn *txn);
/* About how many bytes of memory a write transaction holds until its commit. */
size_t txn_weight(struct txn *txn);
/* A number that changes with every committed write of any process. */
uint64_t store_generation(struct store *store);
/* A store that is read where its lock file cannot be written has no protection from writers:
 * true when they went on so far since that generation that what was read may be wrong. */
bool store_overtaken(struct store *store, uint64_t generation);

/* Where the pipeline stands. */
struct store_state {
    struct journal_position position; /* records before it are in LMDB */
    struct instant now;               /* of the last record applied */
    uint64_t next_case, next_event, next_action, next_report, next_message, next_assignment;
    uint8_t chain[HASH_SIZE]; /* hash of the last event */
    int64_t boot; /* boot-time clock and boot id of the last live tick, for the fair clock */
    uint8_t boot_id[16];
    bool intake_healthy;
};
void store_get_state(struct txn *txn,
                     struct store_state *state); /* zeroes and firsts in a new store */
void store_put_state(struct txn *txn, const struct store_state *state);

/* Messages. */
/* By what a message is known again: the same bytes have the same date. */
struct message_identity {
    uint8_t digest[32]; /* SHA-256 */
    int64_t date; /* its own; 0 when it has none, and in records from before it was kept */
};
struct stored_message {
    uint64_t id;
    struct message_identity identity;
    struct journal_position position;
    int64_t received_at;
    struct slice source, subject, from; /* subject and from as sanitised lines */
    uint8_t verdict;                    /* enum verdict */
    struct slice parser, reason;
    uint32_t parser_revision;
    uint32_t report_count;
    uint8_t triage_state; /* enum triage_state; TRIAGE_NONE when it never was there */
    struct slice assignee;
};
enum triage_state {
    TRIAGE_NONE,
    TRIAGE_WAITING,
    TRIAGE_ASSIGNED,
    TRIAGE_DISCARDED,
    TRIAGE_REPARSED
};
bool store_find_message(struct txn *txn, const struct message_identity *identity, uint64_t *id);
bool store_get_message(struct txn *txn, uint64_t id, struct arena *arena,
                       struct stored_message *message);
void store_put_message(struct txn *txn,
                       const struct stored_message *message); /* and its indexes */

/* Reports, as kept: the compact facts; the words are in the journal. */
struct stored_report {
    uint64_t id;
    uint8_t report_id[16];
    uint64_t message_id, case_id; /* case 0: opened none */
    struct address address;
    struct slice subject, customer;
    struct slice operator_name, reporter_domain;
    enum auth_result auth;
    enum role role;
    const struct xarf_type *type;
    struct slice feedback_type;
    int64_t observed_at, received_at;
    uint64_t incidents;
    bool opens_no_case, restricted;
    struct slice site; /* what the accused may be shown of its URL or domain */
};
bool store_get_report(struct txn *txn, uint64_t id, struct arena *arena,
                      struct stored_report *report);
void store_put_report(struct txn *txn, const struct stored_report *report);
/* An incident seen once: true and *report when this fingerprint was there, else it is
 * remembered for *report. `observed_at` is the report's, or 0; its hour must be in the
 * fingerprint. */
bool store_seen_incident(struct txn *txn, int64_t observed_at, const uint8_t fingerprint[16],
                         uint64_t *report);

/* Cases. */
bool store_get_case(struct txn *txn, uint64_t id, struct arena *arena, struct abuse_case *c);
void store_put_case(struct txn *txn,
                    const struct abuse_case *c); /* keeps subject, customer and state indexes */
/* The latest case of that address and assignment, open or closed; 0 when there is none. */
uint64_t store_find_case(struct txn *txn, const struct address *subject, uint64_t assignment);

/* Events: written once, chained. Fills id, previous and hash from state and moves state on. */
void store_append_event(struct txn *txn, struct store_state *state, struct event *event);
bool store_get_event(struct txn *txn, uint64_t id, struct arena *arena, struct event *event);

/* The timer of a case: at most one, at c->due. Kept by store_put_case. Due cases, earliest
 * first. */
bool store_next_due(struct txn *txn, int64_t *due, uint64_t *case_id);

/* The outbox. */
void store_put_action(struct txn *txn, const struct action *action);
bool store_get_action(struct txn *txn, uint64_t id, struct arena *arena, struct action *action);
bool store_find_action(struct txn *txn, struct slice identity, uint64_t *id);
/* Earliest not_before among pending actions. */
bool store_next_action(struct txn *txn, int64_t *not_before);

/* The inventory, with its history. */
void store_put_assignment(struct txn *txn, const struct assignment *assignment);
bool store_get_assignment(struct txn *txn, uint64_t id, struct arena *arena,
                          struct assignment *assignment);

/* Addresses reported that are not ours: counted. */
struct stranger {
    struct address address;
    uint64_t reports;
    int64_t first_at, last_at;
};
void store_count_stranger(struct txn *txn, const struct address *address, int64_t now);

/* Small texts by name that outlive a process: the policy in force ("policy"), a source's
 * cursor ("imap/…"). */
bool store_get_text(struct txn *txn, const char *name, struct arena *arena, struct slice *text);
void store_put_text(struct txn *txn, const char *name, struct slice text);

/* A command or outcome seen once, by its own identity: true when it was there, else it is
 * remembered. */
bool store_seen_input(struct txn *txn, struct slice identity);

/* Counters by name ("messages", "duplicates", "not-ours" …), for status and metrics. */
void store_count(struct txn *txn, const char *name, uint64_t by);
uint64_t store_counter(struct txn *txn, const char *name);

/* Scans. `each` returns false to stop. Ascending unless said otherwise. Values live in
 * `arena` until each returns (the scan resets nothing: use a scratch arena, which
 * `each` may reset). */
typedef bool (*case_fn)(const struct abuse_case *c, void *data);
typedef bool (*event_fn)(const struct event *event, void *data);
typedef bool (*report_fn)(const struct stored_report *report, void *data);
typedef bool (*message_fn)(const struct stored_message *message, void *data);
typedef bool (*action_fn)(const struct action *action, void *data);
typedef bool (*assignment_fn)(const struct assignment *assignment, void *data);
typedef bool (*stranger_fn)(const struct stranger *stranger, void *data);
void store_each_case(struct txn *txn, bool open_only, struct arena *arena, case_fn each,
                     void *data);
void store_each_case_of(struct txn *txn, struct slice customer, bool open_only,
                        struct arena *arena, case_fn each, void *data);
void store_each_event(struct txn *txn, uint64_t case_id, struct arena *arena, event_fn each,
                      void *data);
void store_each_event_from(struct txn *txn, uint64_t first, struct arena *arena, event_fn each,
                           void *data);
void store_each_report(struct txn *txn, uint64_t case_id, struct arena *arena, report_fn each,
                       void *data);
void store_each_triage(struct txn *txn, struct arena *arena, message_fn each,
                       void *data); /* waiting or assigned */
void store_each_message(struct txn *txn, uint64_t first, struct arena *arena, message_fn each,
                        void *data);
void store_each_pending_action(struct txn *txn, struct arena *arena, action_fn each,
                               void *data); /* by not_before, id */
void store_each_action_of(struct txn *txn, uint64_t case_id, struct arena *arena,
                          action_fn each, void *data);
void store_each_assignment(struct txn *txn, struct arena *arena, assignment_fn each,
                           void *data);
void store_each_stranger(struct txn *txn, struct arena *arena, stranger_fn each, void *data);

/* Upkeep. */
struct store_problem {
    const char *check;
    char text[256];
};
typedef bool (*problem_fn)(const struct store_problem *problem, void *data);
/* Every index agrees with what it indexes, each case equals the fold of its events, the hash
 * chain verifies. */
MUST_USE enum status store_check(struct store *store, problem_fn each, void *data,
                                 unsigned *problems, struct fault *why);
/* Hot, compacting copy into a directory that does not exist yet; the journal too. */
MUST_USE enum status store_backup(struct store *store, const char *directory,
                                  struct fault *why);
/* Empties everything that came from the journal; the caller then runs the pipeline from
 * journal_first, or puts a snapshot (snapshot.h) in its place. */
void store_clear(struct txn *txn);

#endif
