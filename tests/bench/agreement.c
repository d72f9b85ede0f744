/** @file
 * Agreement of the population with its judge, on many random networks of every family that is not stiff:
 *   bench_agreement [NETWORKS a family, 1000] [RTOL of the population's dynamics, 1e-6]
 * A line a family: networks; settled by both ways, and of those the ones whose states agree to 1e-9 of their
 * size, and the largest distance of these; those that are different equilibria, which networks with several
 * basins have where the transients pass near a border; and those that settle by one way alone. Exits with 1
 * where any network that settled by both is neither the same equilibrium to 1e-9 nor another one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "epilux/equilibrium/reference.h"
#include "unit/settled_network.h"

enum { N_INSTANCES = 25, N_SAMPLES = 4 };

/** Two states further apart are two equilibria. */
static const double apart = 1e-4;

typedef struct {
  int n, n_both, n_agree, n_other, n_one, n_wrong;
  double largest;
} tally;

/** Sets each instance to the family's defaults, with couplings of its own and node parameters up to 30 % off,
 * or up to .3 where they are 0. */
static void set_parameters(const random_network *r, unsigned seed) {
  const epx_family *family = r->network->family;
  epx_network_spec spec = {.family = family, .topology = {.kind = EPX_ALL_TO_ALL}};
  spec.topology.n_nodes = r->network->n_nodes;
  spec.value[r->network->coupling] =
      (epx_value){.kind = EPX_VALUE_SYMMETRISED, .spread = family->coupling_spread};
  for (int k = 0; k < r->lanes->n_instances; k++) {
    double *theta = r->theta + (size_t)k * r->network->n_theta;
    const uint64_t own = (uint64_t)seed * N_INSTANCES + (uint64_t)k + 1;
    assert_int_equal(epx_network_eval_nominal(r->network, &spec, own, theta), EPX_OK);
    for (int p = 0; p < family->n_parameters; p++) {
      double *values = theta + r->network->offset[p];
      const bool signless = family->parameters[p].low >= 0;
      for (size_t i = 0; family->parameters[p].site == EPX_SITE_NODE && i < r->network->count[p]; i++) {
        const double share = 0.3 * draw(family->parameters[p].name, own * 64 + i);
        values[i] += values[i] != 0 ? share * values[i] : signless ? fabs(share) : share;
      }
    }
  }
  epx_lanes_set_parameters(r->lanes, r->theta);
}

static void compare_lane(const random_network *r, const solution *s, int lane, const double *other,
                         int outcome, tally *t) {
  double distance = 0, size = 0;
  const bool settled = s->certificate[lane].outcome == EPX_OK;
  t->n++;
  if (settled != (outcome == EPX_OK)) t->n_one++;
  if (!settled || outcome != EPX_OK) return;
  for (int i = 0; i < r->network->n_state; i++) {
    distance = fmax(distance, fabs(get_state(r, s, i, lane) - other[i]));
    size = fmax(size, fabs(other[i]));
  }
  distance /= 1 + size;
  t->n_both++;
  if (distance <= 1e-9) {
    t->n_agree++;
    t->largest = fmax(t->largest, distance);
  } else if (distance > apart) {
    t->n_other++;
  } else {
    t->n_wrong++;
  }
}

static void compare_network(const random_network *r, double rtol, tally *t) {
  epx_equilibrium_options options = get_options();
  options.rtol = options.atol = rtol;
  options.tolerance = 1e-12;
  options.max_time = 500;
  solution s = create_start(r, &options);
  double *start = create_numbers(count_state(r)), *state = create_numbers((size_t)r->network->n_state);
  memcpy(start, s.y, count_state(r) * sizeof *start);
  settle(r, NULL, &s);
  epx_lanes *alone;
  assert_int_equal(epx_lanes_create(r->network, 1, 1, &alone), EPX_OK);
  for (int lane = 0; lane < r->lanes->n_used; lane++) {
    epx_certificate certificate;
    epx_lanes_set_parameters(alone, r->theta + (size_t)(lane / N_SAMPLES) * r->network->n_theta);
    epx_lanes_set_samples(alone, 1, r->features + lane % N_SAMPLES * r->network->n_inputs);
    for (int i = 0; i < r->network->n_state; i++)
      state[i] = start[i * r->lanes->n_lanes + lane];
    assert_int_equal(epx_reference_solve(alone, NULL, &options, NULL, NULL, state, &certificate), EPX_OK);
    compare_lane(r, &s, lane, state, certificate.outcome, t);
  }
  epx_lanes_destroy(&alone);
  epx_array_destroy(&start);
  epx_array_destroy(&state);
  destroy_solution(&s);
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? atoi(argv[1]) : 1000;
  const double rtol = argc > 2 ? atof(argv[2]) : 1e-6;
  const epx_family *family;
  int n_wrong = 0, n_all = 0;
  printf("%-14s %9s %9s %9s %12s %9s %9s %9s\n", "family", "networks", "both", "agree", "largest", "other",
         "one way", "wrong");
  for (int i = 0; (family = epx_family_get(i)) != NULL; i++) {
    tally t = {0};
    if (family->stiff) continue;
    for (unsigned seed = 0; t.n < n; seed++) {
      random_network r = create_random_network(family, 3 + (int)seed % 10, 2, N_INSTANCES, N_SAMPLES);
      set_parameters(&r, seed);
      compare_network(&r, rtol, &t);
      destroy_random_network(&r);
    }
    printf("%-14s %9d %9d %9d %12.3g %9d %9d %9d\n", family->name, t.n, t.n_both, t.n_agree, t.largest,
           t.n_other, t.n_one, t.n_wrong);
    fflush(stdout);
    n_wrong += t.n_wrong;
    n_all += t.n;
  }
  printf("%d networks, %d wrong\n", n_all, n_wrong);
  return n_wrong > 0;
}
