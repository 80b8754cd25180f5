/* replay --against: the same mail under two configurations, and which cases end differently,
 * from where on, and why. */
#ifndef APP_REPLAY_COMPARE_H
#define APP_REPLAY_COMPARE_H

#include "app/command.h"
#include "app/replay.h"

enum exit_code replay_compare(struct call *call, const struct replay_settings *settings,
                              const char *against);

#endif
