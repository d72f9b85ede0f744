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

/** Evaluates an instance: deviation [EPX_DEVIATION_COUNT * n]. */
static inline void draw(chip *c, uint32_t i_instance, double *deviation) {
  epx_process_eval(c->process, EPX_RANDOM_ANY, i_instance, deviation);
}

#endif
