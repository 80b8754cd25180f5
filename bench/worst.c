/* The worst inputs of 1 MB that are known for each parser: one TSV line each, best of three,
 * in CPU time. Exits with 1 when one takes longer than the limit in milliseconds that is
 * given as argument.
 *
 * usage: bench-worst [LIMIT] */
#include "bench/mails.h"
#include "parsers/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SIZE ((size_t)1000 * 1000)

/* head, then unit as often as fits, then tail. The first % of a unit is the number of its
 * repetition, the second that divided by 256, both modulo 256. */
static const struct {
    const char *name, *head, *unit, *tail;
    const char *entry; /* unit and tail are inside a zip, under that name; 1 MB inflated */
} inputs[] = {
    {"mime-multiparts", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n",
     "--b--\n"},
    {"mime-boundaries-nested", "", "Content-Type: multipart/mixed; boundary=b\n\n--b\n", ""},
    {"mime-parameters", "Content-Type: text/plain", "; a*0=b", "\n\n"},
    {"mime-words", "Subject: ", "=?utf-8?q?a?= ", "\n\n"},
    {"arf-fields",
     "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
     "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n",
     "Original-Rcpt-To: a@b.example\n", "Source-IP: 192.0.2.7\n--b--\n"},
    {"arf-trace",
     "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
     "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--b\n"
     "Content-Type: text/rfc822-headers\n\n",
     "Received: from a.example (b.example [192.0.2.7]) by c.example; Sat, 14 Nov 2026 10:00:00 "
     "+0000\n",
     "--b--\n"},
    {"x-arf-fields",
     "Content-Type: text/plain; name=report.txt\n\nReported-From: a@b.example\n"
     "Report-Type: x\n",
     "a: b\n", "Source: 192.0.2.7\n"},
    {"xarf-objects", "Content-Type: application/json\n\n[{\"xarf_version\":\"4.0.0\"}",
     ",{\"a\":1}", "]"},
    {"xarf-depth", "Content-Type: application/json\n\n{\"xarf_version\":", "[", ""},
    {"xml-elements", "Content-Type: text/xml\n\n<Infringement><Source>", "<a/>",
     "</Source></Infringement>"},
    {"xml-depth", "Content-Type: text/xml\n\n<Infringement><Source>", "<a>",
     "</Source></Infringement>"},
    {"xml-attributes", "Content-Type: text/xml\n\n<Infringement><Source a='", "&lt;",
     "'/></Infringement>"},
    {"csv-rows", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n",
     "192.0.2.7,2026-11-14T10:00:00Z,ssh\n", ""},
    {"csv-bad-rows", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n", "a,b\n", ""},
    {"csv-columns", "Content-Type: text/csv; name=x.csv\n\nip,time,type,", "a,", "\n"},
    {"csv-quotes", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n\"", "\"\"", "\n"},
    {"csv-headers", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: text/csv; "
     "name=x.csv\n\nip,type,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v\n",
     ""},
    {"text-headers", "\n", "category|address|time|a|b|c|d|e|f|g|h\n", ""},
    {"json-columns", "Content-Type: application/json; name=x.json\n\n",
     "{\"a\":1,\"b\":2,\"c\":3}", ""},
    {"json-depth", "Content-Type: application/json; name=x.json\n\n", "{\"a\":", ""},
    {"json-prefixes", "Content-Type: application/json; name=x.json\n\n", "[1]", ""},
    {"pairs", "Content-Type: application/octet-stream; name=x.log\n\n", "a=1 b=2 c=3\n", ""},
    {"pairs-one-line", "Content-Type: application/octet-stream; name=x.log\n\n", "a=1 ", "\n"},
    {"html-cells", "Content-Type: text/html\n\n<table><tr>", "<td>a", "</table>"},
    {"html-depth", "Content-Type: text/html\n\n<table>", "<b>", "</table>"},
    {"html-closing", "Content-Type: text/html\n\n<table>", "<i></b></u>", "</table>"},
    {"html-tables", "Content-Type: text/html\n\n", "<table><tr><td>", ""},
    {"html-entities", "Content-Type: text/html\n\n<table><tr><td>", "&nbsp;", "</table>"},
    {"html-attributes", "Content-Type: text/html\n\n<table ", "a=b ", "></table>"},
    {"sheet-rows", "Content-Type: text/xml; name=\"xl/worksheets/sheet1.xml\"\n\n<worksheet>",
     "<row><c><v>1</v></c></row>", "</worksheet>"},
    {"notice-stars", "From: a@dtc.nl\n\n", "op draait ", "\n"},
    {"notice-lines", "From: a@projecthoneypot.org\n\n", "192.0.2.7 (H)\n", ""},
    {"notice-times", "From: a@b.example\nSubject: UCEPROTECT IP 192.0.2.7\n\n", " at x,", "\n"},
    {"notice-dashes", "From: a@b.example\nSubject: Abuse from 192.0.2.7\n\nfail2ban\n",
     "a - [b] \"", "\n"},
    {"words", "\n", "abuse 192.0.2.7 your server ", "\n"},
    {"addresses", "Subject: abuse\n\n", "192.0.2.7 ", "\n"},
    {"defanged", "Subject: abuse\n\n", "192[.]0[.]2[.]7 hxxp://a[.]b ", "\n"},
    {"log-lines", "Subject: attack\n\n",
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022 "
     "ssh2\n",
     ""},
    {"forwarded", "Subject: Fwd: abuse\n\n", "> From: a@b.example\n> Subject: x\n>\n", ""},
    {"quotes", "Subject: abuse\n\n", ">", "\n"},
    {"text-tables", "Subject: attack\n\n", "ip | time\n192.0.2.7 | x\n\n", ""},
    {"text-table-rows", "Subject: attack\n\nip  time  type\n",
     "192.0.2.7  2026-11-13 08:00:01  ssh scan\n", ""},
    {"csv-untimed-words", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n",
     "192.0.2.7,13.11.2026 08:00:01 Uhr,x ssh scan y\n", ""},
    {"csv-defanged", "Content-Type: text/csv; name=x.csv\n\nip,type\n",
     "192[.]0[.]2[.]7 (a),ssh\n", ""},
    {"list", "Subject: attack\n\n", "Targets were attacked :\n1) 192.0.2.7 - a\n", ""},
    {"hosts", "Subject: attack\n\n", "a.b.c 192.0.2.7 from on at ", "\n"},
    {"times", "Subject: attack\n\n", "2026-11-13 08:00 ", "\n"},
    {"named-sites", "Subject: phishing, take it down\n\n",
     "the page hxxp://a%.b%[.]example/ is a phish\n", ""},
    {"named-sites-one-line", "Subject: phishing, take it down\n\n",
     "site a%.b%.example 192.0.2.7 ", "\n"},
    {"named-sites-path", "Subject: phishing, take it down\n\nhttp://a.example/", "(]x)", "\n"},
    {"named-sites-hosts", "Subject: phishing, take it down\n\nhttp://", "é.", "\n"},
    {"named-sites-mailboxes", "Subject: phishing, take it down\n\n", "a@a.bc@", "\n"},
    {"time-labels", "Subject: attack 192.0.2.7\n\n", "time: 1h1 1:1 2026\n", ""},

    /* attached and forwarded messages */
    {"attached-texts", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nTo: abuse@c.example\n"
     "Subject: attack from 192.0.2.7\n\n"
     "Your server 192.0.2.7 attacks us by ssh, 2001:db8::% too, stop that.\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n",
     "--b--\n"},
    {"attached-sites", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nTo: abuse@c.example\n"
     "Subject: phishing, take it down\n\n"
     "the page hxxp://a%.b%[.]example/ is a phish, and user a@x%.example sends a scam\n",
     "--b--\n"},
    {"attached-long-texts", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: message/rfc822\n\nFrom: a@b.example\nTo: abuse@c.example\n"
     "Subject: attack from 192.0.2.7\n\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n"
     "Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n",
     "--b--\n"},
    {"attached-pages", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: message/rfc822\n\nTo: abuse@c.example\nSubject: Fwd: abuse\n"
     "Content-Type: text/html\n\n<table><tr><td>ip<td>time<td>type<tr><td>192.0.2.7\n",
     "--b--\n"},
    {"attached-nested", "", "Content-Type: message/rfc822\n\nSubject: abuse 192.0.2.7\n", ""},
    {"attached-reports", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/report; "
     "report-type=feedback-report; boundary=c\n\n--c\nContent-Type: "
     "message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 192.0.2.7\n\n--c--\n",
     "--b--\n"},
    {"forwarded-nested", "Subject: Fwd: abuse\n\n",
     "---------- Forwarded message ----------\nFrom: a@b.example\nSubject: abuse\n\n", ""},
    {"forwarded-log", "Subject: Fwd: abuse\n\n---- Original message ----\nSubject: abuse\n\n",
     "> Nov 13 10:58:01 shop sshd[991]: Failed password for root from 192.0.2.7 port 51022\n",
     ""},
    /* parts and encodings */
    {"parts-text", "Subject: abuse\nContent-Type: multipart/mixed; boundary=b\n\n",
     "--b\n\nYour server 192.0.2.7 attacks our server by ssh at 2026-11-13 10:58:01 UTC.\n",
     "--b--\n"},
    {"parts-json", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: application/json\n\n{\"xarf_version\":\"4\",\"a\":[[[]]]}\n", ""},
    {"parts-named", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: text/plain; name=\"=?utf-8?q?a.csv?=\"\n\nip,time,a,b,c,d\n", ""},
    {"parts-unknown-boundary", "Content-Type: multipart/mixed\n\n", "--x\n--y\n\n", ""},
    {"base64", "Content-Transfer-Encoding: base64\n\n", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n",
     ""},
    {"base64-short-lines", "Content-Transfer-Encoding: base64\n\n", "Q\n", ""},
    {"quoted-soft-breaks", "Content-Transfer-Encoding: quoted-printable\n\n", "=\n", ""},
    {"quoted-padding", "Content-Transfer-Encoding: quoted-printable\n\n", "=      ", ""},
    {"quoted-bytes", "Content-Transfer-Encoding: quoted-printable\n\n", "=C3=A9=FF", ""},
    {"charset", "Content-Type: text/plain; charset=shift_jis\n\n", "\x82\xa0\xff\x83", ""},
    /* header fields */
    {"fields-words", "", "X: =?utf-8?b?YQ==?= =?iso-8859-1?q?=E9?=\n", "\n"},
    {"fields-received", "",
     "Received: from a.example (b.example [192.0.2.7]) by c.example; Sat, 14 Nov 2026 10:00:00 "
     "+0000\n",
     "\nabuse 192.0.2.7\n"},
    {"fields-results", "", "Authentication-Results: mx.example; dkim=pass header.d=a.example\n",
     "\n"},
    {"field-results", "Authentication-Results: mx.example",
     "; dkim=pass (a) header.d=a.example", "\n\n"},
    {"field-comments", "From: ", "(", " a@b.example\n\n"},
    {"field-quotes", "From: \"", "\\\"", "\" <a@b.example>\n\n"},
    {"field-folds", "Subject: a", "\n b", "\n\n"},
    {"field-subject", "Subject: ", "abuse from 192.0.2.7 undeliver re: ", "\n\n"},
    /* notices */
    {"notice-summary", "From: a@spamcop.net\nSubject: [SpamCop] summary report\n\n",
     "2001:db8:%::% Nov 13 22h/0 3 1 0 0\n", ""},
    {"notice-monitor", "From: a@projecthoneypot.org\n\n",
     "2001:db8:%::% (H)\n - Thu, 12 Nov 2026 11:00AM PST\n", ""},
    {"notice-ranges", "From: a@sony.com\n\n",
     "2026-11-13 07:21 ~ 2026-11-13 07:51 (UTC), 2001:db8:%::%, Takeover\n", ""},
    {"notice-flows",
     "From: a@nfoservers.com\nSubject: Open x used for an attack: 192.0.2.7\n\n",
     "2026-11-13 07:21:00 IP a > b > c > d > e > f\n", ""},
    {"notice-answers", "From: a@dtc.nl\n\n", "op 192.0.2.7 draait op 192.0.2.7 draait x\n", ""},
    {"notice-fail2ban", "From: a@b.example\nSubject: Abuse from 192.0.2.7\n\nlog lines\n",
     "a - - - - [x] \"GET [1]: a - - [y] \"\n", ""},
    /* free text */
    {"text-cues", "Subject: attack\n\n", "from your server by source attacker via 192.0.2.7 ",
     ""},
    {"text-many-addresses", "Subject: attack\n\n",
     "Your server 2001:db8:%::% attacks our server by ssh.\n", ""},
    {"text-times", "Subject: attack\n\n192.0.2.7 ", "2026-11-13 10:58:01 ", "\n"},
    {"text-time-lines", "Subject: attack\n\nattack 192.0.2.7\n",
     "192.0.2.7 10:58:01 Nov 13 10:58:01 1:11 2:22 3:33\n", ""},
    {"text-zones", "Subject: attack\n\nattack 192.0.2.7 Nov 13 10:58:01 x\n",
     "times in log zone +1 hora utcx ", ""},
    {"text-colons", "Subject: attack\n\n", "a:b:1:2.", ""},
    {"text-hex", "Subject: attack\n\n", "abcdef0123456789", ":\n"},
    {"text-ranges", "Subject: attack\n\n", "192.0.2.7 -            ", "\n"},
    {"text-headings", "Subject: attack\n\n192.0.2.7\n", "Attacked targets:\n", ""},
    {"text-echoes", "Subject: attack\n\n192.0.2.7\n",
     "Your messages\n:\nIhre Nachricht lautete:\n", ""},
    {"text-quotations", "Subject: attack\n\n192.0.2.7\n", "\"a\"\"bc\" Title: \"\n", ""},
    {"text-titles",
     "Subject: Re: "
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
     "\n\n192.0.2.7\n",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aa\n",
     ""},
    {"text-traces", "Subject: spam\n\n",
     "Received: from a (b [192.0.2.7]) by c; Sat, 14 Nov 2026 10:00:00 +0000\n", ""},
    {"text-flows", "Subject: attack\n\n", "192.0.2.7 > 192.0.2.8 > ", "\n"},
    {"text-access-log", "Subject: attack\n\n",
     "192.0.2.7 - - [13/Nov/2026:10:58:01 +0000] \"GET /..%2e%2e HTTP/1.1\" 404 - 192.0.2.9\n",
     ""},
    {"text-whois", "Subject: attack\n\n", "inetnum: 192.0.2.0 - 192.0.2.255 (192.0.2.7)\n", ""},
    {"text-pairs", "Subject: attack\n\n",
     "src=a src_ip=\"192.0.2.7 dst= SRC=192.0.2.7 DST DST SPT proto=6\n", ""},
    {"text-words", "Subject: attack\n\n192.0.2.7 ", "denial denial of denial of brute brute ",
     ""},
    {"text-brackets", "Subject: attack\n\n192.0.2.7 ", "[(.{[.[:](", "\n"},
    {"log-attached", "Subject: attack\nContent-Type: application/octet-stream; name=a.log\n\n",
     "Nov 13 10:58:01 a sshd[9]: Failed password for root from 2001:db8:%::% port 51022 ssh2\n",
     ""},
    /* tables */
    {"csv-distinct", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n",
     "2001:db8:%::%,2026-11-14T10:00:00Z,ssh\n", ""},
    {"csv-odd-times", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n",
     "192.0.2.7,on 14 Nov 2026 10:00 - 10:05 (x),ssh\n", ""},
    {"csv-words", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n",
     "192.0.2.7,2026-11-14T10:00:00Z,odd word %%\n", ""},
    {"csv-empty-fields", "Content-Type: text/csv; name=x.csv\n\nip,time,type\n", ",", "\n"},
    {"csv-titles", "Content-Type: text/csv; name=x.csv\n\n", "ip;time,a|b\tc\n", ""},
    {"csv-one-column", "Content-Type: text/csv; name=x.csv\n\nip\n", "192.0.2.7\n", ""},
    {"text-table", "Subject: attack\n\n", "| 192.0.2.7 | ssh | 2026-11-14 10:00:00 |\n", ""},
    {"text-table-spaces", "Subject: attack\n\nip      time    type\n",
     "192.0.2.7   2026-11-14   ssh\n", ""},
    {"json-keys", "Content-Type: application/json; name=x.json\n\n[{\"a\":1", ",\"k%k%\":1",
     "}]"},
    {"json-lines-keys", "Content-Type: application/json; name=x.json\n\n",
     "{\"ip\":\"192.0.2.7\",\"k%k%\":{\"a%\":\"b\"}}\n", ""},
    {"json-escapes", "Content-Type: application/json; name=x.json\n\n[{\"a\":\"", "\\u0041",
     "\"}]"},
    {"pairs-names", "Content-Type: application/octet-stream; name=x.log\n\n",
     "k%k%=1 ip=192.0.2.7\n", ""},
    {"html-rows", "Content-Type: text/html; name=x.html\n\n<table><tr><td>ip<td>time<td>type\n",
     "<tr><td>192.0.2.7<td>2026-11-14 10:00:00<td>ssh\n", "</table>"},
    {"html-comments", "Content-Type: text/html\n\n<table>", "<!-- ", ""},
    {"html-scripts", "Content-Type: text/html\n\n<table>", "<script>", ""},
    {"html-open-tags", "Content-Type: text/html\n\n<table>", "<", ""},
    {"html-open-values", "Content-Type: text/html\n\n<table>", "<a b='", ""},
    {"html-text", "Content-Type: text/html\n\n<table><td>", "a&b&#x41;&nbsp", "</table>"},
    {"html-lists", "Content-Type: text/html\n\n<table>", "<ul><li><p><select><option>", ""},
    {"html-forms", "Content-Type: text/html\n\n<table>", "<form><a><nobr><font>", ""},
    /* XARF, X-ARF, ACNS, Safe Browsing */
    {"xarf-members", "Content-Type: application/json\n\n{\"xarf_version\":\"4.0.0\"",
     ",\"k%k%\":[1]", "}"},
    {"xarf-evidence",
     "Content-Type: application/json\n\n{\"xarf_version\":\"4.0.0\",\"report_id\":"
     "\"6f1c0d2e-7a3b-4c5d-8e9f-0a1b2c3d4e09\",\"timestamp\":\"2026-11-16T10:08:00Z\","
     "\"reporter\":{\"org\":\"W\",\"contact\":\"a@w.example\",\"domain\":\"w.example\"},"
     "\"sender\":{\"org\":\"W\",\"contact\":\"a@w.example\",\"domain\":\"w.example\"},"
     "\"source_identifier\":\"192.0.2.157\",\"category\":\"connection\",\"type\":\"login_"
     "attack\""
     ",\"protocol\":\"tcp\",\"first_seen\":\"2026-11-16T10:00:00Z\",\"evidence\":[{}",
     ",{\"content_type\":\"text/plain\",\"payload\":\"QUJD\"}", "]}"},
    {"xarf-numbers", "Content-Type: application/json\n\n{\"xarf_version\":[0", ",1e9", "]}"},
    {"xarf-v3", "Content-Type: application/json\n\n{\"ReporterInfo\":{},\"Report\":{\"a\":[0",
     ",{\"b\":\"c\"}", "]}}"},
    {"x-arf-folds",
     "Content-Type: text/plain; name=report.txt\n\nReported-From: a@b.example\n"
     "Report-Type: x\nA: b\n",
     " c\n", "Source: 192.0.2.7\n"},
    {"x-arf-names",
     "Content-Type: text/plain; name=report.txt\n\nReported-From: a@b.example\n"
     "Report-Type: x\n",
     "K%k%: b\n", "Source: 192.0.2.7\n"},
    {"acns-sources", "Content-Type: text/xml\n\n<Infringement>",
     "<Source><IP_Address>192.0.2.7</IP_Address></Source>", "</Infringement>"},
    {"acns-copies", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: text/xml\n\n<Infringement><Source><IP_Address>2001:db8:%::%"
     "</IP_Address></Source></Infringement>\n",
     ""},
    {"xml-names", "Content-Type: text/xml\n\n<Infringement><Source>", "<n%n% a%='b'/>",
     "</Source></Infringement>"},
    {"xml-wide", "Content-Type: text/xml\n\n<Infringement><Source", " a%b%='c'",
     "/></Infringement>"},
    {"xml-references", "Content-Type: text/xml\n\n<Infringement><Source>", "&amp;",
     "</Source></Infringement>"},
    {"xml-comments", "Content-Type: text/xml\n\n<Infringement><Source>", "<!--a-->",
     "</Source></Infringement>"},
    {"xml-beginnings", "Content-Type: text/xml\n\n", "<Infringement><Source", ""},
    {"sites", "Subject: safe browsing\nContent-Type: text/xml\n\n<safebrowsing>",
     "<site url=\"http://h%.example/\" type=\"0\"/>", "</safebrowsing>"},
    /* archives */
    {"zip-csv", "", "192.0.2.7,2026-11-14T10:00:00Z,ssh\n", "", .entry = "ip,time,type.csv"},
    {"zip-sheet", "", "<row><c><v>1</v></c></row>", "</worksheet>",
     .entry = "xl/worksheets/sheet1.xml"},
    {"zip-names", "", "PK\003\004", "", .entry = "a.zip"},
    {"zip-heads", "Content-Type: application/zip\n\n", "PK\003\004\024\0", ""},
    {"gzip-heads", "Content-Type: multipart/mixed; boundary=b\n\n",
     "--b\nContent-Type: application/gzip\n\n\x1f\x8b\x08\n", ""},
    {"zeros", "", "\0", ""},
};

/* One repetition of a unit. */
static void add_unit(struct buffer *bytes, const char *unit, size_t repetition)
{
    unsigned numbers = 0;
    if (*unit == '\0')
        buffer_add_byte(bytes, '\0');
    for (; *unit != '\0'; unit++)
        if (*unit == '%')
            buffer_printf(bytes, "%zu", repetition >> (numbers++ % 2 * 8) & 255);
        else
            buffer_add_byte(bytes, *unit);
}

static void make(size_t which, struct buffer *bytes)
{
    struct buffer packed = BUFFER_INIT;
    size_t rest = strlen(inputs[which].tail) + strlen(inputs[which].unit) + 8;
    bool zipped = inputs[which].entry != NULL;
    buffer_clear(bytes);
    if (zipped && slice_ends_with_nocase(slice_of(inputs[which].entry), SLICE(".csv")))
        buffer_add(bytes, SLICE("ip,time,type\n"));
    else if (zipped && slice_ends_with_nocase(slice_of(inputs[which].entry), SLICE(".xml")))
        buffer_add(bytes, SLICE("<worksheet>"));
    buffer_add(bytes, slice_of(inputs[which].head));
    for (size_t i = 0; bytes->len + rest < SIZE; i++)
        add_unit(bytes, inputs[which].unit, i);
    buffer_add(bytes, slice_of(inputs[which].tail));
    if (zipped) {
        mail_pack(inputs[which].entry, buffer_slice(bytes), &packed);
        buffer_clear(bytes);
        buffer_add(bytes, SLICE("Content-Type: application/zip; name=\"a.zip\"\n"
                                "Content-Transfer-Encoding: base64\n\n"));
        mail_add_base64(bytes, buffer_slice(&packed));
        buffer_release(&packed);
    }
}

static double milliseconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    struct buffer bytes = BUFFER_INIT;
    struct arena arena = ARENA_INIT;
    double limit = argc > 1 ? strtod(argv[1], NULL) : 1e9, worst = 0;
    printf("input\tms\tverdict\tparser\treports\n");
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct parse_result result;
        double best = 1e9;
        make(i, &bytes);
        for (unsigned run = 0; run < 3; run++) {
            arena_reset(&arena);
            double start = milliseconds();
            parse_message(buffer_slice(&bytes), &parse_settings_default, &arena, &result);
            double took = milliseconds() - start;
            best = took < best ? took : best;
        }
        printf("%s\t%.1f\t%s\t%s\t%zu\n", inputs[i].name, best, verdict_name(result.verdict),
               result.parser, result.report_count);
        worst = best > worst ? best : worst;
    }
    buffer_release(&bytes);
    arena_release(&arena);
    return worst > limit;
}
