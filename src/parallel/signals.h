/** @file
 * Signals: ask a campaign to stop. The first SIGTERM, SIGUSR1 or SIGINT drains it (start nothing new, wait for
 * running trials, save); the second stops it at once.
 */
#ifndef EPILUX_PARALLEL_SIGNALS_H
#define EPILUX_PARALLEL_SIGNALS_H

#include <stdbool.h>

#include "epilux/error.h"

/** Sets this process's handlers. The coordinator's rank counts; others ignore the signals, for rank 0 decides
 * and tells. SIGXFSZ is ignored, so that a file that may grow no more is a file error. Not thread safe: call
 * it before threads are made. Errors: EPX_EINPUT when the system refuses a handler. */
epx_err epx_signals_set(bool coordinator);

/** Sets the handlers back to what they were. */
void epx_signals_set_back(void);

/** Gets how many signals came since epx_signals_set(). */
int epx_signals_get_count(void);

/** Gets the name of the last that came, "SIGTERM"; "" when none did. */
const char *epx_signals_get_name(void);

/** Sets whether this thread is given signals; a new thread inherits that. */
void epx_signals_set_blocked(bool blocked);

#endif
