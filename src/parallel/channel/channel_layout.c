/** @file
 * Channel, layout: workers come last, so that their ranks follow each other; groups differ by one at most.
 */
#include "parallel/channel/channel.h"

epx_channel_layout epx_channel_eval_layout(int n_ranks, int group) {
  if (n_ranks <= 2) return (epx_channel_layout){.n_workers = n_ranks};
  if (group == 1) group = 2; /* a relay for each would gain nothing, and one could be left over */
  const int n = n_ranks - 1, n_relays = group > 0 && n > group ? (n + group) / (group + 1) : 0;
  return (epx_channel_layout){.n_relays = n_relays, .first_worker = 1 + n_relays, .n_workers = n - n_relays};
}

int epx_channel_eval_relay(const epx_channel_layout *layout, int worker) {
  if (layout->n_relays == 0 || worker < layout->first_worker) return 0;
  return 1 + (int)((int64_t)(worker - layout->first_worker) * layout->n_relays / layout->n_workers);
}
