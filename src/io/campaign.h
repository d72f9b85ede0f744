/** @file
 * Campaign: a deck made ready to run or to be looked at: design, layout, and the records there are so far.
 */
#ifndef EPILUX_IO_CAMPAIGN_H
#define EPILUX_IO_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "epilux/campaign.h"
#include "io/deck/deck.h"
#include "study/trial.h"

struct epx_campaign {
  epx_deck *deck;            /* owned */
  const epx_factor *factors; /* [n_factors], borrowed from the deck */
  int n_factors;
  epx_design *design;        /* owned */
  struct epx_points *points; /* owned; its settings, io/deck/points.h: one thread at a time */
  int n_points, n_instances, block;
  int shard, n_shards; /* only every n_shards-th block is this campaign's, from block shard - 1 on; 0: all */
  epx_engine *engine;  /* [n_points] */
  bool distributed;    /* some point's networks are */
  int n_ranks;         /* that solve each of them together */
  double checkpoint;   /* s: of their trainings; 0: none */
  epx_record_layout layout;
  epx_point_size first; /* of point 0 */
  double equilibria;    /* that all trials ask for, at most */
  double bytes;         /* of the largest workspaces of a block, about */
  bool abandoned;       /* a thread still works on it: it stays in memory */
  uint64_t digest;
  double
      *record; /* [n_points][n_instances][layout.size]; pending ones are as epx_record_init() leaves them */
};

/** Creates point i ready for trials, with the campaign's block; destroy both, the point first. */
epx_err epx_campaign_create_point(const epx_campaign *campaign, int i_point, epx_settings **settings,
                                  epx_point **point);

/** Gets the record of a trial. */
double *epx_campaign_get_record(const epx_campaign *campaign, int i_point, int i_instance);

/** Tells whether a trial is one of the shard's. */
bool epx_campaign_has_trial(const epx_campaign *campaign, int i_point, int i_instance);

#endif
