/* Direct feedback alignment: what is wrong at the outputs, e = dC/dr, reaches every other state through a
 * fixed random matrix B instead of the network: y = -B e there, and y = -c at the outputs' own states. */
#include <math.h>

#include "base/numbers/random.h"
#include "learning/estimators/estimator_work.h"

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

/* Leaves the rows of output nodes, which hold c there, as they are. */
static void add_feedback(const epx_batch *batch, epx_estimator_work *work) {
  const epx_ensemble *ensemble = batch->ensemble;
  const epx_network *network = ensemble->network;
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  const epx_random stream = epx_random_init(batch->key.seed, "learning:feedback");
  const double spread = 1 / sqrt(network->n_outputs);
  for (int r = 0; r < ensemble->n_rows; r++) {
    const int row = ensemble->first_row + r, node = network->free_nodes[row / network->family->components];
    double *response = work->phase.response + (size_t)r * n_lanes;
    bool is_output = false;
    for (int o = 0; o < network->n_probes; o++)
      is_output = is_output || network->output_nodes[o] == node;
    for (int o = 0; !is_output && o < network->n_outputs; o++) {
      const double B = spread * epx_random_eval_normal(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)row,
                                                       (uint32_t)o);
      const double *slope = work->slope + (size_t)o * n_lanes;
      for (size_t lane = 0; lane < n_lanes; lane++)
        response[lane] += B * slope[lane];
    }
  }
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  (void)nudging;
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  EPX_TRY(epx_estimator_eval_cost_slope(batch, work, work->phase.response));
  add_feedback(batch, work);
  epx_estimator_set_weights(batch, -1, work);
  return epx_estimator_add_response(batch, work, gradient);
}

const epx_estimator epx_estimator_direct_feedback = {
    .name = "direct-feedback",
    .summary = "the output's error reaches every node through a fixed random matrix: a baseline without a "
               "second phase",
    .source = "Nokland2016, Filipovich2022",
    .nudged = false,
    .get_refusal = get_refusal,
    .eval = eval,
};
