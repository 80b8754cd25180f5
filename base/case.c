#include "base/case.h"

#include "base/names.h"

static const char *const states[] = {
    [CASE_OPEN] = "open",
    [CASE_CONFIRMED] = "confirmed",
    [CASE_WARNING] = "warning",
    [CASE_WARNED] = "warned",
    [CASE_CALLING] = "calling",
    [CASE_CALLED] = "called",
    [CASE_CUT_PENDING] = "cut-pending",
    [CASE_CUTTING] = "cutting",
    [CASE_CUT] = "cut",
    [CASE_RESTORING] = "restoring",
    [CASE_PROBATION] = "probation",
    [CASE_CLOSED] = "closed",
    [CASE_RESPONDED] = "responded",
    [CASE_QUIESCENT] = "quiescent",
    [CASE_HOLD] = "hold",
    [CASE_NEEDS_HUMAN] = "needs-human",
};
_Static_assert(sizeof states / sizeof *states == CASE_NEEDS_HUMAN + 1,
               "every state has a name");

static const char *const persistences[] = {
    [PERSISTENCE_UNKNOWN] = "unknown",
    [PERSISTENCE_STOPPED] = "stopped",
    [PERSISTENCE_PERSISTING] = "persisting",
};

const char *case_state_name(enum case_state state)
{
    return name_of(NAMES(states), state);
}

bool case_state_parse(struct slice text, enum case_state *state)
{
    unsigned value = 0;
    if (!name_find(NAMES(states), text, &value))
        return false;
    *state = (enum case_state)value;
    return true;
}

bool case_is_open(const struct abuse_case *c)
{
    return c->state != CASE_CLOSED;
}

bool case_is_before_cut(enum case_state state)
{
    return state <= CASE_CUT_PENDING;
}

const char *persistence_name(enum persistence persistence)
{
    return name_of(NAMES(persistences), persistence);
}
