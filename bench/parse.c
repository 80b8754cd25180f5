/* What parsing costs, by size of the mail: feedback reports of a fixed seed, against the
 * floor (memchr from line end to line end), GMime (when it was there at configure time) and
 * Python's email, in the same run.
 *
 * usage: bench-parse [PYTHON-SCRIPT]     bench/parse.py, to have Python's email measured too
 * TSV: size, what, microseconds a message (median of 7 rounds), ratio to the line scan. */
#include "bench/mails.h"
#include "bench/measure.h"
#include "parsers/arf-fields.h"
#include "parsers/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef HAVE_GMIME
#include <gmime/gmime.h>
#endif

#define ROUND_SECONDS 0.1

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
        mail_feedback(&mail, sizes[i]);
        struct slice raw = buffer_slice(&mail);
        double lines = measure(measure_lines, raw, ROUND_SECONDS);
        print_row(raw.len, "memchr every line", lines, lines);
        print_row(raw.len, "mime_scan", measure(scan_mime, raw, ROUND_SECONDS), lines);
        print_row(raw.len, "fields read", measure(read_fields, raw, ROUND_SECONDS), lines);
        print_row(raw.len, "parse_message", measure(parse_whole, raw, ROUND_SECONDS), lines);
#ifdef HAVE_GMIME
        print_row(raw.len, "GMime", measure(parse_gmime, raw, ROUND_SECONDS), lines);
#endif
        double python = argc > 1 ? measure_python(argv[1], raw) : 0;
        if (python > 0)
            print_row(raw.len, "Python email", python, lines);
    }
    buffer_release(&mail);
    return 0;
}
