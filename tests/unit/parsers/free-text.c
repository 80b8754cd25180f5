/* Mail in human words: where addresses stand, which roles they have there, when it was, what
 * is believed. */
#include "parsers/free-text.h"

#include "base/buffer.h"
#include "base/moment.h"
#include "parsers/forwarded.h"
#include "parsers/free-text-rules.h"
#include "parsers/free-text-time.h"
#include "parsers/free-text-words.h"
#include "parsers/html-text.h"
#include "parsers/mention.h"
#include "tests/unit/parsers/check.h"

#include <stdio.h>

/* ---- where addresses stand ---- */

static const struct {
    const char *text;
    const char *found; /* those that stand by themselves; "~" before one end of a range */
} places[] = {
    {"192.0.2.7", "192.0.2.7 "},
    {"(192.0.2.7), [192.0.2.8]; <192.0.2.9>.", "192.0.2.7 192.0.2.8 192.0.2.9 "},
    {"from 192.0.2.7.", "192.0.2.7 "},
    {"IP:192.0.2.7", "192.0.2.7 "},
    {"http://192.0.2.7/x", "192.0.2.7 "},
    {"192[.]0[.]2[.]7 192(.)0(.)2(.)8 192[dot]0[DOT]2[dot]9", "192.0.2.7 192.0.2.8 192.0.2.9 "},
    {"2001[:]db8[:][:]7", "2001:db8::7 "},
    {"192{.}0{.}2{.}7 192\\.0\\.2\\.8 192 [.] 0 [.] 2 [.] 9", "192.0.2.7 192.0.2.8 192.0.2.9 "},
    {"2001[:]db8[::]7 [::]:22", "2001:db8::7 "},
    {"[2001:db8::7]:443", "2001:db8::7 "},
    {"2001:db8::7: x", "2001:db8::7 "},
    {"[IPv6:2001:db8::7] source:2001:db8::8", "2001:db8::7 2001:db8::8 "},
    {"::ffff:192.0.2.7", "192.0.2.7 "},
    {"192.0.2.0/24 192.0.2.7/32 2001:db8::/32", "~192.0.2.0 192.0.2.7 ~2001:db8:: "},
    {"192.0.2.1-192.0.2.9", "~192.0.2.1 ~192.0.2.9 "},
    {"192.0.2.1 - 192.0.2.9", "~192.0.2.1 ~192.0.2.9 "},
    {"192.0.2.0 to 192.0.2.255", "~192.0.2.0 192.0.2.255 "},
    {"from 192.0.2.7 to 192.0.2.9", "192.0.2.7 192.0.2.9 "},
    {"- 192.0.2.7 - spam", "192.0.2.7 "},
    {"7.2.0.192.in-addr.arpa", ""},
    {"7.2.0.192.bl.example", ""},
    {"h.192.0.2.7.example", ""},
    {"ip-192.0.2.7.example", ""},
    {"Chrome/1.2.3.4 v1.2.3.4 x1.2.3.4", ""},
    {"1.2.3.4.5 1.3.6.1.4.1.9", ""},
    {"256.0.2.7 192.0.2 192.0.2.007", ""},
    {"user@192.0.2.7 <x@[192.0.2.7]>", ""},
    {"10:58:01 00:00:5e:00:53:01 16:9a:00:00:00:00:00:01", ""},
    {"", ""},
};

static void addresses_are_found_where_they_stand(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct slice text = mention_refang(&arena, slice_of(places[i].text)), found = SLICE("");
        struct mention mention;
        char address[ADDRESS_TEXT];
        for (size_t at = 0; mention_next(text, &at, &mention);)
            if (mention.whole)
                found = arena_printf(&arena, "%.*s%s%s ", SLICE_FMT(found),
                                     mention.range ? "~" : "",
                                     address_text(&mention.address, address));
        assert_slice(found, places[i].found);
    }
    arena_release(&arena);
}

/* ---- roles ---- */

static const struct {
    const char *subject, *body;
    const char
        *found; /* "+" a source, "-" a victim that is the reader's; "?" left to a person */
} roles[] = {
    {"ssh brute force", "your server 192.0.2.7 attacked our server 198.51.100.5",
     "+192.0.2.7 "},
    {"brute force", "our server 198.51.100.5 was attacked by 192.0.2.7", "+192.0.2.7 "},
    {"brute force attack", "They attacked our server 192.0.2.1.", "?"},
    {"ssh brute force", "Source IPs: 192.0.2.7, 192.0.2.8, 192.0.2.9 (our server)",
     "+192.0.2.7 +192.0.2.8 "},
    {"ssh brute force", "Source and destination: 192.0.2.7, 198.51.100.9", "+192.0.2.7 "},
    {"ssh brute force", "Src/Dst IP: 192.0.2.7, 198.51.100.9", "+192.0.2.7 "},
    {"ssh brute force", "Source / Target: 192.0.2.7; 198.51.100.9", "+192.0.2.7 "},
    {"ssh brute force", "Source IP (X-Forwarded-For): 192.0.2.7, 198.51.100.9", "+192.0.2.7 "},
    {"ssh brute force", "Attacker, victim: 192.0.2.7, 198.51.100.9", "?"},
    {"ssh brute force", "Attack from 192.0.2.7 on 198.51.100.9", "+192.0.2.7 "},
    {"ssh brute force", "Attack from [192.0.2.7] on [198.51.100.9]", "+192.0.2.7 "},
    {"ssh brute force", "Attacks from 192.0.2.7, 192.0.2.8 at 198.51.100.9, 198.51.100.10",
     "+192.0.2.7 +192.0.2.8 "},
    {"ssh brute force", "Angriff von 192.0.2.7 auf 198.51.100.9", "+192.0.2.7 "},
    {"DDoS", "DDoS attack against your client 192.0.2.7 from 198.51.100.9",
     "+198.51.100.9 -192.0.2.7 "},
    {"DDoS", "We see a DDoS attack directed at your customer 192.0.2.7", "-192.0.2.7 "},
    {"DDoS", "Attaque DDoS visant votre client 192.0.2.7", "-192.0.2.7 "},
    {"DDoS", "Attaque DDoS contre l'adresse IP de votre client 192.0.2.7", "-192.0.2.7 "},
    {"DDoS", "Attaque DDoS visant notre serveur depuis votre client 192.0.2.7", "+192.0.2.7 "},
    {"DDoS", "DDoS-Angriff auf die IP Ihres Kunden 192.0.2.7", "-192.0.2.7 "},
    {"DDoS", "DDoS-Angriff auf unseren Server von Ihrem Kunden 192.0.2.7", "+192.0.2.7 "},
    {"port scan", "192.0.2.7 scans our network", "+192.0.2.7 "},
    {"port scan", "scan from 192.0.2.7 to 198.51.100.5", "+192.0.2.7 "},
    {"DDoS", "your customer 192.0.2.7 is being attacked", "-192.0.2.7 "},
    {"DDoS", "192.0.2.7:4000 -> 198.51.100.5:53", "+192.0.2.7 "},
    {"DDoS", "198.51.100.5 <- somebody", "?"},
    {"brute force", "Source: 192.0.2.7\nTarget: 198.51.100.5", "+192.0.2.7 "},
    {"brute force", "Targets:\n198.51.100.5\n198.51.100.6\n\nAttackers:\n192.0.2.7\n",
     "+192.0.2.7 "},
    {"spam from 192.0.2.7", "whois: inetnum: 192.0.2.1", "+192.0.2.7 "},
    {"spam from 192.0.2.7", "route: 192.0.2.0/24 origin: AS64500", "+192.0.2.7 "},
    {"spam from 192.0.2.7", "x\n-- \nour office: from 198.51.100.9", "+192.0.2.7 "},
    {"spam from 192.0.2.7", " 1  gw (198.51.100.1)  0.3 ms\n 2  192.0.2.7  1 ms",
     "+192.0.2.7 "},
    {"spam from 192.0.2.7", "software version 1.2.3.4", "+192.0.2.7 "},
    {"login attempts",
     "sshd[1]: Failed password for x from 203.0.113.9 from 192.0.2.7 port 22 ssh2",
     "+192.0.2.7 "},
    {"login attempts", "mx postfix/smtpd[1]: warning: from[203.0.113.9].example[192.0.2.7]: x",
     "?"},
    {"brute force", "attacker 10.0.0.7", "+10.0.0.7 "},
    {"brute force", "attacker 10.0.0.7 behind attacker 192.0.2.7", "+192.0.2.7 "},
    {"brute force", "attacker 127.0.0.1", "?"},
    {"hello", "your server 192.0.2.7", "?"},
    {"spam", "192.0.2.7", "+192.0.2.7 "},
    {"spam", "see 192.0.2.7 please", "?"},
    {"Подбор паролей", "С вашего сервера 192.0.2.7", "+192.0.2.7 "},
    {"Tentatives de connexion", "depuis 192.0.2.7", "+192.0.2.7 "},
    {"attack", "ssh attack by router.customer.example (192.0.2.7)", "+192.0.2.7 "},
    {"brute force", "An example of an attack:\nAttacking IP: 192.0.2.7", "+192.0.2.7 "},
    {"brute force", "IP 192.0.2.7 xyzzy IP 198.51.100.5", "?"},
    {"brute force", "by 192.0.2.7 xyzzy plugh 198.51.100.5", "+192.0.2.7 "},
    {"brute force", "from 192.0.2.7 (web1), 192.0.2.8 (web2)", "+192.0.2.7 +192.0.2.8 "},
    {"port scan from 192.0.2.7", "log: http://198.51.100.80/x", "+192.0.2.7 "},
    {"phishing", "see http://192.0.2.7/login", "+192.0.2.7 "},
    {"brute force", "192.0.2.7 - root\n198.51.100.5 (our server)", "+192.0.2.7 "},
    {"honeypot", "Our honeypot (198.51.100.5) saw 192.0.2.7 do a dictionary attack on telnet",
     "+192.0.2.7 "},
    {"Sécurité", "Notre serveur (198.51.100.5) a été attaqué par 192.0.2.7 (force brute)",
     "+192.0.2.7 "},
    {"Angriff",
     "Unser Server 198.51.100.5 wurde von 192.0.2.7 angegriffen (Passwörter durchprobiert)",
     "+192.0.2.7 "},
    {"SNMP", "192.0.2.7 is an SNMP reflector, abused to attack our network at 198.51.100.5",
     "+192.0.2.7 "},
    {"Port", "192.0.2.7 IP adresi sunucularımızda port taraması yapıyor", "+192.0.2.7 "},
    {"orders", "Fraudulent credit card orders were placed in our shop from 192.0.2.7",
     "+192.0.2.7 "},
    {"bomb", "192.0.2.7 bombs a mailbox with spam", "+192.0.2.7 "},
    {"relay", "192.0.2.7 is an open relay", "+192.0.2.7 "},
    {"probes", "192.0.2.7 is probing our web servers for vulnerabilities", "+192.0.2.7 "},
    {"spam", "Both 192.0.2.7 and 192.0.2.8 are spewing spam, our 198.51.100.5 blocks them",
     "+192.0.2.7 +192.0.2.8 "},
    {"Werbung", "Unerwünschte Werbemails von Ihrem Server 192.0.2.7", "+192.0.2.7 "},
    {"phishing", "The page is on 192.0.2.7. The official site is at 198.51.100.5",
     "+192.0.2.7 "},
    /* lists below who did it */
    {"port scan", "192.0.2.7 scanned these hosts of ours:\n198.51.100.1\n198.51.100.2",
     "+192.0.2.7 "},
    {"brute force", "Attacks by 192.0.2.7 against\n\n198.51.100.1\n198.51.100.2",
     "+192.0.2.7 "},
    {"brute force",
     "The attacker 192.0.2.7 was seen on the\nfollowing servers:\n\n198.51.100.1",
     "+192.0.2.7 "},
    {"brute force", "Attacks from 192.0.2.7 and others:\n\n192.0.2.8\n192.0.2.9",
     "+192.0.2.7 +192.0.2.8 +192.0.2.9 "},
    {"brute force", "Attacks from 192.0.2.7.\n\nMore attackers:\n\n192.0.2.8",
     "+192.0.2.7 +192.0.2.8 "},
    {"brute force", "192.0.2.7 attacked us\nSources:\n192.0.2.7\n192.0.2.8",
     "+192.0.2.7 +192.0.2.8 "},
    {"brute force", "192.0.2.7 attacked us.\n\nAffected systems:\n198.51.100.1\n198.51.100.2",
     "+192.0.2.7 "},
    {"brute force", "Attacker: 192.0.2.7\n\nBetroffene Server:\n198.51.100.1", "+192.0.2.7 "},
    {"bot infection", "Affected systems:\n192.0.2.7\n192.0.2.8", "+192.0.2.7 +192.0.2.8 "},
    {"brute force", "198.51.100.1 was brute forced from 192.0.2.7",
     "+192.0.2.7 -198.51.100.1 "},
    {"port scan", "198.51.100.1 was scanned by 192.0.2.7", "+192.0.2.7 -198.51.100.1 "},
    {"spam", "Spam from 192.0.2.7, received by 198.51.100.1", "+192.0.2.7 "},
    {"phishing", "Phishing site on 192.0.2.7. We checked it from 198.51.100.1.", "+192.0.2.7 "},
    {"brute force", "Attack from 192.0.2.7 (your client) on 198.51.100.1", "+192.0.2.7 "},
    /* ranges: all of them did it, or they are named for some other reason */
    {"port scan", "The whole 192.0.2.0/24 is scanning us", "+192.0.2.0/24 "},
    {"port scan", "Your range 192.0.2.0/24 scans our network 198.51.100.0/24",
     "+192.0.2.0/24 "},
    {"ssh brute force", "Attempts from 192.0.2.0 - 192.0.2.255.", "+192.0.2.0/24 "},
    {"spam", "All IPs from 192.0.2.0 to 192.0.2.255 are sending spam", "+192.0.2.0/24 "},
    {"spam", "Spam aus Ihrem Netz 192.0.2.64/26", "+192.0.2.64/26 "},
    {"ssh brute force", "Attacker: 192.0.2.0/24", "+192.0.2.0/24 "},
    {"port scan", "Hosts all over 2001:db8:7::/48 are port scanning us", "+2001:db8:7::/48 "},
    {"spam", "from 192.0.2.7 in your range 192.0.2.0/24", "+192.0.2.7 "},
    {"spam", "from 192.0.2.7 (192.0.2.0/26, AS64500)", "+192.0.2.7 "},
    {"port scan", "192.0.2.7 scans our network 198.51.100.0/24", "+192.0.2.7 "},
    {"attack", "The network 198.51.100.0/24 was attacked by 192.0.2.7 over ssh, brute force",
     "+192.0.2.7 "},
    {"ssh brute force", "Logins from your network 192.0.2.0/24 (AS64500), namely 192.0.2.7",
     "+192.0.2.7 "},
    {"ssh brute force", "Logins from your network 192.0.2.0/24 to our host 192.0.2.99",
     "+192.0.2.0/24 "},
    {"ssh brute force", "The form was submitted from 198.51.100.9.\n\nAttacker: 192.0.2.7",
     "+192.0.2.7 "},
    {"spam", "We have blocked the network 192.0.2.0/24", "?"},
    {"spam", "Spam from 192.0.0.0/8", "?"},
    {"Service alert: ssh", "Address: 192.0.2.7", "?"},
    {"subpoena", "spam from your server 192.0.2.7", "?"},
    {"delist spam", "please delist our server, spam from 192.0.2.7 stopped", "?"},
};

static struct slice summary(const struct parse_result *result, struct arena *arena)
{
    struct slice found = SLICE("");
    if (result->verdict != VERDICT_REPORTS)
        return SLICE("?");
    for (const struct report *report = result->reports; report != NULL; report = report->next)
        found =
            arena_printf(arena, "%.*s%s%.*s ", SLICE_FMT(found),
                         report->role == ROLE_SOURCE ? "+" : "-", SLICE_FMT(report->subject));
    return found;
}

static void roles_follow_from_words_and_logs(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(roles); i++) {
        struct parse_result result;
        struct slice raw = arena_printf(&arena, "From: a@b.example\nSubject: %s\n\n%s\n",
                                        roles[i].subject, roles[i].body);
        parse_message(raw, &parse_settings_default, &arena, &result);
        struct slice found = summary(&result, &arena);
        if (!slice_eq(found, slice_of(roles[i].found)))
            fail_msg("%s | %s: %.*s, not %s (%.*s)", roles[i].subject, roles[i].body,
                     SLICE_FMT(found), roles[i].found, SLICE_FMT(result.reason));
    }
    arena_release(&arena);
}

/* ---- times ---- */

static const struct {
    const char *line, *zone, *time;
} times[] = {
    {"2026-11-16T08:12:44Z x", "", "2026-11-16T08:12:44Z"},
    {"2026-11-16 08:12:44.123 +0100", "", "2026-11-16T07:12:44Z"},
    {"2026/11/16 08:12 (UTC)", "", "2026-11-16T08:12:00Z"},
    {"[16/Nov/2026:08:12:44 +0100] \"GET", "", "2026-11-16T07:12:44Z"},
    {"Mon, 16 Nov 2026 08:12:44 -0500", "", "2026-11-16T13:12:44Z"},
    {"Mon Nov 16 08:12:44 2026", "", "2026-11-16T08:12:44Z"},
    {"16.11.2026 um 08:12 Uhr", "UTC+1", "2026-11-16T07:12:00Z"},
    {"Nov 16 08:12:44 host sshd[1]: x", "", "2026-11-16T08:12:44Z"},
    {"Nov 16 08:12:44 host sshd[1]: x", "GMT-2", "2026-11-16T10:12:44Z"},
    {"Dec 31 23:59:59 host x", "", "2025-12-31T23:59:59Z"},
    {"2026-11-16 08:00:00 ~ 2026-11-16 08:30:00 UTC", "", "2026-11-16T08:30:00Z"},
    {"user ünïcödé ünïcödé ünïcödé: no clock; 16/Nov/2026:08:12:44 x", "",
     "2026-11-16T08:12:44Z"},
    {"[::1]:80 1:2 a:bc 123:45:67 Nov 16 08:12:44 x", "", "2026-11-16T08:12:44Z"},
    {"2026-11-30 08:00:00 is yet to come", "", "-"},
    {"11/16/2026-08:12:44.123456  [**]", "", "2026-11-16T08:12:44Z"},
    {"11/16-08:12:44.123456  [**]", "", "2026-11-16T08:12:44Z"},
    {"11/16/2026 8:12:44 AM UTC", "", "2026-11-16T08:12:44Z"},
    {"16/11/2026 08:12:44", "UTC+1", "2026-11-16T07:12:44Z"},
    {"date=2026-11-16 time=08:12:44 srcip=x", "", "2026-11-16T08:12:44Z"},
    {"nov/16/2026 08:12:44 firewall", "", "2026-11-16T08:12:44Z"},
    {"16Nov2026 8:12:44 drop", "", "2026-11-16T08:12:44Z"},
    {"2026:11:16-08:12:44 utm", "", "2026-11-16T08:12:44Z"},
    {"08:12:44 UTC on 16 November 2026", "", "2026-11-16T08:12:44Z"},
    {"am 16. März 2026 um 08:12 Uhr (MEZ)", "", "2026-03-16T07:12:00Z"},
    {"le 16 février 2026 à 8h12 UTC", "", "2026-02-16T08:12:00Z"},
    {"16 de agosto de 2026 a las 08:12", "", "2026-08-16T08:12:00Z"},
    {"on November 16th, 2026 at 08:12 UTC", "", "2026-11-16T08:12:00Z"},
    {"at 3:12am EST on 11/16/2026", "", "2026-11-16T08:12:00Z"},
    {"[2026-11-16 08:12:44] EventTV=\"2026-11-16T08:12:44+0100\"", "", "2026-11-16T07:12:44Z"},
    {"at 08:12", "", "-"},
    {"2026-13-40 08:12:44", "", "-"},
    {"", "", "-"},
};

static struct slice zone_in(const char *text)
{
    struct text_zone zone = {.text = slice_of(text)};
    return text_zone_name(&zone);
}

static void times_are_read_as_logs_write_them(void **state)
{
    (void)state;
    int64_t reported = 0;
    char text[MOMENT_TEXT];
    assert_true(moment_parse_rfc3339(SLICE("2026-11-16T20:00:00Z"), &reported));
    for (size_t i = 0; i < COUNT(times); i++) {
        struct text_zone zone = {.name = slice_of(times[i].zone), .known = true};
        struct text_time time = text_time_find(slice_of(times[i].line), reported, &zone);
        assert_string_equal(moment_rfc3339(time.at, text), times[i].time);
    }
    struct text_zone unknown = {.text = {0}};
    assert_slice(zone_in("All times are UTC."), "UTC");
    assert_slice(zone_in("The zone of the lines is UTC+1."), "UTC+1");
    assert_slice(zone_in("no word of it"), "");
    assert_int_equal(text_time_find(SLICE("Nov 16 08:12:44"), 0, &unknown).at, 0);
}

/* ---- words and pages ---- */

static void words_and_pages_become_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text, *folded;
    } words[] = {
        {"Brute-Force  (SSH)", "brute force ssh "},
        {"C&C", "c&c"},
        {"ÉCOLE Übung ŽLUTÝ", "école übung žlutý"},
        {"СПАМ Ёж", "спам ёж"},
        {"«a»\xc2\xa0"
         "b",
         "a b"},
        {"\xff\xd0", ""},
    };
    static const struct {
        const char *html, *text;
    } pages[] = {
        {"<p>a<b>b</b></p><p>c", "ab\nc"},
        {"a &lt; b &amp; &#65;&#x42;", "a < b & AB"},
        {"<script>x</script>y", "y"},
        {"<style>x", ""},
        {"<!-- 192.0.2.7 -->z", "z"},
        {"a < b", "a < b"},
        {"<td>1</td><td>2</td>", "1\t\t2\t"},
        {"&unknown; &#xffffffff;", "&unknown; &#xffffffff;"},
        {"<", ""},
        {"<a href='", ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(words); i++)
        assert_slice(words_fold(&arena, slice_of(words[i].text)), words[i].folded);
    for (size_t i = 0; i < COUNT(pages); i++)
        assert_slice(html_text(&arena, slice_of(pages[i].html)), pages[i].text);
    arena_release(&arena);
}

/* ---- rules of a site's own ---- */

static const struct {
    const char *text, *fault;
} broken[] = {
    {"[words messaging/spam]\nloud = x\n",
     "own.ini:2: [words messaging/spam] has an unknown key"},
    {"[words nothing/such]\nstrong = x\n",
     "own.ini:2: [words nothing/such] nothing/such is no"},
    {"[cue bystander]\nbefore = x\n", "own.ini:2: [cue bystander]: there are"},
    {"[line x]\npattern = (\n", "own.ini:2: [line x] pattern, byte"},
    {"[line x]\nneed = a\n", "own.ini: [line x] has no pattern"},
    {"[line x]\ntype = a/b\n", "own.ini:2: [line x] a/b is no"},
    {"[else]\nx = y\n", "own.ini:2: [else]: there are"},
    {"rubbish\n", "own.ini:1: this is neither"},
};

/* Whether a star stands early or late, and whether the text ends with the word or goes on. */
static void words_are_found_however_they_begin(void **state)
{
    (void)state;
    static const struct {
        const char *words, *text;
        bool found;
    } cases[] = {
        {"zqoodx", "a zqoodx of", true},
        {"zqoodx", "a zqoodxy of", false},
        {"zqoodx*", "a zqoodxy of", true},
        {"q* ab", "a qabc ab of", true},
        {"q* ab", "q ab", true},
        {"q* ab", "aq ab", false},
        {"qz*", "a qzabc", true},
        {"qz", "qz of", true},
        {"qz", "a qz", true},
        {"q", "q of", true},
        {"q", "of q", true},
        {"q", "qq", false},
        {"qz ab", "no qz ab", true},
        {"qz ab", "no qz abc", false},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = ARENA_INIT;
        struct free_text_rules *rules = NULL;
        struct word_weights weights = {{0}};
        struct fault why = {""};
        struct slice own = arena_printf(&arena, "[words infrastructure/botnet]\nstrong = %s\n",
                                        cases[i].words);
        assert_int_equal(free_text_rules_read(own, "own.ini", &arena, &rules, &why), OK);
        rules_weigh_words(rules, slice_of(cases[i].text), 2, &arena, &weights);
        if (rules_weighs_any(rules, &weights) != cases[i].found)
            fail_msg("%s in \"%s\"", cases[i].words, cases[i].text);
        arena_release(&arena);
    }
}

static void rules_of_a_site_come_first(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct free_text_rules *rules = NULL;
    struct line_reading reading;
    struct fault why = {""};
    struct slice own =
        SLICE("[line own]\nneed = OWN\npattern = OWN <source> hit <victim>:<port>\n"
              "type = connection/ddos\n");
    assert_int_equal(free_text_rules_read(own, "own.ini", &arena, &rules, &why), OK);
    assert_true(rules_read_line(rules, SLICE("OWN 192.0.2.7 hit 198.51.100.5:53"), &reading));
    assert_string_equal(reading.type->type, "ddos");
    assert_int_equal(reading.source_port, 53);
    assert_int_equal(rules_cue_before(rules, SLICE("attack from")), CUE_SOURCE);
    assert_false(
        rules_read_line(free_text_rules_default(), SLICE("OWN 192.0.2.7 hit x"), &reading));
    for (size_t i = 0; i < COUNT(broken); i++) {
        assert_int_equal(
            free_text_rules_read(slice_of(broken[i].text), "own.ini", &arena, &rules, &why),
            ERR_MALFORMED);
        if (strncmp(why.text, broken[i].fault, strlen(broken[i].fault)) != 0)
            fail_msg("\"%s\" does not begin with \"%s\"", why.text, broken[i].fault);
    }
    arena_release(&arena);
}

/* ---- nobody is lost at the end of a list ---- */

static const char mail_head[] =
    "From: r@reporter.example\nTo: abuse@provider.example\nSubject: abuse\n"
    "Date: Fri, 13 Nov 2026 12:00:00 +0000\n";

static void assert_reported(const struct buffer *raw, size_t reports, bool whole)
{
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    parse_message(buffer_slice(raw), &parse_settings_default, &arena, &result);
    assert_int_equal(result.verdict, reports > 0 ? VERDICT_REPORTS : VERDICT_TRIAGE);
    assert_int_equal(result.report_count, reports);
    bool cut = false;
    for (size_t i = 0; i < result.row_faults.count; i++)
        cut |= slice_find(result.row_faults.items[i], SLICE("a limit was met")) >= 0;
    assert_int_equal(cut, !whole);
    arena_release(&arena);
}

static void long_lists_are_read_to_their_end(void **state)
{
    (void)state;
    static const struct {
        const char *before, *between, *after;
        unsigned addresses;
        bool read;
    } cases[] = {
        {"ssh brute force\nAttackers: ", ", ", "\n", 30, true},
        {"ssh brute force\nAttackers: ", ", ", "\n", 100, false},
        {"ssh brute force from your addresses ", ", ", ". Please stop it.\n", 40, true},
        {"ssh brute force from your addresses ", ", ", ". Please stop it.\n", 100, false},
        {"ssh brute force from your hosts ", " and ", ".\n", 20, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer raw = BUFFER_INIT;
        buffer_printf(&raw, "%s\n%s", mail_head, cases[i].before);
        for (unsigned k = 1; k <= cases[i].addresses; k++)
            buffer_printf(&raw, "%s192.0.2.%u", k == 1 ? "" : cases[i].between, k);
        buffer_printf(&raw, "%s", cases[i].after);
        assert_reported(&raw, cases[i].read ? cases[i].addresses : 0, true);
        buffer_release(&raw);
    }
}

/* What a limit leaves unread is said. */
static void all_attached_mails_are_read(void **state)
{
    (void)state;
    static const struct {
        unsigned mails, reports;
        bool whole;
    } cases[] = {{40, 40, true}, {900, 200, false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer raw = BUFFER_INIT;
        buffer_printf(
            &raw,
            "%sMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
            "This is spam from your network.\n",
            mail_head);
        for (unsigned k = 0; k < cases[i].mails; k++)
            buffer_printf(
                &raw,
                "--b\nContent-Type: message/rfc822\n\n"
                "Received: from a.example (a.example [192.0.2.%u]) by mx.reporter.example "
                "with ESMTP; Fri, 13 Nov 2026 08:00:00 +0000\n"
                "From: a@a.example\nSubject: x\n\ny\n",
                k % 200 + 1);
        buffer_printf(&raw, "--b--\n");
        assert_reported(&raw, cases[i].reports, cases[i].whole);
        buffer_release(&raw);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_found_where_they_stand),
        cmocka_unit_test(roles_follow_from_words_and_logs),
        cmocka_unit_test(times_are_read_as_logs_write_them),
        cmocka_unit_test(words_and_pages_become_plain),
        cmocka_unit_test(rules_of_a_site_come_first),
        cmocka_unit_test(words_are_found_however_they_begin),
        cmocka_unit_test(long_lists_are_read_to_their_end),
        cmocka_unit_test(all_attached_mails_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
