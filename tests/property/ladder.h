/* The property test of the ladder: a world that runs scripts against it, and a checker that
 * knows nothing of how the ladder works, only what must never happen. */
#ifndef TESTS_PROPERTY_LADDER_H
#define TESTS_PROPERTY_LADDER_H

#include "escalate/ladder.h"

#define OPS_MOST     80
#define ACTIONS_MOST 512
#define EVENTS_MOST  1024

/* What can happen to a case. a and b choose among the variants. */
enum op_type {
    OP_ADVANCE, /* time passes, timers fire */
    OP_OUTAGE,  /* real time passes, the fair clock stands */
    OP_STEP,    /* somebody sets the wall clock */
    OP_REPORT,
    OP_STOP,
    OP_DELIVER, /* the outbox carries out what is due */
    OP_REPEAT,  /* an outcome comes again, or late, or of another generation */
    OP_RESPOND,
    OP_DESK,
    OP_STALE,  /* a timer or answer of the past */
    OP_SWITCH, /* armed, never-cut, intake, attribution, breaker, another case's cut */
    OP_CRASH,
    OP_TYPES
};
struct op {
    enum op_type type;
    uint32_t a, b;
};

/* A bug to plant, so that the checker can prove that it sees one. */
enum plant {
    PLANT_NONE,
    PLANT_EARLY_TIMERS,
    PLANT_SHORT_WINDOW,
    PLANT_MACHINES_ANSWER,
    PLANT_VOICEMAIL_ANSWERS,
    PLANT_STALE_COUNTS,
    PLANT_FORGETS_ANSWER,
    PLANT_FORGETS_NEVER_CUT,
    PLANT_FORGETS_BREAKER,
    PLANT_FORGETS_TIMER,
    PLANT_WRITES_TWICE,
    PLANT_FORGETS_OTHER_CUT,
    PLANT_ONE_PERSON,
    PLANT_WITHHELD_IS_SENT,
    PLANT_VICTIMS_CLIMB,
    PLANT_ENDLESS_HOLD,
    PLANT_UNFOLDED_CHANGE,
    PLANT_OLD_EVIDENCE,
    PLANT_FORGETS_SHARED,
    PLANT_FORGETS_PORT,
    PLANTS
};
extern const char *const plant_names[PLANTS];

#define REPORTERS 3 /* alpha and beta, and our own sensors */

/* What a trusted reporter has seen last. */
struct seen {
    int64_t abuse, attack, stopped;
};

struct checker {
    char broken[200]; /* the first invariant that did not hold; empty: none */
    /* Of the generation that runs. */
    uint32_t generation;
    int64_t entered; /* fair, of the state it is in */
    int64_t w1, w2;  /* credited so far */
    bool w2_before_w1;
    bool answered, held_by_reply, climbs, withheld, reached, called;
    unsigned approvals;
    struct slice approved_by[4];
    bool cut_unread;
    bool told;                 /* the desk, since it needs a person */
    int64_t confirmed, warned; /* real time */
    struct slice handle;       /* of the port, when it was confirmed */
    bool attempted[2];         /* a call to that contact that counts */
};

struct sent {
    struct action action;
    bool started;
    enum outcome outcome;
};

struct world {
    struct policy policy;
    struct assignment assignment, other;
    struct contact contacts[2];
    struct surroundings around;
    struct instant now;
    struct abuse_case c, shadow;
    struct arena *arena;
    struct sent sent[ACTIONS_MOST];
    unsigned sent_count;
    struct event *events; /* the log; EVENTS_MOST of them */
    unsigned event_count;
    bool network_up;
    bool abuse_reported; /* by somebody trusted, or the desk said so: else it is a victim */
    bool late_write;     /* a cut was started before the case moved on */
    struct seen seen[REPORTERS];
    enum plant plant;
    enum outcome told;   /* the last outcome that came back, as it was in truth */
    const struct op *op; /* the one that runs */
    struct checker check;
    struct ladder_result result;
};

void world_init(struct world *world, uint32_t seed, enum plant plant, struct arena *arena,
                struct event *events);
void world_run(struct world *world, const struct op *op);
/* Nothing more happens but time and obliging answers: must come to an end. */
void world_settle(struct world *world);
void op_print(const struct op *op);
/* Something around the case changes. */
void world_flip(struct world *world, uint32_t a);

/* The checker. */
void check_event(struct world *world, const struct event *event);
void check_action(struct world *world, const struct action *action);
void check_write(struct world *world, const struct action *action); /* a driver is told */
void check_rest(struct world *world);                               /* after each op */
void check_broken(struct world *world, const char *what);
void guards_note(struct world *world, const struct event *event);
void guards_check_cut(struct world *world);
bool guards_attack(const struct world *world); /* an attack is seen that may be cut at once */

#endif
