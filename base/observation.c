#include "base/observation.h"

#include "base/names.h"

static const char *const results[] = {
    [OBSERVED_FOUND] = "found",
    [OBSERVED_NOTHING] = "nothing",
    [OBSERVED_UNKNOWN] = "unknown",
    [OBSERVED_UNASKED] = "unasked",
};

const char *observation_result_name(enum observation_result result)
{
    return name_of(NAMES(results), result);
}

bool observation_result_parse(struct slice text, enum observation_result *result)
{
    unsigned value = 0;
    if (!name_find(NAMES(results), text, &value))
        return false;
    *result = (enum observation_result)value;
    return true;
}
