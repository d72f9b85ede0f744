/* A setting remembers the level that was written, apart from what the write left: an error of a write must
 * not be taken for another level and written again. */
#include "learning/hardware/tuning.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "photonic/device/converter.h"
#include "photonic/fabrication/remedy.h"

struct epx_tuning {
  epx_tuning_spec spec;
  const epx_network *network; /* borrowed */
  int n_instances;
  uint64_t seed;
  uint32_t point, first, n_calls;
  double *n_written; /* [n_instances] writes of all entries, where none is remembered */
  double *asked; /* [n_instances][2] settings asked of weights with a range, and those cut off at its end */
  double *wanted, *level, *setting, *origin; /* [n_instances][n_theta]; NULL: none is remembered */
  double *writes;                            /* [n_instances][n_theta] how often; NULL likewise */
  double *crosstalk;                         /* [n_nodes][n_nodes], diagonal 1; NULL: none */
};

static bool limits(const epx_tuning_spec *spec) {
  return spec->bits > 0 || spec->noise > 0 || spec->granularity > 0 || spec->endurance > 0;
}

bool epx_tuning_is_ideal(const epx_tuning_spec *spec) {
  return !limits(spec) && !(spec->pitch > 0);
}

epx_err epx_tuning_check(const epx_tuning_spec *spec) {
  const double numbers[] = {spec->range,     spec->noise, spec->granularity,
                            spec->endurance, spec->pitch, spec->isolation};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!(numbers[i] >= 0) || !isfinite(numbers[i]))
      return EPX_RAISE(EPX_EINPUT,
                       "%g as range, noise, granularity, endurance, pitch or isolation; must be 0 or more",
                       numbers[i]);
  if (spec->bits < 0 || spec->bits > 32)
    return EPX_RAISE(EPX_EINPUT, "%d bits; must be 1 to 32, or 0 for any value", spec->bits);
  if (limits(spec) && !(spec->range > 0))
    return EPX_RAISE(EPX_EINPUT, "the range of settings is 0; it must be positive");
  if (spec->bits > 0 && spec->granularity > 0)
    return EPX_RAISE(
        EPX_EINPUT,
        "give bits or granularity, not both: a setting is one of 2^bits levels, or a sum of steps");
  if (spec->stochastic && !(spec->granularity > 0))
    return EPX_RAISE(EPX_EINPUT, "stochastic rounding needs steps, but the granularity is 0");
  if (spec->pitch > 0 && spec->pitch < 7e-6 * (1 - 1e-12))
    return EPX_RAISE(EPX_EINPUT, "heaters %g um apart: their crosstalk is known from 7 um only",
                     spec->pitch * 1e6);
  return EPX_OK;
}

static epx_err create_crosstalk(epx_tuning *t) {
  const epx_tuning_spec *spec = &t->spec;
  const int n = t->network->n_nodes;
  const int columns = spec->n_columns > 0 ? spec->n_columns : (int)ceil(sqrt(n));
  if (t->network->family->parameters[spec->parameter].site != EPX_SITE_NODE)
    return EPX_RAISE(EPX_EINPUT, "heaters set parameters of nodes, but %s is a parameter of links",
                     t->network->family->parameters[spec->parameter].name);
  epx_placement *placement;
  epx_heater heater;
  epx_device_init(&epx_heater_device, &heater);
  heater.isolation = spec->isolation;
  EPX_TRY(EPX_ARRAY(t->crosstalk, (size_t)n * (size_t)n));
  EPX_TRY(epx_placement_create_grid(n, columns, spec->pitch, 0, 0, 0, &placement));
  const int code = epx_remedy_eval_crosstalk(&heater, placement, t->crosstalk);
  epx_placement_destroy(&placement);
  EPX_TRY(code);
  return EPX_OK;
}

static epx_err create_parts(bool remembers, epx_tuning *t) {
  const size_t n = (size_t)t->n_instances * t->network->n_theta;
  EPX_TRY(EPX_ARRAY(t->n_written, (size_t)t->n_instances));
  EPX_TRY(EPX_ARRAY(t->asked, 2 * (size_t)t->n_instances));
  if (!remembers && epx_tuning_is_ideal(&t->spec)) return EPX_OK;
  double **const arrays[] = {&t->wanted, &t->level, &t->setting, &t->origin, &t->writes};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    EPX_TRY(EPX_ARRAY(*arrays[i], n));
  return t->spec.pitch > 0 ? create_crosstalk(t) : EPX_OK;
}

epx_err epx_tuning_create(const epx_tuning_spec *spec, const epx_network *network, int n_instances,
                          uint64_t seed, bool remembers, epx_tuning **out) {
  epx_tuning *t = NULL;
  *out = NULL;
  EPX_TRY(epx_tuning_check(spec));
  EPX_TRY(EPX_ARRAY(t, 1));
  t->spec = *spec;
  t->network = network;
  t->n_instances = n_instances;
  t->seed = seed;
  const int code = create_parts(remembers, t);
  if (code != EPX_OK) epx_tuning_destroy(&t);
  *out = t;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_tuning_destroy(epx_tuning **address) {
  if (!address || !*address) return;
  epx_tuning *t = *address;
  double **const arrays[] = {&t->n_written, &t->asked,  &t->wanted, &t->level,
                             &t->setting,   &t->origin, &t->writes, &t->crosstalk};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(address);
}

void epx_tuning_set_instances(epx_tuning *t, uint32_t i_point, uint32_t first) {
  const size_t size = (size_t)t->n_instances * t->network->n_theta * sizeof(double);
  double *const arrays[] = {t->wanted, t->level, t->setting, t->origin, t->writes};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    if (arrays[i]) memset(arrays[i], 0, size);
  memset(t->n_written, 0, (size_t)t->n_instances * sizeof *t->n_written);
  memset(t->asked, 0, 2 * (size_t)t->n_instances * sizeof *t->asked);
  t->point = i_point;
  t->first = first;
  t->n_calls = 0;
}

double *epx_tuning_get_wanted(epx_tuning *t) {
  return t->wanted;
}

/* What the trainer goes on from: where the device alone remembers, it is what the device has. */
static void set_wanted(epx_tuning *t) {
  const size_t size = (size_t)t->n_instances * t->network->n_theta * sizeof(double);
  if (t->spec.granularity > 0) memcpy(t->wanted, t->setting, size);
}

static double eval_level(const epx_tuning_spec *spec, double wanted) {
  const epx_converter levels = {.bits = spec->bits, .low = -spec->range, .high = spec->range};
  return spec->bits > 0 ? epx_converter_eval(&levels, wanted) : fmin(fmax(wanted, -spec->range), spec->range);
}

/* The whole number of steps: that below, and one more where what is left is at least a half, or a drawn
 * number. */
static double eval_steps(const epx_tuning *t, double change, size_t i_theta, uint32_t instance) {
  const double exact = change / t->spec.granularity;
  if (!t->spec.stochastic) return nearbyint(exact);
  const epx_random stream = epx_random_init(t->seed, "hardware:rounding");
  const double u = epx_random_eval_uniform(&stream, t->point, instance, (uint32_t)i_theta, t->n_calls);
  return floor(exact) + (u < exact - floor(exact) ? 1 : 0);
}

static double draw_error(const epx_tuning *t, const epx_random *stream, double writes, size_t i_theta,
                         uint32_t instance) {
  if (!(t->spec.noise > 0)) return 0;
  return 2 * t->spec.range * t->spec.noise *
         epx_random_eval_normal(stream, t->point, instance, (uint32_t)i_theta, (uint32_t)writes);
}

/* Counts a setting that is asked of a weight, and whether its range is too short for it. */
static void count_asked(epx_tuning *t, size_t at, double asked) {
  double *own = t->asked + 2 * (at / t->network->n_theta);
  own[0]++;
  own[1] += fabs(asked) > t->spec.range * (1 + 1e-12);
}

static void write_one(epx_tuning *t, const epx_random *stream, size_t at, uint32_t instance) {
  const epx_tuning_spec *spec = &t->spec;
  const size_t i_theta = at % t->network->n_theta;
  const bool steps = spec->granularity > 0;
  const double change = t->wanted[at] - t->setting[at];
  const double target = steps ? t->setting[at] + spec->granularity * eval_steps(t, change, i_theta, instance)
                              : eval_level(spec, t->wanted[at]);
  const double present = steps ? t->setting[at] : t->level[at];
  count_asked(t, at, steps ? target : t->wanted[at]);
  const bool worn = spec->endurance > 0 && t->writes[at] >= spec->endurance;
  if (worn || target == present) return;
  const double left = target + draw_error(t, stream, t->writes[at], i_theta, instance);
  t->level[at] = target;
  t->setting[at] = limits(spec) ? fmin(fmax(left, -spec->range), spec->range) : left;
  t->writes[at]++;
}

void epx_tuning_write(epx_tuning *t, const unsigned char *mask) {
  const size_t n = (size_t)t->n_instances * t->network->n_theta;
  const epx_random stream = epx_random_init(t->seed, "hardware:write");
  for (size_t at = 0; at < n; at++) {
    const uint32_t instance = t->first + (uint32_t)(at / t->network->n_theta);
    if (!mask[at]) continue;
    if (limits(&t->spec)) {
      write_one(t, &stream, at, instance);
    } else if (t->wanted[at] != t->setting[at]) {
      t->setting[at] = t->level[at] = t->wanted[at];
      t->writes[at]++;
    }
  }
  set_wanted(t);
  t->n_calls++;
}

void epx_tuning_eval_shift(const epx_tuning *t, double *shift) {
  const size_t n_theta = t->network->n_theta, n_nodes = (size_t)t->network->n_nodes;
  memcpy(shift, t->setting, (size_t)t->n_instances * n_theta * sizeof *shift);
  for (int k = 0; t->crosstalk && k < t->n_instances; k++) {
    const size_t first = (size_t)k * n_theta + t->network->offset[t->spec.parameter];
    for (size_t i = 0; i < n_nodes; i++) {
      double sum = 0;
      for (size_t j = 0; j < n_nodes; j++)
        sum += t->crosstalk[i * n_nodes + j] * t->setting[first + j];
      shift[first + i] = sum;
    }
  }
}

/* X u of one entry; the same sums as above. */
static double eval_own_shift(const epx_tuning *t, size_t at) {
  const size_t n_nodes = (size_t)t->network->n_nodes, i_theta = at % t->network->n_theta;
  const size_t offset = t->network->offset[t->spec.parameter], first = at - i_theta + offset;
  if (!t->crosstalk || i_theta < offset || i_theta >= offset + n_nodes) return t->setting[at];
  double sum = 0;
  for (size_t j = 0; j < n_nodes; j++)
    sum += t->crosstalk[(i_theta - offset) * n_nodes + j] * t->setting[first + j];
  return sum;
}

void epx_tuning_set_origin(epx_tuning *t, const double *theta) {
  const size_t n = (size_t)t->n_instances * t->network->n_theta;
  for (size_t at = 0; t->origin && at < n; at++)
    t->origin[at] = theta[at] - eval_own_shift(t, at);
}

void epx_tuning_eval(const epx_tuning *t, double *theta) {
  const size_t n = (size_t)t->n_instances * t->network->n_theta;
  for (size_t at = 0; at < n; at++) {
    const double shift = eval_own_shift(t, at);
    if (shift != 0 || t->writes[at] > 0) theta[at] = t->origin[at] + shift;
  }
}

void epx_tuning_set_written(epx_tuning *t, const unsigned char *mask) {
  const size_t n = (size_t)t->n_instances * t->network->n_theta;
  for (size_t at = 0; at < n; at++) {
    if (t->writes)
      t->writes[at] += mask[at] != 0;
    else
      t->n_written[at / t->network->n_theta] += mask[at] != 0;
  }
}

epx_err epx_tuning_add_to_restart(epx_tuning *t, epx_restart *restart) {
  const size_t size = (size_t)t->n_instances * t->network->n_theta * sizeof(double);
  double *const arrays[] = {t->wanted, t->level, t->setting, t->origin, t->writes};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    EPX_TRY(epx_restart_add(restart, arrays[i], size));
  EPX_TRY(epx_restart_add(restart, t->n_written, (size_t)t->n_instances * sizeof *t->n_written));
  EPX_TRY(epx_restart_add(restart, t->asked, 2 * (size_t)t->n_instances * sizeof *t->asked));
  return EPX_RESTART_ADD(restart, t->n_calls);
}

void epx_tuning_copy(const epx_tuning *from, epx_tuning *to) {
  const size_t size = (size_t)from->n_instances * from->network->n_theta * sizeof(double);
  const double *const source[] = {from->wanted, from->level, from->setting, from->origin, from->writes};
  double *const target[] = {to->wanted, to->level, to->setting, to->origin, to->writes};
  for (size_t i = 0; i < sizeof source / sizeof *source; i++)
    memcpy(target[i], source[i], size);
  memcpy(to->asked, from->asked, 2 * (size_t)from->n_instances * sizeof *to->asked);
  to->point = from->point;
  to->first = from->first;
  to->n_calls = from->n_calls;
}

/* Sums over the trained entries: of the writes, or of those that are worn out. */
static double eval_mean(const epx_tuning *t, int i_instance, const unsigned char *trained, bool worn) {
  const double *writes = t->writes ? t->writes + (size_t)i_instance * t->network->n_theta : NULL;
  double sum = writes || worn ? 0 : t->n_written[i_instance], n = 0;
  for (size_t k = 0; k < t->network->n_theta; k++) {
    if (!trained[k]) continue;
    if (writes) sum += !worn ? writes[k] : t->spec.endurance > 0 && writes[k] >= t->spec.endurance;
    n++;
  }
  return n > 0 ? sum / n : 0;
}

double epx_tuning_eval_writes(const epx_tuning *t, int i_instance, const unsigned char *trained) {
  return eval_mean(t, i_instance, trained, false);
}

double epx_tuning_eval_worn(const epx_tuning *t, int i_instance, const unsigned char *trained) {
  return eval_mean(t, i_instance, trained, true);
}

double epx_tuning_get_saturation(const epx_tuning *t, int i_instance) {
  const double *own = t->asked + 2 * i_instance;
  return own[0] > 0 ? own[1] / own[0] : NAN;
}
