/** @file
 * Interrupt: a way to leave a computation that nobody waits for any more. Who starts it sets a question; long
 * loops ask it between two of their steps. It changes no number: a computation is left or not.
 */
#ifndef EPILUX_BASE_INTERRUPT_H
#define EPILUX_BASE_INTERRUPT_H

#include <stdbool.h>

#include "epilux/error.h"

/** Tells whether to leave. */
typedef bool (*epx_interrupt_question)(void *context);

/** Sets this thread's question; NULL: none. */
void epx_interrupt_set(epx_interrupt_question question, void *context);

/** Raises EPX_EINTERRUPTED when this thread's question is answered with yes. Cheap without one. */
epx_err epx_interrupt_check(void);

#endif
