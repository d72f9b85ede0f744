/** @file
 * Record: the numbers one trial leaves, in one flat array of doubles, so that ranks, journal and store need
 * know no more than its layout. All points of a campaign have one layout.
 *
 *   [0]                          state: 0 pending, else as EPX_ERRORS (1 done)
 *   [1]                          seconds the trial took, its share of its block: outside the same-bits promise
 *   [metric + k]                 metric k
 *   [curve + c * n_epochs + e]   kept curve c at epoch e
 *   [variation + v]              kept drawn values, parameter after parameter, node after node or link after link
 *   [fabricated + v]             kept of the fabrication, as epx_fabricated_eval() lays it
 *   [parameters + v]             kept parameters as trained: theta
 */
#ifndef EPILUX_STUDY_RECORD_H
#define EPILUX_STUDY_RECORD_H

#include <stddef.h>

#include "study/measured.h"
#include "study/settings.h"

typedef struct {
  int n_metrics, n_curves, n_epochs;
  int n_varied;                                            /* parameters whose drawn values are kept */
  const char *varied[EPX_FAMILY_MAX_PARAMETERS];           /* their names */
  size_t n_values[EPX_FAMILY_MAX_PARAMETERS];              /* nodes or links of each */
  size_t value[EPX_FAMILY_MAX_PARAMETERS];                 /* where each starts */
  int n_guides, n_devices;                                 /* whose fabrication is kept, 0: of none */
  bool by_node;                                            /* both are the network's nodes */
  int n_kept;                                              /* parameters kept as trained: 0 or the family's */
  size_t n_of_kept[EPX_FAMILY_MAX_PARAMETERS];             /* nodes or links of each */
  size_t metric, curve, variation, fabricated, parameters; /* where each part starts */
  size_t size;                                             /* doubles in a record */
} epx_record_layout;

/** The states of a trial, as `/trials/state` names them. */
#define EPX_STATE_PENDING 0
#define EPX_STATE_DONE 1
enum { EPX_STATES = EPX_LOST + 1 };

/** Inits an array [size] as a pending record: state 0, everything else NaN. */
void epx_record_init(const epx_record_layout *layout, double *record);

/** Writes the drawn values of varied parameters that are kept, of theta [network->n_theta] as it was fabricated. */
void epx_record_write_draws(const epx_record_layout *layout, const epx_network *network, const double *theta,
                            double *record);

/** Writes what a trial ended with, of instance k of its block: the state, EPX_STATE_DONE where half of the samples of the
 * evaluation or more found an equilibrium, else the gravest cause; the deck's metrics, NaN in any other state; the curves
 * that are kept, curves [block][n_epochs]; the parameters, theta [block][network->n_theta], if they are kept. */
void epx_record_write_result(const epx_record_layout *layout, const epx_settings *settings,
                             const epx_measured *measured, const epx_curves *curves, int n_epochs,
                             const double *theta, int k, double *record);

/** Gets the state's name: pending, done, did not settle, oscillates, diverged, failed, lost; "unknown" for others.
 */
const char *epx_record_get_state_name(int state);

#endif
