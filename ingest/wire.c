#include "ingest/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static enum status gone(struct fault *why)
{
    return fail(why, ERR_IO, "the daemon is gone: %s", strerror(errno));
}

static enum status send_all(int fd, struct slice bytes, struct fault *why)
{
    while (bytes.len > 0) {
        ssize_t done = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return gone(why);
        bytes = slice_from(bytes, (size_t)done);
    }
    return OK;
}

void wire_put(struct buffer *held, enum wire_kind kind, struct slice head, struct slice body)
{
    uint32_t length = (uint32_t)(head.len + body.len);
    buffer_reserve(held, WIRE_HEADER + length);
    buffer_add(held, (struct slice){(const char *)&length, sizeof length});
    buffer_add_byte(held, (char)kind);
    buffer_add(held, head);
    buffer_add(held, body);
}

enum status wire_send_held(int fd, struct buffer *held, struct fault *why)
{
    enum status status = send_all(fd, buffer_slice(held), why);
    buffer_clear(held);
    return status;
}

enum status wire_send(int fd, enum wire_kind kind, struct slice head, struct slice body,
                      struct fault *why)
{
    struct buffer frame = BUFFER_INIT;
    wire_put(&frame, kind, head, body);
    enum status status = wire_send_held(fd, &frame, why);
    buffer_release(&frame);
    return status;
}

static enum status receive_all(int fd, char *bytes, size_t count, struct fault *why)
{
    while (count > 0) {
        ssize_t done = recv(fd, bytes, count, 0);
        if (done < 0 && errno == EINTR)
            continue;
        if (done == 0)
            errno = ECONNRESET;
        if (done <= 0)
            return gone(why);
        bytes += done;
        count -= (size_t)done;
    }
    return OK;
}

enum status wire_receive(int fd, size_t longest, enum wire_kind *kind, struct buffer *frame,
                         struct fault *why)
{
    char header[WIRE_HEADER];
    uint32_t length = 0;
    enum status status = receive_all(fd, header, sizeof header, why);
    if (status != OK)
        return status;
    memcpy(&length, header, sizeof length);
    if (length > longest)
        return fail(why, ERR_LIMIT, "a frame of %u bytes from the daemon", length);
    buffer_clear(frame);
    buffer_reserve(frame, length);
    status = receive_all(fd, frame->ptr, length, why);
    if (status != OK)
        return status;
    frame->len = length;
    frame->ptr[length] = '\0';
    *kind = (enum wire_kind)(unsigned char)header[4];
    return OK;
}

bool wire_next(struct slice received, size_t longest, enum wire_kind *kind,
               struct slice *payload, size_t *used, bool *broken)
{
    uint32_t length = 0;
    *broken = false;
    if (received.len < WIRE_HEADER)
        return false;
    memcpy(&length, received.ptr, sizeof length);
    if (length > longest) {
        *broken = true;
        return false;
    }
    if (received.len - WIRE_HEADER < length)
        return false;
    *kind = (enum wire_kind)(unsigned char)received.ptr[4];
    *payload = (struct slice){received.ptr + WIRE_HEADER, length};
    *used = WIRE_HEADER + length;
    return true;
}

void wire_uids_text(const uint32_t *uids, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count;) {
        size_t last = i;
        while (last + 1 < count && uids[last + 1] == uids[last] + 1)
            last++;
        buffer_printf(out, i == 0 ? "%u" : ",%u", uids[i]);
        if (last > i)
            buffer_printf(out, ":%u", uids[last]);
        i = last + 1;
    }
}

bool wire_take(struct slice *payload, void *structure, size_t size)
{
    if (payload->len < size)
        return false;
    memcpy(structure, payload->ptr, size);
    *payload = slice_from(*payload, size);
    return true;
}

bool wire_take_mails(struct slice payload, struct wire_mails *mails)
{
    size_t head = WIRE_MAILS_SIZE(0);
    if (payload.len < head)
        return false;
    memcpy(mails, payload.ptr, head);
    if (mails->count > WIRE_UIDS_MOST || payload.len != WIRE_MAILS_SIZE(mails->count))
        return false;
    memcpy(mails->uids, payload.ptr + head, payload.len - head);
    return true;
}
