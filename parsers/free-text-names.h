/* Sites that are accused in human words. Only for the free-text files. */
#ifndef PARSERS_FREE_TEXT_NAMES_H
#define PARSERS_FREE_TEXT_NAMES_H

#include "parsers/free-text-weigh.h"

/* Is anything named at all? */
bool free_text_names_sites(struct slice subject, const struct text_list *texts);
/* How much accuses it. */
unsigned named_points(const struct named *named);
/* Call when the words are weighed. */
void free_text_read_names(struct weighing *w, const struct text_list *texts);

#endif
