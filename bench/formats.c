/* What parsing costs, by format and size: mails of a fixed seed, beside a feedback report of
 * the same size, and beside the floor that the libraries set: the bare decoding, inflating
 * and parsing of the same bytes with nothing done about them, and memchr of every line.
 *
 * usage: bench-formats [FORMAT [BYTES]]
 * TSV; microseconds are CPU time, medians of seven rounds. */
#include "bench/mails.h"
#include "bench/measure.h"
#include "parsers/parser.h"

#include <csv.h>
#include <expat.h>
#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define ROUND_SECONDS 0.02

/* ---- ours ---- */

static size_t parse(struct slice raw, struct arena *arena)
{
    struct parse_result result;
    parse_message(raw, &parse_settings_default, arena, &result);
    return result.report_count;
}

/* ---- floors ---- */

static size_t decode(struct slice raw, struct arena *arena)
{
    struct base64_decode_ctx context;
    uint8_t *bytes = arena_alloc(arena, BASE64_DECODE_LENGTH(raw.len));
    size_t length = 0;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &length, bytes, raw.len, raw.ptr))
        abort();
    return length;
}

static size_t inflate_entry(struct slice raw, struct arena *arena)
{
    const unsigned char *head = (const unsigned char *)raw.ptr;
    size_t skip = 30 + head[26] + head[27] * 256U + head[28] + head[29] * 256U;
    struct slice data = slice_from(raw, skip);
    size_t room = raw.len * 50;
    z_stream stream = {.next_in = (Bytef *)data.ptr,
                       .avail_in = (uInt)data.len,
                       .next_out = arena_alloc(arena, room),
                       .avail_out = (uInt)room};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK || inflate(&stream, Z_FINISH) != Z_STREAM_END)
        abort();
    (void)inflateEnd(&stream);
    return stream.total_out;
}

static void on_field(void *bytes, size_t length, void *data)
{
    (void)bytes;
    (void)length;
    ++*(size_t *)data;
}

static void on_row(int end, void *data)
{
    (void)end;
    (void)data;
}

static size_t read_csv(struct slice raw, struct arena *arena)
{
    struct csv_parser csv;
    size_t fields = 0;
    (void)arena;
    if (csv_init(&csv, 0) != 0 ||
        csv_parse(&csv, raw.ptr, raw.len, on_field, on_row, &fields) != raw.len)
        abort();
    (void)csv_fini(&csv, on_field, on_row, &fields);
    csv_free(&csv);
    return fields;
}

static size_t read_json(struct slice raw, struct arena *arena)
{
    size_t count = 0;
    (void)arena;
    while (raw.len > 2) {
        json_error_t error;
        json_t *root = json_loadb(raw.ptr, raw.len, JSON_DISABLE_EOF_CHECK, &error);
        if (root == NULL)
            abort();
        json_decref(root);
        raw = slice_from(raw, (size_t)error.position);
        count++;
    }
    return count;
}

static size_t read_xml(struct slice raw, struct arena *arena)
{
    (void)arena;
    XML_Parser parser = XML_ParserCreate(NULL);
    if (parser == NULL || XML_Parse(parser, raw.ptr, (int)raw.len, 1) != XML_STATUS_OK)
        abort();
    size_t length = (size_t)XML_GetCurrentByteIndex(parser);
    XML_ParserFree(parser);
    return length;
}

static size_t read_html(struct slice raw, struct arena *arena)
{
    htmlSAXHandler nothing = {0};
    (void)arena;
    htmlParserCtxtPtr parser =
        htmlCreatePushParserCtxt(&nothing, NULL, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (parser == NULL)
        abort();
    (void)htmlParseChunk(parser, raw.ptr, (int)raw.len, 1);
    htmlFreeParserCtxt(parser);
    return raw.len;
}

/* The library that reads documents of the kind, or NULL where none does. */
static work_fn reader_of(const struct mail_kind *kind)
{
    struct slice type = slice_of(kind->type), head = slice_of(kind->head);
    if (slice_eq(type, SLICE("text/csv")) || slice_find(slice_of(kind->name), SLICE("csv")) > 0)
        return strchr(kind->head, ';') == NULL ? read_csv : NULL;
    if (slice_eq(type, SLICE("application/json")))
        return read_json;
    if (slice_starts_with(head, SLICE("<?xml")))
        return read_xml;
    return slice_starts_with(type, SLICE("text/html")) ? read_html : NULL;
}

static double floor_of(const struct mail_kind *kind, const struct mail *mail)
{
    work_fn reader = reader_of(kind);
    double sum = measure(measure_lines, buffer_slice(&mail->raw), ROUND_SECONDS);
    if (mail->encoded.len > 0)
        sum += measure(decode, buffer_slice(&mail->encoded), ROUND_SECONDS);
    if (kind->packing == PACK_ZIP)
        sum += measure(inflate_entry, buffer_slice(&mail->packed), ROUND_SECONDS);
    if (reader != NULL)
        sum += measure(reader, buffer_slice(&mail->document), ROUND_SECONDS);
    return sum;
}

/* ---- the table ---- */

static void measure_kind(const struct mail_kind *kind, size_t size, struct buffer *feedback)
{
    struct mail mail = {0};
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    mail_of_kind(kind, size, &mail);
    struct slice raw = buffer_slice(&mail.raw);
    mail_feedback(feedback, raw.len);
    parse_message(raw, &parse_settings_default, &arena, &result);
    double arf = measure(parse, buffer_slice(feedback), ROUND_SECONDS);
    double ours = measure(parse, raw, ROUND_SECONDS);
    double least = floor_of(kind, &mail);
    double each = ours / (result.report_count > 0 ? (double)result.report_count : 1);
    printf("%s\t%zu\t%s\t%zu\t%.2f\t%.2f\t%.2f\t%.3f\t%.2f\t%.2f\t%.2f\n", kind->name, raw.len,
           result.parser, result.report_count, ours, arf, ours / arf, each, each / arf, least,
           ours / least);
    (void)fflush(stdout);
    arena_release(&arena);
    mail_release(&mail);
}

int main(int argc, char **argv)
{
    static const size_t sizes[] = {2 << 10, 5 << 10, 13 << 10, 200 << 10};
    struct buffer feedback = BUFFER_INIT;
    printf(
        "format\tbytes\tparser\treports\tus\tARF of that size, us\tratio to it\tus a report\t"
        "ratio of that\tbare libraries, us\tratio to them\n");
    size_t only = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    for (const struct mail_kind *kind = mail_kinds; kind->name != NULL; kind++)
        for (size_t i = 0; i < (only > 0 ? 1 : sizeof sizes / sizeof sizes[0]); i++)
            if (argc < 2 || strcmp(argv[1], kind->name) == 0)
                measure_kind(kind, only > 0 ? only : sizes[i], &feedback);
    buffer_release(&feedback);
    return 0;
}
