/** @file
 * Table: all cells as text, so that widths are known before anything is printed.
 */
#include "cli/print/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/line.h"

enum { CELL_SIZE = 256 };

struct epx_table {
  int n_columns, *width; /* [n_columns] */
  char **cell;           /* [n_cells], row after row */
  size_t n_cells, capacity;
};

epx_err epx_table_create(int n_columns, epx_table **out) {
  *out = NULL;
  epx_table *table;
  EPX_TRY(EPX_ARRAY(table, 1));
  table->n_columns = n_columns;
  const int code = EPX_ARRAY(table->width, (size_t)n_columns);
  if (code == EPX_OK)
    *out = table;
  else
    epx_array_destroy(&table);
  return code;
}

void epx_table_destroy(epx_table **address) {
  epx_table *table = *address;
  if (!table) return;
  for (size_t i = 0; i < table->n_cells; i++)
    epx_array_destroy(&table->cell[i]);
  epx_array_destroy(&table->cell);
  epx_array_destroy(&table->width);
  epx_array_destroy(address);
}

static epx_err grow(epx_table *table) {
  if (table->n_cells < table->capacity) return EPX_OK;
  char **larger;
  const size_t capacity = table->capacity ? 2 * table->capacity : 256;
  EPX_TRY(EPX_ARRAY(larger, capacity));
  if (table->n_cells > 0) memcpy(larger, table->cell, table->n_cells * sizeof *larger);
  epx_array_destroy(&table->cell);
  table->cell = larger;
  table->capacity = capacity;
  return EPX_OK;
}

static epx_err set_text(epx_table *table, const char *text) {
  EPX_TRY(grow(table));
  EPX_TRY(epx_array_create_text(&table->cell[table->n_cells], text));
  int *width = &table->width[table->n_cells % (size_t)table->n_columns];
  if ((int)strlen(text) > *width) *width = (int)strlen(text);
  table->n_cells++;
  return EPX_OK;
}

epx_err epx_table_set_next(epx_table *table, const char *format, ...) {
  char text[CELL_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return set_text(table, text);
}

epx_err epx_table_set_number(epx_table *table, const char *format, double value, const char *missing) {
  char text[CELL_SIZE];
  if (isnan(value)) return set_text(table, missing);
  snprintf(text, sizeof text, format, value);
  return set_text(table, text);
}

epx_err epx_table_set_column_head(epx_table *table, const epx_factor *factor) {
  const bool named = factor->unit && strcmp(factor->unit, "1") != 0;
  return epx_table_set_next(table, named ? "%s (%s)" : "%s%s", factor->path, named ? factor->unit : "");
}

epx_err epx_table_set_value(epx_table *table, const epx_factor *factor, double value, int n_digits) {
  if (factor->categorical) return set_text(table, value >= 0 ? factor->names[(int)value] : "-");
  if (isnan(value)) return set_text(table, "-");
  return epx_table_set_next(table, "%.*g", n_digits, value);
}

static void print_csv_cell(const char *text) {
  if (!strpbrk(text, ",\"\n")) {
    fputs(text, stdout);
    return;
  }
  putchar('"');
  for (; *text; text++) {
    if (*text == '"') putchar('"');
    putchar(*text);
  }
  putchar('"');
}

/* For people, a cell is a line; a program gets it as it is. */
void epx_table_view(const epx_table *table, bool csv) {
  for (size_t i = 0; i < table->n_cells; i++) {
    if (!csv) epx_line_set_printable(table->cell[i]);
    const int column = (int)(i % (size_t)table->n_columns);
    if (csv) {
      if (column > 0) putchar(',');
      print_csv_cell(table->cell[i]);
    } else {
      printf("%s%*s", column > 0 ? "  " : "", table->width[column], table->cell[i]);
    }
    if (column == table->n_columns - 1) putchar('\n');
  }
}
