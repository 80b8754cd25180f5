#include "base/calendar.h"

/* The first three letters tell all names apart: as one number, in lower case. */
#define KEY(a, b, c) ((unsigned)(a) << 16 | (unsigned)(b) << 8 | (unsigned)(c))

static unsigned key_of(struct slice word)
{
    if (word.len < 3)
        return 0;
    return KEY(byte_lower(word.ptr[0]), byte_lower(word.ptr[1]), byte_lower(word.ptr[2]));
}

/* Which of the names begins with the word, by its place; `count` when none does. */
static unsigned find_name(const unsigned *keys, const struct slice *names, unsigned count,
                          struct slice word)
{
    unsigned key = key_of(word), i = 0;
    while (i < count && keys[i] != key)
        i++;
    return i < count && (word.len == 3 || slice_starts_with_nocase(names[i], word)) ? i : count;
}

unsigned month_by_name(struct slice word)
{
    static const unsigned keys[] = {
        KEY('j', 'a', 'n'), KEY('f', 'e', 'b'), KEY('m', 'a', 'r'), KEY('a', 'p', 'r'),
        KEY('m', 'a', 'y'), KEY('j', 'u', 'n'), KEY('j', 'u', 'l'), KEY('a', 'u', 'g'),
        KEY('s', 'e', 'p'), KEY('o', 'c', 't'), KEY('n', 'o', 'v'), KEY('d', 'e', 'c'),
    };
    static const struct slice names[] = {
        SLICE("january"),   SLICE("february"), SLICE("march"),    SLICE("april"),
        SLICE("may"),       SLICE("june"),     SLICE("july"),     SLICE("august"),
        SLICE("september"), SLICE("october"),  SLICE("november"), SLICE("december"),
    };
    unsigned month = find_name(keys, names, 12, word) + 1;
    return month > 12 ? 0 : month;
}

bool is_weekday_name(struct slice word)
{
    static const unsigned keys[] = {
        KEY('m', 'o', 'n'), KEY('t', 'u', 'e'), KEY('w', 'e', 'd'), KEY('t', 'h', 'u'),
        KEY('f', 'r', 'i'), KEY('s', 'a', 't'), KEY('s', 'u', 'n'),
    };
    static const struct slice names[] = {
        SLICE("monday"), SLICE("tuesday"),  SLICE("wednesday"), SLICE("thursday"),
        SLICE("friday"), SLICE("saturday"), SLICE("sunday"),
    };
    return find_name(keys, names, 7, word) < 7;
}

bool zone_by_name(struct slice word, int *offset)
{
    static const struct {
        struct slice name;
        int minutes;
    } zones[] = {
        {SLICE("UTC"), 0},     {SLICE("GMT"), 0},     {SLICE("UT"), 0},
        {SLICE("Z"), 0},       {SLICE("EST"), -300},  {SLICE("EDT"), -240},
        {SLICE("CST"), -360},  {SLICE("CDT"), -300},  {SLICE("MST"), -420},
        {SLICE("MDT"), -360},  {SLICE("PST"), -480},  {SLICE("PDT"), -420},
        {SLICE("AKST"), -540}, {SLICE("AKDT"), -480}, {SLICE("HST"), -600},
        {SLICE("AST"), -240},  {SLICE("ADT"), -180},  {SLICE("NST"), -210},
        {SLICE("NDT"), -150},  {SLICE("BRT"), -180},  {SLICE("WET"), 0},
        {SLICE("WEST"), 60},   {SLICE("BST"), 60},    {SLICE("CET"), 60},
        {SLICE("CEST"), 120},  {SLICE("MET"), 60},    {SLICE("MEST"), 120},
        {SLICE("MEZ"), 60},    {SLICE("MESZ"), 120},  {SLICE("EET"), 120},
        {SLICE("EEST"), 180},  {SLICE("MSK"), 180},   {SLICE("MSD"), 240},
        {SLICE("SAST"), 120},  {SLICE("PKT"), 300},   {SLICE("SGT"), 480},
        {SLICE("HKT"), 480},   {SLICE("AWST"), 480},  {SLICE("JST"), 540},
        {SLICE("KST"), 540},   {SLICE("ACST"), 570},  {SLICE("ACDT"), 630},
        {SLICE("AEST"), 600},  {SLICE("AEDT"), 660},  {SLICE("NZST"), 720},
        {SLICE("NZDT"), 780},
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (slice_eq_nocase(word, zones[i].name)) {
            *offset = zones[i].minutes * 60;
            return true;
        }
    return false;
}
