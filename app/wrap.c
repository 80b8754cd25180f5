#include "app/wrap.h"

#include <stdarg.h>

#define PROSE 80

static void blanks(const struct wrap *wrap, unsigned count)
{
    (void)fprintf(wrap->out->stream, "%*s", (int)count, "");
}

struct wrap wrap_start(const struct terminal *out, unsigned indent)
{
    struct wrap wrap = {.out = out, .indent = indent, .column = indent, .fresh = true};
    blanks(&wrap, indent);
    return wrap;
}

static void new_line(struct wrap *wrap)
{
    (void)fputc('\n', wrap->out->stream);
    blanks(wrap, wrap->indent);
    wrap->column = wrap->indent;
    wrap->fresh = true;
}

static void put(struct wrap *wrap, struct slice word, unsigned columns)
{
    (void)fprintf(wrap->out->stream, "%.*s", SLICE_FMT(word));
    wrap->column += columns;
    wrap->fresh = false;
}

static void put_word(struct wrap *wrap, struct slice word)
{
    unsigned width = wrap->out->width, columns = text_columns(word);
    bool fits = width == 0 || wrap->column + !wrap->fresh + columns <= width;
    if (!fits && (!wrap->fresh || wrap->column > wrap->indent))
        new_line(wrap);
    else if (!wrap->fresh)
        put(wrap, SLICE(" "), 1);
    while (width > wrap->indent + 1 && wrap->column + columns > width) {
        struct slice part = text_fit(word, width - wrap->column);
        if (part.len == 0)
            break;
        put(wrap, part, text_columns(part));
        word = slice_from(word, part.len);
        columns = text_columns(word);
        new_line(wrap);
    }
    put(wrap, word, columns);
}

void wrap_words(struct wrap *wrap, struct slice text, enum tint tint)
{
    struct slice word;
    (void)fputs(tint_on(wrap->out, tint), wrap->out->stream);
    while (slice_next_field(&text, ' ', &word))
        if (word.len > 0)
            put_word(wrap, word);
    (void)fputs(tint_off(wrap->out, tint), wrap->out->stream);
}

void wrap_printf(struct wrap *wrap, enum tint tint, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        wrap_words(wrap,
                   (struct slice){text, (size_t)length < sizeof text ? (size_t)length
                                                                     : sizeof text - 1},
                   tint);
}

void wrap_column(struct wrap *wrap, unsigned column)
{
    unsigned width = wrap->out->width;
    if (width > 0 && column + 8 > width) /* no room there for a word: it goes on as it can */
        return;
    unsigned count = column > wrap->column ? column - wrap->column : !wrap->fresh;
    blanks(wrap, count);
    wrap->column += count;
    wrap->fresh = true;
}

void wrap_end(struct wrap *wrap)
{
    (void)fputc('\n', wrap->out->stream);
}

void wrap_field(const struct terminal *out, unsigned indent, const char *name, unsigned column,
                struct slice text, enum tint tint)
{
    struct wrap wrap = wrap_start(out, indent);
    wrap_words(&wrap, slice_of(name), TINT_NONE);
    wrap.indent = column;
    wrap_column(&wrap, column);
    wrap_words(&wrap, text, tint);
    wrap_end(&wrap);
}

void wrap_prose(const struct terminal *out, struct slice text)
{
    struct terminal page = *out;
    struct slice line;
    bool open = false;
    if (page.width == 0)
        page.width = PROSE;
    struct wrap wrap = {.out = &page, .fresh = true};
    while (slice_next_line(&text, &line)) {
        bool stands = line.len > 0 && line.ptr[0] == ' ';
        if (open && (stands || line.len == 0)) {
            wrap_end(&wrap);
            wrap = (struct wrap){.out = &page, .fresh = true};
            open = false;
        }
        if (stands || line.len == 0) {
            (void)fprintf(page.stream, "%.*s\n", SLICE_FMT(line));
            continue;
        }
        wrap_words(&wrap, line, TINT_NONE);
        open = true;
    }
    if (open)
        wrap_end(&wrap);
}
