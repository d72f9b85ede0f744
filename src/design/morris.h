/** @file
 * Morris's screening design: trajectories along which every factor changes once.
 */
#ifndef EPILUX_DESIGN_MORRIS_H
#define EPILUX_DESIGN_MORRIS_H

#include "design/design.h"

/** One step of a trajectory: from its point i_step to i_step + 1. */
typedef struct {
  int i_factor;
  double distance; /* that the factor's value moves, as a share of its whole way (in the logarithm where
                      logarithmic; of categories by their places in the list), signed */
} epx_morris_step;

/** Evaluates the n_factors steps of trajectory i_row of a design of method morris: steps [n_factors].
 * Trajectory i_row has the design points i_row (n_factors + 1) … + n_factors. A factor of L levels (a range
 * has spec->levels of them, 0 means 5) begins at level b or b + L/2 (whole), b drawn, and ends at the other;
 * the order of the factors is drawn. All is keyed by seed and trajectory, so that a larger design begins with
 * a smaller one. Errors: EPX_EMEMORY. Source: Morris1991, Campolongo2007. */
epx_err epx_morris_eval_steps(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                              int i_row, epx_morris_step *steps);

#endif
