/** @internal @file
 * Commands of the program: one struct each, one file each, one line each in commands.def.
 *
 * To add a command `foo`: write src/cli/commands/foo.c with `const epx_command epx_command_foo = {…}`, name the file
 * in src/cli/CMakeLists.txt and add EPX_COMMAND(foo) to commands.def. --help, options, their errors and the
 * exit status follow from the struct.
 */
#ifndef EPILUX_CLI_COMMAND_H
#define EPILUX_CLI_COMMAND_H

#include <stdbool.h>

#include "epilux/error.h"

/** Exit statuses of the program. */
enum { EPX_EXIT_DONE = 0, EPX_EXIT_FAILED = 1, EPX_EXIT_INPUT = 2, EPX_EXIT_STOPPED = 75 };

/** An option. A table of them ends with a name that is NULL. */
typedef struct {
  const char *name;     /* with its dashes: "--set" */
  const char *argument; /* what --help calls its value; NULL for a flag */
  const char *meaning;  /* one line */
  char letter;          /* the short form, 'o' for -o; 0: none */
} epx_option;

struct epx_call;

typedef struct {
  const char *name;
  const char *arguments;     /* of the usage line, "DECK" */
  int n_min, n_max;          /* arguments, without options */
  const char *summary;       /* one line */
  const char *details;       /* more lines for --help; NULL: none */
  const char *example;       /* a command line that can be copied */
  const epx_option *options; /* --help comes by itself; NULL: no options */
  const char *(*get_word)(
      int i);    /* the i-th word that may be an argument, NULL past the last, for completion in a
                                     shell; NULL: arguments are files */
  bool parallel; /* runs on every rank under mpirun or srun; otherwise only rank 0 acts */

  /** Does the work. *status is EPX_EXIT_INPUT on entry. An error (< 0) that is passed up is printed once by
   * main, which then exits with 2 when it is one of input (EINPUT, EFILE, EFORMAT, EMISMATCH, EBUSY) and the
   * work had not begun, with 1 otherwise: a command says that it has begun by setting *status =
   * EPX_EXIT_FAILED. When EPX_OK is returned the exit status is *status, and an untouched one is
   * EPX_EXIT_DONE. A command that has said what is wrong itself, or a rank that leaves this to another, calls
   * epx_error_reset() first: no message prints nothing. */
  epx_err (*solve)(const struct epx_call *call, int *status);
} epx_command;

/** One use of a command. */
typedef struct epx_call {
  const epx_command *command;
  int n_arguments;
  const char **arguments; /* [n_arguments], options taken out */
  int n_options;
  struct epx_given {
    const epx_option *option;
    const char *value; /* NULL for a flag */
  } * options;         /* [n_options], in the order given */
  const char *input;   /* the deck that standard input held, where the first rank read it for all; or NULL */
} epx_call;

/** Gets the rank that mpirun or srun gave this process, known without MPI; 0 when it runs alone. */
int epx_command_get_rank(void);

/** Waits a moment before this rank leaves without a message, so that the rank with the message leaves first: launchers
 * end all ranks when the first leaves with an error. */
void epx_command_let_others_say(int code);

/** Gets the value of the i-th use of an option that takes one, NULL past the last. */
const char *epx_call_get_value(const epx_call *call, const char *name, int i);

/** Tells whether an option was given. */
bool epx_call_is_set(const epx_call *call, const char *name);

/** Gets the i-th command, NULL past the last. */
const epx_command *epx_command_get(int i);

/** Gets the i-th option of a command, --help being the last; NULL past it. */
const epx_option *epx_command_get_option(const epx_command *command, int i);

/** Gets a command by its name, NULL when there is none. */
const epx_command *epx_command_get_by_name(const char *name);

/** Reads the arguments that follow the command's name into call, whose arrays [n_words] are the caller's.
 * Errors: EPX_EINPUT: an unknown option (with the nearest valid one), a value missing or given to a flag, too
 * few or too many arguments. */
epx_err epx_call_read(const epx_command *command, int n_words, char **words, epx_call *call);

/** Prints a command's --help to standard output. */
void epx_command_view(const epx_command *command);

/** What the program is, its environment and its exit statuses: for --help and the manual page. */
#define EPX_PROGRAM_SUMMARY                                                                                  \
  "Populations of simulated photonic neural networks, trained without backpropagation."
#define EPX_PROGRAM_TRACE "With EPILUX_TRACE=1 an error also shows where in the library it was raised."

#endif
