/* Parameters of structured fields: RFC 2045 s5.1 with the liberties real mail takes, RFC
 * 2231 continuations. */
#include "parsers/charset.h"
#include "parsers/mime-lines.h"
#include "parsers/mime.h"

#define PIECES 64 /* of one parameter in continuations: more are not looked at */

struct parameter {
    struct slice name;
    struct slice value; /* between the quotes */
    bool quoted;
};

static const bool spaces[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true};
static const bool ends_name[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
                                    ['='] = true, [';'] = true,  ['('] = true};

static bool is_space(char byte)
{
    return spaces[(unsigned char)byte];
}

static const char *skip_comment(const char *at, const char *end)
{
    unsigned depth = 0;
    for (; at < end; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return end;
}

static const char *read_value(const char *at, const char *end, struct parameter *found)
{
    found->quoted = at < end && *at == '"';
    if (found->quoted) {
        const char *from = ++at;
        while (at < end && *at != '"')
            at += *at == '\\' && at + 1 < end ? 2 : 1;
        found->value = (struct slice){from, (size_t)(at - from)};
        return at < end ? at + 1 : end;
    }
    const char *from = at;
    while (at < end && *at != ';' && !is_space(*at))
        at++;
    found->value = (struct slice){from, (size_t)(at - from)};
    return at;
}

/* The next name=value; words without "=" are passed over. */
static bool next_parameter(struct slice *rest, struct parameter *found)
{
    const char *at = rest->ptr, *end = at + rest->len;
    while (at < end) {
        if (*at == ';' || *at == ',' || is_space(*at)) {
            at++;
            continue;
        }
        if (*at == '(') {
            at = skip_comment(at, end);
            continue;
        }
        const char *from = at;
        while (at < end && !ends_name[(unsigned char)*at])
            at++;
        found->name = (struct slice){from, (size_t)(at - from)};
        while (at < end && is_space(*at))
            at++;
        if (at >= end || *at != '=')
            continue;
        at++;
        while (at < end && is_space(*at))
            at++;
        at = read_value(at, end, found);
        *rest = (struct slice){at, (size_t)(end - at)};
        return true;
    }
    rest->len = 0;
    return false;
}

static struct slice unquote(struct arena *arena, const struct parameter *parameter)
{
    struct slice raw = parameter->value;
    if (!parameter->quoted)
        return raw;
    if (raw.len == 0 || (memchr(raw.ptr, '\\', raw.len) == NULL &&
                         find_line_end(raw.ptr, raw.ptr + raw.len) == raw.ptr + raw.len))
        return raw;
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\\' && i + 1 < raw.len)
            i++;
        if (!is_line_end(raw.ptr[i]))
            text[len++] = raw.ptr[i];
    }
    return (struct slice){text, len};
}

static int hex(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static size_t percent_decode(struct slice raw, char *text)
{
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '%' && i + 2 < raw.len && hex(raw.ptr[i + 1]) >= 0 &&
            hex(raw.ptr[i + 2]) >= 0) {
            text[len++] = (char)(hex(raw.ptr[i + 1]) * 16 + hex(raw.ptr[i + 2]));
            i += 2;
        } else {
            text[len++] = raw.ptr[i];
        }
    }
    return len;
}

struct piece {
    struct slice value;
    bool extended; /* percent-encoded; the first one starts with charset'language' */
};

static struct slice join_pieces(struct arena *arena, struct piece *pieces, size_t count)
{
    struct slice charset = SLICE("utf-8");
    if (pieces[0].extended) {
        struct slice rest = pieces[0].value, language;
        if (slice_next_field(&rest, '\'', &charset) &&
            slice_next_field(&rest, '\'', &language) && rest.ptr != NULL)
            pieces[0].value = rest;
        else
            charset = SLICE("utf-8");
    }
    size_t room = 1, len = 0;
    for (size_t i = 0; i < count; i++)
        room += pieces[i].value.len;
    char *text = arena_alloc(arena, room);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].extended) {
            len += percent_decode(pieces[i].value, text + len);
        } else if (pieces[i].value.len > 0) {
            memcpy(text + len, pieces[i].value.ptr, pieces[i].value.len);
            len += pieces[i].value.len;
        }
    }
    return charset_to_utf8(arena, charset, (struct slice){text, len});
}

/* "*", "*0", "*1*" after the name: which piece it is. */
static bool parse_section(struct slice suffix, size_t *section, bool *extended)
{
    uint64_t number = 0;
    suffix = slice_from(suffix, 1);
    *extended = suffix.len == 0 || suffix.ptr[suffix.len - 1] == '*';
    if (suffix.len > 0 && *extended)
        suffix.len--;
    if (suffix.len > 0 && !slice_to_u64(suffix, &number))
        return false;
    *section = (size_t)number;
    return number < PIECES;
}

struct slice mime_parameter(struct arena *arena, struct slice value, struct slice name)
{
    struct piece pieces[PIECES];
    size_t count = 0;
    struct parameter found;
    struct slice plain = {NULL, 0};
    while (value.len > 0 && next_parameter(&value, &found)) {
        if (!slice_starts_with_nocase(found.name, name))
            continue;
        struct slice suffix = slice_from(found.name, name.len);
        size_t section = 0;
        bool extended = false;
        if (suffix.len == 0) {
            if (plain.ptr != NULL)
                continue;
            plain = unquote(arena, &found);
            if (count == 0 && slice_find_byte(value, '*') < 0)
                return plain;
        } else if (suffix.ptr[0] == '*' && parse_section(suffix, &section, &extended) &&
                   section == count) {
            pieces[count].extended = extended;
            pieces[count++].value = unquote(arena, &found);
        }
    }
    return count > 0 ? join_pieces(arena, pieces, count) : plain;
}

static struct slice decode_filename(struct arena *arena, const struct mime_part *part)
{
    struct slice name = mime_parameter(arena, mime_header(part, SLICE("Content-Disposition")),
                                       SLICE("filename"));
    if (name.len == 0)
        name = mime_parameter(arena, mime_header(part, SLICE("Content-Type")), SLICE("name"));
    return mime_decode_words(arena, name);
}

struct slice mime_filename(struct arena *arena, const struct mime_part *part)
{
    struct mime_content *content = part->content;
    if (content == NULL)
        return decode_filename(arena, part);
    if (!content->has_name)
        content->name = decode_filename(arena, part);
    content->has_name = true;
    return content->name;
}
