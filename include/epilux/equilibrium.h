/** @file
 * Equilibrium: one network with one sample, brought to rest by the reference engine, which follows
 *
 *   ds/dt = F(s; theta, sample)
 *
 * by CVODE from the family's start and ends by Newton's method.
 */
#ifndef EPILUX_EQUILIBRIUM_H
#define EPILUX_EQUILIBRIUM_H

#include "epilux/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Properties of the state that was reached. Times are in the unit of epx_model_get_time_unit(). NaN where
 * a quantity does not exist. */
typedef struct {
  int outcome;     /* EPX_OK: it is at rest and stable; EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED, EPX_FAILED */
  double residual; /* max over components |ds/dt| */
  double settling_time; /* as metric settling_time has it */
  double abscissa;      /* largest real part of the eigenvalues of dF/ds; negative: stable */
  double period;        /* of the limit cycle, where it oscillates */
  double amplitude;     /* of that cycle: half the largest peak-to-peak swing of a component */
} epx_equilibrium_report;

/** Solves for the equilibrium of a sample at theta [n_theta]: state [n_state], out. No equilibrium is an
 * outcome of the report, not an error. report may be NULL. Errors: EPX_EINPUT: no such sample; EPX_ESOLVER,
 * EPX_EMEMORY. */
epx_err epx_equilibrium_solve(epx_model *model, const double *theta, int i_sample, double *state,
                              epx_equilibrium_report *report);

/** Evaluates what the detectors report of a state [n_state]: outputs [n_outputs]. Errors: EPX_EINPUT: no such
 * sample; EPX_EMEMORY. */
epx_err epx_equilibrium_eval_outputs(epx_model *model, const double *theta, int i_sample, const double *state,
                                     double *outputs);

#ifdef __cplusplus
}
#endif

#endif
