#include "ingest/canon.h"

#include <nettle/sha2.h>

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* ---- fields ---- */

static void add_lower(struct slice name, struct buffer *out)
{
    for (size_t i = 0; i < name.len; i++)
        buffer_add_byte(out, (char)byte_lower(name.ptr[i]));
}

/* s3.4.2: unfolded, blanks as one space, none at the end and around the colon. */
static void relaxed_field(struct slice name, struct slice value, struct slice without,
                          struct buffer *out)
{
    bool blank = false, any = false;
    add_lower(slice_trim(name), out);
    buffer_add_byte(out, ':');
    for (size_t i = 0; i < value.len; i++) {
        const char *at = value.ptr + i;
        if (without.len > 0 && at >= without.ptr && at < without.ptr + without.len)
            continue;
        if (*at == '\r' || *at == '\n')
            continue;
        if (is_blank(*at)) {
            blank = any;
            continue;
        }
        if (blank)
            buffer_add_byte(out, ' ');
        buffer_add_byte(out, *at);
        blank = false;
        any = true;
    }
    buffer_add(out, SLICE("\r\n"));
}

void canon_field(enum canon canon, struct slice field, struct slice without, struct buffer *out)
{
    ptrdiff_t colon = slice_find_byte(field, ':');
    if (canon == CANON_RELAXED && colon >= 0) {
        relaxed_field(slice_until(field, (size_t)colon), slice_from(field, (size_t)colon + 1),
                      without, out);
    } else if (without.len == 0) {
        buffer_add(out, field);
    } else {
        buffer_add(out, slice_until(field, (size_t)(without.ptr - field.ptr)));
        buffer_add(out, slice_from(field, (size_t)(without.ptr - field.ptr) + without.len));
    }
}

/* ---- bodies ---- */

/* Bytes that are hashed once it is known that something follows them. */
struct body_hash {
    struct sha256_ctx context;
    size_t empty; /* lines */
    bool any;
};

static void update(struct body_hash *hash, struct slice bytes)
{
    if (bytes.len > 0)
        sha256_update(&hash->context, bytes.len, (const uint8_t *)bytes.ptr);
}

static void relaxed_line(struct body_hash *hash, struct slice line)
{
    size_t i = 0;
    while (i < line.len) {
        size_t from = i;
        while (i < line.len && !is_blank(line.ptr[i]))
            i++;
        update(hash, (struct slice){line.ptr + from, i - from});
        if (i == line.len)
            break;
        while (i < line.len && is_blank(line.ptr[i]))
            i++;
        update(hash, SLICE(" "));
    }
}

static struct slice without_blanks_at_end(struct slice line)
{
    while (line.len > 0 && is_blank(line.ptr[line.len - 1]))
        line.len--;
    return line;
}

/* A line without its CRLF; empty lines at the end of the body do not count. */
static void add_line(struct body_hash *hash, enum canon canon, struct slice line)
{
    if (canon == CANON_RELAXED)
        line = without_blanks_at_end(line);
    if (line.len == 0) {
        hash->empty++;
        return;
    }
    for (; hash->empty > 0; hash->empty--)
        update(hash, SLICE("\r\n"));
    if (canon == CANON_RELAXED)
        relaxed_line(hash, line);
    else
        update(hash, line);
    update(hash, SLICE("\r\n"));
    hash->any = true;
}

void canon_body_hash(enum canon canon, struct slice body, uint8_t digest[32])
{
    struct body_hash hash = {0};
    sha256_init(&hash.context);
    while (body.len > 0) {
        ptrdiff_t end = slice_find(body, SLICE("\r\n"));
        size_t length = end < 0 ? body.len : (size_t)end;
        add_line(&hash, canon, slice_until(body, length));
        body = slice_from(body, end < 0 ? body.len : length + 2);
    }
    if (!hash.any && canon == CANON_SIMPLE)
        update(&hash, SLICE("\r\n")); /* s3.4.3: an empty body is one CRLF */
    sha256_digest(&hash.context, SHA256_DIGEST_SIZE, digest);
}
