/* A mail: seen before? parsed, kept, and each of its reports correlated and told to the
 * ladder. */
#include "app/acknowledge.h"
#include "app/drift.h"

#include "base/host.h"
#include "base/text.h"

#include <nettle/sha2.h>

#define LINE_MOST  200
#define ROWS_NAMED 3
#define ROW_MOST   60
#define DOCUMENT                                                                               \
    "document " /* how the source of a bare document begins; its file name follows */

void pipeline_identify(struct slice mail, struct message_identity *identity)
{
    struct slice bytes = parse_identity(mail, &identity->date);
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, bytes.len, (const uint8_t *)bytes.ptr);
    sha256_digest(&context, sizeof identity->digest, identity->digest);
}

bool pipeline_knows_mail(struct pipeline *pipeline, const struct message_identity *identity)
{
    struct txn *txn = NULL;
    uint64_t id = 0;
    return pipeline_batch(pipeline, &txn, NULL) == OK && store_find_message(txn, identity, &id);
}

/* The policy's settings with the definitions of now: they may have been loaded anew since
 * the last message. */
static struct parse_settings settings_of(const struct pipeline *pipeline)
{
    struct parse_settings settings = pipeline->config.parse;
    const struct parse_settings *definitions = pipeline->settings.definitions;
    if (definitions != NULL) {
        settings.vocabulary = definitions->vocabulary;
        settings.feeds = definitions->feeds;
        settings.notices = definitions->notices;
        settings.free_text = definitions->free_text;
    }
    return settings;
}

static void parse(struct pipeline *pipeline, struct slice source, struct slice body,
                  struct parse_result *result)
{
    struct slice document = SLICE(DOCUMENT);
    struct parse_settings settings = settings_of(pipeline);
    if (slice_starts_with(source, document))
        parse_document(body, slice_from(source, document.len), &settings,
                       &pipeline->message_arena, result);
    else
        parse_message(body, &settings, &pipeline->message_arena, result);
}

/* The reporter named an address after all, as a literal in a URL. */
static bool has_literal_address(const struct report *report, struct arena *arena,
                                struct report *located)
{
    struct host host;
    if (!address_is_none(&report->address) || !report_names_place(report))
        return false;
    host_of(report->subject, arena, &host);
    if (host.type != HOST_ADDRESS)
        return false;
    *located = *report;
    located->address = host.address;
    return true;
}

static bool has_name_only(const struct report *report)
{
    return address_is_none(&report->address) && !report->opens_no_case &&
           report->role != ROLE_MENTIONED && report_names_place(report);
}

/* Of a message that is parsed again: nothing new has come of this report. */
static bool is_known(const struct placed *placed, const struct report *report)
{
    return placed->placement != PLACED &&
           !(placed->placement == PLACED_TRIAGE && has_name_only(report));
}

static bool is_known_by_name(const struct witness *witness)
{
    return witness->by_name && witness->known && witness->auth == AUTH_PASS;
}

/* What no number of such reports confirms, a person must look at. */
static bool is_first_by_name(const struct abuse_case *c, const struct placed *placed)
{
    uint64_t reports = 0;
    for (unsigned i = 0; i < c->witness_count; i++)
        reports += is_known_by_name(&c->witnesses[i]) ? c->witnesses[i].reports : 0;
    return reports == 1 && placed->event_count > 0 &&
           is_known_by_name(&placed->events[placed->event_count - 1].witness);
}

void apply_report(struct pipeline *pipeline, const struct report *report, uint64_t message_id,
                  struct slice *why_not)
{
    struct report located;
    if (has_literal_address(report, &pipeline->message_arena, &located))
        report = &located;
    struct txn *txn = pipeline->txn;
    struct placed *placed = &pipeline->placed;
    struct abuse_case *c = &pipeline->c;
    uint64_t fresh = pipeline->state.next_case;
    struct slice why = {0};
    correlate_report(txn, pipeline->inventory, &pipeline->config.policy, report,
                     &pipeline->state, pipeline->now, &pipeline->arena, c, placed);
    if (pipeline->again && is_known(placed, report)) {
        if (placed->placement == PLACED_TRIAGE && why_not->len == 0)
            *why_not = text_line(&pipeline->message_arena, placed->reason, LINE_MOST);
        return;
    }
    pipeline->filed++;
    placed->stored.id = pipeline->state.next_report++;
    placed->stored.message_id = message_id;
    store_put_report(txn, &placed->stored);
    switch (placed->placement) {
    case PLACED_STRANGER:
        store_count_stranger(txn, &report->address, pipeline->now.real);
        store_count(txn, "reports-not-ours", 1);
        return;
    case PLACED_NOWHERE:
        store_count(txn, "reports-without-case", 1);
        return;
    case PLACED_TRIAGE:
        why = text_line(&pipeline->message_arena, placed->reason, LINE_MOST);
        if (has_name_only(report))
            lookup_wait(pipeline, report, placed->stored.id, message_id, &why);
        if (why_not->len == 0)
            *why_not = why;
        return;
    case PLACED:
    case PLACED_DUPLICATE:
        break;
    }
    if (placed->case_id == fresh)
        pipeline->state.next_case++;
    for (unsigned i = 0; i < placed->event_count; i++)
        case_event(pipeline, &placed->events[i]);
    if (placed->placement == PLACED_DUPLICATE) {
        store_put_case(txn, c);
        return;
    }
    struct stimulus evidence = {
        .type = STIMULUS_EVIDENCE, .generation = c->generation, .actor = SLICE("evidence")};
    evidence.confirmed = confirm_reached(c, &pipeline->config.policy, &evidence.kind);
    evidence.first_by_name = is_first_by_name(c, placed);
    case_step(pipeline, &evidence);
}

/* "row 3: its time is none; row 7: it has no address; and 12 more rows" */
static struct slice lost_rows(struct pipeline *pipeline, const struct parse_result *result)
{
    struct arena *arena = &pipeline->message_arena;
    const struct text_list *faults = &result->row_faults;
    struct slice text = {0};
    size_t named = 0;
    for (; named < faults->count && named < ROWS_NAMED; named++)
        text = arena_printf(arena, "%.*s%s%.*s", SLICE_FMT(text), named > 0 ? "; " : "",
                            SLICE_FMT(text_line(arena, faults->items[named], ROW_MOST)));
    if (named < faults->count)
        text = arena_printf(arena, "%.*s; and %zu more rows", SLICE_FMT(text),
                            faults->count - named);
    return text;
}

static void apply_result(struct pipeline *pipeline, const struct parse_result *result,
                         struct slice mail, struct stored_message *message)
{
    struct slice why_not = {0};
    struct acknowledging acknowledging = {.rows = BUFFER_INIT};
    message->verdict = (uint8_t)result->verdict;
    message->parser = slice_of(result->parser);
    message->parser_revision = result->revision;
    message->reason = text_line(&pipeline->message_arena, result->reason, LINE_MOST);
    message->report_count = (uint32_t)result->report_count;
    pipeline->filed = 0;
    for (const struct report *report = result->reports; report != NULL; report = report->next) {
        arena_reset(&pipeline->arena);
        apply_report(pipeline, report, message->id, &why_not);
        if (!pipeline->again) /* then it was answered when it came */
            acknowledge_report(&acknowledging, pipeline, report);
    }
    acknowledge_end(&acknowledging, pipeline, message, mail);
    store_count(pipeline->txn, "reports",
                pipeline->again ? pipeline->filed : result->report_count);
    if (result->verdict == VERDICT_TRIAGE)
        why_not = message->reason;
    else if (why_not.len == 0 && result->row_faults.count > 0)
        why_not = lost_rows(pipeline, result);
    if (why_not.len > 0)
        message->reason = why_not;
    message->triage_state = why_not.len > 0 ? TRIAGE_WAITING : TRIAGE_NONE;
}

/* Known senders whose mails stop being understood are told about once. */
static void watch_sender(struct pipeline *pipeline, const struct parse_result *result,
                         const struct stored_message *message)
{
    struct arena *arena = &pipeline->message_arena;
    struct slice text = {0};
    struct drift noticed;
    bool any = store_get_text(pipeline->txn, DRIFT_TEXT, arena, &text) && text.len > 0;
    bool understood = result->verdict != VERDICT_TRIAGE;
    if (understood && !any)
        return;
    struct parse_settings settings = settings_of(pipeline);
    struct slice sender = drift_sender(&settings, &pipeline->config.policy, message->from);
    if (sender.len == 0)
        return;
    struct slice made = drift_step(text, sender, understood, message->id, arena, &noticed);
    if (!slice_eq(made, text))
        store_put_text(pipeline->txn, DRIFT_TEXT, made);
    if (noticed.mails > 0)
        loose_event(
            pipeline, EVENT_TRIAGED, SLICE("parser"),
            arena_printf(arena,
                         "mails of %.*s are no longer understood, such as messages %llu, "
                         "%llu and %llu: has it changed its format?",
                         SLICE_FMT(sender), (unsigned long long)noticed.samples[0],
                         (unsigned long long)noticed.samples[1],
                         (unsigned long long)noticed.samples[2]));
}

enum status apply_message(struct pipeline *pipeline, const struct journal_record *record,
                          struct journal_position at, struct fault *why)
{
    (void)why;
    struct txn *txn = pipeline->txn;
    struct arena *arena = &pipeline->message_arena;
    struct stored_message message = {
        .position = at, .received_at = record->real, .source = record->source};
    uint64_t earlier = 0;
    arena_reset(arena);
    pipeline->names = pipeline->named = 0;
    store_count(txn, "messages", 1);
    if (pipeline->identity != NULL)
        message.identity = *pipeline->identity;
    else
        pipeline_identify(record->body, &message.identity);
    if (store_find_message(txn, &message.identity, &earlier)) {
        store_count(txn, "messages-again", 1);
        return OK;
    }
    struct parse_result result = {0};
    parse(pipeline, record->source, record->body, &result);
    message.id = pipeline->state.next_message++;
    message.subject = text_line(arena, result.subject, LINE_MOST);
    message.from = text_line(arena, result.from, LINE_MOST);
    apply_result(pipeline, &result, record->body, &message);
    store_put_message(txn, &message);
    if (result.verdict == VERDICT_NOT_A_REPORT)
        store_count(txn, "not-a-report", 1);
    if (message.triage_state == TRIAGE_WAITING)
        loose_event(pipeline, EVENT_TRIAGED, SLICE("parser"),
                    arena_printf(arena, "message %llu: %.*s", (unsigned long long)message.id,
                                 SLICE_FMT(message.reason)));
    watch_sender(pipeline, &result, &message);
    return OK;
}

enum status apply_reparse(struct pipeline *pipeline, const struct stored_message *message,
                          struct slice actor, struct fault *why)
{
    struct journal_record record;
    struct arena *arena = &pipeline->message_arena;
    struct journal_position at = message->position;
    bool found = false;
    store_count(pipeline->txn, "reparses", 1);
    if (!journal_has(pipeline->journal, at)) /* retention took it */
        return OK;
    enum status status = journal_read(pipeline->journal, &at, &record, &found, why);
    if (status != OK)
        return status;
    if (!found || record.kind != JOURNAL_MESSAGE)
        return OK;
    struct parse_result result = {0};
    pipeline->names = pipeline->named = 0;
    pipeline->again = message->report_count > 0;
    struct stored_message kept = *message; /* its words must outlive the reports' memory */
    arena_reset(arena);
    kept.source = arena_copy(arena, message->source);
    kept.subject = arena_copy(arena, message->subject);
    kept.from = arena_copy(arena, message->from);
    kept.assignee = arena_copy(arena, message->assignee);
    actor = arena_copy(arena, actor);
    parse(pipeline, record.source, record.body, &result);
    apply_result(pipeline, &result, record.body, &kept);
    pipeline->again = false;
    if (kept.triage_state == TRIAGE_NONE)
        kept.triage_state = TRIAGE_REPARSED;
    store_put_message(pipeline->txn, &kept);
    if (result.verdict != VERDICT_TRIAGE)
        watch_sender(pipeline, &result, &kept);
    loose_event(pipeline, EVENT_NOTE, actor,
                arena_printf(arena, "message %llu parsed again: %s, %zu reports",
                             (unsigned long long)kept.id, verdict_name(result.verdict),
                             result.report_count));
    return OK;
}
