/* A distributed network behind the functions of an ensemble. Readouts and what they pull by are taken for a
 * network that has the outputs alone, in their order; the same numbers on every rank. */
#include "equilibrium/distributed/distributed_ensemble.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/nudge/force.h"
#include "equilibrium/nudge/frame.h"
#include "photonic/readout.h"

typedef struct {
  epx_ensemble head;
  epx_distributed *distributed;
  bool owned;
  epx_network *ports; /* the outputs alone */
  epx_lanes lane;     /* of one sample of them */
  epx_nudge_force nudge_force;
  double *gathered, *held; /* [n_outputs][components] states; a phase's force that does not change */
} spread_ensemble;

static spread_ensemble *get(epx_ensemble *ensemble) {
  return (spread_ensemble *)ensemble;
}

static size_t count_ports(const spread_ensemble *s) {
  return (size_t)s->ports->n_state;
}

/* ---- learning phases */

/* The force on the outputs: strength Q dC/ds at their states, and strength held. */
static void eval_force(const void *context, const double *outputs, double *force) {
  const epx_phase *phase = ((const epx_phase_force *)context)->phase;
  const spread_ensemble *s = get(((const epx_phase_force *)context)->ensemble);
  memset(force, 0, count_ports(s) * sizeof *force);
  if (phase->eval_slope) epx_nudge_force_add(&s->nudge_force, &s->lane, phase, outputs, force);
  for (size_t k = 0; phase->held && k < count_ports(s); k++)
    force[k] += phase->strength * s->held[k];
}

static void eval_slope(const void *context, const double *outputs, double *slope) {
  const epx_phase *phase = ((const epx_phase_force *)context)->phase;
  const spread_ensemble *s = get(((const epx_phase_force *)context)->ensemble);
  memset(slope, 0, count_ports(s) * count_ports(s) * sizeof *slope);
  epx_nudge_force_add_jacobian(&s->nudge_force, &s->lane, phase, outputs, 0, 1, slope);
}

epx_err epx_distributed_ensemble_init_nudge(const epx_phase_force *force, epx_distributed_nudge *nudge) {
  const epx_phase *phase = force->phase;
  const spread_ensemble *s = get(force->ensemble);
  *nudge = (epx_distributed_nudge){.context = (void *)force,
                                   .eval_force = eval_force,
                                   .eval_slope = phase->eval_slope ? eval_slope : NULL,
                                   .origin = phase->origin};
  return phase->held ? epx_distributed_eval_outputs(s->distributed, phase->held, s->held) : EPX_OK;
}

/* ---- the functions of the ensemble */

static void set_parameters(epx_ensemble *ensemble, const double *theta) {
  epx_distributed_set_parameters(get(ensemble)->distributed, theta);
}

static void set_samples(epx_ensemble *ensemble, int n_samples, const double *features) {
  (void)n_samples; /* one */
  epx_distributed_set_sample(get(ensemble)->distributed, features);
}

static epx_err set_start(epx_ensemble *ensemble, uint64_t seed, const int *samples, double *y) {
  return epx_distributed_set_start(get(ensemble)->distributed, seed, samples[0], y);
}

/* A phase without a force is the free one from where it starts. */
static epx_err solve(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle, double *y,
                     epx_certificate *certificate) {
  spread_ensemble *s = get(ensemble);
  if (idle && idle[0]) return EPX_OK;
  if (phase && phase->frozen && phase->frozen[0]) {
    *certificate = (epx_certificate){.abscissa = NAN, .period = NAN, .amplitude = NAN};
    return EPX_OK;
  }
  if (!phase || (!phase->eval_slope && !phase->held && !phase->origin))
    return epx_distributed_solve(s->distributed, NULL, y, certificate);
  const epx_phase_force force = {ensemble, phase};
  epx_distributed_nudge nudge;
  EPX_TRY(epx_distributed_ensemble_init_nudge(&force, &nudge));
  return epx_distributed_solve(s->distributed, &nudge, y, certificate);
}

static epx_err solve_pair(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                          epx_certificate *const *certificates) {
  EPX_TRY(solve(ensemble, &phases[0], NULL, y[0], certificates[0]));
  *certificates[1] = *certificates[0];
  if (certificates[0]->outcome != EPX_OK) return EPX_OK; /* the other side would be for nothing */
  return solve(ensemble, &phases[1], NULL, y[1], certificates[1]);
}

static epx_err solve_dynamics(epx_ensemble *ensemble, const unsigned char *chosen, double *y,
                              epx_certificate *certificate) {
  if (!chosen[0]) return EPX_OK;
  return epx_distributed_solve_dynamics(get(ensemble)->distributed, y, certificate);
}

static epx_err solve_linear(epx_ensemble *ensemble, const double *y, bool transposed, const double *b,
                            double *x) {
  return epx_distributed_solve_linear(get(ensemble)->distributed, y, transposed, b, x);
}

static epx_err eval_stability(epx_ensemble *ensemble, const double *y, epx_certificate *certificate) {
  if (certificate->outcome != EPX_OK) return EPX_OK;
  return epx_distributed_eval_stability(get(ensemble)->distributed, y, certificate);
}

static epx_err eval_settling(epx_ensemble *ensemble, const double *start, const double *y,
                             epx_certificate *certificate) {
  return epx_distributed_eval_settling(get(ensemble)->distributed, start, y, certificate);
}

static epx_err eval_field(epx_ensemble *ensemble, const double *y, double *f) {
  return epx_distributed_eval_field_at(get(ensemble)->distributed, y, f);
}

static epx_err eval_readout(epx_ensemble *ensemble, const double *y, double *r) {
  const spread_ensemble *s = get(ensemble);
  EPX_TRY(epx_distributed_eval_outputs(s->distributed, y, s->gathered));
  epx_readout_eval(&s->lane, s->gathered, r);
  return EPX_OK;
}

static epx_err eval_pull(epx_ensemble *ensemble, const double *y, const double *slope, double *c) {
  const spread_ensemble *s = get(ensemble);
  EPX_TRY(epx_distributed_eval_outputs(s->distributed, y, s->gathered));
  epx_readout_eval_cost_slope(&s->lane, s->gathered, slope, s->nudge_force.force);
  memset(c, 0, (size_t)ensemble->n_rows * sizeof *c);
  epx_distributed_add_to_outputs(s->distributed, s->nudge_force.force, c);
  return EPX_OK;
}

static void add_turned(epx_ensemble *ensemble, const double *y, double scale, const double *v, double *f) {
  (void)y;
  epx_frame_turn(ensemble->network->family->frame, ensemble->n_rows, 1, scale, v, f);
}

static void eval_turned_back(epx_ensemble *ensemble, const double *y, const double *v, double *out) {
  (void)y;
  epx_frame_turn_back(ensemble->network->family->frame, ensemble->n_rows, 1, v, out);
}

static epx_err eval_antisymmetric(epx_ensemble *ensemble, const double *y, const double *v, double *out) {
  return epx_distributed_eval_antisymmetric(get(ensemble)->distributed, y, v, out);
}

static epx_err add_force_gradient(epx_ensemble *ensemble, const double *y, const double *v,
                                  const double *weight, double *gradient) {
  if (weight[0] == 0) return EPX_OK;
  return epx_distributed_add_force_gradient(get(ensemble)->distributed, y, v, weight[0], gradient);
}

static epx_err add_energy_gradient(epx_ensemble *ensemble, const double *y, const double *weight,
                                   double *gradient) {
  if (weight[0] == 0) return EPX_OK;
  return epx_distributed_add_energy_gradient(get(ensemble)->distributed, y, weight[0], gradient);
}

static epx_err sum_gradient(epx_ensemble *ensemble, double *gradient) {
  return epx_distributed_merge_gradient(get(ensemble)->distributed, gradient);
}

static epx_err merge_extent(epx_ensemble *ensemble, double *extent) {
  if (isnan(extent[0])) extent[0] = INFINITY;
  if (MPI_Allreduce(MPI_IN_PLACE, extent, 1, MPI_DOUBLE, MPI_MAX,
                    epx_distributed_get_communicator(get(ensemble)->distributed)) != MPI_SUCCESS)
    return EPX_RAISE(EPX_EMPI, "the ranks of a distributed network cannot compare their states");
  return EPX_OK;
}

static epx_err eval_power(epx_ensemble *ensemble, const double *y, double *power) {
  (void)y;
  return epx_distributed_eval_power(get(ensemble)->distributed, power);
}

static epx_err agree(epx_ensemble *ensemble, int code) {
  return epx_distributed_merge_codes(get(ensemble)->distributed, code);
}

static epx_lanes *get_lanes(epx_ensemble *ensemble) {
  (void)ensemble;
  return NULL;
}

static epx_ensemble_counts get_counts(const epx_ensemble *ensemble) {
  const epx_distributed_counts own =
      epx_distributed_get_counts(((const spread_ensemble *)ensemble)->distributed);
  return (epx_ensemble_counts){.equilibria = own.equilibria,
                               .failures = own.failures,
                               .steps = own.steps,
                               .field_evaluations = own.field_evaluations,
                               .newton_iterations = own.newton_iterations,
                               .krylov_iterations = own.krylov_iterations,
                               .basin_departures = own.basin_departures,
                               .direct = own.direct,
                               .largest_rate = own.largest_rate};
}

static epx_err set_counts(epx_ensemble *ensemble, const epx_ensemble_counts *counts) {
  epx_distributed_counts own = epx_distributed_get_counts(get(ensemble)->distributed);
  own.direct = counts->direct != 0;
  own.largest_rate = counts->largest_rate;
  return epx_distributed_set_counts(get(ensemble)->distributed, &own);
}

static void destroy(epx_ensemble *ensemble) {
  spread_ensemble *s = get(ensemble);
  if (s->owned) epx_distributed_destroy(&s->distributed);
  epx_network_destroy(&s->ports);
  double **const arrays[] = {&s->nudge_force.readout, &s->nudge_force.slope, &s->nudge_force.force,
                             &s->nudge_force.room,    &s->gathered,          &s->held};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
    epx_array_destroy(arrays[k]);
}

static const epx_ensemble_functions functions = {.engine = EPX_ENGINE_DISTRIBUTED,
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
                                                 .sum_gradient = sum_gradient,
                                                 .merge_extent = merge_extent,
                                                 .eval_power = eval_power,
                                                 .agree = agree,
                                                 .get_lanes = get_lanes,
                                                 .get_counts = get_counts,
                                                 .set_counts = set_counts};

static epx_err create_ports(spread_ensemble *s) {
  const epx_network *network = s->head.network;
  const epx_network_spec spec = {.family = network->family,
                                 .topology = {.kind = EPX_CHAIN, .n_nodes = network->n_outputs},
                                 .n_outputs = network->n_outputs,
                                 .readout = network->readout,
                                 .readout_scale = network->readout_scale};
  EPX_TRY(epx_network_create(&spec, &s->ports));
  s->lane = (epx_lanes){.network = s->ports, .n_instances = 1, .n_samples = 1, .n_used = 1, .n_lanes = 1};
  const size_t n_outputs = (size_t)network->n_outputs, n = count_ports(s);
  EPX_TRY(EPX_ARRAY(s->nudge_force.readout, n_outputs));
  EPX_TRY(EPX_ARRAY(s->nudge_force.slope, n_outputs));
  EPX_TRY(EPX_ARRAY(s->nudge_force.force, n));
  EPX_TRY(EPX_ARRAY(s->nudge_force.room, n_outputs * n_outputs + 2 * n));
  EPX_TRY(EPX_ARRAY(s->gathered, n));
  return EPX_ARRAY(s->held, n);
}

epx_err epx_distributed_ensemble_create(epx_distributed *distributed, epx_ensemble **out) {
  const epx_network *network = epx_distributed_get_structure(distributed);
  const int components = network->family->components;
  spread_ensemble *s = NULL;
  int first, n_local;
  *out = NULL;
  EPX_TRY(epx_engine_check(network, 1));
  epx_distributed_get_range(distributed, &first, &n_local);
  EPX_TRY(EPX_ARRAY(s, 1));
  s->head = (epx_ensemble){.functions = &functions,
                           .network = network,
                           .n_instances = 1,
                           .max_samples = 1,
                           .max_lanes = 1,
                           .first_row = first * components,
                           .n_rows = n_local * components,
                           .collective = true,
                           .n_samples = 1,
                           .n_used = 1,
                           .n_lanes = 1};
  s->distributed = distributed;
  *out = &s->head;
  const int code = create_ports(s);
  if (code != EPX_OK) epx_ensemble_destroy(out);
  EPX_TRY(code);
  return EPX_OK;
}

epx_err epx_ensemble_create_distributed(const epx_network *network, MPI_Comm communicator,
                                        const epx_equilibrium_options *options, const char *petsc_options,
                                        epx_ensemble **out) {
  epx_distributed *distributed = NULL;
  *out = NULL;
  EPX_TRY(epx_distributed_create(network, communicator, options, petsc_options, &distributed));
  const int code = epx_distributed_ensemble_create(distributed, out);
  if (code != EPX_OK) epx_distributed_destroy(&distributed);
  EPX_TRY(code);
  get(*out)->owned = true;
  return EPX_OK;
}

epx_distributed *epx_distributed_ensemble_get(epx_ensemble *ensemble) {
  return ensemble->functions == &functions ? get(ensemble)->distributed : NULL;
}
