/* Private to the ladder: one step in progress, and what its files call of each other. */
#ifndef ESCALATE_STEP_H
#define ESCALATE_STEP_H

#include "escalate/ladder.h"

#define MINUTE ((int64_t)60)
#define HOUR   (60 * MINUTE)

#define MAIL_PATIENCE    (6 * HOUR)    /* a warning that no relay took by then needs a person */
#define MAIL_SPACING     (10 * MINUTE) /* before our relay is tried again */
#define MAIL_TRIES       5
#define CALL_FAILURES    5             /* of the provider, per number and round */
#define NETWORK_PATIENCE (10 * MINUTE) /* for a driver to answer */
#define READ_BACK_PAUSE  (1 * MINUTE)
#define READ_BACKS       3

struct step {
    const struct policy *policy;
    struct abuse_case *c;
    const struct stimulus *stimulus;
    const struct surroundings *around;
    struct instant now;
    struct arena *arena;
    struct ladder_result *result;
};

/* ladder.c: events and actions. An event is made, filled, and emitted, which folds it. */
struct event step_event(const struct step *step, enum event_type type, enum case_state to,
                        const char *text);
void step_emit(struct step *step, const struct event *event);
/* The common case: a move that begins a window of so many seconds; negative: none. */
void step_move(struct step *step, enum event_type type, enum case_state to, int64_t window,
               const char *text);
void step_note(struct step *step, const char *text);
int64_t step_due(const struct step *step, int64_t seconds); /* never 0 */
int64_t step_window_left(const struct step *step);
struct action *step_action(struct step *step, enum verb verb, unsigned contact,
                           unsigned attempt, int64_t wait, const char *text);
unsigned step_attempt(const struct step *step); /* for verbs that keep no count of their own */
void step_mail_all(struct step *step, enum verb verb, const char *text);
void step_tell(struct step *step, const char *text);
void step_needs_human(struct step *step, const char *text);
void step_close(struct step *step, const char *text);
void step_await(struct step *step, int64_t due, const char *text);

/* rungs.c */
void rung_confirm(struct step *step, enum abuse_kind kind);
void rung_begin_again(struct step *step, enum event_type type,
                      const char *text); /* a new generation */
void rung_after_confirmed(struct step *step);
void rung_window_over(struct step *step); /* WARNED, CALLED */
void rung_quiet(struct step *step, const char *text);
void rung_back(struct step *step); /* QUIESCENT, and it persists */
bool rung_attributed(const struct step *step);
void rung_attack(
    struct step
        *step); /* WARNING to CALLED: to the cut, where the policy cuts attacks at once */

/* mails.c, calls.c, network.c */
void mail_outcome(struct step *step);
void calls_begin(struct step *step);
void calls_next(struct step *step);  /* CALLING: the next number, or the round is over */
void calls_extra(struct step *step); /* once each, beside the running window */
void call_outcome(struct step *step);
void cut_pending(struct step *step);
void cut_weigh(struct step *step); /* CUT_PENDING: go on, wait or stop */
void network_timer(struct step *step);
void network_outcome(struct step *step);
void network_ask(struct step *step, int64_t wait);
void network_restore(struct step *step, const char *text);

/* responses.c, desk.c */
void response_heard(struct step *step, bool authenticated, enum response_quality quality);
void hold_over(struct step *step);
void desk_decides(struct step *step);

/* guards.c */
bool guard_persists(const struct abuse_case *c, int64_t since, int64_t now);
bool guard_attack(const struct abuse_case *c, int64_t now); /* may be cut without windows */
/* Contacts and port are what they were when it was confirmed. */
bool guard_unchanged(const struct abuse_case *c, const struct surroundings *around);

#endif
