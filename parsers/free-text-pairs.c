/* What stands between two addresses of a line tells whether what is said of one holds for the
 * other. */
#include "parsers/free-text-weigh.h"

#include "parsers/mention.h"

#define LIKE_MOST 6U /* bytes between them */

/* "attack from 192.0.2.7 on 192.0.2.8", "[192.0.2.7] at [192.0.2.8]" */
static bool leads_to(struct slice between)
{
    static const struct slice words[] = {
        SLICE("on"),  SLICE("at"), SLICE("to"), SLICE("vs"), SLICE("auf"), SLICE("an"),
        SLICE("sur"), SLICE("su"), SLICE("op"), SLICE("på"), SLICE("na"),  SLICE("на"),
    };
    static const struct slice marks = SLICE(" \t[]()<>\"'");
    while (between.len > 0 && slice_find_byte(marks, between.ptr[0]) >= 0)
        between = slice_from(between, 1);
    while (between.len > 0 && slice_find_byte(marks, between.ptr[between.len - 1]) >= 0)
        between.len--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq_nocase(between, words[i]))
            return true;
    return false;
}

bool pair_is_alike(struct slice text, const struct mention *first, const struct mention *second)
{
    char outside[LIKE_MOST];
    size_t between = 0;
    unsigned depth = 0;
    for (size_t i = first->to; i < second->from; i++) {
        depth += text.ptr[i] == '(';
        if (depth == 0 && between == LIKE_MOST)
            return false;
        if (depth == 0)
            outside[between++] = text.ptr[i];
        depth -= depth > 0 && text.ptr[i] == ')';
    }
    return !leads_to((struct slice){outside, between}) &&
           !leads_to(slice_until(slice_from(text, first->to), second->from - first->to));
}

bool pair_is_joined(struct slice text, const struct mention *first,
                    const struct mention *second)
{
    static const struct slice words[] = {
        SLICE("and"), SLICE("und"), SLICE("et"), SLICE("y"), SLICE("e"), SLICE("en"),
        SLICE("och"), SLICE("og"),  SLICE("i"),  SLICE("a"), SLICE("и"), SLICE("&"),
    };
    struct slice between =
        slice_trim(slice_until(slice_from(text, first->to), second->from - first->to));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq_nocase(between, words[i]))
            return first->whole && second->whole;
    return false;
}

bool pair_goes_on(struct slice text, const struct mention *first, const struct mention *second)
{
    struct slice between =
        slice_trim(slice_until(slice_from(text, first->to), second->from - first->to));
    return first->whole && second->whole &&
           (slice_eq(between, SLICE(",")) || slice_eq(between, SLICE(";")) ||
            pair_is_joined(text, first, second));
}

size_t pair_remark_end(struct slice text, const struct mention *first,
                       const struct mention *second)
{
    size_t at = first->to;
    while (at < second->from && text.ptr[at] == ' ')
        at++;
    if (at == second->from || text.ptr[at] != '(')
        return first->to;
    ptrdiff_t end = slice_find_byte(slice_until(slice_from(text, at), second->from - at), ')');
    return end < 0 ? first->to : at + (size_t)end + 1;
}

bool pairs_in_doubt(struct slice text, const struct mention *mentions, const enum cue *cues,
                    size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (mentions[i].whole && mentions[i - 1].whole && cue_is_unclear(cues[i]) &&
            cue_is_unclear(cues[i - 1]) &&
            !pair_is_alike(text, &mentions[i - 1], &mentions[i]) &&
            !address_eq(&mentions[i].address, &mentions[i - 1].address))
            return true;
    return false;
}
