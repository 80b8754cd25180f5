#include "ingest/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define WINDOW ((size_t)256 << 10)

enum status stream_open(struct stream *stream, const char *path, struct fault *why)
{
    stream_close(stream);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return fail(why, ERR_IO, "%s: cannot be opened: %s", path, strerror(errno));
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        (void)close(fd);
        return fail(why, ERR_IO, "%s: is not a regular file", path);
    }
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    stream->file = gzdopen(fd, "rb");
    if (stream->file == NULL)
        abort();
    (void)gzbuffer(stream->file, WINDOW / 4);
    stream->size = (uint64_t)about.st_size;
    stream->begin = stream->end = 0;
    stream->ended = false;
    return OK;
}

void stream_close(struct stream *stream)
{
    if (stream->file != NULL)
        (void)gzclose_r(stream->file);
    stream->file = NULL;
}

void stream_release(struct stream *stream)
{
    stream_close(stream);
    free(stream->window);
    *stream = (struct stream){0};
}

/* Room for at least half a window behind the end: by moving to the front, or by growing. */
static void make_room(struct stream *stream)
{
    if (stream->begin > 0) {
        memmove(stream->window, stream->window + stream->begin, stream->end - stream->begin);
        stream->end -= stream->begin;
        stream->begin = 0;
    }
    if (stream->room - stream->end >= WINDOW / 2)
        return;
    stream->room = stream->room == 0 ? WINDOW : stream->room * 2;
    stream->window = realloc(stream->window, stream->room);
    if (stream->window == NULL)
        abort();
}

enum status stream_more(struct stream *stream, struct fault *why)
{
    if (stream->file == NULL || stream->ended) {
        stream->ended = true;
        return OK;
    }
    make_room(stream);
    int got = gzread(stream->file, stream->window + stream->end,
                     (unsigned)(stream->room - stream->end));
    if (got > 0) {
        stream->end += (size_t)got;
        return OK;
    }
    stream->ended = true;
    int code = Z_OK;
    const char *text = gzerror(stream->file, &code);
    if (code == Z_ERRNO)
        return fail(why, ERR_IO, "cannot be read: %s", strerror(errno));
    if (code == Z_BUF_ERROR)
        return fail(why, ERR_MALFORMED,
                    "the gzip stream breaks off; what came before the break was read");
    if (code != Z_OK && code != Z_STREAM_END)
        return fail(why, ERR_MALFORMED, "the gzip stream is damaged: %s", text);
    return OK;
}

uint64_t stream_offset(const struct stream *stream)
{
    return stream->file == NULL ? stream->size : (uint64_t)gzoffset(stream->file);
}
