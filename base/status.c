#include "base/status.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A fault may quote input: control bytes never reach a log or a terminal through it. */
static void blunt(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

enum status fail(struct fault *why, enum status code, const char *format, ...)
{
    if (why != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(why->text, sizeof why->text, format, arguments);
        va_end(arguments);
        blunt(why->text);
    }
    return code;
}

enum status fail_in(struct fault *why, enum status code, const char *prefix)
{
    if (why != NULL) {
        char inner[FAULT_LENGTH];
        memcpy(inner, why->text, sizeof inner);
        return fail(why, code, "%s: %s", prefix, inner);
    }
    return code;
}

enum status fail_more(struct fault *why, enum status code, const char *advice)
{
    if (why != NULL) {
        char before[FAULT_LENGTH];
        memcpy(before, why->text, sizeof before);
        return fail(why, code, "%s; %s", before, advice);
    }
    return code;
}

const char *status_name(enum status code)
{
    static const char *const names[] = {
        [OK] = "ok",
        [ERR_MALFORMED] = "malformed",
        [ERR_LIMIT] = "over a limit",
        [ERR_IO] = "i/o",
        [ERR_DENIED] = "denied",
        [ERR_CONFLICT] = "conflict",
        [ERR_CORRUPT] = "corrupt",
    };
    return names[code];
}
