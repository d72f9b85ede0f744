/** @file
 * Epilux: all headers that a program needs to call the library. For a family of networks of your own, include
 * epilux/family.h instead.
 *
 *   read a deck          epx_deck_read, epx_deck_set                          epilux/deck.h
 *   list its points      epx_plan_create, epx_plan_get_number                  epilux/plan.h
 *   one network          epx_model_create, epx_model_eval_parameters          epilux/model.h
 *   bring it to rest     epx_equilibrium_solve                                epilux/equilibrium.h
 *   its gradient         epx_gradient_eval, epx_gradient_eval_cost            epilux/gradient.h
 *   train it             epx_training_solve                                   epilux/training.h
 *   run a campaign       epx_campaign_create, epx_campaign_solve              epilux/campaign.h
 *   read the results     epx_results_read, epx_results_eval_summary           epilux/results.h
 *   what went wrong      epx_error_get_message                                epilux/error.h
 *   messages, units, version                              epilux/log.h, epilux/units.h, epilux/version.h
 *
 * Every function that can fail returns epx_err: 0 is done, above 0 a trial that failed (a result), below 0 an
 * error with a message. The library never prints, never exits and never aborts. The creator destroys; a const
 * pointer is borrowed for the call; outputs are the caller's. Handles serve one thread at a time.
 *
 * Programs that use it: inputs/programs.
 */
#ifndef EPILUX_EPILUX_H
#define EPILUX_EPILUX_H

#include "epilux/campaign.h"
#include "epilux/deck.h"
#include "epilux/equilibrium.h"
#include "epilux/error.h"
#include "epilux/gradient.h"
#include "epilux/log.h"
#include "epilux/model.h"
#include "epilux/plan.h"
#include "epilux/results.h"
#include "epilux/training.h"
#include "epilux/units.h"
#include "epilux/version.h"

#endif
