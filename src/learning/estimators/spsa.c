/* Simultaneous perturbation: all parameters are shifted at once by random signs D,
 *   g_i = D_i [C(theta + shift D) - C(theta - shift D)] / 2 shift,
 * two equilibria a draw whatever the number of parameters; its variance grows with that number. */
#include <string.h>

#include "base/numbers/random.h"
#include "learning/estimators/perturbation.h"

static const double default_shift = 0.01;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static int count_probes(const epx_nudging *nudging) {
  return nudging->n_probes > 0 ? nudging->n_probes : 1;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)n_trained;
  return 2.0 * count_probes(nudging);
}

static double draw_sign(const epx_batch *batch, const epx_random *stream, int i_instance, size_t i_theta,
                        uint32_t draw) {
  uint32_t words[4];
  epx_random_eval_words(stream, batch->key.point, batch->key.first + (uint32_t)i_instance, (uint32_t)i_theta,
                        draw, words);
  return words[0] & 1 ? 1 : -1;
}

/* Adds coefficient C(theta + shift D) to work->contrast. */
static epx_err add_cost(const epx_batch *batch, double shift, double coefficient, uint32_t draw,
                        epx_estimator_work *work) {
  const size_t n_theta = batch->ensemble->network->n_theta;
  const epx_random stream = epx_random_init(batch->key.seed, "learning:spsa");
  for (int i = 0; i < batch->ensemble->n_instances; i++) {
    for (size_t k = 0; k < n_theta; k++) {
      const size_t at = (size_t)i * n_theta + k;
      if (epx_perturbation_is_wanted(batch, k))
        work->shifted.theta[at] = batch->theta[at] + shift * draw_sign(batch, &stream, i, k, draw);
    }
  }
  EPX_TRY(epx_perturbation_eval_cost(batch, work));
  for (int lane = 0; lane < batch->ensemble->n_used; lane++)
    work->contrast[lane] += coefficient * work->value[lane];
  return EPX_OK;
}

static epx_err add_probe(const epx_batch *batch, double shift, double share, uint32_t draw,
                         epx_estimator_work *work, double *gradient) {
  const size_t n_theta = batch->ensemble->network->n_theta;
  const epx_random stream = epx_random_init(batch->key.seed, "learning:spsa");
  epx_estimator_set_lanes(batch, work);
  memset(work->contrast, 0, (size_t)batch->ensemble->n_lanes * sizeof *work->contrast);
  EPX_TRY(add_cost(batch, shift, 1, draw, work));
  EPX_TRY(add_cost(batch, -shift, -1, draw, work));
  epx_estimator_set_weights(batch, share / (2 * shift), work);
  for (int i = 0; i < batch->ensemble->n_instances; i++) {
    const double slope = epx_perturbation_eval_sum(batch, work, i);
    for (size_t k = 0; k < n_theta; k++) {
      if (epx_perturbation_is_wanted(batch, k))
        gradient[(size_t)i * n_theta + k] += slope * draw_sign(batch, &stream, i, k, draw);
    }
  }
  return EPX_OK;
}

static epx_err add_probes(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                          double *gradient) {
  const int n = count_probes(nudging);
  const double shift = nudging->shift > 0 ? nudging->shift : default_shift;
  EPX_TRY(epx_perturbation_init(batch, work));
  for (int probe = 0; probe < n; probe++)
    EPX_TRY(
        add_probe(batch, shift, 1.0 / n, batch->key.step * (uint32_t)n + (uint32_t)probe, work, gradient));
  return EPX_OK;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  epx_estimator_set_zero(batch, gradient);
  const int code = add_probes(batch, nudging, work, gradient);
  epx_perturbation_restore(batch, work);
  EPX_TRY(code);
  return EPX_OK;
}

const epx_estimator epx_estimator_spsa = {
    .name = "spsa",
    .summary = "all parameters shifted at once by random signs, learning.nudge.probes times: a baseline",
    .source = "Spall1992",
    .nudged = false,
    .cost_only = true,
    .drawn = true,
    .rooms = EPX_ROOM_THETA,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
