/* A letter's values out of its cases, the template filled with them, and the mail around it. */
#include "escalate/letter.h"

#include "base/text.h"
#include "escalate/message.h"
#include "escalate/template.h"

#define CASES_MOST    50
#define EVIDENCE_MOST 12
#define MEASURES_MOST 16
#define LINE_MOST     ((size_t)200)
#define CASE_FIELDS   40
#define SUBJECTS_MOST 12

enum letter_kind letter_kind_of(enum verb verb, const struct abuse_case *c)
{
    switch (verb) {
    case VERB_ADVISE:
        return c->kind == KIND_UNDER_ATTACK ? LETTER_VICTIM : LETTER_ADVICE;
    case VERB_NOTICE:
        return LETTER_REASONS;
    case VERB_RESTORED:
        return LETTER_RESTORED;
    case VERB_ACKNOWLEDGE:
        return LETTER_ACKNOWLEDGEMENT;
    case VERB_TELL:
        return LETTER_DESK;
    default:
        return LETTER_WARNING;
    }
}

/* Fields of one scope, added one by one. */
struct scope {
    struct field *items;
    size_t count;
};

static void add(struct scope *scope, const char *name, struct slice text)
{
    if (scope->count < CASE_FIELDS)
        scope->items[scope->count++] = (struct field){.name = name, .text = text};
}

static void add_line(struct scope *scope, struct arena *arena, const char *name,
                     struct slice text)
{
    add(scope, name, text.len > 0 ? text_line(arena, text, LINE_MOST) : text);
}

static void add_rows(struct scope *scope, const char *name, const struct fields *rows,
                     size_t count)
{
    static const struct fields none;
    if (scope->count < CASE_FIELDS)
        scope->items[scope->count++] = (struct field){
            .name = name, .rows = rows != NULL ? rows : &none, .row_count = count};
}

static void add_number(struct scope *scope, struct arena *arena, const char *name,
                       uint64_t number)
{
    add(scope, name,
        number == 0 ? (struct slice){0}
                    : arena_printf(arena, "%llu", (unsigned long long)number));
}

static void add_flag(struct scope *scope, const char *name, bool set)
{
    add(scope, name, set ? SLICE("yes") : (struct slice){0});
}

static struct slice moment(struct arena *arena, int64_t at)
{
    char text[MOMENT_TEXT];
    return at == 0 ? (struct slice){0} : arena_copy(arena, slice_of(moment_rfc3339(at, text)));
}

static void row_of(struct arena *arena, struct fields *row, struct scope *scope,
                   const struct fields *around)
{
    scope->items = arena_array(arena, struct field, CASE_FIELDS);
    scope->count = 0;
    *row = (struct fields){scope->items, 0, around};
}

/* --- evidence and measures --- */

static struct slice type_name(struct arena *arena, const struct xarf_type *type)
{
    return type == NULL ? SLICE("?") : arena_printf(arena, "%s/%s", type->category, type->type);
}

static void add_evidence(struct scope *scope, struct arena *arena, const struct letter_case *lc)
{
    size_t count = lc->evidence_count < EVIDENCE_MOST ? lc->evidence_count : EVIDENCE_MOST;
    struct fields *rows = arena_array(arena, struct fields, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct scope row;
        row_of(arena, &rows[i], &row, NULL);
        struct slice when = moment(arena, lc->evidence[i].observed_at);
        add(&row, "when", when.len > 0 ? when : SLICE("-"));
        add(&row, "what", type_name(arena, lc->evidence[i].type));
        add_number(&row, arena, "count", lc->evidence[i].incidents);
        add(&row, "where",
            text_defang(arena, text_line(arena, lc->evidence[i].site, LINE_MOST)));
        rows[i].count = row.count;
    }
    add_rows(scope, "evidence", rows, count);
}

/* How well a heading of the measures file fits a type: exactly, its category, any; 0: not. */
static unsigned fit(struct slice heading, enum abuse_kind kind, const struct xarf_type *type,
                    struct arena *arena)
{
    if (slice_eq(heading, SLICE("*")))
        return 1;
    if (kind == KIND_UNDER_ATTACK)
        return slice_eq(heading, slice_of(abuse_kind_name(kind))) ? 3 : 0;
    if (type == NULL)
        return 0;
    if (slice_eq(heading, arena_printf(arena, "%s/*", type->category)))
        return 2;
    return slice_eq(heading, type_name(arena, type)) ? 3 : 0;
}

/* The block below the heading that fits best. */
static struct slice find_measures(struct slice text, enum abuse_kind kind,
                                  const struct xarf_type *type, struct arena *arena)
{
    struct slice rest = text, line, best = {0};
    unsigned best_fit = 0;
    while (slice_next_line(&rest, &line)) {
        line = slice_trim(line);
        if (line.len < 3 || line.ptr[0] != '[' || line.ptr[line.len - 1] != ']')
            continue;
        unsigned found = fit((struct slice){line.ptr + 1, line.len - 2}, kind, type, arena);
        if (found > best_fit) {
            best_fit = found;
            best = rest;
        }
    }
    return best;
}

static const struct xarf_type *main_type(const struct letter_case *lc)
{
    const struct xarf_type *type = NULL;
    uint16_t weight = 0;
    for (unsigned i = 0; i < lc->c->witness_count; i++) {
        const struct witness *witness = &lc->c->witnesses[i];
        if (witness->kind == lc->c->kind && witness->type != NULL &&
            (type == NULL || witness->weight > weight)) {
            type = witness->type;
            weight = witness->weight;
        }
    }
    return type != NULL ? type : lc->evidence_count > 0 ? lc->evidence[0].type : NULL;
}

static void add_measures(struct scope *scope, struct arena *arena, struct slice measures,
                         const struct letter_case *lc)
{
    struct fields *rows = arena_array(arena, struct fields, MEASURES_MOST);
    struct slice rest = find_measures(measures, lc->c->kind, main_type(lc), arena), line;
    size_t count = 0;
    while (count < MEASURES_MOST && slice_next_line(&rest, &line)) {
        line = slice_trim(line);
        if (line.len > 0 && line.ptr[0] == '[')
            break;
        if (line.len < 3 || line.ptr[0] != '-')
            continue;
        struct scope row;
        row_of(arena, &rows[count], &row, NULL);
        add(&row, "measure", text_line(arena, slice_trim(slice_from(line, 1)), 2 * LINE_MOST));
        rows[count].count = row.count;
        count++;
    }
    add_rows(scope, "measures", rows, count);
}

/* --- what became of a reporter's report --- */

/* The rows of an acknowledgement (base/action.h). */
static void add_subjects(struct scope *scope, struct arena *arena, struct slice text)
{
    struct fields *rows = arena_array(arena, struct fields, SUBJECTS_MOST);
    struct slice item, word;
    size_t count = 0;
    while (count < SUBJECTS_MOST && slice_next_field(&text, ',', &item)) {
        struct scope row;
        item = slice_trim(item);
        row_of(arena, &rows[count], &row, NULL);
        if (!slice_next_field(&item, ' ', &word) || slice_eq(word, SLICE("more")))
            continue;
        add(&row, "address", text_defang(arena, text_line(arena, word, LINE_MOST)));
        bool stranger = false, old = false;
        while (slice_next_field(&item, ' ', &word)) {
            stranger |= slice_eq(word, SLICE("stranger"));
            old |= slice_eq(word, SLICE("old"));
            if (slice_starts_with(word, SLICE("C-")))
                add_line(&row, arena, "case", word);
        }
        add_flag(&row, "stranger", stranger);
        add_flag(&row, "old", old);
        rows[count++].count = row.count;
    }
    add_rows(scope, "subjects", rows, count);
}

/* --- one case --- */

/* By when at the earliest the next rung is climbed: the window of this mail begins when a
 * relay takes it. */
static void add_deadline(struct scope *scope, struct arena *arena,
                         const struct letter_settings *settings,
                         const struct letter_request *request, const struct abuse_case *c)
{
    int64_t at = request->now.real + c->terms.warn_window;
    int seconds = 0;
    struct slice local = {0}, zone = {0};
    if (settings->offset != NULL && request->zone.len > 0 &&
        !slice_eq(request->zone, SLICE("UTC")) &&
        settings->offset(request->zone, at, &seconds)) {
        struct slice shifted = moment(arena, at + seconds);
        local = arena_printf(arena, "%.10s %.5s", shifted.ptr, shifted.ptr + 11);
        zone = text_line(arena, request->zone, 64);
    }
    struct slice utc = moment(arena, at);
    add(scope, "deadline", request->kind == LETTER_WARNING ? SLICE("yes") : (struct slice){0});
    add(scope, "local", local);
    add(scope, "zone", zone);
    add(scope, "utc", arena_printf(arena, "%.10s %.5s UTC", utc.ptr, utc.ptr + 11));
    char hours[MOMENT_TEXT];
    add(scope, "hours",
        arena_copy(arena, slice_of(moment_duration(c->terms.warn_window, hours))));
}

static unsigned organisations(const struct abuse_case *c)
{
    unsigned count = 0;
    for (unsigned i = 0; i < c->witness_count; i++)
        count += c->witnesses[i].auth == AUTH_PASS && c->witnesses[i].kind == c->kind ? 1 : 0;
    return count;
}

static uint64_t incidents(const struct abuse_case *c)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < c->witness_count; i++)
        if (c->witnesses[i].kind == c->kind &&
            __builtin_add_overflow(sum, c->witnesses[i].incidents, &sum))
            return UINT64_MAX;
    return sum;
}

static void fill_case(struct fields *row, struct arena *arena,
                      const struct letter_settings *settings,
                      const struct letter_request *request, struct slice measures,
                      const struct letter_case *lc, const struct fields *around)
{
    const struct abuse_case *c = lc->c;
    char address[ADDRESS_TEXT * 3];
    struct scope scope;
    row_of(arena, row, &scope, around);
    add(&scope, "case", arena_printf(arena, "C-%llu", (unsigned long long)c->id));
    add(&scope, "address", arena_copy(arena, slice_of(address_defang(&c->address, address))));
    add_line(&scope, arena, "server", c->server);
    add_line(&scope, arena, "customer", c->customer);
    add(&scope, "since", moment(arena, c->observed_first));
    add(&scope, "last", moment(arena, c->observed_last));
    add_number(&scope, arena, "reports", c->reports);
    add_number(&scope, arena, "organisations", organisations(c));
    add_number(&scope, arena, "incidents", incidents(c));
    add_flag(&scope, "email-compromise", c->kind == KIND_EMAIL_COMPROMISE);
    add_flag(&scope, "system-compromise", c->kind == KIND_SYSTEM_COMPROMISE);
    add_flag(&scope, "under-attack", c->kind == KIND_UNDER_ATTACK);
    add_flag(&scope, "advice", c->kind == KIND_ADVICE);
    add_flag(&scope, "calls", c->terms.climbs && c->terms.call);
    add_flag(&scope, "cuts", c->terms.climbs && c->terms.cut && !c->never_cut && !c->shared);
    add_flag(&scope, "at-once", c->terms.climbs && c->terms.cut_at_once);
    add(&scope, "state", slice_of(case_state_name(c->state)));
    add(&scope, "why", text_defang(arena, text_line(arena, lc->action->text, LINE_MOST)));
    add_deadline(&scope, arena, settings, request, c);
    add_evidence(&scope, arena, lc);
    add_measures(&scope, arena, measures, lc);
    row->count = scope.count;
}

/* --- the mail --- */

static size_t language_of(const struct letter_templates *templates, enum letter_kind kind,
                          struct slice language)
{
    for (size_t i = 0; i < templates->language_count; i++)
        if (language.len >= templates->languages[i].len && templates->texts[kind][i].len > 0 &&
            slice_eq_nocase(slice_until(language, templates->languages[i].len),
                            templates->languages[i]) &&
            (language.len == templates->languages[i].len ||
             language.ptr[templates->languages[i].len] == '-'))
            return i;
    return 0;
}

/* A follow-up hangs beneath the first warning of its case and contact. */
static bool is_follow_up(const struct letter_request *request)
{
    return request->kind == LETTER_REASONS || request->kind == LETTER_RESTORED ||
           (request->kind == LETTER_WARNING && request->cases[0].action->attempt > 1);
}

/* "<left@right>", of somebody else: nothing but one such word may come out. */
static void add_answered(struct buffer *out, struct slice id)
{
    if (id.len < 3 || id.len > 500 || id.ptr[0] != '<' || id.ptr[id.len - 1] != '>')
        return;
    for (size_t i = 1; i + 1 < id.len; i++)
        if (id.ptr[i] <= ' ' || id.ptr[i] > '~' || id.ptr[i] == '<' || id.ptr[i] == '>')
            return;
    buffer_printf(out, "In-Reply-To: %.*s\r\nReferences: %.*s\r\n", SLICE_FMT(id),
                  SLICE_FMT(id));
}

static void add_identity(struct buffer *out, const struct letter_settings *settings,
                         const struct letter_request *request)
{
    const struct action *action = request->cases[0].action;
    buffer_printf(out, "Message-ID: <%.*s@%.*s>\r\n", SLICE_FMT(action->identity),
                  SLICE_FMT(settings->message_domain));
    if (request->kind == LETTER_ACKNOWLEDGEMENT) {
        add_answered(out, action->in_reply_to);
        return;
    }
    if (!is_follow_up(request))
        return;
    for (int i = 0; i < 2; i++)
        buffer_printf(out, "%s: <C-%llu.%u.warn.%u.1@%.*s>\r\n",
                      i == 0 ? "In-Reply-To" : "References",
                      (unsigned long long)action->case_id, action->generation, action->contact,
                      SLICE_FMT(settings->message_domain));
}

static struct slice reply_mailbox(const struct letter_settings *settings,
                                  const struct action *action, struct arena *arena)
{
    char token[LETTER_TOKEN];
    struct letter_token said = {action->case_id, action->generation, action->contact,
                                action->attempt};
    return arena_printf(arena, "%.*s+%s@%.*s", SLICE_FMT(settings->reply_local),
                        letter_token_make(settings->token_key, &said, token),
                        SLICE_FMT(settings->reply_domain));
}

static bool plain_identity(struct slice identity)
{
    for (size_t i = 0; i < identity.len; i++)
        if (identity.ptr[i] <= ' ' || identity.ptr[i] > '~' ||
            strchr("<>@\"\\()[],;:", identity.ptr[i]) != NULL)
            return false;
    return identity.len > 0 && identity.len <= 200;
}

static enum status check(const struct letter_settings *settings,
                         const struct letter_request *request, struct slice reply,
                         struct fault *why)
{
    if (!text_is_mailbox(request->to))
        return fail(why, ERR_MALFORMED, "the recipient is no mailbox");
    if (!text_is_mailbox(settings->from))
        return fail(why, ERR_MALFORMED, "the sender is no mailbox: set [mail] from");
    if (reply.len > 0 && !text_is_mailbox(reply))
        return fail(why, ERR_MALFORMED,
                    "the address for replies is no mailbox: set [mail] reply");
    if (!text_is_domain(settings->message_domain))
        return fail(why, ERR_MALFORMED, "the domain of message identifiers is none");
    if (!plain_identity(request->cases[0].action->identity))
        return fail(why, ERR_MALFORMED,
                    "the action's identity cannot be in a message identifier");
    return OK;
}

static void fill_letter(struct fields *all, struct arena *arena,
                        const struct letter_settings *settings,
                        const struct letter_request *request, struct slice measures,
                        struct slice reply)
{
    size_t count = request->case_count < CASES_MOST ? request->case_count : CASES_MOST;
    struct fields *rows = arena_array(arena, struct fields, count);
    struct scope scope;
    row_of(arena, all, &scope, NULL);
    for (size_t i = 0; i < count; i++)
        fill_case(&rows[i], arena, settings, request, measures, &request->cases[i], all);
    add_line(&scope, arena, "provider", settings->provider);
    add_line(&scope, arena, "name", request->name);
    add_line(&scope, arena, "portal", settings->portal);
    add_line(&scope, arena, "phone", settings->phone);
    add_line(&scope, arena, "desk", settings->desk);
    add(&scope, "reply", reply);
    add_flag(&scope, "several", count > 1);
    if (request->kind == LETTER_ACKNOWLEDGEMENT)
        add_subjects(&scope, arena, request->cases[0].action->text);
    add_rows(&scope, "cases", rows, count);
    for (size_t i = 0; i < rows[0].count; i++) /* the first case's, for the subject */
        if (rows[0].items[i].rows == NULL && scope.count < CASE_FIELDS)
            scope.items[scope.count++] = rows[0].items[i];
    all->count = scope.count;
}

enum status letter_write(const struct letter_settings *settings,
                         const struct letter_request *request, struct arena *arena,
                         struct buffer *message, struct fault *why)
{
    const struct letter_templates *templates = settings->templates;
    if (request->case_count == 0 || request->kind >= LETTER_KINDS ||
        templates->language_count == 0)
        return fail(why, ERR_MALFORMED, "a letter needs a case and a template");
    const struct action *action = request->cases[0].action;
    bool answerable = settings->reply_local.len > 0 && request->kind != LETTER_DESK &&
                      request->kind != LETTER_ACKNOWLEDGEMENT;
    struct slice reply =
        answerable ? reply_mailbox(settings, action, arena) : (struct slice){0};
    enum status status = check(settings, request, reply, why);
    if (status != OK)
        return status;

    size_t language = language_of(templates, request->kind, request->language);
    struct fields fields;
    struct slice rest = templates->texts[request->kind][language], subject;
    fill_letter(&fields, arena, settings, request, templates->measures[language], reply);
    struct buffer title = BUFFER_INIT, body = BUFFER_INIT;
    char date[64];
    if (!slice_next_line(&rest, &subject))
        status = fail(why, ERR_MALFORMED, "the template is empty");
    if (status == OK)
        status = template_render(subject, &fields, &title, why);
    if (status == OK && slice_next_line(&rest, &subject)) /* the blank line */
        status = template_render(rest, &fields, &body, why);
    if (status == OK) {
        message_mailbox(message, "From", text_line(arena, settings->provider, 60),
                        settings->from);
        message_mailbox(message, "To", text_line(arena, request->name, 60), request->to);
        message_field(message, "Subject", text_line(arena, buffer_slice(&title), LINE_MOST));
        message_field(message, "Date", slice_of(moment_rfc5322(request->now.real, date)));
        add_identity(message, settings, request);
        if (reply.len > 0)
            message_mailbox(message, "Reply-To", (struct slice){0}, reply);
        buffer_printf(message, "Auto-Submitted: auto-%s\r\n",
                      request->kind == LETTER_ACKNOWLEDGEMENT ? "replied" : "generated");
        buffer_add(message, SLICE("MIME-Version: 1.0\r\n"
                                  "Content-Type: text/plain; charset=UTF-8\r\n"
                                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
        message_body(message, buffer_slice(&body));
    }
    buffer_release(&title);
    buffer_release(&body);
    return status;
}
