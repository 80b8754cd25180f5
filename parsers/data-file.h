/* What the data files of the parsers (vocabulary, feeds, notices) have in common. */
#ifndef PARSERS_DATA_FILE_H
#define PARSERS_DATA_FILE_H

#include "base/arena.h"
#include "base/kind.h"
#include "base/status.h"

/* One setting; what is wrong with it is said in the fault that the reader has. */
typedef enum status data_file_fn(void *reading, const char *section, const char *key,
                                 const char *value);

/* Hands on the settings of `text` up to the first that is refused: *why, to which `each` wrote,
 * then begins with file and line. So does it for a line that is no setting, or too long. */
MUST_USE enum status data_file_read(struct slice text, const char *file, data_file_fn *each,
                                    void *reading, struct fault *why);

/* ---- files of definitions, a [section] each ---- */

/* What each of them begins with. */
struct definition {
    struct slice name;   /* of the section, lower case: "shadowserver open service" */
    struct slice family; /* its first word */
};

/* Those of one file, in its order, and those of the file that it is laid over. */
struct definitions {
    char *items;
    size_t size, count; /* of one, of all */
    const struct definitions *under;
};

struct setting {
    const char *key, *value;
    struct arena *arena;
    struct fault *why; /* says what is wrong with the value; where it stands is put before */
};

struct definition_kind {
    size_t size; /* of one, which begins with struct definition */
    enum status (*set)(void *definition, const struct setting *setting);
    /* What a definition lacks, said of it ("has no type"); NULL for nothing. */
    const char *(*lacks)(const void *definition);
};

MUST_USE enum status definitions_read(const struct definition_kind *kind, struct slice text,
                                      const char *file, const struct definitions *under,
                                      struct arena *arena, struct definitions *definitions,
                                      struct fault *why);
/* In order, those of the file under it last: start with *cursor 0, NULL at the end. */
const void *definitions_next(const struct definitions *definitions, size_t *cursor);

/* "category/type" of XARF v4. */
MUST_USE enum status setting_type(const struct setting *setting, const struct xarf_type **type);

#endif
