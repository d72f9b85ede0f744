/** @internal @file
 * Blocks: the trials of a campaign in the order in which they are handed out. Block b holds instances
 * first … first + n - 1 of one point; points follow each other.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_BLOCKS_H
#define EPILUX_PARALLEL_SCHEDULE_BLOCKS_H

#include <stdint.h>

#include "io/campaign.h"

typedef struct {
  int i_point, first, n; /* n: instances that the campaign has of it, 1 … campaign->block */
} epx_block;

/** Gets how many blocks a campaign has. */
int64_t epx_blocks_get_count(const epx_campaign *campaign);

/** Gets a block by its place in the order. */
epx_block epx_blocks_get(const epx_campaign *campaign, int64_t block);

#endif
