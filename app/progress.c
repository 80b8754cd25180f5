#include "app/progress.h"
#include "base/moment.h"

#include <inttypes.h>
#include <time.h>

#define BAR      24
#define EVERY_MS 100

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct progress progress_start(FILE *stream, bool quiet, const char *what, uint64_t total)
{
    struct progress progress = {.what = what, .total = total};
    progress.out = terminal_of(stream, COLOUR_AUTO);
    if (quiet)
        progress.out.width = 0;
    progress.started_ms = monotonic_ms();
    return progress;
}

void progress_line(const struct progress *progress, uint64_t done, uint64_t items,
                   uint64_t cases, int64_t elapsed_ms, char *line, size_t room)
{
    double seconds = elapsed_ms > 0 ? (double)elapsed_ms / 1000.0 : 0.001;
    double share = progress->total > 0 ? (double)done / (double)progress->total : 0.0;
    if (share > 1.0)
        share = 1.0;
    char bar[BAR + 1];
    for (unsigned i = 0; i < BAR; i++)
        bar[i] = i < (unsigned)(share * BAR) ? '#' : '.';
    bar[BAR] = '\0';
    int used =
        snprintf(line, room, "[%s] %3.0f %%  %" PRIu64 " %s, %.0f/s, %" PRIu64 " cases", bar,
                 share * 100.0, items, progress->what, (double)items / seconds, cases);
    if (used < 0 || (size_t)used >= room || share < 0.01 || seconds < 1.0)
        return;
    char left[MOMENT_TEXT];
    moment_duration((int64_t)(seconds * (1.0 - share) / share), left);
    snprintf(line + used, room - (size_t)used, ", %s left", left);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t items, uint64_t cases)
{
    if (progress->out.width == 0)
        return;
    int64_t now = monotonic_ms();
    if (progress->painted && now - progress->painted_ms < EVERY_MS)
        return;
    char line[256];
    progress_line(progress, done, items, cases, now - progress->started_ms, line, sizeof(line));
    struct slice shown = text_fit(slice_of(line), progress->out.width - 1);
    fprintf(progress->out.stream, "\r\033[K%.*s", SLICE_FMT(shown));
    fflush(progress->out.stream);
    progress->painted = true;
    progress->painted_ms = now;
}

void progress_end(struct progress *progress)
{
    if (!progress->painted)
        return;
    fprintf(progress->out.stream, "\r\033[K");
    fflush(progress->out.stream);
    progress->painted = false;
}
