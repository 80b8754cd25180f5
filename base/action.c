#include "base/action.h"

#include "base/names.h"

static const char *const verbs[] = {
    [VERB_WARN] = "warn",           [VERB_ADVISE] = "advise",
    [VERB_CALL] = "call",           [VERB_CUT] = "cut",
    [VERB_READ_BACK] = "read-back", [VERB_NOTICE] = "notice",
    [VERB_RESTORE] = "restore",     [VERB_RESTORED] = "restored",
    [VERB_TELL] = "tell",           [VERB_ACKNOWLEDGE] = "acknowledge",
};
_Static_assert(sizeof verbs / sizeof *verbs == VERB_COUNT, "every verb has a name");

static const char *const outcomes[] = {
    [OUTCOME_NONE] = "none",
    [OUTCOME_ACCEPTED] = "accepted",
    [OUTCOME_BOUNCED] = "bounced",
    [OUTCOME_DELAYED] = "delayed",
    [OUTCOME_DIGIT] = "digit",
    [OUTCOME_HUMAN] = "human",
    [OUTCOME_MACHINE] = "machine",
    [OUTCOME_NO_ANSWER] = "no-answer",
    [OUTCOME_BAD_NUMBER] = "bad-number",
    [OUTCOME_DOWN] = "down",
    [OUTCOME_UP] = "up",
    [OUTCOME_UNKNOWN] = "unknown",
    [OUTCOME_FAILED] = "failed",
    [OUTCOME_WITHHELD] = "withheld",
};
_Static_assert(sizeof outcomes / sizeof *outcomes == OUTCOME_COUNT, "every outcome has a name");

static const char *const states[] = {
    [ACTION_PENDING] = "pending", [ACTION_STARTED] = "started", [ACTION_DONE] = "done",
    [ACTION_DROPPED] = "dropped", [ACTION_AWAITED] = "awaited",
};

const char *verb_name(enum verb verb)
{
    return name_of(NAMES(verbs), verb);
}

const char *outcome_name(enum outcome outcome)
{
    return name_of(NAMES(outcomes), outcome);
}

const char *action_state_name(enum action_state state)
{
    return name_of(NAMES(states), state);
}

bool verb_parse(struct slice text, enum verb *verb)
{
    unsigned value = 0;
    if (!name_find(NAMES(verbs), text, &value))
        return false;
    *verb = (enum verb)value;
    return true;
}

bool outcome_parse(struct slice text, enum outcome *outcome)
{
    unsigned value = 0;
    if (!name_find(NAMES(outcomes), text, &value))
        return false;
    *outcome = (enum outcome)value;
    return true;
}

bool verb_is_mail(enum verb verb)
{
    switch (verb) {
    case VERB_WARN:
    case VERB_ADVISE:
    case VERB_NOTICE:
    case VERB_RESTORED:
    case VERB_ACKNOWLEDGE:
        return true;
    default:
        return false;
    }
}
