/* The bytes of a file, inflated when it is gzip, seen through a window that moves over it. */
#ifndef INGEST_STREAM_H
#define INGEST_STREAM_H

#include "base/slice.h"
#include "base/status.h"

struct gzFile_s;

struct stream {
    struct gzFile_s *file; /* NULL: none is open */
    char *window;          /* kept from one file to the next */
    size_t begin, end;     /* what of the window is filled and not yet given up */
    size_t room;
    bool ended;    /* nothing comes behind the window any more */
    uint64_t size; /* of the file on disk */
};

MUST_USE enum status stream_open(struct stream *stream, const char *path, struct fault *why);
void stream_close(struct stream *stream);   /* the file; the window stays for the next one */
void stream_release(struct stream *stream); /* and the window */

/* Brings more bytes into the window, whose begin may move; ended is set when there are none. */
MUST_USE enum status stream_more(struct stream *stream, struct fault *why);
uint64_t stream_offset(const struct stream *stream); /* on disk: for progress only */

static inline struct slice stream_slice(const struct stream *stream)
{
    if (stream->window == NULL) /* nothing was read yet */
        return (struct slice){0};
    return (struct slice){stream->window + stream->begin, stream->end - stream->begin};
}

#endif
