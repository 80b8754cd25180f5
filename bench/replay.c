/* End to end: mailbox → parse → journal with fdatasync → correlate → LMDB, against the least
 * that any such program must do with the same bytes: read them, look at every line, append
 * each mail to a file, and fdatasync the same groups of 64. Both in the same run,
 * alternated, five times; the median counts.
 *
 *     bench/mailbox.py 20000 mbox inventory && bench-replay mbox inventory [FOLDER]
 *
 * TSV: what, mails, seconds, mails a second; then the ratio. */
#include "app/replay.h"
#include "app/interrupt.h"
#include "app/letters.h"
#include "ingest/mailbox.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5
#define GROUP  64

static void check(enum status status, const struct fault *why)
{
    if (status == OK)
        return;
    (void)fprintf(stderr, "bench-replay: %s\n", why->text);
    exit(1);
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_size);
    return values[ROUNDS / 2];
}

static size_t lines_of(struct slice bytes)
{
    size_t lines = 0;
    for (const char *at = bytes.ptr, *end = at + bytes.len; at < end; lines++) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed == NULL ? end : feed + 1;
    }
    return lines;
}

static void write_group(int fd, struct buffer *group)
{
    struct slice rest = buffer_slice(group);
    while (rest.len > 0) {
        ssize_t written = write(fd, rest.ptr, rest.len);
        if (written <= 0) {
            perror("write");
            exit(1);
        }
        rest = slice_from(rest, (size_t)written);
    }
    if (fdatasync(fd) != 0) {
        perror("fdatasync");
        exit(1);
    }
    buffer_clear(group);
}

static double bare(const char *mbox, const char *folder, uint64_t *mails)
{
    char path[4096];
    struct mailbox *mailbox = NULL;
    struct mailbox_settings settings = {0};
    struct fault why;
    struct buffer group = BUFFER_INIT;
    size_t lines = 0;
    unsigned pending = 0;
    (void)snprintf(path, sizeof path, "%s/bare", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    double begun = seconds();
    check(mailbox_open(mbox, &settings, &mailbox, &why), &why);
    for (*mails = 0;; (*mails)++) {
        struct mail mail;
        bool found = false;
        check(mailbox_next(mailbox, &mail, &found, &why), &why);
        if (!found)
            break;
        lines += lines_of(mail.bytes);
        buffer_add(&group, mail.bytes);
        if (++pending % GROUP == 0)
            write_group(fd, &group);
    }
    write_group(fd, &group);
    double taken = seconds() - begun;
    mailbox_close(mailbox);
    buffer_release(&group);
    (void)close(fd);
    (void)unlink(path);
    if (lines == 0)
        exit(1);
    return taken;
}

static struct slice read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buffer text = BUFFER_INIT;
    char block[65536];
    size_t got = 0;
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        buffer_add(&text, (struct slice){block, got});
    (void)fclose(file);
    return buffer_slice(&text);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *place)
{
    (void)about;
    (void)type;
    (void)place;
    return remove(path);
}

static double whole(const char *mbox, struct slice inventory, const char *folder,
                    const struct config *config, uint64_t *mails, uint64_t *cases)
{
    char path[4096];
    struct store *store = NULL;
    struct fault why;
    struct replay_summary summary;
    struct arena arena = ARENA_INIT;
    struct interrupt at_once = {.caught = SIGINT};
    struct replay_settings settings = {.config = config,
                                       .inventory = inventory,
                                       .inventory_name = "inventory",
                                       .mailboxes = &mbox,
                                       .mailbox_count = 1,
                                       .until = 86400, /* not their cases' end weeks later */
                                       .interrupt = &at_once};
    (void)snprintf(path, sizeof path, "%s/store", folder);
    struct store_settings where = {.directory = path, .create = true};
    check(letters_for_replay(config, &arena, &settings.letters, &why), &why);
    check(store_open(&where, &store, &why), &why);
    /* Stopped before the first mail: what is imported by then is not measured. */
    if (replay_run(store, &settings, &summary, &why) != ERR_CONFLICT || summary.mails > 0)
        exit(1);
    settings.interrupt = NULL;
    double begun = seconds();
    check(replay_run(store, &settings, &summary, &why), &why);
    double taken = seconds() - begun;
    struct txn *txn = NULL;
    struct store_state state;
    check(txn_begin(store, false, &txn, &why), &why);
    store_get_state(txn, &state);
    txn_abort(txn);
    *mails = summary.mails;
    *cases = state.next_case - 1;
    store_close(store);
    arena_release(&arena);
    if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
        exit(1);
    return taken;
}

int main(int argc, char **argv)
{
    static const char text[] =
        "[intake]\nown-networks = 2001:db8::/32\ntrusted-authserv = mx.provider.example\n";
    struct arena arena = ARENA_INIT;
    struct config config = {0};
    struct fault why;
    double of_bare[ROUNDS], of_whole[ROUNDS];
    uint64_t mails = 0, cases = 0, read = 0;
    char folder[] = "/tmp/bench-replay-XXXXXX";
    if (argc < 3 || argc > 4) {
        (void)fprintf(stderr, "usage: bench-replay MBOX INVENTORY [FOLDER]\n");
        return 2;
    }
    const char *where = argc == 4 ? argv[3] : mkdtemp(folder);
    struct slice inventory = read_all(argv[2]);
    check(config_parse((struct slice){text, sizeof text - 1}, "bench", &arena, &config, &why),
          &why);
    for (int round = 0; round < ROUNDS; round++) {
        of_bare[round] = bare(argv[1], where, &read);
        of_whole[round] = whole(argv[1], inventory, where, &config, &mails, &cases);
    }
    double b = median(of_bare), w = median(of_whole);
    (void)printf("what\tmails\tseconds\tmails/s\n");
    (void)printf("bare\t%llu\t%.3f\t%.0f\n", (unsigned long long)read, b, (double)read / b);
    (void)printf("replay\t%llu\t%.3f\t%.0f\n", (unsigned long long)mails, w, (double)mails / w);
    (void)printf("ratio\t%llu cases\t\t%.2f\n", (unsigned long long)cases, b / w);
    if (argc == 3)
        (void)rmdir(where);
    free((void *)(uintptr_t)inventory.ptr);
    arena_release(&arena);
    return mails == read ? 0 : 1;
}
