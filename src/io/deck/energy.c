/** @file
 * Deck: the section energy.
 */
#include <stdlib.h>
#include <string.h>

#include "io/deck/reader.h"

static void read_case(const epx_reader *r, const char *path, const epx_device *device, epx_energy_case *out) {
  const epx_tree *map = epx_reader_get(r, path);
  for (int i = 0; map && i < device->n_quantities; i++) {
    const epx_quantity *q = &device->quantities[i];
    const double number = strtod(epx_tree_get(map, q->name)->text, NULL);
    memcpy((char *)out + q->offset, &number, sizeof number);
  }
}

epx_err epx_reader_read_energy(epx_reader *r) {
  epx_energy_spec *spec = &r->settings->energy;
  const epx_tree *section = epx_reader_get(r, "energy");
  epx_energy_init(spec);
  if (!section) return EPX_OK;
  const unsigned needs = epx_metric_get_needs(r->settings->metric, r->settings->n_metrics);
  if (!(needs & (EPX_NEEDS_ENERGY | EPX_NEEDS_REFERENCE)))
    return epx_tree_raise(section, "energy: no metric uses this section; add a metric in J, such as "
                                   "inference_energy_budgeted (`epilux list metrics`)");
  if (epx_reader_is_set(r, "energy.rate_unit")) spec->rate = epx_reader_get_real(r, "energy.rate_unit");
  if (epx_reader_is_set(r, "energy.power_unit")) spec->power = epx_reader_get_real(r, "energy.power_unit");
#define READ_CASE(none, NAME, text, meaning)                                                                 \
  read_case(r, "energy." text, &epx_energy_device[EPX_##NAME], &spec->cases[EPX_##NAME]);
  EPX_ENERGY_KINDS(READ_CASE, )
#undef READ_CASE
  return EPX_OK;
}
