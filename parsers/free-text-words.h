/* Words of human text, made comparable. Inside parsers only. */
#ifndef PARSERS_FREE_TEXT_WORDS_H
#define PARSERS_FREE_TEXT_WORDS_H

#include "base/arena.h"

/* Lower case (ASCII, Latin-1, Latin Extended-A, Greek left alone, Cyrillic), and one space
 * for every run of what is no letter, digit or "&": "Brute-Force  (SSH)" becomes "brute
 * force ssh". */
struct slice words_fold(struct arena *arena, struct slice text);

#endif
