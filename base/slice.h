/* A borrowed run of bytes. Not terminated, may hold NULs; whoever made the bytes says how
 * long they live. */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *ptr;
    size_t len;
};

/* printf("%.*s", SLICE_FMT(s)); only for text that has been sanitised. */
#define SLICE_FMT(s) (int)(s).len, (s).ptr
/* A slice of a string literal. */
#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text == NULL ? 0 : strlen(text)};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline struct slice slice_until(struct slice text, size_t length)
{
    return (struct slice){text.ptr, length < text.len ? length : text.len};
}

/* Empty when offset is past the end. */
static inline struct slice slice_from(struct slice text, size_t offset)
{
    if (offset >= text.len)
        return (struct slice){NULL, 0};
    return (struct slice){text.ptr + offset, text.len - offset};
}

static inline unsigned char byte_lower(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* The first `length` bytes of both, all there. */
bool bytes_eq_nocase(const char *a, const char *b, size_t length);

/* ASCII case folding only, whatever the locale. */
static inline bool slice_eq_nocase(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || (byte_lower(a.ptr[0]) == byte_lower(b.ptr[0]) &&
                                             bytes_eq_nocase(a.ptr, b.ptr, a.len)));
}

/* Most texts differ from what is asked for in their first byte. */
static inline bool slice_starts_with(struct slice text, struct slice prefix)
{
    return prefix.len == 0 || (text.len >= prefix.len && text.ptr[0] == prefix.ptr[0] &&
                               memcmp(text.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_starts_with_nocase(struct slice text, struct slice prefix)
{
    return prefix.len == 0 ||
           (text.len >= prefix.len && byte_lower(text.ptr[0]) == byte_lower(prefix.ptr[0]) &&
            bytes_eq_nocase(text.ptr, prefix.ptr, prefix.len));
}

/* Or in their last. */
static inline bool slice_ends_with_nocase(struct slice text, struct slice suffix)
{
    return suffix.len == 0 ||
           (text.len >= suffix.len &&
            byte_lower(text.ptr[text.len - 1]) == byte_lower(suffix.ptr[suffix.len - 1]) &&
            bytes_eq_nocase(text.ptr + (text.len - suffix.len), suffix.ptr, suffix.len));
}
/* Byte order, shorter first: <0, 0, >0. */
int slice_compare(struct slice a, struct slice b);

/* Offset of the first match, or -1. */
ptrdiff_t slice_find(struct slice text, struct slice needle);
ptrdiff_t slice_find_nocase(struct slice text, struct slice needle);
ptrdiff_t slice_find_byte(struct slice text, char byte);
/* Of the first that is one of them. */
ptrdiff_t slice_find_either(struct slice text, char one, char other);
ptrdiff_t slice_find_of_four(struct slice text, const char four[static 4]);

/* Without leading and trailing space, tab, CR and LF. */
struct slice slice_trim(struct slice text);

/* Cuts the next line off *rest, without its LF, CRLF or bare CR. False when nothing is left. */
bool slice_next_line(struct slice *rest, struct slice *line);
/* Cuts what stands before the next separator off *rest. False when nothing is left. */
bool slice_next_field(struct slice *rest, char separator, struct slice *field);

/* The whole slice as a decimal number without sign or spaces; false when it is not one or
 * overflows. */
bool slice_to_u64(struct slice text, uint64_t *number);

#endif
