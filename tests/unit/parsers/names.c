/* Domains, URLs and mailboxes in human words: where they stand, and which of them are accused. */
#include "parsers/name-mention.h"
#include "parsers/parser.h"
#include "tests/unit/parsers/check.h"

/* ---- where they stand ---- */

static const struct {
    const char *line;
    const char *found; /* "~" before what looks like a file's name, "@" before a mailbox */
} lines[] = {
    {"see https://shop.example/a?b=1.", "https://shop.example/a?b=1 "},
    {"hxxps[:]//shop[.]example/a hxxp://shop(.)example",
     "https://shop.example/a http://shop.example "},
    {"shop[.]example, SHOP.EXAMPLE; www.shop.example.",
     "shop.example SHOP.EXAMPLE www.shop.example "},
    {"(http://shop.example/a_(b)) <http://shop.example>",
     "http://shop.example/a_(b) http://shop.example "},
    {"http://a.example/x,http://b.example/y", "http://a.example/x http://b.example/y "},
    {"shop.example/login and shop.example:8443", "shop.example/login shop.example "},
    {"http://shop.example:8443/a", "http://shop.example:8443/a "},
    {"网站http://shop.example/login是钓鱼", "http://shop.example/login "},
    {"http://bücher.example/ xn--bcher-kva.example",
     "http://bücher.example/ xn--bcher-kva.example "},
    {"bob@desk.example <bob@[desk.example]>", "@bob@desk.example desk.example "},
    {"bob[@]desk[.]example", "@bob@desk.example "},
    {"index.php invoice.exe", "~index.php ~invoice.exe "},
    {"yesterday.Please e.g. i.e. T.Holm 1.2.3.4 v1.2.3", ""},
    {"/var/www/shop.example/x C:\\shop.example f.call(x)", ""},
    {"http://192.0.2.7/x.example", ""},
    {"... --. .-. a..b", ""},
    {"", ""},
};

static void names_are_found_where_they_stand(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct slice line = name_refang(&arena, slice_of(lines[i].line)), found = SLICE("");
        struct name_mention mention;
        for (size_t at = 0; name_mention_next(line, &at, &mention);)
            found = arena_printf(&arena, "%.*s%s%.*s ", SLICE_FMT(found),
                                 mention.form == NAME_MAILBOX ? "@"
                                 : mention.file_like          ? "~"
                                                              : "",
                                 SLICE_FMT(mention.text));
        assert_slice(found, lines[i].found);
    }
    arena_release(&arena);
}

/* ---- which are accused ---- */

static const struct {
    const char *subject, *body;
    const char *found; /* what is reported, and "(...)" of it; "?" nothing is */
} accused[] = {
    {"phishing", "The site hxxp://shop[.]example/login is a phishing page of our bank.",
     "http://shop.example/login "},
    {"spam", "I get spam that advertises pills.example, hosted by you.", "pills.example "},
    {"scam", "User bob@desk.example sends scam mails to us.", "desk.example "},
    {"C2", "evil[.]example is a command and control server of a botnet.", "evil.example "},
    {"phishing", "The page https://evil.example/ is up. Please take it down.",
     "https://evil.example/ "},
    {"phishing site hxxp://evil[.]example/", "Please have a look.", "http://evil.example/ "},
    {"phishing", "evil[.]example\nwicked[.]example\nhttps://fine.example/z",
     "evil.example wicked.example "},
    {"Phishing", "https://evil.example/x\n\nBitte abschalten.", "https://evil.example/x "},
    /* said beside an address, it is that one's */
    {"phishing", "https://evil.example/x -> 192.0.2.7\nPlease take it down.",
     "192.0.2.7 (https://evil.example/x) "},
    {"phishing", "evil[.]example. 300 IN A 192.0.2.7", "192.0.2.7 (evil.example) "},
    {"malware", "192.0.2.7\n192.0.2.8\nevil[.]example", "192.0.2.7 192.0.2.8 evil.example "},
    /* others that are named */
    {"phishing",
     "Take down the page https://evil.example/x now, it is on one of your hosts. Our own site "
     "is "
     "https://bank.example/",
     "https://evil.example/x "},
    {"phishing",
     "Please take down the page https://evil.example/x\n\nKind regards\nhttps://cert.example/",
     "https://evil.example/x "},
    {"phishing",
     "Please take down the page https://evil.example/x\n> page https://other.example/y",
     "https://evil.example/x "},
    {"phishing",
     "Please take down the page https://evil.example/x (see https://www.virustotal.com/gui/y)",
     "https://evil.example/x "},
    {"phishing",
     "Please take down the page https://evil.example/x\nLegitimate "
     "pages:\nhttps://bank.example/",
     "https://evil.example/x "},
    {"phishing", "Please take down the page https://www.b.example/x", "?"},
    {"phishing", "Please shut down the domain provider.example", "?"},
    {"spam",
     "Please stop it.\n\nReceived: from a.example (a.example [192.0.2.7]) by mx.b.example\n"
     "Subject: x\n\nVisit the site https://pills.example/",
     "192.0.2.7 "},
    {"phishing",
     "Brand: Bank (bank.example)\nPhishing URL: https://evil.example/x\nTake it down",
     "https://evil.example/x "},
    {"phishing",
     "Our users at www.bank.example get mails linking to https://evil.example/x. Please "
     "take the page down.",
     "https://evil.example/x "},
    {"spam", "192.0.2.7 sends spam to the mailbox bob@desk.example. Please stop this.",
     "192.0.2.7 "},
    {"spam", "User bob@desk.example sends us spam. Please see 198.51.100.9 too.", "?"},
    /* of those merely called a site none is meant where another one is accused */
    {"phishing",
     "The page https://evil.example/x is a phishing page, please take it down. Our policy is "
     "explained at https://policy.example/ and on https://wiki.example/faq.",
     "https://evil.example/x "},
    {"phishing",
     "Please take down the phishing page https://evil.example/x. People type their passwords "
     "there instead of on www.bank.example.",
     "https://evil.example/x "},
    {"phishing",
     "https://evil.example/x is a phishing page. After the password is entered it redirects to "
     "https://www.bank.example/. Please take it down.",
     "https://evil.example/x "},
    {"phishing",
     "https://evil.example/x is a phishing page, please take it down.\nURL: "
     "https://wicked.example/y",
     "https://evil.example/x https://wicked.example/y "},
    /* nor those that stand in the subject alone */
    {"Phishing of bank.example", "Please take down the page https://evil.example/bank/",
     "https://evil.example/bank/ "},
    {"Phishing at evil.example", "Please take it down.", "evil.example "},
    {"Counterfeit of shoes.example",
     "We act for www.shoes.example, which is our client's. Please take down the shop "
     "https://outlet.example/",
     "https://outlet.example/ "},
    {"phishing",
     "Our site www.bank.example was hacked: take down the page https://www.bank.example/x",
     "https://www.bank.example/x "},
    /* whom they imitate */
    {"phishing",
     "Bitte sperren: unter https://evil.example/ wird die Seite b-bank.example "
     "nachgeahmt.",
     "https://evil.example/ "},
    {"phishing",
     "Sui vostri server c'è la pagina di phishing https://evil.example/ che imita il sito "
     "www.banca.example. Vi preghiamo di rimuoverla.",
     "https://evil.example/ "},
    {"phishing",
     "Na Państwa serwerze jest strona phishingowa https://evil.example/ podszywająca się pod "
     "bank.example. Prosimy o jej usunięcie.",
     "https://evil.example/ "},
    {"フィッシング",
     "フィッシングサイト https://evil.example/ が公開されています。正規サイトは "
     "https://www.bank.example/ です。停止をお願いします。",
     "https://evil.example/ "},
    {"Фишинг",
     "На вашем сервере фишинговая страница https://evil.example/. Просим удалить.\n\n"
     "О нас: на сайте www.firma.example",
     "https://evil.example/ "},
    {"help",
     "I cannot log in to my account me@post.example since a phishing mail came. "
     "Please remove it.",
     "?"},
    /* what no site is accused of, and what is no complaint */
    {"Thanks", "Thank you for the quick removal of the phishing page at https://evil.example/",
     "?"},
    {"Danke", "Danke für die schnelle Abschaltung der Phishing-Seite https://evil.example/",
     "?"},
    {"brute force", "Please shut it down: https://evil.example/x", "?"},
    {"phishing", "I read about the site https://evil.example/x", "?"},
    {"hello", "Please take it down: hxxp://evil[.]example/", "?"},
    {"phishing", "The files invoice.exe and index.php. Please remove it", "?"},
    {"malware", "The file evidence.zip (malware) was in it. Please remove it", "?"},
    {"phishing", "Thanks, the site hxxp://evil[.]example/ is now offline.", "?"},
    {"Your account",
     "Fraud was seen. Verify it at https://evil.example/ or your account is lost.", "?"},
};

static struct slice places(const struct text_list *list, struct slice found,
                           struct arena *arena)
{
    for (size_t i = 0; i < list->count; i++)
        found = arena_printf(arena, "%.*s(%.*s) ", SLICE_FMT(found), SLICE_FMT(list->items[i]));
    return found;
}

static struct slice summary(const struct parse_result *result, struct arena *arena)
{
    struct slice found = SLICE("");
    if (result->verdict != VERDICT_REPORTS)
        return SLICE("?");
    for (const struct report *report = result->reports; report != NULL; report = report->next) {
        found = arena_printf(arena, "%.*s%.*s ", SLICE_FMT(found), SLICE_FMT(report->subject));
        if (report->subject_type != SUBJECT_ADDRESS)
            continue;
        found = places(&report->reported_domains, found, arena);
        found = places(&report->reported_uris, found, arena);
    }
    return found;
}

static void sites_are_accused_by_words(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(accused); i++) {
        struct parse_result result;
        struct slice raw = arena_printf(
            &arena, "From: a@b.example\nTo: abuse@provider.example\nSubject: %s\n\n%s\n",
            accused[i].subject, accused[i].body);
        parse_message(raw, &parse_settings_default, &arena, &result);
        struct slice found = summary(&result, &arena);
        if (!slice_eq(found, slice_of(accused[i].found)))
            fail_msg("%s | %s: %.*s, not %s (%.*s)", accused[i].subject, accused[i].body,
                     SLICE_FMT(found), accused[i].found, SLICE_FMT(result.reason));
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_where_they_stand),
        cmocka_unit_test(sites_are_accused_by_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
