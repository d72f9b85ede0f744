/** @file
 * Which of its equilibria a network comes to, by the population as it is by default and by pure dynamics followed
 * closely: random networks of a family, many of them with several, in units of rate and with drives as different
 * as can be.
 */
#ifndef EPILUX_TESTS_BRANCHES_H
#define EPILUX_TESTS_BRANCHES_H

#include "equilibrium/kinds.h"
#include "unit/settled_network.h"

enum { BRANCHES_INSTANCES = 8, BRANCHES_SAMPLES = 4, BRANCHES_NODES = 5 };

/** States further apart, of the largest component of their kind, are two equilibria. */
#define BRANCHES_APART 1e-4

/** Networks; that settled by both; at different equilibria; of these, at yet another one by dynamics followed more closely
 * still: their transients are chaotic, and no tolerance decides; settled by one alone; too slow for pure dynamics; with
 * several stable equilibria, as another start shows. */
typedef struct {
  int n, n_both, n_apart, n_undecided, n_one, n_slow, n_several;
} branches;

/** What is a rate, of families whose rates have no unit of their own: scaled with it, a network is the same. */
static inline bool branches_has_free_rates(const epx_family *family) {
  static const char *const names[] = {"kerr", "phase", "ising", "soft-spin"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (strcmp(family->name, names[k]) == 0) return true;
  return false;
}

/** Sets parameters at random around the defaults, where several equilibria are common: strong couplings, and Kerr
 * rings far off resonance. */
static inline void branches_set_parameters(const random_network *r, unsigned seed, double rate,
                                           double drive) {
  const epx_family *family = r->network->family;
  const bool free = branches_has_free_rates(family), kerr = strcmp(family->name, "kerr") == 0;
  for (int k = 0; k < r->lanes->n_instances; k++) {
    double *theta = r->theta + (size_t)k * r->network->n_theta;
    const uint64_t own = (uint64_t)seed * BRANCHES_INSTANCES + (uint64_t)k + 1;
    set_instance_to_defaults(r, k, own);
    for (int p = 0; p < family->n_parameters; p++) {
      const epx_parameter *parameter = &family->parameters[p];
      double *values = theta + r->network->offset[p];
      const bool driven = strcmp(parameter->name, "bias") == 0 || strcmp(parameter->name, "field") == 0;
      for (size_t i = 0; i < r->network->count[p]; i++) {
        const double u = draw(parameter->name, own * 64 + i);
        if (parameter->site == EPX_SITE_NODE && !driven && values[i] != 0) values[i] *= 1 + 0.3 * u;
        if (kerr && strcmp(parameter->name, "detuning") == 0) values[i] = 2 * u - 2;
        if (kerr && strcmp(parameter->name, "kerr") == 0) values[i] = 1 + 0.3 * u;
        if (driven) values[i] = drive * u;
        if (free && strcmp(parameter->unit, "1") == 0) values[i] *= rate;
      }
    }
  }
  epx_lanes_set_parameters(r->lanes, r->theta);
}

static inline random_network branches_create_network(const epx_family *family, unsigned seed, double rate,
                                                     double drive) {
  random_network r = create_random_network(family, BRANCHES_NODES, 2, BRANCHES_INSTANCES, BRANCHES_SAMPLES);
  if (!family->clamps_inputs)
    r.network->input_scale = family->input_scale * drive * (branches_has_free_rates(family) ? rate : 1);
  for (int i = 0; i < BRANCHES_SAMPLES * 2; i++)
    r.features[i] = draw("feature", (size_t)seed * 64 + (size_t)i);
  branches_set_parameters(&r, seed, rate, drive);
  epx_lanes_set_samples(r.lanes, BRANCHES_SAMPLES, r.features);
  return r;
}

/** Tells whether two states of a lane are different equilibria. */
static inline bool branches_are_apart(const random_network *r, const solution *a, const solution *b,
                                      int lane) {
  epx_kinds kinds;
  epx_kinds_init(r->network->family, &kinds);
  for (size_t kind = 0; kind < kinds.n; kind++) {
    double apart = 0, size = 0;
    for (int i = 0; i < r->network->n_state; i++) {
      if (kinds.of[(size_t)i % kinds.n_components] != kind) continue;
      const double d = get_state(r, a, i, lane) - get_state(r, b, i, lane);
      apart = fmax(apart, fabs(kinds.angle[kind] ? epx_kinds_wrap(d) : d));
      size = fmax(size, fabs(get_state(r, b, i, lane)));
    }
    if (apart > BRANCHES_APART * epx_kinds_get_scale(&kinds, kind, size)) return true;
  }
  return false;
}

/** Counts the networks at different equilibria in which the judge at 1e-11 does not agree with that at 1e-9. */
static inline void branches_count_undecided(const random_network *r, epx_equilibrium_options closely,
                                            const solution *own, const solution *judge, branches *b) {
  closely.rtol = closely.atol = 1e-11;
  solution closer = create_solution(r, &closely);
  for (int lane = 0; lane < r->lanes->n_used; lane++) {
    const bool settled =
        own->certificate[lane].outcome == EPX_OK && judge->certificate[lane].outcome == EPX_OK;
    b->n_undecided +=
        settled && branches_are_apart(r, own, judge, lane) &&
        (closer.certificate[lane].outcome != EPX_OK || branches_are_apart(r, &closer, judge, lane));
  }
  destroy_solution(&closer);
}

/** Compares the networks of one seed; `several`: looks for further equilibria, too. */
static inline void branches_compare(const epx_family *family, unsigned seed, double rate, double drive,
                                    bool several, branches *b) {
  random_network r = branches_create_network(family, seed, rate, drive);
  epx_equilibrium_options options = get_options(), closely = get_options();
  options.max_time = closely.max_time = 2000 / (branches_has_free_rates(family) ? rate : 1);
  options.measures_cycles = closely.measures_cycles = false;
  closely.method = EPX_DYNAMICS;
  closely.rtol = closely.atol = 1e-9;
  closely.tolerance = 1e-8;
  solution own = create_solution(&r, &options), judge = create_solution(&r, &closely);
  const int n_apart = b->n_apart;
  for (int lane = 0; lane < r.lanes->n_used; lane++) {
    const bool settled = own.certificate[lane].outcome == EPX_OK,
               settles = judge.certificate[lane].outcome == EPX_OK;
    b->n++;
    b->n_one += settled != settles && judge.certificate[lane].outcome != EPX_SLOW;
    b->n_slow += judge.certificate[lane].outcome == EPX_SLOW;
    b->n_both += settled && settles;
    b->n_apart += settled && settles && branches_are_apart(&r, &own, &judge, lane);
  }
  if (b->n_apart > n_apart) branches_count_undecided(&r, closely, &own, &judge, b);
  for (int k = 0; several && k < 2; k++) {
    solution other = create_start(&r, &options);
    epx_array_destroy(&other.y);
    other.y = create_random_state(&r, k ? "one start" : "another start");
    settle(&r, NULL, &other);
    for (int lane = 0; lane < r.lanes->n_used; lane++)
      b->n_several += judge.certificate[lane].outcome == EPX_OK &&
                      other.certificate[lane].outcome == EPX_OK &&
                      branches_are_apart(&r, &other, &judge, lane);
    destroy_solution(&other);
  }
  destroy_solution(&own);
  destroy_solution(&judge);
  destroy_random_network(&r);
}

#endif
