#include "study/energy/consumption.h"

#include <math.h>
#include <string.h>

#include "epilux/log.h"
#include "epilux/units.h"
#include "photonic/device/normalisation.h"
#include "study/reference/digital_cost.h"

static double get_nominal(const epx_point *point, const char *parameter) {
  const int p = epx_family_get_parameter(point->network->family, parameter);
  return p < 0 ? 0 : point->nominal[point->network->offset[p]];
}

/* What the described ring says; a network without loss or Kerr shift leaves the units open. */
static epx_err eval_device(const epx_point *point, double *rate, double *power) {
  epx_ring ring;
  epx_normalisation units;
  const double kerr = get_nominal(point, "kerr");
  const bool normalised = strcmp(epx_family_get_time_unit(point->network->family), "1") == 0;
  if (!point->settings->has_device || !normalised) return EPX_OK;
  EPX_TRY(epx_ring_eval(&point->settings->fabrication.ring, &ring));
  const double known = epx_fabrication_eval_rate(point->network, point->nominal, &ring);
  if (!(known > 0)) return EPX_OK;
  *rate = known;
  if (!(kerr > 0)) return EPX_OK;
  EPX_TRY(epx_normalisation_init(&ring, *rate, kerr, &units));
  *power = units.power;
  return EPX_OK;
}

/* A family that is not normalised has units of its own. */
static epx_err eval_family(const epx_family *family, double *rate, double *power) {
  const char *time_unit = epx_family_get_time_unit(family), *power_unit = epx_family_get_power_unit(family);
  double seconds;
  if (strcmp(time_unit, "1") != 0) {
    EPX_TRY(epx_units_eval_factor(time_unit, "s", &seconds));
    *rate = 1 / seconds;
  }
  if (strcmp(power_unit, "1") != 0) EPX_TRY(epx_units_eval_factor(power_unit, "W", power));
  return EPX_OK;
}

epx_err epx_consumption_eval_units(const epx_point *point, double *rate, double *power) {
  const epx_energy_spec *spec = &point->settings->energy;
  *rate = *power = NAN;
  EPX_TRY(eval_family(point->network->family, rate, power));
  EPX_TRY(eval_device(point, rate, power));
  if (spec->rate > 0) *rate = spec->rate;
  if (spec->power > 0) *power = spec->power;
  return EPX_OK;
}

static void assume(const epx_family *family, const char *what, double typical, const char *unit,
                   double *value) {
  if (!isnan(*value)) return;
  *value = typical;
  epx_log_write_once(EPX_LOG_WARNING, "energy",
                     "energies assume that a %s of 1 of family %s is %g %s; set energy.%s_unit", what,
                     family->name, typical, unit, what);
}

/* The units that joules are made with: where nobody says, what is typical of the family, and a warning. */
static epx_err eval_joule_units(const epx_point *point, double *rate, double *power) {
  const epx_family *family = point->network->family;
  double typical_rate, typical_power;
  EPX_TRY(epx_consumption_eval_units(point, rate, power));
  if (!epx_machine_get_typical(family, &typical_rate, &typical_power)) return EPX_OK;
  assume(family, "rate", typical_rate, "1/s", rate);
  assume(family, "power", typical_power, "W", power);
  return EPX_OK;
}

epx_err epx_consumption_check(const epx_point *point) {
  const epx_family *family = point->network->family;
  double rate, power;
  if (!epx_machine_is_known(family))
    return EPX_RAISE(
        EPX_EINPUT,
        "metrics: family %s has no table of what its parts cost, so that its energies in J are not known; "
        "%s have one",
        family->name, epx_machine_get_names());
  EPX_TRY(eval_joule_units(point, &rate, &power));
  const bool lacks_power = isnan(power) && epx_machine_needs_power(family);
  if (!isnan(rate) && !lacks_power) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "metrics: energies in J need to know what a %s of 1 of family %s is; set %s",
                   isnan(rate) ? "rate" : "power", family->name,
                   isnan(rate) ? "energy.rate_unit, such as 1e10 1/s" : "energy.power_unit, such as 1 mW");
}

epx_err epx_consumption_eval_metric_units(const epx_point *point, double *time, double *light) {
  double rate, power;
  *time = *light = 1;
  if (!point->settings->described) return EPX_OK;
  EPX_TRY(eval_joule_units(point, &rate, &power));
  *time = 1e9 / rate;
  *light = 1e12 * power / rate;
  return EPX_OK;
}

static double count_trained(const epx_point *point) {
  double n = 0;
  for (int p = 0; p < point->network->family->n_parameters; p++)
    n += point->settings->learning.train[p] ? (double)point->network->count[p] : 0;
  return n;
}

/* What is digital on light's side, at the prices of every digital model. Copies and the constant input cost nothing. */
static void set_digital(const epx_point *point, epx_energy_work *work) {
  const epx_task_spec *task = &point->settings->task;
  const int n_own = point->task->n_features - task->constant,
            n_ports = task->n_copies > 1 ? n_own / task->n_copies : n_own;
  const epx_digital_work input = epx_digital_work_get_input(task->reduction, point->task->n_raw, n_ports),
                         update = epx_digital_work_get_update(work->n_trained, 1 + work->phases,
                                                              work->reads_states, work->batch);
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    work->input[k] = epx_digital_work_eval(&input, &point->settings->energy.cases[k]);
    work->arithmetic[k] = epx_digital_work_eval(&update, &point->settings->energy.cases[k]);
  }
}

epx_err epx_consumption_eval(const epx_point *point, const epx_performance *performance,
                             const epx_duration *duration, double heater_power, double steps,
                             double elsewhere, double writes, epx_energy *energy) {
  const epx_network *network = point->network;
  const epx_learning_spec *learning = &point->settings->learning;
  const epx_estimator *estimator = learning->estimator;
  const double n_trained = count_trained(point);
  double rate, power;
  EPX_TRY(eval_joule_units(point, &rate, &power));
  const bool unknown = isnan(performance->power); /* no light of drives; the parts say what lasers run */
  const double drives = unknown ? 0 : performance->power * power;
  epx_energy_work work = {
      .inference_time = duration->inference / rate,
      .free_time = duration->free / rate,
      .nudged_time = duration->nudged / rate,
      .optical_power = drives,
      .reference = epx_reading_get_reference(&learning->hardware.reading),
      .ring_heaters = point->settings->fabrication.heats ? heater_power : NAN,
      .n_nodes = network->n_nodes,
      .components = network->family->components,
      .n_inputs = network->n_inputs,
      .n_outputs = network->n_outputs,
      .detectors = network->readout == EPX_READ_BALANCED ? 2 : 1,
      .machine = epx_machine_eval(network, point->nominal, n_trained),
      .nudged = estimator->nudged,
      .n_links = (double)network->topology->n_links,
      .n_trained = n_trained,
      .computed = estimator->computed,
      .reads_states = !estimator->cost_only,
      .phases = estimator->eval_phases ? estimator->eval_phases(&learning->nudging, (size_t)n_trained) : 0,
      .averages = learning->hardware.reading.averages > 1 ? learning->hardware.reading.averages : 1,
      .batch = learning->batch > 0 ? learning->batch : point->task->n_train,
      .steps = steps,
      .elsewhere = elsewhere,
      .writes = writes,
  };
  set_digital(point, &work);
  epx_energy_eval(&point->settings->energy, &work, energy);
  return EPX_OK;
}
