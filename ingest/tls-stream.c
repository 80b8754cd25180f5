#include "ingest/tls-stream.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nettle/base64.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)64 * 1024)
#define PIN_PREFIX  "sha256//"

struct tls_stream {
    const struct tls_stream_settings *settings;
    int fd;
    gnutls_session_t tls; /* NULL while plain */
    gnutls_certificate_credentials_t authorities;
    char fault[FAULT_LENGTH];
};

static mailstream_low_driver tls_stream_driver;

static struct tls_stream *state_of(const mailstream *stream)
{
    return stream->low->data;
}

/* ---- waiting ---- */

static enum tls_stream_wait wait_for(const struct tls_stream *stream, short events, int seconds)
{
    struct pollfd fds[2] = {
        {.fd = stream->fd, .events = events},
        {.fd = stream->settings->cancel_fd, .events = POLLRDHUP},
    };
    int ready = 0;
    do {
        ready = poll(fds, 2, seconds < 0 ? -1 : seconds * 1000);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0)
        return TLS_STREAM_LOST;
    if (fds[1].revents != 0)
        return TLS_STREAM_CANCELLED;
    return ready == 0 ? TLS_STREAM_TIMEOUT : TLS_STREAM_DATA;
}

/* Waits within the settings' time-out; notes what went wrong. */
static bool wait_or_note(struct tls_stream *stream, short events)
{
    enum tls_stream_wait wait = wait_for(stream, events, stream->settings->timeout);
    if (wait == TLS_STREAM_TIMEOUT)
        (void)snprintf(stream->fault, sizeof stream->fault, "no answer for %d seconds",
                       stream->settings->timeout);
    else if (wait == TLS_STREAM_CANCELLED)
        (void)snprintf(stream->fault, sizeof stream->fault, "interrupted");
    return wait == TLS_STREAM_DATA;
}

/* ---- connecting ---- */

/* A server that is gone without a word is found within two minutes, even while nobody
 * speaks. */
static void keep_alive(int fd)
{
    int on = 1, idle = 60, interval = 20, count = 3;
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
}

static bool connect_to(struct tls_stream *stream, const struct addrinfo *address)
{
    stream->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (stream->fd < 0)
        return false;
    int failed = 0;
    socklen_t size = sizeof failed;
    if (connect(stream->fd, address->ai_addr, address->ai_addrlen) != 0)
        failed = errno;
    if (failed == EINPROGRESS &&
        (!wait_or_note(stream, POLLOUT) ||
         getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0))
        failed = ETIMEDOUT;
    if (failed == 0) {
        keep_alive(stream->fd);
        return true;
    }
    (void)snprintf(stream->fault, sizeof stream->fault, "%s", strerror(failed));
    (void)close(stream->fd);
    stream->fd = -1;
    return false;
}

static enum status connect_host(struct tls_stream *stream, struct fault *why)
{
    const struct tls_stream_settings *settings = stream->settings;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    struct addrinfo *addresses = NULL;
    char port[8];
    (void)snprintf(port, sizeof port, "%u", settings->port);
    int code = getaddrinfo(settings->host, port, &hints, &addresses);
    if (code != 0)
        return fail(
            why, ERR_IO,
            "%s: the name cannot be resolved: %s; is host right, and does DNS work here?",
            settings->host, gai_strerror(code));
    for (const struct addrinfo *a = addresses; a != NULL && stream->fd < 0; a = a->ai_next)
        (void)connect_to(stream, a);
    freeaddrinfo(addresses);
    if (stream->fd < 0)
        return fail(
            why, ERR_IO,
            "%s port %u: cannot connect: %s; is that host and port, and may we pass the "
            "firewall?",
            settings->host, settings->port, stream->fault);
    return OK;
}

/* ---- TLS ---- */

static enum status load_authorities(struct tls_stream *stream, struct fault *why)
{
    const char *file = stream->settings->ca_file;
    if (gnutls_certificate_allocate_credentials(&stream->authorities) != 0)
        abort();
    int loaded = file != NULL ? gnutls_certificate_set_x509_trust_file(
                                    stream->authorities, file, GNUTLS_X509_FMT_PEM)
                              : gnutls_certificate_set_x509_system_trust(stream->authorities);
    if (loaded < 0)
        return fail(why, ERR_DENIED, "%s: authorities cannot be read: %s",
                    file != NULL ? file : "the system's certificates", gnutls_strerror(loaded));
    if (loaded == 0 && stream->settings->pin == NULL)
        return fail(why, ERR_DENIED, "%s: no certificate authority in it",
                    file != NULL ? file : "the system's certificates");
    return OK;
}

/* The key pin of the peer's own certificate, RFC 7469 s2.4. */
static bool peer_pin(gnutls_session_t tls, char *text, size_t room)
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(tls, &count);
    gnutls_x509_crt_t leaf = NULL;
    uint8_t digest[32];
    size_t size = sizeof digest;
    bool ok = count > 0 && gnutls_x509_crt_init(&leaf) == 0 &&
              gnutls_x509_crt_import(leaf, &chain[0], GNUTLS_X509_FMT_DER) == 0 &&
              gnutls_x509_crt_get_key_id(leaf, GNUTLS_KEYID_USE_SHA256, digest, &size) == 0 &&
              room > sizeof PIN_PREFIX + BASE64_ENCODE_RAW_LENGTH(sizeof digest);
    if (ok) {
        memcpy(text, PIN_PREFIX, sizeof PIN_PREFIX - 1);
        base64_encode_raw(text + sizeof PIN_PREFIX - 1, sizeof digest, digest);
        text[sizeof PIN_PREFIX - 1 + BASE64_ENCODE_RAW_LENGTH(sizeof digest)] = '\0';
    }
    if (leaf != NULL)
        gnutls_x509_crt_deinit(leaf);
    return ok;
}

/* It may be our clock that is wrong. */
static enum status say_clock(enum status status, struct fault *why)
{
    char text[64];
    struct tm broken;
    time_t now = time(NULL);
    (void)gmtime_r(&now, &broken);
    (void)strftime(text, sizeof text, "the clock here says %Y-%m-%d %H:%M UTC", &broken);
    return fail_more(why, status, text);
}

static enum status refuse_certificate(const struct tls_stream *stream, struct fault *why)
{
    gnutls_datum_t reason = {NULL, 0};
    unsigned problems = gnutls_session_get_verify_cert_status(stream->tls);
    (void)gnutls_certificate_verification_status_print(problems, GNUTLS_CRT_X509, &reason, 0);
    enum status status = fail(
        why, ERR_DENIED, "%s: the server's certificate is refused, nothing was sent to it: %s",
        stream->settings->host,
        reason.data != NULL ? (const char *)reason.data : "not trusted");
    gnutls_free(reason.data);
    if ((problems & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED)) != 0)
        return say_clock(status, why);
    return status;
}

static enum status check_pin(const struct tls_stream *stream, struct fault *why)
{
    char pin[80];
    if (peer_pin(stream->tls, pin, sizeof pin) && strcmp(pin, stream->settings->pin) == 0)
        return OK;
    return fail(why, ERR_DENIED,
                "%s: the server's key is not the pinned one, nothing was sent to it; it has %s",
                stream->settings->host, pin);
}

static enum status handshake(struct tls_stream *stream, struct fault *why)
{
    int code = 0;
    do {
        code = gnutls_handshake(stream->tls);
        if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
            short events = gnutls_record_get_direction(stream->tls) == 1 ? POLLOUT : POLLIN;
            if (!wait_or_note(stream, events))
                return fail(why, ERR_IO, "%s: TLS handshake: %s", stream->settings->host,
                            stream->fault);
        }
    } while (code < 0 && gnutls_error_is_fatal(code) == 0);
    if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
        return refuse_certificate(stream, why);
    if (code < 0)
        return fail(why, ERR_IO, "%s: TLS handshake: %s", stream->settings->host,
                    gnutls_strerror(code));
    return stream->settings->pin != NULL ? check_pin(stream, why) : OK;
}

static enum status start_tls(struct tls_stream *stream, struct fault *why)
{
    const struct tls_stream_settings *settings = stream->settings;
    bool only_1_3 = settings->tls_lowest != NULL && strcmp(settings->tls_lowest, "1.3") == 0;
    enum status status = load_authorities(stream, why);
    if (status != OK)
        return status;
    if (gnutls_init(&stream->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) != 0 ||
        gnutls_priority_set_direct(stream->tls,
                                   only_1_3 ? "NORMAL:-VERS-ALL:+VERS-TLS1.3"
                                            : "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
                                   NULL) != 0)
        abort();
    (void)gnutls_server_name_set(stream->tls, GNUTLS_NAME_DNS, settings->host,
                                 strlen(settings->host));
    (void)gnutls_credentials_set(stream->tls, GNUTLS_CRD_CERTIFICATE, stream->authorities);
    if (settings->pin == NULL)
        gnutls_session_set_verify_cert(stream->tls, settings->host, 0);
    gnutls_transport_set_int(stream->tls, stream->fd);
    return handshake(stream, why);
}

/* ---- what libetpan calls ---- */

/* One step of reading or writing came back with `code`: done (its value), or try again (0 >
 * value), after waiting for what it needs. */
static ssize_t after_tls(struct tls_stream *stream, ssize_t code, short events, bool *again)
{
    *again = false;
    if (code >= 0)
        return code;
    if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
        *again = wait_or_note(stream, events);
        return -1;
    }
    if (gnutls_error_is_fatal((int)code) == 0) {
        *again = true;
        return -1;
    }
    (void)snprintf(stream->fault, sizeof stream->fault, "%s", gnutls_strerror((int)code));
    return code == GNUTLS_E_PREMATURE_TERMINATION ? 0 : -1;
}

static ssize_t after_socket(struct tls_stream *stream, ssize_t done, short events, bool *again)
{
    *again = false;
    if (done >= 0)
        return done;
    if (errno == EINTR) {
        *again = true;
    } else if (errno == EAGAIN) {
        *again = wait_or_note(stream, events);
    } else {
        (void)snprintf(stream->fault, sizeof stream->fault, "%s", strerror(errno));
    }
    return -1;
}

static ssize_t low_read(mailstream_low *low, void *bytes, size_t count)
{
    struct tls_stream *stream = low->data;
    bool again = false;
    ssize_t done = 0;
    do {
        done = stream->tls != NULL
                   ? after_tls(stream, gnutls_record_recv(stream->tls, bytes, count), POLLIN,
                               &again)
                   : after_socket(stream, recv(stream->fd, bytes, count, 0), POLLIN, &again);
    } while (again);
    if (done == 0 && stream->fault[0] == '\0')
        (void)snprintf(stream->fault, sizeof stream->fault, "the server closed the connection");
    return done == 0 ? -1 : done; /* libetpan would ask for the rest of a literal for ever */
}

static ssize_t low_write(mailstream_low *low, const void *bytes, size_t count)
{
    struct tls_stream *stream = low->data;
    bool again = false;
    ssize_t done = 0;
    do {
        done = stream->tls != NULL
                   ? after_tls(stream, gnutls_record_send(stream->tls, bytes, count), POLLOUT,
                               &again)
                   : after_socket(stream, send(stream->fd, bytes, count, MSG_NOSIGNAL), POLLOUT,
                                  &again);
    } while (again);
    return done;
}

static void release(struct tls_stream *stream)
{
    if (stream->tls != NULL)
        gnutls_deinit(stream->tls);
    if (stream->authorities != NULL)
        gnutls_certificate_free_credentials(stream->authorities);
    if (stream->fd >= 0)
        (void)close(stream->fd);
    free(stream);
}

static int low_close(mailstream_low *low)
{
    struct tls_stream *stream = low->data;
    if (stream->tls != NULL)
        (void)gnutls_bye(stream->tls, GNUTLS_SHUT_WR);
    (void)shutdown(stream->fd, SHUT_RDWR);
    return 0;
}

static int low_get_fd(mailstream_low *low)
{
    return ((struct tls_stream *)low->data)->fd;
}

static void low_free(mailstream_low *low)
{
    release(low->data);
    free(low);
}

/* What interrupts us is settings->cancel_fd. */
static void low_cancel(mailstream_low *low)
{
    (void)low;
}

static mailstream_low_driver tls_stream_driver = {
    .mailstream_read = low_read,
    .mailstream_write = low_write,
    .mailstream_close = low_close,
    .mailstream_get_fd = low_get_fd,
    .mailstream_free = low_free,
    .mailstream_cancel = low_cancel,
};

/* ---- the outside ---- */

enum status tls_stream_open(const struct tls_stream_settings *settings, mailstream **stream,
                            struct fault *why)
{
    struct tls_stream *state = calloc(1, sizeof *state);
    if (state == NULL)
        abort();
    *state = (struct tls_stream){.settings = settings, .fd = -1};
    enum status status = connect_host(state, why);
    if (status == OK && settings->security == TLS_STREAM_IMPLICIT)
        status = start_tls(state, why);
    if (status != OK) {
        release(state);
        return status;
    }
    mailstream_low *low = mailstream_low_new(state, &tls_stream_driver);
    if (low == NULL || (*stream = mailstream_new(low, BUFFER_SIZE)) == NULL)
        abort();
    return OK;
}

enum status tls_stream_start_tls(mailstream *stream, struct fault *why)
{
    struct tls_stream *state = state_of(stream);
    if (stream->read_buffer_len > 0)
        return fail(why, ERR_DENIED,
                    "%s: the server's answer to STARTTLS had more behind it, in the clear; the "
                    "connection may be tampered with and was dropped",
                    state->settings->host);
    return start_tls(state, why);
}

enum tls_stream_wait tls_stream_wait(mailstream *stream, int seconds)
{
    struct tls_stream *state = state_of(stream);
    if (stream->read_buffer_len > 0 ||
        (state->tls != NULL && gnutls_record_check_pending(state->tls) > 0))
        return TLS_STREAM_DATA;
    return wait_for(state, POLLIN, seconds);
}

const char *tls_stream_fault(const mailstream *stream)
{
    return state_of(stream)->fault;
}

void tls_stream_close(mailstream *stream)
{
    (void)mailstream_close(stream);
}
