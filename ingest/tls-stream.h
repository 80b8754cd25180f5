/* A stream for libetpan over a socket of ours: plain, or TLS by GnuTLS with the peer really
 * verified, which libetpan's own TLS does not do. Blocking, with a time-out and a descriptor
 * that interrupts every wait. */
#ifndef INGEST_TLS_STREAM_H
#define INGEST_TLS_STREAM_H

#include "base/status.h"

#include <libetpan/mailstream.h>
#include <stdbool.h>
#include <stdint.h>

enum tls_stream_security {
    TLS_STREAM_IMPLICIT, /* TLS from the first byte (RFC 8314) */
    TLS_STREAM_STARTTLS, /* TLS after STARTTLS, never without */
    TLS_STREAM_PLAIN,    /* no TLS: only for loopback and for those who insist */
};

/* Borrowed while the stream lives. */
struct tls_stream_settings {
    const char *host; /* name the certificate must have, and that is looked up */
    uint16_t port;
    enum tls_stream_security security;
    const char *ca_file;    /* PEM; NULL: the system's authorities */
    const char *pin;        /* "sha256//" + base64 of the key's SHA-256 (RFC 7469 s2.4): decides
                             * alone, instead of authority and name; NULL: none */
    const char *tls_lowest; /* "1.2" (default) or "1.3" */
    int timeout;            /* seconds for each wait: connecting, handshake, an answer */
    int cancel_fd;          /* waits end when its other end is closed; -1: none */
};

/* Connects, to each address of the host in turn; TLS too when it is TLS_STREAM_IMPLICIT. A
 * peer that cannot be verified is ERR_DENIED, everything else that fails ERR_IO. */
MUST_USE enum status tls_stream_open(const struct tls_stream_settings *settings,
                                     mailstream **stream, struct fault *why);
/* Turns TLS on, after the server agreed to STARTTLS. ERR_DENIED also when bytes that were
 * sent in the clear are waiting: somebody may have slipped them in (CVE-2011-0411). */
MUST_USE enum status tls_stream_start_tls(mailstream *stream, struct fault *why);

enum tls_stream_wait {
    TLS_STREAM_DATA,
    TLS_STREAM_TIMEOUT,
    TLS_STREAM_CANCELLED,
    TLS_STREAM_LOST
};
/* Waits for something to read: buffered by libetpan, by GnuTLS, or on the socket. */
enum tls_stream_wait tls_stream_wait(mailstream *stream, int seconds);

/* Why the last read or write failed, in words; empty when none did. */
const char *tls_stream_fault(const mailstream *stream);
void tls_stream_close(mailstream *stream);

#endif
