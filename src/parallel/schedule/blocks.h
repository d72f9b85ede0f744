/** @internal @file
 * Blocks: the trials of a campaign in the order in which they are handed out. Block b holds instances
 * first … first + n - 1 of one point; points follow each other.
 *
 * A block in which a process died is split: its instances are solved one by one, in blocks of their own, to
 * find which of them it was. These have numbers behind those of all whole blocks, so that a number says what
 * is meant in the schedule, in messages and in what is kept for the next run. Units are counted by such numbers.
 */
#ifndef EPILUX_PARALLEL_SCHEDULE_BLOCKS_H
#define EPILUX_PARALLEL_SCHEDULE_BLOCKS_H

#include <stdint.h>

#include "io/campaign.h"

typedef struct {
  int i_point, first, n; /* n: instances that the campaign has of it, 1 … campaign->block */
  int width;             /* instances that are computed together: campaign->block; 1: split */
} epx_block;

/** Gets how many whole blocks a campaign has. */
int64_t epx_blocks_get_count(const epx_campaign *campaign);

/** Gets how many numbers there are, of whole and of split blocks. */
int64_t epx_blocks_get_units(const epx_campaign *campaign);

/** Gets a block by its number. */
epx_block epx_blocks_get(const epx_campaign *campaign, int64_t block);

/** Gets the number of the k-th instance of a whole block, solved by itself: the block's own where blocks have
 * one instance. */
int64_t epx_blocks_get_single(const epx_campaign *campaign, int64_t block, int k);

/** Gets the whole block that a number belongs to: itself, or what it is split from. */
int64_t epx_blocks_get_whole(const epx_campaign *campaign, int64_t block);

#endif
