/** @file
 * Blocks: instances in whole blocks, the last of a point cut.
 */
#include "parallel/schedule/blocks.h"

static int64_t get_count_a_point(const epx_campaign *campaign) {
  return (campaign->n_instances + campaign->block - 1) / campaign->block;
}

int64_t epx_blocks_get_count(const epx_campaign *campaign) {
  return campaign->n_points * get_count_a_point(campaign);
}

epx_block epx_blocks_get(const epx_campaign *campaign, int64_t block) {
  const int64_t count = get_count_a_point(campaign);
  const int first = (int)(block % count) * campaign->block, left = campaign->n_instances - first;
  return (epx_block){(int)(block / count), first, left < campaign->block ? left : campaign->block};
}
