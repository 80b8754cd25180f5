/* The socket that an LMTP source listens on. */
#ifndef INGEST_LMTP_LISTEN_H
#define INGEST_LMTP_LISTEN_H

#include "base/status.h"

#include <stdbool.h>
#include <uv.h>

union lmtp_socket {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
};

/* Is it a path, rather than an address of this host? */
bool lmtp_listen_is_path(const char *listen);
/* An initialised handle of the right kind. */
void lmtp_socket_init(uv_loop_t *loop, const char *listen, union lmtp_socket *socket);
/* Binds, with owner and mode before anybody can connect, and listens. The caller closes the
 * handle whatever comes of it; that removes the path. */
MUST_USE enum status lmtp_listen(union lmtp_socket *socket, const char *listen,
                                 const char *owner, const char *mode, int backlog,
                                 uv_connection_cb arrived, struct fault *why);

#endif
