/* Private to channels: a delivery as JSON, for records and for orders to people and scripts. */
#ifndef ESCALATE_ORDER_H
#define ESCALATE_ORDER_H

#include "base/buffer.h"
#include "escalate/channel.h"

/* One line with its newline; the same bytes for the same delivery. */
void order_json(const struct delivery *delivery, struct buffer *json);

#endif
