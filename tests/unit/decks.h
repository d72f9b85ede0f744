/** @file
 * Decks: texts that tests of decks and campaigns share.
 */
#ifndef EPILUX_TESTS_UNIT_DECKS_H
#define EPILUX_TESTS_UNIT_DECKS_H

/* The least that a deck says, and pieces to add to it. */
#define NETWORK "network: {family: kerr, topology: {nodes: 4}}\n"
#define TASK "task: {name: xor}\n"
#define SMALL NETWORK TASK
#define MATRIX(rows)                                                                                         \
  TASK "network:\n  family: kerr\n  topology: {kind: matrix}\n  parameters:\n    coupling:\n" rows
#define FACTOR(factor) SMALL "design:\n  factors:\n    " factor "\n"

/* The complete small deck that users are shown. */
static const char example_deck[] =
    "study:      {name: kerr-xor, seed: 2026}\n"
    "network:\n"
    "  family: kerr                       # see `epilux list families`\n"
    "  topology: {kind: all-to-all, nodes: 10}\n"
    "  parameters: {loss: 1.0, kerr: 0.3, detuning: -0.8, coupling_spread: 0.6}\n"
    "task:       {name: xor}\n"
    "learning:\n"
    "  estimator: phase-conjugate         # plain | phase-conjugate | time-reversed | … | backprop\n"
    "  nudge: {beta: 0.02, scheme: centered}\n"
    "  optimizer: {name: adam, rate: 0.02}\n"
    "  epochs: 150\n"
    "variation:                           # each row: which parameter, how it is spread\n"
    "  - {parameter: detuning, distribution: normal, sigma: 0.1, scope: local}\n"
    "design:\n"
    "  method: grid                       # see `epilux list designs`\n"
    "  factors:\n"
    "    network.parameters.loss: {values: [0.1, 0.5, 1, 2]}\n"
    "    learning.estimator:      {values: [plain, phase-conjugate, backprop]}\n"
    "population: {instances: 32}\n"
    "metrics:    [accuracy, loss, gradient_cosine, settling_time, energy_per_inference]\n"
    "yield:      {metric: accuracy, at_least: 0.95, confidence: 0.95}\n";

#endif
