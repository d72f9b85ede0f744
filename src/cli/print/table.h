/** @internal @file
 * Table: rows of text, printed aligned for a person or as CSV.
 */
#ifndef EPILUX_CLI_PRINT_TABLE_H
#define EPILUX_CLI_PRINT_TABLE_H

#include <stdbool.h>

#include "design/factor.h"
#include "epilux/error.h"

typedef struct epx_table epx_table;

/** Creates a table of n_columns; cells are set row after row, the first row being the heads. */
epx_err epx_table_create(int n_columns, epx_table **out);
void epx_table_destroy(epx_table **address);

/** Sets the next cell, printf style; at most 255 letters. Errors: EPX_EMEMORY. */
epx_err epx_table_set_next(epx_table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Sets the next cell to a number in a format of one double; to the text `missing` where it is NaN. Errors:
 * EPX_EMEMORY. */
epx_err epx_table_set_number(epx_table *table, const char *format, double value, const char *missing);

/** Sets the next cell to the head of a column of design points: the path and its unit. Errors: EPX_EMEMORY. */
epx_err epx_table_set_column_head(epx_table *table, const epx_factor *factor);

/** Sets the next cell to a value of a factor: a category's name, or a number with n_digits; "-" where there is
 * none. Errors: EPX_EMEMORY. */
epx_err epx_table_set_value(epx_table *table, const epx_factor *factor, double value, int n_digits);

/** Prints the table to standard output: columns aligned on their right, or RFC 4180 CSV. */
void epx_table_view(const epx_table *table, bool csv);

#endif
