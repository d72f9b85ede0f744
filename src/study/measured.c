#include "study/measured.h"

#include <math.h>

#include "base/array.h"

/* Of all that is NaN there is none. */
double epx_measured_get_reference(const epx_measured *measured, epx_energy_kind kind, bool training,
                                  bool accuracy) {
  const epx_digital_reference *r = measured->reference;
  const int best = r ? (training ? r->cheapest_training : r->cheapest_inference)[kind] : -1;
  if (best < 0) return NAN;
  const epx_digital_reference_candidate *c = &r->candidates[best];
  return accuracy ? c->accuracy : (training ? c->training : c->inference)[kind];
}

bool epx_measured_has(const epx_measured *measured, unsigned needs) {
  return (measured->needs & needs) != 0;
}

epx_err epx_measured_create(unsigned needs, int n, epx_measured *measured) {
  *measured = (epx_measured){.needs = needs, .n = n, .time = 1, .light = 1, .nominal_accuracy = NAN};
#define CREATE(type, member, wanted)                                                                         \
  if ((wanted) == 0 || epx_measured_has(measured, wanted)) EPX_TRY(EPX_ARRAY(measured->member, (size_t)n));
  EPX_MEASURED(CREATE)
#undef CREATE
  return EPX_OK;
}

void epx_measured_destroy(epx_measured *measured) {
#define DESTROY(type, member, wanted) epx_array_destroy(&measured->member);
  EPX_MEASURED(DESTROY)
#undef DESTROY
}

epx_err epx_measured_add_to_restart(epx_measured *measured, epx_restart *restart) {
  double *const numbers[] = {measured->cosine, measured->norm_ratio, measured->heater_power};
  epx_performance *const performances[] = {measured->initial, measured->deployed};
  const size_t n = (size_t)measured->n;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    EPX_TRY(epx_restart_add(restart, numbers[i], n * sizeof *numbers[i]));
  for (size_t i = 0; i < sizeof performances / sizeof *performances; i++)
    EPX_TRY(epx_restart_add(restart, performances[i], n * sizeof *performances[i]));
  return EPX_OK;
}

void epx_measured_compare(const double *gradient, const double *exact, size_t n, double *cosine,
                          double *norm_ratio) {
  double ge = 0, gg = 0, ee = 0;
  for (size_t i = 0; i < n; i++) {
    ge += gradient[i] * exact[i];
    gg += gradient[i] * gradient[i];
    ee += exact[i] * exact[i];
  }
  *cosine = gg > 0 && ee > 0 ? ge / sqrt(gg * ee) : NAN;
  if (norm_ratio) *norm_ratio = ee > 0 ? sqrt(gg / ee) : NAN;
}

double epx_measured_count_epochs(const double *loss, int n) {
  int epochs = 0;
  for (int e = 0; e < n; e++)
    epochs += !isnan(loss[e]);
  return epochs;
}
