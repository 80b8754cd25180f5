/* The store under the pipeline's load: each report is made durable in the journal in groups
 * of 64 and then applied, nine records and index entries each, in transactions of 32768 that
 * end earlier when they weigh 64 MB.
 * Beside it, in the same run, the bare append of the same frames and the same work by SQLite
 * (WAL, synchronous=FULL). One TSV line per case. */
#include "bench/store.h"

#include "store/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SMALL       ((uint64_t)3 * BENCH_BATCH) /* about 100,000, in whole batches */
#define ROUNDS      5
#define WEIGHT_MOST ((size_t)64 << 20)
#define BARE_MOST   ((uint64_t)1000000)

/* What a busy machine does not change: this process's processor time and what it wrote. */
struct effort {
    double processor, written;
};

static struct effort effort(void)
{
    struct effort effort = {0};
    struct rusage usage;
    char text[100];
    (void)getrusage(RUSAGE_SELF, &usage);
    effort.processor = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    FILE *file = fopen("/proc/self/io", "r");
    while (file != NULL && fgets(text, sizeof text, file) != NULL)
        if (strncmp(text, "wchar: ", 7) == 0)
            effort.written = strtod(text + 7, NULL);
    if (file != NULL)
        (void)fclose(file);
    return effort;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(enum status status, const struct fault *why)
{
    if (status == OK)
        return;
    (void)fprintf(stderr, "bench-store: %s\n", why->text);
    exit(1);
}

void bench_report(uint64_t n, uint64_t addresses, struct bench_report *report)
{
    uint64_t delays = bench_mix(n * 8 + 7);
    report->arrival = BENCH_START + (int64_t)n;
    report->date = report->arrival - (int64_t)(delays % 60);
    report->observed = report->date - (int64_t)(delays / 60 % 86400);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t word = bench_mix(n * 8 + i);
        memcpy(report->digest + 8 * i, &word, sizeof word);
    }
    for (uint64_t i = 0; i < 2; i++) {
        uint64_t word = bench_mix(n * 8 + 4 + i);
        memcpy(report->fingerprint + 8 * i, &word, sizeof word);
    }
    report->address = (uint32_t)(bench_mix(n * 8 + 6) % addresses);
}

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
    (void)facts;
    (void)type;
    (void)walk;
    return remove(path);
}

static uint64_t bytes_of(const char *directory, const char *name)
{
    char path[4096];
    struct stat facts;
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    return stat(path, &facts) == 0 ? (uint64_t)facts.st_blocks * 512 : 0;
}

/* The same bytes as the journal's frames, by nothing but write and fdatasync. */
static double bare_append(const char *directory, uint64_t reports)
{
    static char group[BENCH_GROUP * (BENCH_BODY + 64)];
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/bare", directory);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    memset(group, 'e', sizeof group);
    double start = now();
    for (uint64_t n = 0; n < reports; n += BENCH_GROUP)
        if (write(file, group, sizeof group) != (ssize_t)sizeof group || fdatasync(file) != 0) {
            perror(path);
            exit(1);
        }
    double seconds = now() - start;
    (void)close(file);
    (void)unlink(path);
    return seconds;
}

struct applied {
    uint64_t from, until, addresses;
    uint64_t reached;
    struct journal_position end;
};

static void apply_report(struct txn *txn, struct store_state *state, uint64_t n,
                         const struct applied *applied, struct arena *arena)
{
    struct bench_report made;
    uint64_t seen = 0;
    bench_report(n, applied->addresses, &made);
    struct message_identity identity = {.date = made.date};
    memcpy(identity.digest, made.digest, sizeof identity.digest);
    if (store_find_message(txn, &identity, &seen))
        return;
    struct stored_message message = {.id = state->next_message++,
                                     .identity = identity,
                                     .position = {1, n * 484},
                                     .received_at = made.arrival,
                                     .source = SLICE("imap abuse"),
                                     .subject = SLICE("[abuse] complaint about spam"),
                                     .from = SLICE("feedback@fbl.example.net"),
                                     .parser = SLICE("arf"),
                                     .parser_revision = 1,
                                     .report_count = 1};
    store_put_message(txn, &message);
    state->now = (struct instant){message.received_at, (int64_t)n};

    struct address address = {{[10] = 0xff,
                               0xff,
                               10,
                               (uint8_t)(made.address >> 16),
                               (uint8_t)(made.address >> 8),
                               (uint8_t)made.address}};
    uint64_t report_id = state->next_report++,
             case_id = store_find_case(txn, &address, made.address + 1);
    (void)store_seen_incident(txn, made.observed, made.fingerprint, &report_id);
    struct abuse_case *c = arena_new(arena, struct abuse_case);
    struct event event = {.type = EVENT_OPENED,
                          .generation = 1,
                          .at = state->now,
                          .address = address,
                          .assignment = made.address + 1,
                          .customer = arena_printf(arena, "c%u", made.address / 4),
                          .actor = SLICE("parser arf")};
    if (case_id == 0) {
        event.case_id = case_id = state->next_case++;
        store_append_event(txn, state, &event);
        case_fold(c, &event);
    } else {
        (void)store_get_case(txn, case_id, arena, c);
    }
    struct stored_report report = {.id = report_id,
                                   .message_id = message.id,
                                   .case_id = case_id,
                                   .address = address,
                                   .customer = event.customer,
                                   .operator_name = SLICE("example.net"),
                                   .reporter_domain = SLICE("example.net"),
                                   .auth = AUTH_PASS,
                                   .type = &xarf_types[0],
                                   .feedback_type = SLICE("abuse"),
                                   .observed_at = made.observed,
                                   .received_at = message.received_at,
                                   .incidents = 1};
    memcpy(report.report_id, made.fingerprint, sizeof report.report_id);
    store_put_report(txn, &report);
    event = (struct event){.type = EVENT_REPORT,
                           .case_id = case_id,
                           .generation = c->generation,
                           .at = state->now,
                           .from = c->state,
                           .to = c->state,
                           .actor = SLICE("parser arf"),
                           .text = SLICE("spam, authenticated by dkim"),
                           .observed_at = report.observed_at,
                           .witness = {.operator_name = SLICE("example.net"),
                                       .type = report.type,
                                       .auth = AUTH_PASS,
                                       .weight = 800,
                                       .reports = 1,
                                       .incidents = 1,
                                       .last_observed = report.observed_at}};
    memcpy(event.report_id, report.report_id, sizeof event.report_id);
    store_append_event(txn, state, &event);
    case_fold(c, &event);
    store_put_case(txn, c);
    store_count(txn, "messages", 1);
    store_count(txn, "reports", 1);
}

static enum status apply(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    struct applied *applied = data;
    struct store_state state;
    struct arena arena = ARENA_INIT;
    bool heavy = false;
    store_get_state(txn, &state);
    applied->reached = applied->from;
    while (applied->reached < applied->until && !txn_failed(txn) && !heavy) {
        apply_report(txn, &state, applied->reached++, applied, &arena);
        arena_reset(&arena);
        heavy = applied->reached % BENCH_GROUP == 0 && txn_weight(txn) >= WEIGHT_MOST;
    }
    state.position = applied->end;
    store_put_state(txn, &state);
    arena_release(&arena);
    return OK;
}

static void append_batch(struct journal *journal, uint64_t count)
{
    static char body[BENCH_BODY];
    struct fault why;
    struct journal_record record = {
        JOURNAL_MESSAGE, BENCH_START, 0, SLICE("imap abuse"), {body, sizeof body}};
    must(journal_lock(journal, &why), &why);
    for (uint64_t n = 0; n < count; n++) {
        must(journal_append(journal, &record, NULL, &why), &why);
        if (journal_pending(journal) == BENCH_GROUP)
            must(journal_sync(journal, &why), &why);
    }
    must(journal_sync(journal, &why), &why);
    journal_unlock(journal);
}

struct run {
    const char *directory;
    uint64_t reports, addresses;
    double seconds, journal_seconds, tenth_seconds; /* in all; of the last tenth */
    uint64_t tenth;                                 /* reports in that */
    struct effort effort;
    double bytes; /* of the index, a report */
};

static void journal_and_index(struct run *run)
{
    char path[4096];
    struct fault why;
    struct store *store = NULL;
    (void)snprintf(path, sizeof path, "%s/store", run->directory);
    struct store_settings settings = {.directory = path, .create = true};
    must(store_open(&settings, &store, &why), &why);
    struct effort before = effort();
    double start = now(), tenth = start;
    for (uint64_t n = 0; n < run->reports; n += BENCH_BATCH) {
        struct applied applied = {n, n + BENCH_BATCH, run->addresses, 0, {0}};
        if (n >= run->reports / 10 * 9 && run->tenth == 0) {
            run->tenth = run->reports - n;
            tenth = now();
        }
        double begin = now();
        append_batch(store_journal(store), BENCH_BATCH);
        run->journal_seconds += now() - begin;
        applied.end = journal_end(store_journal(store));
        for (; applied.from < applied.until; applied.from = applied.reached)
            must(txn_run(store, true, apply, &applied, &why), &why);
    }
    double end = now();
    run->effort = effort();
    run->effort.processor -= before.processor;
    run->effort.written -= before.written;
    run->seconds = end - start;
    run->tenth_seconds = end - tenth;
    store_close(store);
    run->bytes = (double)bytes_of(path, "index/data.mdb") / (double)run->reports;
    (void)nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static double microseconds(double seconds, uint64_t reports)
{
    return seconds * 1e6 / (double)reports;
}

static void line(const char *name, uint64_t reports, double seconds, double bytes,
                 const char *note)
{
    (void)printf("%s\t%" PRIu64 "\t%.3f\t%.0f\t%.2f\t%.0f\t%s\n", name, reports, seconds,
                 (double)reports / seconds, microseconds(seconds, reports), bytes, note);
    (void)fflush(stdout);
}

static uint64_t addresses_of(uint64_t reports)
{
    return reports / 50 < 1000 ? 1000 : reports / 50;
}

static int by_seconds(const void *a, const void *b)
{
    double x = ((const struct run *)a)->seconds, y = ((const struct run *)b)->seconds;
    return (x > y) - (x < y);
}

/* What the others are compared with: the median of several. */
static struct run small_run(const char *directory)
{
    struct run rounds[ROUNDS];
    char note[200];
    for (int i = 0; i < ROUNDS; i++) {
        rounds[i] = (struct run){
            .directory = directory, .reports = SMALL, .addresses = addresses_of(SMALL)};
        journal_and_index(&rounds[i]);
    }
    qsort(rounds, ROUNDS, sizeof rounds[0], by_seconds);
    const struct run *median = &rounds[ROUNDS / 2];
    (void)snprintf(note, sizeof note,
                   "median of %d, from %.2f to %.2f us; journal %.2f us; processor %.2f us; "
                   "%.0f bytes written",
                   ROUNDS, microseconds(rounds[0].seconds, SMALL),
                   microseconds(rounds[ROUNDS - 1].seconds, SMALL),
                   microseconds(median->journal_seconds, SMALL),
                   microseconds(median->effort.processor, SMALL),
                   median->effort.written / (double)SMALL);
    line("journal+index", SMALL, median->seconds, median->bytes, note);
    return *median;
}

/* How much more a report costs than in the small run, by that. */
static double ratio(const struct run *run, double cost, double small)
{
    return cost / (double)run->reports / (small / (double)SMALL);
}

static void large_run(const char *directory, uint64_t reports, const struct run *small,
                      bool sqlite)
{
    struct run run = {
        .directory = directory, .reports = reports, .addresses = addresses_of(reports)};
    char note[300], path[4096];
    uint64_t some = reports < BARE_MOST ? reports : BARE_MOST;
    double bare = bare_append(directory, some);
    line("bare-append", some, bare, BENCH_BODY + 64, "");
    journal_and_index(&run);
    (void)snprintf(note, sizeof note,
                   "%.2f times the cost at %" PRIu64 " (processor %.2f times, %.2f us; written "
                   "%.2f times, %.0f bytes); %.2f of bare append; journal %.2f us; last tenth "
                   "%.2f us",
                   ratio(&run, run.seconds, small->seconds), SMALL,
                   ratio(&run, run.effort.processor, small->effort.processor),
                   microseconds(run.effort.processor, reports),
                   ratio(&run, run.effort.written, small->effort.written),
                   run.effort.written / (double)reports,
                   microseconds(bare, some) / microseconds(run.seconds, reports),
                   microseconds(run.journal_seconds, reports),
                   microseconds(run.tenth_seconds, run.tenth));
    line("journal+index", reports, run.seconds, run.bytes, note);
    double other = sqlite ? bench_sqlite(directory, reports, run.addresses) : -1;
    if (other < 0)
        return;
    double bytes = (double)bytes_of(directory, "bench.sqlite") / (double)reports;
    (void)snprintf(path, sizeof path, "%s/bench.sqlite", directory);
    (void)unlink(path);
    (void)snprintf(note, sizeof note, "journal+index is %.2f times as fast",
                   other / run.seconds);
    line("sqlite-wal-full", reports, other, bytes, note);
}

int main(int argc, char **argv)
{
    char directory[] = "bench-store-XXXXXX";
    bool sqlite = argc < 3 || strcmp(argv[2], "no-sqlite") != 0;
    uint64_t reports = argc < 2 ? 1000000 : strtoull(argv[1], NULL, 10);
    if (reports < SMALL || (argc > 2 && sqlite)) {
        (void)fprintf(stderr,
                      "usage: bench-store [REPORTS [no-sqlite]]\n"
                      "REPORTS: from %" PRIu64 " on; whole batches of %d are run\n"
                      "works in the current directory, 2 GB per million\n",
                      SMALL, BENCH_BATCH);
        return 2;
    }
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        return 1;
    }
    (void)printf("case\treports\tseconds\tper_second\tus_per_report\tbytes_per_report\tnote\n");
    struct run small = small_run(directory);
    if (reports >= SMALL + BENCH_BATCH)
        large_run(directory, reports / BENCH_BATCH * BENCH_BATCH, &small, sqlite);
    (void)rmdir(directory);
    return 0;
}
