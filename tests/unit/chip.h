/** @file
 * A chip of rings and its process, for the unit tests of the process layer.
 */
#ifndef EPILUX_TESTS_CHIP_H
#define EPILUX_TESTS_CHIP_H

#include "base/numbers/random.h"
#include "photonic/process/process.h"
#include "unit/assert_close.h"

static const epx_correlation gaussian = {.kind = EPX_CORRELATION_GAUSSIAN, .length = 4.5e-3};

typedef struct {
  epx_process_spec spec;
  epx_placement *placement;
  epx_process *process;
} chip;

/** Inits n rings on a grid across the die, spaced by `pitch`. */
static inline chip create_chip(int n, int n_columns, double pitch) {
  chip c = {0};
  epx_process_init(&c.spec);
  c.spec.seed = 17;
  c.spec.sampling.kind = EPX_SAMPLING_WAFER; /* chips may share a wafer; draw() says which each is */
  assert_int_equal(epx_placement_create_grid(n, n_columns, pitch, 50e-6, 50e-6, 10e-6, &c.placement), EPX_OK);
  c.spec.placement = c.placement;
  return c;
}

static inline void make(chip *c) {
  epx_process_destroy(&c->process);
  assert_int_equal(epx_process_create(&c->spec, &c->process), EPX_OK);
}

static inline void destroy_chip(chip *c) {
  epx_process_destroy(&c->process);
  epx_placement_destroy(&c->placement);
}

/** Gets where the k-th chip stands, wafer after wafer in the order of its dies, 25 wafers a lot. */
static inline epx_origin get_origin(const chip *c, uint32_t k) {
  const uint32_t n = (uint32_t)epx_process_get_wafer(c->process)->n_dies;
  return (epx_origin){k / n / 25, k / n, k % n};
}

/** Evaluates the k-th chip: deviation [EPX_DEVIATION_COUNT * n]. */
static inline void draw(chip *c, uint32_t k, double *deviation) {
  epx_process_eval_at(c->process, EPX_RANDOM_ANY, get_origin(c, k), deviation);
}

#endif
