/** @file
 * Training: one trial of a campaign, (design point, instance), solved at once: the instance is fabricated,
 * trained as the deck says, and measured.
 */
#ifndef EPILUX_TRAINING_H
#define EPILUX_TRAINING_H

#include "epilux/campaign.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_training epx_training;

/** Solves the trial of instance i_instance of design point i_point. The campaign's own records stay as they
 * are. The numbers are the same bits as epx_campaign_solve() gives on this instruction set, for the whole
 * block of instances that holds this one is solved. A trial that fails is a result, not an error: see
 * epx_training_get_state(). Errors: EPX_EINPUT: no such trial, or its network is distributed over ranks;
 * EPX_ESOLVER, EPX_EMEMORY. */
epx_err epx_training_solve(const epx_campaign *campaign, int i_point, int i_instance, epx_training **out);

/** Destroys the training at *address. */
void epx_training_destroy(epx_training **address);

/** Gets how the trial ended: 1 done, or EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED, EPX_FAILED. */
int epx_training_get_state(const epx_training *training);

/** Gets a metric, NaN where the trial has none. Errors: EPX_EINPUT: not among the deck's `metrics`. */
epx_err epx_training_get_metric(const epx_training *training, const char *name, double *value);

/** Gets a learning curve: [*n_epochs], borrowed; NaN after the instance stopped. Errors: EPX_EINPUT: not
 * among the deck's `curves`. */
epx_err epx_training_get_curve(const epx_training *training, const char *name, const double **curve,
                               int *n_epochs);

/** Gets the parameters after training, theta [n_theta] as in epilux/model.h, borrowed; NULL where the deck
 * does not say keep_parameters. */
const double *epx_training_get_parameters(const epx_training *training);

#ifdef __cplusplus
}
#endif

#endif
