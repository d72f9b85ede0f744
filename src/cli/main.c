/** @file
 * epilux: sets up what every command needs, finds the command, runs it, says once what went wrong.
 *
 * Exit status: 0 done; 1 the run failed; 2 bad input, nothing was run; 75 stopped early, resumable.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "base/machine/threads.h"
#include "base/nearest.h"
#include "cli/command.h"
#include "epilux/log.h"
#include "epilux/version.h"

enum { N_COMMANDS_MAX = 64 };

/* What follows from the deck every rank finds out: the first says it. */
static bool is_said_by_first(const char *tag) {
  return epx_command_get_rank() > 0 && (strcmp(tag, "topology") == 0 || strcmp(tag, "distributed") == 0);
}

static void print_log(void *context, epx_log_level level, const char *tag, const char *line) {
  (void)context;
  if (is_said_by_first(tag)) return;
  fprintf(stderr, "epilux: %s%s\n", level == EPX_LOG_WARNING ? "warning: " : "", line);
}

static void view_program(FILE *stream) {
  fprintf(stream, "usage: epilux COMMAND [ARGUMENT]...\n\n" EPX_PROGRAM_SUMMARY "\n\n"
                  "commands:\n");
  for (int i = 0; epx_command_get(i); i++)
    fprintf(stream, "  %-10s %s\n", epx_command_get(i)->name, epx_command_get(i)->summary);
  fprintf(stream, "\n"
                  "`epilux COMMAND --help` shows the options of a command and an example. `epilux --version` "
                  "shows the version.\n"
                  "Every command runs alone or under mpirun or srun.\n"
                  "Exit status: 0 done; 1 the run failed; 2 bad input, nothing was run; 75 stopped early, "
                  "saved, resumable.\n" EPX_PROGRAM_TRACE "\n");
}

static void view_version(void) {
  printf("epilux %s\nrevision %s\n%s build by %s\n%s\n", epx_version_get(), epx_version_get_revision(),
         epx_version_get_build_type(), epx_version_get_compiler(), epx_version_get_libraries());
}

static void print_error(void) {
  const char *trace = getenv("EPILUX_TRACE");
  if (*epx_error_get_message()) fprintf(stderr, "epilux: %s\n", epx_error_get_message());
  if (trace && strcmp(trace, "0") != 0 && *epx_error_get_trace())
    fprintf(stderr, "%s\n", epx_error_get_trace());
}

/* An error before the work began is the user's to mend, if it is one of input. */
static int get_exit_status(int code, int status) {
  if (code == EPX_OK) return status == EPX_EXIT_INPUT ? EPX_EXIT_DONE : status;
  const bool input = code == EPX_EINPUT || code == EPX_EFILE || code == EPX_EFORMAT ||
                     code == EPX_EMISMATCH || code == EPX_EBUSY;
  return input && status != EPX_EXIT_FAILED ? EPX_EXIT_INPUT : EPX_EXIT_FAILED;
}

/* All ranks were given the same words: one says what is wrong with them. */
static epx_err read_call(const epx_command *command, int n_words, char **words, epx_call *call) {
  const int code = epx_call_read(command, n_words, words, call);
  if (code != EPX_OK && epx_command_get_rank() > 0) epx_error_reset();
  return code;
}

static epx_err solve_call(const epx_command *command, int n_words, char **words, epx_call *call,
                          int *status) {
  EPX_TRY(read_call(command, n_words, words, call));
  EPX_TRY(epx_isa_set_from_environment());
  if (!command->parallel && epx_command_get_rank() > 0) return EPX_OK;
  EPX_TRY(command->solve(call, status));
  if (fflush(stdout) == 0 && !ferror(stdout)) return EPX_OK;
  *status = EPX_EXIT_FAILED;
  return EPX_RAISE(EPX_EFILE, "standard output cannot be written");
}

static int run_command(const epx_command *command, int n_words, char **words) {
  for (int i = 0; i < n_words && strcmp(words[i], "--") != 0; i++) {
    if (strcmp(words[i], "--help") != 0 && strcmp(words[i], "-h") != 0) continue;
    if (epx_command_get_rank() == 0) epx_command_view(command);
    return EPX_EXIT_DONE;
  }
  epx_call call = {0};
  int status = EPX_EXIT_INPUT;
  int code = EPX_ARRAY(call.arguments, (size_t)n_words);
  if (code == EPX_OK) code = EPX_ARRAY(call.options, (size_t)n_words);
  if (code == EPX_OK) code = solve_call(command, n_words, words, &call, &status);
  epx_array_destroy(&call.options);
  epx_array_destroy(&call.arguments);
  if (code != EPX_OK) print_error();
  return get_exit_status(code, status);
}

static void print_unknown_command(const char *name) {
  const char *names[N_COMMANDS_MAX];
  int n = 0;
  for (; n < N_COMMANDS_MAX && epx_command_get(n); n++)
    names[n] = epx_command_get(n)->name;
  const char *nearest = epx_nearest_get(name, n, names);
  if (nearest)
    fprintf(stderr, "epilux: unknown command %s; did you mean %s?\n", name, nearest);
  else
    fprintf(stderr, "epilux: unknown command %s; `epilux --help` lists the commands\n", name);
}

int main(int argc, char **argv) {
  epx_log_set_sink(print_log, NULL, EPX_LOG_INFO);
  epx_threads_set_single();
  if (argc < 2) {
    view_program(stderr);
    return EPX_EXIT_INPUT;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    view_program(stdout);
    return EPX_EXIT_DONE;
  }
  if (strcmp(argv[1], "--version") == 0) {
    view_version();
    return EPX_EXIT_DONE;
  }
  const epx_command *command = epx_command_get_by_name(argv[1]);
  if (!command) {
    print_unknown_command(argv[1]);
    return EPX_EXIT_INPUT;
  }
  return run_command(command, argc - 2, argv + 2);
}
