/** @file
 * Small campaign: a deck of four points, and trials that cost nothing and whose numbers are known, for tests
 * of what surrounds trials.
 */
#ifndef EPILUX_TESTS_SMALL_CAMPAIGN_H
#define EPILUX_TESTS_SMALL_CAMPAIGN_H

#include <math.h>
#include <stdio.h>

#include "io/campaign.h"
#include "parallel/worker.h"

#define SMALL_DECK                                                                                           \
  "study: {name: small, seed: %d}\n"                                                                         \
  "network:\n"                                                                                               \
  "  family: kerr\n"                                                                                         \
  "  topology: {kind: all-to-all, nodes: 5}\n"                                                               \
  "  parameters: {loss: 1.0, kerr: 0.3, detuning: -0.8, coupling_spread: 0.6}\n"                             \
  "task: {name: xor}\n"                                                                                      \
  "learning:\n"                                                                                              \
  "  estimator: backprop\n"                                                                                  \
  "  optimizer: {name: adam, rate: 0.02}\n"                                                                  \
  "  epochs: 3\n"                                                                                            \
  "variation:\n"                                                                                             \
  "  - {parameter: detuning, distribution: normal, sigma: 0.1, scope: local}\n"                              \
  "  - {parameter: coupling, distribution: normal, sigma: 0.1, scope: local}\n"                              \
  "design:\n"                                                                                                \
  "  method: grid\n"                                                                                         \
  "  factors:\n"                                                                                             \
  "    network.parameters.loss: {values: [0.5, 1]}\n"                                                        \
  "    learning.estimator: {values: [plain, backprop]}\n"                                                    \
  "population: {instances: %d, block: 3}\n"                                                                  \
  "metrics: [loss, accuracy, gradient_cosine]\n"                                                             \
  "curves: [loss]\n"                                                                                         \
  "keep_variation: true\n"                                                                                   \
  "yield: {metric: accuracy, at_least: 0.5, confidence: 0.95}\n"

enum { SMALL_POINTS = 4, SMALL_BLOCK = 3 };

/* The record that every test campaign has of a trial; state by turns. Its size is that of the small deck's.
 */
static inline void small_record(int i_point, int i_instance, size_t size, double *record) {
  static const int states[] = {1, 1, 1, 3, 1, 2, 1, 1, 4, 1, 5};
  const int k = 31 * i_point + i_instance;
  record[0] = states[k % 11];
  record[1] = NAN;
  for (size_t v = 2; v < size; v++)
    record[v] = record[0] == 1 ? fabs(sin(1e3 * k + (double)v)) : NAN;
}

/* 2 + 3 metrics + 3 epochs + 5 nodes + 10 links. */
enum { SMALL_SIZE = 23 };

static inline epx_err small_solve(const epx_point *point, int i_point, int first, double *record) {
  (void)point;
  for (int k = 0; k < SMALL_BLOCK; k++)
    small_record(i_point, first + k, SMALL_SIZE, record + k * SMALL_SIZE);
  return EPX_OK;
}

static inline epx_err small_campaign_create(int seed, int n_instances, epx_campaign **campaign) {
  char text[2048];
  epx_deck *deck;
  snprintf(text, sizeof text, SMALL_DECK, seed, n_instances);
  EPX_TRY(epx_deck_read_text("small.yaml", text, &deck));
  return epx_campaign_create(deck, campaign);
}

#endif
