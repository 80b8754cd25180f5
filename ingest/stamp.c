#include "ingest/stamp.h"

/* Reads fields as generously as any later reader could: every CR or LF ends a line, space
 * may stand before the colon, and a line that is no field belongs to the one above it. */
struct head_reader {
    const char *at, *end;
};

struct head_field {
    struct slice whole; /* with its line ends */
    struct slice name;
    struct slice value; /* untrimmed */
};

static bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static const char *next_line(const char *at, const char *end)
{
    while (at < end && !is_line_end(*at))
        at++;
    if (end - at > 2 && at[0] == '\r' && at[1] == '\r' && at[2] == '\n')
        return at + 3;
    if (end - at > 1 && at[0] == '\r' && at[1] == '\n')
        return at + 2;
    return at < end ? at + 1 : end;
}

/* The colon after the name at the start of a line, or NULL when it is no field. */
static const char *find_colon(const char *at, const char *end, const char **name_end)
{
    const char *from = at;
    while (at<end && * at> ' ' && *at < 0x7f && *at != ':')
        at++;
    *name_end = at;
    if (at == from)
        return NULL;
    while (at < end && is_blank(*at))
        at++;
    return at < end && *at == ':' ? at : NULL;
}

/* False at the blank line, or the end. A first line that is no field comes as a field
 * without a name. */
static bool next_field(struct head_reader *reader, struct head_field *field)
{
    const char *from = reader->at, *end = reader->end;
    if (from >= end || is_line_end(*from))
        return false;
    const char *name_end, *ignored;
    const char *colon = find_colon(from, end, &name_end);
    const char *at = next_line(from, end);
    while (at < end && !is_line_end(*at) && find_colon(at, end, &ignored) == NULL)
        at = next_line(at, end);
    field->whole = (struct slice){from, (size_t)(at - from)};
    field->name = (struct slice){from, colon == NULL ? 0 : (size_t)(name_end - from)};
    field->value =
        colon == NULL ? field->whole : (struct slice){colon + 1, (size_t)(at - colon - 1)};
    reader->at = at;
    return true;
}

static struct head_reader reader_of(struct slice mail)
{
    const char *at = mail.ptr, *end = mail.len == 0 ? mail.ptr : mail.ptr + mail.len;
    struct slice rest = mail;
    if (slice_starts_with(rest, SLICE("\xef\xbb\xbf")))
        rest = slice_from(rest, 3);
    if (slice_starts_with(rest, SLICE("From ")) || slice_starts_with(rest, SLICE(">From ")))
        at = next_line(at, end);
    else if (rest.len > 0)
        at = rest.ptr;
    return (struct head_reader){at, end};
}

/* ---- claims ---- */

static const char *skip_comments(const char *at, const char *end)
{
    unsigned depth = 0;
    for (; at < end && (depth > 0 || is_blank(*at) || is_line_end(*at) || *at == '('); at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && depth > 0)
            depth--;
    }
    return at;
}

/* The authserv-id of an Authentication-Results field, quoted or not. */
static struct slice authserv_of(struct slice value)
{
    const char *end = value.ptr + value.len;
    const char *at = skip_comments(value.ptr, end);
    bool quoted = at < end && *at == '"';
    const char *from = at += quoted;
    while (at < end && (quoted ? *at != '"'
                               : !is_blank(*at) && !is_line_end(*at) && *at != ';' &&
                                     *at != '=' && *at != '('))
        at++;
    return slice_trim((struct slice){from, (size_t)(at - from)});
}

static bool claims(const struct head_field *field, struct slice authserv_id)
{
    return slice_eq_nocase(field->name, SLICE("Authentication-Results")) &&
           slice_eq_nocase(authserv_of(field->value), authserv_id);
}

/* ---- writing ---- */

#define RENAMED_MOST 1000U

static const char *const verdicts[] = {
    [STAMP_NONE] = "none",           [STAMP_PASS] = "pass",
    [STAMP_FAIL] = "fail",           [STAMP_POLICY] = "policy",
    [STAMP_NEUTRAL] = "neutral",     [STAMP_TEMPERROR] = "temperror",
    [STAMP_PERMERROR] = "permerror",
};

static const char *line_end_of(struct slice mail)
{
    const char *lf = mail.len == 0 ? NULL : memchr(mail.ptr, '\n', mail.len);
    return lf != NULL && (lf == mail.ptr || lf[-1] != '\r') ? "\n" : "\r\n";
}

static void write_result(const struct stamp_result *result, const char *line_end,
                         struct buffer *out)
{
    buffer_printf(out, ";%s %s=%s", line_end, result->arc ? "arc" : "dkim",
                  verdicts[result->verdict]);
    if (result->reason[0] != '\0')
        buffer_printf(out, " reason=\"%s\"", result->reason);
    if (result->domain.len > 0)
        buffer_printf(out, "%s  header.d=%.*s", line_end, SLICE_FMT(result->domain));
    if (result->selector.len > 0)
        buffer_printf(out, " header.s=%.*s", SLICE_FMT(result->selector));
    if (result->algorithm[0] != '\0')
        buffer_printf(out, " header.a=%s", result->algorithm);
    for (size_t i = 0; i < result->sealer_count; i++)
        buffer_printf(out, "%s  arc.sealer=%.*s", line_end, SLICE_FMT(result->sealers[i]));
}

void stamp_mail(struct slice mail, struct slice authserv_id, const struct stamp_result *results,
                size_t count, struct buffer *out)
{
    struct head_reader reader = reader_of(mail);
    const char *line_end = line_end_of(mail), *ignored;
    buffer_reserve(out, mail.len + 1024);
    buffer_printf(out, "Authentication-Results: %.*s", SLICE_FMT(authserv_id));
    for (size_t i = 0; i < count; i++)
        write_result(&results[i], line_end, out);
    if (count == 0)
        buffer_printf(out, ";%s dkim=none", line_end);
    buffer_printf(out, "%s", line_end);
    /* What is no field must not become a part of ours. */
    if (reader.at < reader.end && find_colon(reader.at, reader.end, &ignored) == NULL)
        buffer_printf(out, "%s", line_end);
    struct head_field field;
    unsigned renamed = 0;
    while (next_field(&reader, &field)) {
        bool forged = claims(&field, authserv_id);
        if (forged && renamed++ < RENAMED_MOST)
            buffer_printf(out, "Old-");
        if (!forged || renamed <= RENAMED_MOST)
            buffer_add(out, field.whole);
    }
    if (reader.at < reader.end)
        buffer_add(out, (struct slice){reader.at, (size_t)(reader.end - reader.at)});
}

/* ---- reading ---- */

struct stamp_head stamp_read(struct slice mail)
{
    static const struct slice once[] = {
        SLICE("From"), SLICE("Sender"),       SLICE("Subject"),
        SLICE("Date"), SLICE("Content-Type"), SLICE("Content-Transfer-Encoding"),
    };
    enum { ONCE = sizeof once / sizeof once[0] };
    bool seen[ONCE] = {false};
    struct head_reader reader = reader_of(mail);
    struct stamp_head head = {.bytes = {reader.at, 0}};
    struct head_field field;
    while (next_field(&reader, &field)) {
        head.signatures += slice_eq_nocase(field.name, SLICE("DKIM-Signature"));
        head.seals += slice_starts_with_nocase(field.name, SLICE("ARC-"));
        for (size_t i = 0; i < ONCE; i++) {
            if (!slice_eq_nocase(field.name, once[i]))
                continue;
            if (seen[i])
                head.repeated = once[i].ptr;
            seen[i] = true;
        }
    }
    head.bytes.len = (size_t)(reader.at - head.bytes.ptr);
    return head;
}
