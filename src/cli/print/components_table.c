/** @file
 * Components table: sigmas in the unit of the file's column, or in SI where it is a quantity of a process.
 */
#include "cli/print/components_table.h"

#include <math.h>
#include <stdio.h>

#include "cli/print/table.h"

static const char *get_unit(const epx_wafer_map_file *file) {
  if (file->deviation < EPX_DEVIATION_COUNT) return epx_deviation_get_unit(file->deviation);
  return file->value.unit[0] ? file->value.unit : "1";
}

static epx_err set_row(epx_table *table, const char *name, const char *unit, const epx_estimate *e, int units,
                       bool csv) {
  const double number[] = {e->value, e->low, e->high};
  if (isnan(e->value)) return EPX_OK;
  EPX_TRY(epx_table_set_next(table, "%s (%s)", name, unit));
  for (int k = 0; k < 3; k++)
    EPX_TRY(epx_table_set_next(table, csv ? "%.17g" : "%.4g", number[k]));
  return units > 0 ? epx_table_set_next(table, "%d", units) : epx_table_set_next(table, "%s", csv ? "" : "-");
}

static epx_err set_rows(epx_table *table, const epx_components *c, const epx_wafer_map_file *file, bool csv) {
  static const char *const heads[] = {"component", "value", "low", "high", "units"};
  const char *unit = get_unit(file);
  char name[32];
  for (size_t k = 0; k < sizeof heads / sizeof *heads; k++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[k]));
  EPX_TRY(set_row(table, "mean", unit, &c->mean, 0, csv));
  for (int k = 0; k < EPX_COMPONENT_COUNT; k++)
    EPX_TRY(set_row(table, epx_component_get_name((epx_component)k), k == EPX_COMPONENT_LENGTH ? "m" : unit,
                    &c->sigma[k], c->units[k], csv));
  for (int k = 0; k < EPX_COMPONENTS_RADIAL; k++) {
    snprintf(name, sizeof name, "radial_%d", k + 1);
    EPX_TRY(set_row(table, name, unit, &c->radial[k], 0, csv));
  }
  EPX_TRY(set_row(table, "tilt_x", unit, &c->tilt_x, 0, csv));
  return set_row(table, "tilt_y", unit, &c->tilt_y, 0, csv);
}

epx_err epx_components_view(const epx_components *c, const epx_wafer_map_file *file, bool csv) {
  epx_table *table;
  EPX_TRY(epx_table_create(5, &table));
  const int code = set_rows(table, c, file, csv);
  if (code == EPX_OK) epx_table_view(table, csv);
  epx_table_destroy(&table);
  EPX_TRY(code);
  if (csv) return EPX_OK;
  printf("sigmas with intervals of 95 %% by profile likelihood\n");
  if (isnan(c->sigma[EPX_COMPONENT_LOT].value))
    printf("fewer than three lots: what lots have in common is not told from the mean\n");
  if (isnan(c->sigma[EPX_COMPONENT_WHITE].value))
    printf("one measurement a die: what varies within dies is part of `die`\n");
  return EPX_OK;
}

static void print_term(const char *key, const epx_estimate *e, const char *end) {
  if (!isnan(e->value)) printf("%s: %.4g%s", key, e->value, end);
}

epx_err epx_components_view_deck(const epx_components *c, const epx_components_spec *spec,
                                 const epx_wafer_map_file *file) {
  const epx_wafer_map *map = &file->map;
  if (file->deviation == EPX_DEVIATION_COUNT)
    return EPX_RAISE(
        EPX_EINPUT,
        "%s is no quantity of a process; name the column width_nm, thickness_nm, gap_nm, etch_nm, loss_1, "
        "index_1, temperature_K or current_1",
        file->value.name);
  printf("# by epilux fit, from %d measurements of %d dies, %d wafers, %d lots; mean %.6g %s\n", map->n,
         map->n_dies, map->n_wafers, map->n_lots, c->mean.value, get_unit(file));
  printf("process:\n  wafer: {diameter: %.6g}\n  %s:\n", 2 * spec->radius,
         epx_deviation_get_name(file->deviation));
  for (int k = 0; k < EPX_COMPONENT_LENGTH; k++) {
    if (isnan(c->sigma[k].value)) continue;
    printf("    ");
    print_term(epx_component_get_name((epx_component)k), &c->sigma[k], "\n");
  }
  if (spec->local)
    printf("    kernel: %s\n    length: %.4g\n", epx_correlation_get_name(spec->kernel),
           c->sigma[EPX_COMPONENT_LENGTH].value);
  if (spec->n_radial == 0) return EPX_OK;
  printf("    radial: [");
  for (int k = 0; k < spec->n_radial; k++)
    printf("%s%.4g", k > 0 ? ", " : "", c->radial[k].value);
  printf("]\n    tilt_x: %.4g\n    tilt_y: %.4g\n", c->tilt_x.value, c->tilt_y.value);
  return EPX_OK;
}
