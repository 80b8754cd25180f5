/* What follows from a failure, and why it failed.
 *
 * A function that can fail returns enum status and, where a person may have to act, takes a
 * struct fault that then says what was wrong and what to do. Outputs are untouched on failure.
 * "Not mine" or "not there" is a bool or a null pointer, never an error. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define MUST_USE     [[nodiscard]]
#define FAULT_LENGTH 512

enum status {
    OK = 0,
    ERR_MALFORMED, /* the input breaks its format: quarantine it, go on with the next */
    ERR_LIMIT,     /* the input exceeds a limit of ours: quarantine it, go on with the next */
    ERR_IO,        /* the outside failed (disk, network): try again later */
    ERR_DENIED,    /* refused by a rule or a permission: tell the operator */
    ERR_CONFLICT,  /* somebody else was there first, or the state does not allow it */
    ERR_CORRUPT,   /* our own data contradicts itself: stop */
};

struct fault {
    char text[FAULT_LENGTH]; /* one line, sanitised, no trailing newline */
};

/* Fills *why (may be null) and returns code, so that a failure is one line:
 *     return fail(why, ERR_MALFORMED, "line %u has no colon", line); */
enum status fail(struct fault *why, enum status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before what *why says already and returns code. */
enum status fail_in(struct fault *why, enum status code, const char *prefix);

/* Puts "; advice" behind it, and returns code: what to do about it. */
enum status fail_more(struct fault *why, enum status code, const char *advice);

const char *status_name(enum status code);

#endif
