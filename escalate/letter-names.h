/* Private to letters: the names of kinds, as template files bear them, and of the values
 * that templates may use. */
#ifndef ESCALATE_LETTER_NAMES_H
#define ESCALATE_LETTER_NAMES_H

#include "escalate/letter.h"

extern const char *const letter_kind_names[LETTER_KINDS];
extern const char *const letter_value_names[]; /* ends with NULL */

#endif
