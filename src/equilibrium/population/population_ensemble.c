/* Lanes and a population behind the functions of an ensemble; the force of a learning phase as its solvers
 * call for it. */
#include "equilibrium/population/population_ensemble.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/nudge/adjoint.h"
#include "equilibrium/nudge/force.h"
#include "equilibrium/nudge/frame.h"
#include "equilibrium/population/packed_phase.h"
#include "photonic/readout.h"

typedef struct {
  epx_ensemble head;
  epx_lanes *lanes;
  epx_population *population;
  bool owned; /* both of them */

  /* Of learning phases, at the state of the moment. */
  epx_nudge_force nudge_force;
  double *deviation, *bent; /* [n_state][n_lanes]; NULL: nothing is antisymmetric */
  double *jacobian;         /* [n_state][n_state][EPX_LANE_WIDTH] */
  double *mobility;         /* [n_state][EPX_LANE_WIDTH]; NULL: 1 */

  /* The same of some lanes, packed. */
  epx_packed_phase packed;
  epx_phase_force packed_force;
  epx_nudge packed_nudge;

  double *room; /* of the family's field; NULL until it is asked for */
} lanes_ensemble;

static lanes_ensemble *get(epx_ensemble *ensemble) {
  return (lanes_ensemble *)ensemble;
}

/* f -= Q P (M - M')(y - s0), P and M at s0. */
static void add_reversal(const lanes_ensemble *c, const epx_phase *phase, const epx_lanes *lanes,
                         const double *y, double *f) {
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  if (!lanes->network->family->eval_antisymmetric) return;
  for (size_t k = 0; k < n; k++)
    c->deviation[k] = y[k] - phase->origin[k];
  lanes->network->family->eval_antisymmetric(lanes, phase->origin, c->deviation, c->bent);
  epx_frame_add(lanes, phase->origin, -1, c->bent, f);
}

static void freeze(const epx_phase *phase, const epx_lanes *lanes, double *f) {
  const size_t n_lanes = (size_t)lanes->n_lanes;
  for (size_t lane = 0; phase->frozen && lane < n_lanes; lane++) {
    if (!phase->frozen[lane]) continue;
    for (size_t row = 0; row < (size_t)lanes->network->n_state; row++)
      f[row * n_lanes + lane] = 0;
  }
}

/* f = J'd - strength held, J at the origin. */
static void set_adjoint_field(const lanes_ensemble *c, const epx_phase *phase, const epx_lanes *lanes,
                              const double *d, double *f) {
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  for (size_t k = 0; k < n; k++)
    f[k] = -phase->strength * phase->held[k];
  epx_adjoint_add_product(lanes, phase->origin, d, c->jacobian, f);
}

static void add_field(const void *context, const epx_lanes *lanes, const double *y, double *f) {
  const epx_phase_force *force = context;
  const epx_phase *phase = force->phase;
  const lanes_ensemble *c = get(force->ensemble);
  if (phase->adjoint) {
    set_adjoint_field(c, phase, lanes, y, f);
    freeze(phase, lanes, f);
    return;
  }
  const size_t n = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes;
  if (phase->eval_slope) epx_nudge_force_add(&c->nudge_force, lanes, phase, y, f);
  if (phase->origin) add_reversal(c, phase, lanes, y, f);
  for (size_t k = 0; phase->held && k < n; k++)
    f[k] += phase->strength * phase->held[k];
  freeze(phase, lanes, f);
}

static void set_adjoint_jacobian(const epx_phase *phase, const epx_lanes *lanes, int lane, int width,
                                 double *jacobian) {
  const size_t n = (size_t)lanes->network->n_state, n_width = (size_t)width;
  lanes->network->family->eval_jacobian(lanes, phase->origin, lane, width, jacobian);
  for (size_t row = 0; row < n; row++) {
    for (size_t column = 0; column < row; column++) {
      double *here = jacobian + (row * n + column) * n_width,
             *there = jacobian + (column * n + row) * n_width;
      for (size_t w = 0; w < n_width; w++) {
        const double kept = here[w];
        here[w] = there[w];
        there[w] = kept;
      }
    }
  }
}

/* Evaluates P of all rows at the free state, [n_state][width]. NULL: 1. */
static const double *eval_mobilities(const lanes_ensemble *c, const double *origin, const epx_lanes *lanes,
                                     int lane, int width) {
  const epx_family *family = lanes->network->family;
  if (!family->eval_mobility) return NULL;
  for (int row = 0; row < lanes->network->n_state; row++)
    family->eval_mobility(lanes, origin, row, lane, width, c->mobility + row * width, NULL);
  return c->mobility;
}

static void add_jacobian(const void *context, const epx_lanes *lanes, const double *y, int lane, int width,
                         double *jacobian) {
  const epx_phase_force *force = context;
  const epx_phase *phase = force->phase;
  const lanes_ensemble *c = get(force->ensemble);
  const epx_family *family = lanes->network->family;
  if (phase->adjoint) {
    set_adjoint_jacobian(phase, lanes, lane, width, jacobian);
    return;
  }
  if (phase->eval_slope)
    epx_nudge_force_add_jacobian(&c->nudge_force, lanes, phase, y, lane, width, jacobian);
  if (phase->origin && family->eval_antisymmetric) {
    family->eval_jacobian(lanes, phase->origin, lane, width, c->jacobian);
    const double *mobility = eval_mobilities(c, phase->origin, lanes, lane, width);
    epx_frame_add_transposition(family->frame, lanes->network->n_state, width, mobility, c->jacobian,
                                jacobian);
  }
}

static const epx_nudge *pack(const void *context, const epx_lanes *lanes, int n, const int *which) {
  const epx_phase_force *force = context;
  lanes_ensemble *c = get(force->ensemble);
  c->packed_force = (epx_phase_force){
      force->ensemble, epx_packed_phase_set(&c->packed, force->phase, lanes->n_lanes, n, which)};
  epx_population_ensemble_init_nudge(&c->packed_force, &c->packed_nudge);
  return &c->packed_nudge;
}

void epx_population_ensemble_init_nudge(const epx_phase_force *force, epx_nudge *nudge) {
  const epx_phase *phase = force->phase;
  const epx_family *family = force->ensemble->network->family;
  const bool curved = phase->eval_slope || phase->origin;
  const bool backwards = phase->origin && !phase->adjoint && family->frame == EPX_FRAME_HAMILTONIAN &&
                         family->eval_antisymmetric;
  *nudge = (epx_nudge){.context = (void *)force,
                       .add_field = add_field,
                       .add_jacobian = curved ? add_jacobian : NULL,
                       .direction = backwards ? -1 : 1,
                       .pack = pack};
}

/* ---- the functions of the ensemble */

static void set_shape(lanes_ensemble *c) {
  c->head.n_samples = c->lanes->n_samples;
  c->head.n_used = c->lanes->n_used;
  c->head.n_lanes = c->lanes->n_lanes;
}

static void set_parameters(epx_ensemble *ensemble, const double *theta) {
  epx_lanes_set_parameters(get(ensemble)->lanes, theta);
}

static void set_samples(epx_ensemble *ensemble, int n_samples, const double *features) {
  epx_lanes_set_samples(get(ensemble)->lanes, n_samples, features);
  set_shape(get(ensemble));
}

static epx_err set_start(epx_ensemble *ensemble, uint64_t seed, const int *samples, double *y) {
  get(ensemble)->lanes->sample_keys = samples;
  ensemble->network->family->set_start(get(ensemble)->lanes, seed, y);
  return EPX_OK;
}

static epx_err solve(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle, double *y,
                     epx_certificate *certificate) {
  const lanes_ensemble *c = get(ensemble);
  const epx_phase_force force = {ensemble, phase};
  epx_nudge nudge;
  if (phase) epx_population_ensemble_init_nudge(&force, &nudge);
  epx_population_set_idle(c->population, idle);
  const int code = epx_population_solve(c->population, c->lanes, phase ? &nudge : NULL, y, certificate);
  epx_population_set_idle(c->population, NULL);
  return code;
}

static epx_err solve_pair(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                          epx_certificate *const *certificates) {
  const lanes_ensemble *c = get(ensemble);
  const epx_phase_force forces[] = {{ensemble, &phases[0]}, {ensemble, &phases[1]}};
  epx_nudge nudges[2];
  for (int s = 0; s < 2; s++)
    epx_population_ensemble_init_nudge(&forces[s], &nudges[s]);
  return epx_population_solve_pair(c->population, c->lanes, nudges, y, certificates);
}

static epx_err solve_dynamics(epx_ensemble *ensemble, const unsigned char *chosen, double *y,
                              epx_certificate *certificate) {
  const lanes_ensemble *c = get(ensemble);
  return epx_population_solve_dynamics(c->population, c->lanes, chosen, y, certificate);
}

static epx_err solve_linear(epx_ensemble *ensemble, const double *y, bool transposed, const double *b,
                            double *x) {
  const lanes_ensemble *c = get(ensemble);
  return epx_population_solve_linear(c->population, c->lanes, y, transposed, b, x);
}

static epx_err eval_stability(epx_ensemble *ensemble, const double *y, epx_certificate *certificate) {
  const lanes_ensemble *c = get(ensemble);
  return epx_population_eval_stability(c->population, c->lanes, y, certificate);
}

static epx_err eval_settling(epx_ensemble *ensemble, const double *start, const double *y,
                             epx_certificate *certificate) {
  const lanes_ensemble *c = get(ensemble);
  return epx_population_eval_settling(c->population, c->lanes, start, y, certificate);
}

/* The family's room is made at the first use: few rules look at the field. */
static epx_err eval_field(epx_ensemble *ensemble, const double *y, double *f) {
  lanes_ensemble *c = get(ensemble);
  const epx_network *network = ensemble->network;
  const size_t n = 4 * (size_t)network->n_nodes * (size_t)network->family->components;
  if (!c->room) EPX_TRY(EPX_ARRAY(c->room, n * (size_t)ensemble->max_lanes));
  network->family->eval_field(c->lanes, y, f, c->room);
  return EPX_OK;
}

static epx_err eval_readout(epx_ensemble *ensemble, const double *y, double *r) {
  epx_readout_eval(get(ensemble)->lanes, y, r);
  return EPX_OK;
}

static epx_err eval_pull(epx_ensemble *ensemble, const double *y, const double *slope, double *c) {
  epx_readout_eval_cost_slope(get(ensemble)->lanes, y, slope, c);
  return EPX_OK;
}

static void add_turned(epx_ensemble *ensemble, const double *y, double scale, const double *v, double *f) {
  epx_frame_add(get(ensemble)->lanes, y, scale, v, f);
}

static void eval_turned_back(epx_ensemble *ensemble, const double *y, const double *v, double *out) {
  epx_frame_eval_transposed(get(ensemble)->lanes, y, v, out);
}

static epx_err eval_antisymmetric(epx_ensemble *ensemble, const double *y, const double *v, double *out) {
  ensemble->network->family->eval_antisymmetric(get(ensemble)->lanes, y, v, out);
  return EPX_OK;
}

static epx_err add_force_gradient(epx_ensemble *ensemble, const double *y, const double *v,
                                  const double *weight, double *gradient) {
  ensemble->network->family->add_force_gradient(get(ensemble)->lanes, y, v, weight, gradient);
  return EPX_OK;
}

static epx_err add_energy_gradient(epx_ensemble *ensemble, const double *y, const double *weight,
                                   double *gradient) {
  ensemble->network->family->add_energy_gradient(get(ensemble)->lanes, y, weight, gradient);
  return EPX_OK;
}

/* All rows are here. */
static epx_err leave_whole(epx_ensemble *ensemble, double *numbers) {
  (void)ensemble, (void)numbers;
  return EPX_OK;
}

static epx_err eval_power(epx_ensemble *ensemble, const double *y, double *power) {
  const epx_family *family = ensemble->network->family;
  if (family->eval_power) family->eval_power(get(ensemble)->lanes, y, power);
  for (int lane = 0; !family->eval_power && lane < ensemble->n_lanes; lane++)
    power[lane] = NAN;
  return EPX_OK;
}

static epx_err agree(epx_ensemble *ensemble, int code) {
  (void)ensemble;
  return code;
}

static epx_lanes *get_lanes(epx_ensemble *ensemble) {
  return get(ensemble)->lanes;
}

static epx_ensemble_counts get_counts(const epx_ensemble *ensemble) {
  const epx_population_counts own = epx_population_get_counts(((const lanes_ensemble *)ensemble)->population);
  return (epx_ensemble_counts){.equilibria = own.equilibria,
                               .failures = own.failures,
                               .steps = own.steps,
                               .field_evaluations = own.field_evaluations,
                               .newton_iterations = own.newton_iterations,
                               .factorisations = own.factorisations,
                               .newton_halvings = own.newton_halvings,
                               .basin_departures = own.basin_departures,
                               .spectra = own.spectra};
}

static void destroy(epx_ensemble *ensemble) {
  lanes_ensemble *c = get(ensemble);
  if (c->owned) epx_population_destroy(&c->population);
  if (c->owned) epx_lanes_destroy(&c->lanes);
  double **const arrays[] = {&c->nudge_force.readout,
                             &c->nudge_force.slope,
                             &c->nudge_force.force,
                             &c->nudge_force.room,
                             &c->deviation,
                             &c->bent,
                             &c->jacobian,
                             &c->mobility,
                             &c->room};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    epx_array_destroy(arrays[k]);
  epx_packed_phase_destroy(&c->packed);
}

static const epx_ensemble_functions functions = {.engine = EPX_ENGINE_POPULATION,
                                                 .destroy = destroy,
                                                 .set_parameters = set_parameters,
                                                 .set_samples = set_samples,
                                                 .set_start = set_start,
                                                 .solve = solve,
                                                 .solve_pair = solve_pair,
                                                 .solve_dynamics = solve_dynamics,
                                                 .solve_linear = solve_linear,
                                                 .eval_stability = eval_stability,
                                                 .eval_settling = eval_settling,
                                                 .eval_field = eval_field,
                                                 .eval_readout = eval_readout,
                                                 .eval_pull = eval_pull,
                                                 .add_turned = add_turned,
                                                 .eval_turned_back = eval_turned_back,
                                                 .eval_antisymmetric = eval_antisymmetric,
                                                 .add_force_gradient = add_force_gradient,
                                                 .add_energy_gradient = add_energy_gradient,
                                                 .sum_gradient = leave_whole,
                                                 .merge_extent = leave_whole,
                                                 .eval_power = eval_power,
                                                 .agree = agree,
                                                 .get_lanes = get_lanes,
                                                 .get_counts = get_counts};

static epx_err create_arrays(lanes_ensemble *c) {
  const epx_network *network = c->head.network;
  const size_t n_lanes = (size_t)c->head.max_lanes, n_outputs = (size_t)network->n_outputs;
  const size_t n_state = (size_t)network->n_state, components = (size_t)network->family->components;
  EPX_TRY(EPX_ARRAY(c->nudge_force.readout, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(c->nudge_force.slope, n_outputs * n_lanes));
  EPX_TRY(EPX_ARRAY(c->nudge_force.force, n_state * n_lanes));
  EPX_TRY(EPX_ARRAY(c->nudge_force.room, n_outputs * n_outputs + 2 * (size_t)network->n_probes * components));
  EPX_TRY(epx_packed_phase_create(network, &c->packed));
  EPX_TRY(EPX_ARRAY(c->jacobian, n_state * n_state * EPX_LANE_WIDTH));
  if (network->family->eval_mobility) EPX_TRY(EPX_ARRAY(c->mobility, n_state * EPX_LANE_WIDTH));
  if (!network->family->eval_antisymmetric) return EPX_OK;
  EPX_TRY(EPX_ARRAY(c->deviation, n_state * n_lanes));
  return EPX_ARRAY(c->bent, n_state * n_lanes);
}

epx_err epx_population_ensemble_create(epx_population *population, epx_lanes *lanes, epx_ensemble **out) {
  lanes_ensemble *c = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(c, 1));
  c->head = (epx_ensemble){.functions = &functions,
                           .network = lanes->network,
                           .n_instances = lanes->n_instances,
                           .max_samples = lanes->max_samples,
                           .max_lanes = lanes->max_lanes,
                           .n_rows = lanes->network->n_state};
  c->population = population;
  c->lanes = lanes;
  set_shape(c);
  *out = &c->head;
  const int code = create_arrays(c);
  if (code != EPX_OK) epx_ensemble_destroy(out);
  return code;
}

epx_err epx_ensemble_create(const epx_network *network, int n_instances, int max_samples,
                            const epx_equilibrium_options *options, epx_ensemble **out) {
  epx_lanes *lanes = NULL;
  epx_population *population = NULL;
  *out = NULL;
  int code = epx_lanes_create(network, n_instances, max_samples, &lanes);
  if (code == EPX_OK) code = epx_population_create(network, lanes->n_lanes, options, &population);
  if (code == EPX_OK) code = epx_population_ensemble_create(population, lanes, out);
  if (code == EPX_OK) {
    get(*out)->owned = true;
    return EPX_OK;
  }
  epx_population_destroy(&population);
  epx_lanes_destroy(&lanes);
  EPX_TRY(code);
  return EPX_OK;
}
