#include "parsers/forwarded.h"

#include "parsers/ordinary.h"
#include "parsers/text-body.h"

#include "base/buffer.h"

#define TEXT_MOST      ((size_t)512 << 10)
#define FIELDS_MOST    20U /* lines that may stand above an inner message */
#define BOUNDARY       "=_inner"
#define MARKER_LONGEST 100U

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* ---- markers ---- */

/* What stands between the dashes, as in "-----Original Message-----". */
static bool names_original(struct slice words)
{
    static const struct slice phrases[] = {
        SLICE("original message"),
        SLICE("forwarded message"),
        SLICE("original mail"),
        SLICE("original email"),
        SLICE("original-nachricht"),
        SLICE("ursprüngliche nachricht"),
        SLICE("weitergeleitete"),
        SLICE("originalnachricht"),
        SLICE("message d'origine"),
        SLICE("message original"),
        SLICE("message transféré"),
        SLICE("mensaje original"),
        SLICE("mensaje reenviado"),
        SLICE("messaggio originale"),
        SLICE("messaggio inoltrato"),
        SLICE("oorspronkelijk bericht"),
        SLICE("doorgestuurd bericht"),
        SLICE("mensagem original"),
        SLICE("mensagem encaminhada"),
        SLICE("wiadomość oryginalna"),
        SLICE("oryginalna wiadomość"),
        SLICE("przekazana wiadomość"),
        SLICE("wiadomość przekazana"),
        SLICE("původní zpráva"),
        SLICE("přeposlaná zpráva"),
        SLICE("исходное сообщение"),
        SLICE("пересылаемое сообщение"),
        SLICE("пересланное сообщение"),
        SLICE("start of forwarded message"),
    };
    while (words.len > 0 && (words.ptr[0] == '-' || words.ptr[0] == ' '))
        words = slice_from(words, 1);
    for (size_t i = 0; i < COUNT(phrases); i++)
        if (slice_starts_with_nocase(words, phrases[i]))
            return true;
    return false;
}

static bool is_marker(struct slice line)
{
    line = slice_trim(line);
    if (line.len > MARKER_LONGEST)
        return false;
    if (slice_starts_with_nocase(line, SLICE("begin forwarded message")) ||
        slice_starts_with_nocase(line, SLICE("anfang der weitergeleiteten")) ||
        slice_starts_with_nocase(line, SLICE("début du message réexpédié")) ||
        slice_starts_with_nocase(line, SLICE("début du message transféré")) ||
        slice_starts_with_nocase(line, SLICE("inizio messaggio inoltrato")) ||
        slice_starts_with_nocase(line, SLICE("inicio del mensaje reenviado")))
        return true;
    return slice_starts_with(line, SLICE("--")) && names_original(line);
}

/* The last line of what RT puts above a new ticket's text. */
static bool is_ticket_link(struct slice line)
{
    return slice_starts_with(slice_trim(line), SLICE("Ticket <URL:"));
}

/* ---- the inner header ---- */

enum inner_field { INNER_FROM, INNER_DATE, INNER_SUBJECT, INNER_OTHER, INNER_NONE };

static enum inner_field field_named(struct slice name)
{
    static const struct {
        struct slice name;
        enum inner_field field;
    } names[] = {
        {SLICE("From"), INNER_FROM},        {SLICE("Von"), INNER_FROM},
        {SLICE("De"), INNER_FROM},          {SLICE("Da"), INNER_FROM},
        {SLICE("Van"), INNER_FROM},         {SLICE("Od"), INNER_FROM},
        {SLICE("От"), INNER_FROM},          {SLICE("Date"), INNER_DATE},
        {SLICE("Sent"), INNER_DATE},        {SLICE("Gesendet"), INNER_DATE},
        {SLICE("Datum"), INNER_DATE},       {SLICE("Envoyé"), INNER_DATE},
        {SLICE("Fecha"), INNER_DATE},       {SLICE("Enviado"), INNER_DATE},
        {SLICE("Data"), INNER_DATE},        {SLICE("Inviato"), INNER_DATE},
        {SLICE("Verzonden"), INNER_DATE},   {SLICE("Wysłano"), INNER_DATE},
        {SLICE("Odesláno"), INNER_DATE},    {SLICE("Дата"), INNER_DATE},
        {SLICE("Subject"), INNER_SUBJECT},  {SLICE("Betreff"), INNER_SUBJECT},
        {SLICE("Objet"), INNER_SUBJECT},    {SLICE("Asunto"), INNER_SUBJECT},
        {SLICE("Oggetto"), INNER_SUBJECT},  {SLICE("Onderwerp"), INNER_SUBJECT},
        {SLICE("Assunto"), INNER_SUBJECT},  {SLICE("Temat"), INNER_SUBJECT},
        {SLICE("Předmět"), INNER_SUBJECT},  {SLICE("Тема"), INNER_SUBJECT},
        {SLICE("To"), INNER_OTHER},         {SLICE("An"), INNER_OTHER},
        {SLICE("À"), INNER_OTHER},          {SLICE("Para"), INNER_OTHER},
        {SLICE("A"), INNER_OTHER},          {SLICE("Aan"), INNER_OTHER},
        {SLICE("Do"), INNER_OTHER},         {SLICE("Komu"), INNER_OTHER},
        {SLICE("Кому"), INNER_OTHER},       {SLICE("Cc"), INNER_OTHER},
        {SLICE("Reply-To"), INNER_OTHER},   {SLICE("Message-ID"), INNER_OTHER},
        {SLICE("Importance"), INNER_OTHER}, {SLICE("Return-Path"), INNER_OTHER},
        {SLICE("Priority"), INNER_OTHER},   {SLICE("Resent-From"), INNER_OTHER},
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (slice_eq_nocase(slice_trim(name), names[i].name))
            return names[i].field;
    return INNER_NONE;
}

struct inner {
    struct slice fields[INNER_OTHER]; /* from, date, subject; as quoted */
    struct slice body;
};

/* "*From:* Ines": some programs set the names in bold. */
static enum inner_field split_field(struct slice line, struct slice *value)
{
    ptrdiff_t colon = slice_find_byte(line, ':');
    if (colon <= 0 || colon > 20)
        return INNER_NONE;
    struct slice name = slice_trim(slice_until(line, (size_t)colon));
    while (name.len > 0 && name.ptr[0] == '*')
        name = slice_from(name, 1);
    *value = slice_trim(slice_from(line, (size_t)colon + 1));
    while (value->len > 0 && value->ptr[0] == '*')
        *value = slice_trim(slice_from(*value, 1));
    return field_named(name);
}

static void read_inner(struct slice text, struct inner *inner)
{
    struct slice rest = text, line, value;
    bool any = false;
    inner->body = text;
    for (unsigned i = 0; i < FIELDS_MOST && slice_next_line(&rest, &line); i++) {
        enum inner_field field = split_field(line, &value);
        if (slice_trim(line).len == 0) {
            if (!any)
                continue;
            inner->body = rest;
            return;
        }
        if (field == INNER_NONE && (!any || (line.ptr[0] != ' ' && line.ptr[0] != '\t')))
            return;
        any |= field != INNER_NONE;
        if (field < INNER_OTHER && inner->fields[field].len == 0)
            inner->fields[field] = value;
        inner->body = rest;
    }
}

/* ---- taking it out ---- */

/* One level of ">" off every line, where the first line with text in it has one. */
static struct slice unquote(struct arena *arena, struct slice text)
{
    struct slice rest = text, line = {0};
    while (slice_next_line(&rest, &line) && slice_trim(line).len == 0)
        continue;
    if (line.len == 0 || line.ptr[0] != '>')
        return text;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (rest = text; slice_next_line(&rest, &line);) {
        if (line.len > 0 && line.ptr[0] == '>')
            line = slice_from(line, line.len > 1 && line.ptr[1] == ' ' ? 2 : 1);
        if (line.len > 0)
            memcpy(out + len, line.ptr, line.len);
        len += line.len;
        out[len++] = '\n';
    }
    return (struct slice){out, len};
}

static struct slice skip_quotes(struct slice line)
{
    while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' '))
        line = slice_from(line, 1);
    return line;
}

/* What stands below the first marker; ticket says of which sort it is. */
static bool find_inner(struct slice text, struct slice *below, bool *ticket)
{
    struct slice line;
    while (slice_next_line(&text, &line)) {
        *ticket = is_ticket_link(line);
        if (*ticket || is_marker(skip_quotes(line))) {
            *below = text;
            return slice_trim(text).len > 0;
        }
    }
    return false;
}

/* The line that begins with that name, or the end. */
static size_t find_line(struct slice text, struct slice start)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line))
        if (slice_starts_with_nocase(line, start))
            return (size_t)(line.ptr - text.ptr);
    return text.len;
}

/* Up to the first empty line, which comes behind *block. */
static struct slice take_block(struct slice *rest)
{
    struct slice all = *rest, line;
    while (slice_next_line(rest, &line))
        if (slice_trim(line).len == 0)
            return slice_until(all, (size_t)(line.ptr - all.ptr));
    return all;
}

/* The next part's boundary and header, when it was pasted with its source. */
static struct slice skip_part_head(struct slice text)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line)) {
        bool head = slice_trim(line).len == 0 || slice_starts_with(line, SLICE("--")) ||
                    slice_starts_with_nocase(line, SLICE("Content-"));
        if (!head)
            break;
        text = rest;
    }
    return text;
}

/* ---- putting together ---- */

static void add_field(struct buffer *out, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    buffer_printf(out, "%s: ", name);
    for (size_t i = 0; i < value.len; i++)
        buffer_add_byte(out, value.ptr[i] == '\r' || value.ptr[i] == '\n' ? ' ' : value.ptr[i]);
    buffer_add_byte(out, '\n');
}

static void add_text(struct buffer *out, struct slice body)
{
    buffer_printf(out, "Content-Type: text/plain; charset=utf-8\n\n");
    buffer_add(out, body);
}

/* A boundary inside the text would be the sender's doing, and only cut their own report. */
static void add_feedback(struct buffer *out, struct slice body, size_t at)
{
    struct slice rest = slice_from(body, at);
    struct slice fields = take_block(&rest);
    struct slice original = skip_part_head(rest);
    buffer_printf(out, "Content-Type: multipart/report; report-type=feedback-report; "
                       "boundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
                       "Content-Type: text/plain; charset=utf-8\n\n");
    buffer_add(out, slice_until(body, at));
    buffer_printf(out, "\n--" BOUNDARY "\nContent-Type: message/feedback-report\n\n");
    buffer_add(out, fields);
    if (slice_trim(original).len > 0) {
        buffer_printf(out, "\n--" BOUNDARY "\nContent-Type: message/rfc822\n\n");
        buffer_add(out, original);
    }
    buffer_printf(out, "\n--" BOUNDARY "--\n");
}

static struct slice compose(struct arena *arena, const struct inner *inner)
{
    struct buffer out = BUFFER_INIT;
    size_t feedback = find_line(inner->body, SLICE("Feedback-Type:"));
    add_field(&out, "From", inner->fields[INNER_FROM]);
    add_field(&out, "Date", inner->fields[INNER_DATE]);
    add_field(&out, "Subject", inner->fields[INNER_SUBJECT]);
    buffer_printf(&out, "MIME-Version: 1.0\n");
    if (feedback < inner->body.len)
        add_feedback(&out, inner->body, feedback);
    else
        add_text(&out, inner->body);
    struct slice raw = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return raw;
}

/* Who opened the ticket, as RT says. */
static struct slice originator(const struct incoming *message)
{
    const struct mime_part *part = &message->mime.parts[0];
    struct slice name = mime_header(part, SLICE("X-RT-Originator"));
    return name.len > 0 ? name : mime_header(part, SLICE("RT-Originator"));
}

/* Without the ticket's number in square brackets. */
static struct slice ticket_subject(struct slice subject)
{
    ptrdiff_t end = slice_find_byte(subject, ']');
    if (subject.len > 0 && subject.ptr[0] == '[' && end > 0)
        return slice_trim(slice_from(subject, (size_t)end + 1));
    return subject;
}

bool forwarded_message(const struct incoming *message, struct slice *raw)
{
    if (message->file_name.len > 0 || ordinary_is_reply_subject(message->subject) ||
        ordinary_kind(message).len > 0)
        return false;
    struct text_list texts = text_bodies(message, TEXT_MOST);
    for (size_t i = 0; i < texts.count; i++) {
        struct inner inner = {0};
        struct slice below;
        bool ticket = false;
        if (find_inner(texts.items[i], &below, &ticket)) {
            below = unquote(message->arena, below);
            if (ticket)
                inner = (struct inner){{originator(message),
                                        mime_header(&message->mime.parts[0], SLICE("Date")),
                                        ticket_subject(message->subject)},
                                       below};
            else
                read_inner(below, &inner);
        } else if (find_line(texts.items[i], SLICE("Feedback-Type:")) < texts.items[i].len &&
                   message->outer == NULL) {
            inner.body = texts.items[i];
            inner.fields[INNER_FROM] = mime_header(&message->mime.parts[0], SLICE("From"));
            inner.fields[INNER_DATE] = mime_header(&message->mime.parts[0], SLICE("Date"));
            inner.fields[INNER_SUBJECT] = message->subject;
        } else {
            continue;
        }
        *raw = compose(message->arena, &inner);
        return true;
    }
    return false;
}
