/* Mail that is part of a conversation or of a mailing. Inside parsers only. */
#ifndef PARSERS_ORDINARY_H
#define PARSERS_ORDINARY_H

#include "parsers/parser.h"

/* "a reply", "a mailing list", "an invitation"; empty for none of them. */
struct slice ordinary_kind(const struct incoming *message);
bool ordinary_is_newsletter(const struct incoming *message);
/* One that does not say so in its header, and speaks of nothing that is ours. */
bool ordinary_is_mailing(const struct incoming *message);
/* "abuse@", "noc@", or nobody named: an attached mail that went to people like us is a complaint
 * that is passed on; one that went to anybody else is evidence, and its author may be the one
 * complained about. */
bool ordinary_went_to_a_desk(const struct incoming *message);
/* By its subject alone, as people forward and answer: "Re:", "AW:". */
bool ordinary_is_reply_subject(const struct incoming *message);
/* Does it accuse in its own words, or in a table that it shows? */
bool ordinary_complains(const struct incoming *message);
/* Why a person should look at mail of a kind that reports nothing. */
struct slice ordinary_doubt(const struct incoming *message, struct slice kind);

#endif
