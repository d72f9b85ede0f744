/** @file
 * Field: the table follows from the record's layout.
 */
#include "io/results/field.h"

#include <stdio.h>

#include "base/array.h"
#include "study/fabrication/fabricated.h"

static const struct {
  const char *name, *meaning;
} curves[EPX_CURVE_COUNT] = {
#define ROW(enumerator, text, meaning) {text, meaning},
    EPX_CURVES(ROW)
#undef ROW
};

static void init_field(epx_field *field, const char *group, const char *name, size_t start) {
  *field = (epx_field){.unit = "1", .start = start, .length = 1};
  snprintf(field->path, sizeof field->path, "/%s/%s", group, name);
}

static void init_metric(epx_field *field, epx_metric metric, const epx_settings *settings, size_t start) {
  init_field(field, "trials", epx_metric_get_name(metric), start);
  field->unit = epx_metric_get_unit(metric, settings->network.family, settings->described);
  field->long_name = epx_metric_get_meaning(metric);
}

static void init_curve(epx_field *field, int curve, size_t start, int n_epochs) {
  init_field(field, "curves", curves[curve].name, start);
  field->long_name = curves[curve].meaning;
  field->length = (size_t)n_epochs;
  field->axis = EPX_AXIS_EPOCH;
}

static void init_variation(epx_field *field, const epx_record_layout *layout, int v,
                           const epx_family *family) {
  const epx_parameter *parameter = &family->parameters[epx_family_get_parameter(family, layout->varied[v])];
  init_field(field, "variation", layout->varied[v], layout->value[v]);
  field->unit = parameter->unit;
  field->long_name = parameter->meaning;
  field->length = layout->n_values[v];
  field->axis = parameter->site == EPX_SITE_LINK ? EPX_AXIS_LINK : EPX_AXIS_NODE;
}

static void init_parameter(epx_field *field, const epx_record_layout *layout, int p, const epx_family *family,
                           size_t start) {
  const epx_parameter *parameter = &family->parameters[p];
  init_field(field, "parameters", parameter->name, start);
  field->unit = parameter->unit;
  field->long_name = parameter->meaning;
  field->length = layout->n_of_kept[p];
  field->axis = parameter->site == EPX_SITE_LINK ? EPX_AXIS_LINK : EPX_AXIS_NODE;
}

/* One column of what is kept of the fabrication. Returns where the next one starts. */
static size_t init_fabricated(epx_field *field, const epx_fabricated_column *column,
                              const epx_record_layout *layout, size_t start) {
  init_field(field, "fabrication", column->name, start);
  field->unit = column->unit;
  field->long_name = column->meaning;
  if (column->by != EPX_FABRICATED_INSTANCE) {
    const bool guide = column->by == EPX_FABRICATED_GUIDE;
    field->length = (size_t)(guide ? layout->n_guides : layout->n_devices);
    field->axis = layout->by_node ? EPX_AXIS_NODE : guide ? EPX_AXIS_GUIDE : EPX_AXIS_DEVICE;
  }
  return start + field->length;
}

static int count_fabricated(const epx_record_layout *layout) {
  int n = 0;
  while (layout->n_devices > 0 && epx_fabricated_get_column(n))
    n++;
  return n;
}

epx_err epx_field_create_table(const epx_record_layout *layout, const epx_settings *settings,
                               epx_field **table, int *n_fields) {
  epx_field *next;
  const int n_fabricated = count_fabricated(layout);
  EPX_TRY(EPX_ARRAY(next, (size_t)(2 + layout->n_metrics + layout->n_curves + layout->n_varied +
                                   n_fabricated + layout->n_kept)));
  *table = next;
  init_field(next, "trials", "state", 0);
  next->long_name = "how the trial ended";
  next->integer = true;
  next++;
  for (int m = 0; m < layout->n_metrics; m++)
    init_metric(next++, settings->metric[m], settings, layout->metric + (size_t)m);
  init_field(next, "timing", "seconds", 1);
  next->unit = "s";
  next->long_name = "time the trial took, its share of its block's";
  next++;
  size_t start = layout->curve;
  for (int c = 0; c < EPX_CURVE_COUNT && layout->n_epochs > 0; c++) {
    if (!settings->curve[c]) continue;
    init_curve(next++, c, start, layout->n_epochs);
    start += (size_t)layout->n_epochs;
  }
  for (int v = 0; v < layout->n_varied; v++)
    if (layout->n_values[v] > 0) init_variation(next++, layout, v, settings->network.family);
  start = layout->fabricated;
  for (int i = 0; i < n_fabricated; i++)
    start = init_fabricated(next++, epx_fabricated_get_column(i), layout, start);
  start = layout->parameters;
  for (int p = 0; p < layout->n_kept; start += layout->n_of_kept[p++])
    if (layout->n_of_kept[p] > 0) init_parameter(next++, layout, p, settings->network.family, start);
  *n_fields = (int)(next - *table);
  return EPX_OK;
}

const char *epx_field_get_axis(epx_axis axis) {
  static const char *const paths[EPX_AXIS_COUNT] = {NULL, "/epoch", "/node", "/link", "/guide", "/device"};
  return paths[axis];
}

const epx_field *epx_field_get(const epx_field *table, size_t start) {
  while (table->start != start)
    table++;
  return table;
}
