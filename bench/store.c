/* The store under the pipeline's load: each report is made durable in the journal in groups
 * of 64 and then applied, nine records and index entries each, in transactions of 16384.
 * Beside it, in the same run, the bare append of the same frames and the same work by SQLite
 * (WAL, synchronous=FULL). One TSV line per case. */
#include "bench/store.h"

#include "store/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define START 1793527200

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
    struct journal_position end;
};

static void apply_report(struct txn *txn, struct store_state *state, uint64_t n,
                         const struct applied *applied, struct arena *arena)
{
    struct bench_report made;
    uint64_t seen = 0;
    bench_report(n, applied->addresses, &made);
    if (store_find_message(txn, made.digest, &seen))
        return;
    struct stored_message message = {.id = state->next_message++,
                                     .position = {1, n * 484},
                                     .received_at = START + (int64_t)n,
                                     .source = SLICE("imap abuse"),
                                     .subject = SLICE("[abuse] complaint about spam"),
                                     .from = SLICE("feedback@fbl.example.net"),
                                     .parser = SLICE("arf"),
                                     .parser_revision = 1,
                                     .report_count = 1};
    memcpy(message.digest, made.digest, sizeof made.digest);
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
    (void)store_seen_incident(txn, made.fingerprint, &report_id);
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
                                   .observed_at = message.received_at - 60,
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
    const struct applied *applied = data;
    struct store_state state;
    struct arena arena = ARENA_INIT;
    store_get_state(txn, &state);
    for (uint64_t n = applied->from; n < applied->until && !txn_failed(txn); n++) {
        apply_report(txn, &state, n, applied, &arena);
        arena_reset(&arena);
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
        JOURNAL_MESSAGE, START, 0, SLICE("imap abuse"), {body, sizeof body}};
    must(journal_lock(journal, &why), &why);
    for (uint64_t n = 0; n < count; n++) {
        must(journal_append(journal, &record, NULL, &why), &why);
        if (journal_pending(journal) == BENCH_GROUP)
            must(journal_sync(journal, &why), &why);
    }
    must(journal_sync(journal, &why), &why);
    journal_unlock(journal);
}

static double journal_and_index(const char *directory, uint64_t reports, uint64_t addresses,
                                double *journal_seconds, double *last_tenth)
{
    char path[4096];
    struct fault why;
    struct store *store = NULL;
    (void)snprintf(path, sizeof path, "%s/store", directory);
    struct store_settings settings = {.directory = path, .create = true};
    must(store_open(&settings, &store, &why), &why);
    double start = now(), tenth = start;
    *journal_seconds = 0;
    for (uint64_t n = 0; n < reports; n += BENCH_BATCH) {
        struct applied applied = {
            n, n + BENCH_BATCH < reports ? n + BENCH_BATCH : reports, addresses, {0}};
        if (n >= reports / 10 * 9 && tenth == start)
            tenth = now();
        double begin = now();
        append_batch(store_journal(store), applied.until - applied.from);
        *journal_seconds += now() - begin;
        applied.end = journal_end(store_journal(store));
        must(txn_run(store, true, apply, &applied, &why), &why);
    }
    double end = now();
    *last_tenth = end - tenth;
    store_close(store);
    return end - start;
}

static void line(const char *name, uint64_t reports, double seconds, double bytes,
                 const char *note)
{
    (void)printf("%s\t%" PRIu64 "\t%.3f\t%.0f\t%.2f\t%.0f\t%s\n", name, reports, seconds,
                 (double)reports / seconds, seconds * 1e6 / (double)reports, bytes, note);
    (void)fflush(stdout);
}

static void run(const char *directory, uint64_t reports, bool sqlite)
{
    uint64_t addresses = reports / 50 < 1000 ? 1000 : reports / 50;
    char note[160], path[4096];
    double journal_seconds = 0, tenth = 0;
    double bare = bare_append(directory, reports);
    line("bare-append", reports, bare, BENCH_BODY + 64, "");
    double seconds = journal_and_index(directory, reports, addresses, &journal_seconds, &tenth);
    (void)snprintf(path, sizeof path, "%s/store", directory);
    double bytes = (double)bytes_of(path, "index/data.mdb") / (double)reports;
    (void)nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    (void)snprintf(note, sizeof note,
                   "%.2f of bare append; journal %.3f s; last tenth %.2f us/report",
                   bare / seconds, journal_seconds, tenth * 1e6 / ((double)reports / 10));
    line("journal+index", reports, seconds, bytes, note);
    double other = sqlite ? bench_sqlite(directory, reports, addresses) : -1;
    if (other < 0)
        return;
    (void)snprintf(path, sizeof path, "%s/bench.sqlite", directory);
    bytes = (double)bytes_of(directory, "bench.sqlite") / (double)reports;
    (void)unlink(path);
    (void)snprintf(note, sizeof note, "journal+index is %.2f times as fast", other / seconds);
    line("sqlite-wal-full", reports, other, bytes, note);
}

int main(int argc, char **argv)
{
    char directory[] = "bench-store-XXXXXX";
    bool sqlite = argc < 3 || strcmp(argv[2], "no-sqlite") != 0;
    uint64_t reports = argc < 2 ? 1000000 : strtoull(argv[1], NULL, 10);
    if (reports < 1000 || (argc > 2 && sqlite)) {
        (void)fprintf(stderr, "usage: bench-store [REPORTS [no-sqlite]]\n"
                              "works in the current directory, 2 GB per million\n");
        return 2;
    }
    if (mkdtemp(directory) == NULL) {
        perror(directory);
        return 1;
    }
    (void)printf("case\treports\tseconds\tper_second\tus_per_report\tbytes_per_report\tnote\n");
    run(directory, reports < 100000 ? reports : 100000, false);
    if (reports > 100000)
        run(directory, reports, sqlite);
    (void)rmdir(directory);
    return 0;
}
