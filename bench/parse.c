/* What parsing costs, by size of the mail: feedback reports of a fixed seed, against the
 * floor (memchr from line end to line end), GMime (when it was there at configure time) and
 * Python's email, in the same run.
 *
 * usage: bench-parse [PYTHON-SCRIPT]     bench/parse.py, to have Python's email measured too
 * TSV: size, what, microseconds a message (median of 7 rounds), ratio to the line scan. */
#include "base/buffer.h"
#include "parsers/arf-fields.h"
#include "parsers/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef HAVE_GMIME
#include <gmime/gmime.h>
#endif

#define ROUNDS        7
#define ROUND_SECONDS 0.1

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return *seed >> 33;
}

static void add_words(struct buffer *mail, size_t until, uint64_t *seed)
{
    static const char *const words[] = {"offer", "today",    "of", "the",   "server",
                                        "click", "here-now", "a",  "price", "is",
                                        "you",   "win",      "in", "time"};
    size_t column = 0;
    while (mail->len < until) {
        const char *word = words[next_random(seed) % (sizeof words / sizeof words[0])];
        buffer_add(mail, slice_of(word));
        column += strlen(word) + 1;
        buffer_add(mail, column > 68 ? SLICE("\r\n") : SLICE(" "));
        column = column > 68 ? 0 : column;
    }
}

/* A feedback report as large mailbox providers send it, filled up with an original of that
 * size. */
static void make_mail(struct buffer *mail, size_t size)
{
    uint64_t seed = 5965;
    buffer_clear(mail);
    for (unsigned hop = 0; hop < 3; hop++)
        buffer_printf(
            mail,
            "Received: from mx%u.mailbox.example (mx%u.mailbox.example [198.51.100.%u])\r\n"
            "\tby mx.provider.example (Postfix) with ESMTPS id 4SkB2k1Qr9z9sV%u\r\n"
            "\tfor <abuse@provider.example>; Tue, 17 Nov 2026 10:00:0%u +0000\r\n",
            hop, hop, hop + 1, hop, hop);
    buffer_printf(
        mail, "From: Feedback <fbl@mailbox.example>\r\nTo: abuse@provider.example\r\n"
              "Subject: Feedback report\r\nDate: Tue, 17 Nov 2026 10:00:00 +0000\r\n"
              "Message-ID: <1@mailbox.example>\r\nMIME-Version: 1.0\r\n"
              "Content-Type: multipart/report; report-type=feedback-report;\r\n"
              "\tboundary=\"=_feedback_17\"\r\n\r\n--=_feedback_17\r\n"
              "Content-Type: text/plain\r\n\r\nSomebody complained about the attached mail.\r\n"
              "\r\n--=_feedback_17\r\nContent-Type: message/feedback-report\r\n\r\n"
              "Feedback-Type: abuse\r\nUser-Agent: Mailbox/1.0\r\nVersion: 1\r\n"
              "Source-IP: 192.0.2.7\r\nArrival-Date: Tue, 17 Nov 2026 09:00:00 +0000\r\n"
              "Original-Mail-From: <bounce@shop.example>\r\n"
              "Original-Rcpt-To: <reader@mailbox.example>\r\nReported-Domain: shop.example\r\n"
              "\r\n--=_feedback_17\r\nContent-Type: message/rfc822\r\n\r\n"
              "Received: from shop.example ([192.0.2.7]) by mx.mailbox.example;\r\n"
              "\tTue, 17 Nov 2026 09:00:00 +0000\r\nFrom: Shop <news@shop.example>\r\n"
              "Subject: Offers\r\nMessage-ID: <m1@shop.example>\r\n"
              "To: reader@mailbox.example\r\n\r\n");
    add_words(mail, size - 30, &seed);
    buffer_printf(mail, "\r\n--=_feedback_17--\r\n");
}

typedef size_t (*work_fn)(struct slice raw, struct arena *arena);

static size_t scan_lines(struct slice raw, struct arena *arena)
{
    (void)arena;
    size_t lines = 0;
    const char *at = raw.ptr, *end = raw.ptr + raw.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return lines;
}

static size_t scan_mime(struct slice raw, struct arena *arena)
{
    struct mime_message message;
    if (mime_scan(raw, &mime_limits_default, arena, &message, NULL) != OK)
        abort();
    return message.part_count;
}

/* What a feedback report says: scan, its own fields, and who and what of the original mail;
 * no verdict, no authentication, no report made of it. */
static size_t read_fields(struct slice raw, struct arena *arena)
{
    struct mime_message message;
    struct feedback feedback;
    if (mime_scan(raw, &mime_limits_default, arena, &message, NULL) != OK ||
        message.part_count < 5)
        abort();
    const struct mime_part *report = &message.parts[2];
    const struct mime_part *original = &message.parts[message.part_count - 1];
    struct header *fields = NULL;
    size_t count = mime_fields(report->body, &mime_limits_default, arena, &fields);
    feedback_read(fields, count, arena, &feedback);
    return feedback.type.len + mime_header(original, SLICE("Message-ID")).len +
           mime_header(original, SLICE("From")).len;
}

static size_t parse_whole(struct slice raw, struct arena *arena)
{
    struct parse_result result;
    parse_message(raw, &parse_settings_default, arena, &result);
    if (result.report_count != 1)
        abort();
    return result.report_count;
}

#ifdef HAVE_GMIME
static size_t parse_gmime(struct slice raw, struct arena *arena)
{
    (void)arena;
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(raw.ptr, raw.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    size_t found = message != NULL;
    g_object_unref(message);
    g_object_unref(parser);
    g_object_unref(stream);
    return found;
}
#endif

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Microseconds a message: the median of some rounds. */
static double measure(work_fn work, struct slice raw)
{
    static volatile size_t kept;
    struct arena arena = ARENA_INIT;
    double rounds[ROUNDS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t count = 0;
        double start = now(), elapsed = 0;
        do {
            for (unsigned i = 0; i < 4; i++, count++) {
                kept = kept + work(raw, &arena);
                arena_reset(&arena);
            }
            elapsed = now() - start;
        } while (elapsed < ROUND_SECONDS);
        rounds[round] = elapsed * 1e6 / (double)count;
    }
    arena_release(&arena);
    qsort(rounds, ROUNDS, sizeof rounds[0], by_value);
    return rounds[ROUNDS / 2];
}

/* Python prints its own microseconds; the mail goes through a file. 0 when it cannot. */
static double measure_python(const char *script, struct slice raw)
{
    char path[] = "/tmp/bench-parse-XXXXXX", command[600], answer[64] = "";
    int file = mkstemp(path);
    if (file < 0)
        return 0;
    bool written = write(file, raw.ptr, raw.len) == (ssize_t)raw.len;
    (void)close(file);
    (void)snprintf(command, sizeof command, "python3 '%s' '%s'", script, path);
    /* The shell sees our own arguments only. NOLINTNEXTLINE(cert-env33-c) */
    FILE *pipe = written ? popen(command, "r") : NULL;
    if (pipe != NULL) {
        if (fgets(answer, sizeof answer, pipe) == NULL)
            answer[0] = '\0';
        (void)pclose(pipe);
    }
    (void)unlink(path);
    return strtod(answer, NULL);
}

static void print_row(size_t size, const char *what, double micros, double lines)
{
    printf("%zu\t%s\t%.3f\t%.2f\n", size, what, micros, micros / lines);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {2 << 10, 5 << 10, 13 << 10, 200 << 10, 5 << 20};
    struct buffer mail = BUFFER_INIT;
#ifdef HAVE_GMIME
    g_mime_init();
#endif
    printf("bytes\twhat\tmicroseconds\tratio to the line scan\n");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        make_mail(&mail, sizes[i]);
        struct slice raw = buffer_slice(&mail);
        double lines = measure(scan_lines, raw);
        print_row(raw.len, "memchr every line", lines, lines);
        print_row(raw.len, "mime_scan", measure(scan_mime, raw), lines);
        print_row(raw.len, "fields read", measure(read_fields, raw), lines);
        print_row(raw.len, "parse_message", measure(parse_whole, raw), lines);
#ifdef HAVE_GMIME
        print_row(raw.len, "GMime", measure(parse_gmime, raw), lines);
#endif
        double python = argc > 1 ? measure_python(argv[1], raw) : 0;
        if (python > 0)
            print_row(raw.len, "Python email", python, lines);
    }
    buffer_release(&mail);
    return 0;
}
