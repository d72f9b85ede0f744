/* The field of a phase, through the functions of its ensemble. */
#include "equilibrium/clock_way.h"

bool epx_clock_way_is_still(const epx_clock_way *w, size_t lane) {
  return (w->idle && w->idle[lane]) || (w->phase && w->phase->frozen && w->phase->frozen[lane]);
}

/* Adds what a learning phase adds, as ensemble.h says. */
static epx_err add_phase(const epx_clock_way *w, const double *y, double *f) {
  const epx_ensemble_functions *functions = w->ensemble->functions;
  const epx_phase *phase = w->phase;
  epx_clock *clock = w->clock;
  if (phase->eval_slope) {
    EPX_TRY(functions->eval_readout(w->ensemble, y, clock->readout));
    phase->eval_slope(phase->context, 0, w->ensemble->n_lanes, clock->readout, clock->slope);
    EPX_TRY(functions->eval_pull(w->ensemble, y, clock->slope, w->pull));
    functions->add_turned(w->ensemble, y, phase->strength, w->pull, f);
  }
  for (size_t i = 0; phase->held && i < w->n; i++)
    f[i] += phase->strength * phase->held[i];
  if (!phase->origin || !w->ensemble->network->family->eval_antisymmetric) return EPX_OK;
  for (size_t i = 0; i < w->n; i++)
    w->room[i] = y[i] - phase->origin[i];
  EPX_TRY(functions->eval_antisymmetric(w->ensemble, phase->origin, w->room, w->pull));
  functions->add_turned(w->ensemble, phase->origin, -1, w->pull, f);
  return EPX_OK;
}

/* What reverses the deviation of a field in the Hamiltonian frame comes to rest in reversed time (learning/estimator.h). */
static bool is_reversed(const epx_clock_way *w) {
  const epx_family *family = w->ensemble->network->family;
  return w->phase && w->phase->origin && family->eval_antisymmetric && family->frame == EPX_FRAME_HAMILTONIAN;
}

epx_err epx_clock_way_eval_field(const epx_clock_way *w, const double *y, double *f) {
  EPX_TRY(w->ensemble->functions->eval_field(w->ensemble, y, f));
  if (w->phase) EPX_TRY(add_phase(w, y, f));
  for (size_t i = 0; is_reversed(w) && i < w->n; i++)
    f[i] = -f[i];
  for (size_t lane = 0; lane < w->n_lanes; lane++)
    for (size_t i = lane; epx_clock_way_is_still(w, lane) && i < w->n; i += w->n_lanes)
      f[i] = 0;
  return EPX_OK;
}
