#include "escalate/letter-fields.h"

#include "base/text.h"

#define CASES_MOST    50
#define EVIDENCE_MOST 12
#define MEASURES_MOST 16
#define CASE_FIELDS   40
#define SUBJECTS_MOST 12

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
    add(scope, name, text.len > 0 ? text_line(arena, text, LETTER_LINE) : text);
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
            text_defang(arena, text_line(arena, lc->evidence[i].site, LETTER_LINE)));
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
        add(&row, "measure",
            text_line(arena, slice_trim(slice_from(line, 1)), 2 * LETTER_LINE));
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
        add(&row, "address", text_defang(arena, text_line(arena, word, LETTER_LINE)));
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

/* One may stand in two rows, one of them of evidence that could be forged. */
static unsigned organisations(const struct abuse_case *c)
{
    unsigned count = 0;
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        bool counts = witness->auth == AUTH_PASS && witness->kind == c->kind;
        for (unsigned j = 0; j < i && counts; j++)
            counts = c->witnesses[j].auth != AUTH_PASS || c->witnesses[j].kind != c->kind ||
                     !slice_eq(c->witnesses[j].operator_name, witness->operator_name);
        count += counts ? 1 : 0;
    }
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
    add(&scope, "why", text_defang(arena, text_line(arena, lc->action->text, LETTER_LINE)));
    add_deadline(&scope, arena, settings, request, c);
    add_evidence(&scope, arena, lc);
    add_measures(&scope, arena, measures, lc);
    row->count = scope.count;
}

/* --- all of it --- */

void letter_fields(struct fields *all, struct arena *arena,
                   const struct letter_settings *settings, const struct letter_request *request,
                   struct slice measures, struct slice reply)
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
