/* The words of an HTML page, for reading: no layout, nothing fetched, nothing run. */
#ifndef PARSERS_HTML_TEXT_H
#define PARSERS_HTML_TEXT_H

#include "base/arena.h"

/* Tags are gone, blocks begin lines, cells are divided by tabs, character references are
 * characters; scripts, styles and comments are left out. Broken markup is read as browsers
 * would: what never ends is cut. */
struct slice html_text(struct arena *arena, struct slice html);

#endif
