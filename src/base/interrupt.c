/** @file
 * Interrupt: one question a thread.
 */
#include "base/interrupt.h"

#include <stddef.h>

static _Thread_local struct {
  epx_interrupt_question question;
  void *context;
} asked;

void epx_interrupt_set(epx_interrupt_question question, void *context) {
  asked.question = question;
  asked.context = context;
}

epx_err epx_interrupt_check(void) {
  if (!asked.question || !asked.question(asked.context)) return EPX_OK;
  return EPX_RAISE(EPX_EINTERRUPTED, "interrupted");
}
