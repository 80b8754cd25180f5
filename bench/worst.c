/* The worst inputs of 1 MB that are known for each parser: one TSV line each, best of three,
 * in CPU time. Exits with 1 when one takes longer than the limit in milliseconds that is
 * given as argument.
 *
 * usage: bench-worst [LIMIT] */
#include "base/buffer.h"
#include "parsers/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SIZE ((size_t)1000 * 1000)

/* head, then unit as often as fits, then tail */
static const struct {
    const char *name, *head, *unit, *tail;
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
    {"time-labels", "Subject: attack 192.0.2.7\n\n", "time: 1h1 1:1 2026\n", ""},
    {"zeros", "", "\0", ""},
};

static void make(size_t which, struct buffer *bytes)
{
    size_t unit = strlen(inputs[which].unit);
    buffer_clear(bytes);
    buffer_add(bytes, slice_of(inputs[which].head));
    while (bytes->len + strlen(inputs[which].tail) + unit < SIZE)
        if (unit == 0)
            buffer_add_byte(bytes, '\0');
        else
            buffer_add(bytes, slice_of(inputs[which].unit));
    buffer_add(bytes, slice_of(inputs[which].tail));
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
