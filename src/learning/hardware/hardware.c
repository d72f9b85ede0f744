#include "learning/hardware/hardware.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/numbers/random.h"
#include "photonic/device/converter.h"

static bool is_share(double x) {
  return x >= 0 && x <= 1;
}

epx_err epx_hardware_check(const epx_hardware_spec *spec, const epx_family *family) {
  EPX_TRY(epx_reading_check(&spec->reading));
  EPX_TRY(epx_tuning_check(&spec->tuning));
  if (spec->drive_bits < 0 || spec->drive_bits > 32)
    return EPX_RAISE(EPX_EINPUT, "a drive of %d bits; must be 1 to 32, or 0 for any value", spec->drive_bits);
  const double numbers[] = {spec->drive_range, spec->drift.common, spec->drift.local};
  for (int i = 0; i < 3; i++)
    if (!(numbers[i] >= 0) || !isfinite(numbers[i]))
      return EPX_RAISE(EPX_EINPUT, "%g as range of the drive or as a drift; must be 0 or more", numbers[i]);
  if (!is_share(spec->dead.nodes) || !is_share(spec->dead.links))
    return EPX_RAISE(EPX_EINPUT, "shares %g and %g of dead nodes and links; must be 0 to 1", spec->dead.nodes,
                     spec->dead.links);
  if (spec->drift.parameter < 0 || spec->drift.parameter >= family->n_parameters)
    return EPX_RAISE(EPX_EINPUT, "family %s has no parameter %d to drift", family->name,
                     spec->drift.parameter);
  return EPX_OK;
}

bool epx_hardware_is_drifting(const epx_hardware_spec *spec) {
  return spec->drift.common > 0 || spec->drift.local > 0;
}

void epx_hardware_eval_drive(const epx_hardware_spec *spec, size_t n, double *features) {
  if (spec->drive_bits == 0) return;
  const epx_converter levels = {
      .bits = spec->drive_bits, .low = -spec->drive_range, .high = spec->drive_range};
  for (size_t k = 0; k < n; k++)
    features[k] = epx_converter_eval(&levels, features[k]);
}

double epx_hardware_eval_drive_saturation(const epx_hardware_spec *spec, size_t n, const double *features) {
  size_t n_cut = 0;
  if (spec->drive_bits == 0 || n == 0) return NAN;
  for (size_t k = 0; k < n; k++)
    n_cut += fabs(features[k]) > spec->drive_range * (1 + 1e-12);
  return (double)n_cut / (double)n;
}

void epx_hardware_add_drift(const epx_hardware_spec *spec, const epx_network *network,
                            const epx_reading_key *key, uint32_t i_instance, double *theta) {
  const epx_drift_spec *drift = &spec->drift;
  const size_t n = network->count[drift->parameter];
  double *own = theta + network->offset[drift->parameter];
  char purpose[64];
  snprintf(purpose, sizeof purpose, "hardware:drift:%u:%u", key->step, key->read);
  const epx_random stream = epx_random_init(key->seed, purpose);
  const double common = epx_random_eval_normal(&stream, key->point, i_instance, EPX_RANDOM_ANY, 0);
  for (size_t k = 0; k < n; k++) {
    own[k] += drift->common * common;
    if (drift->local > 0)
      own[k] += drift->local * epx_random_eval_normal(&stream, key->point, i_instance, (uint32_t)k, 0);
  }
}

static bool is_dead(const epx_random *stream, double share, uint32_t i_point, uint32_t i_instance, size_t i) {
  return share > 0 && epx_random_eval_uniform(stream, i_point, i_instance, (uint32_t)i, 0) < share;
}

int epx_hardware_eval_dead(const epx_hardware_spec *spec, const epx_network *network, uint64_t seed,
                           uint32_t i_point, uint32_t i_instance, double *theta, unsigned char *alive) {
  const epx_random nodes = epx_random_init(seed, "hardware:dead:nodes");
  const epx_random links = epx_random_init(seed, "hardware:dead:links");
  int n_dead = 0;
  memset(alive, 1, network->n_theta);
  for (size_t i = 0; i < (size_t)network->n_nodes; i++) {
    if (!is_dead(&nodes, spec->dead.nodes, i_point, i_instance, i)) continue;
    for (int p = 0; p < network->family->n_parameters; p++)
      if (network->family->parameters[p].site == EPX_SITE_NODE) alive[network->offset[p] + i] = 0;
    n_dead++;
  }
  for (size_t l = 0; l < network->topology->n_links; l++) {
    const epx_link at = network->topology->links[l];
    if (!is_dead(&nodes, spec->dead.nodes, i_point, i_instance, (size_t)at.i) &&
        !is_dead(&nodes, spec->dead.nodes, i_point, i_instance, (size_t)at.j) &&
        !is_dead(&links, spec->dead.links, i_point, i_instance, l))
      continue;
    for (int p = 0; p < network->family->n_parameters; p++) {
      if (network->family->parameters[p].site != EPX_SITE_LINK) continue;
      alive[network->offset[p] + l] = 0;
      theta[network->offset[p] + l] = 0;
    }
  }
  return n_dead;
}
