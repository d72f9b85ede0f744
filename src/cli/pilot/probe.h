/** @internal @file
 * Probe: solves one block of trials in a process of its own, which can be paused, continued and ended at any
 * time; and estimates from its progress how long the whole block takes.
 *
 * Seconds are processor time, so that other work on the machine does not change the estimate.
 */
#ifndef EPILUX_CLI_PILOT_PROBE_H
#define EPILUX_CLI_PILOT_PROBE_H

#include "io/campaign.h"

typedef struct epx_probe epx_probe;

typedef struct {
  bool known;   /* the next three are */
  double block; /* s of the block, without what is done once a point */
  double once;  /* s a point: making it ready, and the training of a protocol that trains elsewhere */
  bool whole;   /* it was solved to the end: nothing is extrapolated */
  bool bounded; /* what is extrapolated of its training may stop earlier: by patience or at a target */
  double share; /* of its training that was done, 0 when it did not come so far, 1 when it has none */
  double spent; /* s of the processor in all */
  double bytes; /* peak of memory */
} epx_probe_result;

/** Creates a probe of the block that begins with instance `first`: makes its point ready, in this process.
 * Errors: of the point; EPX_EMEMORY. */
epx_err epx_probe_create(const epx_campaign *campaign, int i_point, int first, epx_probe **out);

/** Ends the processes and destroys the probe at *address. */
void epx_probe_destroy(epx_probe **address);

/** Runs the block for so many seconds of processor time, or until it is done: *done, out. If the processor is
 * busy, the turn ends after four times this in wall time. Errors: of the trial, with its text; EPX_ESOLVER: the
 * process was ended by a signal; EPX_EFILE, EPX_EMEMORY: no process to be had. */
epx_err epx_probe_run(epx_probe *probe, double seconds, bool *done);

/** Ends the trial where it is, and for that many seconds solves short points of it, larger and larger ones, in
 * its place: what is not training is told from them, and training too where the trial did not come to it. It
 * ends sooner, but not before `at_least` s, when the first has told something. Errors: as epx_probe_run(). */
epx_err epx_probe_run_short_points(epx_probe *probe, double seconds, double at_least);

/** Gets the seconds that it took to make the point ready, and those that its processes have used. */
double epx_probe_get_preparation(const epx_probe *probe);
double epx_probe_get_spent(const epx_probe *probe);

/** Evaluates the estimate so far. */
epx_probe_result epx_probe_eval(const epx_probe *probe);

#endif
