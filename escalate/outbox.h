/* The outbox: pending actions out through channels, their outcomes back into the journal.
 *
 * Nothing leaves before the transaction that decided it is on disk, and the journal knows of
 * each step: first "started", synced and applied, then the channel, then the outcome. So
 * whatever moment a crash picks, the next start knows what may have left, and what a journal
 * is run through again is never sent again:
 *
 *   pending   nothing has left: delivered as if nothing had happened
 *   started   it may have left. Mails and word to the desk go once more (their identity and Message-ID are the same, so a
 *             channel or mail client can tell). Calls, cuts and restores are never repeated: their outcome is UNKNOWN and
 *             the ladder asks the network, or a person, what is so
 *   done      its outcome is in the journal
 *
 * Disarmed, no channel but dry-run sees anything, and every outcome is WITHHELD: the case
 * climbs on for show, and begins again from the first rung once the installation is armed. A
 * cut is never shown as done: the case then waits for a person. */
#ifndef ESCALATE_OUTBOX_H
#define ESCALATE_OUTBOX_H

#include "base/policy.h"
#include "escalate/channel.h"
#include "escalate/letter.h"
#include "store/store.h"

/* One line of the journal about one action. */
struct outbox_entry {
    struct slice identity; /* of the action */
    bool started;          /* handed to a channel; outcome is OUTCOME_NONE */
    enum outcome outcome;
    struct slice text; /* what the channel said, one sanitised line */
};
/* The body of a JOURNAL_OUTCOME record, as JSON, and back. A person or script that learns an
 * outcome later (a call service, a network team working off the orders of the file channel)
 * writes the same. */
void outbox_entry_encode(const struct outbox_entry *entry, struct buffer *json);
MUST_USE enum status outbox_entry_decode(struct slice json, struct arena *arena,
                                         struct outbox_entry *entry, struct fault *why);
/* What applying an entry makes of the action (the caller stores it). True when the ladder
 * must be told (STIMULUS_OUTCOME with entry->outcome): false for "started", for NONE and for
 * what the action has had already. */
bool outbox_entry_apply(const struct outbox_entry *entry, struct action *action);

/* Who carries which verb, and whom to tell. Filled by app/ from configuration. */
struct outbox_route {
    /* NULL: nobody carries it: OUTCOME_FAILED, and the ladder turns to a person. */
    const struct channel *channel;
    void *state;
};
struct outbox {
    struct outbox_route routes[VERB_COUNT];
    struct letter_settings letters;
    /* Appends a JOURNAL_OUTCOME record for each entry, syncs, and applies the journal up to
     * there. */
    enum status (*record)(void *data, const struct outbox_entry *entries, size_t count,
                          struct fault *why);
    void *data;
};

/* Carries out what is due at now.fair; *carried counts deliveries. Actions of one thread,
 * verb and person that are due together go as one. A channel's fault is that action's
 * outcome (FAILED, or UNKNOWN for the network); anything but OK here means that the journal
 * or the store failed. Call with no transaction open. */
MUST_USE enum status outbox_run(struct outbox *outbox, struct store *store,
                                const struct policy *policy, struct instant now,
                                unsigned *carried, struct fault *why);
/* Once after a start, before the first run: settles what was started and has no outcome. */
MUST_USE enum status outbox_recover(struct outbox *outbox, struct store *store,
                                    const struct policy *policy, struct instant now,
                                    unsigned *settled, struct fault *why);

/* The pure middle of outbox_run: which of these actions, all due, go together. Writes the
 * number of each action's delivery, from 0, to group[i]; answers how many deliveries there
 * are. cases[i] is the case of actions[i]. */
size_t outbox_gather(const struct action *actions, const struct abuse_case *const *cases,
                     size_t count, size_t *group);

#endif
