#include "parsers/attachments.h"

#include "base/buffer.h"
#include "parsers/charset.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#define CHUNK ((size_t)64 * 1024)

struct opening {
    const struct incoming *message;
    struct attachments *attachments;
    size_t inflated;
    size_t packed; /* bytes of the parts so far */
    unsigned entries;
};

static void set_fault(struct opening *opening, struct slice name, const char *reason)
{
    if (opening->attachments->fault.len == 0)
        opening->attachments->fault =
            arena_printf(opening->message->arena, "attachment %.*s cannot be opened: %s",
                         SLICE_FMT(slice_until(name, 80)), reason);
}

static void add(struct opening *opening, struct attachment attachment)
{
    struct attachments *all = opening->attachments;
    if (all->items == NULL || (all->count & (all->count - 1)) == 0) {
        struct attachment *grown = arena_array(opening->message->arena, struct attachment,
                                               all->count == 0 ? 1 : all->count * 2);
        if (all->items != NULL)
            memcpy(grown, all->items, all->count * sizeof *grown);
        all->items = grown;
    }
    all->items[all->count++] = attachment;
}

enum packing { PACKING_NONE, PACKING_ZIP, PACKING_GZIP };

static enum packing packing_of(struct slice bytes)
{
    if (slice_starts_with(bytes, SLICE("PK\x03\x04")))
        return PACKING_ZIP;
    if (slice_starts_with(bytes, SLICE("\x1f\x8b\x08")))
        return PACKING_GZIP;
    return PACKING_NONE;
}

bool attachment_is_packed(struct slice bytes)
{
    return packing_of(bytes) != PACKING_NONE;
}

/* The content of the entry the archive stands at. False: damaged, encrypted, or over a
 * limit. */
static bool inflate_entry(struct opening *opening, struct archive *archive, struct slice name,
                          struct slice *bytes)
{
    struct arena *arena = opening->message->arena;
    struct buffer content = BUFFER_INIT;
    bool whole = true;
    for (;;) {
        buffer_reserve(&content, CHUNK);
        la_ssize_t got = archive_read_data(archive, content.ptr + content.len, CHUNK);
        if (got <= 0) {
            whole = got == 0;
            break;
        }
        content.len += (size_t)got;
        opening->inflated += (size_t)got;
        if (opening->inflated > ATTACHMENT_INFLATED_MOST ||
            (opening->inflated > ATTACHMENT_INFLATED_ANY &&
             opening->inflated / ATTACHMENT_RATIO_MOST > opening->packed)) {
            set_fault(opening, name,
                      "it inflates beyond the limit of 64 MiB, or of 100 times its size");
            buffer_release(&content);
            return false;
        }
    }
    if (!whole)
        set_fault(opening, name, archive_error_string(archive));
    else
        *bytes = arena_copy(arena, buffer_slice(&content));
    buffer_release(&content);
    return whole;
}

static struct archive *open_archive(struct slice bytes, enum packing packing)
{
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        abort();
    if (packing == PACKING_ZIP) {
        (void)archive_read_support_format_zip(archive);
    } else {
        /* Just this one: by itself the library would undo gzip in gzip, uncounted. */
        (void)archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP);
        (void)archive_read_support_format_raw(archive);
    }
    if (archive_read_open_memory(archive, bytes.ptr, bytes.len) == ARCHIVE_OK)
        return archive;
    (void)archive_read_free(archive);
    return NULL;
}

/* "report.csv.gz" holds "report.csv". */
static struct slice without_gz(struct slice name)
{
    return slice_ends_with_nocase(name, SLICE(".gz")) ? slice_until(name, name.len - 3) : name;
}

static void open_into(struct opening *opening, struct attachment packed, unsigned depth);

static void take(struct opening *opening, struct attachment attachment, unsigned depth)
{
    bool is_packed = attachment_is_packed(attachment.bytes);
    if (is_packed && depth < ATTACHMENT_DEPTH_MOST) {
        open_into(opening, attachment, depth + 1);
        return;
    }
    if (is_packed)
        set_fault(opening, attachment.name, "it is an archive too deep within others");
    attachment.bytes = charset_narrow(opening->message->arena, attachment.bytes);
    add(opening, attachment);
}

static void open_into(struct opening *opening, struct attachment packed, unsigned depth)
{
    enum packing packing = packing_of(packed.bytes);
    struct archive *archive = open_archive(packed.bytes, packing);
    struct archive_entry *entry = NULL;
    if (archive == NULL) {
        set_fault(opening, packed.name, "it is damaged");
        return;
    }
    while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
        struct attachment inner = {.part = packed.part};
        if (opening->entries++ >= ATTACHMENT_ENTRIES_MOST) {
            set_fault(opening, packed.name, "it has too many entries");
            break;
        }
        const char *name = archive_entry_pathname(entry);
        inner.name = packing == PACKING_GZIP
                         ? without_gz(packed.name)
                         : arena_copy(opening->message->arena, slice_of(name));
        if (archive_entry_filetype(entry) == AE_IFDIR)
            continue;
        if (archive_entry_is_encrypted(entry)) {
            set_fault(opening, packed.name, "it is encrypted");
            break;
        }
        if (!inflate_entry(opening, archive, packed.name, &inner.bytes))
            break;
        take(opening, inner, depth);
    }
    (void)archive_read_free(archive);
}

/* A text in a charset of its own is of use only as UTF-8. */
static struct slice file_bytes(struct arena *arena, const struct mime_part *part)
{
    struct slice raw = mime_decode_body(arena, part), narrow = charset_narrow(arena, raw);
    if (narrow.ptr != raw.ptr || attachment_is_packed(raw))
        return narrow;
    return slice_starts_with(part->type, SLICE("text/")) ? mime_decode_text(arena, part) : raw;
}

const struct attachments *attachments_of(const struct incoming *message)
{
    struct attachments *all = message->attachments;
    if (all->items != NULL || message->mime.part_count == 0)
        return all;
    struct opening opening = {.message = message, .attachments = all};
    for (size_t i = 0; i < message->mime.part_count; i++) {
        const struct mime_part *part = &message->mime.parts[i];
        /* What an attached mail holds is evidence, not report; a forwarded report is read as
         * a message of its own. */
        if (part->container || !mime_is_own(&message->mime, part))
            continue;
        struct attachment whole = {.name = mime_filename(message->arena, part),
                                   .type = part->type,
                                   .bytes = file_bytes(message->arena, part),
                                   .part = part};
        if (whole.name.len == 0)
            whole.name = message->file_name;
        opening.packed += whole.bytes.len;
        take(&opening, whole, 0);
    }
    return all;
}
