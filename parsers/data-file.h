/* What the data files of the parsers (vocabulary, feeds, notices) have in common. */
#ifndef PARSERS_DATA_FILE_H
#define PARSERS_DATA_FILE_H

#include "base/status.h"

/* The line that inih gave up at: with the fault that *why has already, or as one that is no
 * setting. */
enum status data_file_fault(struct fault *why, enum status status, const char *file, int line);

#endif
