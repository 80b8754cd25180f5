#include "tests/unit/store/place.h"

#include "store/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct journal *open_journal(const char *directory, uint64_t segment_size,
                                    struct journal_repair *repair)
{
    struct journal *journal = NULL;
    struct journal_settings settings = {
        .directory = directory, .segment_size = segment_size, .sync = true};
    assert_ok(journal_open(&settings, &journal, repair, &why));
    return journal;
}

static void append(struct journal *journal, const char *text, struct journal_position *position)
{
    struct journal_record record = {JOURNAL_MESSAGE, 1000, 10, SLICE("test"), slice_of(text)};
    assert_ok(journal_append(journal, &record, position, &why));
}

static void append_group(struct journal *journal, const char *first, const char *second)
{
    assert_ok(journal_lock(journal, &why));
    append(journal, first, NULL);
    if (second != NULL)
        append(journal, second, NULL);
    assert_ok(journal_sync(journal, &why));
    journal_unlock(journal);
}

/* All bodies from the beginning, joined by commas. */
static const char *contents(struct journal *journal, char text[1024])
{
    struct journal_position at = {0};
    struct journal_record record;
    bool found = true;
    size_t length = 0;
    for (;;) {
        assert_ok(journal_read(journal, &at, &record, &found, &why));
        if (!found)
            break;
        length +=
            (size_t)snprintf(text + length, 1024 - length, "%.*s,", SLICE_FMT(record.body));
    }
    text[length] = '\0';
    return text;
}

static void path_in(const char *directory, uint64_t segment, char path[512])
{
    char name[SEGMENT_NAME];
    segment_name(segment, name);
    (void)snprintf(path, 512, "%s/%s", directory, name);
}

static off_t size_of(const char *path)
{
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    return facts.st_size;
}

static void test_round_trip(void **state)
{
    struct journal_record back,
        records[] = {
            {JOURNAL_MESSAGE, 1793527200, 77, SLICE("imap abuse@example.net"),
             SLICE("From: x\r\n")},
            {JOURNAL_TICK, -1, -2, {0}, {0}},
            {JOURNAL_POLICY, INT64_MAX, INT64_MIN, SLICE("cli"), SLICE("a\0b")},
        };
    struct journal_position at[3], position = {0};
    struct journal *journal = open_journal(*state, 0, NULL);
    bool found = false;
    assert_ok(journal_lock(journal, &why));
    for (unsigned i = 0; i < 3; i++)
        assert_ok(journal_append(journal, &records[i], &at[i], &why));
    assert_int_equal(journal_pending(journal), 3);
    assert_ok(journal_sync(journal, &why));
    journal_unlock(journal);
    journal_close(journal);

    journal = open_journal(*state, 0, NULL);
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0)
            assert_int_equal(journal_position_compare(position, at[i]), 0);
        assert_ok(journal_read(journal, &position, &back, &found, &why));
        assert_true(found);
        assert_int_equal(back.kind, records[i].kind);
        assert_int_equal(back.real, records[i].real);
        assert_int_equal(back.fair, records[i].fair);
        assert_true(slice_eq(back.source, records[i].source));
        assert_true(slice_eq(back.body, records[i].body));
    }
    assert_ok(journal_read(journal, &position, &back, &found, &why));
    assert_false(found);
    assert_int_equal(journal_position_compare(position, journal_end(journal)), 0);
    journal_close(journal);
}

/* Cut at every byte of the last frame, and every byte of it spoilt: the one before stays,
 * the tail goes. */
static void test_torn_tail(void **state)
{
    char path[512], text[1024];
    struct journal *journal = open_journal(*state, 0, NULL);
    path_in(*state, 1, path);
    append_group(journal, "one", NULL);
    off_t whole = size_of(path);
    append_group(journal, "two, which is to be torn", NULL);
    journal_close(journal);
    off_t size = size_of(path);
    char bytes[512];
    assert_true(size < (off_t)sizeof bytes);
    int file = open(path, O_RDWR);
    assert_int_equal(pread(file, bytes, (size_t)size, 0), size);
    for (off_t cut = whole; cut < size; cut++)
        for (int spoilt = 0; spoilt < 2; spoilt++) {
            struct journal_repair repair = {0};
            off_t length = spoilt ? size : cut;
            assert_int_equal(pwrite(file, bytes, (size_t)size, 0), size);
            char other = (char)(bytes[cut] ^ 0x40);
            if (spoilt)
                assert_int_equal(pwrite(file, &other, 1, cut), 1);
            assert_int_equal(ftruncate(file, length), 0);
            journal = open_journal(*state, 0, &repair);
            assert_int_equal(repair.torn_bytes, length - whole);
            if (repair.torn_bytes > 0)
                assert_int_equal(repair.at.offset, whole);
            assert_int_equal(size_of(path), whole);
            append_group(journal, "three", NULL);
            assert_string_equal(contents(journal, text), "one,three,");
            journal_close(journal);
            assert_int_equal(ftruncate(file, whole), 0);
        }
    (void)close(file);
}

/* A group whose second record reached the disk and whose first did not is a torn tail; the
 * same with another group after it is damage. */
static void test_damage_or_torn(void **state)
{
    char path[512], text[1024];
    struct fault told;
    struct journal_repair repair = {0};
    struct journal *journal = open_journal(*state, 0, NULL);
    append_group(journal, "zero", NULL);
    path_in(*state, 1, path);
    off_t first = size_of(path);
    append_group(journal, "one", "two");
    journal_close(journal);
    int file = open(path, O_RDWR);
    char byte = 'X';
    assert_int_equal(pwrite(file, &byte, 1, first + FRAME_HEADER + 6), 1);
    journal = open_journal(*state, 0, &repair);
    assert_true(repair.torn_bytes > 0);
    assert_string_equal(contents(journal, text), "zero,");

    append_group(journal, "one", "two");
    append_group(journal, "three", NULL);
    journal_close(journal);
    assert_int_equal(pwrite(file, &byte, 1, first + FRAME_HEADER + 6), 1);
    struct journal_settings settings = {.directory = *state, .sync = true};
    assert_int_equal(journal_open(&settings, &journal, NULL, &told), ERR_CORRUPT);
    assert_non_null(strstr(told.text, "segment 1 is damaged at offset"));

    settings.read_only = true;
    assert_ok(journal_open(&settings, &journal, NULL, &why));
    struct journal_position at = {0};
    struct journal_record record;
    bool found = false;
    assert_ok(journal_read(journal, &at, &record, &found, &why));
    assert_int_equal(journal_read(journal, &at, &record, &found, &told), ERR_CORRUPT);
    char offset[32];
    (void)snprintf(offset, sizeof offset, "offset %ld", (long)first);
    assert_non_null(strstr(told.text, offset));
    journal_close(journal);
    (void)close(file);
}

/* Bytes that are a journal themselves are only a body. */
static void test_body_that_looks_like_frames(void **state)
{
    char path[512], text[1024], bytes[512];
    struct journal *journal = open_journal(*state, 0, NULL);
    path_in(*state, 1, path);
    append_group(journal, "one", "two");
    int file = open(path, O_RDWR);
    ssize_t size = read(file, bytes, sizeof bytes);
    assert_true(size > SEGMENT_HEADER);
    struct journal_record record = {JOURNAL_MESSAGE, 1, 1, {0}, {bytes, (size_t)size}};
    assert_ok(journal_lock(journal, &why));
    assert_ok(journal_append(journal, &record, NULL, &why));
    assert_ok(journal_sync(journal, &why));
    journal_unlock(journal);
    journal_close(journal);
    assert_int_equal(pwrite(file, "!", 1, size + 1), 1); /* spoil the outer frame only */
    struct journal_repair repair = {0};
    journal = open_journal(*state, 0, &repair);
    assert_int_equal(repair.at.offset, size);
    assert_string_equal(contents(journal, text), "one,two,");
    journal_close(journal);
    (void)close(file);
}

static void test_rotation_and_retention(void **state)
{
    char text[1024], path[512];
    struct journal *journal = open_journal(*state, 100, NULL);
    struct journal *reader = open_journal(*state, 100, NULL);
    unsigned removed = 0;
    for (int i = 0; i < 9; i++) {
        char body[2] = {(char)('a' + i), '\0'};
        append_group(journal, body, NULL);
    }
    assert_true(journal_end(journal).segment > 2);
    assert_string_equal(contents(journal, text), "a,b,c,d,e,f,g,h,i,");
    assert_string_equal(contents(reader, text), "a,b,c,d,e,f,g,h,i,");
    assert_ok(journal_lock(journal, &why));
    assert_ok(journal_retain(journal, 1000, journal_end(journal), &removed, &why));
    assert_int_equal(removed, 0);
    struct journal_position done = {2, SEGMENT_HEADER};
    assert_ok(journal_retain(journal, 1001, done, &removed, &why));
    assert_int_equal(removed, 1);
    journal_unlock(journal);
    path_in(*state, 1, path);
    assert_int_equal(access(path, F_OK), -1);
    struct journal_position gone = {1, SEGMENT_HEADER};
    struct journal_record record;
    bool found = false;
    struct fault told;
    assert_int_equal(journal_read(journal, &gone, &record, &found, &told), ERR_CONFLICT);
    assert_int_equal(journal_first(journal).segment, 2);
    journal_close(reader);
    reader = open_journal(*state, 100, NULL);
    assert_int_equal(journal_first(reader).segment, 2);
    journal_close(reader);
    journal_close(journal);

    path_in(*state, 3, path);
    assert_int_equal(unlink(path), 0);
    struct journal_settings settings = {.directory = *state};
    assert_int_equal(journal_open(&settings, &journal, NULL, &told), ERR_CORRUPT);
    assert_non_null(strstr(told.text, "put the missing ones back"));
}

/* The disk is full in the middle of a group: nothing of it stays, the next one goes on where
 * the last good one ended. */
static void test_disk_full(void **state)
{
    char path[512], text[1024], long_body[8192];
    memset(long_body, 'x', sizeof long_body - 1);
    long_body[sizeof long_body - 1] = '\0';
    struct journal *journal = open_journal(*state, 0, NULL);
    append_group(journal, "before", NULL);
    path_in(*state, 1, path);
    off_t good = size_of(path);
    struct rlimit limit, tight;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight = limit;
    tight.rlim_cur = 4096;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_ok(journal_lock(journal, &why));
    append(journal, "small", NULL);
    append(journal, long_body, NULL);
    struct fault told = {""};
    assert_int_equal(journal_sync(journal, &told), ERR_IO);
    assert_non_null(strstr(told.text, "make room"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(size_of(path), good);
    assert_int_equal(journal_pending(journal), 0);
    journal_unlock(journal);
    append_group(journal, "after", NULL);
    assert_string_equal(contents(journal, text), "before,after,");
    journal_close(journal);
}

/* The same while the group is on its way and its writer lets go: said when it takes hold
 * again, before others' records stand where its own were to be. */
static void test_disk_full_unheard(void **state)
{
    char path[512], text[1024], long_body[8192];
    memset(long_body, 'x', sizeof long_body - 1);
    long_body[sizeof long_body - 1] = '\0';
    struct journal *journal = open_journal(*state, 0, NULL);
    append_group(journal, "before", NULL);
    path_in(*state, 1, path);
    off_t good = size_of(path);
    struct rlimit limit, tight;
    struct journal_position lost;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight = limit;
    tight.rlim_cur = 4096;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_ok(journal_lock(journal, &why));
    append(journal, long_body, &lost);
    assert_ok(journal_sync_begin(journal, &why));
    journal_unlock(journal);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(size_of(path), good);
    assert_true(journal_position_compare(lost, journal_end(journal)) >= 0);
    struct fault told = {""};
    assert_int_equal(journal_lock(journal, &told), ERR_IO);
    assert_non_null(strstr(told.text, "make room"));
    append_group(journal, "after", NULL);
    assert_string_equal(contents(journal, text), "before,after,");
    journal_close(journal);
}

static void test_limits(void **state)
{
    struct journal *journal = NULL;
    struct journal_settings settings = {.directory = *state, .record_most = 4};
    char source[300];
    memset(source, 's', sizeof source);
    assert_ok(journal_open(&settings, &journal, NULL, &why));
    struct journal_record record = {JOURNAL_MESSAGE, 1, 1, {0}, SLICE("12345")};
    struct fault told;
    assert_int_equal(journal_append(journal, &record, NULL, &told), ERR_CONFLICT); /* no lock */
    assert_ok(journal_lock(journal, &why));
    assert_int_equal(journal_lock(journal, &told), ERR_CONFLICT);
    assert_int_equal(journal_append(journal, &record, NULL, &told), ERR_LIMIT);
    record = (struct journal_record){JOURNAL_TICK, 1, 1, {source, sizeof source}, {0}};
    assert_int_equal(journal_append(journal, &record, NULL, &told), ERR_LIMIT);
    assert_int_equal(journal_pending(journal), 0);
    journal_unlock(journal);
    journal_close(journal);
}

/* What is not synced is not there; dropping the lock drops it. */
static void test_unsynced_is_nothing(void **state)
{
    char text[1024];
    struct journal *journal = open_journal(*state, 0, NULL);
    assert_ok(journal_lock(journal, &why));
    append(journal, "never", NULL);
    assert_string_equal(contents(journal, text), "");
    journal_unlock(journal);
    assert_int_equal(journal_pending(journal), 0);
    append_group(journal, "first", NULL);
    assert_string_equal(contents(journal, text), "first,");
    journal_close(journal);
}

static void write_numbers(const char *directory, char who, unsigned count)
{
    struct journal *journal = open_journal(directory, 4096, NULL);
    for (unsigned i = 0; i < count; i++) {
        char body[16];
        (void)snprintf(body, sizeof body, "%c%u", who, i);
        append_group(journal, body, body);
    }
    journal_close(journal);
}

/* Two processes at once: each one's records are all there, in its order, and groups are not
 * mixed. */
static void test_two_processes(void **state)
{
    enum { COUNT = 300 };
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            write_numbers(*state, (char)('a' + i), COUNT);
            _exit(0);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct journal *journal = open_journal(*state, 4096, NULL);
    struct journal_position at = {0};
    struct journal_record record;
    unsigned seen[2] = {0, 0};
    bool found = false;
    for (;;) {
        assert_ok(journal_read(journal, &at, &record, &found, &why));
        if (!found)
            break;
        char body[16];
        unsigned who = record.body.ptr[0] == 'b';
        (void)snprintf(body, sizeof body, "%c%u", 'a' + (int)who, seen[who] / 2);
        assert_true(slice_eq(record.body, slice_of(body)));
        seen[who]++;
    }
    assert_int_equal(seen[0], 2 * COUNT);
    assert_int_equal(seen[1], 2 * COUNT);
    journal_close(journal);
}

/* Killed anywhere: whole groups, in order, and every one that was acknowledged. */
static void test_killed_writer(void **state)
{
    unsigned acknowledged_before = 0;
    for (int round = 0; round < 20; round++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct journal *journal = open_journal(*state, 16384, NULL);
            for (unsigned i = acknowledged_before;; i++) {
                char body[16];
                (void)snprintf(body, sizeof body, "%u", i);
                append_group(journal, body, "-");
                if (write(pipes[1], &i, sizeof i) != sizeof i)
                    _exit(1);
            }
        }
        unsigned last = 0;
        for (int i = 0; i <= 3 + round; i++)
            assert_int_equal(read(pipes[0], &last, sizeof last), sizeof last);
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        (void)close(pipes[1]);
        while (read(pipes[0], &last, sizeof last) == sizeof last)
            ;
        (void)close(pipes[0]);
        struct journal *journal = open_journal(*state, 16384, NULL);
        struct journal_position at = {0};
        struct journal_record record;
        unsigned next = 0;
        bool found = false;
        for (;;) {
            uint64_t number = 0;
            assert_ok(journal_read(journal, &at, &record, &found, &why));
            if (!found)
                break;
            assert_true(slice_to_u64(record.body, &number));
            assert_int_equal(number, next);
            assert_ok(journal_read(journal, &at, &record, &found, &why));
            assert_true(found && record.body.ptr[0] == '-');
            next++;
        }
        assert_true(next > last);
        acknowledged_before = next;
        journal_close(journal);
    }
}

static void test_read_only(void **state)
{
    char text[1024], path[512];
    struct fault told;
    struct journal *journal = open_journal(*state, 0, NULL);
    append_group(journal, "one", NULL);
    struct journal_settings settings = {.directory = *state, .read_only = true, .sync = true};
    struct journal *reader = NULL;
    assert_ok(journal_open(&settings, &reader, NULL, &why));
    assert_int_equal(journal_lock(reader, &told), ERR_DENIED);
    append_group(journal, "two", NULL);
    assert_string_equal(contents(reader, text), "one,two,");
    /* A torn tail is the end, and a reader leaves it alone. */
    path_in(*state, 1, path);
    int file = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(file, "torn", 4), 4);
    off_t size = size_of(path);
    assert_string_equal(contents(reader, text), "one,two,");
    assert_int_equal(size_of(path), size);
    /* Another process mends it when it next writes. */
    append_group(journal, "three", NULL);
    assert_int_equal(journal_last_repair(journal).torn_bytes, 4);
    assert_string_equal(contents(reader, text), "one,two,three,");
    struct stat facts;
    assert_int_equal(fstat(file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    (void)close(file);
    journal_close(reader);
    journal_close(journal);
}

static void test_newer_segment(void **state)
{
    char path[512];
    struct fault told;
    struct journal *journal = open_journal(*state, 0, NULL);
    append_group(journal, "one", NULL);
    journal_close(journal);
    path_in(*state, 1, path);
    int file = open(path, O_RDWR);
    assert_int_equal(pwrite(file, "\x02", 1, 8), 1);
    struct journal_settings settings = {.directory = *state};
    assert_int_equal(journal_open(&settings, &journal, NULL, &told), ERR_DENIED);
    assert_non_null(strstr(told.text, "has format 2"));
    assert_int_equal(pwrite(file, "\x01", 1, 8), 1);
    assert_int_equal(pwrite(file, "\x01", 1, 25), 1);
    assert_int_equal(journal_open(&settings, &journal, NULL, &told), ERR_CORRUPT);
    (void)close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_round_trip),
        place_test(test_torn_tail),
        place_test(test_damage_or_torn),
        place_test(test_body_that_looks_like_frames),
        place_test(test_rotation_and_retention),
        place_test(test_disk_full),
        place_test(test_disk_full_unheard),
        place_test(test_limits),
        place_test(test_unsynced_is_nothing),
        place_test(test_two_processes),
        place_test(test_killed_writer),
        place_test(test_read_only),
        place_test(test_newer_segment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
