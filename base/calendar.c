#include "base/calendar.h"

unsigned month_by_name(struct slice word)
{
    static const struct slice months[] = {
        SLICE("january"),   SLICE("february"), SLICE("march"),    SLICE("april"),
        SLICE("may"),       SLICE("june"),     SLICE("july"),     SLICE("august"),
        SLICE("september"), SLICE("october"),  SLICE("november"), SLICE("december"),
    };
    for (unsigned i = 0; i < 12 && word.len >= 3; i++)
        if (months[i].ptr[0] == (char)byte_lower(word.ptr[0]) &&
            slice_starts_with_nocase(months[i], word))
            return i + 1;
    return 0;
}

bool is_weekday_name(struct slice word)
{
    static const struct slice weekdays[] = {
        SLICE("monday"), SLICE("tuesday"),  SLICE("wednesday"), SLICE("thursday"),
        SLICE("friday"), SLICE("saturday"), SLICE("sunday"),
    };
    for (unsigned i = 0; i < 7 && word.len >= 3; i++)
        if (slice_starts_with_nocase(weekdays[i], word))
            return true;
    return false;
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
