#include "photonic/families/signal.h"

#include <string.h>

#include "base/numbers/random.h"

void epx_signal_set_start(const epx_lanes *lanes, unsigned long long seed, const char *purpose, double size,
                          double *y) {
  const epx_random stream = epx_random_init(seed, purpose);
  for (int i = 0; i < lanes->network->n_nodes; i++) {
    double *row = y + (size_t)i * (size_t)lanes->n_lanes;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const uint32_t sample = (uint32_t)epx_lanes_get_sample_key(lanes, lane);
      row[lane] =
          size *
          (2 * epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, (uint32_t)i, sample) - 1);
    }
  }
}

void epx_signal_set_drive(epx_lanes *lanes, int bias) {
  const epx_network *network = lanes->network;
  const size_t n = (size_t)lanes->n_lanes;
  memcpy(lanes->input, lanes->node[bias], (size_t)network->n_nodes * n * sizeof *lanes->input);
  for (int k = 0; k < network->n_inputs; k++) {
    double *row = lanes->input + (size_t)network->input_nodes[k] * n;
    for (int lane = 0; lane < lanes->n_lanes; lane++) {
      const size_t sample = (size_t)epx_lanes_get_sample(lanes, lane);
      row[lane] += network->input_scale * lanes->features[sample * (size_t)network->n_inputs + (size_t)k];
    }
  }
}
