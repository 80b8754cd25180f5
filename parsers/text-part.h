/* Small finds in human text that several formats need. Pure; slices borrow from the text. */
#ifndef PARSERS_TEXT_PART_H
#define PARSERS_TEXT_PART_H

#include "base/report.h"

/* "http://host/path [192.0.2.7]": the URL of this line, and what stands in the square
 * brackets that follow it; either may be defanged. False when the line holds no such pair. */
bool text_url_with_brackets(struct slice line, struct slice *url, struct slice *inside);
/* The host of "scheme://user@host:port/…", as written; empty when there is none. */
struct slice text_url_host(struct slice url);
bool text_list_holds(const struct text_list *list, struct slice text);

#endif
