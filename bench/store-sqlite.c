#include "bench/store.h"

#ifndef BENCH_SQLITE

double bench_sqlite(const char *directory, uint64_t reports, uint64_t addresses)
{
    (void)directory;
    (void)reports;
    (void)addresses;
    return -1;
}

#else

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char schema[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144;"
    "CREATE TABLE journal(id INTEGER PRIMARY KEY, real, fair, source, body BLOB);"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, digest BLOB, date, received, source, "
    "subject, sender, parser);"
    "CREATE TABLE message_by_digest(hour, digest BLOB, id, PRIMARY KEY(hour, digest)) "
    "WITHOUT ROWID;"
    "CREATE TABLE report(id INTEGER PRIMARY KEY, report_id BLOB, message, case_id, address "
    "BLOB, customer,"
    " operator, domain, auth, type, feedback, observed, received);"
    "CREATE TABLE report_by_case(generation, case_id, id, PRIMARY KEY(generation, case_id, "
    "id)) WITHOUT ROWID;"
    "CREATE TABLE incident(hour, fingerprint BLOB, report, PRIMARY KEY(hour, fingerprint)) "
    "WITHOUT ROWID;"
    "CREATE TABLE cases(id INTEGER PRIMARY KEY, state BLOB);"
    "CREATE TABLE case_by_subject(subject BLOB PRIMARY KEY, id) WITHOUT ROWID;"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, body BLOB);"
    "CREATE TABLE event_by_case(generation, case_id, id, PRIMARY KEY(generation, case_id, "
    "id)) WITHOUT ROWID;"
    "CREATE TABLE counter(name TEXT PRIMARY KEY, n) WITHOUT ROWID;";

enum {
    JOURNAL,
    FIND,
    MESSAGE,
    DIGEST,
    SUBJECT,
    NEW_SUBJECT,
    SEEN,
    INCIDENT,
    GET_CASE,
    REPORT,
    OF_CASE,
    EVENT,
    EVENT_OF,
    PUT_CASE,
    COUNT,
    STATEMENTS
};

static const char *const statements[STATEMENTS] = {
    [JOURNAL] = "INSERT INTO journal VALUES(?1, 1793527200, 0, 'imap abuse', ?2)",
    [FIND] = "SELECT id FROM message_by_digest WHERE hour=?2/3600 AND digest=?1",
    [MESSAGE] = "INSERT INTO message VALUES(?1, ?2, ?3, ?3, 'imap abuse', '[abuse] "
                "complaint about spam',"
                " 'feedback@fbl.example.net', 'arf')",
    [DIGEST] = "INSERT INTO message_by_digest VALUES(?3/3600, ?1, ?2)",
    [SUBJECT] = "SELECT id FROM case_by_subject WHERE subject=?1",
    [NEW_SUBJECT] = "INSERT INTO case_by_subject VALUES(?1, ?2)",
    [SEEN] = "SELECT report FROM incident WHERE hour=?2/3600 AND fingerprint=?1",
    [INCIDENT] = "INSERT INTO incident VALUES(?3/3600, ?1, ?2)",
    [GET_CASE] = "SELECT state FROM cases WHERE id=?1",
    [REPORT] = "INSERT INTO report VALUES(?1, ?2, ?1, ?3, ?4, 'c12345', 'example.net', "
               "'example.net', 1,"
               " 'messaging/spam', 'abuse', 1793527140, 1793527200)",
    [OF_CASE] = "INSERT INTO report_by_case VALUES(?2>>17, ?1, ?2)",
    [EVENT] = "INSERT INTO event VALUES(?1, ?2)",
    [EVENT_OF] = "INSERT INTO event_by_case VALUES(?2>>17, ?1, ?2)",
    [PUT_CASE] = "INSERT OR REPLACE INTO cases VALUES(?1, ?2)",
    [COUNT] = "INSERT INTO counter VALUES(?1, 1) ON CONFLICT(name) DO UPDATE SET n=n+1",
};

struct bench {
    sqlite3 *db;
    sqlite3_stmt *run[STATEMENTS];
    int64_t next_case, next_event;
};

static void must(struct bench *bench, int code)
{
    if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
        return;
    (void)fprintf(stderr, "bench-store: sqlite: %s\n", sqlite3_errmsg(bench->db));
    exit(1);
}

static void execute(struct bench *bench, const char *sql)
{
    must(bench, sqlite3_exec(bench->db, sql, NULL, NULL, NULL));
}

/* Binds a blob and numbers in the order of the parameters; the result's first column, or 0. */
static int64_t step(struct bench *bench, int which, const void *blob, int length, int64_t a,
                    int64_t b, bool blob_first)
{
    sqlite3_stmt *statement = bench->run[which];
    int at = 1, count = sqlite3_bind_parameter_count(statement);
    if (blob != NULL && blob_first)
        must(bench, sqlite3_bind_blob(statement, at++, blob, length, SQLITE_STATIC));
    if (at <= count)
        must(bench, sqlite3_bind_int64(statement, at++, a));
    if (blob != NULL && !blob_first)
        must(bench, sqlite3_bind_blob(statement, at++, blob, length, SQLITE_STATIC));
    if (at <= count)
        must(bench, sqlite3_bind_int64(statement, at++, b));
    int code = sqlite3_step(statement);
    must(bench, code);
    int64_t result = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    must(bench, sqlite3_reset(statement));
    return result;
}

static void apply(struct bench *bench, uint64_t n, uint64_t addresses)
{
    static const char event_body[190], case_body[170];
    struct bench_report made;
    int64_t id = (int64_t)n + 1;
    bench_report(n, addresses, &made);
    if (step(bench, FIND, made.digest, 16, made.date, 0, true) != 0)
        return;
    (void)step(bench, MESSAGE, made.digest, 32, id, made.date, false);
    (void)step(bench, DIGEST, made.digest, 16, id, made.date, true);
    uint8_t subject[24] = {[10] = 0xff, 0xff};
    memcpy(subject + 12, &made.address, sizeof made.address);
    memcpy(subject + 20, &made.address, sizeof made.address);
    int64_t case_id = step(bench, SUBJECT, subject, sizeof subject, 0, 0, true);
    if (case_id == 0) {
        case_id = bench->next_case++;
        (void)step(bench, NEW_SUBJECT, subject, sizeof subject, case_id, 0, true);
        (void)step(bench, EVENT, event_body, sizeof event_body, bench->next_event, 0, false);
        (void)step(bench, EVENT_OF, NULL, 0, case_id, bench->next_event++, false);
    } else {
        (void)step(bench, GET_CASE, NULL, 0, case_id, 0, false);
    }
    if (step(bench, SEEN, made.fingerprint, 16, made.observed, 0, true) == 0)
        (void)step(bench, INCIDENT, made.fingerprint, 16, id, made.observed, true);
    must(bench, sqlite3_bind_blob(bench->run[REPORT], 4, subject, 16, SQLITE_STATIC));
    must(bench, sqlite3_bind_int64(bench->run[REPORT], 3, case_id));
    must(bench, sqlite3_bind_blob(bench->run[REPORT], 2, made.fingerprint, 16, SQLITE_STATIC));
    must(bench, sqlite3_bind_int64(bench->run[REPORT], 1, id));
    must(bench, sqlite3_step(bench->run[REPORT]));
    must(bench, sqlite3_reset(bench->run[REPORT]));
    (void)step(bench, OF_CASE, NULL, 0, case_id, id, false);
    (void)step(bench, EVENT, event_body, sizeof event_body, bench->next_event, 0, false);
    (void)step(bench, EVENT_OF, NULL, 0, case_id, bench->next_event++, false);
    (void)step(bench, PUT_CASE, case_body, sizeof case_body, case_id, 0, false);
    (void)step(bench, COUNT, "messages", 8, 0, 0, true);
    (void)step(bench, COUNT, "reports", 7, 0, 0, true);
}

double bench_sqlite(const char *directory, uint64_t reports, uint64_t addresses)
{
    static const char body[BENCH_BODY];
    char path[4096];
    struct bench bench = {.next_case = 1, .next_event = 1};
    struct timespec start, end;
    (void)snprintf(path, sizeof path, "%s/bench.sqlite", directory);
    must(&bench, sqlite3_open(path, &bench.db));
    execute(&bench, schema);
    for (int i = 0; i < STATEMENTS; i++)
        must(&bench, sqlite3_prepare_v2(bench.db, statements[i], -1, &bench.run[i], NULL));
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    for (uint64_t n = 0; n < reports; n += BENCH_BATCH) {
        uint64_t until = n + BENCH_BATCH < reports ? n + BENCH_BATCH : reports;
        for (uint64_t group = n; group < until; group += BENCH_GROUP) {
            execute(&bench, "BEGIN");
            for (uint64_t i = group; i < group + BENCH_GROUP && i < until; i++)
                (void)step(&bench, JOURNAL, body, sizeof body, (int64_t)i + 1, 0, false);
            execute(&bench, "COMMIT");
        }
        execute(&bench, "BEGIN");
        for (uint64_t i = n; i < until; i++)
            apply(&bench, i, addresses);
        execute(&bench, "COMMIT");
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    for (int i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(bench.run[i]);
    (void)sqlite3_close(bench.db);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

#endif
