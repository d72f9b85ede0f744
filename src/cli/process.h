/** @internal @file
 * Process: what the system knows of this process, by whatever way the system has.
 */
#ifndef EPILUX_CLI_PROCESS_H
#define EPILUX_CLI_PROCESS_H

#include <stddef.h>

/** Asks the system to kill this process when its parent ends. A system that cannot (all but Linux) leaves it alone: it
 * then ends by itself when it next looks. */
void epx_process_end_with_parent(void);

/** Gets the path of this process's program: path [size]. Returns 0, or -1 with errno where the system does not tell or
 * the path is longer. */
int epx_process_get_program(char *path, size_t size);

#endif
