/* Clocks of regions: what "Europe/Berlin", "Pacific Time" and "heure de Paris" are ahead of or
 * behind UTC at a time. The rules of today, also for the past; no zone files. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/moment.h"

#define HOUR INT64_C(3600)

enum saving { SAVING_NONE, SAVING_EUROPE, SAVING_AMERICA, SAVING_AUSTRALIA };

struct region {
    struct slice name;
    int minutes; /* east of UTC, in winter */
    enum saving saving;
};

/* Longer names stand before those that they hold. */
static const struct region regions[] = {
    {SLICE("Europe/London"), 0, SAVING_EUROPE},
    {SLICE("Europe/Dublin"), 0, SAVING_EUROPE},
    {SLICE("Europe/Lisbon"), 0, SAVING_EUROPE},
    {SLICE("London time"), 0, SAVING_EUROPE},
    {SLICE("UK time"), 0, SAVING_EUROPE},
    {SLICE("Europe/Helsinki"), 120, SAVING_EUROPE},
    {SLICE("Europe/Athens"), 120, SAVING_EUROPE},
    {SLICE("Europe/Sofia"), 120, SAVING_EUROPE},
    {SLICE("Europe/Bucharest"), 120, SAVING_EUROPE},
    {SLICE("Europe/Kiev"), 120, SAVING_EUROPE},
    {SLICE("Europe/Kyiv"), 120, SAVING_EUROPE},
    {SLICE("Europe/Riga"), 120, SAVING_EUROPE},
    {SLICE("Europe/Vilnius"), 120, SAVING_EUROPE},
    {SLICE("Europe/Tallinn"), 120, SAVING_EUROPE},
    {SLICE("Eastern European Time"), 120, SAVING_EUROPE},
    {SLICE("Europe/Moscow"), 180, SAVING_NONE},
    {SLICE("Europe/Minsk"), 180, SAVING_NONE},
    {SLICE("Europe/Istanbul"), 180, SAVING_NONE},
    {SLICE("Moscow time"), 180, SAVING_NONE},
    {SLICE("по московскому времени"), 180, SAVING_NONE},
    {SLICE("МСК"), 180, SAVING_NONE},
    {SLICE("Europe/Kirov"), 180, SAVING_NONE},
    {SLICE("Europe/Simferopol"), 180, SAVING_NONE},
    {SLICE("Europe/Volgograd"), 180, SAVING_NONE},
    {SLICE("Europe/Astrakhan"), 240, SAVING_NONE},
    {SLICE("Europe/Samara"), 240, SAVING_NONE},
    {SLICE("Europe/Saratov"), 240, SAVING_NONE},
    {SLICE("Europe/Ulyanovsk"), 240, SAVING_NONE},
    {SLICE("Europe/Kaliningrad"), 120, SAVING_NONE},
    {SLICE("Europe/Chisinau"), 120, SAVING_EUROPE},
    {SLICE("Europe/Tiraspol"), 120, SAVING_EUROPE},
    {SLICE("Europe/Mariehamn"), 120, SAVING_EUROPE},
    {SLICE("Europe/Nicosia"), 120, SAVING_EUROPE},
    {SLICE("Europe/Uzhgorod"), 120, SAVING_EUROPE},
    {SLICE("Europe/Zaporozhye"), 120, SAVING_EUROPE},
    {SLICE("Europe/Belfast"), 0, SAVING_EUROPE},
    {SLICE("Europe/Guernsey"), 0, SAVING_EUROPE},
    {SLICE("Europe/Isle_of_Man"), 0, SAVING_EUROPE},
    {SLICE("Europe/Jersey"), 0, SAVING_EUROPE},
    {SLICE("Europe/"), 60, SAVING_EUROPE}, /* all others */
    {SLICE("Central European Time"), 60, SAVING_EUROPE},
    {SLICE("heure de Paris"), 60, SAVING_EUROPE},
    {SLICE("Paris time"), 60, SAVING_EUROPE},
    {SLICE("Berlin time"), 60, SAVING_EUROPE},
    {SLICE("Amsterdam time"), 60, SAVING_EUROPE},
    {SLICE("deutscher Zeit"), 60, SAVING_EUROPE},
    {SLICE("ora italiana"), 60, SAVING_EUROPE},
    {SLICE("hora peninsular"), 60, SAVING_EUROPE},
    {SLICE("Australia/Sydney"), 600, SAVING_AUSTRALIA},
    {SLICE("Australia/Melbourne"), 600, SAVING_AUSTRALIA},
    {SLICE("Australia/Canberra"), 600, SAVING_AUSTRALIA},
    {SLICE("Australia/Hobart"), 600, SAVING_AUSTRALIA},
    {SLICE("Australia/Adelaide"), 570, SAVING_AUSTRALIA},
    {SLICE("Australia/Brisbane"), 600, SAVING_NONE},
    {SLICE("Australia/Darwin"), 570, SAVING_NONE},
    {SLICE("Australia/Perth"), 480, SAVING_NONE},
    {SLICE("Australian Eastern Time"), 600, SAVING_AUSTRALIA},
    {SLICE("Australian Central Time"), 570, SAVING_AUSTRALIA},
    {SLICE("Sydney time"), 600, SAVING_AUSTRALIA},
    {SLICE("US/Eastern"), -300, SAVING_AMERICA},
    {SLICE("America/New_York"), -300, SAVING_AMERICA},
    {SLICE("America/Toronto"), -300, SAVING_AMERICA},
    {SLICE("Eastern Time"), -300, SAVING_AMERICA},
    {SLICE("US/Central"), -360, SAVING_AMERICA},
    {SLICE("America/Chicago"), -360, SAVING_AMERICA},
    {SLICE("Central Time"), -360, SAVING_AMERICA},
    {SLICE("US/Mountain"), -420, SAVING_AMERICA},
    {SLICE("America/Denver"), -420, SAVING_AMERICA},
    {SLICE("Mountain Time"), -420, SAVING_AMERICA},
    {SLICE("US/Pacific"), -480, SAVING_AMERICA},
    {SLICE("America/Los_Angeles"), -480, SAVING_AMERICA},
    {SLICE("Pacific Time"), -480, SAVING_AMERICA},
    {SLICE("America/Sao_Paulo"), -180, SAVING_NONE},
    {SLICE("horário de Brasília"), -180, SAVING_NONE},
    {SLICE("America/Argentina"), -180, SAVING_NONE},
    {SLICE("America/Bogota"), -300, SAVING_NONE},
    {SLICE("Asia/Dubai"), 240, SAVING_NONE},
    {SLICE("Asia/Kolkata"), 330, SAVING_NONE},
    {SLICE("Asia/Calcutta"), 330, SAVING_NONE},
    {SLICE("India Standard Time"), 330, SAVING_NONE},
    {SLICE("Asia/Bangkok"), 420, SAVING_NONE},
    {SLICE("Asia/Jakarta"), 420, SAVING_NONE},
    {SLICE("Asia/Shanghai"), 480, SAVING_NONE},
    {SLICE("Asia/Hong_Kong"), 480, SAVING_NONE},
    {SLICE("Asia/Taipei"), 480, SAVING_NONE},
    {SLICE("Asia/Singapore"), 480, SAVING_NONE},
    {SLICE("Asia/Kuala_Lumpur"), 480, SAVING_NONE},
    {SLICE("Beijing time"), 480, SAVING_NONE},
    {SLICE("北京时间"), 480, SAVING_NONE},
    {SLICE("Asia/Tokyo"), 540, SAVING_NONE},
    {SLICE("Japan time"), 540, SAVING_NONE},
    {SLICE("日本時間"), 540, SAVING_NONE},
    {SLICE("Asia/Seoul"), 540, SAVING_NONE},
};

/* The day of the month's nth Sunday, or of its last (0), in days since 1970. */
static int64_t sunday(int64_t year, unsigned month, unsigned nth)
{
    unsigned day = nth > 0 ? 7 * nth : days_in_month(year, month);
    int64_t days = days_of_civil((struct civil){year, month, day});
    return days - (days + 4) % 7; /* 1970-01-01 was a Thursday */
}

/* local: what the clock on the wall shows, as if it were UTC. */
static bool is_summer(const struct region *region, int64_t local)
{
    int64_t year = civil_of_days(local / DAY).year, east = region->minutes * INT64_C(60);
    if (region->saving == SAVING_EUROPE) {
        int64_t utc = local - east - HOUR;
        return utc >= sunday(year, 3, 0) * DAY + HOUR && utc < sunday(year, 10, 0) * DAY + HOUR;
    }
    if (region->saving == SAVING_AUSTRALIA)
        return local >= sunday(year, 10, 1) * DAY + 2 * HOUR ||
               local < sunday(year, 4, 1) * DAY + 3 * HOUR;
    return region->saving == SAVING_AMERICA && local >= sunday(year, 3, 2) * DAY + 2 * HOUR &&
           local < sunday(year, 11, 1) * DAY + 2 * HOUR;
}

/* "МСК" is no part of "ОМСК". Chinese and Japanese part no words. */
static ptrdiff_t find_region(struct slice text, struct slice name)
{
    ptrdiff_t at = slice_find_nocase(text, name);
    unsigned char before = at > 0 ? (unsigned char)text.ptr[at - 1] : ' ';
    bool parted =
        (unsigned char)name.ptr[0] >= 0xe3 || (before < 0x80 && !byte_is_letter((char)before));
    return parted ? at : -1;
}

bool moment_in_region(struct slice text, int64_t local, int64_t *moment)
{
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++)
        if (find_region(text, regions[i].name) >= 0) {
            *moment = local - regions[i].minutes * INT64_C(60) -
                      (is_summer(&regions[i], local) ? HOUR : 0);
            return true;
        }
    return false;
}
