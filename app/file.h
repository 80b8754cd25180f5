/* Whole small files: configuration, scripts, keys, inventories. */
#ifndef APP_FILE_H
#define APP_FILE_H

#include "base/arena.h"
#include "base/status.h"

/* The bytes of a file of at most `most` bytes ("-" is stdin), with a NUL behind them. *why
 * names the file. */
MUST_USE enum status file_read(const char *path, size_t most, struct arena *arena,
                               struct slice *text, struct fault *why);

/* Where a shipped file or folder is ("operators.ini", "templates"): in $ABUSEDESK_DATA, else
 * beside the program's own prefix (share/abusedesk), else where it was configured to be
 * installed. */
MUST_USE enum status file_shipped(const char *name, struct arena *arena, const char **path,
                                  struct fault *why);

#endif
