/* The daemon's end of the verifier: starts it when there is a question, kills it when it
 * does not answer, says when it is gone. For verify.c. */
#ifndef INGEST_VERIFY_PROCESS_H
#define INGEST_VERIFY_PROCESS_H

#include "ingest/verify-wire.h"
#include "ingest/verify.h"

struct verify_process;

struct verify_process_owner {
    /* One answer; the payload lives as long as the call. */
    void (*answered)(void *data, enum wire_kind kind, struct slice payload);
    /* It died, of the oldest question that has no answer if there is one; the others were not
     * answered either. Or it took too long, and was killed. The next question starts another. */
    void (*gone)(void *data, const char *how, bool was_stuck);
    void *data;
};

struct verify_process *verify_process_new(uv_loop_t *loop,
                                          const struct verify_settings *settings,
                                          const struct verify_process_owner *owner);
/* Copies what it is given. False: no process can be started; *why. */
bool verify_process_ask(struct verify_process *process, enum wire_kind kind, struct slice head,
                        struct slice body, struct fault *why);
/* It has broken the rules: gone() follows. */
void verify_process_kill(struct verify_process *process);
/* No callback after this; memory goes with the loop's close callbacks. */
void verify_process_close(struct verify_process *process);

#endif
