/* One-sided nudges whose sign is drawn for each batch: their O(beta) bias changes sign with it, and cancels
 * over the batches. One phase a sample instead of two. */
#include "base/numbers/random.h"
#include "learning/nudge/nudging.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static double eval_phases(const epx_nudging *nudging, size_t n_trained) {
  (void)nudging, (void)n_trained;
  return 1;
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  const epx_random stream = epx_random_init(batch->key.seed, "learning:random-sign");
  const double u = epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, 0, batch->key.step);
  const epx_nudging drawn = {.beta = u < 0.5 ? -nudging->beta : nudging->beta, .scheme = EPX_ONE_SIDED};
  EPX_TRY(epx_estimator_plain.eval(batch, &drawn, work, gradient));
  return EPX_OK;
}

const epx_estimator epx_estimator_random_sign = {
    .name = "random-sign",
    .summary = "plain with one nudged phase; the sign of beta is drawn for each batch, so the bias of the "
               "nudge cancels on average",
    .source = "Laborieux2021",
    .nudged = true,
    .own_scheme = true,
    .drawn = true,
    .get_refusal = get_refusal,
    .eval_phases = eval_phases,
    .eval = eval,
};
