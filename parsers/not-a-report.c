/* Mail that an abuse mailbox gets all day and that reports nothing. */
#include "parsers/formats.h"

static bool not_a_report_recognises(const struct incoming *message)
{
    (void)message;
    return false;
}
static enum status not_a_report_parse(const struct incoming *message,
                                      struct parse_result *result, struct fault *why)
{
    (void)message;
    (void)why;
    result->verdict = VERDICT_NOT_A_REPORT;
    return OK;
}
const struct parser parser_not_a_report = {
    .name = "not-a-report",
    .revision = 1,
    .about = "bounces",
    .recognises = not_a_report_recognises,
    .parse = not_a_report_parse,
};
static bool unrecognised_recognises(const struct incoming *message)
{
    (void)message;
    return true;
}
const struct parser parser_unrecognised = {
    .name = "unrecognised",
    .revision = 1,
    .about = "bounces",
    .recognises = unrecognised_recognises,
    .parse = not_a_report_parse,
    .last_resort = true,
};
