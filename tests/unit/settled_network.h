/** @file
 * A random network and what a population made of it, for the tests of equilibria.
 */
#ifndef EPILUX_TESTS_SETTLED_NETWORK_H
#define EPILUX_TESTS_SETTLED_NETWORK_H

#include "equilibrium/population/population.h"
#include "unit/random_network.h"

typedef struct {
  epx_population *population;
  epx_certificate *certificate; /* [n_lanes] */
  double *y;                    /* [n_state][n_lanes] */
} solution;

static inline epx_equilibrium_options get_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  return options;
}

/** Creates a population for a network, its state at the family's start. */
static inline solution create_start(const random_network *r, const epx_equilibrium_options *options) {
  solution s = {.y = create_numbers(count_state(r))};
  assert_int_equal(EPX_ARRAY(s.certificate, (size_t)r->lanes->n_lanes), EPX_OK);
  assert_int_equal(epx_population_create(r->network, r->lanes->n_lanes, options, &s.population), EPX_OK);
  r->network->family->set_start(r->lanes, 3, s.y);
  return s;
}

static inline void settle(const random_network *r, const epx_nudge *nudge, solution *s) {
  assert_int_equal(epx_population_solve(s->population, r->lanes, nudge, s->y, s->certificate), EPX_OK);
}

/** Creates a population for a network and solves from the family's start. */
static inline solution create_solution(const random_network *r, const epx_equilibrium_options *options) {
  solution s = create_start(r, options);
  settle(r, NULL, &s);
  return s;
}

static inline void destroy_solution(solution *s) {
  epx_population_destroy(&s->population);
  epx_array_destroy(&s->certificate);
  epx_array_destroy(&s->y);
}

/** Gets component i of a lane's state. */
static inline double get_state(const random_network *r, const solution *s, int i, int lane) {
  return s->y[i * r->lanes->n_lanes + lane];
}

/** The ring of the hysteresis cases: da/dt = -(1 + i (offset - |a|^2)) a + force, one an instance. */
static inline random_network create_rings(int n, const double *offset, const double *force) {
  random_network r = create_random_network(epx_family_get_by_name("kerr"), 1, 1, n, 1);
  const char *const names[] = {"detuning", "bias", "loss", "kerr"};
  leave_out_further(&r);
  for (int k = 0; k < n; k++) {
    const double values[] = {-offset[k], force[k], 2, 1};
    for (int p = 0; p < 4; p++) {
      const int parameter = epx_family_get_parameter(r.network->family, names[p]);
      r.theta[(size_t)k * r.network->n_theta + r.network->offset[parameter]] = values[p];
    }
  }
  r.features[0] = 0;
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, 1, r.features);
  return r;
}

#endif
