/** @file
 * Bundle: a head before the data of each message.
 */
#include "parallel/channel/bundle.h"

#include <limits.h>
#include <string.h>

#include "base/array.h"

typedef struct {
  int32_t kind, code, worker;
  uint32_t n_bytes;
  int64_t first, count;
  double seconds;
} head;

void epx_bundle_destroy(epx_bundle *bundle) {
  epx_array_destroy(&bundle->bytes);
  *bundle = (epx_bundle){0};
}

static epx_err set_capacity(epx_bundle *bundle, size_t n_bytes) {
  if (n_bytes <= bundle->capacity) return EPX_OK;
  unsigned char *larger;
  EPX_TRY(EPX_ARRAY(larger, 2 * n_bytes));
  if (bundle->n_bytes > 0) memcpy(larger, bundle->bytes, bundle->n_bytes);
  epx_array_destroy(&bundle->bytes);
  bundle->bytes = larger;
  bundle->capacity = 2 * n_bytes;
  return EPX_OK;
}

epx_err epx_bundle_set_size(epx_bundle *bundle, size_t n_bytes) {
  bundle->n_bytes = bundle->n_read = 0;
  EPX_TRY(set_capacity(bundle, n_bytes));
  bundle->n_bytes = n_bytes;
  return EPX_OK;
}

bool epx_bundle_is_empty(const epx_bundle *bundle) {
  return bundle->n_read == bundle->n_bytes;
}

epx_err epx_bundle_write(epx_bundle *bundle, const epx_message *message) {
  const head start = {
      (int32_t)message->kind, (int32_t)message->code, (int32_t)message->worker, (uint32_t)message->n_bytes,
      message->first,         message->count,         message->seconds};
  if (message->n_bytes > INT_MAX)
    return EPX_RAISE(EPX_EMPI, "a message of %zu bytes is more than MPI takes", message->n_bytes);
  if (epx_bundle_is_empty(bundle)) bundle->n_bytes = bundle->n_read = 0;
  EPX_TRY(set_capacity(bundle, bundle->n_bytes + sizeof start + message->n_bytes));
  memcpy(bundle->bytes + bundle->n_bytes, &start, sizeof start);
  bundle->n_bytes += sizeof start;
  if (message->n_bytes > 0) memcpy(bundle->bytes + bundle->n_bytes, message->data, message->n_bytes);
  bundle->n_bytes += message->n_bytes;
  return EPX_OK;
}

epx_err epx_bundle_read(epx_bundle *bundle, epx_message *message, bool *got) {
  const unsigned char *next = bundle->bytes + bundle->n_read;
  size_t n = bundle->n_bytes - bundle->n_read;
  head start;
  *got = n > 0;
  if (!*got) return EPX_OK;
  if (n < sizeof start) return EPX_RAISE(EPX_EMPI, "a message of %zu bytes", n);
  memcpy(&start, next, sizeof start);
  n -= sizeof start;
  if (n < start.n_bytes)
    return EPX_RAISE(EPX_EMPI, "a message of %zu bytes where %u should be", n, (unsigned)start.n_bytes);
  message->n_bytes = 0; /* what it held is not kept */
  EPX_TRY(epx_message_set_capacity(message, start.n_bytes));
  if (start.n_bytes > 0) memcpy(message->data, next + sizeof start, start.n_bytes);
  message->n_bytes = start.n_bytes;
  message->kind = (epx_message_kind)start.kind;
  message->code = start.code;
  message->worker = start.worker;
  message->first = start.first;
  message->count = start.count;
  message->seconds = start.seconds;
  bundle->n_read += sizeof start + start.n_bytes;
  return EPX_OK;
}
