#include "parsers/name-mention.h"

#include "parsers/mention.h"

#include "base/bytes.h"
#include "base/text.h"

#define LOCAL_LONGEST 64U /* of a mailbox */
#define HOST_LONGEST  253U

/* ---- defanged ---- */

struct slice name_refang(struct arena *arena, struct slice line)
{
    bool schemes = slice_find_nocase(line, SLICE("xx")) >= 0 ||
                   slice_find_nocase(line, SLICE("fxp")) >= 0 ||
                   slice_find(line, SLICE("[:")) >= 0 || slice_find(line, SLICE("@]")) >= 0 ||
                   slice_find_nocase(line, SLICE("at]")) >= 0;
    line = mention_refang(arena, line);
    return schemes ? text_refang(arena, line) : line;
}

/* ---- what names are made of ---- */

static bool is_plain(char byte)
{
    return byte_is_letter(byte) || byte_is_digit(byte) || byte == '-' || byte == '_';
}

/* Of a host behind "://": letters of other alphabets too, but not the scripts that put no space
 * before the next word. */
static bool is_in_host(char byte)
{
    unsigned char code = (unsigned char)byte;
    return is_plain(byte) || byte == '.' || (code >= 0x80 && code < 0xe0);
}

static bool is_in_local(char byte)
{
    return is_plain(byte) || byte == '.' || byte == '+' || byte == '%';
}

static bool is_in_path(char byte)
{
    return byte > ' ' && byte < 0x7f && memchr("<>\"`|\\^{}", byte, 9) == NULL;
}

static char byte_at(struct slice text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

/* Where the run that ends before `at` begins, not before `least`. */
static size_t run_start(struct slice text, size_t least, size_t at, bool (*belongs)(char byte))
{
    while (at > least && belongs(text.ptr[at - 1]))
        at--;
    return at;
}

static size_t run_end(struct slice text, size_t at, bool (*belongs)(char byte))
{
    while (at < text.len && belongs(text.ptr[at]))
        at++;
    return at;
}

static bool is_in_domain(char byte)
{
    return is_plain(byte) || byte == '.';
}

/* ---- domains ---- */

static bool is_file_ending(struct slice label)
{
    static const struct slice endings[] = {
        SLICE("php"),  SLICE("html"), SLICE("htm"),  SLICE("exe"),  SLICE("txt"),
        SLICE("csv"),  SLICE("log"),  SLICE("json"), SLICE("xml"),  SLICE("pdf"),
        SLICE("doc"),  SLICE("docx"), SLICE("xls"),  SLICE("xlsx"), SLICE("jpg"),
        SLICE("jpeg"), SLICE("png"),  SLICE("gif"),  SLICE("js"),   SLICE("css"),
        SLICE("asp"),  SLICE("aspx"), SLICE("jsp"),  SLICE("cgi"),  SLICE("sh"),
        SLICE("py"),   SLICE("conf"), SLICE("cfg"),  SLICE("ini"),  SLICE("bin"),
        SLICE("dll"),  SLICE("bat"),  SLICE("rar"),  SLICE("gz"),   SLICE("tar"),
        SLICE("eml"),  SLICE("msg"),  SLICE("dat"),  SLICE("apk"),  SLICE("iso"),
        SLICE("vbs"),  SLICE("zip"),  SLICE("ps1"),  SLICE("yaml"), SLICE("yml"),
        SLICE("md"),   SLICE("lnk"),  SLICE("bak"),  SLICE("pcap"), SLICE("sql"),
        SLICE("jar"),  SLICE("elf"),  SLICE("mips"),
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_eq_nocase(label, endings[i]))
            return true;
    return false;
}

static struct slice last_label(struct slice host)
{
    size_t from = host.len;
    while (from > 0 && host.ptr[from - 1] != '.')
        from--;
    return slice_from(host, from);
}

/* "yesterday.Please" is the end of a sentence, "T.Holm" a name. */
static bool is_domain(struct slice host)
{
    struct slice top = last_label(host);
    bool lower = false;
    for (size_t i = 0; i < host.len; i++)
        lower |= host.ptr[i] >= 'a' && host.ptr[i] <= 'z';
    for (size_t i = 0; i < top.len && lower; i++)
        if (top.ptr[i] >= 'A' && top.ptr[i] <= 'Z')
            return false;
    bool letters = top.len > 1;
    for (size_t i = 0; i < top.len; i++)
        letters &= byte_is_letter(top.ptr[i]);
    return (letters || slice_starts_with_nocase(top, SLICE("xn--"))) &&
           host.len <= HOST_LONGEST && text_is_domain(host);
}

/* ---- what they stand in ---- */

/* How many more of those that open than of those that close. */
static ptrdiff_t balance(struct slice text, char open, char close)
{
    ptrdiff_t depth = 0;
    for (size_t i = 0; i < text.len; i++)
        depth += (text.ptr[i] == open) - (text.ptr[i] == close);
    return depth;
}

/* Marks of the sentence are no part of it, nor brackets that were opened before it. */
static size_t path_end(struct slice line, size_t from)
{
    size_t end = run_end(line, from, is_in_path);
    struct slice path = slice_until(slice_from(line, from), end - from);
    ptrdiff_t next = slice_find(path, SLICE(",http"));
    path = slice_until(path, next < 0 ? path.len : (size_t)next);
    ptrdiff_t round = balance(path, '(', ')'), square = balance(path, '[', ']');
    while (path.len > 0) {
        char last = path.ptr[path.len - 1];
        if (memchr(".,;:!?'*", last, 8) == NULL && !(last == ')' && round < 0) &&
            !(last == ']' && square < 0))
            break;
        round += last == ')';
        square += last == ']';
        path.len--;
    }
    return from + path.len;
}

/* Behind the host: ":8443", "/login?x=1". */
static size_t url_end(struct slice line, size_t at)
{
    if (byte_at(line, at) == ':' && byte_is_digit(byte_at(line, at + 1)))
        at = run_end(line, at + 1, byte_is_digit);
    return byte_at(line, at) == '/' || byte_at(line, at) == '?' ? path_end(line, at) : at;
}

/* Where the scheme that ends before the host at `from` begins, or `from`. */
static size_t scheme_start(struct slice line, size_t least, size_t from)
{
    static const struct slice marks = SLICE("://");
    if (from < least + marks.len ||
        !slice_eq(slice_until(slice_from(line, from - marks.len), marks.len), marks))
        return from;
    size_t start = run_start(line, least, from - marks.len, byte_is_letter);
    return start < from - marks.len ? start : from;
}

static void set(struct name_mention *mention, struct slice line, enum name_form form,
                size_t from, size_t to)
{
    mention->form = form;
    mention->from = from;
    mention->to = to;
    mention->text = slice_until(slice_from(line, from), to - from);
}

static bool take_url(struct slice line, size_t least, size_t dot, struct name_mention *mention)
{
    size_t host = run_start(line, least, dot, is_in_host);
    size_t from = scheme_start(line, least, host);
    if (from == host)
        return false;
    size_t end = run_end(line, dot, is_in_host);
    while (end > host && line.ptr[end - 1] == '.')
        end--;
    mention->host = slice_until(slice_from(line, host), end - host);
    struct slice top = last_label(mention->host);
    if (top.len == 0 || top.len == mention->host.len || byte_is_digit(top.ptr[0]))
        return false;
    set(mention, line, NAME_URL, from, url_end(line, end));
    return true;
}

static bool take_mailbox(struct slice line, size_t least, size_t host, size_t end,
                         struct name_mention *mention)
{
    size_t from = run_start(line, least, host - 1, is_in_local);
    if (from == host - 1 || host - 1 - from > LOCAL_LONGEST)
        return false;
    set(mention, line, NAME_MAILBOX, from, end);
    return true;
}

/* A name whose first dot stands at `dot`. */
static bool take_at(struct slice line, size_t least, size_t dot, struct name_mention *mention)
{
    *mention = (struct name_mention){0};
    if (take_url(line, least, dot, mention))
        return true;
    size_t from = run_start(line, least, dot, is_in_domain),
           end = run_end(line, dot, is_in_domain);
    while (end > from && memchr(".-_", line.ptr[end - 1], 3) != NULL)
        end--;
    while (from < end && memchr(".-_", line.ptr[from], 3) != NULL)
        from++;
    mention->host = slice_until(slice_from(line, from), end - from);
    char before = from > 0 ? line.ptr[from - 1] : ' ';
    if (!is_domain(mention->host) || before == '/' || before == '\\' || before == '%' ||
        byte_at(line, end) == '@' || byte_at(line, end) == '\\')
        return false;
    if (before == '@')
        return take_mailbox(line, least, from, end, mention);
    bool page = byte_at(line, end) == '/' && is_in_path(byte_at(line, end + 1));
    mention->file_like = is_file_ending(last_label(mention->host));
    if (byte_at(line, end) == '(' || (mention->file_like && page))
        return false;
    set(mention, line, page ? NAME_URL : NAME_DOMAIN, from, page ? url_end(line, end) : end);
    return true;
}

bool name_mention_next(struct slice line, size_t *at, struct name_mention *mention)
{
    for (size_t place = *at; place < line.len; place++) {
        const char *dot = memchr(line.ptr + place, '.', line.len - place);
        if (dot == NULL)
            break;
        place = (size_t)(dot - line.ptr);
        if (take_at(line, *at, place, mention)) {
            *at = mention->to > place ? mention->to : place + 1;
            return true;
        }
        /* The rest of what was no name: an address, a version, a file's path. */
        size_t end = run_end(line, place, is_in_domain);
        *at = place = end > place ? end - 1 : place;
    }
    *at = line.len;
    return false;
}
