#include "parsers/text-body.h"

#include "parsers/attachments.h"
#include "parsers/html-text.h"
#include "parsers/mention.h"

static bool is_blank(struct slice text)
{
    return slice_trim(text).len == 0;
}

/* At most what is left, at a line's end. */
static struct slice cut(struct slice text, size_t left)
{
    if (text.len <= left)
        return text;
    text.len = left;
    while (text.len > 0 && text.ptr[text.len - 1] != '\n')
        text.len--;
    return text;
}

/* What a reader of the page sees. */
static struct slice page_text(struct arena *arena, const struct mime_part *part)
{
    struct mime_content *content = part->content;
    if (content == NULL || !content->has_page) {
        struct slice page = html_text(arena, mime_decode_text(arena, part));
        if (content == NULL)
            return page;
        content->page = page;
        content->has_page = true;
    }
    return content->page;
}

static size_t add_parts(const struct incoming *message, struct slice type, size_t left,
                        struct text_list *texts)
{
    bool html = slice_eq(type, SLICE("text/html"));
    for (size_t i = 0; i < message->mime.part_count && left > 0; i++) {
        const struct mime_part *part = &message->mime.parts[i];
        if (part->container || !slice_eq(part->type, type) ||
            !mime_is_own(&message->mime, part))
            continue;
        struct slice text =
            cut(html ? page_text(message->arena, part) : mime_decode_text(message->arena, part),
                left);
        if (is_blank(text))
            continue;
        left -= text.len;
        text_list_add(texts, message->arena, text);
    }
    return left;
}

struct text_list text_bodies(const struct incoming *message, size_t most)
{
    struct text_list texts = {0};
    size_t left = add_parts(message, SLICE("text/plain"), most, &texts);
    if (texts.count == 0)
        (void)add_parts(message, SLICE("text/html"), left, &texts);
    return texts;
}

struct text_list text_pages(const struct incoming *message, size_t most)
{
    struct text_list texts = {0};
    (void)add_parts(message, SLICE("text/html"), most, &texts);
    return texts;
}

static bool is_log_name(struct slice name)
{
    static const struct slice endings[] = {
        SLICE(".log"), SLICE(".txt"), SLICE(".csv"),
        SLICE(".tsv"), SLICE(".lst"), SLICE(".list"),
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_ends_with_nocase(name, endings[i]))
            return true;
    return slice_find_nocase(name, SLICE(".log.")) >= 0;
}

/* A table whose columns nobody knows tells no roles; without a head it is a mere list. */
static bool is_headed_table(struct slice name, struct slice text)
{
    struct mention mention;
    size_t at = 0;
    return (slice_ends_with_nocase(name, SLICE(".csv")) ||
            slice_ends_with_nocase(name, SLICE(".tsv"))) &&
           !(mention_next(slice_until(text, 64), &at, &mention) && mention.from <= 1);
}

struct text_list text_logs(const struct incoming *message, size_t most)
{
    struct text_list texts = {0};
    const struct attachments *attachments = attachments_of(message);
    for (size_t i = 0; i < attachments->count && most > 0; i++) {
        const struct attachment *attachment = &attachments->items[i];
        struct slice text = cut(attachment->bytes, most);
        if (!is_log_name(attachment->name) || !mime_is_own(&message->mime, attachment->part) ||
            slice_eq(attachment->type, SLICE("text/plain")) ||
            is_headed_table(attachment->name, text) ||
            slice_find_byte(slice_until(text, 512), '\0') >= 0 || is_blank(text))
            continue;
        most -= text.len;
        text_list_add(&texts, message->arena, text);
    }
    return texts;
}
