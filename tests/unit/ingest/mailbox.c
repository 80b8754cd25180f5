/* Mailboxes: what mbox writers really write, and where mails begin and end. */
#include "ingest/mailbox.h"
#include "ingest/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define FROM "From a@b.example Mon Nov  2 10:00:00 2026\n"

struct box {
    const char *what;
    const char *text;
    const char *mails[4]; /* what comes out */
};

static const struct box boxes[] = {
    {"one", FROM "A: 1\n\nbody\n", {"A: 1\n\nbody\n"}},
    {"two", FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", {"A: 1\n\nx\n", "B: 2\n\ny\n"}},
    {"CRLF",
     "From a Mon Nov  2 10:00:00 2026\r\nA: 1\r\n\r\nx\r\n\r\nFrom a Mon Nov  2 10:00:01 "
     "2026\r\nB: 2\r\n\r\ny\r\n",
     {"A: 1\r\n\r\nx\r\n", "B: 2\r\n\r\ny\r\n"}},
    {"mboxrd quoting",
     FROM "A: 1\n\n>From x\n>>From y\n> From z\n",
     {"A: 1\n\nFrom x\n>From y\n> From z\n"}},
    {"From without a date is text",
     FROM "A: 1\n\nFrom the desk of Ann\n",
     {"A: 1\n\nFrom the desk of Ann\n"}},
    {"no empty line before From_",
     FROM "A: 1\n\nx\n" FROM "B: 2\n\ny\n",
     {"A: 1\n\nx\n", "B: 2\n\ny\n"}},
    {"mboxcl2: a From_ line inside",
     FROM "A: 1\nContent-Length: 46\n\nx\n\n" FROM "\n\n" FROM "B: 2\n\ny\n",
     {"A: 1\nContent-Length: 46\n\nx\n\n" FROM "\n", "B: 2\n\ny\n"}},
    {"a Content-Length that lies",
     FROM "A: 1\nContent-Length: 9\n\nx\n\n" FROM "B: 2\n\ny\n",
     {"A: 1\nContent-Length: 9\n\nx\n", "B: 2\n\ny\n"}},
    {"a Content-Length beyond the end",
     FROM "Content-Length: 99999\n\nx\n\n" FROM "B: 2\n\ny\n",
     {"Content-Length: 99999\n\nx\n", "B: 2\n\ny\n"}},
    {"empty ones are none", FROM "\n" FROM "\n" FROM "B: 2\n\ny", {"B: 2\n\ny"}},
    {"no last line break", FROM "A: 1\n\nbody", {"A: 1\n\nbody"}},
    {"other From_ dates",
     "From - Mon, 2 Nov 2026 10:00:00 +0000\nA: 1\n\nx\n\nFrom MAILER-DAEMON Mon Nov  2 10:00 "
     "CET 2026\nB: 2\n",
     {"A: 1\n\nx\n", "B: 2\n"}},
    {"head without end", FROM "A: 1", {"A: 1"}},
};

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/unit-mailbox-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int drop_folder(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* NOLINT(cert-env33-c): a path of our own making */
}

static const char *below(const char *name, char path[128])
{
    (void)snprintf(path, 128, "%s/%s", folder, name);
    return path;
}

static struct mailbox *open_box(const char *path, const struct mailbox_settings *settings)
{
    struct mailbox *mailbox = NULL;
    struct fault why = {""};
    if (mailbox_open(path, settings, &mailbox, &why) != OK)
        fail_msg("%s", why.text);
    return mailbox;
}

static void expect_box(const struct box *box, const char *path, enum mailbox_type type)
{
    struct mailbox *mailbox = open_box(path, &(struct mailbox_settings){0});
    struct fault why = {""};
    struct mail mail;
    bool found = true;
    assert_int_equal(mailbox_type(mailbox), type);
    for (size_t i = 0; i < 4 && box->mails[i] != NULL; i++) {
        assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
        if (!found || !slice_eq(mail.bytes, slice_of(box->mails[i])))
            fail_msg("%s: mail %zu is \"%.*s\"", box->what, i, found ? (int)mail.bytes.len : 6,
                     found ? mail.bytes.ptr : "(none)");
        assert_int_equal(mail.number, i);
    }
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
    if (found)
        fail_msg("%s: one more: \"%.*s\"", box->what, (int)mail.bytes.len, mail.bytes.ptr);
    mailbox_close(mailbox);
}

static void dialects(void **state)
{
    (void)state;
    char path[128];
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        write_file(below("box", path), boxes[i].text, strlen(boxes[i].text));
        expect_box(&boxes[i], path, MAILBOX_MBOX);
        gzFile zipped = gzopen(below("box.gz", path), "wb");
        assert_non_null(zipped);
        assert_int_equal(gzwrite(zipped, boxes[i].text, (unsigned)strlen(boxes[i].text)),
                         strlen(boxes[i].text));
        assert_int_equal(gzclose(zipped), Z_OK);
        expect_box(&boxes[i], path, MAILBOX_MBOX);
    }
}

/* Mails larger than the window, and one beyond the limit between two good ones. */
static void sizes(void **state)
{
    (void)state;
    char path[128];
    struct fault why = {""};
    struct mail mail;
    bool found = false;
    FILE *file = fopen(below("big", path), "wb");
    assert_non_null(file);
    for (int number = 0; number < 3; number++) {
        (void)fprintf(file, FROM "N: %d\n\n", number);
        for (int line = 0; line < (number == 1 ? 40000 : 9000); line++)
            (void)fprintf(file, "%078d\n", line);
        (void)fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    struct mailbox *mailbox =
        open_box(path, &(struct mailbox_settings){.mail_most = (size_t)1 << 20});
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
    assert_int_equal(mail.bytes.len, 6 + 9000 * 79);
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), ERR_LIMIT);
    assert_non_null(strstr(why.text, "mail 2 is longer than 1 MiB"));
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
    assert_true(found && slice_starts_with(mail.bytes, SLICE("N: 2\n")));
    assert_int_equal(mail.bytes.len, 6 + 9000 * 79);
    assert_int_equal(mail.number, 2);
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
    assert_false(found);
    mailbox_close(mailbox);
}

static void a_gzip_that_breaks_off(void **state)
{
    (void)state;
    char path[128];
    unsigned char bytes[4096];
    struct fault why = {""};
    struct mail mail;
    bool found = false;
    gzFile zipped = gzopen(below("cut.gz", path), "wb");
    assert_non_null(zipped);
    for (int number = 0; number < 50; number++)
        assert_true(gzprintf(zipped, FROM "N: %d\n\n%d\n\n", number, number * 7919 % 1009) > 0);
    assert_int_equal(gzclose(zipped), Z_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    write_file(path, bytes, size / 2);
    struct mailbox *mailbox = open_box(path, &(struct mailbox_settings){0});
    unsigned mails = 0, faults = 0;
    do {
        enum status status = mailbox_next(mailbox, &mail, &found, &why);
        faults += status == ERR_MALFORMED;
        mails += status == OK && found;
        found = found || status != OK;
    } while (found && mails + faults < 100);
    assert_int_equal(faults, 1);
    assert_in_range(mails, 5, 49);
    mailbox_close(mailbox);
}

/* "At: 17" in the head. */
static int64_t arrival(struct slice head)
{
    uint64_t number = 0;
    ptrdiff_t at = slice_find(head, SLICE("At: "));
    struct slice rest = slice_from(head, at < 0 ? head.len : (size_t)at + 4), line;
    return slice_next_line(&rest, &line) && slice_to_u64(line, &number) ? (int64_t)number : 0;
}

static void put(const char *name, const char *text)
{
    char path[128];
    write_file(below(name, path), text, strlen(text));
}

static void expect_order(const char *const *paths, size_t count, const char *want)
{
    struct merge *merge = NULL;
    struct fault why = {""};
    struct mail mail;
    char got[64] = "";
    bool found = false;
    size_t from = 0;
    assert_int_equal(
        merge_open(paths, count, &(struct mailbox_settings){.arrival = arrival}, &merge, &why),
        OK);
    int64_t before = 0;
    while (merge_next(merge, &mail, &from, &found, &why) == OK && found) {
        strncat(got, mail.bytes.ptr, 1);
        assert_true(mail.arrived >= before);
        before = mail.arrived;
    }
    assert_string_equal(got, want);
    merge_close(merge);
}

static void folders_by_arrival(void **state)
{
    (void)state;
    char maildir[128], eml[128], mbox[128], path[128];
    assert_int_equal(mkdir(below("md", maildir), 0700), 0);
    assert_int_equal(mkdir(below("md/new", path), 0700), 0);
    assert_int_equal(mkdir(below("md/cur", path), 0700), 0);
    put("md/new/1000000009.a", "c\nAt: 30\n\n");
    put("md/cur/1000000001.b:2,S", "a\nAt: 10\n\n");
    put("md/cur/.hidden", "x\n\n");
    assert_int_equal(mkdir(below("eml", eml), 0700), 0);
    put("eml/2.eml", "b\nAt: 20\n\n");
    put("eml/1.eml", "d\nAt: 40\n\n");
    put("eml/0.eml", "z\nno date\n\n");
    put("eml/1.expect.json", "{}");
    put("mbox", FROM "m\nAt: 25\n\n\n" FROM "n\nAt: 5\n\n\n" FROM "o\nAt: 35\n\n");
    below("mbox", mbox);
    expect_order((const char *const[]){maildir}, 1, "ac");
    expect_order((const char *const[]){eml}, 1, "bdz");
    expect_order((const char *const[]){maildir, eml, mbox}, 3, "abmncodz");
}

/* Folders in folders, of every kind; what is no mail is passed over, and so is a link that
 * would lead round in circles. */
static void folders_in_folders(void **state)
{
    (void)state;
    static const char *const folders[] = {
        "tree",        "tree/a",      "tree/a/b",     "tree/md",          "tree/md/new",
        "tree/md/cur", "tree/md/tmp", "tree/md/.Sub", "tree/md/.Sub/new", "tree/md/.Sub/cur",
        "tree/.git",   "empty",       "empty/inner"};
    char path[128], target[128];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        assert_int_equal(mkdir(below(folders[i], path), 0700), 0);
    put("tree/1.eml", "a\nAt: 10\n\n");
    put("tree/a/2.eml", "c\nAt: 30\n\n");
    put("tree/a/b/7", "b\nAt: 20\n\n");
    put("tree/md/new/1000000009.a", "e\nAt: 50\n\n");
    put("tree/md/cur/1000000009.b:2,", "d\nAt: 40\n\n");
    put("tree/md/tmp/1000000009.c", "x\nAt: 1\n\n");
    put("tree/md/.Sub/cur/1000000009.d:2,S", "f\nAt: 60\n\n");
    put("tree/.git/HEAD", "y\nAt: 1\n\n");
    put("tree/notes.txt", "z\n\n");
    put("empty/inner/notes.txt", "z\n\n");
    assert_int_equal(symlink("..", below("tree/a/up", path)), 0);
    expect_order((const char *const[]){below("tree", path)}, 1, "abcdef");
    expect_order((const char *const[]){below("tree/md", path)}, 1, "def");
    assert_int_equal(symlink(below("tree/1.eml", target), below("tree/a/link", path)), 0);
    expect_order((const char *const[]){below("tree/a", path)}, 1, "abc");
    struct mailbox *mailbox = NULL;
    struct fault why = {""};
    assert_int_equal(
        mailbox_open(below("empty", path), &(struct mailbox_settings){0}, &mailbox, &why),
        ERR_MALFORMED);
    assert_non_null(strstr(why.text, "no mails in this folder"));
}

static void what_a_file_is(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool document;
    } files[] = {
        {"a.eml", "{\"odd\": 1}", false},
        {"b", "Subject: x\n\ny", false},
        {"c.json", "{}", true},
        {"d", "  [1]", true},
        {"e.csv", "a: b", true},
        {"f", "\"timestamp\",\"ip\"\n", true},
        {"g.yaml", "Reported-From: x\n", true},
        {"h", "Received: from x\n", false},
        {"i", ">From x\nA: 1\n", false},
        {"j.eml", "", false},
        {"k", "\r\r\r", false},
    };
    char path[128];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct mail mail;
        struct fault why = {""};
        bool found = false;
        write_file(below(files[i].name, path), files[i].text, strlen(files[i].text));
        struct mailbox *mailbox = open_box(path, &(struct mailbox_settings){0});
        assert_int_equal(mailbox_type(mailbox), MAILBOX_SINGLE);
        assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
        if (!found || mail.document != files[i].document)
            fail_msg("%s is %sa document", files[i].name, mail.document ? "" : "not ");
        assert_true(slice_eq(mail.bytes, slice_of(files[i].text)));
        mailbox_close(mailbox);
    }
}

/* An mbox that somebody has read out. */
static void an_empty_file_has_no_mail(void **state)
{
    (void)state;
    char path[128];
    struct fault why = {""};
    struct mail mail;
    bool found = true;
    write_file(below("read-out", path), "", 0);
    struct mailbox *mailbox = open_box(path, &(struct mailbox_settings){0});
    assert_int_equal(mailbox_next(mailbox, &mail, &found, &why), OK);
    assert_false(found);
    mailbox_close(mailbox);
}

static void what_is_not_there(void **state)
{
    (void)state;
    struct mailbox *mailbox = NULL;
    struct fault why = {""};
    char path[128];
    assert_int_equal(
        mailbox_open(below("none", path), &(struct mailbox_settings){0}, &mailbox, &why),
        ERR_IO);
    assert_non_null(strstr(why.text, "none: No such file"));
    assert_int_equal(mkfifo(below("fifo", path), 0600), 0);
    assert_int_equal(mailbox_open(path, &(struct mailbox_settings){0}, &mailbox, &why), ERR_IO);
    assert_non_null(strstr(why.text, "not a regular file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects),
        cmocka_unit_test(sizes),
        cmocka_unit_test(a_gzip_that_breaks_off),
        cmocka_unit_test(folders_by_arrival),
        cmocka_unit_test(folders_in_folders),
        cmocka_unit_test(what_a_file_is),
        cmocka_unit_test(an_empty_file_has_no_mail),
        cmocka_unit_test(what_is_not_there),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
