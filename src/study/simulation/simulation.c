/** @file
 * Simulation: the reference's steps, thinned as they come so that memory stays bounded.
 */
#include "study/simulation/simulation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "equilibrium/clock.h"
#include "equilibrium/reference/reference.h"
#include "photonic/readout.h"
#include "study/fabrication/deployment.h"

struct epx_simulation {
  const epx_settings *settings;
  int i_sample;
  epx_lanes *lanes;
  epx_transient transient;
  size_t max_rows;
  long stride;                      /* one of so many steps is kept */
  double *y, *field, *work, *reads; /* of whole vectors of lanes */

  epx_ensemble *ensemble; /* of a phase of a fixed length; NULL: it lasts until rest */
  epx_clock clock;
  epx_certificate *certificate;       /* [n_lanes] */
  double *lanes_state, *state, *read; /* [n_state][n_lanes], [n_state], [n_outputs] */
};

static epx_err create_arrays(epx_simulation *s, const epx_network *network) {
  const size_t n_state = (size_t)network->n_state, n_lanes = (size_t)s->lanes->n_lanes;
  const size_t n_outputs = (size_t)network->n_outputs;
  s->transient.n_state = network->n_state;
  s->transient.n_outputs = network->n_outputs;
  const size_t fit = EPX_SIMULATION_NUMBERS / n_state, least = 64;
  s->max_rows = fit < least ? least : fit < EPX_SIMULATION_ROWS ? fit : EPX_SIMULATION_ROWS;
  EPX_TRY(EPX_ARRAY(s->transient.time, s->max_rows));
  EPX_TRY(EPX_ARRAY(s->transient.residual, s->max_rows));
  EPX_TRY(EPX_ARRAY(s->transient.state, s->max_rows * n_state));
  EPX_TRY(EPX_ARRAY(s->transient.output, s->max_rows * n_outputs));
  EPX_TRY(EPX_ARRAY(s->y, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(s->field, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(s->work, 4 * (size_t)network->n_nodes * (size_t)network->family->components * n_lanes));
  return EPX_ARRAY(s->reads, n_outputs * n_lanes);
}

static epx_err create_clock(epx_simulation *s, const epx_point *point, int i_point, int i_instance,
                            const double *theta) {
  const epx_equilibrium_options *options = &s->settings->equilibrium;
  if (options->duration_free == 0) return EPX_OK;
  EPX_TRY(epx_ensemble_create(point->network, 1, 1, options, &s->ensemble));
  s->ensemble->functions->set_parameters(s->ensemble, theta);
  s->ensemble->functions->set_samples(s->ensemble, 1, s->lanes->features);
  EPX_TRY(epx_clock_init(s->ensemble, &s->clock));
  EPX_TRY(epx_clock_set_noise(s->ensemble, &options->noise, &s->clock));
  s->ensemble->clock = &s->clock;
  s->clock.free = options->duration_free;
  s->clock.key = (epx_noise_key){.seed = s->settings->seed,
                                 .point = s->settings->independent ? (uint32_t)i_point : EPX_RANDOM_ANY,
                                 .first = i_instance < 0 ? 0 : (uint32_t)i_instance,
                                 .n_samples = 1,
                                 .samples = &s->i_sample};
  const size_t n_lanes = (size_t)s->ensemble->max_lanes, n_state = (size_t)s->transient.n_state;
  EPX_TRY(EPX_ARRAY(s->lanes_state, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(s->state, n_state));
  EPX_TRY(EPX_ARRAY(s->read, (size_t)s->transient.n_outputs));
  s->transient.read = s->read;
  return EPX_ARRAY(s->certificate, n_lanes);
}

static epx_err create_parts(epx_simulation *s, const epx_point *point, int i_point, int i_instance,
                            int i_sample) {
  const epx_network *network = point->network;
  double *theta;
  EPX_TRY(epx_lanes_create(network, 1, 1, &s->lanes));
  EPX_TRY(create_arrays(s, network));
  EPX_TRY(EPX_ARRAY(theta, network->n_theta));
  memcpy(theta, point->nominal, network->n_theta * sizeof *theta);
  int code = i_instance < 0 ? EPX_OK
                            : epx_deployment_eval_instance(point, i_point, (uint32_t)i_instance,
                                                           point->nominal, theta, NULL);
  if (code == EPX_OK) {
    epx_lanes_set_parameters(s->lanes, theta);
    s->i_sample = i_sample;
    epx_lanes_set_samples(s->lanes, 1,
                          point->task->features + (size_t)i_sample * (size_t)point->task->n_features);
    s->lanes->sample_keys = &s->i_sample;
    code = create_clock(s, point, i_point, i_instance, theta);
  }
  epx_array_destroy(&theta);
  return code;
}

epx_err epx_simulation_create(const epx_point *point, int i_point, int i_instance, int i_sample,
                              epx_simulation **out) {
  *out = NULL;
  if (i_sample < 0 || i_sample >= point->task->n_samples) {
    return EPX_RAISE(EPX_EINPUT, "there is no sample %d: task '%s' has samples 0 to %d", i_sample,
                     point->settings->task.name, point->task->n_samples - 1);
  }
  epx_simulation *simulation;
  EPX_TRY(EPX_ARRAY(simulation, 1));
  simulation->settings = point->settings;
  const int code = create_parts(simulation, point, i_point, i_instance, i_sample);
  if (code != EPX_OK) epx_simulation_destroy(&simulation);
  EPX_TRY(code);
  *out = simulation;
  return EPX_OK;
}

void epx_simulation_destroy(epx_simulation **address) {
  epx_simulation *simulation = *address;
  if (!simulation) return;
  epx_ensemble_destroy(&simulation->ensemble);
  epx_clock_destroy(&simulation->clock);
  epx_array_destroy(&simulation->certificate);
  epx_array_destroy(&simulation->lanes_state);
  epx_array_destroy(&simulation->state);
  epx_array_destroy(&simulation->read);
  epx_lanes_destroy(&simulation->lanes);
  epx_array_destroy(&simulation->transient.time);
  epx_array_destroy(&simulation->transient.residual);
  epx_array_destroy(&simulation->transient.state);
  epx_array_destroy(&simulation->transient.output);
  epx_array_destroy(&simulation->y);
  epx_array_destroy(&simulation->field);
  epx_array_destroy(&simulation->work);
  epx_array_destroy(&simulation->reads);
  epx_array_destroy(address);
}

void epx_simulation_set_start(const epx_simulation *simulation, double *state) {
  const epx_lanes *lanes = simulation->lanes;
  lanes->network->family->set_start(lanes, simulation->settings->seed, simulation->y);
  for (int i = 0; i < lanes->network->n_state; i++)
    state[i] = simulation->y[(size_t)i * (size_t)lanes->n_lanes];
}

const epx_lanes *epx_simulation_get_lanes(const epx_simulation *simulation) {
  return simulation->lanes;
}

void epx_simulation_eval_output(epx_simulation *s, const double *state, double *output) {
  const size_t n_lanes = (size_t)s->lanes->n_lanes;
  for (size_t i = 0; i < (size_t)s->transient.n_state; i++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      s->y[i * n_lanes + lane] = state[i];
  }
  epx_readout_eval(s->lanes, s->y, s->reads);
  for (size_t k = 0; k < (size_t)s->transient.n_outputs; k++)
    output[k] = s->reads[k * n_lanes];
}

void epx_simulation_eval_field(epx_simulation *s, const double *state, double *field) {
  const epx_lanes *lanes = s->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes;
  for (size_t i = 0; i < (size_t)s->transient.n_state; i++) {
    for (size_t lane = 0; lane < n_lanes; lane++)
      s->y[i * n_lanes + lane] = state[i];
  }
  lanes->network->family->eval_field(lanes, s->y, s->field, s->work);
  for (size_t i = 0; i < (size_t)s->transient.n_state; i++)
    field[i] = s->field[i * n_lanes];
}

static void set_row(epx_simulation *s, size_t row, double time, const double *state) {
  epx_transient *t = &s->transient;
  const epx_lanes *lanes = s->lanes;
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)t->n_state;
  epx_simulation_eval_output(s, state, t->output + row * (size_t)t->n_outputs);
  lanes->network->family->eval_field(lanes, s->y, s->field, s->work);
  t->time[row] = time;
  t->residual[row] = 0;
  for (size_t i = 0; i < n_state; i++)
    t->residual[row] = fmax(t->residual[row], fabs(s->field[i * n_lanes]));
  memcpy(t->state + row * n_state, state, n_state * sizeof *state);
}

/** Keeps every second row. */
static void thin(epx_simulation *s) {
  epx_transient *t = &s->transient;
  const size_t n_state = (size_t)t->n_state, n_outputs = (size_t)t->n_outputs;
  for (size_t k = 0; 2 * k < t->n_rows; k++) {
    t->time[k] = t->time[2 * k];
    t->residual[k] = t->residual[2 * k];
    memmove(t->state + k * n_state, t->state + 2 * k * n_state, n_state * sizeof *t->state);
    memmove(t->output + k * n_outputs, t->output + 2 * k * n_outputs, n_outputs * sizeof *t->output);
  }
  t->n_rows = (t->n_rows + 1) / 2;
  s->stride *= 2;
}

static void add_row(epx_simulation *s, double time, const double *state) {
  epx_transient *t = &s->transient;
  if (t->n_steps++ % s->stride != 0) return;
  if (t->n_rows >= s->max_rows - 1) thin(s);
  set_row(s, t->n_rows++, time, state);
}

static int keep(void *context, double time, int n_state, const double *state) {
  (void)n_state;
  add_row(context, time, state);
  return 0;
}

/* The first lane of what the clock shows. */
static bool keep_lanes(void *context, double time, const double *y) {
  epx_simulation *s = context;
  const size_t n_lanes = (size_t)s->ensemble->n_lanes;
  for (size_t i = 0; i < (size_t)s->transient.n_state; i++)
    s->state[i] = y[i * n_lanes];
  add_row(s, time, s->state);
  return true;
}

/* Follows the phase from and to `state`, and evaluates what is read of it; the last row is its end, not what is read. */
static epx_err follow_clock(epx_simulation *s, double *state) {
  epx_transient *t = &s->transient;
  const size_t n_lanes = (size_t)s->ensemble->n_lanes, n_state = (size_t)t->n_state;
  double *y = s->lanes_state;
  for (size_t k = 0; k < n_state * n_lanes; k++)
    y[k] = state[k / n_lanes];
  s->clock.n_phases = 0;
  EPX_TRY(
      epx_clock_follow(s->ensemble, &s->clock, NULL, NULL, s->clock.free, keep_lanes, s, y, s->certificate));
  t->certificate = s->certificate[0];
  for (size_t i = 0; i < n_state; i++)
    state[i] = y[i * n_lanes];
  t->n_steps++; /* the last is not shown */
  if (t->certificate.outcome == EPX_OK && t->time[t->n_rows - 1] < s->clock.free)
    set_row(s, t->n_rows++, s->clock.free, s->state);
  t->certificate.residual = t->residual[t->n_rows - 1];
  EPX_TRY(epx_ensemble_eval_reads(s->ensemble, y, s->clock.readout));
  for (size_t k = 0; k < (size_t)t->n_outputs; k++)
    s->read[k] = s->clock.readout[k * n_lanes];
  return EPX_OK;
}

epx_err epx_simulation_solve(epx_simulation *s, double *state, const epx_transient **transient) {
  epx_transient *t = &s->transient;
  const epx_family *family = s->lanes->network->family;
  t->n_rows = 0;
  t->n_steps = 0;
  s->stride = 1;
  add_row(s, 0, state);
  if (s->ensemble) {
    EPX_TRY(follow_clock(s, state));
  } else {
    EPX_TRY(epx_reference_solve(s->lanes, NULL, &s->settings->equilibrium, keep, s, state, &t->certificate));
    const double end = t->time[t->n_rows - 1];
    if (t->certificate.outcome == EPX_OK) set_row(s, t->n_rows++, end, state);
  }
  t->n_steps--;
  t->outcome = s->ensemble && t->certificate.outcome == EPX_OK
                   ? "read"
                   : epx_simulation_get_outcome_name(t->certificate.outcome);
  t->power = NAN;
  if (family->eval_power) {
    family->eval_power(s->lanes, s->y, s->reads);
    t->power = s->reads[0];
  }
  *transient = t;
  return EPX_OK;
}

const char *epx_simulation_get_outcome_name(int outcome) {
  switch (outcome) {
  case EPX_OK:
    return "settled";
  case EPX_SLOW:
    return "slow";
  case EPX_OSCILLATES:
    return "oscillates";
  case EPX_DIVERGED:
    return "diverged";
  default:
    return "failed";
  }
}
