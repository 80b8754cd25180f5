/* "tag=value; tag=value" (RFC 6376 s3.2), as signatures, seals and keys have it. */
#ifndef INGEST_TAG_LIST_H
#define INGEST_TAG_LIST_H

#include "base/slice.h"

/* The value, trimmed of folding space; false when the tag is not there. */
bool tag_find(struct slice list, const char *tag, struct slice *value);
/* The same untrimmed: where exactly it stands. */
bool tag_span(struct slice list, const char *tag, struct slice *span);
/* No tag twice, none without "=". */
bool tag_list_is_good(struct slice list);

#endif
