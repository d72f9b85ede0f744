/** @file
 * Deck arguments.
 */
#include "cli/deck_arguments.h"

#include <stddef.h>

epx_err epx_call_read_deck(const epx_call *call, epx_deck **deck) {
  const char *assignment;
  EPX_TRY(epx_deck_read(call->arguments[0], deck));
  for (int i = 0; (assignment = epx_call_get_value(call, "--set", i)) != NULL; i++) {
    const int code = epx_deck_set(*deck, assignment);
    if (code == EPX_OK) continue;
    epx_deck_destroy(deck);
    return code;
  }
  return EPX_OK;
}
