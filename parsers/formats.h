/* One line a format; registry.c gives them their order. */
#ifndef PARSERS_FORMATS_H
#define PARSERS_FORMATS_H

#include "parsers/parser.h"

extern const struct parser parser_acns;
extern const struct parser parser_arf;
extern const struct parser parser_xarf_json;
extern const struct parser parser_notice;
extern const struct parser parser_free_text;
extern const struct parser parser_ordinary;
extern const struct parser parser_safe_browsing;
extern const struct parser parser_table;
extern const struct parser parser_x_arf;
extern const struct parser parser_not_a_report;
extern const struct parser parser_unrecognised;

/* Does a table in its text say who did what? */
bool table_accuses(const struct incoming *message);

#endif
