/** @file
 * Signals: ask a campaign to stop. The first SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM or
 * SIGXCPU drains it (start nothing new, wait for running trials, save); the second stops it at once.
 *
 * A signal may reach a rank in two ways: from its sender, and passed on by its guardian, the parent process.
 * It counts once: the count is the larger of the two.
 */
#ifndef EPILUX_PARALLEL_SIGNALS_H
#define EPILUX_PARALLEL_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "epilux/error.h"

/** Sets this process's handlers, which count, and lets this thread have the signals, those that waited too.
 * SIGXFSZ is ignored, so that a file that may grow no more is a
 * file error. Not thread safe: call it before threads are made. Errors: EPX_EINPUT when the system refuses a
 * handler. */
epx_err epx_signals_set(void);

/** Sets back what was before: whether this thread is given signals, then the handlers. */
void epx_signals_restore(void);

/** Gets how many signals came since epx_signals_set(). */
int epx_signals_get_count(void);

/** Gets the name of the last that came, "SIGTERM"; "" when none did. */
const char *epx_signals_get_name(void);

/** Gets the number of the last that came, 0 when none did; and the name of a number, "" when it is none of
 * them. */
int epx_signals_get_last(void);
const char *epx_signals_get_name_of(int number);

/** Sets whether this thread is given signals; a new thread or process inherits that. One that comes meanwhile
 * waits. */
void epx_signals_set_blocked(bool blocked);

/** Evaluates the set of all of them. */
void epx_signals_eval_set(sigset_t *set);

#endif
