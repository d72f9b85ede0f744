/** @file
 * Lattice: one large kerr lattice over all ranks of the launch,
 *
 *   epilux bench lattice                    on one core
 *   mpirun -n 2 epilux bench lattice        on two; and how much faster two are than one
 *   epilux bench lattice --modes 100000     of one size; repeated, of several
 *
 * The free phase goes from rest to a residual of 1e-10; the gradient is phase-conjugate and centered. Each
 * row says by how many steps of the dynamics, Newton iterations and Krylov iterations: where time is not
 * linear in the modes, one sees which of them grew. Lattices of uniform draws are equally hard at every size,
 * and the exponent of their time is asked of the engine; lattices of normal draws grow harder
 * (lattice_network.h), and theirs is shown beside it. Between 10^4 and 10^5 modes the lattice also leaves the
 * caches. All sizes are beyond those of which a free equilibrium is asked whether it is a saddle.
 *
 * With --keep NAME, Newton from where the dynamics hand over is timed by itself, and NAME.theta, NAME.start
 * and NAME.state are left: parameters, that start and the end, for postproc/bench_scipy_lattice.py.
 *
 * Times are of the wall, medians of N_ROUNDS at every size: what is done once for a network does not count.
 * bytes_a_lane is the peak of all ranks' memory over the modes of the largest lattice so far.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/array.h"
#include "cli/bench/benchmark.h"
#include "cli/bench/lattice_network.h"
#include "equilibrium/distributed/distributed_ensemble.h"
#include "learning/estimators/estimator.h"

enum { N_ROUNDS = 5, LARGE = 200000, MAX_SIZES = 16, LEAST_OF_RANKS = 100000 };

static const int all_sides[] = {100, 178, 320, 562, 1000};
static const double ranks_wanted = 1.7;

/** The median of some rounds, and what one of them took. */
typedef struct {
  double free, gradient; /* s */
  epx_distributed_counts of_free, of_gradient;
} measured;

/** A lattice on the ranks of a communicator. */
typedef struct {
  const epx_lattice_network *lattice;
  epx_distributed *distributed;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  double *state; /* [n_local][components] */
  size_t n_state;
  double *theta_gradient; /* [n_theta] */
} contest;

static void destroy_contest(contest *c) {
  epx_estimator_destroy_work(&c->work);
  epx_ensemble_destroy(&c->ensemble);
  epx_distributed_destroy(&c->distributed);
  epx_array_destroy(&c->state);
  epx_array_destroy(&c->theta_gradient);
}

static epx_err create_contest(const epx_lattice_network *lattice, MPI_Comm ranks,
                              const epx_equilibrium_options *options, const char *petsc_options, contest *c) {
  int first, n_local;
  *c = (contest){.lattice = lattice};
  EPX_TRY(epx_distributed_create(lattice->network, ranks, options, petsc_options, &c->distributed));
  EPX_TRY(epx_distributed_ensemble_create(c->distributed, &c->ensemble));
  EPX_TRY(epx_estimator_create_work(c->ensemble, &c->work));
  epx_distributed_set_parameters(c->distributed, lattice->theta);
  epx_distributed_set_sample(c->distributed, lattice->features);
  epx_distributed_get_range(c->distributed, &first, &n_local);
  c->n_state = (size_t)n_local * (size_t)lattice->network->family->components;
  EPX_TRY(EPX_ARRAY(c->state, c->n_state));
  return EPX_ARRAY(c->theta_gradient, lattice->network->n_theta);
}

static double get_time(const contest *c) {
  MPI_Barrier(epx_distributed_get_communicator(c->distributed));
  return MPI_Wtime();
}

static epx_distributed_counts get_counts(const contest *c, const epx_distributed_counts *before) {
  epx_distributed_counts counts = epx_distributed_get_counts(c->distributed);
  counts.steps -= before->steps;
  counts.newton_iterations -= before->newton_iterations;
  counts.krylov_iterations -= before->krylov_iterations;
  return counts;
}

/** The gradient of the sample that is set, with label 3, at the free equilibrium. */
static epx_err eval_gradient(contest *c) {
  /* So weak that the exact rule, time-reversed, is within 2e-3 of backprop at every size. */
  static const epx_nudging nudging = {.beta = 0.002, .scheme = EPX_CENTERED};
  static const epx_cost cost = {.kind = EPX_CROSS_ENTROPY};
  static const double weight = 1;
  static const int label = 3;
  const epx_batch batch = {.ensemble = c->ensemble,
                           .theta = c->lattice->theta,
                           .cost = &cost,
                           .label = &label,
                           .state = c->state,
                           .weight = &weight};
  EPX_TRY(epx_estimator_get_by_name("phase-conjugate")->eval(&batch, &nudging, c->work, c->theta_gradient));
  if (epx_estimator_get_lanes(c->work, 0) == 0)
    return EPX_RAISE(EPX_ESOLVER, "the lattice's learning phase did not settle");
  return c->ensemble->functions->sum_gradient(c->ensemble, c->theta_gradient);
}

/** One free phase from rest and one gradient. */
static epx_err solve_round(contest *c, measured *m) {
  epx_certificate certificate;
  epx_distributed_counts before = epx_distributed_get_counts(c->distributed);
  memset(c->state, 0, c->n_state * sizeof *c->state);
  double at = get_time(c);
  EPX_TRY(epx_distributed_solve(c->distributed, NULL, c->state, &certificate));
  m->free = get_time(c) - at;
  if (certificate.outcome != EPX_OK)
    return EPX_RAISE(EPX_ESOLVER, "the lattice of %d modes did not settle", c->lattice->network->n_nodes);
  m->of_free = get_counts(c, &before);
  before = epx_distributed_get_counts(c->distributed);
  at = get_time(c);
  EPX_TRY(eval_gradient(c));
  m->gradient = get_time(c) - at;
  m->of_gradient = get_counts(c, &before);
  return EPX_OK;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/** Waits for all ranks asleep: one that waits busily takes from what another measures. */
static void wait_for_all(void) {
  const struct timespec nap = {.tv_nsec = 1000000};
  MPI_Request request;
  int done = 0;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  for (;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return;
    nanosleep(&nap, NULL);
  }
}

/** Contests in turn, round by round; a rank that is not in one has NULL there. */
static epx_err solve_rounds(int n_contests, contest *const *contests, measured *of) {
  double free[2][N_ROUNDS] = {{0}}, gradient[2][N_ROUNDS] = {{0}};
  for (int r = 0; r < N_ROUNDS; r++) {
    for (int i = 0; i < n_contests; i++) {
      wait_for_all();
      if (contests[i]) EPX_TRY(solve_round(contests[i], &of[i]));
      free[i][r] = of[i].free;
      gradient[i][r] = of[i].gradient;
    }
  }
  for (int i = 0; i < n_contests; i++) {
    qsort(free[i], N_ROUNDS, sizeof **free, compare);
    qsort(gradient[i], N_ROUNDS, sizeof **gradient, compare);
    of[i].free = free[i][N_ROUNDS / 2];
    of[i].gradient = gradient[i][N_ROUNDS / 2];
  }
  return EPX_OK;
}

static double get_bytes(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double bytes = 1024.0 * (double)usage.ru_maxrss;
  MPI_Allreduce(MPI_IN_PLACE, &bytes, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return bytes;
}

static int get_n_ranks(void) {
  int n;
  MPI_Comm_size(MPI_COMM_WORLD, &n);
  return n;
}

/** Creates a contest for one part of the free phase: the dynamics down to handover, or Newton alone. */
static epx_err create_part(const epx_lattice_network *lattice, epx_method method, contest *c) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = method;
  if (method == EPX_DYNAMICS) options.tolerance = options.handover;
  return create_contest(lattice, MPI_COMM_WORLD, &options, NULL, c);
}

/** Solves one part from the state that it has, *seconds long. */
static epx_err solve_part(contest *c, double *seconds, epx_distributed_counts *counts) {
  const epx_distributed_counts before = epx_distributed_get_counts(c->distributed);
  epx_certificate certificate;
  const double at = get_time(c);
  EPX_TRY(epx_distributed_solve(c->distributed, NULL, c->state, &certificate));
  *seconds = get_time(c) - at;
  *counts = get_counts(c, &before);
  if (certificate.outcome != EPX_OK) return EPX_RAISE(EPX_ESOLVER, "the lattice did not settle");
  return EPX_OK;
}

/** Newton from where the dynamics hand over, round by round; leaves parameters, that start and the end. */
static epx_err solve_kept(const epx_lattice_network *lattice, const char *name, contest *dynamics,
                          contest *newton, double *seconds, epx_distributed_counts *counts) {
  double rounds[N_ROUNDS];
  EPX_TRY(create_part(lattice, EPX_DYNAMICS, dynamics));
  EPX_TRY(create_part(lattice, EPX_NEWTON, newton));
  EPX_TRY(solve_part(dynamics, seconds, counts));
  for (int r = 0; r < N_ROUNDS; r++) {
    memcpy(newton->state, dynamics->state, dynamics->n_state * sizeof *dynamics->state);
    EPX_TRY(solve_part(newton, &rounds[r], counts));
  }
  qsort(rounds, N_ROUNDS, sizeof *rounds, compare);
  *seconds = rounds[N_ROUNDS / 2];
  EPX_TRY(epx_lattice_network_keep(name, "theta", lattice->network->n_theta, lattice->theta));
  EPX_TRY(epx_lattice_network_keep(name, "start", dynamics->n_state, dynamics->state));
  return epx_lattice_network_keep(name, "state", newton->n_state, newton->state);
}

static const char *get_kind(epx_distribution_kind kind) {
  return kind == EPX_UNIFORM ? "uniform" : "normal";
}

static epx_err set_phase(epx_bench *bench, const char *what, const char *phase, double seconds, int n_modes,
                         const epx_distributed_counts *counts, double bytes) {
  char way[96];
  snprintf(way, sizeof way, "%s: %ld steps, %ld Newton, %ld Krylov", phase, counts->steps,
           counts->newton_iterations, counts->krylov_iterations);
  const epx_bench_row row = {.what = what,
                             .way = way,
                             .unit = "mode",
                             .seconds = seconds / n_modes,
                             .operations = NAN,
                             .bytes = bytes,
                             .ratio = NAN};
  return epx_bench_set_row(bench, &row);
}

static epx_err set_measured(epx_bench *bench, const epx_lattice_network *lattice, epx_distribution_kind kind,
                            int n_ranks, const measured *m) {
  static int largest;
  const int n = lattice->network->n_nodes;
  char what[96];
  snprintf(what, sizeof what, "%d modes, %s, %d rank%s", n, get_kind(kind), n_ranks, n_ranks > 1 ? "s" : "");
  EPX_TRY(set_phase(bench, what, "free", m->free, n, &m->of_free, NAN));
  const double bytes = get_bytes();
  EPX_TRY(set_phase(bench, what, "gradient", m->gradient, n, &m->of_gradient, n > largest ? bytes / n : NAN));
  largest = n > largest ? n : largest;
  return EPX_OK;
}

/** What --keep asks for: the finish by itself, so that others can be timed from the same start. */
static epx_err keep(epx_bench *bench, const epx_lattice_network *lattice, const char *name) {
  const int n = lattice->network->n_nodes;
  contest dynamics = {0}, newton = {0};
  epx_distributed_counts counts;
  double seconds;
  char what[96];
  snprintf(what, sizeof what, "%d modes, uniform, 1 rank", n);
  int code = solve_kept(lattice, name, &dynamics, &newton, &seconds, &counts);
  if (code == EPX_OK) code = set_phase(bench, what, "finish", seconds, n, &counts, NAN);
  destroy_contest(&newton);
  destroy_contest(&dynamics);
  EPX_TRY(code);
  return EPX_OK;
}

/** One size on all ranks; where they are to be compared with one rank, also on that, in the same rounds. */
static epx_err solve_contests(epx_bench *bench, const epx_lattice_network *lattice,
                              epx_distribution_kind kind, bool compared, contest *all, contest *one,
                              double *seconds) {
  const char *words = epx_bench_get_option(bench, "--petsc", 0);
  epx_equilibrium_options options;
  const int n = lattice->network->n_nodes, n_ranks = get_n_ranks();
  int rank;
  measured m[2] = {{0}};
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  epx_equilibrium_init(&options);
  EPX_TRY(create_contest(lattice, MPI_COMM_WORLD, &options, words, all));
  if (compared && rank == 0) EPX_TRY(create_contest(lattice, MPI_COMM_SELF, &options, NULL, one));
  contest *const contests[] = {all, rank == 0 ? one : NULL};
  EPX_TRY(solve_rounds(compared ? 2 : 1, contests, m));
  EPX_TRY(set_measured(bench, lattice, kind, n_ranks, &m[0]));
  *seconds = m[0].free + m[0].gradient;
  if (!compared) return EPX_OK;
  EPX_TRY(set_measured(bench, lattice, kind, 1, &m[1]));
  char what[96];
  snprintf(what, sizeof what, "%d modes, %s", n, get_kind(kind));
  const epx_bench_goal goal = {.at_least = n_ranks == 2 && n >= LEAST_OF_RANKS ? ranks_wanted : NAN,
                               .at_most = NAN};
  const epx_bench_row row = {.what = what,
                             .way = "free and gradient on all ranks",
                             .unit = "mode",
                             .seconds = *seconds / n,
                             .operations = NAN,
                             .bytes = NAN,
                             .against = "1 rank",
                             .ratio = rank > 0 ? INFINITY : (m[1].free + m[1].gradient) / *seconds,
                             .goal = &goal};
  return epx_bench_set_row(bench, &row);
}

static epx_err solve_size(epx_bench *bench, int side, epx_distribution_kind kind, double *seconds) {
  epx_lattice_network lattice;
  contest all = {0}, one = {0};
  EPX_TRY(epx_lattice_network_create(side, kind, &lattice));
  const bool compared = get_n_ranks() > 1 && kind == EPX_UNIFORM && side * side <= LARGE;
  const char *kept = kind == EPX_UNIFORM ? epx_bench_get_option(bench, "--keep", 0) : NULL;
  int code = solve_contests(bench, &lattice, kind, compared, &all, &one, seconds);
  if (code == EPX_OK && kept) code = keep(bench, &lattice, kept);
  destroy_contest(&one);
  destroy_contest(&all);
  epx_lattice_network_destroy(&lattice);
  EPX_TRY(code);
  return EPX_OK;
}

/** The exponent of time in the modes, by least squares of the logarithms. */
static epx_err set_exponent(epx_bench *bench, epx_distribution_kind kind, int n_sides, const int *sides,
                            const double *seconds) {
  static const epx_bench_goal goal = {.at_least = 0.9, .at_most = 1.1};
  double x = 0, y = 0, xx = 0, xy = 0;
  for (int i = 0; i < n_sides; i++) {
    const double modes = 2 * log(sides[i]), time = log(seconds[i]);
    x += modes / n_sides;
    y += time / n_sides;
    xx += modes * modes / n_sides;
    xy += modes * time / n_sides;
  }
  char what[96];
  snprintf(what, sizeof what, "%d to %d modes, %s", sides[0] * sides[0],
           sides[n_sides - 1] * sides[n_sides - 1], get_kind(kind));
  const epx_bench_row row = {.what = what,
                             .way = "exponent of time in modes",
                             .unit = "",
                             .seconds = NAN,
                             .operations = NAN,
                             .bytes = NAN,
                             .against = "1",
                             .ratio = (xy - x * y) / (xx - x * x),
                             .goal = kind == EPX_UNIFORM ? &goal : NULL};
  return epx_bench_set_row(bench, &row);
}

/** Reads the sizes asked for, rising; all when there are none. */
static epx_err read_sides(const epx_bench *bench, int *sides, int *n_sides) {
  const char *text;
  *n_sides = 0;
  while ((text = epx_bench_get_option(bench, "--modes", *n_sides))) {
    char *end;
    const double modes = strtod(text, &end);
    if (end == text || *end || !(modes >= 100) || modes > 1e8)
      return EPX_RAISE(EPX_EINPUT, "--modes %s: must be a number from 100 to 10^8", text);
    if (*n_sides == MAX_SIZES) return EPX_RAISE(EPX_EINPUT, "--modes: at most %d sizes", MAX_SIZES);
    sides[(*n_sides)++] = (int)ceil(sqrt(modes) - 1e-9);
    if (*n_sides > 1 && sides[*n_sides - 1] <= sides[*n_sides - 2])
      return EPX_RAISE(EPX_EINPUT, "--modes %s: give the sizes in rising order", text);
  }
  if (*n_sides > 0) return EPX_OK;
  *n_sides = sizeof all_sides / sizeof *all_sides;
  memcpy(sides, all_sides, sizeof all_sides);
  return EPX_OK;
}

static epx_err solve(epx_bench *bench) {
  static const epx_distribution_kind kinds[] = {EPX_UNIFORM, EPX_NORMAL};
  int sides[MAX_SIZES], n_sides;
  double seconds[MAX_SIZES];
  EPX_TRY(read_sides(bench, sides, &n_sides));
  EPX_TRY(epx_bench_init_mpi());
  if (epx_bench_get_option(bench, "--keep", 0) && (get_n_ranks() > 1 || n_sides > 1))
    return EPX_RAISE(EPX_EINPUT, "--keep: works on one rank and with one --modes only");
  for (int k = 0; k < 2; k++) {
    for (int i = 0; i < n_sides; i++)
      EPX_TRY(solve_size(bench, sides[i], kinds[k], &seconds[i]));
    if (n_sides > 1) EPX_TRY(set_exponent(bench, kinds[k], n_sides, sides, seconds));
  }
  return EPX_OK;
}

const epx_benchmark epx_benchmark_lattice = {
    .name = "lattice",
    .summary = "one large kerr lattice over all ranks, in wall time; uniform draws are equally hard at every "
               "size, normal draws\n"
               "    become harder with the size",
    .parallel = true,
    .long_running = true,
    .n_rounds = N_ROUNDS,
    .solve = solve,
};
