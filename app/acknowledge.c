#include "app/acknowledge.h"

#include "base/host.h"
#include "base/text.h"

#include <inttypes.h>

#define ROWS_MOST 10
#define HOUR      3600
#define TOLD      "acknowledged" /* a text: fair time and operator, of the last hour */

/* Signed by the domain that the mailbox is in. */
static bool is_vouched_for(const struct authentication *auth)
{
    ptrdiff_t at = slice_find_byte(auth->mailbox, '@');
    if (!authentication_is_signed(auth) || at <= 0 || !text_is_mailbox(auth->mailbox))
        return false;
    return host_is_within(slice_from(auth->mailbox, (size_t)at + 1), auth->domain);
}

void acknowledge_report(struct acknowledging *acknowledging, const struct pipeline *pipeline,
                        const struct report *report)
{
    const struct placed *placed = &pipeline->placed;
    const struct policy *policy = &pipeline->config.policy;
    char address[ADDRESS_TEXT];
    bool ours = placed->placement == PLACED || placed->placement == PLACED_DUPLICATE;
    if (report->restricted || (!ours && placed->placement != PLACED_STRANGER))
        return;
    if (!placed->who.acknowledge || !is_vouched_for(&report->auth))
        return;
    acknowledging->operator_name = placed->who.name;
    acknowledging->mailbox = report->auth.mailbox;
    if (ours && acknowledging->case_id == 0) {
        acknowledging->case_id = placed->case_id;
        acknowledging->generation = pipeline->c.generation;
    }
    if (acknowledging->count++ >= ROWS_MOST)
        return;
    buffer_printf(&acknowledging->rows, "%s%s ", acknowledging->count > 1 ? ", " : "",
                  address_text(&placed->stored.address, address));
    if (ours)
        buffer_printf(&acknowledging->rows, "C-%" PRIu64, placed->case_id);
    else
        buffer_add(&acknowledging->rows, SLICE("stranger"));
    if (report->observed_at != 0 &&
        pipeline->now.real - report->observed_at >= policy->confirm.stale)
        buffer_add(&acknowledging->rows, SLICE(" old"));
}

/* Counts this one, unless the operator has had all that it gets in an hour. */
static bool is_within_rate(struct pipeline *pipeline, struct slice operator_name)
{
    struct slice old = {0}, line;
    struct buffer text = BUFFER_INIT;
    uint64_t told = 0, fair = 0;
    (void)store_get_text(pipeline->txn, TOLD, &pipeline->arena, &old);
    while (slice_next_line(&old, &line)) {
        struct slice name = line, stamp;
        if (!slice_next_field(&name, ' ', &stamp) || !slice_to_u64(stamp, &fair) ||
            (int64_t)fair <= pipeline->now.fair - HOUR)
            continue;
        told += slice_eq(name, operator_name) ? 1 : 0;
        buffer_printf(&text, "%.*s\n", SLICE_FMT(line));
    }
    bool within = told < pipeline->config.policy.acknowledge_most;
    if (within)
        buffer_printf(&text, "%" PRId64 " %.*s\n", pipeline->now.fair,
                      SLICE_FMT(operator_name));
    store_put_text(pipeline->txn, TOLD, buffer_slice(&text));
    buffer_release(&text);
    return within;
}

static void put_action(struct acknowledging *acknowledging, struct pipeline *pipeline,
                       const struct stored_message *message, struct slice message_id)
{
    struct arena *arena = &pipeline->arena;
    if (acknowledging->count > ROWS_MOST)
        buffer_printf(&acknowledging->rows, ", more");
    struct action action = {
        .id = pipeline->state.next_action++,
        .case_id = acknowledging->case_id,
        .generation = acknowledging->generation,
        .verb = VERB_ACKNOWLEDGE,
        .attempt = 1,
        .not_before = pipeline->now.fair,
        .decided_at = pipeline->now.real,
        .identity = arena_printf(arena, "M-%" PRIu64 ".acknowledge", message->id),
        .text = buffer_slice(&acknowledging->rows),
        .to = acknowledging->mailbox,
        .in_reply_to = message_id,
    };
    store_put_action(pipeline->txn, &action);
    store_count(pipeline->txn, "acknowledgements", 1);
}

void acknowledge_end(struct acknowledging *acknowledging, struct pipeline *pipeline,
                     const struct stored_message *message, struct slice mail)
{
    struct slice message_id;
    arena_reset(&pipeline->arena);
    if (acknowledging->count > 0 &&
        parse_answerable(mail, acknowledging->mailbox, &message_id) &&
        is_within_rate(pipeline, acknowledging->operator_name))
        put_action(acknowledging, pipeline, message, message_id);
    buffer_release(&acknowledging->rows);
}
