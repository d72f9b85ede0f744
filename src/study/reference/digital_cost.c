#include "study/reference/digital_cost.h"

#include <math.h>

epx_digital_work epx_digital_work_get_input(epx_reduction reduction, int n_raw, int n_ports) {
  const double raw = n_raw;
  const double macs = reduction == EPX_REDUCE_COMPONENTS ? raw * n_ports
                      : reduction == EPX_REDUCE_POOLING  ? raw
                                                         : 0;
  const double words = reduction == EPX_REDUCE_COMPONENTS ? raw * n_ports : 0;
  return (epx_digital_work){.macs8 = macs, .bytes = words + 2 * raw, .set = words + raw};
}

/* Multiply-adds of the model, and of its last layer. */
static double count_macs(epx_classifier_shape s) {
  return s.n_hidden > 0 ? (double)s.n_hidden * (s.n_inputs + s.n_outputs) : (double)s.n_inputs * s.n_outputs;
}

static double count_last(epx_classifier_shape s) {
  return s.n_hidden > 0 ? (double)s.n_hidden * s.n_outputs : 0;
}

epx_digital_work epx_digital_work_get_inference(epx_classifier_shape s) {
  const double size = (double)epx_classifier_get_size(s), values = (double)s.n_hidden + s.n_outputs;
  return (epx_digital_work){
      .macs8 = count_macs(s), .bytes = size + 2 * values, .set = size + s.n_inputs + values};
}

static epx_digital_work get_ridge(epx_classifier_shape s, double n) {
  const double d = s.n_inputs + 1, c = s.n_outputs, sums = d * (d + 1) / 2 + d * c;
  return (epx_digital_work){.macs16 = n * sums + d * d * d / 6 + d * d * c,
                            .bytes = 2 * n * (d + c) + 8 * sums,
                            .set = (d + c) + 4 * sums};
}

epx_digital_work epx_digital_work_get_training(epx_classifier_shape s, epx_fit_kind kind, int batch,
                                               const epx_fit_mark *mark) {
  if (kind == EPX_FIT_RIDGE) return get_ridge(s, mark->forward);
  const double size = (double)epx_classifier_get_size(s), macs = count_macs(s), last = count_last(s);
  const double samples = 2 * (2.0 * s.n_inputs + 5.0 * s.n_hidden + 3.0 * s.n_outputs);
  return (epx_digital_work){.macs16 = mark->forward * macs + mark->backward * (macs + last) +
                                      mark->updates * 10 * size,
                            .bytes = mark->forward * samples + mark->updates * (34 * size + 2 * last),
                            .set = 18 * size + 4.0 * batch * (s.n_inputs + s.n_hidden + s.n_outputs)};
}

epx_digital_work epx_digital_work_get_update(double n_trained, double n_reads, bool reads_states,
                                             double batch) {
  return (epx_digital_work){.macs16 = n_reads * (reads_states ? n_trained : 1) + 10 * n_trained / batch,
                            .bytes = 32 * n_trained / batch,
                            .set = 16 * n_trained};
}

double epx_digital_work_eval(const epx_digital_work *work, const epx_energy_case *prices) {
  const double price = work->set <= 1024         ? prices->register_energy
                       : work->set <= 256 * 1024 ? prices->buffer_energy
                                                 : fmax(prices->memory_energy, prices->buffer_energy);
  return work->macs8 * prices->mac_energy + work->macs16 * prices->mac16_energy + work->bytes / 2 * price;
}
