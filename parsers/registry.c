/* Every format, in order of priority: the first that recognises a message has it. */
#include "parsers/formats.h"

const struct parser *const parser_registry[] = {
    &parser_xarf_json,    &parser_arf,          &parser_x_arf,
    &parser_not_a_report, &parser_unrecognised, NULL,
};
