#include "ingest/imap-login.h"

#include "base/buffer.h"

#include <nettle/base64.h>

#define CHALLENGES_MOST 2

static void add_base64(struct buffer *line, struct slice bytes)
{
    size_t length = BASE64_ENCODE_RAW_LENGTH(bytes.len);
    buffer_reserve(line, length + 1);
    base64_encode_raw(line->ptr + line->len, bytes.len, (const uint8_t *)bytes.ptr);
    line->len += length;
    line->ptr[line->len] = '\0';
}

static int send_line(mailimap *imap, struct slice line)
{
    if (mailstream_write(imap->imap_stream, line.ptr, line.len) != (ssize_t)line.len ||
        mailstream_write(imap->imap_stream, "\r\n", 2) != 2 ||
        mailstream_flush(imap->imap_stream) != 0)
        return MAILIMAP_ERROR_STREAM;
    return MAILIMAP_NO_ERROR;
}

/* The tagged answer. libetpan has the text of it for messages. */
static int tagged_answer(mailimap *imap)
{
    struct mailimap_response *response = NULL;
    int code = mailimap_parse_response(imap, &response);
    if (code != MAILIMAP_NO_ERROR)
        return code;
    const struct mailimap_response_done *done = response->rsp_resp_done;
    if (done->rsp_type != MAILIMAP_RESP_DONE_TYPE_TAGGED)
        code = MAILIMAP_ERROR_FATAL;
    else if (done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type != MAILIMAP_RESP_COND_STATE_OK)
        code = MAILIMAP_ERROR_EXTENSION;
    mailimap_response_free(response);
    return code;
}

/* AUTHENTICATE with the initial response on the same line (SASL-IR, RFC 4959). A server that
 * refuses a token may tell why in a challenge first, and waits for `dismiss` before it says
 * no (RFC 7628 s3.2.3). libetpan's own way through this needs a mechanism of its SASL
 * library, and takes no initial response. */
static int authenticate(mailimap *imap, const char *mechanism, struct slice response,
                        struct slice dismiss)
{
    struct buffer command = BUFFER_INIT;
    buffer_printf(&command, "AUTHENTICATE %s ", mechanism);
    add_base64(&command, response);
    int code = mailimap_send_current_tag(imap);
    if (code == MAILIMAP_NO_ERROR)
        code = send_line(imap, buffer_slice(&command));
    explicit_bzero(command.ptr, command.len);
    buffer_release(&command);
    for (unsigned i = 0; code == MAILIMAP_NO_ERROR; i++) {
        const char *line = mailimap_read_line(imap);
        if (line == NULL)
            return MAILIMAP_ERROR_STREAM;
        if (line[0] != '+')
            break;
        code = i < CHALLENGES_MOST ? send_line(imap, dismiss) : MAILIMAP_ERROR_PROTOCOL;
    }
    if (code == MAILIMAP_NO_ERROR)
        code = tagged_answer(imap);
    if (code == MAILIMAP_NO_ERROR)
        imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
    return code;
}

static int plain(mailimap *imap, const struct imap_settings *settings)
{
    struct buffer response = BUFFER_INIT;
    buffer_add_byte(&response, '\0');
    buffer_add(&response, slice_of(settings->user));
    buffer_add_byte(&response, '\0');
    buffer_add(&response, slice_of(settings->secret));
    int code = authenticate(imap, "PLAIN", buffer_slice(&response), SLICE("*"));
    explicit_bzero(response.ptr, response.len);
    buffer_release(&response);
    return code;
}

/* RFC 7628 s3.1, and XOAUTH2, which is the same without the GS2 header. */
static int bearer(mailimap *imap, const struct imap_settings *settings, bool standard)
{
    struct buffer response = BUFFER_INIT;
    if (standard)
        buffer_printf(&response, "n,a=%s,\001host=%s\001port=%u\001auth=Bearer %s\001\001",
                      settings->user, settings->stream.host, settings->stream.port,
                      settings->secret);
    else
        buffer_printf(&response, "user=%s\001auth=Bearer %s\001\001", settings->user,
                      settings->secret);
    int code = authenticate(imap, standard ? "OAUTHBEARER" : "XOAUTH2", buffer_slice(&response),
                            standard ? SLICE("AQ==") : SLICE(""));
    explicit_bzero(response.ptr, response.len);
    buffer_release(&response);
    return code;
}

int imap_login(mailimap *imap, const struct imap_settings *settings)
{
    switch (settings->mechanism) {
    case IMAP_PLAIN:
        return plain(imap, settings);
    case IMAP_XOAUTH2:
        return bearer(imap, settings, false);
    case IMAP_OAUTHBEARER:
        return bearer(imap, settings, true);
    case IMAP_LOGIN:
        break;
    }
    return mailimap_login(imap, settings->user, settings->secret);
}
