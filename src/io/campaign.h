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
  struct epx_tasks *tasks;   /* owned; its tasks, io/tasks.h: likewise */
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
  bool surveyed;        /* its points were looked at: all members are set */
  bool shares_design;   /* the values of the design are somebody else's */
  uint64_t digest;
  int i_fresh; /* points from it on have fresh instances, n_instances … 2 n_instances - 1; n_points: none has */
  int n_begun; /* points whose factors the design gives; those of others are searched for while it runs; n_points: all */
  struct epx_proposals *proposals; /* owned; io/proposals.h: which trials are to be run; NULL: all */
  double *
      record; /* [n_points][n_instances][layout.size]; pending ones are as epx_record_init() leaves them; NULL: facts
                  alone */
};

/** What one rank that has looked at all points tells the others: enough to solve blocks, and to send their records. */
typedef struct {
  int n_instances, block, n_ranks, distributed;
  uint64_t record; /* layout.size */
  double checkpoint;
} epx_campaign_facts;

/** Creates a campaign as epx_campaign_create() does, but looks at none of its points and has no records: what is left is
 * epx_campaign_survey()'s, or another rank's facts. Errors: as there. */
epx_err epx_campaign_create_unsurveyed(epx_deck *deck, epx_campaign **out);

/** Looks at all points, and makes the records, once. Errors: as epx_campaign_create(). */
epx_err epx_campaign_survey(epx_campaign *campaign);

/** Tells whether networks of some point may be distributed over ranks, from what the deck says, before any point was looked
 * at: never false where one is. */
bool epx_campaign_may_distribute(const epx_campaign *campaign);

epx_campaign_facts epx_campaign_get_facts(const epx_campaign *campaign);

/** Sets what another rank's survey found of the same deck, where this campaign was not surveyed itself. */
void epx_campaign_set_facts(epx_campaign *campaign, const epx_campaign_facts *facts);

/** Sets where the values of the design stand from now on: the same ones, in memory that is borrowed until the campaign is
 * destroyed, when nothing is read of it. */
void epx_campaign_set_design_values(epx_campaign *campaign, double *value);

/** Creates, or gets, the task of a point: one owner more of it. Errors: as epx_campaign_create_point(). */
epx_err epx_campaign_create_task(const epx_campaign *campaign, int i_point, epx_task **task);

/** Creates point i ready for trials, with the campaign's block; destroy both, the point first. */
epx_err epx_campaign_create_point(const epx_campaign *campaign, int i_point, epx_settings **settings,
                                  epx_point **point);

/** Gets the record of a trial. */
double *epx_campaign_get_record(const epx_campaign *campaign, int i_point, int i_instance);

/** Sets the factors of point i, which is searched for, before anything of it is made: row [n_factors]. */
void epx_campaign_set_row(epx_campaign *campaign, int i_point, const double *row);

/** Tells whether a trial is to be run: it is one of the shard's, and of those that are proposed so far. */
bool epx_campaign_has_trial(const epx_campaign *campaign, int i_point, int i_instance);

#endif
