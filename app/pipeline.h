/* pipeline: where the stages meet. One input after another becomes what the store holds.
 *
 * Every input (a mail, a decision of the desk, what came of an action, a tick, a policy, an
 * inventory, a word of the DNS) is a record of the journal. Applying a record is a pure function of the store
 * and the record: timers that are due by then fire, then the record itself has its say. So a
 * crash costs nothing (what is in the journal is applied again from where LMDB stands), the
 * index can be made anew, and a replay is the same program under another clock.
 *
 *   pipeline.c        the batch: journal group, write transaction, and what happens when either fails
 *   pipeline-append.c the same in two steps: taken now, applied a moment later
 *   rebuild.c         the index made anew
 *   apply.c           one record: timers, then by kind
 *   apply-message.c   a mail: parsed, correlated, stepped
 *   apply-input.c     decisions, outcomes, policies, inventories
 *   apply-lookup.c    reports that give a name, and what the DNS says of it
 *   case-step.c       what the ladder says about a case, into the store
 *   surroundings.c    what its guards must know about everybody else
 *   input.c           decisions as JSON and back
 *
 * Any number of processes may feed one store. A process holds the write transaction before
 * it takes the journal, never the other way round. */
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "app/config.h"
#include "correlate/inventory.h"
#include "store/store.h"

struct pipeline;

struct pipeline_settings {
    unsigned group_most; /* records that one fdatasync makes durable; 0: 64 */
    unsigned batch_most; /* records in one write transaction, unless it grows heavy; 0: 32768 */
    /* Whose vocabulary, feeds, notices and free text count; like the program, they are not
     * part of the journal. NULL: the built-in ones. Must outlive the pipeline. */
    const struct parse_settings *definitions;
};

/* Told after the commit, in order, of every event since the last time, whichever process
 * brought it about. */
typedef void (*event_seen_fn)(struct txn *txn, const struct event *event, void *data);

/* Opens on a store that stays the caller's, and applies what the journal holds beyond the
 * index. */
MUST_USE enum status pipeline_open(struct store *store,
                                   const struct pipeline_settings *settings,
                                   struct pipeline **pipeline, struct fault *why);
/* For somebody who only looks: policy, inventory and state as they are committed. Nothing is
 * applied, nothing may be fed. */
MUST_USE enum status pipeline_look(struct store *store,
                                   const struct pipeline_settings *settings,
                                   struct pipeline **pipeline, struct fault *why);
/* Whether the journal holds more than was applied when the pipeline was opened. */
MUST_USE enum status pipeline_is_behind(struct pipeline *pipeline, bool *behind,
                                        struct fault *why);
/* Drops what was not committed: it stays in the journal if it was synced, else it never was. */
void pipeline_close(struct pipeline *pipeline);
void pipeline_observe(struct pipeline *pipeline, event_seen_fn seen, void *data);

/* Takes one input: journal and index. Durable, and to be acknowledged, only after
 * pipeline_sync or pipeline_commit. */
MUST_USE enum status pipeline_feed(struct pipeline *pipeline,
                                   const struct journal_record *record, struct fault *why);
/* The same of a mail whose identity is known already. */
MUST_USE enum status pipeline_feed_mail(struct pipeline *pipeline,
                                        const struct journal_record *record,
                                        const struct message_identity *identity,
                                        struct fault *why);
/* The same in two steps, for whoever takes faster than it applies: into the journal only,
 * and pipeline_apply later. *at is where it stands; it is durable once
 * pipeline_is_durable(at). What is fed or committed meanwhile comes after all of that. */
MUST_USE enum status pipeline_append(struct pipeline *pipeline,
                                     const struct journal_record *record,
                                     struct journal_position *at, struct fault *why);
/* Sends the open group on its way, unless the one before is still under way; or only takes
 * in what has arrived. They wait for nothing. On failure all that is not durable was taken
 * back. */
MUST_USE enum status pipeline_flush(struct pipeline *pipeline, struct fault *why);
MUST_USE enum status pipeline_arrived(struct pipeline *pipeline, struct fault *why);
bool pipeline_is_durable(const struct pipeline *pipeline, struct journal_position at);
bool pipeline_is_applied(const struct pipeline *pipeline, struct journal_position at);
/* Records appended, and not yet applied. */
uint64_t pipeline_behind(const struct pipeline *pipeline);
/* Makes the open group durable, applies up to `most` of what is behind, commits. */
MUST_USE enum status pipeline_apply(struct pipeline *pipeline, unsigned most,
                                    struct fault *why);
/* By what a mail will be known again. */
void pipeline_identify(struct slice mail, struct message_identity *identity);
/* Counts what other processes have appended as behind. */
MUST_USE enum status pipeline_look_for_others(struct pipeline *pipeline, struct fault *why);
/* Makes the open group durable, without committing. */
MUST_USE enum status pipeline_sync(struct pipeline *pipeline, struct fault *why);
/* Group and batch are on disk, and observers have been told. */
MUST_USE enum status pipeline_commit(struct pipeline *pipeline, struct fault *why);
/* Applies whatever the journal holds beyond the index, and commits. */
MUST_USE enum status pipeline_catch_up(struct pipeline *pipeline, struct fault *why);
/* Opens after emptying the index and making it anew: from the journal, once that has been
 * found whole, or from its latest snapshot on, when retention has dropped what came before.
 * `force`: even if the journal holds less than the index was made of. */
MUST_USE enum status pipeline_rebuild(struct store *store,
                                      const struct pipeline_settings *settings, bool force,
                                      struct pipeline **pipeline, struct fault *why);

/* What the records fed so far have made of the store, seen from within: to look, not to
 * write. Until the next commit. */
MUST_USE enum status pipeline_batch(struct pipeline *pipeline, struct txn **txn,
                                    struct fault *why);
/* Where the open batch, or else the store, stands. */
MUST_USE enum status pipeline_now(struct pipeline *pipeline, struct instant *now,
                                  struct fault *why);
/* The same as of the last record applied, without a look at the store. */
struct instant pipeline_stands_at(const struct pipeline *pipeline);
bool pipeline_intake_healthy(const struct pipeline *pipeline);
/* The earliest timer and the earliest pending action, as of the last record fed; fair time. */
bool pipeline_next_timer(struct pipeline *pipeline, int64_t *due);
bool pipeline_next_action(struct pipeline *pipeline, int64_t *not_before);
/* The name that is to be asked for first, and when (real time). Copied into the arena. */
bool pipeline_next_lookup(struct pipeline *pipeline, struct arena *arena, struct slice *name,
                          int64_t *due);

/* Whether such a mail was fed before. */
bool pipeline_knows_mail(struct pipeline *pipeline, const struct message_identity *identity);

/* The policy in force, from the journal. Valid until the next feed. */
const struct policy *pipeline_policy(const struct pipeline *pipeline);
const struct parse_settings *pipeline_parse_settings(const struct pipeline *pipeline);
const struct inventory *pipeline_inventory(const struct pipeline *pipeline);
/* Feeds the policy of config when it is not the one in force. */
MUST_USE enum status pipeline_adopt_policy(struct pipeline *pipeline,
                                           const struct config *config, struct instant now,
                                           struct slice source, struct fault *why);

/* For progress: records applied by this process, and cases there are. */
uint64_t pipeline_applied(const struct pipeline *pipeline);
uint64_t pipeline_cases(const struct pipeline *pipeline);

#endif
