#include "correlate/correlate.h"

enum persistence persistence_of(const struct witness *witness, int64_t since, int64_t fresh,
                                int64_t now)
{
    if (witness->stopped_at != 0 && witness->stopped_at >= witness->last_observed)
        return PERSISTENCE_STOPPED;
    if (witness_is_trusted(witness) && witness->last_observed > since &&
        witness->last_observed <= now && now - witness->last_observed <= fresh)
        return PERSISTENCE_PERSISTING;
    return PERSISTENCE_UNKNOWN;
}

enum persistence persistence_of_case(const struct abuse_case *c, int64_t since, int64_t now)
{
    unsigned trusted = 0;
    unsigned stopped = 0;

    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (!witness_is_trusted(witness))
            continue;
        trusted++;
        switch (persistence_of(witness, since, c->terms.fresh, now)) {
        case PERSISTENCE_PERSISTING:
            return PERSISTENCE_PERSISTING;
        case PERSISTENCE_STOPPED:
            stopped++;
            break;
        case PERSISTENCE_UNKNOWN:
            break;
        }
    }
    return trusted > 0 && stopped == trusted ? PERSISTENCE_STOPPED : PERSISTENCE_UNKNOWN;
}
