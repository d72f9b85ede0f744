/** @file
 * The population before its judge: random networks of any family, settled by both ways from the same start.
 *
 * Two states are compared component by component of the nodes (Re and Im of a field together, a phase,
 * carriers, heat): the largest difference over the nodes in units of the largest value there, at least
 * SMALLEST of the family's unit, in which states are of order one; of angles in rad. So carriers are compared
 * with carriers, and heat with heat.
 */
#ifndef EPILUX_TESTS_AGREEMENT_H
#define EPILUX_TESTS_AGREEMENT_H

#include "equilibrium/reference/reference.h"
#include "unit/settled_network.h"

enum { AGREEMENT_INSTANCES = 5, AGREEMENT_SAMPLES = 4 };

#define SMALLEST 1e-3
/** Two states further apart are two equilibria; nearer than the other, they are one. */
#define APART 1e-4
#define TOGETHER 1e-9

/** Networks; settled by both ways; of those the ones at the same equilibrium, and the largest distance; at
 * another one, which networks with several basins have where a transient passes near a border; settled by one
 * way alone; neither the same nor another one; certified to rest where the spectrum says that a direction
 * grows. */
typedef struct {
  int n, n_both, n_agree, n_other, n_one, n_wrong, n_unstable;
  double largest;
} agreement;

/** Sets each instance to the family's defaults, with couplings of its own and node parameters up to 30 % off,
 * or up to 0.3 where they are 0; wavelengths up to 60 pm off. */
static inline void set_parameters_around_defaults(const random_network *r, unsigned seed) {
  const epx_family *family = r->network->family;
  for (int k = 0; k < r->lanes->n_instances; k++) {
    double *theta = r->theta + (size_t)k * r->network->n_theta;
    const uint64_t own = (uint64_t)seed * AGREEMENT_INSTANCES + (uint64_t)k + 1;
    set_instance_to_defaults(r, k, own);
    for (int p = 0; p < family->n_parameters; p++) {
      const epx_parameter *parameter = &family->parameters[p];
      double *values = theta + r->network->offset[p];
      const double none = strcmp(parameter->unit, "pm") == 0 ? 200 : 1;
      for (size_t i = 0; parameter->site == EPX_SITE_NODE && i < r->network->count[p]; i++) {
        const double share = 0.3 * draw(parameter->name, own * 64 + i);
        values[i] += values[i] != 0 ? share * values[i] : none * (parameter->low >= 0 ? fabs(share) : share);
      }
    }
  }
  epx_lanes_set_parameters(r->lanes, r->theta);
}

/** Creates networks of 3 to 12 nodes, two of them inputs, driven as the family is by default. */
static inline random_network create_agreement_network(const epx_family *family, unsigned seed) {
  random_network r =
      create_random_network(family, 3 + 7 * (int)seed % 10, 2, AGREEMENT_INSTANCES, AGREEMENT_SAMPLES);
  r.network->input_scale = family->input_scale;
  for (int i = 0; i < AGREEMENT_SAMPLES * 2; i++)
    r.features[i] = draw("feature", (size_t)seed * 64 + (size_t)i);
  set_parameters_around_defaults(&r, seed);
  epx_lanes_set_samples(r.lanes, AGREEMENT_SAMPLES, r.features);
  return r;
}

/** Evaluates the distance of a lane's state from another one. */
static inline double eval_distance(const random_network *r, const solution *s, int lane,
                                   const double *other) {
  const int components = r->network->family->components;
  const int n_kinds = r->network->family->conjugation ? components - 1 : components;
  const bool angles = r->network->family->readouts & EPX_READS(EPX_READ_PHASE);
  double distance = 0;
  for (int kind = 0; kind < n_kinds; kind++) {
    double difference = 0, size = angles ? 1 : SMALLEST;
    for (int i = 0; i < r->network->n_state; i++) {
      const int component = i % components;
      if ((components > n_kinds && component > 0 ? component - 1 : component) != kind) continue;
      difference = fmax(difference, fabs(get_state(r, s, i, lane) - other[i]));
      size = fmax(size, fabs(other[i]));
    }
    distance = fmax(distance, difference / size);
  }
  return distance;
}

static inline bool grows(const random_network *r, const solution *s, int lane) {
  double *real = create_numbers((size_t)r->network->n_state),
         *imaginary = create_numbers((size_t)r->network->n_state);
  double largest = 0, size = 0;
  epx_population_eval_spectrum(s->population, r->lanes, s->y, lane, real, imaginary);
  for (int i = 0; i < r->network->n_state; i++) {
    largest = fmax(largest, real[i]);
    size = fmax(size, hypot(real[i], imaginary[i]));
  }
  epx_array_destroy(&real);
  epx_array_destroy(&imaginary);
  return !(largest <= 1e-8 * size);
}

static inline void compare_lane(const random_network *r, const solution *s, int lane, const double *other,
                                int outcome, agreement *a) {
  const bool settled = s->certificate[lane].outcome == EPX_OK;
  a->n++;
  if (settled != (outcome == EPX_OK)) a->n_one++;
  if (settled) a->n_unstable += grows(r, s, lane);
  if (!settled || outcome != EPX_OK) return;
  const double distance = eval_distance(r, s, lane, other);
  a->n_both++;
  if (distance <= TOGETHER) {
    a->n_agree++;
    a->largest = fmax(a->largest, distance);
  } else if (distance > APART) {
    a->n_other++;
  } else {
    a->n_wrong++;
  }
}

/** Compares the lanes of one network of AGREEMENT_INSTANCES instances; rtol is of the population's dynamics.
 */
static inline void compare_network(const epx_family *family, unsigned seed, double rtol, agreement *a) {
  random_network r = create_agreement_network(family, seed);
  epx_equilibrium_options options = get_options();
  options.rtol = options.atol = rtol;
  options.tolerance = family->stiff ? 1e-10 : 3e-14; /* rounding, for the sake of those near a bifurcation */
  options.max_time = 500;
  solution s = create_start(&r, &options);
  double *start = create_numbers(count_state(&r)), *state = create_numbers((size_t)r.network->n_state);
  memcpy(start, s.y, count_state(&r) * sizeof *start);
  settle(&r, NULL, &s);
  epx_lanes *alone;
  assert_int_equal(epx_lanes_create(r.network, 1, 1, &alone), EPX_OK);
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    epx_certificate certificate;
    epx_lanes_set_parameters(alone, r.theta + (size_t)(lane / AGREEMENT_SAMPLES) * r.network->n_theta);
    epx_lanes_set_samples(alone, 1, r.features + lane % AGREEMENT_SAMPLES * r.network->n_inputs);
    for (int i = 0; i < r.network->n_state; i++)
      state[i] = start[i * r.lanes->n_lanes + lane];
    assert_int_equal(epx_reference_solve(alone, NULL, &options, NULL, NULL, state, &certificate), EPX_OK);
    compare_lane(&r, &s, lane, state, certificate.outcome, a);
  }
  epx_lanes_destroy(&alone);
  epx_array_destroy(&start);
  epx_array_destroy(&state);
  destroy_solution(&s);
  destroy_random_network(&r);
}

#endif
