/** @file
 * Progress: the progress of a running campaign, in numbers and as a line of text.
 */
#ifndef EPILUX_PARALLEL_PROGRESS_H
#define EPILUX_PARALLEL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

/** What one worker did in a run. Times are in seconds from the run's start. */
typedef struct {
  int rank;
  double busy;        /* s inside blocks */
  double first, last; /* when its first unit was handed out, when its last result came; NAN: never */
  double slowest;     /* s of its longest block */
  int slowest_point, slowest_instance; /* with which that block begins; -1: none */
  long n_trials, n_failed;             /* of this run; failed: those that are not done */
  long n_units;                        /* that it was handed */
  double share; /* of the training that it works on that is done, 0 … 1; 0: it has not said */
} epx_progress_load;

typedef struct {
  long n_trials, n_finished;
  long n_failed;  /* of the finished, those that are neither done nor lost */
  long n_lost;    /* of the finished, those whose jobs ended for an unknown reason */
  long n_open;    /* design points that are not decided, where the campaign decides: more trials may follow */
  long n_solved;  /* of the finished, those of this run */
  double seconds; /* that this run has taken */
  double busy;    /* s that its workers have solved, added up */
  int n_workers;
  int n_idle;                    /* of the workers: have nothing to do, and there is nothing to hand out */
  int n_trainings;               /* long ones under way that say how far they are */
  double least, most;            /* of their shares that are done, 0 … 1 */
  double partial;                /* trials' worth of them */
  bool draining;                 /* no new block is begun */
  double handing_out;            /* s that the coordinator has spent over messages of its workers */
  double drained;                /* s of the run from which on there was nothing to hand out; NAN: not yet */
  const epx_progress_load *load; /* [n_workers], borrowed from who reports; NULL: not known */
} epx_progress;

/** Tells whether nothing is left to do: all trials are finished, and no more can follow. */
bool epx_progress_is_finished(const epx_progress *progress);

/** Evaluates the rate, trials a second, with the parts that are done of trainings under way; 0 before anything is. */
double epx_progress_eval_rate(const epx_progress *progress);

/** Evaluates the time left at that rate, s; NAN when there is no rate. */
double epx_progress_eval_time_left(const epx_progress *progress);

/** Evaluates one line, without newline: "412/1536 trials, 26 %, 3 failed, 12.4 a second, 1 min 31 s left"; then, where there
 * are such, "; trainings at 25 to 31 %" and "; 6 of 8 workers idle".
 * line [size], out; cut when too long. */
void epx_progress_eval_line(const epx_progress *progress, char *line, size_t size);

/** Evaluates a time as text: "0.3 s", "42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"; "unknown" for NAN. text
 * [size], out. */
void epx_progress_eval_time(double seconds, char *text, size_t size);

#endif
