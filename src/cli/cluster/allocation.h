/** @internal @file
 * Allocation: the ranks, nodes, memory and time that a campaign asks a batch system for.
 */
#ifndef EPILUX_CLI_CLUSTER_ALLOCATION_H
#define EPILUX_CLI_CLUSTER_ALLOCATION_H

#include "cli/cluster/site.h"
#include "cli/pilot/pilot.h"

/** Request of the user; 0: to be estimated. */
typedef struct {
  int ranks;
  double time;  /* s of a job */
  double grace; /* s before the end of a job at which it is told to save */
  int shards;   /* jobs that share the campaign */
} epx_allocation_request;

typedef struct {
  int ranks;          /* of a job */
  int nodes;          /* 0: left to the batch system */
  int cores_per_rank; /* more than 1 where a rank needs the memory of several */
  double megabytes;   /* that a rank may need */
  double expected;    /* s that a job is expected to take; 0: not known */
  double time;        /* s that a job asks for, whole minutes */
  int rounds;         /* expected number of jobs, one after the other */
} epx_allocation;

/** Evaluates an allocation: so many workers that the whole takes about an hour, with two blocks or more for
 * each, or as many as are given; whole nodes where the site has no others; half again the expected time, and
 * two minutes. n_blocks: of the campaign; n_bytes: of its records; pilot: NULL when none was made (ranks and
 * time are then given). */
epx_allocation epx_allocation_eval(const epx_allocation_request *request, const epx_cluster_site *site,
                                   double n_blocks, double n_bytes, const epx_pilot *pilot);

#endif
