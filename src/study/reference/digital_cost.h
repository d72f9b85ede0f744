/** @file
 * Digital cost: what a digital classifier takes for one inference and for its training, from its shape alone. The rule is the
 * same for every model: multiply-adds times their price, and words moved times the price of the memory that holds them.
 *
 *   energy = macs8 mac_energy + macs16 mac16_energy + bytes / 2 price(set)
 *   price  = register_energy where the set has at most 1 kB, buffer_energy at most 256 kB, else the larger of
 *            memory_energy and buffer_energy
 *
 * With M = multiply-adds of the model, P its parameters, m those of its last layer, h hidden values, o outputs, r the numbers of a
 * sample and p those that the model is given:
 *
 *   input      macs8 of the reduction (pca r p, mean-pooling r), bytes the reduction's words and 2 r, set the words and r
 *   inference  macs8 M, bytes P + 2 (h + o), set P + p + h + o: 8-bit words, weights read once a sample
 *   training   per sample: macs16 M forwards, M + (m where h > 0) back; bytes 2 (2 p + 5 h + 3 o)
 *              per update: macs16 10 P; bytes 34 P + 2 m where h > 0: 16-bit copies, 32-bit weights, gradient and two moments; the weights are
 *              read once a batch, as a machine that keeps them does. set 18 P + 4 batch (p + h + o)
 *   ridge      macs16 n (d (d + 1) / 2 + d c) for the sums and d^3 / 6 + d^2 c for the solution, d = p + 1, c = o; bytes 2 n (d + c)
 *              and 8 (d (d + 1) / 2 + d c), set their half
 *
 * What fits a reduction is charged to nobody, nor is validation. One inference of the input is in both sides' energies.
 */
#ifndef EPILUX_STUDY_REFERENCE_DIGITAL_COST_H
#define EPILUX_STUDY_REFERENCE_DIGITAL_COST_H

#include "learning/reference/fit.h"
#include "study/energy/energy.h"

typedef struct {
  double macs8, macs16; /* multiply-adds in 8-bit and 16-bit words */
  double bytes;         /* moved */
  double set;           /* bytes that are held */
} epx_digital_work;

/** Gets the work of one sample's way into a model: its words read, and made fewer by the task's reduction. n_raw numbers
 * in, n_ports out. */
epx_digital_work epx_digital_work_get_input(epx_reduction reduction, int n_raw, int n_ports);

/** Gets the work of one inference behind the input. */
epx_digital_work epx_digital_work_get_inference(epx_classifier_shape shape);

/** Gets the work of a training behind the inputs, as the mark counts it. batch: samples an update; bfgs: all. */
epx_digital_work epx_digital_work_get_training(epx_classifier_shape shape, epx_fit_kind kind, int batch,
                                               const epx_fit_mark *mark);

/** Gets the work of one sample of a training in situ: products of what is read in each of n_reads phases, of every trained
 * parameter where the rule wants states, and the sample's share 1 / batch of an update, whose arithmetic and states are
 * those of a digital one (10 multiply-adds, 32 bytes a parameter; set 16 n_trained). */
epx_digital_work epx_digital_work_get_update(double n_trained, double n_reads, bool reads_states,
                                             double batch);

/** Evaluates the energy of work [J]. */
double epx_digital_work_eval(const epx_digital_work *work, const epx_energy_case *prices);

#endif
