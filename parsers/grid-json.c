/* An object a row. What lies inside is named with dots: {"source": {"ip": …}} is
 * "source.ip". */
#include "parsers/grid.h"

#include <jansson.h>

#define DEPTH_MOST   4U
#define MEMBERS_MOST 200U
#define NAME_LONGEST 100U
#define WIDE         10000U              /* members of an object that is no row */
#define MAY_BE_WIDE  ((size_t)64 * 1024) /* bytes of a text that may hold one */
#define LEVELS_MOST  64U

/* Has it an object of so many members? They are counted by their commas, before memory and
 * time are spent on them. */
static bool is_wide(struct slice text)
{
    unsigned commas[LEVELS_MOST] = {0}, depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '"')
            quoted = !quoted;
        else if (byte == '\\')
            i++;
        else if (quoted)
            continue;
        else if (byte == '{' || byte == '[')
            commas[++depth % LEVELS_MOST] = 0;
        else if (byte == '}' || byte == ']')
            depth -= depth > 0;
        else if (byte == ',' && i + 1 < text.len && text.ptr[i + 1] == '"' &&
                 ++commas[depth % LEVELS_MOST] == WIDE)
            return true;
    }
    return false;
}

static struct slice decimal(int64_t number, struct arena *arena)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    for (; rest > 0 || at == sizeof digits; rest /= 10)
        digits[--at] = (char)('0' + rest % 10);
    if (number < 0)
        digits[--at] = '-';
    return arena_copy(arena, (struct slice){digits + at, sizeof digits - at});
}

static struct slice text_of(const json_t *value, struct arena *arena)
{
    if (json_is_string(value))
        return arena_copy(arena,
                          (struct slice){json_string_value(value), json_string_length(value)});
    if (json_is_integer(value))
        return decimal(json_integer_value(value), arena);
    if (json_is_true(value))
        return SLICE("true");
    return (struct slice){0};
}

/* Depth is bounded, so the recursion is. */
static void add_members(struct named_rows *rows, json_t *object, struct slice before,
                        unsigned depth, unsigned *left, struct arena *arena)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        if (*left == 0)
            return;
        --*left;
        struct slice name = slice_of(key);
        if (name.len > NAME_LONGEST)
            continue;
        name = before.len == 0 ? arena_copy(arena, name)
                               : arena_printf(arena, "%.*s.%s", SLICE_FMT(before), key);
        if (json_is_object(value) && depth < DEPTH_MOST)
            add_members(rows, value, name, depth + 1, left, arena);
        else
            named_rows_add(rows, name, text_of(value, arena));
    }
}

static void add_object(struct named_rows *rows, json_t *object, struct arena *arena)
{
    unsigned left = MEMBERS_MOST;
    if (json_is_object(object) && named_rows_begin(rows))
        add_members(rows, object, (struct slice){0}, 1, &left, arena);
}

/* The array of objects that an envelope carries, or NULL. */
static json_t *array_in(json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key,
                        value) if (json_is_object(json_array_get(value, 0))) return value;
    return NULL;
}

static void add_document(struct named_rows *rows, json_t *root, struct arena *arena)
{
    while (json_object_size(root) == 1 &&
           json_is_object(json_object_iter_value(json_object_iter(root))))
        root = json_object_iter_value(json_object_iter(root)); /* {"report": {...}} */
    json_t *array = json_is_array(root) ? root : array_in(root);
    if (array == NULL)
        add_object(rows, root, arena);
    for (size_t i = 0; i < json_array_size(array); i++)
        add_object(rows, json_array_get(array, i), arena);
}

void grid_read_json(struct slice text, struct arena *arena, struct grids *grids)
{
    struct named_rows *rows = named_rows_new(arena);
    json_error_t error;
    unsigned documents = 0;
    if (text.len > MAY_BE_WIDE && is_wide(text))
        return;
    while (text.len > 0 && documents++ < GRID_ROWS_MOST) {
        json_t *root = json_loadb(text.ptr, text.len, JSON_DISABLE_EOF_CHECK, &error);
        if (root == NULL)
            break;
        add_document(rows, root, arena);
        json_decref(root);
        text = slice_trim(slice_from(text, (size_t)error.position));
    }
    struct grid *grid = grids_add(grids);
    if (grid != NULL)
        named_rows_end(rows, grid);
}
