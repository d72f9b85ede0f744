/** @file
 * distributed ROWS COLUMNS [newton|dynamics] [DUMP]: one square kerr lattice over all ranks: the seconds and
 * bytes of a free equilibrium and of one gradient, as one line of CSV; --header prints the names. DUMP: the
 * rank's own state and the parameters go to DUMP.<rank> and DUMP.theta as plain doubles, for distributed.py.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "epilux/base/array.h"
#include "epilux/learning/distributed_gradient.h"

enum { N_PORTS = 10 };

typedef struct {
  epx_network *network;
  epx_network_spec spec;
  double *theta;
  int inputs[N_PORTS], outputs[N_PORTS];
  double features[N_PORTS];
} lattice;

typedef struct {
  double create, solve, gradient, adjoint;
} seconds;

static epx_distribution get_normal(double mean, double sigma) {
  return (epx_distribution){.kind = EPX_NORMAL, .mean = mean, .sigma = sigma};
}

/** Loss 1, kerr .3, detunings around -.4, couplings of .25 spread: strongly nonlinear, but no ring
 * near its bistability, where the slowest of many would rule the settling time. */
static int create_lattice(int rows, int columns, lattice *l) {
  const int n = rows * columns;
  for (int k = 0; k < N_PORTS; k++) {
    l->inputs[k] = (int)((double)n * (k + 0.25) / N_PORTS);
    l->outputs[k] = (int)((double)n * (k + 0.75) / N_PORTS);
    l->features[k] = cos(k);
  }
  l->spec = (epx_network_spec){.family = epx_family_get_by_name("kerr"),
                               .topology = {.kind = EPX_LATTICE, .n_rows = rows, .n_columns = columns},
                               .n_inputs = N_PORTS,
                               .input_nodes = l->inputs,
                               .input_scale = 1,
                               .n_outputs = N_PORTS,
                               .output_nodes = l->outputs,
                               .readout = EPX_READ_INTENSITY,
                               .readout_scale = 4};
  const struct {
    const char *name;
    double mean, sigma;
  } values[] = {
      {"coupling", 0, 0.25}, {"detuning", -0.4, 0.1}, {"bias", 0.5, 0.2}, {"loss", 1, 0}, {"kerr", 0.3, 0}};
  for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
    epx_value *value = &l->spec.value[epx_family_get_parameter(l->spec.family, values[k].name)];
    value->kind = EPX_VALUE_LIST;
    value->n_values = 1;
    value->values = &values[k].mean;
    if (values[k].sigma == 0) continue;
    value->kind = EPX_VALUE_DISTRIBUTION;
    value->distribution = get_normal(values[k].mean, values[k].sigma);
  }
  int code = epx_network_create(&l->spec, &l->network);
  if (code == EPX_OK) code = EPX_ARRAY(l->theta, l->network->n_theta);
  if (code == EPX_OK) code = epx_network_eval_nominal(l->network, &l->spec, 2026, l->theta);
  return code;
}

static double get_bytes(void) {
  struct rusage usage;
  double bytes;
  getrusage(RUSAGE_SELF, &usage);
  bytes = 1024.0 * (double)usage.ru_maxrss;
  MPI_Allreduce(MPI_IN_PLACE, &bytes, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return bytes;
}

static void dump(const char *name, const char *end, const double *array, size_t n) {
  char path[1024];
  snprintf(path, sizeof path, "%s.%s", name, end);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(array, sizeof *array, n, file) != n) fprintf(stderr, "%s cannot be written\n", path);
  if (file) fclose(file);
}

static double get_time(void) {
  MPI_Barrier(MPI_COMM_WORLD);
  return MPI_Wtime();
}

/** One gradient by each of two rules; the seconds of each go to *s. */
static int time_gradients(epx_distributed *distributed, const lattice *l, const double *state, seconds *s) {
  const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  const epx_nudging nudging = {.beta = 0.02, .scheme = EPX_CENTERED};
  epx_distributed_gradient *work = NULL;
  double *gradient = NULL;
  int outcome = EPX_OK;
  int code = epx_distributed_gradient_create(distributed, l->network, &cost, &work);
  if (code == EPX_OK) code = EPX_ARRAY(gradient, l->network->n_theta);
  double at = get_time();
  if (code == EPX_OK) {
    code = epx_distributed_gradient_eval(work, epx_estimator_get_by_name("phase-conjugate"), &nudging, state,
                                         3, gradient, &outcome);
  }
  s->gradient = get_time() - at;
  at = get_time();
  if (code == EPX_OK) {
    code = epx_distributed_gradient_eval(work, epx_estimator_get_by_name("backprop"), &nudging, state, 3,
                                         gradient, &outcome);
  }
  s->adjoint = get_time() - at;
  epx_array_destroy(&gradient);
  epx_distributed_gradient_destroy(&work);
  return code == EPX_OK ? outcome : code;
}

static int run(const lattice *l, const char *method, const char *name, seconds *s) {
  epx_distributed *distributed = NULL;
  epx_certificate certificate = {0};
  epx_equilibrium_options options;
  double *state = NULL;
  int first = 0, n_local = 0, rank, n_ranks;
  char end[16];
  epx_equilibrium_init(&options);
  if (strcmp(method, "newton") == 0) options.method = EPX_NEWTON;
  double at = get_time();
  int code = epx_distributed_create(l->network, MPI_COMM_WORLD, &options, getenv("PETSC"), &distributed);
  if (code == EPX_OK) {
    epx_distributed_set_parameters(distributed, l->theta);
    epx_distributed_set_sample(distributed, l->features);
    epx_distributed_get_range(distributed, &first, &n_local);
    code = EPX_ARRAY(state, 2 * (size_t)n_local);
  }
  s->create = get_time() - at;
  at = get_time();
  if (code == EPX_OK) code = epx_distributed_solve(distributed, NULL, state, &certificate);
  s->solve = get_time() - at;
  if (code == EPX_OK) code = certificate.outcome;
  if (code == EPX_OK) code = time_gradients(distributed, l, state, s);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &n_ranks);
  snprintf(end, sizeof end, "%d", rank);
  if (name) dump(name, end, state, 2 * (size_t)n_local);
  if (name && rank == 0) dump(name, "theta", l->theta, l->network->n_theta);
  const double bytes = get_bytes();
  if (code == EPX_OK && rank == 0) {
    const epx_distributed_counts c = epx_distributed_get_counts(distributed);
    printf("%d,%d,%s,%.3f,%.3f,%.3f,%.3f,%ld,%ld,%ld,%.3g,%.3g,%.0f\n", l->network->n_nodes, n_ranks, method,
           s->create, s->solve, s->gradient, s->adjoint, c.steps, c.newton_iterations, c.krylov_iterations,
           certificate.settling_time, certificate.residual, bytes / l->network->n_nodes);
  }
  epx_array_destroy(&state);
  epx_distributed_destroy(&distributed);
  return code;
}

int main(int n_arguments, char **arguments) {
  lattice l = {0};
  seconds s = {0};
  if (n_arguments == 2 && strcmp(arguments[1], "--header") == 0) {
    puts("modes,ranks,method,create_s,equilibrium_s,gradient_s,adjoint_s,steps,newton,krylov,settling_time,"
         "residual,"
         "bytes_a_mode");
    return 0;
  }
  if (n_arguments < 3) {
    fputs("usage: distributed --header | ROWS COLUMNS [dynamics|newton] [DUMP]\n", stderr);
    return 2;
  }
  MPI_Init(&n_arguments, &arguments);
  int code = create_lattice(atoi(arguments[1]), atoi(arguments[2]), &l);
  if (code == EPX_OK) {
    code = run(&l, n_arguments > 3 ? arguments[3] : "dynamics", n_arguments > 4 ? arguments[4] : NULL, &s);
  }
  if (code != EPX_OK) fprintf(stderr, "%s: %s\n", epx_error_get_text(code), epx_error_get_message());
  epx_network_destroy(&l.network);
  epx_array_destroy(&l.theta);
  MPI_Finalize();
  return code == EPX_OK ? 0 : 1;
}
