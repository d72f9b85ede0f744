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

/** Reads the deck that the first argument names, with every --set, and --petsc where the command has it.
 * Errors: as epx_deck_read() and epx_deck_set(). */
epx_err epx_call_read_deck(const epx_call *call, epx_deck **deck);

/** Creates the name of the results file: --output, or NAME.h5 after study.name. Free with
 * epx_array_destroy(). Errors: EPX_EMEMORY. */
epx_err epx_call_create_output(const epx_call *call, const epx_deck *deck, char **path);

#endif
