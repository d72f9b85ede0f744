#include "io/measurement/column.h"

#include <ctype.h>
#include <string.h>

#include "base/numbers/number.h"
#include "epilux/units.h"

bool epx_column_read(const char *text, epx_column *column) {
  const char *open = strpbrk(text, "([");
  const char *cut = open ? open : strrchr(text, '_');
  size_t n = cut ? (size_t)(cut - text) : strlen(text), m = 0;
  while (n > 0 && (isspace((unsigned char)text[n - 1]) || text[n - 1] == '_'))
    n--;
  if (cut) m = strcspn(cut + 1, ")]");
  if (n == 0 || n >= EPX_COLUMN_SIZE || m >= EPX_COLUMN_SIZE) return false;
  for (size_t i = 0; i < n; i++)
    column->name[i] = (char)tolower((unsigned char)text[i]);
  column->name[n] = '\0';
  if (cut) memcpy(column->unit, cut + 1, m);
  column->unit[m] = '\0';
  return true;
}

epx_err epx_column_eval_factor(const epx_csv *csv, const epx_column *column, const char *unit,
                               const char *example, double *factor) {
  if (column->unit[0] && epx_units_eval_factor(column->unit, unit, factor) == EPX_OK) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: column %s has %s%s%s; a name with a unit is wanted, such as %s",
                   csv->path, csv->line, column->name, column->unit[0] ? "the unit '" : "no unit",
                   column->unit, column->unit[0] ? "', which does not fit" : "", example);
}

epx_err epx_column_read_number(const epx_csv *csv, size_t cell, const epx_column *column, double *number) {
  if (epx_number_read_whole(csv->cells[cell], number)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%ld: %s is '%.40s', a number is needed", csv->path, csv->line,
                   column->name, csv->cells[cell]);
}
