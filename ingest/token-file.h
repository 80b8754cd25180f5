/* The file with the refresh token that came after the configured one:
 *
 *     {"after":"SHA-256 of the configured one","refresh_token":"…"}
 *
 * Readable by its owner alone; replaced as a whole. */
#ifndef INGEST_TOKEN_FILE_H
#define INGEST_TOKEN_FILE_H

#include "base/status.h"

/* The one to use instead of `configured`, to be freed; NULL when there is none. */
char *token_file_read(const char *path, const char *configured);
MUST_USE enum status token_file_write(const char *path, const char *configured,
                                      const char *token, struct fault *why);

#endif
