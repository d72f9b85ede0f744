/** @file
 * Deck arguments.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/deck_arguments.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/cluster/script.h"
#include "io/recovery/output.h"
#include "io/results/results.h"

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

bool epx_call_is_input(const epx_call *call) {
  static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (strcmp(call->arguments[0], names[k]) == 0) return true;
  return false;
}

epx_err epx_call_read_input(char **text) {
  int rank, code = EPX_OK, n = -1;
  *text = NULL;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) code = epx_deck_create_input(text);
  if (rank == 0 && code == EPX_OK) n = (int)strlen(*text);
  MPI_Bcast(&n, 1, MPI_INT, 0, MPI_COMM_WORLD);
  if (n < 0) return rank == 0 ? code : EPX_EINPUT; /* the first rank says why */
  if (rank > 0) code = EPX_ARRAY(*text, (size_t)n + 1);
  if (code == EPX_OK) MPI_Bcast(*text, n, MPI_CHAR, 0, MPI_COMM_WORLD);
  return code;
}

/* The results file, before the deck is read in earnest; NULL where the deck does not say so far. */
static char *create_results_name(const epx_call *call) {
  const char *given = epx_call_get_value(call, "--output", 0), *assignment, *name;
  char *path = NULL;
  epx_deck *deck = NULL;
  if (given) return epx_array_create_text(&path, given) == EPX_OK ? path : NULL;
  int code = epx_call_is_input(call) ? EPX_EINPUT : epx_deck_read_alone(call->arguments[0], &deck);
  for (int i = 0; code == EPX_OK && (assignment = epx_call_get_value(call, "--set", i)) != NULL; i++)
    code = epx_deck_set(deck, assignment);
  name = code == EPX_OK ? epx_deck_get_text(deck, "study.name") : NULL;
  if (name && EPX_ARRAY(path, strlen(name) + sizeof ".h5") == EPX_OK)
    snprintf(path, strlen(name) + sizeof ".h5", "%s.h5", name);
  if (deck) epx_deck_destroy(&deck);
  epx_error_reset();
  return path;
}

/* What is wrong with the file else, and decks of other versions, are the run's to refuse. */
static epx_err check_plugin_of(const char *results) {
  char *text;
  epx_deck *stored = NULL;
  int code = epx_results_create_deck(results, &text);
  if (code == EPX_OK) code = epx_deck_read_stored(results, text, &stored);
  epx_array_destroy(&text);
  if (code != EPX_OK) {
    epx_error_reset();
    return EPX_OK;
  }
  code = epx_deck_check_plugin(stored);
  epx_deck_destroy(&stored);
  return code;
}

/* A plugin is loaded when the deck is read, and to load it is to run it: so results that are to be continued say before
 * whether it is the one that they were computed with. */
static epx_err check_plugin(const epx_call *call) {
  if (!epx_call_is_set(call, "--resume")) return EPX_OK;
  char *results = create_results_name(call);
  const int code = results && access(results, F_OK) == 0 ? check_plugin_of(results) : EPX_OK;
  epx_array_destroy(&results);
  return code;
}

/* The deck of the first argument, or of standard input. */
static epx_err read_deck(const epx_call *call, epx_deck **deck) {
  char *text;
  if (!epx_call_is_input(call)) return epx_deck_read(call->arguments[0], deck);
  if (call->input) return epx_deck_read_text(EPX_DECK_INPUT, call->input, deck);
  EPX_TRY(epx_deck_create_input(&text));
  const int code = epx_deck_read_text(EPX_DECK_INPUT, text, deck);
  epx_array_destroy(&text);
  return code;
}

static epx_err set_all(const epx_call *call, epx_deck *deck) {
  const char **assignments;
  int n = 0;
  while (epx_call_get_value(call, "--set", n))
    n++;
  EPX_TRY(EPX_ARRAY(assignments, (size_t)n));
  for (int i = 0; i < n; i++)
    assignments[i] = epx_call_get_value(call, "--set", i);
  const int code = epx_deck_set_all(deck, n, assignments);
  epx_array_destroy(&assignments);
  return code;
}

epx_err epx_call_read_deck(const epx_call *call, epx_deck **deck) {
  EPX_TRY(check_plugin(call));
  EPX_TRY(read_deck(call, deck));
  int code = set_all(call, *deck);
  const char *words = epx_call_get_value(call, "--petsc", 0);
  if (code == EPX_OK && words && words[strspn(words, " \t\n")]) code = add_petsc_options(words, *deck);
  if (code != EPX_OK) epx_deck_destroy(deck);
  return code;
}

epx_err epx_call_check_output(const epx_call *call, const epx_deck *deck, const char *path) {
  EPX_TRY(epx_output_check(path));
  if (epx_output_is_same(call->arguments[0], path))
    return EPX_RAISE(EPX_EINPUT, "%s: is the deck, which the results would overwrite; choose another name",
                     path);
  return epx_deck_check_output(deck, path);
}

epx_err epx_call_create_output(const epx_call *call, const epx_deck *deck, char **path) {
  const char *given = epx_call_get_value(call, "--output", 0), *name = epx_deck_get_text(deck, "study.name");
  char *named;
  const size_t n = strlen(name) + sizeof ".h5";
  EPX_TRY(EPX_ARRAY(named, n));
  snprintf(named, n, "%s.h5", name);
  const int code = epx_output_create_path(given ? given : named, path);
  epx_array_destroy(&named);
  EPX_TRY(code);
  /* The first rank writes it, and says what is wrong with it. */
  return epx_command_get_rank() == 0 ? epx_call_check_output(call, deck, *path) : EPX_OK;
}

static bool is_for_once(const char *option) {
  static const char *const once[] = {"--resume", "--force",     "--retry-failed", "--max-time",
                                     "--quiet",  "--instances", "--points"};
  for (size_t k = 0; k < sizeof once / sizeof *once; k++)
    if (strcmp(once[k], option) == 0) return true;
  return false;
}

/* `whole`: with the options that are for once, and as it was given. */
static epx_err create_line(const epx_call *call, bool whole, char **line) {
  epx_script text = {0};
  int code = epx_script_write(&text, "%s ", call->command->name);
  if (code == EPX_OK) code = epx_script_write_word(&text, call->arguments[0]);
  for (int i = 0; i < call->n_options && code == EPX_OK; i++) {
    const struct epx_given *given = &call->options[i];
    if (!whole && is_for_once(given->option->name)) continue;
    code = epx_script_write(&text, " %s%s", given->option->name, given->value ? " " : "");
    if (code == EPX_OK && given->value) code = epx_script_write_word(&text, given->value);
  }
  if (code == EPX_OK && !whole && strcmp(call->command->name, "run") == 0)
    code = epx_script_write(&text, " --resume");
  if (code != EPX_OK) epx_array_destroy(&text.text);
  *line = text.text;
  return code;
}

epx_err epx_call_create_again(const epx_call *call, char **again) {
  return create_line(call, false, again);
}

epx_err epx_call_create_line(const epx_call *call, char **line) {
  return create_line(call, true, line);
}
