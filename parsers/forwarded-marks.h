/* The lines by which mail programs and ticket systems in many languages show that another mail
 * begins: markers and quoted header fields. Inside parsers only. */
#ifndef PARSERS_FORWARDED_MARKS_H
#define PARSERS_FORWARDED_MARKS_H

#include "parsers/parser.h"

enum inner_field { INNER_FROM, INNER_DATE, INNER_SUBJECT, INNER_OTHER, INNER_NONE };

/* "-----Original Message-----", "Begin forwarded message:"; without quote marks. */
bool forwarded_is_marker(struct slice line);
/* "Gesendet: Dienstag, 24. November": Outlook sets a header above what it quotes, and no marker. */
bool forwarded_is_sent(struct slice line);
/* "Your message:", "A summary of which appears below:": what follows is repeated by a machine. */
bool forwarded_is_echo(struct arena *arena, struct slice line);
/* "Betreff: ...", "Short description: ...": a title that another mail had. */
bool forwarded_is_title(struct slice line);
/* The whole title, set apart: "Your ticket - attack from 192.0.2.7 - has been closed". */
bool forwarded_repeats(struct slice line, struct slice title);
/* The last line of what RT puts above a new ticket's text. */
bool forwarded_is_ticket_link(struct slice line);
/* "Gesendet: Dienstag, ..."; "*From:* Ines", as some programs set the names in bold. */
enum inner_field forwarded_split_field(struct slice line, struct slice *value);

#endif
