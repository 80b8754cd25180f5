/* Of which kind of mail that reports nothing a message is, if of any: what is taken for a table
 * or a text in words must not be of one. Inside parsers only. */
#ifndef PARSERS_NO_REPORT_H
#define PARSERS_NO_REPORT_H

#include "parsers/parser.h"

struct no_report {
    bool sought;
    size_t kind; /* NO_REPORT_NONE, or which */
};

#define NO_REPORT_NONE SIZE_MAX

/* Found out at the first call for a message, the same answer after that. */
size_t no_report_of(const struct incoming *message);

#endif
