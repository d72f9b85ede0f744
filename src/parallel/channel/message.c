/** @file
 * Message: its data, which grow as needed.
 */
#include <string.h>

#include "base/array.h"
#include "parallel/channel/channel.h"

epx_err epx_message_set_capacity(epx_message *message, size_t n_bytes) {
  if (n_bytes <= message->capacity) return EPX_OK;
  unsigned char *larger;
  const size_t capacity = n_bytes > 2 * message->capacity ? n_bytes : 2 * message->capacity;
  EPX_TRY(EPX_ARRAY(larger, capacity));
  if (message->n_bytes > 0) memcpy(larger, message->data, message->n_bytes);
  epx_array_destroy(&message->data);
  message->data = larger;
  message->capacity = capacity;
  return EPX_OK;
}

void epx_message_destroy(epx_message *message) {
  epx_array_destroy(&message->data);
  *message = (epx_message){0};
}
