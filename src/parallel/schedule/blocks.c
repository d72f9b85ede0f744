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

int64_t epx_blocks_get_units(const epx_campaign *campaign) {
  return epx_blocks_get_count(campaign) * (campaign->block > 1 ? 1 + campaign->block : 1);
}

int64_t epx_blocks_get_single(const epx_campaign *campaign, int64_t block, int k) {
  if (campaign->block == 1) return block;
  return epx_blocks_get_count(campaign) + block * campaign->block + k;
}

int64_t epx_blocks_get_whole(const epx_campaign *campaign, int64_t block) {
  const int64_t n = epx_blocks_get_count(campaign);
  return block < n ? block : (block - n) / campaign->block;
}

epx_block epx_blocks_get(const epx_campaign *campaign, int64_t block) {
  const int64_t count = get_count_a_point(campaign), whole = epx_blocks_get_whole(campaign, block);
  const int first = (int)(whole % count) * campaign->block, left = campaign->n_instances - first;
  if (whole == block)
    return (epx_block){(int)(whole / count), first, left < campaign->block ? left : campaign->block,
                       campaign->block};
  const int k = (int)((block - epx_blocks_get_count(campaign)) % campaign->block);
  return (epx_block){(int)(whole / count), first + k, 1, 1};
}
