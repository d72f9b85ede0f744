/** @internal @file
 * Command pages: the manual page and the completions of shells, written from the table of commands.
 */
#ifndef EPILUX_CLI_PRINT_COMMAND_PAGES_H
#define EPILUX_CLI_PRINT_COMMAND_PAGES_H

#include "epilux/error.h"

/** Prints epilux(1) to standard output, in troff with the macros of man(7). */
epx_err epx_command_pages_view_man(void);

/** Print what completes commands, options, words and files, for bash and for zsh, to standard output. */
epx_err epx_command_pages_view_bash(void);
epx_err epx_command_pages_view_zsh(void);

#endif
