/* Private to letters: what a template may name, with the values that it has in one letter. */
#ifndef ESCALATE_LETTER_FIELDS_H
#define ESCALATE_LETTER_FIELDS_H

#include "escalate/letter.h"
#include "escalate/template.h"

#define LETTER_LINE ((size_t)200) /* octets of one value */

/* Fills *all with fields that live in the arena: each value one line, sanitised, and defanged
 * where it is from outside. `measures` is the text of that language; `reply` may be empty. */
void letter_fields(struct fields *all, struct arena *arena,
                   const struct letter_settings *settings, const struct letter_request *request,
                   struct slice measures, struct slice reply);

#endif
