#include "base/ini-line.h"

#include <ini.h>

void ini_prepare(void)
{
    ini_use_stack = false;
    ini_allow_realloc = false;
    ini_max_line = INI_LINE_LONGEST + 2;
    ini_initial_alloc = INI_LINE_LONGEST + 2;
    ini_stop_on_first_error = false;
    ini_allow_no_value = false;
}

bool ini_next_line(struct slice *rest, char *out, int room, struct slice *text, bool *whole)
{
    if (!slice_next_line(rest, text))
        return false;
    *whole = text->len + 2 <= (size_t)room && slice_find_byte(*text, '\0') < 0;
    if (!*whole)
        text->len = 0;
    if (text->len > 0)
        memcpy(out, text->ptr, text->len);
    memcpy(out + text->len, "\n", 2);
    return true;
}
