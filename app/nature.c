#include "app/nature.h"

#include "app/config-table.h"
#include "app/script.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEGINNING 4096

static bool is_mail_field(struct slice line)
{
    static const struct slice names[] = {
        SLICE("From"),         SLICE("Return-Path"),  SLICE("Received"),
        SLICE("Date"),         SLICE("Subject"),      SLICE("To"),
        SLICE("Message-ID"),   SLICE("Delivered-To"), SLICE("DKIM-Signature"),
        SLICE("MIME-Version"), SLICE("X-Original-To")};
    ptrdiff_t colon = slice_find_byte(line, ':');
    for (size_t i = 0; colon > 0 && i < sizeof names / sizeof *names; i++)
        if (slice_eq_nocase(slice_until(line, (size_t)colon), names[i]))
            return true;
    return false;
}

static bool is_section(struct slice line)
{
    struct slice name = {0};
    ptrdiff_t end = slice_find_byte(line, ']');
    if (end < 0 || line.ptr[0] != '[')
        return false;
    struct slice heading = {line.ptr + 1, (size_t)end - 1};
    (void)slice_next_field(&heading, ' ', &name);
    for (size_t i = 0; i < config_section_count; i++)
        if (slice_eq(name, slice_of(config_sections[i].name)))
            return true;
    return false;
}

static bool is_inventory_row(struct slice line)
{
    if (line.ptr[0] == '{')
        return slice_find(line, SLICE("\"prefix\"")) > 0 &&
               slice_find(line, SLICE("\"customer\"")) > 0;
    bool prefix = false, customer = false;
    for (size_t begin = 0, at = 0; at <= line.len; at++) {
        bool ends = at == line.len || strchr(",;\t", line.ptr[at]) != NULL;
        if (!ends)
            continue;
        struct slice column = slice_trim(slice_until(slice_from(line, begin), at - begin));
        prefix = prefix || slice_eq_nocase(column, SLICE("prefix"));
        customer = customer || slice_eq_nocase(column, SLICE("customer"));
        begin = at + 1;
    }
    return prefix && customer;
}

static bool is_script_line(struct slice line)
{
    struct arena arena = ARENA_INIT;
    struct script script;
    struct fault why;
    bool is = script_parse(line, "", &arena, &script, &why) == OK && script.count == 1;
    arena_release(&arena);
    return is;
}

enum nature nature_of(struct slice text)
{
    struct slice line = {0};
    if (slice_starts_with(text, SLICE("\xef\xbb\xbf"))) /* a byte order mark */
        text = slice_from(text, 3);
    if (slice_starts_with(text, SLICE("From ")))
        return NATURE_MAILBOX;
    while (slice_next_line(&text, &line)) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
            continue;
        return is_section(line)         ? NATURE_CONFIGURATION
               : is_mail_field(line)    ? NATURE_MAIL
               : is_inventory_row(line) ? NATURE_INVENTORY
               : is_script_line(line)   ? NATURE_SCRIPT
                                        : NATURE_UNKNOWN;
    }
    return NATURE_UNKNOWN;
}

const char *nature_name(enum nature nature)
{
    static const char *const names[] = {
        [NATURE_UNKNOWN] = "something else",
        [NATURE_MAILBOX] = "a mailbox",
        [NATURE_MAIL] = "a mail",
        [NATURE_CONFIGURATION] = "a configuration",
        [NATURE_INVENTORY] = "an inventory",
        [NATURE_SCRIPT] = "a script of a replay",
    };
    return names[nature];
}

static const char *advice(enum nature nature)
{
    static const char *const advices[] = {
        [NATURE_UNKNOWN] = "",
        [NATURE_MAILBOX] = "; parse and replay take mailboxes as operands",
        [NATURE_MAIL] = "; parse and replay take mails as operands",
        [NATURE_CONFIGURATION] = "; give it with --config",
        [NATURE_INVENTORY] =
            "; replay takes it with --inventory, 'inventory import' as operand",
        [NATURE_SCRIPT] = "; replay takes it with --script",
    };
    return advices[nature];
}

enum status nature_expect(enum nature wanted, struct slice text, const char *name,
                          struct fault *why)
{
    enum nature nature = nature_of(text);
    bool mails = nature == NATURE_MAILBOX || nature == NATURE_MAIL;
    if (nature == NATURE_UNKNOWN || nature == wanted || (wanted == NATURE_MAILBOX && mails))
        return OK;
    return fail(why, ERR_MALFORMED, "%s%sis %s, not %s%s", name, name[0] != '\0' ? " " : "",
                nature_name(nature), nature_name(wanted), advice(nature));
}

enum status nature_expect_mailbox(const char *path, struct fault *why)
{
    char begin[BEGINNING];
    struct stat about;
    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return OK;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = descriptor < 0 ? -1 : read(descriptor, begin, sizeof begin);
    if (descriptor >= 0)
        close(descriptor);
    return got <= 0
               ? OK
               : nature_expect(NATURE_MAILBOX, (struct slice){begin, (size_t)got}, path, why);
}
