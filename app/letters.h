/* Who we are in letters, and their texts: from the configuration and the shipped templates. */
#ifndef APP_LETTERS_H
#define APP_LETTERS_H

#include "app/config.h"
#include "escalate/letter.h"

/* For a replay: what the configuration leaves open is filled in, no letter goes anywhere. */
MUST_USE enum status letters_for_replay(const struct config *config, struct arena *arena,
                                        struct letter_settings *settings, struct fault *why);

/* For the daemon: with the key that signs reply addresses. Without a key file letters can be
 * written only while disarmed. */
MUST_USE enum status letters_for_daemon(const struct config *config, struct arena *arena,
                                        struct letter_settings *settings, struct fault *why);

#endif
