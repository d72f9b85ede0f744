/** @file
 * Kerr networks of little loss, among whose equilibria are many unstable foci, two or four directions of
 * which grow: of lanes that dynamics from rest bring to a residual of 1e-2, in about one of a thousand the
 * next equilibrium is one.
 */
#ifndef EPILUX_TESTS_RINGING_NETWORK_H
#define EPILUX_TESTS_RINGING_NETWORK_H

#include "unit/settled_network.h"

enum { RINGING_INSTANCES = 25, RINGING_SAMPLES = 4 };

/** Creates n rings all to all, RINGING_INSTANCES of RINGING_SAMPLES: loss 0.2, kerr 0.5, detuning -1 ... 0,
 * coupling and drive of up to about 0.5. */
static inline random_network create_ringing_network(int n, unsigned seed) {
  static const struct {
    const char *name;
    double middle, spread;
  } parameters[] = {
      {"loss", 0.2, 0}, {"kerr", 0.5, 0}, {"detuning", -0.5, 0.5}, {"bias", 0, 0.5}, {"coupling", 0, 0.35}};
  random_network r =
      create_random_network(epx_family_get_by_name("kerr"), n, n, RINGING_INSTANCES, RINGING_SAMPLES);
  leave_out_further(&r);
  for (int k = 0; k < RINGING_INSTANCES; k++) {
    double *theta = r.theta + (size_t)k * r.network->n_theta;
    for (size_t p = 0; p < sizeof parameters / sizeof *parameters; p++) {
      const int parameter = epx_family_get_parameter(r.network->family, parameters[p].name);
      const double spread =
          parameter == r.network->coupling ? parameters[p].spread / sqrt(n) : parameters[p].spread;
      for (size_t i = 0; i < r.network->count[parameter]; i++)
        theta[r.network->offset[parameter] + i] =
            parameters[p].middle +
            spread * draw(parameters[p].name, ((size_t)seed * RINGING_INSTANCES + (size_t)k) * 4096 + i);
    }
  }
  for (int i = 0; i < RINGING_SAMPLES * n; i++)
    r.features[i] = draw("feature", (size_t)seed * 4096 + (size_t)i);
  epx_lanes_set_parameters(r.lanes, r.theta);
  epx_lanes_set_samples(r.lanes, RINGING_SAMPLES, r.features);
  return r;
}

/** Settles it with the default options; counts its lanes, those that settled, those of them with a direction
 * that grows, and what the population counts. */
typedef struct {
  int n, n_settled, n_unstable;
  long departures, spectra;
} ringing_tally;

static inline void count_ringing(int n, unsigned seed, ringing_tally *t) {
  random_network r = create_ringing_network(n, seed);
  epx_equilibrium_options options = get_options();
  options.max_time = 500;
  solution s = create_solution(&r, &options);
  double *real = create_numbers((size_t)r.network->n_state),
         *imaginary = create_numbers((size_t)r.network->n_state);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    bool grows = false;
    t->n++;
    if (s.certificate[lane].outcome != EPX_OK) continue;
    t->n_settled++;
    epx_population_eval_spectrum(s.population, r.lanes, s.y, lane, real, imaginary);
    for (int i = 0; i < r.network->n_state; i++)
      grows = grows || !(real[i] <= 1e-8);
    t->n_unstable += grows;
  }
  const epx_population_counts counts = epx_population_get_counts(s.population);
  t->departures += counts.basin_departures;
  t->spectra += counts.spectra;
  epx_array_destroy(&real);
  epx_array_destroy(&imaginary);
  destroy_solution(&s);
  destroy_random_network(&r);
}

#endif
