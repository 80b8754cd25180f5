#include "app/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static unsigned width_of(FILE *stream)
{
    const char *columns = getenv("COLUMNS");
    if (columns != NULL && columns[0] != '\0') {
        uint64_t number = 0;
        if (slice_to_u64(slice_of(columns), &number) && number >= 20 && number <= 10000)
            return (unsigned)number;
    }
    struct winsize size = {0};
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return 80;
}

struct terminal terminal_of(FILE *stream, enum colour_choice choice)
{
    struct terminal terminal = {.stream = stream};
    int descriptor = fileno(stream);
    bool tty = descriptor >= 0 && isatty(descriptor) == 1;
    if (tty)
        terminal.width = width_of(stream);
    if (choice == COLOUR_AUTO) {
        const char *no_colour = getenv("NO_COLOR");
        const char *kind = getenv("TERM");
        terminal.colour = tty && (no_colour == NULL || no_colour[0] == '\0') && kind != NULL &&
                          strcmp(kind, "dumb") != 0;
    } else {
        terminal.colour = choice == COLOUR_ALWAYS;
    }
    return terminal;
}

bool colour_choice_parse(const char *text, enum colour_choice *choice)
{
    static const char *const names[] = {
        [COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *choice = (enum colour_choice)i;
            return true;
        }
    }
    return false;
}

const char *tint_on(const struct terminal *terminal, enum tint tint)
{
    static const char *const sequences[] = {
        [TINT_NONE] = "",         [TINT_STRONG] = "\033[1m", [TINT_FAINT] = "\033[2m",
        [TINT_GOOD] = "\033[32m", [TINT_WARN] = "\033[33m",  [TINT_BAD] = "\033[31m"};
    return terminal->colour ? sequences[tint] : "";
}

const char *tint_off(const struct terminal *terminal, enum tint tint)
{
    return terminal->colour && tint != TINT_NONE ? "\033[0m" : "";
}

/* The next character: how many bytes it has and how many columns it takes. A byte that is no
 * UTF-8 takes one. */
static size_t next_character(struct slice text, unsigned *columns)
{
    wchar_t wide = 0;
    mbstate_t state = {0};
    size_t length = mbrtowc(&wide, text.ptr, text.len, &state);
    if (length == 0 || length > text.len) { /* a NUL, or not decodable */
        *columns = 1;
        return 1;
    }
    int width = wcwidth(wide);
    *columns = width < 0 ? 1 : (unsigned)width;
    return length;
}

unsigned text_columns(struct slice text)
{
    unsigned total = 0;
    while (text.len > 0) {
        unsigned columns = 0;
        text = slice_from(text, next_character(text, &columns));
        total += columns;
    }
    return total;
}

struct slice text_fit(struct slice text, unsigned columns)
{
    size_t taken = 0;
    unsigned used = 0;
    while (taken < text.len) {
        unsigned width = 0;
        size_t length = next_character(slice_from(text, taken), &width);
        if (used + width > columns)
            break;
        used += width;
        taken += length;
    }
    return slice_until(text, taken);
}
