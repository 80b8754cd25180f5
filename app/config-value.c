/* One value: from text, and back to text. */
#include "app/config-table.h"
#include "base/text.h"

#include <ctype.h>
#include <stddef.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first: a value is printed in the largest unit that divides it. */
static const struct unit duration_units[] = {{"w", 604800}, {"d", 86400}, {"h", 3600},
                                             {"min", 60},   {"s", 1},     {NULL, 0}};
static const struct unit size_units[] = {{"GiB", (int64_t)1 << 30},
                                         {"MiB", (int64_t)1 << 20},
                                         {"KiB", (int64_t)1 << 10},
                                         {"B", 1},
                                         {NULL, 0}};
static const struct unit percent_units[] = {{"%", 1}, {"", 1}, {NULL, 0}};
static const struct unit millisecond_units[] = {{"ms", 1}, {NULL, 0}};
static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum value_type type)
{
    switch (type) {
    case VALUE_DURATION:
        return duration_units;
    case VALUE_SIZE:
        return size_units;
    case VALUE_PERCENT:
        return percent_units;
    case VALUE_MILLISECONDS:
        return millisecond_units;
    case VALUE_NUMBER:
        return no_units;
    default:
        return NULL;
    }
}

bool value_is_list(enum value_type type)
{
    return type == VALUE_DOMAINS || type == VALUE_SENDERS || type == VALUE_PREFIX_TEXTS ||
           type == VALUE_PREFIXES || type == VALUE_NAMES;
}

const char *value_form(enum value_type type)
{
    static const char *const forms[] = {
        [VALUE_SWITCH] = "yes or no",
        [VALUE_NUMBER] = "a whole number without a unit",
        [VALUE_PERCENT] = "a percentage such as 80%",
        [VALUE_DURATION] = "a duration such as 90s, 5min, 2h, 3d or 1w",
        [VALUE_MILLISECONDS] = "a time such as 5ms",
        [VALUE_SIZE] = "a size such as 64KiB, 64MiB or 1GiB",
        [VALUE_TEXT] = "one line of text",
        [VALUE_PATH] = "an absolute path",
        [VALUE_MAILBOX] = "a mail address such as abuse@example.net",
        [VALUE_DOMAIN] = "a domain such as example.net",
        [VALUE_PHONE] = "a phone number in E.164 such as +12025550123",
        [VALUE_URL] = "a URL that begins with https://",
        [VALUE_ZONE] = "a time zone such as UTC or Europe/Berlin",
        [VALUE_LANGUAGE] = "a language tag such as en or pt-BR",
        [VALUE_CHANNEL] =
            "a channel's name and its argument, such as file /var/spool/abusedesk",
        [VALUE_CHOICE] = "one of the words that are listed",
        [VALUE_COMMAND] = "a program by its absolute path and its arguments; there is no shell",
        [VALUE_NAMES] = "names separated by commas, more of them on indented lines",
        [VALUE_DOMAINS] = "domains separated by spaces, more of them on indented lines",
        [VALUE_SENDERS] =
            "domains and mail addresses separated by spaces, more of them on indented lines",
        [VALUE_PREFIX_TEXTS] = "networks such as 192.0.2.0/24, more of them on indented lines",
        [VALUE_PREFIXES] = "networks such as 192.0.2.0/24, more of them on indented lines",
    };
    return forms[type];
}

static void print_number(enum value_type type, int64_t number, struct buffer *out)
{
    const struct unit *unit = units_of(type);
    while (unit->factor > 1 && (number == 0 || number % unit->factor != 0))
        unit++;
    buffer_printf(out, "%lld%s", (long long)(number / unit->factor), unit->name);
}

void value_range_text(const struct config_option *option, struct buffer *out)
{
    if (units_of(option->type) == NULL || option->most == 0)
        return;
    buffer_printf(out, "from ");
    print_number(option->type, option->least, out);
    buffer_printf(out, " to ");
    print_number(option->type, option->most, out);
}

/* Numbers live in members of 1, 2, 4 or 8 bytes; their ranges keep them positive and small
 * enough. */
static void store_number(const struct config_option *option, void *base, int64_t number)
{
    char *member = (char *)base + option->offset;
    uint8_t one = (uint8_t)number;
    uint16_t two = (uint16_t)number;
    uint32_t four = (uint32_t)number;
    switch (option->size) {
    case 1:
        memcpy(member, &one, 1);
        return;
    case 2:
        memcpy(member, &two, 2);
        return;
    case 4:
        memcpy(member, &four, 4);
        return;
    default:
        memcpy(member, &number, 8);
    }
}

static int64_t fetch_number(const struct config_option *option, const void *base)
{
    const char *member = (const char *)base + option->offset;
    uint8_t one = 0;
    uint16_t two = 0;
    uint32_t four = 0;
    int64_t eight = 0;
    switch (option->size) {
    case 1:
        memcpy(&one, member, 1);
        return one;
    case 2:
        memcpy(&two, member, 2);
        return two;
    case 4:
        memcpy(&four, member, 4);
        return four;
    default:
        memcpy(&eight, member, 8);
        return eight;
    }
}

static bool to_number(enum value_type type, struct slice text, int64_t *number)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    struct slice name = slice_trim(slice_from(text, digits));
    uint64_t count = 0;
    if (!slice_to_u64(slice_until(text, digits), &count))
        return false;
    for (const struct unit *unit = units_of(type); unit->name != NULL; unit++) {
        int64_t product = 0;
        if (!slice_eq(name, slice_of(unit->name)))
            continue;
        if (count > INT64_MAX || __builtin_mul_overflow((int64_t)count, unit->factor, &product))
            return false;
        *number = product;
        return true;
    }
    return false;
}

static enum status number_parse(const struct config_option *option, struct slice text,
                                void *base, struct fault *why)
{
    int64_t number = 0;
    if (!to_number(option->type, text, &number))
        return fail(why, ERR_MALFORMED, "is not %s", value_form(option->type));
    if (option->most != 0 && (number < option->least || number > option->most)) {
        struct buffer range = BUFFER_INIT;
        value_range_text(option, &range);
        enum status code =
            fail(why, ERR_MALFORMED, "is out of range: %.*s", SLICE_FMT(buffer_slice(&range)));
        buffer_release(&range);
        return code;
    }
    store_number(option, base, number);
    return OK;
}

static enum status switch_parse(const struct config_option *option, struct slice text,
                                void *base, struct fault *why)
{
    bool yes = slice_eq(text, SLICE("yes"));
    if (!yes && !slice_eq(text, SLICE("no")))
        return fail(why, ERR_MALFORMED, "is not yes or no");
    memcpy((char *)base + option->offset, &yes, sizeof(yes));
    return OK;
}

static enum status choice_parse(const struct config_option *option, struct slice text,
                                void *base, struct fault *why)
{
    struct buffer words = BUFFER_INIT;
    for (uint8_t i = 0; option->words[i] != NULL; i++) {
        if (slice_eq(text, slice_of(option->words[i]))) {
            buffer_release(&words);
            memcpy((char *)base + option->offset, &i, sizeof i);
            return OK;
        }
        buffer_printf(&words, "%s%s", i > 0 ? ", " : "", option->words[i]);
    }
    enum status code =
        fail(why, ERR_MALFORMED, "is none of: %.*s", SLICE_FMT(buffer_slice(&words)));
    buffer_release(&words);
    return code;
}

static bool is_made_of(struct slice text, const char *others)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c > 126 || (!isalnum(c) && (c == 0 || strchr(others, c) == NULL)))
            return false;
    }
    return text.len > 0;
}

static bool text_suits(enum value_type type, struct slice text)
{
    switch (type) {
    case VALUE_PATH:
    case VALUE_COMMAND:
        return text.ptr[0] == '/';
    case VALUE_MAILBOX:
        return text_is_mailbox(text);
    case VALUE_DOMAIN:
        return text_is_domain(text);
    case VALUE_PHONE:
        return text_is_e164(text);
    case VALUE_URL:
        return slice_starts_with(text, SLICE("https://")) && slice_find_byte(text, ' ') < 0;
    case VALUE_ZONE:
        return is_made_of(text, "/_+-") && text.ptr[0] != '/' && text.len <= 64;
    case VALUE_LANGUAGE:
        return is_made_of(text, "-") && text.len >= 2 && text.len <= 35;
    case VALUE_CHANNEL:
        return text.ptr[0] != ' ';
    default:
        return true;
    }
}

static bool is_one_line(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 127)
            return false;
    }
    return text_is_utf8(text);
}

/* An empty text says that the setting is not made. */
static enum status text_parse(const struct config_option *option, struct slice text,
                              struct arena *arena, void *base, struct fault *why)
{
    if (text.len > 0 && (!is_one_line(text) || !text_suits(option->type, text)))
        return fail(why, ERR_MALFORMED, "is not %s", value_form(option->type));
    struct slice kept = {arena_string(arena, text), text.len};
    memcpy((char *)base + option->offset, &kept, sizeof(kept));
    return OK;
}

static size_t element_size(enum value_type type)
{
    return type == VALUE_PREFIXES ? sizeof(struct prefix) : sizeof(struct slice);
}

/* Lists are an array in the arena and its count; they grow by doubling at powers of two. */
static void *list_add(const struct config_option *option, void *base, struct arena *arena)
{
    char *items = NULL;
    size_t count = 0;
    size_t size = element_size(option->type);
    memcpy(&items, (char *)base + option->offset, sizeof(items));
    memcpy(&count, (char *)base + option->count_offset, sizeof(count));
    if ((count & (count - 1)) == 0) {
        char *more = arena_alloc_array(arena, size, count == 0 ? 1 : 2 * count);
        if (count > 0)
            memcpy(more, items, count * size);
        items = more;
        memcpy((char *)base + option->offset, &items, sizeof(items));
    }
    size_t grown = count + 1;
    memcpy((char *)base + option->count_offset, &grown, sizeof(grown));
    return items + count * size;
}

static enum status item_parse(const struct config_option *option, struct slice item,
                              struct arena *arena, void *base, struct fault *why)
{
    if (option->type == VALUE_DOMAINS || option->type == VALUE_SENDERS) {
        bool mailbox = option->type == VALUE_SENDERS && text_is_mailbox(item);
        if (!mailbox && !text_is_domain(item))
            return fail(why, ERR_MALFORMED, "is not %s", value_form(option->type));
        struct slice lower = arena_lower(arena, item);
        struct slice kept = {arena_string(arena, lower), lower.len};
        memcpy(list_add(option, base, arena), &kept, sizeof(kept));
        return OK;
    }
    if (option->type == VALUE_NAMES) {
        if (!is_one_line(item))
            return fail(why, ERR_MALFORMED, "is not %s", value_form(option->type));
        struct slice kept = {arena_string(arena, item), item.len};
        memcpy(list_add(option, base, arena), &kept, sizeof(kept));
        return OK;
    }
    struct prefix prefix;
    if (!prefix_parse(item, &prefix))
        return fail(why, ERR_MALFORMED,
                    "is not a network such as 192.0.2.0/24 or 2001:db8::/32 without host bits");
    if (option->type == VALUE_PREFIXES) {
        memcpy(list_add(option, base, arena), &prefix, sizeof(prefix));
        return OK;
    }
    char text[PREFIX_TEXT];
    prefix_text(&prefix, text);
    struct slice kept = {arena_string(arena, slice_of(text)), strlen(text)};
    memcpy(list_add(option, base, arena), &kept, sizeof(kept));
    return OK;
}

/* Names may have spaces in them. */
static bool is_between(enum value_type type, char c)
{
    return c == ',' || (type != VALUE_NAMES && (c == ' ' || c == '\t'));
}

static enum status list_parse(const struct config_option *option, struct slice text,
                              struct arena *arena, void *base, struct fault *why)
{
    while (text.len > 0) {
        size_t length = 0;
        while (length < text.len && !is_between(option->type, text.ptr[length]))
            length++;
        enum status code = OK;
        struct slice item = slice_trim(slice_until(text, length));
        if (item.len > 0)
            code = item_parse(option, item, arena, base, why);
        if (code != OK)
            return code;
        text = slice_from(text, length < text.len ? length + 1 : length);
    }
    return OK;
}

enum status value_parse(const struct config_option *option, struct slice text,
                        struct arena *arena, void *base, struct fault *why)
{
    if (value_is_list(option->type))
        return list_parse(option, text, arena, base, why);
    if (option->type == VALUE_SWITCH)
        return switch_parse(option, text, base, why);
    if (option->type == VALUE_CHOICE)
        return choice_parse(option, text, base, why);
    if (units_of(option->type) != NULL)
        return number_parse(option, text, base, why);
    return text_parse(option, text, arena, base, why);
}

static void list_print(const struct config_option *option, const void *base,
                       const char *between, struct buffer *out)
{
    const char *items = NULL;
    size_t count = 0;
    memcpy(&items, (const char *)base + option->offset, sizeof(items));
    memcpy(&count, (const char *)base + option->count_offset, sizeof(count));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_printf(out, "%s%s", option->type == VALUE_NAMES ? "," : "", between);
        if (option->type == VALUE_PREFIXES) {
            char text[PREFIX_TEXT];
            buffer_printf(out, "%s",
                          prefix_text((const struct prefix *)(const void *)items + i, text));
        } else {
            buffer_add(out, ((const struct slice *)(const void *)items)[i]);
        }
    }
}

void value_print(const struct config_option *option, const void *base, const char *between,
                 struct buffer *out)
{
    if (value_is_list(option->type)) {
        list_print(option, base, between, out);
    } else if (option->type == VALUE_SWITCH) {
        bool yes = false;
        memcpy(&yes, (const char *)base + option->offset, sizeof(yes));
        buffer_printf(out, "%s", yes ? "yes" : "no");
    } else if (option->type == VALUE_CHOICE) {
        uint8_t index = 0;
        memcpy(&index, (const char *)base + option->offset, sizeof(index));
        buffer_printf(out, "%s", option->words[index]);
    } else if (units_of(option->type) != NULL) {
        print_number(option->type, fetch_number(option, base), out);
    } else {
        struct slice text;
        memcpy(&text, (const char *)base + option->offset, sizeof(text));
        buffer_add(out, text);
    }
}

void value_clear(const struct config_option *option, void *base)
{
    size_t none = 0;
    memcpy((char *)base + option->count_offset, &none, sizeof(none));
}
