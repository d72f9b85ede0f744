/** @file
 * Deck arguments.
 */
#include "cli/deck_arguments.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"

/* Adds words to petsc.options, as one more assignment; none adds nothing. */
static epx_err add_petsc_options(const char *words, epx_deck *deck) {
  if (words[strspn(words, " \t")] == '\0') return EPX_OK;
  const char *before = epx_deck_get_text(deck, "petsc.options");
  char *assignment;
  const size_t n = strlen(words) + (before ? strlen(before) : 0) + sizeof "petsc.options= ";
  EPX_TRY(EPX_ARRAY(assignment, n));
  snprintf(assignment, n, "petsc.options=%s%s%s", before ? before : "", before ? " " : "", words);
  const int code = epx_deck_set(deck, assignment);
  epx_array_destroy(&assignment);
  return code;
}

epx_err epx_call_read_deck(const epx_call *call, epx_deck **deck) {
  const char *assignment;
  EPX_TRY(epx_deck_read(call->arguments[0], deck));
  for (int i = 0; (assignment = epx_call_get_value(call, "--set", i)) != NULL; i++) {
    const int code = epx_deck_set(*deck, assignment);
    if (code == EPX_OK) continue;
    epx_deck_destroy(deck);
    return code;
  }
  const char *words = epx_call_get_value(call, "--petsc", 0);
  const int code = words && words[strspn(words, " \t\n")] ? add_petsc_options(words, *deck) : EPX_OK;
  if (code != EPX_OK) epx_deck_destroy(deck);
  return code;
}

epx_err epx_call_create_output(const epx_call *call, const epx_deck *deck, char **path) {
  const char *given = epx_call_get_value(call, "--output", 0);
  if (given) return epx_array_create_text(path, given);
  const char *name = epx_deck_get_text(deck, "study.name");
  const size_t n = strlen(name) + sizeof ".h5";
  EPX_TRY(EPX_ARRAY(*path, n));
  snprintf(*path, n, "%s.h5", name);
  return EPX_OK;
}
