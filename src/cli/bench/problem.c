/** @file
 * Problem: the random networks that the benchmarks solve, for the population and for the baseline.
 */
#include "cli/bench/problem.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"

/** Evaluates the k-th number in (0, 1) of what is drawn. */
static double draw(const char *what, size_t k) {
  const epx_random stream = epx_random_init(2026, what);
  return epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, EPX_RANDOM_ANY, 0, (uint32_t)k);
}

static epx_err create_network(int n, epx_network **out) {
  const epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                                 .topology = {.kind = EPX_ALL_TO_ALL, .n_nodes = n},
                                 .n_inputs = n,
                                 .input_scale = 1,
                                 .n_outputs = 2,
                                 .readout = EPX_READ_INTENSITY,
                                 .readout_scale = 4};
  EPX_TRY(epx_network_create(&spec, out));
  return EPX_OK;
}

/** Gets where a parameter of an instance begins. */
static double *get_parameter(const epx_problem *problem, int instance, const char *name) {
  const epx_network *network = problem->network;
  const int p = epx_family_get_parameter(network->family, name);
  return problem->theta + (size_t)instance * network->n_theta + network->offset[p];
}

static void set_instance(const epx_problem *problem, int first, int k) {
  const epx_network *network = problem->network;
  const epx_topology *topology = network->topology;
  const size_t n = (size_t)network->n_nodes;
  double *coupling = get_parameter(problem, k, "coupling"), *matrix = problem->matrices + (size_t)k * n * n;
  for (size_t l = 0; l < topology->n_links; l++) {
    coupling[l] =
        (draw("bench:coupling", (size_t)(first + k) * topology->n_links + l) - 0.5) / sqrt((double)n);
    matrix[(size_t)topology->links[l].i * n + (size_t)topology->links[l].j] = coupling[l];
    matrix[(size_t)topology->links[l].j * n + (size_t)topology->links[l].i] = coupling[l];
  }
  for (size_t i = 0; i < n; i++) {
    get_parameter(problem, k, "loss")[i] = 1;
    get_parameter(problem, k, "kerr")[i] = 0.5;
    get_parameter(problem, k, "detuning")[i] = -draw("bench:detuning", (size_t)(first + k) * n + i);
  }
}

static epx_err create_arrays(epx_problem *problem, int n_instances, int n_samples) {
  const size_t n = (size_t)problem->network->n_nodes;
  EPX_TRY(EPX_ARRAY(problem->theta, (size_t)n_instances * problem->network->n_theta));
  EPX_TRY(EPX_ARRAY(problem->features, (size_t)n_samples * n));
  EPX_TRY(EPX_ARRAY(problem->matrices, (size_t)n_instances * n * n));
  EPX_TRY(EPX_ARRAY(problem->alone, (size_t)problem->lanes->n_used));
  return EPX_OK;
}

static epx_err create_parts(int n, int first, int n_instances, int n_samples, epx_problem *problem) {
  EPX_TRY(create_network(n, &problem->network));
  EPX_TRY(epx_lanes_create(problem->network, n_instances, n_samples, &problem->lanes));
  EPX_TRY(create_arrays(problem, n_instances, n_samples));
  for (int k = 0; k < n_instances; k++)
    set_instance(problem, first, k);
  for (size_t i = 0; i < (size_t)n_samples * (size_t)n; i++)
    problem->features[i] = draw("bench:drive", i) - 0.5;
  epx_lanes_set_parameters(problem->lanes, problem->theta);
  epx_lanes_set_samples(problem->lanes, n_samples, problem->features);
  for (int lane = 0; lane < problem->lanes->n_used; lane++) {
    const int k = lane / n_samples, s = lane % n_samples;
    problem->alone[lane] = (epx_kerr_alone){.n = n,
                                            .loss = 1,
                                            .kerr = 0.5,
                                            .coupling = problem->matrices + (size_t)k * (size_t)n * (size_t)n,
                                            .detuning = get_parameter(problem, k, "detuning"),
                                            .drive = problem->features + (size_t)s * (size_t)n};
  }
  return EPX_OK;
}

epx_err epx_problem_create(int n, int first, int n_instances, int n_samples, epx_problem *problem) {
  *problem = (epx_problem){0};
  const int code = create_parts(n, first, n_instances, n_samples, problem);
  if (code != EPX_OK) epx_problem_destroy(problem);
  EPX_TRY(code);
  return EPX_OK;
}

void epx_problem_destroy(epx_problem *problem) {
  epx_lanes_destroy(&problem->lanes);
  epx_network_destroy(&problem->network);
  epx_array_destroy(&problem->theta);
  epx_array_destroy(&problem->features);
  epx_array_destroy(&problem->matrices);
  epx_array_destroy(&problem->alone);
}

double epx_problem_eval_bytes(const epx_problem *problem) {
  const epx_lanes *lanes = problem->lanes;
  const double n = problem->network->n_nodes, n_lanes = lanes->n_lanes;
  const double of_lanes =
      n * n * (lanes->shared ? 1 : n_lanes) +
      (problem->network->family->n_parameters + problem->network->family->input_rows + EPX_LANES_SCRATCH) *
          n * n_lanes;
  return (epx_population_eval_bytes(problem->network, lanes->n_lanes) + 8 * of_lanes) / lanes->n_used;
}

epx_err epx_many_create(const epx_problem *problem, const epx_equilibrium_options *options, epx_many *many) {
  const size_t n_lanes = (size_t)problem->lanes->n_lanes;
  *many = (epx_many){.problem = problem};
  int code = epx_population_create(problem->network, problem->lanes->n_lanes, options, &many->population);
  if (code == EPX_OK) code = EPX_ARRAY(many->state, (size_t)problem->network->n_state * n_lanes);
  if (code == EPX_OK) code = EPX_ARRAY(many->certificate, n_lanes);
  if (code != EPX_OK) epx_many_destroy(many);
  EPX_TRY(code);
  return EPX_OK;
}

void epx_many_destroy(epx_many *many) {
  epx_population_destroy(&many->population);
  epx_array_destroy(&many->state);
  epx_array_destroy(&many->certificate);
}

/** Evaluates the operations of one field: two products with the matrix and 16 a node. */
static double eval_field_operations(const epx_network *network) {
  const double n = network->n_nodes;
  return 4 * n * n + 16 * n;
}

static double eval_operations(const epx_many *many, const epx_population_counts *before) {
  const epx_population_counts after = epx_population_get_counts(many->population);
  const double n = many->problem->network->n_state;
  return (double)(after.field_evaluations - before->field_evaluations) *
             eval_field_operations(many->problem->network) +
         (double)(after.factorisations - before->factorisations) * 2 / 3 * n * n * n +
         (double)(after.newton_iterations - before->newton_iterations) *
             (2 * n * n + eval_field_operations(many->problem->network));
}

epx_err epx_many_solve(void *context) {
  epx_many *many = context;
  const epx_lanes *lanes = many->problem->lanes;
  const epx_population_counts before = epx_population_get_counts(many->population);
  lanes->network->family->set_start(lanes, 1, many->state);
  EPX_TRY(epx_population_solve(many->population, lanes, NULL, many->state, many->certificate));
  many->operations = eval_operations(many, &before);
  const epx_population_counts after = epx_population_get_counts(many->population);
  if (after.failures == before.failures) return EPX_OK;
  return EPX_RAISE(EPX_ESOLVER, "bench: %ld networks found no equilibrium", after.failures - before.failures);
}

epx_err epx_one_by_one_create(const epx_problem *problem, const epx_baseline_options *options,
                              const epx_plain_loop_options *loop, int n_solved, epx_one_by_one *one_by_one) {
  const epx_baseline_system system = {.n_state = problem->network->n_state,
                                      .eval_field = epx_kerr_alone_eval_field,
                                      .eval_jacobian = epx_kerr_alone_eval_jacobian};
  *one_by_one = (epx_one_by_one){.problem = problem, .n_solved = n_solved};
  int code = options ? epx_baseline_create(&system, options, &one_by_one->baseline) : EPX_OK;
  if (code == EPX_OK && loop) code = epx_plain_loop_create(&system, loop, &one_by_one->loop);
  if (code == EPX_OK) code = EPX_ARRAY(one_by_one->state, (size_t)system.n_state);
  if (code != EPX_OK) epx_one_by_one_destroy(one_by_one);
  EPX_TRY(code);
  return EPX_OK;
}

void epx_one_by_one_destroy(epx_one_by_one *one_by_one) {
  epx_baseline_destroy(&one_by_one->baseline);
  epx_plain_loop_destroy(&one_by_one->loop);
  epx_array_destroy(&one_by_one->state);
}

/** Evaluates the operations since creation. */
static double count_operations(const epx_one_by_one *one_by_one) {
  const double n = one_by_one->problem->network->n_state,
               of_field = eval_field_operations(one_by_one->problem->network);
  double sum = 0;
  if (one_by_one->baseline) sum += (double)epx_baseline_get_evaluations(one_by_one->baseline) * of_field;
  if (one_by_one->loop) {
    const epx_plain_loop_counts counts = epx_plain_loop_get_counts(one_by_one->loop);
    sum += (double)counts.evaluations * of_field + (double)counts.factorisations * 2 / 3 * n * n * n +
           (double)counts.solutions * 2 * n * n;
  }
  return sum;
}

static epx_err solve_one(epx_one_by_one *one_by_one, const void *network, bool *settled) {
  if (!one_by_one->baseline) {
    *settled = epx_plain_loop_solve(one_by_one->loop, network, one_by_one->state);
    return EPX_OK;
  }
  EPX_TRY(epx_baseline_solve(one_by_one->baseline, network, one_by_one->state, settled));
  if (*settled && one_by_one->loop)
    *settled = epx_plain_loop_finish(one_by_one->loop, network, one_by_one->state);
  return EPX_OK;
}

epx_err epx_one_by_one_solve(void *context) {
  epx_one_by_one *one_by_one = context;
  const epx_problem *problem = one_by_one->problem;
  const double before = count_operations(one_by_one);
  for (int lane = 0; lane < one_by_one->n_solved; lane++) {
    bool settled;
    memset(one_by_one->state, 0, (size_t)problem->network->n_state * sizeof *one_by_one->state);
    EPX_TRY(solve_one(one_by_one, &problem->alone[lane], &settled));
    if (!settled) return EPX_RAISE(EPX_ESOLVER, "bench: network %d did not settle by itself", lane);
  }
  one_by_one->operations = count_operations(one_by_one) - before;
  return EPX_OK;
}
