#include "equilibrium/ensemble.h"

#include "base/array.h"

const char *epx_ensemble_get_refusal(epx_engine engine, const epx_network *network, epx_need need) {
  (void)network;
  if (engine != EPX_ENGINE_DISTRIBUTED) return NULL;
  if (need == EPX_NEED_WHOLE_LANES)
    return "whole networks are needed, but each rank holds only a part of a distributed one; use "
           "equilibrium.engine: population";
  if (need == EPX_NEED_INSTANCES)
    return "several instances are trained at a time, but distributed networks are solved one at a time; use "
           "equilibrium.engine: population";
  return NULL;
}

void epx_ensemble_destroy(epx_ensemble **address) {
  if (!*address) return;
  (*address)->functions->destroy(*address);
  epx_array_destroy(address);
}

/* a + sign b, count by count. */
static epx_ensemble_counts add(epx_ensemble_counts a, int sign, const epx_ensemble_counts *b) {
  a.equilibria += sign * b->equilibria;
  a.failures += sign * b->failures;
  a.steps += sign * b->steps;
  a.field_evaluations += sign * b->field_evaluations;
  a.newton_iterations += sign * b->newton_iterations;
  a.factorisations += sign * b->factorisations;
  a.newton_halvings += sign * b->newton_halvings;
  a.krylov_iterations += sign * b->krylov_iterations;
  a.basin_departures += sign * b->basin_departures;
  a.spectra += sign * b->spectra;
  return a;
}

epx_ensemble_counts epx_ensemble_get_counts(const epx_ensemble *ensemble) {
  return add(ensemble->functions->get_counts(ensemble), 1, &ensemble->earlier);
}

epx_err epx_ensemble_add_to_restart(epx_ensemble *ensemble, epx_restart *restart) {
  return EPX_RESTART_ADD(restart, ensemble->kept);
}

void epx_ensemble_keep(epx_ensemble *ensemble) {
  ensemble->kept = epx_ensemble_get_counts(ensemble);
}

void epx_ensemble_set_counts(epx_ensemble *ensemble, const epx_ensemble_counts *counts) {
  const epx_ensemble_counts own = ensemble->functions->get_counts(ensemble);
  ensemble->earlier = add(*counts, -1, &own);
}

epx_err epx_ensemble_restore(epx_ensemble *ensemble) {
  epx_ensemble_set_counts(ensemble, &ensemble->kept);
  if (!ensemble->functions->set_counts) return EPX_OK;
  return ensemble->functions->set_counts(ensemble, &ensemble->kept);
}
