#include "ingest/imap-login.h"

#include "base/buffer.h"

#include <nettle/base64.h>

/* AUTHENTICATE with the initial response on the same line (SASL-IR, RFC 4959), so that a
 * refusal is a tagged NO; a server that answers with a challenge instead is not understood
 * and dropped. */
static int authenticate(mailimap *imap, const char *mechanism, struct slice response)
{
    struct buffer command = BUFFER_INIT;
    buffer_printf(&command, "AUTHENTICATE %s ", mechanism);
    size_t before = command.len, length = BASE64_ENCODE_RAW_LENGTH(response.len);
    buffer_reserve(&command, length);
    base64_encode_raw(command.ptr + before, response.len, (const uint8_t *)response.ptr);
    command.len += length;
    command.ptr[command.len] = '\0';
    int code = mailimap_custom_command(imap, command.ptr);
    explicit_bzero(command.ptr, command.len);
    buffer_release(&command);
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
    int code = authenticate(imap, "PLAIN", buffer_slice(&response));
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
    int code =
        authenticate(imap, standard ? "OAUTHBEARER" : "XOAUTH2", buffer_slice(&response));
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
