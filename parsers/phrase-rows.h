/* The phrases of each table, parted by "|", in rows that end with NULL; as words_fold leaves
 * text. Only for the phrases files. */
#ifndef PARSERS_PHRASE_ROWS_H
#define PARSERS_PHRASE_ROWS_H

#include "parsers/phrases.h"

#define PHRASE_ROWS 96 /* of a table, with the NULL */

extern const char *const phrase_rows[PHRASES_COUNT][PHRASE_ROWS];

#endif
