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
        const char *name;
        int minutes;
    } zones[] = {
        {"UTC", 0},    {"GMT", 0},    {"UT", 0},      {"Z", 0},       {"EST", -300},
        {"EDT", -240}, {"CST", -360}, {"CDT", -300},  {"MST", -420},  {"MDT", -360},
        {"PST", -480}, {"PDT", -420}, {"AKST", -540}, {"AKDT", -480}, {"HST", -600},
        {"AST", -240}, {"ADT", -180}, {"NST", -210},  {"NDT", -150},  {"BRT", -180},
        {"WET", 0},    {"WEST", 60},  {"BST", 60},    {"CET", 60},    {"CEST", 120},
        {"MET", 60},   {"MEST", 120}, {"MEZ", 60},    {"MESZ", 120},  {"EET", 120},
        {"EEST", 180}, {"MSK", 180},  {"MSD", 240},   {"SAST", 120},  {"PKT", 300},
        {"SGT", 480},  {"HKT", 480},  {"AWST", 480},  {"JST", 540},   {"KST", 540},
        {"ACST", 570}, {"ACDT", 630}, {"AEST", 600},  {"AEDT", 660},  {"NZST", 720},
        {"NZDT", 780},
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (slice_eq_nocase(word, slice_of(zones[i].name))) {
            *offset = zones[i].minutes * 60;
            return true;
        }
    return false;
}
