/** @internal @file
 * Components table: what `epilux fit --map` found, as a table or as the section `process` of a deck.
 */
#ifndef EPILUX_CLI_PRINT_COMPONENTS_TABLE_H
#define EPILUX_CLI_PRINT_COMPONENTS_TABLE_H

#include "io/measurement/wafer_map_file.h"

/** Prints a row a component. Errors: EPX_EMEMORY. */
epx_err epx_components_view(const epx_components *components, const epx_wafer_map_file *file, bool csv);

/** Prints the section. Errors: EPX_EINPUT: the values are no quantity of a process. */
epx_err epx_components_view_deck(const epx_components *components, const epx_components_spec *spec,
                                 const epx_wafer_map_file *file);

#endif
