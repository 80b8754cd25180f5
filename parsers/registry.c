/* Every format, in order of priority: the first that recognises a message has it. */
#include "parsers/formats.h"

const struct parser *const parser_registry[] = {
    &parser_xarf_json,     /* before ARF: XARF v3 comes inside feedback reports */
    &parser_arf,           /* feedback loops */
    &parser_x_arf,         /* a mapping in report.txt */
    &parser_acns,          /* copyright notices as XML */
    &parser_safe_browsing, /* sites as XML */
    &parser_table,         /* tables of addresses */
    &parser_notice,        /* lines of a fixed wording */
    &parser_not_a_report,  /* what is certainly none */
    &parser_ordinary,      /* what is part of a conversation */
    &parser_free_text,     /* what people write */
    &parser_unrecognised,  /* and what nobody understood */
    NULL,
};
