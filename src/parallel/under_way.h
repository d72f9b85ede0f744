/** @file
 * Under way: what a rank is doing, on a page that it shares with its guardian, the parent process that waits
 * for its end (cli/guardian). When the rank dies, the page tells inside which trials, and whether they can be
 * the cause: not where the program was inside MPI, nor where another thread ended the process.
 *
 * State of the process. Without a page (tests, programs that call the library) every call does nothing.
 */
#ifndef EPILUX_PARALLEL_UNDER_WAY_H
#define EPILUX_PARALLEL_UNDER_WAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "epilux/error.h"

enum { EPX_UNDER_WAY_PATH = 4096 };

typedef struct {
  char attempts[EPX_UNDER_WAY_PATH]; /* path of the file of attempts; "": none, or longer */
  volatile int run;                  /* its number; 0: none yet */
  int rank;
  volatile int64_t unit;  /* -1: none */
  int i_point, first, n;  /* its trials */
  volatile bool alone;    /* nothing else is under way in the run */
  volatile bool solving;  /* inside their code; false: inside MPI, or in none */
  volatile bool shared;   /* ranks solve it together, by MPI */
  volatile bool stranger; /* a thread that was inside no trial crashed, or ended the process */
  volatile bool ended;    /* the command came to its end */
  pid_t guardian;
} epx_under_way_page;

/** Creates the page, all zero but for unit; shared with the processes that this one forks from here on.
 * Errors: EPX_EMEMORY. */
epx_err epx_under_way_create(epx_under_way_page **page);

/** Sets the page that this process writes to, and handlers that note which thread crashed; NULL: none. */
void epx_under_way_set_page(epx_under_way_page *page);

/** Sets the run whose attempts the guardian adds to. */
void epx_under_way_set_run(const char *attempts, int run, int rank);

/** Sets the unit that this thread begins; its trials are first … first + n - 1 of a point. */
void epx_under_way_begin(int64_t unit, int i_point, int first, int n, bool shared);

/** Sets whether what this rank was handed last is all that is under way in the run. */
void epx_under_way_set_alone(bool alone);

/** Sets whether this thread is inside the trials of its unit; false: inside MPI. */
void epx_under_way_set_solving(bool solving);

/** Sets that the unit is over. */
void epx_under_way_end(void);

/** Sets that the command came to its end. */
void epx_under_way_set_ended(void);

/** Gets the guardian's process, 0 without one. */
pid_t epx_under_way_get_guardian(void);

/** Tells whether the guardian is stopped by a signal: until it goes on, nobody learns that this rank ended. */
bool epx_under_way_is_held(void);

#endif
