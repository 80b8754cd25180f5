/* An address as people and programs write it into a field. Inside parsers only. */
#ifndef PARSERS_ADDRESS_WORD_H
#define PARSERS_ADDRESS_WORD_H

#include "base/address.h"

/* "192.0.2.1", "[IPv6:2001:db8::1]", "192.0.2.1:25", "192.0.2.1/32", "2001:db8::1%eth0",
 * "192.0.2.1.", and defanged. *port is left alone where none stands. False: no address, and
 * both are as they were. */
bool address_word(struct slice word, struct address *address, uint16_t *port);

#endif
