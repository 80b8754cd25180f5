/* DMARC aggregate reports (RFC 7489 s7.2): statistics on a domain's mail, in a container of
 * whatever type. Inside parsers only. */
#ifndef PARSERS_DMARC_AGGREGATE_H
#define PARSERS_DMARC_AGGREGATE_H

#include "parsers/parser.h"

bool is_dmarc_aggregate(const struct incoming *message);

#endif
