/* A lane has a stream of its own, so that a draw is keyed by step and component alone within it. */
#include "equilibrium/noise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Families whose loss of energy is known: by parameters, or a constant where rates are in its unit. */
static const struct {
  const char *family, *loss[2];
  double constant;
} losses[] = {{"kerr", {"loss", "coupling_loss"}, 0},
              {"opo", {NULL}, 2}}; /* an amplitude falls at the rate 1 */

static int get_losses(const epx_family *family) {
  for (int i = 0; i < (int)(sizeof losses / sizeof *losses); i++)
    if (strcmp(losses[i].family, family->name) == 0) return i;
  return -1;
}

static bool has_kind(const epx_family *family, epx_kind kind) {
  for (int c = 0; c < family->components; c++)
    if ((family->kinds ? family->kinds[c] : EPX_KIND_FIELD) == kind) return true;
  return false;
}

static epx_err check_numbers(const epx_noise_spec *spec) {
  const struct {
    const char *key;
    double value;
  } numbers[] = {{"step", spec->step},           {"window", spec->window},
                 {"diffusion", spec->diffusion}, {"linewidth", spec->linewidth},
                 {"photons", spec->photons},     {"thermal_photons", spec->thermal},
                 {"start", spec->start}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!(numbers[i].value >= 0) || !isfinite(numbers[i].value))
      return EPX_RAISE(EPX_EINPUT, "noise.%s: %g; it must be 0 or more", numbers[i].key, numbers[i].value);
  return EPX_OK;
}

epx_err epx_noise_check(const epx_noise_spec *spec, const epx_family *family) {
  EPX_TRY(check_numbers(spec));
  if (spec->step == 0) {
    if (spec->window > 0 || spec->diffusion > 0 || spec->linewidth > 0 || spec->photons > 0)
      return EPX_RAISE(EPX_EINPUT, "noise.step: give the step of the integrator, which is fixed with noise");
    return EPX_OK;
  }
  if (spec->diffusion > 0 && !has_kind(family, EPX_KIND_FIELD))
    return EPX_RAISE(EPX_EINPUT, "noise.diffusion: states of family %s are angles; use noise.linewidth",
                     family->name);
  if (spec->linewidth > 0 && !has_kind(family, EPX_KIND_ANGLE))
    return EPX_RAISE(EPX_EINPUT,
                     "noise.linewidth: no state of family %s is an angle; use noise.diffusion: an oscillator "
                     "of amplitude |a| then has a line 2 D / |a|^2 wide",
                     family->name);
  if (spec->photons > 0 && get_losses(family) < 0)
    return EPX_RAISE(EPX_EINPUT,
                     "noise.photons: the loss of energy of family %s is not known in its units; use "
                     "noise.diffusion (families kerr and opo have it)",
                     family->name);
  if (spec->thermal > 0 && spec->photons == 0)
    return EPX_RAISE(EPX_EINPUT, "noise.thermal_photons: needs noise.photons, the number at |a|^2 = 1");
  return EPX_OK;
}

/* Adds the vacuum's share of D to a node's components, [components][n_lanes]. */
static void add_vacuum(const epx_noise_spec *spec, const epx_lanes *lanes, int node, double *diffusion) {
  const epx_family *family = lanes->network->family;
  const size_t n_lanes = (size_t)lanes->n_lanes;
  const int own = get_losses(family);
  for (size_t lane = 0; lane < n_lanes; lane++) {
    double loss = losses[own].constant;
    for (int k = 0; k < 2 && losses[own].loss[k]; k++)
      loss +=
          lanes->node[epx_family_get_parameter(family, losses[own].loss[k])][(size_t)node * n_lanes + lane];
    for (int c = 0; c < family->components; c++)
      diffusion[(size_t)c * n_lanes + lane] += loss * (2 * spec->thermal + 1) / (8 * spec->photons);
  }
}

void epx_noise_eval_amplitude(const epx_noise_spec *spec, const epx_lanes *lanes, double *amplitude) {
  const epx_network *network = lanes->network;
  const size_t n_lanes = (size_t)lanes->n_lanes, components = (size_t)network->family->components,
               n = (size_t)network->n_state * n_lanes;
  for (size_t k = 0; k < n; k++) {
    const size_t c = k / n_lanes % components;
    const unsigned char kind = network->family->kinds ? network->family->kinds[c] : EPX_KIND_FIELD;
    amplitude[k] = kind == EPX_KIND_FIELD   ? spec->diffusion
                   : kind == EPX_KIND_ANGLE ? spec->linewidth / 2
                                            : 0;
  }
  for (int r = 0; spec->photons > 0 && r < network->n_free; r++)
    add_vacuum(spec, lanes, network->free_nodes[r], amplitude + (size_t)r * components * n_lanes);
  for (size_t k = 0; k < n; k++)
    amplitude[k] = sqrt(2 * amplitude[k]);
}

void epx_noise_eval_streams(const epx_noise_key *key, uint32_t phase, int n_used, epx_random *stream) {
  char purpose[64];
  snprintf(purpose, sizeof purpose, "noise:%u:%u", key->step, phase);
  const epx_random all = epx_random_init(key->seed, purpose);
  for (int lane = 0; lane < n_used; lane++)
    stream[lane] = epx_random_eval_stream(&all, key->point, key->first + (uint32_t)(lane / key->n_samples),
                                          (uint32_t)key->samples[lane % key->n_samples], 0);
}

void epx_noise_set_start(const epx_noise_spec *spec, const epx_noise_key *key, const epx_lanes *lanes,
                         double *y) {
  const epx_family *family = lanes->network->family;
  const epx_random all = epx_random_init(key->seed, "noise:start");
  for (int row = 0; spec->start > 0 && row < lanes->network->n_state; row++) {
    const unsigned char kind = family->kinds ? family->kinds[row % family->components] : EPX_KIND_FIELD;
    if (kind != EPX_KIND_FIELD && kind != EPX_KIND_ANGLE) continue;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const int used = lane < lanes->n_used ? lane : lanes->n_used - 1;
      double *own = y + (size_t)row * (size_t)lanes->n_lanes + lane;
      const double draw =
          epx_random_eval_normal(&all, key->point, key->first + (uint32_t)(used / key->n_samples),
                                 (uint32_t)key->samples[used % key->n_samples], (uint32_t)row);
      *own = (kind == EPX_KIND_ANGLE ? *own : 0) + spec->start * draw;
    }
  }
}

void epx_noise_eval_draws(const epx_random *stream, uint32_t step, int n_rows, int n_used, int n_lanes,
                          double *draw) {
  for (int row = 0; row < n_rows; row += 2) {
    double *first = draw + (size_t)row * (size_t)n_lanes, *second = first + n_lanes;
    for (int lane = 0; lane < n_lanes; lane++) {
      double pair[2];
      if (lane < n_used) {
        epx_random_eval_normal_pair(&stream[lane], step, (uint32_t)row, 0, 0, pair);
      } else {
        pair[0] = first[n_used - 1];
        pair[1] = row + 1 < n_rows ? second[n_used - 1] : 0;
      }
      first[lane] = pair[0];
      if (row + 1 < n_rows) second[lane] = pair[1];
    }
  }
}
