#include "parsers/data-file.h"

#include <stdio.h>

enum status data_file_fault(struct fault *why, enum status status, const char *file, int line)
{
    char at[FAULT_LENGTH / 2];
    if (status == OK)
        return fail(why, ERR_MALFORMED, "%s:%d: this is neither [section] nor key = value",
                    file, line);
    (void)snprintf(at, sizeof at, "%s:%d", file, line);
    return fail_in(why, status, at);
}
