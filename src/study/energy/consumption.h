/** @file
 * Consumption: computes the energy of a trial from what it measured.
 */
#ifndef EPILUX_STUDY_ENERGY_CONSUMPTION_H
#define EPILUX_STUDY_ENERGY_CONSUMPTION_H

#include "study/energy/duration.h"
#include "study/point.h"

/** Evaluates what the family's units are: a rate of 1 [1/s] and a power of 1 [W]. As the deck's section
 * energy says; else those of its device, as `epilux check` prints them; else the family's own; NaN where nobody says.
 * Errors: as epx_ring_eval(), epx_normalisation_init(), none of them once the deck is read.
 */
epx_err epx_consumption_eval_units(const epx_point *point, double *rate, double *power);

/** Checks that the point's energies in J can be told. Where neither the deck, a device nor the family gives a unit, they are
 * made with what is typical of the family, and a warning says so (epx_machine_get_typical()).
 * Errors: EPX_EINPUT: the family's parts have no costs (machine.h), or its units are not known and nothing is typical. */
epx_err epx_consumption_check(const epx_point *point);

/** Evaluates what the family's units of time, and of power times time, are in those of the metrics (epx_metric_get_unit):
 * [ns] and [pJ] where a device is described, else 1. Errors: as epx_consumption_eval_units(). */
epx_err epx_consumption_eval_metric_units(const epx_point *point, double *time, double *light);

/** Evaluates the energies of one instance: with its performance, how long its phases are, the power of its process's heaters [W], the
 * samples it was trained on in situ and, by a digital model, elsewhere, each as often as it was, and the writes
 * of a weight. Errors: as
 * epx_consumption_eval_units(). */
epx_err epx_consumption_eval(const epx_point *point, const epx_performance *performance,
                             const epx_duration *duration, double heater_power, double steps,
                             double elsewhere, double writes, epx_energy *energy);

#endif
