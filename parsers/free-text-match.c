#include "parsers/free-text-form.h"

#include "base/host.h"

#define KIND_NEEDED      2U    /* points at which a kind is clear; of an "attack" 1 */
#define CONDITION_MOST   48U   /* bytes before what is said under a condition */
#define FIRST_CJK        0xe3U /* Chinese, Japanese and Korean part no words */
#define OTHERWISE_NEEDED 4U    /* the same, for "attack" and "abuse" without more */

/* ---- words ---- */

static bool fits(const struct phrase *phrase, struct slice rest)
{
    size_t at = 0;
    for (size_t i = 0; i < phrase->text.len; i++) {
        if (phrase->text.ptr[i] == '*')
            while (at < rest.len && rest.ptr[at] != ' ')
                at++;
        else if (at >= rest.len || rest.ptr[at++] != phrase->text.ptr[i])
            return false;
    }
    return phrase->open || at == rest.len || rest.ptr[at] == ' ';
}

/* "Please answer once the issue has been resolved" does not say that it has. */
static bool is_conditional(struct slice before)
{
    static const struct slice words[] = {
        SLICE("if"),   SLICE("once"),   SLICE("when"),    SLICE("until"),  SLICE("whether"),
        SLICE("wenn"), SLICE("sobald"), SLICE("falls"),   SLICE("unless"), SLICE("provided"),
        SLICE("si"),   SLICE("cuando"), SLICE("lorsque"), SLICE("quando"), SLICE("after"),
    };
    struct slice word;
    before = slice_from(before, before.len > CONDITION_MOST ? before.len - CONDITION_MOST : 0);
    while (slice_next_field(&before, ' ', &word))
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (slice_eq(word, words[i]))
                return true;
    return false;
}

static void weigh_bucket(const struct free_text_rules *rules, unsigned bucket,
                         struct slice folded, size_t at, unsigned heavy, bool *seen,
                         struct word_weights *weights)
{
    struct slice rest = slice_from(folded, at);
    uint64_t head = phrase_head(rest);
    for (size_t i = rules->starts[bucket]; i < rules->starts[bucket + 1]; i++) {
        const struct phrase *phrase = &rules->phrases[i];
        if ((head & phrase->mask) != phrase->head || seen[i] || !fits(phrase, rest))
            continue;
        bool doubt = phrase->kind == KIND_DOUBT;
        if (doubt && !phrase->strong && is_conditional(slice_until(folded, at)))
            continue;
        seen[i] = true;
        if (phrase->kind > KIND_DOUBT) {
            weights->possible |= phrase->kind == KIND_POSSIBLE;
            weights->appeal |= phrase->kind == KIND_APPEAL;
            weights->doubt |= phrase->kind == KIND_ASIDE && !weights->told;
            continue;
        }
        if (doubt && phrase->strong)
            weights->doubt = true;
        else if (doubt)
            weights->hesitant = true;
        else
            weights->points[phrase->kind] += phrase->strong ? heavy : heavy / 2;
        weights->outspoken |= phrase->strong && !doubt;
        weights->strong |= phrase->strong || rules->otherwise[phrase->kind % KINDS_MOST];
        weights->told |= !doubt && phrase->strong && !rules->otherwise[phrase->kind];
    }
}

/* Where the next word begins; Chinese and Japanese part none. */
static size_t next_word(struct slice folded, size_t at)
{
    do
        at++;
    while (at < folded.len && folded.ptr[at - 1] != ' ' &&
           (unsigned char)folded.ptr[at] < FIRST_CJK);
    return at;
}

void rules_weigh_words(const struct free_text_rules *rules, struct slice folded, unsigned heavy,
                       struct arena *arena, struct word_weights *weights)
{
    bool *seen = arena_array(arena, bool, rules->phrase_count + 1);
    bool any_loose = rules->starts[LOOSE_BUCKET] < rules->starts[LOOSE_BUCKET + 1];
    for (size_t at = 0; at < folded.len; at = next_word(folded, at)) {
        unsigned bucket = word_bucket(slice_from(folded, at), PHRASE_HEAD);
        if (rules->starts[bucket] < rules->starts[bucket + 1])
            weigh_bucket(rules, bucket, folded, at, heavy, seen, weights);
        if (any_loose)
            weigh_bucket(rules, LOOSE_BUCKET, folded, at, heavy, seen, weights);
    }
}

static const struct xarf_type *heaviest_of(const struct free_text_rules *rules,
                                           const struct word_weights *weights, bool otherwise,
                                           unsigned needed, unsigned *most)
{
    const struct xarf_type *type = NULL;
    *most = 0;
    for (size_t i = 0; i < rules->kind_count; i++)
        if (rules->otherwise[i] == otherwise && weights->points[i] > *most) {
            *most = weights->points[i];
            type = rules->kinds[i];
        }
    return *most >= needed ? type : NULL;
}

bool rules_weighs_any(const struct free_text_rules *rules, const struct word_weights *weights)
{
    for (size_t i = 0; i < rules->kind_count; i++)
        if (weights->points[i] > 0)
            return true;
    return false;
}

/* Whoever warns of an open service tells what it may come to: "can be abused for attacks".
 * Nobody has said that it did. */
static const struct xarf_type *weakness(const struct free_text_rules *rules,
                                        const struct word_weights *weights)
{
    const struct xarf_type *type = NULL;
    unsigned most = KIND_NEEDED - 1;
    for (size_t i = 0; i < rules->kind_count; i++)
        if (strcmp(rules->kinds[i]->category, "vulnerability") == 0 &&
            weights->points[i] > most) {
            most = weights->points[i];
            type = rules->kinds[i];
        }
    return type;
}

const struct xarf_type *rules_heaviest(const struct free_text_rules *rules,
                                       const struct word_weights *weights)
{
    unsigned most = 0, attack = 0;
    const struct xarf_type *weak = weights->possible ? weakness(rules, weights) : NULL;
    if (weak != NULL)
        return weak;
    const struct xarf_type *type = heaviest_of(rules, weights, true, OTHERWISE_NEEDED, &attack);
    const struct xarf_type *clear =
        heaviest_of(rules, weights, false, attack >= KIND_NEEDED ? 1 : KIND_NEEDED, &most);
    return clear != NULL ? clear : type;
}

static bool is_of_sites(const struct xarf_type *type)
{
    static const char *const categories[] = {"content", "infrastructure", "copyright",
                                             "messaging"};
    for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
        if (strcmp(type->category, categories[i]) == 0)
            return strcmp(type->type, "p2p") != 0;
    return false;
}

const struct xarf_type *rules_heaviest_of_sites(const struct free_text_rules *rules,
                                                const struct word_weights *weights)
{
    const struct xarf_type *heaviest = rules_heaviest(rules, weights), *type = NULL;
    unsigned most = KIND_NEEDED - 1;
    bool spam = heaviest != NULL && strcmp(heaviest->category, "messaging") == 0;
    if (heaviest == NULL || (is_of_sites(heaviest) && !spam))
        return heaviest;
    for (size_t i = 0; i < rules->kind_count; i++)
        if (weights->points[i] > most && is_of_sites(rules->kinds[i]) &&
            rules->kinds[i] != heaviest) {
            most = weights->points[i];
            type = rules->kinds[i];
        }
    if (spam) /* what it leads to */
        return type != NULL ? type : heaviest;
    return strcmp(heaviest->type, "infected_host") == 0 ||
                   strcmp(heaviest->type, "reconnaissance") == 0
               ? type
               : NULL;
}

void rules_add_points(const struct free_text_rules *rules, const struct xarf_type *type,
                      unsigned points, struct word_weights *weights)
{
    for (size_t i = 0; i < rules->kind_count; i++)
        if (rules->kinds[i] == type)
            weights->points[i] += points;
    weights->strong = true;
}

/* ---- lines and cues ---- */

static bool match(const struct free_text_rules *rules, const pcre2_code *code,
                  struct slice text, size_t from)
{
    return code != NULL && pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, from, 0,
                                       rules->match, rules->limits) >= 0;
}

static struct slice group(const struct free_text_rules *rules, const pcre2_code *code,
                          const char *name, struct slice text)
{
    int found = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);
    size_t number = found > 0 ? (size_t)found : 0;
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(rules->match) + 2 * number;
    if (number == 0 || number >= pcre2_get_ovector_count(rules->match) || at[0] == PCRE2_UNSET)
        return (struct slice){0};
    return slice_until(slice_from(text, at[0]), at[1] - at[0]);
}

static bool fits_line(const struct free_text_rules *rules, const struct line_rule *rule,
                      struct slice line)
{
    return (rule->need.len == 0 || slice_find(line, rule->need) >= 0) &&
           match(rules, rule->code, line, 0);
}

bool rules_read_line(const struct free_text_rules *rules, struct slice line,
                     struct line_reading *reading)
{
    uint64_t port = 0;
    *reading = (struct line_reading){0};
    for (size_t i = 0; line.len > 0 && i < rules->line_count; i++) {
        const struct line_rule *rule = &rules->lines[i];
        if (!fits_line(rules, rule, line))
            continue;
        (void)address_parse(group(rules, rule->code, "source", line), &reading->source);
        (void)address_parse(group(rules, rule->code, "victim", line), &reading->victim);
        if (slice_to_u64(group(rules, rule->code, "port", line), &port) && port <= UINT16_MAX)
            reading->source_port = (uint16_t)port;
        reading->type = rule->type;
        reading->weak = rule->weak;
        reading->hint = rule->hint;
        reading->list = rule->list;
        return true;
    }
    return false;
}

/* Of those that end furthest to the right, the longest. */
enum cue rules_cue_before(const struct free_text_rules *rules, struct slice before)
{
    enum cue nearest = CUE_NONE_FOUND, farther = CUE_NONE_FOUND;
    size_t best_end = 0, best_start = 0;
    for (unsigned i = CUE_SOURCE; before.len > 0 && i <= CUE_LABEL; i++) {
        const struct cue_rule *rule = &rules->cues[i];
        if (i == CUE_PLACE && nearest == CUE_VICTIM && best_end < before.len) {
            farther = nearest; /* "a copy of our page is on 192.0.2.7" */
            nearest = CUE_NONE_FOUND;
        }
        if (i >= CUE_PLACE &&
            (nearest != CUE_NONE_FOUND || (i == CUE_LABEL && farther != CUE_NONE_FOUND)))
            continue;
        for (size_t from = 0;
             from < before.len && match(rules, rule->before_code, before, from);) {
            const PCRE2_SIZE *at = pcre2_get_ovector_pointer(rules->match);
            if (nearest == CUE_NONE_FOUND || at[1] > best_end ||
                (at[1] == best_end && at[0] < best_start)) {
                nearest = (enum cue)i;
                best_start = at[0];
                best_end = at[1];
            }
            from = at[1] > from ? at[1] : from + 1;
        }
    }
    return nearest != CUE_NONE_FOUND ? nearest : farther;
}

enum cue rules_cue_after(const struct free_text_rules *rules, struct slice after)
{
    static const enum cue order[] = {CUE_NONE, CUE_VICTIM, CUE_SOURCE};
    for (size_t i = 0; after.len > 0 && i < sizeof order / sizeof *order; i++)
        if (match(rules, rules->cues[order[i]].after_code, after, 0))
            return order[i];
    return CUE_NONE_FOUND;
}

enum cue rules_name_cue(const struct free_text_rules *rules, struct slice before,
                        struct slice after)
{
    static const enum cue order[] = {CUE_NAME_NONE, CUE_NAME_ACCUSED, CUE_NAME_PLACE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct cue_rule *rule = &rules->cues[order[i]];
        if ((before.len > 0 && match(rules, rule->before_code, before, 0)) ||
            (after.len > 0 && match(rules, rule->after_code, after, 0)))
            return order[i];
    }
    return CUE_NONE_FOUND;
}

bool rules_accuse_range(const struct free_text_rules *rules, struct slice before,
                        struct slice after)
{
    const struct cue_rule *rule = &rules->cues[CUE_RANGE];
    return (before.len > 0 && match(rules, rule->before_code, before, 0)) ||
           (after.len > 0 && match(rules, rule->after_code, after, 0));
}

bool rules_is_bystander(const struct free_text_rules *rules, struct slice host)
{
    for (size_t i = 0; i < rules->bystanders.count; i++)
        if (host_is_within(host, rules->bystanders.items[i]))
            return true;
    return false;
}
