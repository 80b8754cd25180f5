/* What a message says in words: its text parts as UTF-8, in order. Inside parsers only. */
#ifndef PARSERS_TEXT_BODY_H
#define PARSERS_TEXT_BODY_H

#include "parsers/parser.h"

/* Its own text parts (not those of attached messages), HTML rendered where no plain text
 * stands; at most `most` bytes in all, what is beyond is cut. */
struct text_list text_bodies(const struct incoming *message, size_t most);
/* What its HTML parts say, though there is plain text: some programs write there only that
 * this is an HTML mail. */
struct text_list text_pages(const struct incoming *message, size_t most);
/* Log files that are attached as something other than text, or in archives. */
struct text_list text_logs(const struct incoming *message, size_t most);

#endif
