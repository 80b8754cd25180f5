#include "bench/mails.h"

#include "bench/measure.h"

#include <archive.h>
#include <archive_entry.h>
#include <nettle/base64.h>
#include <stdlib.h>

#define BOUNDARY "=_bench_17"

static void add(struct buffer *out, const char *text)
{
    buffer_add(out, slice_of(text));
}

/* ---- heads ---- */

static void add_head(struct buffer *mail, const char *host, const char *from,
                     const char *subject)
{
    for (unsigned hop = 0; hop < 3; hop++)
        buffer_printf(mail,
                      "Received: from mx%u.%s (mx%u.%s [198.51.100.%u])\r\n"
                      "\tby mx.provider.example (Postfix) with ESMTPS id 4SkB2k1Qr9z9sV%u\r\n"
                      "\tfor <abuse@provider.example>; Tue, 17 Nov 2026 10:00:0%u +0000\r\n",
                      hop, host, hop, host, hop + 1, hop, hop);
    buffer_printf(mail,
                  "From: %s\r\nTo: abuse@provider.example\r\nSubject: %s\r\n"
                  "Date: Tue, 17 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@%s>\r\n"
                  "MIME-Version: 1.0\r\n",
                  from, subject, host);
}

static void add_words(struct buffer *mail, size_t until, uint64_t *seed)
{
    static const char *const words[] = {"offer", "today",    "of", "the",   "server",
                                        "click", "here-now", "a",  "price", "is",
                                        "you",   "win",      "in", "time"};
    size_t column = 0;
    while (mail->len < until) {
        const char *word = words[next_random(seed) % (sizeof words / sizeof words[0])];
        add(mail, word);
        column += strlen(word) + 1;
        add(mail, column > 68 ? "\r\n" : " ");
        column = column > 68 ? 0 : column;
    }
}

void mail_feedback(struct buffer *mail, size_t size)
{
    uint64_t seed = 5965;
    buffer_clear(mail);
    add_head(mail, "mailbox.example", "Feedback <fbl@mailbox.example>", "Feedback report");
    add(mail, "Content-Type: multipart/report; report-type=feedback-report;\r\n"
              "\tboundary=\"" BOUNDARY "\"\r\n\r\n--" BOUNDARY "\r\n"
              "Content-Type: text/plain\r\n\r\nSomebody complained about the attached mail.\r\n"
              "\r\n--" BOUNDARY "\r\nContent-Type: message/feedback-report\r\n\r\n"
              "Feedback-Type: abuse\r\nUser-Agent: Mailbox/1.0\r\nVersion: 1\r\n"
              "Source-IP: 192.0.2.7\r\nArrival-Date: Tue, 17 Nov 2026 09:00:00 +0000\r\n"
              "Original-Mail-From: <bounce@shop.example>\r\n"
              "Original-Rcpt-To: <reader@mailbox.example>\r\nReported-Domain: shop.example\r\n"
              "\r\n--" BOUNDARY "\r\nContent-Type: message/rfc822\r\n\r\n"
              "Received: from shop.example ([192.0.2.7]) by mx.mailbox.example;\r\n"
              "\tTue, 17 Nov 2026 09:00:00 +0000\r\nFrom: Shop <news@shop.example>\r\n"
              "Subject: Offers\r\nMessage-ID: <m1@shop.example>\r\n"
              "To: reader@mailbox.example\r\n\r\n");
    add_words(mail, size - 30, &seed);
    add(mail, "\r\n--" BOUNDARY "--\r\n");
}

/* ---- packing ---- */

void mail_add_base64(struct buffer *out, struct slice bytes)
{
    char line[BASE64_ENCODE_RAW_LENGTH(57) + 1];
    for (size_t at = 0; at < bytes.len; at += 57) {
        struct slice chunk = slice_until(slice_from(bytes, at), 57);
        base64_encode_raw(line, chunk.len, (const uint8_t *)chunk.ptr);
        buffer_add(out, (struct slice){line, BASE64_ENCODE_RAW_LENGTH(chunk.len)});
        add(out, "\r\n");
    }
}

void mail_pack(const char *name, struct slice bytes, struct buffer *out)
{
    size_t used = 0, room = bytes.len + 10000;
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    buffer_reserve(out, room);
    archive_write_set_format_zip(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    if (archive_write_open_memory(archive, out->ptr + out->len, room, &used) != ARCHIVE_OK)
        abort();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)bytes.len);
    if (archive_write_header(archive, entry) != ARCHIVE_OK ||
        archive_write_data(archive, bytes.ptr, bytes.len) != (la_ssize_t)bytes.len ||
        archive_write_close(archive) != ARCHIVE_OK)
        abort();
    archive_entry_free(entry);
    archive_write_free(archive);
    out->len += used;
}

/* ---- rows ---- */

/* A different one a row, as long as there are any. */
static void add_address(struct buffer *out, unsigned row)
{
    static const char *const networks[] = {"192.0.2", "198.51.100", "203.0.113"};
    if (row < 3 * 254)
        buffer_printf(out, "%s.%u", networks[row / 254], row % 254 + 1);
    else
        buffer_printf(out, "2001:db8:%x::%x", row >> 16, row & 0xffff);
}

static unsigned second(unsigned row)
{
    return row * 7 % 60;
}

static void add_csv_row(struct buffer *out, unsigned row)
{
    buffer_printf(out, "\"2026-11-16 10:%02u:%02u\",", row % 60, second(row));
    add_address(out, row);
    buffer_printf(out,
                  ",udp,%u,host-%u.provider.example,dns,\"64500\",\"NL\",\"NOORD-HOLLAND\","
                  "\"AMSTERDAM\",openresolver,\"30\",\"4.6190\"\r\n",
                  1024 + row % 50000, row);
}

static void add_plain_row(struct buffer *out, unsigned row)
{
    add_address(out, row);
    buffer_printf(out, ";2026-11-16T10:%02u:%02uZ;ssh;%u\r\n", row % 60, second(row),
                  1024 + row % 50000);
}

static void add_pipe_row(struct buffer *out, unsigned row)
{
    add(out, "scanner|64500|");
    add_address(out, row);
    buffer_printf(out, "|2026-11-16 10:%02u:%02u|22|EXAMPLE, NL\r\n", row % 60, second(row));
}

static void add_pairs_row(struct buffer *out, unsigned row)
{
    buffer_printf(out, "time=\"2026-11-16 10:%02u:%02u UTC\" src_ip=", row % 60, second(row));
    add_address(out, row);
    buffer_printf(out, " src_port=%u type=telnet\r\n", 1024 + row % 50000);
}

static void add_json_row(struct buffer *out, unsigned row)
{
    add(out, "{\"src_ip\": \"");
    add_address(out, row);
    buffer_printf(out,
                  "\", \"src_port\": %u, \"time\": \"2026-11-16T10:%02u:%02uZ\", "
                  "\"type\": \"ssh\", \"attempts\": %u}\n",
                  1024 + row % 50000, row % 60, second(row), row % 9 + 1);
}

static void add_html_row(struct buffer *out, unsigned row)
{
    add(out, "<tr><td>");
    add_address(out, row);
    buffer_printf(out,
                  "</td><td>2026-11-16&nbsp;10:%02u:%02u UTC</td><td>ssh</td>"
                  "<td>%u</td></tr>\r\n",
                  row % 60, second(row), row % 9 + 1);
}

static void add_sheet_row(struct buffer *out, unsigned row)
{
    buffer_printf(out, "<row r=\"%u\"><c r=\"A%u\" t=\"inlineStr\"><is><t>", row + 2, row + 2);
    add_address(out, row);
    buffer_printf(out,
                  "</t></is></c><c r=\"B%u\"><v>46342.4%03u</v></c>"
                  "<c r=\"C%u\" t=\"inlineStr\"><is><t>ssh</t></is></c></row>",
                  row + 2, row % 1000, row + 2);
}

static void add_xarf_row(struct buffer *out, unsigned row)
{
    buffer_printf(out,
                  "%s{\"xarf_version\": \"4.0.0\", \"report_id\": "
                  "\"6f1c0d2e-7a3b-4c5d-8e9f-0a1b2c%06x\", \"timestamp\": "
                  "\"2026-11-16T10:%02u:%02uZ\", \"reporter\": {\"org\": \"Watch\", "
                  "\"contact\": \"reports@watch.example\", \"domain\": \"watch.example\"}, "
                  "\"sender\": {\"org\": \"Watch\", \"contact\": \"reports@watch.example\", "
                  "\"domain\": \"watch.example\"}, \"source_identifier\": \"",
                  row > 0 ? "," : "", row, row % 60, second(row));
    add_address(out, row);
    buffer_printf(out,
                  "\", \"category\": \"connection\", \"type\": \"login_attack\", "
                  "\"protocol\": \"tcp\", \"first_seen\": \"2026-11-16T10:00:00Z\", "
                  "\"source_port\": %u}",
                  1024 + row % 50000);
}

/* The payload of evidence: a log line in base64. */
static void add_evidence_row(struct buffer *out, unsigned row)
{
    struct buffer line = BUFFER_INIT;
    char encoded[BASE64_ENCODE_RAW_LENGTH(66) + 1];
    buffer_printf(&line, "Nov 16 10:%02u:%02u shop sshd[%05u]: Failed password for root from ",
                  row % 60, second(row), row % 100000);
    while (line.len < 66)
        buffer_add_byte(&line, '\n');
    base64_encode_raw(encoded, 66, (const uint8_t *)line.ptr);
    buffer_add(out, (struct slice){encoded, BASE64_ENCODE_RAW_LENGTH(66)});
    buffer_release(&line);
}

static void add_item_row(struct buffer *out, unsigned row)
{
    buffer_printf(out,
                  "  <Item>\r\n   <TimeStamp>2026-11-16T10:%02u:%02uZ</TimeStamp>\r\n"
                  "   <Title>The Long Film</Title>\r\n   <FileName>film.%u.mkv</FileName>\r\n"
                  "   <FileSize>2229113437</FileSize>\r\n"
                  "   <Hash Type=\"SHA1\">4b642d022980e5ebaa7cf4b6e1cc93769921cb43</Hash>\r\n"
                  "  </Item>\r\n",
                  row % 60, second(row), row);
}

static void add_site_row(struct buffer *out, unsigned row)
{
    buffer_printf(out, "<site url=\"http://h%u.example/x/\" type=\"0\"/>\r\n", row);
}

static void add_log_row(struct buffer *out, unsigned row)
{
    buffer_printf(out,
                  "Nov 16 10:%02u:%02u garage sshd[%u]: Failed password for invalid user git "
                  "from 192.0.2.216 port %u ssh2\r\n",
                  row % 60, second(row), 4000 + row, 1024 + row % 50000);
}

static void add_log_item(struct buffer *out, unsigned row)
{
    buffer_printf(out,
                  "<li>Nov 16 10:%02u:%02u garage <b>sshd</b>[%u]: Failed password for root "
                  "from 192.0.2.216 port %u ssh2</li>\r\n",
                  row % 60, second(row), 4000 + row, 1024 + row % 50000);
}

static void add_summary_row(struct buffer *out, unsigned row)
{
    add_address(out, row);
    buffer_printf(out, "   Nov 13 22h/0    3    1    0    0\r\n    h%u.provider.example\r\n",
                  row);
}

static void add_monitor_row(struct buffer *out, unsigned row)
{
    add_address(out, row);
    buffer_printf(out,
                  " (%c)\r\n  - Mon, 16 Nov 2026 10:%02uAM PST\r\n    - Subject: Prices\r\n",
                  "HSDC"[row % 4], row % 60);
}

/* Prose, a line a row. */
static void add_prose_row(struct buffer *out, unsigned row)
{
    uint64_t seed = row + 1;
    add_words(out, out->len + 60, &seed);
    add(out, "\r\n");
}

/* ---- the kinds ---- */

#define SEE_FILE "See the attached file.\r\n"
#define CSV_HEAD                                                                               \
    "\"timestamp\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\","         \
    "\"region\",\"city\",\"dns_version\",\"min_amplification\",\"amplification\"\r\n"
#define CSV_FILE "2026-11-16-scan_dns-example-asn64500.csv"
#define COMPLAINT                                                                              \
    "Dear Sir or Madam,\r\n\r\nthe host 192.0.2.216 in your network attacks our server by "    \
    "ssh: somebody\r\ntries to log in with guessed passwords. Please stop that.\r\n\r\n"
#define HTML_COMPLAINT                                                                         \
    "<html><head><style>p { margin: 0 }</style></head><body><p>Dear Sir or Madam,</p>\r\n"     \
    "<p>the host <b>192.0.2.216</b> in your network attacks our server by ssh: somebody "      \
    "tries to log in with guessed passwords. Please stop that.</p>\r\n<ul>\r\n"
#define ACNS_HEAD                                                                              \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"                                           \
    "<Infringement xmlns=\"http://www.acns.net/ACNS\">\r\n"                                    \
    " <Case><ID>880011</ID><Status>Open</Status><Severity>Normal</Severity></Case>\r\n"        \
    " <Complainant><Entity>Film House</Entity><Contact>Rights desk</Contact>"                  \
    "<Email>rights@film.example</Email></Complainant>\r\n"                                     \
    " <Source><TimeStamp>2026-11-16T10:05:41Z</TimeStamp><IP_Address>192.0.2.229"              \
    "</IP_Address><Port>18525</Port><Type>BitTorrent</Type>"                                   \
    "<SubType BaseType=\"P2P\" Protocol=\"BITTORRENT\"/></Source>\r\n <Content>\r\n"
#define XARF_HEAD                                                                              \
    "{\"xarf_version\": \"4.0.0\", \"report_id\": "                                            \
    "\"6f1c0d2e-7a3b-4c5d-8e9f-0a1b2c3d4e09\", \"timestamp\": \"2026-11-16T10:08:00Z\", "      \
    "\"reporter\": {\"org\": \"Watch\", \"contact\": \"reports@watch.example\", "              \
    "\"domain\": \"watch.example\"}, \"sender\": {\"org\": \"Watch\", \"contact\": "           \
    "\"reports@watch.example\", \"domain\": \"watch.example\"}, "                              \
    "\"source_identifier\": \"192.0.2.157\", \"category\": \"connection\", "                   \
    "\"type\": \"login_attack\", \"protocol\": \"tcp\", "                                      \
    "\"first_seen\": \"2026-11-16T10:00:00Z\", \"source_port\": 11211, "                       \
    "\"evidence\": [{\"content_type\": \"text/plain\", \"description\": \"log\", "             \
    "\"payload\": \""
#define X_ARF                                                                                  \
    "Content-Type: text/plain; charset=utf-8; name=\"report.txt\"\r\n\r\n---\r\n"              \
    "Reported-From: sensor@museum.example\r\nCategory: abuse\r\nReport-Type: login-attack\r\n" \
    "Service: ssh\r\nPort: 22\r\nVersion: 0.1\r\nUser-Agent: sensor 1.0\r\n"                   \
    "Date: Mon, 16 Nov 2026 12:58:00 +0000\r\nSource: 192.0.2.216\r\nSource-Type: ipv4\r\n"    \
    "Attachment: text/plain\r\nSchema-URL: http://www.x-arf.org/schema/"                       \
    "abuse_login-attack_0.1.2.json\r\n"

const struct mail_kind mail_kinds[] = {
    {.name = "xarf-v4",
     .from = "Watch <reports@watch.example>",
     .subject = "Report about 192.0.2.157",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "application/json",
     .file = "xarf.json",
     .head = XARF_HEAD,
     .tail = "\"}]}\r\n",
     .add_row = add_evidence_row},
    {.name = "xarf-v4 list",
     .from = "Watch <reports@watch.example>",
     .subject = "Reports",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "application/json",
     .file = "xarf.json",
     .head = "[",
     .tail = "]\r\n",
     .add_row = add_xarf_row},
    {.name = "x-arf",
     .from = "Sensor <sensor@museum.example>",
     .subject = "abuse report about 192.0.2.216",
     .text = "A report in X-ARF is attached.\r\n",
     .more = X_ARF,
     .packing = PACK_FILE,
     .type = "text/plain",
     .file = "logfile.log",
     .head = "",
     .tail = "",
     .add_row = add_log_row},
    {.name = "acns",
     .from = "IP-Echelon <notices@ip-echelon.com>",
     .subject = "Notice of Claimed Infringement - Case ID 880011",
     .text = "We write for the owner of a film that is shared from your network.\r\n",
     .packing = PACK_FILE,
     .type = "application/xml",
     .file = "880011.xml",
     .head = ACNS_HEAD,
     .tail = " </Content>\r\n</Infringement>\r\n",
     .add_row = add_item_row},
    {.name = "safe-browsing",
     .from = "Google Safe Browsing Alerts <noreply@google.com>",
     .subject = "Safe Browsing notification for AS64500",
     .packing = PACK_TEXT,
     .type = "text/plain",
     .head = "<?xml version=\"1.0\"?>\r\n<safebrowsing><as id=\"64500\">\r\n",
     .tail = "</as></safebrowsing>\r\n",
     .add_row = add_site_row},
    {.name = "shadowserver csv",
     .from = "Shadowserver <autoreports@shadowserver.org>",
     .subject = "Shadowserver Example Accessible DNS Report: 2026-11-16",
     .text = SEE_FILE,
     .packing = PACK_BASE64,
     .type = "text/csv",
     .file = CSV_FILE,
     .head = CSV_HEAD,
     .tail = "",
     .add_row = add_csv_row},
    {.name = "shadowserver zip",
     .from = "Shadowserver <autoreports@shadowserver.org>",
     .subject = "Shadowserver Example Accessible DNS Report: 2026-11-16",
     .text = SEE_FILE,
     .packing = PACK_ZIP,
     .type = "application/zip",
     .file = CSV_FILE ".zip",
     .entry = CSV_FILE,
     .head = CSV_HEAD,
     .tail = "",
     .add_row = add_csv_row},
    {.name = "generic csv",
     .from = "SOC <soc@example.org>",
     .subject = "Sensor export",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "text/csv",
     .file = "export.csv",
     .head = "source_ip;time;type;source_port\r\n",
     .tail = "",
     .add_row = add_plain_row},
    {.name = "table in the text",
     .from = "CAP <cap@cymru.example>",
     .subject = "Hosts in your network",
     .packing = PACK_TEXT,
     .type = "text/plain",
     .head = "Dear team,\r\n\r\ncategory|asn|address|timestamp|port|name\r\n",
     .tail = "",
     .add_row = add_pipe_row},
    {.name = "key=value",
     .from = "SOC <soc@example.org>",
     .subject = "Sensor export",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "application/octet-stream",
     .file = "export.txt",
     .head = "",
     .tail = "",
     .add_row = add_pairs_row},
    {.name = "json lines",
     .from = "SOC <soc@example.org>",
     .subject = "Sensor export",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "application/json",
     .file = "export.json",
     .head = "",
     .tail = "",
     .add_row = add_json_row},
    {.name = "html table",
     .from = "SOC <soc@example.org>",
     .subject = "Attacks from your network",
     .text = SEE_FILE,
     .packing = PACK_FILE,
     .type = "text/html; charset=utf-8",
     .file = "report.html",
     .head = "<html><body><p>Dear team, <b>these hosts</b> attacked us:</p>\r\n"
             "<table border=1><tr><th>Source IP<th>Time<th>Category<th>Count</tr>\r\n",
     .tail = "</table></body></html>\r\n",
     .add_row = add_html_row},
    {.name = "xlsx",
     .from = "SOC <soc@example.org>",
     .subject = "Attacks from your network",
     .text = SEE_FILE,
     .packing = PACK_ZIP,
     .type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .file = "report.xlsx",
     .entry = "xl/worksheets/sheet1.xml",
     .head = "<?xml version=\"1.0\"?><worksheet><sheetData><row r=\"1\">"
             "<c r=\"A1\" t=\"inlineStr\"><is><t>Source IP</t></is></c>"
             "<c r=\"B1\" t=\"inlineStr\"><is><t>Time</t></is></c>"
             "<c r=\"C1\" t=\"inlineStr\"><is><t>Type</t></is></c></row>",
     .tail = "</sheetData></worksheet>",
     .add_row = add_sheet_row},
    {.name = "spamcop summary",
     .from = "SpamCop <summaries@admin.spamcop.net>",
     .subject = "[SpamCop] summary report",
     .packing = PACK_TEXT,
     .type = "text/plain",
     .head = "   IP_Address Start/Length Trap User Mole Simp Comments\r\n    RDNS\r\n",
     .tail = "",
     .add_row = add_summary_row},
    {.name = "honeypot monitor",
     .from = "Project Honey Pot <monitor-bounce@projecthoneypot.org>",
     .subject = "Project Honey Pot Monitor Report (11/15/2026 - 11/16/2026)",
     .packing = PACK_TEXT,
     .type = "text/plain",
     .head = "IPs Engaged In Harvesting On Your Network:\r\n\r\n",
     .tail = "",
     .add_row = add_monitor_row},
    {.name = "fail2ban",
     .from = "fail2ban <fail2ban@garage.example>",
     .subject = "Abuse from 192.0.2.216",
     .packing = PACK_TEXT,
     .type = "text/plain",
     .head = "Dear Sir/Madam,\r\n\r\nfail2ban on garage.example saw the following.\r\n\r\n"
             "Lines containing failures of 192.0.2.216\r\n",
     .tail = "",
     .add_row = add_log_row},
    {.name = "free text, log",
     .from = "Ann <ann@garage.example>",
     .subject = "Attack on our server",
     .packing = PACK_TEXT,
     .type = "text/plain; charset=utf-8",
     .head = COMPLAINT,
     .tail = "",
     .add_row = add_log_row},
    {.name = "free text, prose",
     .from = "Ann <ann@garage.example>",
     .subject = "Attack on our server",
     .packing = PACK_TEXT,
     .type = "text/plain; charset=utf-8",
     .head = COMPLAINT,
     .tail = "",
     .add_row = add_prose_row},
    {.name = "free text, html",
     .from = "Ann <ann@garage.example>",
     .subject = "Attack on our server",
     .packing = PACK_TEXT,
     .type = "text/html; charset=utf-8",
     .head = HTML_COMPLAINT,
     .tail = "</ul></body></html>\r\n",
     .add_row = add_log_item},
    {.name = "ordinary mail",
     .from = "Ann <ann@garage.example>",
     .subject = "Lunch tomorrow",
     .packing = PACK_TEXT,
     .type = "text/plain; charset=utf-8",
     .head = "Hello,\r\n\r\n",
     .tail = "",
     .add_row = add_prose_row},
    {.name = "out of office",
     .from = "Ann <ann@garage.example>",
     .subject = "Automatic reply: Your machine",
     .packing = PACK_TEXT,
     .type = "text/plain; charset=utf-8",
     .head = "I am away.\r\n\r\n",
     .tail = "",
     .add_row = add_prose_row},
    {.name = NULL},
};

/* ---- putting together ---- */

static void add_part_head(struct buffer *mail, const struct mail_kind *kind, bool encoded)
{
    buffer_printf(mail, "Content-Type: %s", kind->type);
    if (kind->file != NULL)
        buffer_printf(mail, "; name=\"%s\"\r\nContent-Disposition: attachment; filename=\"%s\"",
                      kind->file, kind->file);
    add(mail, "\r\n");
    if (encoded)
        add(mail, "Content-Transfer-Encoding: base64\r\n");
    add(mail, "\r\n");
}

static void make(const struct mail_kind *kind, size_t document_size, struct mail *mail)
{
    bool attached = kind->packing != PACK_TEXT;
    bool encoded = kind->packing == PACK_BASE64 || kind->packing == PACK_ZIP;
    buffer_clear(&mail->document);
    buffer_clear(&mail->packed);
    buffer_clear(&mail->encoded);
    buffer_clear(&mail->raw);
    add(&mail->document, kind->head);
    for (unsigned row = 0; row == 0 || mail->document.len < document_size; row++)
        kind->add_row(&mail->document, row);
    add(&mail->document, kind->tail);
    if (kind->packing == PACK_ZIP)
        mail_pack(kind->entry, buffer_slice(&mail->document), &mail->packed);
    else
        buffer_add(&mail->packed, buffer_slice(&mail->document));
    if (encoded)
        mail_add_base64(&mail->encoded, buffer_slice(&mail->packed));
    add_head(&mail->raw, "sender.example", kind->from, kind->subject);
    if (attached)
        buffer_printf(&mail->raw,
                      "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n"
                      "--" BOUNDARY "\r\nContent-Type: text/plain\r\n\r\n%s"
                      "\r\n--" BOUNDARY "\r\n",
                      kind->text);
    if (kind->more != NULL)
        buffer_printf(&mail->raw, "%s\r\n--" BOUNDARY "\r\n", kind->more);
    add_part_head(&mail->raw, kind, encoded);
    buffer_add(&mail->raw, buffer_slice(encoded ? &mail->encoded : &mail->packed));
    if (attached)
        add(&mail->raw, "\r\n--" BOUNDARY "--\r\n");
}

void mail_of_kind(const struct mail_kind *kind, size_t size, struct mail *mail)
{
    size_t document_size = size;
    make(kind, document_size, mail);
    for (unsigned attempt = 0; attempt < 6; attempt++) {
        size_t around = mail->raw.len - mail->packed.len;
        double wanted = (double)size - (double)around;
        if (mail->encoded.len > 0) /* which grows and shrinks with packing */
            wanted = (double)document_size * (double)size / (double)mail->raw.len;
        document_size = wanted < 1 ? 1 : (size_t)wanted;
        make(kind, document_size, mail);
    }
}

void mail_release(struct mail *mail)
{
    buffer_release(&mail->raw);
    buffer_release(&mail->document);
    buffer_release(&mail->packed);
    buffer_release(&mail->encoded);
}
