/* The file, line by line. A line that is wrong costs itself only. */
#include "correlate/import.h"

#include <limits.h>

/* Twice the room, the old array left in the arena. */
static void *grown(struct arena *arena, const void *items, size_t size, size_t count,
                   size_t *room)
{
    if (count < *room)
        return NULL;
    *room = *room == 0 ? 64 : *room * 2;
    void *more = arena_alloc_array(arena, size, *room);
    if (count > 0)
        memcpy(more, items, size * count);
    return more;
}

void import_note(struct import_reading *reading, unsigned line, bool refused, struct slice text)
{
    if (reading->fault_count > IMPORT_FAULTS)
        return;
    void *more = grown(reading->arena, reading->faults, sizeof *reading->faults,
                       reading->fault_count, &reading->fault_room);
    if (more != NULL)
        reading->faults = more;
    struct import_fault *fault = &reading->faults[reading->fault_count++];
    struct fault safe;
    (void)fail(&safe, OK, "%.*s", SLICE_FMT(text));
    fault->line = line;
    fault->refused = refused;
    memcpy(fault->text, safe.text, sizeof fault->text);
}

static void add_row(struct import_reading *reading, const struct draft *draft, unsigned line,
                    bool refused)
{
    void *more = grown(reading->arena, reading->rows, sizeof *reading->rows, reading->count,
                       &reading->room);
    if (more != NULL)
        reading->rows = more;
    reading->rows[reading->count++] = (struct import_row){
        .row = draft->row, .line = line, .has_from = draft->has_from, .refused = refused};
}

static void read_row(struct import_reading *reading, struct import_csv *csv, struct slice line,
                     unsigned number)
{
    struct draft draft = {.arena = reading->arena};
    struct fault why = {""};
    enum status status = OK;
    if (line.len > IMPORT_LINE_LONGEST)
        status = fail(&why, ERR_LIMIT, "is longer than %zu bytes", IMPORT_LINE_LONGEST);
    else if (csv != NULL)
        status = import_csv_line(csv, line, &draft, &why);
    else
        status = import_json_line(line, &draft, &why);
    if (status == OK)
        status = draft_finish(&draft, &why);
    if (status != OK) {
        import_note(reading, number, true, slice_of(why.text));
        reading->lost_prefix = reading->lost_prefix || !draft.has_prefix;
    }
    if (draft.has_prefix)
        add_row(reading, &draft, number, status != OK);
    if (status == OK && draft.remark.len > 0)
        import_note(reading, number, false, draft.remark);
}

static bool is_skipped(struct slice line)
{
    return line.len == 0 || line.ptr[0] == '#';
}

enum status import_read(struct slice text, struct import_reading *reading, struct fault *why)
{
    struct slice mark = SLICE("\xef\xbb\xbf"), line = {0};
    struct import_csv *csv = NULL;
    bool begun = false;
    unsigned number = 0;
    if (slice_starts_with(text, mark))
        text = slice_from(text, mark.len);
    while (number < UINT_MAX && slice_next_line(&text, &line)) {
        number++;
        line = slice_trim(line);
        if (is_skipped(line))
            continue;
        if (!begun && line.ptr[0] == '[')
            return fail(
                why, ERR_MALFORMED,
                "line %u: is a JSON list; write one object a line, without the brackets",
                number);
        if (!begun && line.ptr[0] != '{') {
            enum status status = import_csv_begin(line, reading->arena, &csv, why);
            begun = true;
            if (status == OK)
                continue;
            return fail_in(why, status, arena_printf(reading->arena, "line %u", number).ptr);
        }
        begun = true;
        read_row(reading, csv, line, number);
        if (reading->fault_count > IMPORT_FAULTS)
            return fail(
                why, ERR_LIMIT,
                "more than %d lines are wrong, nothing was taken; the first, line %u: %s",
                IMPORT_FAULTS, reading->faults[0].line, reading->faults[0].text);
    }
    return OK;
}
