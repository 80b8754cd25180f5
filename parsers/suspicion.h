/* How much a mail that no format fits sounds like a report. Inside parsers only. */
#ifndef PARSERS_SUSPICION_H
#define PARSERS_SUSPICION_H

#include "parsers/parser.h"

struct suspicion {
    unsigned subject;   /* weight of the words of abuse in the subject */
    unsigned body;      /* and in the first kilobytes of text */
    bool addresses_us;  /* speaks of our network, server, customer */
    bool names_address; /* an IP address stands there */
    bool encrypted;
    bool archive;
    bool fetch;    /* a report lies behind a link */
    bool document; /* a letter or picture that no program reads */
    bool data;     /* something made for programs to read is attached */
};

void suspicion_read(const struct incoming *message, struct suspicion *suspicion);
/* What words alone tell, as those of a body. */
struct suspicion suspicion_of_words(struct arena *arena, struct slice words);

#endif
