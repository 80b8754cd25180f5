/* What stands around an address, as far as the sentence or the label goes. */
#include "parsers/free-text-weigh.h"

/* The length of a host name at the beginning of text: labels of letters and digits, the last
 * of letters; or 0. */
static size_t host_name_at(struct slice text)
{
    size_t end = 0, label = 0;
    unsigned letters = 0, dots = 0;
    for (; end < text.len; end++) {
        char byte = text.ptr[end];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool inside = letter || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
        if (byte == '.' && label > 0) {
            dots++;
            label = letters = 0;
        } else if (inside) {
            label++;
            letters += letter;
        } else {
            break;
        }
    }
    return dots > 0 && label > 1 && letters == label ? end : 0;
}

struct slice context_flatten(struct slice text, char out[CONTEXT])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < CONTEXT; i++) {
        bool begins = i == 0 || strchr(" \t\r\n>*([<\"'=,;", text.ptr[i - 1]) != NULL;
        size_t host = begins ? host_name_at(slice_from(text, i)) : 0;
        if (host > 0) {
            out[len++] = 'x';
            i += host - 1;
            continue;
        }
        bool space = strchr(" \t\r\n>*", text.ptr[i]) != NULL && text.ptr[i] != '\0';
        if (!space)
            out[len++] = text.ptr[i];
        else if (len > 0 && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    return (struct slice){out, len};
}

static bool ends_sentence(struct slice text, size_t at)
{
    char byte = text.ptr[at];
    if (byte == '\n')
        return at + 1 >= text.len || text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r';
    return (byte == '.' || byte == '!' || byte == '?') && at + 1 < text.len &&
           (text.ptr[at + 1] == ' ' || text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r');
}

/* "Attacker's address (IPv4):", at the beginning of a line: it stands for itself, whatever the
 * lines above say. */
static bool is_label(struct slice text)
{
    size_t len = text.len;
    while (len > 0 && strchr(" \t*[(<\"'`", text.ptr[len - 1]) != NULL)
        len--;
    return len > 1 && len <= HEADING_MOST && strchr(":=|", text.ptr[len - 1]) != NULL;
}

struct slice context_before(struct slice text, size_t floor, size_t from, char out[CONTEXT])
{
    size_t start = from;
    while (start > floor && from - start < CONTEXT && !ends_sentence(text, start - 1) &&
           !(text.ptr[start - 1] == '\n' &&
             is_label((struct slice){text.ptr + start, from - start})))
        start--;
    return context_flatten(slice_until(slice_from(text, start), from - start), out);
}

struct slice context_after(struct slice text, size_t to, char out[CONTEXT])
{
    size_t end = to;
    while (end < text.len && end - to < CONTEXT && !ends_sentence(text, end))
        end++;
    return context_flatten(slice_until(slice_from(text, to), end - to), out);
}

bool cue_is_unclear(enum cue cue)
{
    return cue == CUE_NONE_FOUND || cue == CUE_LABEL;
}

enum cue cue_around(const struct free_text_rules *rules, struct slice text, size_t floor,
                    const struct mention *mention)
{
    char head[CONTEXT], tail[CONTEXT];
    enum cue nearest =
        rules_cue_before(rules, context_before(text, floor, mention->from, head));
    enum cue next = rules_cue_after(rules, context_after(text, mention->to, tail));
    if (nearest == CUE_NONE || nearest == CUE_CUSTOMER)
        return nearest;
    if (next == CUE_NONE) /* "(our server)" */
        return nearest == CUE_VICTIM ? CUE_VICTIM : CUE_NONE;
    if (next == CUE_VICTIM)
        return nearest == CUE_VICTIM ? CUE_VICTIM : CUE_CUSTOMER;
    if (cue_is_unclear(nearest) || nearest == CUE_PLACE)
        return next == CUE_SOURCE ? CUE_SOURCE : nearest;
    return nearest;
}
