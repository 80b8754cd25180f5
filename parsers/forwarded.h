/* A message that was forwarded inside the text of another: "---------- Forwarded message",
 * "Begin forwarded message:", a ticket system's letter about a new ticket, a feedback report
 * pasted as text. Inside parsers only. */
#ifndef PARSERS_FORWARDED_H
#define PARSERS_FORWARDED_H

#include "parsers/parser.h"

/* The inner message, put together again so that every parser can read it: its From, Subject
 * and Date as far as they were quoted, its text with one level of quote marks gone; a
 * feedback report in it as the part that it was. False when there is none; an answer that
 * quotes what it answers to forwards nothing. In the message's arena. */
bool forwarded_message(const struct incoming *message, struct slice *raw);

#endif
