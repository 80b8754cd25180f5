/* The data files that say how words, tables and notices are read: every fault names file and
 * line, and what to do. */
#include "parsers/feed.h"
#include "parsers/notices.h"
#include "parsers/vocabulary.h"
#include "tests/unit/parsers/check.h"

#include <stdio.h>
#include <stdlib.h>

struct fault_case {
    const char *text;
    const char *fault; /* part of it; NULL: the text is fine */
};

typedef enum status (*reader_fn)(struct slice text, struct arena *arena, struct fault *why);

static void check_faults(const struct fault_case *cases, size_t count, reader_fn read)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = ARENA_INIT;
        struct fault why = {""};
        enum status status = read(slice_of(cases[i].text), &arena, &why);
        if (cases[i].fault == NULL && status != OK)
            fail_msg("%s: %s", cases[i].text, why.text);
        if (cases[i].fault != NULL &&
            (status != ERR_MALFORMED || strstr(why.text, cases[i].fault) == NULL))
            fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].text, why.text, cases[i].fault);
        arena_release(&arena);
    }
}

static enum status read_words(struct slice text, struct arena *arena, struct fault *why)
{
    struct vocabulary *words = NULL;
    return vocabulary_read(text, "words.ini", vocabulary_default(), arena, &words, why);
}

static enum status read_feeds(struct slice text, struct arena *arena, struct fault *why)
{
    struct feeds *feeds = NULL;
    return feeds_read(text, "feeds.ini", feeds_default(), arena, &feeds, why);
}

static enum status read_notices(struct slice text, struct arena *arena, struct fault *why)
{
    struct notices *notices = NULL;
    return notices_read(text, "notices.ini", notices_default(), arena, &notices, why);
}

static void vocabulary_faults(void **state)
{
    (void)state;
    static const struct fault_case cases[] = {
        {"", NULL},
        {"; a remark\n[x]\nssh = connection/login_attack\n", NULL},
        {"[x]\nssh = connection / login_attack\n", NULL},
        {"ssh = connection/login_attack\n", "words.ini:1: \"ssh\" stands before any [family]"},
        {"[x]\n\nssh = connection\n", "words.ini:3: [x] ssh = connection: no XARF v4"},
        {"[x]\nssh = connection/nonsense\n", "write it as messaging/spam"},
        {"[x]\nssh\n", "words.ini:2: this is neither [section] nor key = value"},
        {"[x]\nssh = connection/ddos\nSSH = connection/ddos\n", "[x] ssh is given twice"},
        {"[x]\na_b = connection/ddos\nA B = connection/ddos\n", "[x] a-b is given twice"},
    };
    check_faults(cases, COUNT(cases), read_words);
}

static void feed_faults(void **state)
{
    (void)state;
    static const struct fault_case cases[] = {
        {"", NULL},
        {"[f]\nsource = ip\ntype = messaging/spam\n", NULL},
        {"[f]\nsource = ip,\n    address\nword = a\nseparator = tab\n", NULL},
        {"[f]\nurl = u\nword = a\n", NULL},
        {"source = ip\n", "feeds.ini:1: \"source\" stands in no [section]"},
        {"[f]\nsource = ip\n", "feeds.ini: [f] has neither type nor word"},
        {"[f]\nword = a\n", "feeds.ini: [f] names no column for an address"},
        {"[f]\ntype = spam\n", "feeds.ini:2: [f] type = spam: no XARF v4 category/type"},
        {"[f]\nseparator = dash\n",
         "separator = dash: it is one of comma, semicolon, pipe, tab"},
        {"[f]\nsorce = ip\n", "feeds.ini:2: [f] sorce = ip: unknown key; there are files"},
        {"[f]\nnonsense\n", "feeds.ini:2: this is neither [section] nor key = value"},
    };
    check_faults(cases, COUNT(cases), read_feeds);
}

static void notice_faults(void **state)
{
    (void)state;
    static const struct fault_case cases[] = {
        {"", NULL},
        {"[n]\nfrom = b.example\nline = <source>\n", NULL},
        {"[n]\nsubject = <source>\n", NULL},
        {"[n]\ntext = hey\nline = <url>\ninstant = no\n", NULL},
        {"line = <source>\n", "notices.ini:1: \"line\" stands in no [section]"},
        {"[n]\nline = <source>\n", "[n] would fit every mail: give it from, subject or text"},
        {"[n]\nfrom = b.example\n", "[n] names nobody"},
        {"[n]\nfrom = b.example\nline = <time>\n", "[n] names nobody"},
        {"[n]\nfrom = b.example\nline = <source><time>\n",
         "notices.ini:3: [n] line = <source><time>: two facts follow each other"},
        {"[n]\nline = <sauce>\n", "there is no such fact; there are source"},
        {"[n]\nline = a <sauce>\n", "there is no such fact; there are source"},
        {"[n]\nline =\n", "it is empty"},
        {"[n]\nline = <-> <-> <-> <-> <-> <-> <-> <-> <-> <-> <-> <-> <->\n",
         "it has too many facts"},
        {"[n]\ntype = spam\n", "notices.ini:2: [n] type = spam: no XARF v4 category/type"},
        {"[n]\ninstant = perhaps\n", "it is yes or no"},
        {"[n]\nsorce = ip\n", "notices.ini:2: [n] sorce = ip: unknown key; there are from"},
        {"[n]\nnonsense\n", "notices.ini:2: this is neither [section] nor key = value"},
    };
    check_faults(cases, COUNT(cases), read_notices);
}

static void words_found(void **state)
{
    (void)state;
    static const struct {
        const char *family, *word, *type;
    } cases[] = {
        {"x-arf", "login-attack", "login_attack"},
        {"x-arf", " Login_Attack ", "login_attack"},
        {"nobody", "SSH", "login_attack"},      /* of [any] */
        {"x-arf", "private", "reconnaissance"}, /* of its own family */
        {"nobody", "private", NULL},            /* not of another's */
        {"mine", "ssh", "port_scan"},           /* the site's own comes first */
        {"mine", "phishing", "phishing"},
        {"x-arf", "", NULL},
        {"x-arf", "no such word", NULL},
    };
    struct arena arena = ARENA_INIT;
    struct vocabulary *words = NULL;
    struct fault why = {""};
    assert_int_equal(vocabulary_read(SLICE("[mine]\nssh = connection/port_scan\n"), "w",
                                     vocabulary_default(), &arena, &words, &why),
                     OK);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct xarf_type *type =
            vocabulary_find(words, slice_of(cases[i].family), slice_of(cases[i].word));
        if ((type == NULL) != (cases[i].type == NULL) ||
            (type != NULL && strcmp(type->type, cases[i].type) != 0))
            fail_msg("%s %s: %s", cases[i].family, cases[i].word,
                     type == NULL ? "nothing" : type->type);
    }
    arena_release(&arena);
}

static void feed_names(void **state)
{
    (void)state;
    static const struct {
        const char *files, *name;
        bool fits;
    } cases[] = {
        {"*scan_*", "2026-11-12-scan_dns-example.csv", true},
        {"*scan_*", "2026-11-12-SCAN_DNS-example.csv.zip", true},
        {"*scan_*", "../../2026-11-12-scan_dns-example.csv", true},
        {"*scan_dns", "scan_dns.csv.gz", true},
        {"*scan_dns", "scan_dnsx", false},
        {"report.json", "report.json", true},
        {"*", "", false},
        {"events_*, x", "x.txt", true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = ARENA_INIT;
        struct feeds *feeds = NULL;
        struct fault why = {""};
        size_t cursor = 0;
        struct slice text = arena_printf(
            &arena, "[f]\nsource = ip\ntype = messaging/spam\nfiles = %s\n", cases[i].files);
        assert_int_equal(feeds_read(text, "f", NULL, &arena, &feeds, &why), OK);
        const struct feed *feed = feeds_next(feeds, &cursor);
        if (feed_fits_name(feed, slice_of(cases[i].name)) != cases[i].fits)
            fail_msg("%s: %s", cases[i].files, cases[i].name);
        assert_null(feeds_next(feeds, &cursor));
        arena_release(&arena);
    }
}

static void notice_senders(void **state)
{
    (void)state;
    static const struct {
        const char *mailbox;
        bool is;
    } cases[] = {
        {"a@b.example", true},      {"a@x.b.example", true}, {"a@B.EXAMPLE", true},
        {"a@notb.example", false},  {"b.example", false},    {"", false},
        {"a@b.example.org", false}, {"a@c.example", true},
    };
    struct arena arena = ARENA_INIT;
    struct notices *notices = NULL;
    struct fault why = {""};
    size_t cursor = 0;
    assert_int_equal(notices_read(SLICE("[n]\nfrom = b.example, c.example\nline = <source>\n"),
                                  "n", NULL, &arena, &notices, &why),
                     OK);
    const struct notice *notice = notices_next(notices, &cursor);
    for (size_t i = 0; i < COUNT(cases); i++)
        if (notice_is_from(notice, slice_of(cases[i].mailbox)) != cases[i].is)
            fail_msg("%s", cases[i].mailbox);
    arena_release(&arena);
}

static void lines_matched(void **state)
{
    (void)state;
    static const struct {
        const char *template, *line;
        const char *facts; /* "source=192.0.2.7 time=…"; NULL: does not fit */
    } cases[] = {
        {"<source>", "192.0.2.7", "192.0.2.7"},
        {"<source>", " 192[.]0[.]2[.]7\t", "192[.]0[.]2[.]7"},
        {"<source>", "192.0.2.7 is bad", NULL},
        {"<source>", "nobody", NULL},
        {"IPv6 <source>", "ipv6   2001:db8::1", "2001:db8::1"},
        {"<source> (<word>)", "192.0.2.0/24 (H)", "192.0.2.0/24|H"},
        {"<source> (<word>)", "192.0.2.7 (H", NULL},
        {"<source> (<word>)", "192.0.2.7 ()", NULL},
        {"<source> <-> <-> <->h/<-> <count> <count>", "192.0.2.7 Nov 13 22h/0   3  1",
         "192.0.2.7|3|1"},
        {"<source> <-> <-> <->h/<-> <count> <count>", "192.0.2.7 Nov 13 22h/0   3  x", NULL},
        {"<*> at <time>,<*>", "at home at work at 2026-11-14 10:00:00 UTC, ok",
         "2026-11-14 10:00:00 UTC"},
        {"<*> at <time>,<*>", "at home at work at noon, ok", NULL},
        {"<url> is <source>; <time>",
         "http://a.example/ is 192.0.2.7; Sat, 14 Nov 2026 00:29:00 +0000",
         "http://a.example/|192.0.2.7|Sat, 14 Nov 2026 00:29:00 +0000"},
        {"hosts: <sources>. Please", "hosts: 192.0.2.7, 192.0.2.8. Please",
         "192.0.2.7, 192.0.2.8"},
        {"hosts: <sources>", "hosts: 192.0.2.7 and [2001:db8::7].",
         "192.0.2.7 and [2001:db8::7]."},
        {"hosts: <sources>", "hosts: 192.0.2.7, none", NULL},
        {"hosts: <sources>", "hosts: and", NULL},
        {"<count> email on <victim> has <*>", "1 email on b.example has been", "1|b.example"},
        {"a <*>", "a ", NULL},
        {"a<*>", "a", ""},
        {"port <port>", "port 65536", NULL},
        {"port <port>", "port 65535", "65535"},
        {"(<cve>)", "(CVE-2026-1)", "CVE-2026-1"},
        {"(<cve>)", "(CWE-2026-1)", NULL},
        {"x", "", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = ARENA_INIT;
        struct notice_template template;
        struct line_facts facts;
        char got[256] = "";
        const char *wrong = template_read(slice_of(cases[i].template), &arena, &template);
        if (wrong != NULL)
            fail_msg("%s: %s", cases[i].template, wrong);
        bool fits = template_match(&template, slice_of(cases[i].line), &facts);
        for (size_t k = 0; fits && k < facts.count; k++)
            (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s",
                           k == 0 ? "" : "|", SLICE_FMT(facts.items[k].text));
        if (fits != (cases[i].facts != NULL) || (fits && strcmp(got, cases[i].facts) != 0))
            fail_msg("%s: %s: %s", cases[i].template, cases[i].line,
                     fits ? got : "does not fit");
        arena_release(&arena);
    }
}

/* Left to itself, inih breaks a long line in two and takes the rest for a setting. */
static void long_lines(void **state)
{
    (void)state;
    static const reader_fn readers[] = {read_words, read_feeds, read_notices};
    char text[9000];
    for (size_t i = 0; i < COUNT(readers); i++) {
        struct arena arena = ARENA_INIT;
        struct fault why = {""};
        memset(text, 'a', sizeof text);
        memcpy(text, "\n[f]\n", 5);
        assert_int_equal(readers[i]((struct slice){text, sizeof text}, &arena, &why),
                         ERR_MALFORMED);
        assert_non_null(strstr(why.text, ".ini:3: this is longer than 8190 octets"));
        assert_int_equal(readers[i]((struct slice){"[f]\na\0b = c\n", 13}, &arena, &why),
                         ERR_MALFORMED);
        assert_non_null(
            strstr(why.text, ".ini:2: this is longer than 8190 octets, or not text"));
        arena_release(&arena);
    }
    struct arena arena = ARENA_INIT;
    struct fault why = {""};
    struct vocabulary *words = NULL;
    assert_int_equal(
        vocabulary_read(arena_printf(&arena, "[f]\nssh =%400s\n", "messaging/spam"), "x",
                        vocabulary_default(), &arena, &words, &why),
        OK);
    assert_non_null(vocabulary_find(words, SLICE("f"), SLICE("ssh")));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vocabulary_faults), cmocka_unit_test(long_lines),
        cmocka_unit_test(feed_faults),       cmocka_unit_test(notice_faults),
        cmocka_unit_test(words_found),       cmocka_unit_test(feed_names),
        cmocka_unit_test(notice_senders),    cmocka_unit_test(lines_matched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
