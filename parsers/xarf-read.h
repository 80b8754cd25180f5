/* Reading XARF objects (JSON) into reports: version 4 and the older flat and nested version 3.
 * Reading never stops at the first defect: each is named, so that the reporter can be told all
 * of them at once. */
#ifndef PARSERS_XARF_READ_H
#define PARSERS_XARF_READ_H

#include "parsers/parser.h"

#include <jansson.h>

/* What is wrong with one object, in words: "report.date is no RFC 3339 time; source_port …". */
struct defects {
    struct arena *arena;
    struct slice text;
    unsigned count;
};

void defect_add(struct defects *defects, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* An object of that version? Decided by its marks alone, valid or not. */
bool xarf_v4_looks_like(const json_t *object);
bool xarf_v3_looks_like(const json_t *object);

/* Fill a report that parse_add made. With defects the report is incomplete: drop it. */
void xarf_v4_read(const json_t *object, struct report *report, struct defects *defects);
void xarf_v3_read(const json_t *object, struct report *report, struct defects *defects);

/* Shared by both. All text is copied into the defects' arena. */
/* A string member; required ones that are missing or empty, and non-strings, are defects. */
struct slice xarf_text(const json_t *object, const char *name, const char *path, bool required,
                       struct defects *defects);
/* 1 to 65535, or 0 when absent. */
uint16_t xarf_port(const json_t *object, const char *name, const char *path,
                   struct defects *defects);
/* RFC 3339 with zone; 0 when absent or, as a defect, unreadable. */
int64_t xarf_time(const json_t *object, const char *name, const char *path, bool required,
                  struct defects *defects);
struct slice xarf_mailbox(const json_t *object, const char *name, const char *path,
                          bool required, struct defects *defects);
/* An address, a prefix, a URL, a domain, or else whatever it is as text. */
void xarf_subject(struct report *report, struct slice text, struct arena *arena);
/* Adds to a list of a report, unless it is empty or in it already. */
void xarf_list_add(struct text_list *list, struct slice text, struct arena *arena);
/* An extra member, carried over as it stands. */
void xarf_extra(struct report *report, const char *name, const json_t *value,
                struct arena *arena);
/* Adds evidence; base64 is undone when `encoded`, and kept when it is broken. An over-long
 * payload is a defect. */
void xarf_evidence(struct report *report, struct slice content_type, struct slice description,
                   struct slice payload, bool encoded, struct defects *defects);

#endif
