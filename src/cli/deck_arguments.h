/** @internal @file
 * Deck arguments: what every command that takes a deck shares.
 */
#ifndef EPILUX_CLI_DECK_ARGUMENTS_H
#define EPILUX_CLI_DECK_ARGUMENTS_H

#include "cli/command.h"
#include "io/deck/deck.h"

/** A row of a command's options. */
#define EPX_OPTION_SET                                                                                       \
  { "--set", "PATH=VALUE", "set a value of the deck, such as learning.nudge.beta=0.05; may be repeated", 0 }

#define EPX_OPTION_PETSC                                                                                     \
  {                                                                                                          \
    "--petsc", "OPTIONS",                                                                                    \
        "add to petsc.options of distributed networks, such as '-ksp_type bcgs -log_view'", 0                \
  }

/** Tells whether the first argument is standard input: "-", or one of its names as a file. */
bool epx_call_is_input(const epx_call *call);

/** Reads standard input for all ranks, on all of them, when MPI has been started: launchers hand it to the first. text: the
 * caller's, to be freed with epx_array_destroy(), also on error. Errors: of epx_deck_create_input(), on the first rank with
 * a message, on the others EPX_EINPUT; EPX_EMEMORY. */
epx_err epx_call_read_input(char **text);

/** Reads the deck that the first argument names, or standard input where it is "-", with every --set, and --petsc where the command has it.
 * Errors: as epx_deck_read() and epx_deck_set(). */
epx_err epx_call_read_deck(const epx_call *call, epx_deck **deck);

/** Creates the name of the results file: --output, or NAME.h5 after study.name; of a link, that of its file. The
 * first rank checks it. Free with epx_array_destroy(), also on error. Errors: of epx_output_create_path(),
 * epx_call_check_output(). */
epx_err epx_call_create_output(const epx_call *call, const epx_deck *deck, char **path);

/** Checks that `path` can be written to, and is neither the deck nor what it reads. Errors: of epx_output_check(),
 * epx_deck_check_output(); EPX_EINPUT: it is the deck. */
epx_err epx_call_check_output(const epx_call *call, const epx_deck *deck, const char *path);

/** Creates the words after `epilux` that go on with what a call began: its command, first argument and options, but
 * for those that are for once (--force, --max-time and the like), each a word of a shell; of run, with --resume. Free
 * with epx_array_destroy(). Errors: EPX_EMEMORY. */
epx_err epx_call_create_again(const epx_call *call, char **again);

/** Creates the words after `epilux` as they were given, each a word of a shell. Free with epx_array_destroy(). Errors:
 * EPX_EMEMORY. */
epx_err epx_call_create_line(const epx_call *call, char **line);

#endif
