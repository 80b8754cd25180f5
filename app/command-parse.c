#include "app/command.h"
#include "app/nature.h"
#include "base/moment.h"
#include "base/text.h"
#include "ingest/mailbox.h"
#include "parsers/xarf.h"

/* {"file": …, "message": …, "verdict": …, "parser": …, "reason": …, "reports": […]} */
static json_t *result_json(const char *file, uint64_t number, const struct parse_result *result,
                           struct arena *arena)
{
    json_t *object = json_object();
    struct slice reason = text_line(arena, result->reason, 500);
    struct slice name = text_line(arena, slice_of(file), 4096);
    json_t *reports = json_array(), *faults = json_array();
    json_object_set_new(object, "file", json_stringn(name.ptr, name.len));
    json_object_set_new(object, "message", json_integer((json_int_t)number));
    json_object_set_new(object, "verdict", json_string(verdict_name(result->verdict)));
    json_object_set_new(object, "parser", json_string(result->parser));
    json_object_set_new(object, "reason",
                        json_stringn(reason.len ? reason.ptr : "", reason.len));
    for (const struct report *report = result->reports; report != NULL; report = report->next)
        json_array_append_new(reports, report_to_json(report, true));
    json_object_set_new(object, "reports", reports);
    for (size_t i = 0; i < result->row_faults.count; i++) {
        struct slice fault = text_line(arena, result->row_faults.items[i], 500);
        json_array_append_new(faults, json_stringn(fault.ptr, fault.len));
    }
    if (result->row_faults.count > 0)
        json_object_set(object, "row_faults", faults);
    json_decref(faults);
    return object;
}

static void print_result(struct call *call, const struct mail *mail,
                         const struct parse_result *result, struct arena *arena)
{
    FILE *out = call->out.stream;
    struct slice file = text_line(arena, slice_of(mail->file), 4096);
    struct slice reason = text_line(arena, result->reason, 200);
    fprintf(out, "%.*s: message %llu: %s", SLICE_FMT(file), (unsigned long long)mail->number,
            verdict_name(result->verdict));
    if (result->parser[0] != '\0')
        fprintf(out, " (%s)", result->parser);
    if (reason.len > 0)
        fprintf(out, ": %.*s", SLICE_FMT(reason));
    fputc('\n', out);
    for (const struct report *report = result->reports; report != NULL; report = report->next) {
        char observed[MOMENT_TEXT];
        struct slice subject = report->restricted && report_names_place(report)
                                   ? SLICE("(restricted)")
                                   : text_line(arena, report->subject, 200);
        struct slice reporter = text_line(arena, report->reporter.contact, 200);
        fprintf(out, "    %-20s %-39.*s %s/%s from %.*s\n",
                moment_rfc3339(report->observed_at, observed),
                subject.len > 0 ? (int)subject.len : 1, subject.len > 0 ? subject.ptr : "-",
                report->type->category, report->type->type, SLICE_FMT(reporter));
    }
}

/* For others: one object a line and nothing else; what cannot be one is named on stderr. */
static void print_xarf(struct call *call, const struct mail *mail,
                       const struct parse_result *result, struct arena *arena)
{
    unsigned number = 0;
    for (const struct report *report = result->reports; report != NULL; report = report->next) {
        struct fault why = {""};
        json_t *object = report_to_xarf(report, &why);
        number++;
        if (object != NULL)
            call_json(call, object);
        else
            call_notice(call, "%.*s: message %llu: report %u is no valid XARF: %s",
                        SLICE_FMT(text_line(arena, slice_of(mail->file), 4096)),
                        (unsigned long long)mail->number, number, why.text);
    }
}

static void parse_one(struct call *call, const struct mail *mail,
                      const struct parse_settings *settings, struct arena *arena)
{
    struct parse_result result;
    if (mail->document)
        parse_document(mail->bytes, slice_of(mail->file), settings, arena, &result);
    else
        parse_message(mail->bytes, settings, arena, &result);
    if (call_flag(call, "xarf"))
        print_xarf(call, mail, &result, arena);
    else if (call->json)
        call_json(call, result_json(mail->file, mail->number, &result, arena));
    else
        print_result(call, mail, &result, arena);
}

static enum exit_code parse_mailbox(struct call *call, const char *path,
                                    const struct parse_settings *settings, struct arena *arena)
{
    struct fault why = {""};
    struct mailbox *mailbox = NULL;
    enum exit_code code = EXIT_DONE;
    bool any = false;
    enum status status = mailbox_open(path, &(struct mailbox_settings){0}, &mailbox, &why);
    if (status != OK)
        return call_failed(call, status, &why);
    for (;;) {
        struct mail mail;
        bool found = false;
        status = mailbox_next(mailbox, &mail, &found, &why);
        any = any || status != OK || found;
        if (status != OK) {
            code = call_failed(call, status, &why);
            continue;
        }
        if (!found)
            break;
        parse_one(call, &mail, settings, arena);
        arena_reset(arena);
    }
    mailbox_close(mailbox);
    if (!any)
        call_notice(call, "%s: there is no mail in it", path);
    if (nature_expect_mailbox(path, &why) != OK)
        call_notice(call, "%s", why.text);
    return code;
}

static enum exit_code run(struct call *call)
{
    struct arena arena = ARENA_INIT;
    struct config config;
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < call->operand_count; i++) {
        enum exit_code one = parse_mailbox(call, call->operands[i], &config.parse, &arena);
        code = one == EXIT_DONE ? code : one;
    }
    arena_release(&arena);
    return code;
}

static const struct command_option parse_options[] = {
    {"xarf", 0, NULL, "only strictly valid XARF v4, one object a line, for other programs"},
    {NULL, 0, NULL, NULL},
};

const struct command command_parse = {
    .name = "parse",
    .summary = "Show what is understood of mails, and what is not",
    .operands = "FILE...",
    .operands_least = 1,
    .operands_most = -1,
    .options = parse_options,
    .details =
        "FILE is a mail, an mbox, a Maildir, a folder of mails and of such folders (gzip too), "
        "or a\n"
        "bare document that normally comes as an attachment. With --json each message is one "
        "object on\n"
        "a line of "
        "its\n"
        "own: its verdict (reports, triage or not-a-report), and its reports as XARF v4. "
        "Whose\n"
        "Authentication-Results count, and which networks are our own, says the configuration.",
    .run = run,
};
