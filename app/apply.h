/* Private to the pipeline: what applying a record works on. */
#ifndef APP_APPLY_H
#define APP_APPLY_H

#include "app/pipeline.h"
#include "correlate/correlate.h"
#include "escalate/ladder.h"

struct pipeline {
    struct store *store;
    struct journal *journal;
    struct pipeline_settings settings;

    struct txn *txn; /* the open batch, or NULL */
    struct store_state
        state;          /* as of the last record applied; of the store when no batch is open */
    bool holds_journal; /* a group is open */
    bool appending;     /* it is one of records that are not applied yet; txn is NULL */
    uint64_t behind;    /* records appended, not applied */
    struct journal_position committed; /* the index holds what stands before it */
    unsigned batch;                    /* records in the open batch */
    uint64_t told;                     /* observers know the events before this one */
    uint64_t applied;
    event_seen_fn seen;
    void *seen_data;

    /* What the store says once and every record needs; read again when its version there is
     * another. */
    uint64_t policy_version, inventory_version;
    struct arena policy_arena;
    struct config config; /* policy and parse of it */
    struct prefix *never_cut;
    size_t never_cut_count;
    struct inventory *inventory;
    size_t fleet; /* assignments that are valid now */

    /* Of the record being applied. */
    const struct message_identity *identity; /* of a mail, where it is known already */
    unsigned names;                          /* that a message has begun to look up */
    unsigned named;                          /* reports of it that give a name only */
    bool again;     /* its reports were applied once: what is known of them counts no more */
    uint64_t filed; /* reports that counted */
    struct arena message_arena; /* a mail's parse */
    struct arena arena;         /* one report, one step of a case */
    struct instant now;
    struct ladder_result step;
    struct abuse_case c;
    struct placed placed;
};

/* Opens a batch unless one is open. A group of records that are not applied yet is closed
 * first: the transaction comes before the journal. */
MUST_USE enum status pipeline_begin(struct pipeline *pipeline, struct fault *why);
/* Nothing of the open batch has happened; returns status. */
MUST_USE enum status pipeline_give_up(struct pipeline *pipeline, enum status status);
void pipeline_let_go(struct pipeline *pipeline); /* of the journal */
/* Applies what stands before `end`, but no more than `most`, in as many batches as it takes,
 * all but the last committed. */
MUST_USE enum status pipeline_apply_some(struct pipeline *pipeline, struct journal_position end,
                                         uint64_t most, struct fault *why);

/* One record that stands at `at`; moves state on. ERR_CORRUPT and ERR_IO stop the batch;
 * what is wrong with an input is counted and said in an event, never an error. */
MUST_USE enum status apply_record(struct pipeline *pipeline,
                                  const struct journal_record *record,
                                  struct journal_position at, struct fault *why);
MUST_USE enum status apply_message(struct pipeline *pipeline,
                                   const struct journal_record *record,
                                   struct journal_position at, struct fault *why);
/* The message, which is in triage, once more through the parsers. */
MUST_USE enum status apply_reparse(struct pipeline *pipeline,
                                   const struct stored_message *message, struct slice actor,
                                   struct fault *why);
MUST_USE enum status apply_observation(struct pipeline *pipeline,
                                       const struct journal_record *record, struct fault *why);
/* One report to its case, if it has one; *why_not is set when a person must look. */
void apply_report(struct pipeline *pipeline, const struct report *report, uint64_t message_id,
                  struct slice *why_not);
/* A report without an address waits for what the DNS says of its name; *why_not, which says
 * that it names none, is emptied unless a person must look all the same. */
void lookup_wait(struct pipeline *pipeline, const struct report *report, uint64_t report_id,
                 uint64_t message_id, struct slice *why_not);
/* Drops answers that are too old to be of use. */
void lookup_forget(struct pipeline *pipeline);
/* A record that cannot be read is no reason to stop: it is counted, and said in the audit
 * trail. */
MUST_USE enum status apply_unreadable(struct pipeline *pipeline,
                                      const struct journal_record *record,
                                      const struct fault *fault);
MUST_USE enum status apply_command(struct pipeline *pipeline,
                                   const struct journal_record *record, struct fault *why);
MUST_USE enum status apply_outcome(struct pipeline *pipeline,
                                   const struct journal_record *record, struct fault *why);
MUST_USE enum status apply_policy(struct pipeline *pipeline,
                                  const struct journal_record *record, struct fault *why);
MUST_USE enum status apply_inventory(struct pipeline *pipeline,
                                     const struct journal_record *record, struct fault *why);

/* A piece of a snapshot has reached the journal. */
MUST_USE enum status apply_snapshot(struct pipeline *pipeline,
                                    const struct journal_record *record, struct fault *why);

/* Reads policy and inventory again if the store has other ones than we. */
MUST_USE enum status rules_refresh(struct pipeline *pipeline, struct fault *why);
void rules_forget(struct pipeline *pipeline);

/* Appends one event about pipeline->c, folds it, and keeps the breaker's accounts. */
void case_event(struct pipeline *pipeline, struct event *event);
/* One that the ladder has folded already. */
void case_event_folded(struct pipeline *pipeline, struct event *event);
/* Tells the ladder, and stores what it says; pipeline->c afterwards is the case after it. */
void case_step(struct pipeline *pipeline, const struct stimulus *stimulus);
/* An event about no case. */
void loose_event(struct pipeline *pipeline, enum event_type type, struct slice actor,
                 struct slice text);

/* For what is about to be said to pipeline->c. */
void surroundings_read(struct pipeline *pipeline, const struct stimulus *stimulus,
                       struct surroundings *around);
/* Remembers that a case went into, or came out of, a cut. */
void surroundings_note(struct pipeline *pipeline, const struct event *event);

#endif
