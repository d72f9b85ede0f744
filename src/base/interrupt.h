/** @file
 * Interrupt: stops a computation whose result is no longer needed. The caller sets a function that decides;
 * long loops call it between two steps. Results do not change: a computation is either finished or stopped.
 */
#ifndef EPILUX_BASE_INTERRUPT_H
#define EPILUX_BASE_INTERRUPT_H

#include <stdbool.h>

#include "epilux/error.h"

/** Tells whether to stop the computation. */
typedef bool (*epx_interrupt_question)(void *context);

/** Sets this thread's question; NULL: none. */
void epx_interrupt_set(epx_interrupt_question question, void *context);

/** Raises EPX_EINTERRUPTED when this thread's question is answered with yes. Cheap without one. */
epx_err epx_interrupt_check(void);

#endif
