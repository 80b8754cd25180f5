#include "parsers/border.h"

#include "base/host.h"
#include "parsers/hop.h"

struct border border_of(const struct parse_settings *settings)
{
    return (struct border){.settings = settings};
}

/* An authserv-id is commonly the name of the exchanger. */
static bool is_ours(const struct parse_settings *settings, struct slice host)
{
    for (size_t i = 0; i < settings->trusted_hop_count; i++)
        if (host_is_within(host, settings->trusted_hops[i]))
            return true;
    for (size_t i = 0; i < settings->trusted_authserv_count; i++)
        if (slice_eq_nocase(host, settings->trusted_authserv[i]))
            return true;
    return false;
}

/* What the client calls itself is only a claim: it is ours by an address that nobody outside
 * has, or by the name that our host found for the address. Where there is no client, or a
 * program on the host itself, the mail did not come from outside. */
static bool comes_from_us(const struct parse_settings *settings, const struct hop *hop)
{
    if (address_is_none(&hop->address))
        return hop->claimed.len == 0 ||
               (slice_eq_nocase(hop->claimed, hop->by) && hop_is_local(hop));
    return address_is_special(&hop->address) || is_ours(settings, hop->verified);
}

void border_pass(struct border *border, struct slice received)
{
    struct hop hop;
    hop_read(received, &hop);
    bool ours = border->lines == 0 || border->lines < border->settings->own_hops ||
                (border->handed_on && is_ours(border->settings, hop.by));
    if (border->side == BORDER_OUTSIDE || !ours)
        border->side = BORDER_OUTSIDE;
    else
        border->side = BORDER_BELOW;
    border->handed_on = comes_from_us(border->settings, &hop);
    border->lines++;
}
