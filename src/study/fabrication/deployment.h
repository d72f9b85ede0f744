/** @file
 * Deployment: fabricates instances, and sets on them the parameters that their protocol has trained elsewhere.
 *
 * What is trained elsewhere are settings u = theta - nominal of the trained parameters. An instance gets them
 * as if it had been made for them: it is fabricated from the nominal values nominal + u', u' what its
 * hardware makes of u (learning/tuning.h). Training is that of the deck (its task, optimiser, epochs,
 * batches), by backprop, on hardware that is ideal; it depends on the deck and the design point alone, so
 * that every block of instances, and every rank, finds the same bits. noise-aware: the gradient is the mean
 * over `n_random` instances of the same process and variation, drawn anew for each epoch with numbers from
 * 2^31 on, which no population has; the nominal network is none of them. calibrate: of the parameters named,
 * each instance's factor is divided by and its offset subtracted, so that it has what was trained, but for
 * the error of the measurement.
 */
#ifndef EPILUX_STUDY_FABRICATION_DEPLOYMENT_H
#define EPILUX_STUDY_FABRICATION_DEPLOYMENT_H

#include "study/point.h"

/** Says which rows of the variation draw values beyond their parameter's range, where these are set to its end,
 * and what share of them: of the first instances, some 10^4 values. Errors: EPX_EMEMORY; as
 * epx_deployment_eval_instance(). */
epx_err epx_deployment_check_variation(const epx_point *point);

/** Evaluates the share of the values that the variation draws for one instance which lie beyond their parameter's
 * range, where they are set to its end; NaN where nothing is drawn. room [n_theta]. Errors: EPX_EMEMORY; as
 * epx_deployment_eval_instance(). */
epx_err epx_deployment_eval_clamped(const epx_point *point, int i_point, uint32_t i_instance, double *room,
                                    double *share);

/** Evaluates one fabricated instance of nominal values [n_theta]: theta [n_theta] out, and the power of its
 * heaters (may be NULL) [W], 0 without a process. Errors: as epx_fabrication_eval(). */
epx_err epx_deployment_eval_instance(const epx_point *point, int i_point, uint32_t i_instance,
                                     const double *nominal, double *theta, double *heater_power);

/** What the protocol trained: made when it is first asked for, and kept with the point. */
typedef struct epx_deployment_origin {
  bool made;
  double *settings; /* [n_theta] u, zero where nothing is trained; in-situ: NULL */
  double accuracy;  /* of the ideal network that has them, over the held-out samples */
  int epochs;       /* that it was trained */
} epx_deployment_origin;

/** Solves the training of the point's protocol, unless it is done: point->origin. in-situ: no settings. ensemble: that
 * of the block, which a distributed network is trained by; NULL otherwise. Collective where it is. Errors: EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_deployment_solve(const epx_point *point, int i_point, epx_ensemble *ensemble);

/** Evaluates the instances of a block, from `first` on, with the settings deployed: theta [block][n_theta],
 * heater_power [block]. `learner` is the block's, its instances set; its settings and dead devices are those
 * of the instances from then on. Errors: as epx_deployment_solve(), epx_deployment_eval_instance(). */
epx_err epx_deployment_eval(const epx_point *point, int i_point, int first, epx_learner *learner,
                            double *theta, double *heater_power);

#endif
