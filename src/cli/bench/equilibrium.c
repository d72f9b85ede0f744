/** @file
 * The equilibrium engine against one network at a time: by CVODE as one would ask it for an equilibrium, by CVODE at the
 * population's tolerances with its hand-over and a Newton finish, and by the best plain way, a loop of an own Runge-Kutta
 * pair and LAPACK at the same tolerances. Only the population gives a certificate. limit_us is what the operations of a way, as
 * counted, take at the peak of a core.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "base/array.h"
#include "cli/bench/problem.h"
#include "equilibrium/population/population_ensemble.h"
#include "learning/estimators/estimator.h"

/** To what residual the ways go at least that have no finish. */
static const double residual = 1e-6;

/** The largest component of the problem's networks, about, and their largest rate: half a drive. */
static const double size = 0.5, rate = 0.5;

static const char unit[] = "equilibrium";
static const char plain[] = "one by one, plain loop";

enum { ADAMS, ADAMS_SHORT, PLAIN, NEWTON, DYNAMICS, BDF, N_WAYS };

typedef struct {
  const char *what;
  int n, n_instances, n_samples;
  int n_bdf; /* networks solved by BDF, which is slow; 0: not measured */
  double newton;
} one_case;

/* Wanted: the population over the plain loop, its certificate included. */
static const one_case cases[] = {
    {"n = 16, 64 samples", 16, 1, 64, 16, 4},
    {"n = 64, 64 samples", 64, 1, 64, 2, 2.5},
    {"n = 10, 4 samples x 32 instances", 10, 32, 4, 0, 4},
};

static epx_equilibrium_options get_dynamics_options(void) {
  epx_equilibrium_options options;
  epx_equilibrium_init(&options);
  options.method = EPX_DYNAMICS;
  options.rtol = 1e-6;
  options.atol = 1e-8;
  options.tolerance = residual;
  return options;
}

/** The ways of a case. */
typedef struct {
  epx_problem problem;
  epx_one_by_one adams, adams_short, plain, bdf;
  epx_many newton, dynamics;
} contest;

static void destroy_contest(contest *c) {
  epx_one_by_one_destroy(&c->adams);
  epx_one_by_one_destroy(&c->adams_short);
  epx_one_by_one_destroy(&c->plain);
  epx_one_by_one_destroy(&c->bdf);
  epx_many_destroy(&c->newton);
  epx_many_destroy(&c->dynamics);
  epx_problem_destroy(&c->problem);
}

static epx_err create_contest(const one_case *given, contest *c) {
  epx_equilibrium_options options, followed = get_dynamics_options();
  epx_baseline_options own = {EPX_BASELINE_ADAMS, 1e-6, 1e-8, residual, 2000};
  *c = (contest){0};
  epx_equilibrium_init(&options);
  const epx_plain_loop_options loop = {.rtol = options.rtol,
                                       .atol = options.atol,
                                       .scale = size,
                                       .handover = options.handover,
                                       .tolerance = options.tolerance,
                                       .max_time = options.max_time};
  const epx_baseline_options short_way = {EPX_BASELINE_ADAMS, options.rtol, options.atol * size,
                                          options.handover * rate, options.max_time};
  EPX_TRY(epx_problem_create(given->n, 0, given->n_instances, given->n_samples, &c->problem));
  const int n_used = c->problem.lanes->n_used;
  EPX_TRY(epx_one_by_one_create(&c->problem, &own, NULL, n_used, &c->adams));
  EPX_TRY(epx_one_by_one_create(&c->problem, &short_way, &loop, n_used, &c->adams_short));
  EPX_TRY(epx_one_by_one_create(&c->problem, NULL, &loop, n_used, &c->plain));
  own.method = EPX_BASELINE_BDF;
  EPX_TRY(epx_one_by_one_create(&c->problem, &own, NULL, given->n_bdf, &c->bdf));
  EPX_TRY(epx_many_create(&c->problem, &options, &c->newton));
  return epx_many_create(&c->problem, &followed, &c->dynamics);
}

static epx_err set_rows(epx_bench *bench, const one_case *given, const contest *c, const epx_way *ways) {
  const double n_used = c->problem.lanes->n_used;
  const double operations[] = {
      c->adams.operations / c->adams.n_solved, c->adams_short.operations / c->adams_short.n_solved,
      c->plain.operations / c->plain.n_solved, c->newton.operations / n_used,
      c->dynamics.operations / n_used,         c->bdf.operations / c->bdf.n_solved};
  const epx_bench_goal goal = {given->newton, NAN, false};
  for (int i = 0; i < (given->n_bdf > 0 ? N_WAYS : BDF); i++) {
    const bool many = i == NEWTON || i == DYNAMICS;
    const epx_bench_row row = {.what = given->what,
                               .way = ways[i].name,
                               .unit = unit,
                               .seconds = ways[i].seconds,
                               .operations = operations[i],
                               .bytes = many ? epx_problem_eval_bytes(&c->problem) : NAN,
                               .against = i == PLAIN ? NULL : plain,
                               .ratio = ways[PLAIN].seconds / ways[i].seconds,
                               .goal = i == NEWTON ? &goal : NULL};
    EPX_TRY(epx_bench_set_row(bench, &row));
  }
  return EPX_OK;
}

static epx_err solve_case(epx_bench *bench, const one_case *given) {
  contest c;
  int code = create_contest(given, &c);
  const double n_used = code == EPX_OK ? c.problem.lanes->n_used : 0;
  epx_way ways[N_WAYS] = {
      [ADAMS] = {"one by one, CVODE Adams 1e-6", &c.adams, epx_one_by_one_solve, n_used, 0},
      [ADAMS_SHORT] = {"one by one, CVODE Adams and Newton", &c.adams_short, epx_one_by_one_solve, n_used, 0},
      [PLAIN] = {plain, &c.plain, epx_one_by_one_solve, n_used, 0},
      [NEWTON] = {"population", &c.newton, epx_many_solve, n_used, 0},
      [DYNAMICS] = {"population, dynamics alone 1e-6", &c.dynamics, epx_many_solve, n_used, 0},
      [BDF] = {"one by one, CVODE BDF 1e-6", &c.bdf, epx_one_by_one_solve, given->n_bdf, 0}};
  const int n_ways = given->n_bdf > 0 ? N_WAYS : BDF;
  if (code == EPX_OK) code = epx_way_solve(n_ways, ways);
  if (code == EPX_OK) code = set_rows(bench, given, &c, ways);
  destroy_contest(&c);
  return code;
}

enum { N_BLOCKS = 8, BLOCK_SIZE = 32 };

/** Blocks of instances, one after another through one population, as a campaign's: the context of a way. */
typedef struct {
  epx_problem problem[N_BLOCKS];
  epx_many many; /* of the first, whose lanes take the others' parameters */
  int n;         /* blocks that are solved */
  double operations;
} blocks;

static epx_err create_blocks(blocks *b) {
  epx_equilibrium_options options;
  *b = (blocks){0};
  epx_equilibrium_init(&options);
  for (int i = 0; i < N_BLOCKS; i++)
    EPX_TRY(epx_problem_create(10, BLOCK_SIZE * i, BLOCK_SIZE, 4, &b->problem[i]));
  return epx_many_create(&b->problem[0], &options, &b->many);
}

static void destroy_blocks(blocks *b) {
  epx_many_destroy(&b->many);
  for (int i = 0; i < N_BLOCKS; i++)
    epx_problem_destroy(&b->problem[i]);
}

static epx_err solve_blocks(blocks *b, int n) {
  b->operations = 0;
  for (int i = 0; i < n; i++) {
    epx_lanes_set_parameters(b->problem[0].lanes, b->problem[i].theta);
    EPX_TRY(epx_many_solve(&b->many));
    b->operations += b->many.operations;
  }
  return EPX_OK;
}

static epx_err solve_half(void *context) {
  return solve_blocks(context, N_BLOCKS / 2);
}

static epx_err solve_all(void *context) {
  return solve_blocks(context, N_BLOCKS);
}

/** Twice the instances take twice the time: a population is a block of a fixed size, and further instances
 * are further blocks. */
static epx_err solve_doubling(epx_bench *bench) {
  static const epx_bench_goal goal = {1.9, 2.1, false};
  blocks b;
  int code = create_blocks(&b);
  epx_way ways[] = {{"128 instances", &b, solve_half, 1, 0}, {"256 instances", &b, solve_all, 1, 0}};
  if (code == EPX_OK) code = epx_way_solve(2, ways);
  for (int i = 0; code == EPX_OK && i < 2; i++) {
    const epx_bench_row row = {.what = "n = 10, 4 samples, twice the instances",
                               .way = ways[i].name,
                               .unit = "all",
                               .seconds = ways[i].seconds,
                               .operations = i ? b.operations : NAN,
                               .bytes = NAN,
                               .against = i == 0 ? NULL : ways[0].name,
                               .ratio = ways[1].seconds / ways[0].seconds,
                               .goal = i == 0 ? NULL : &goal};
    code = epx_bench_set_row(bench, &row);
  }
  destroy_blocks(&b);
  return code;
}

/** The learning phases of a batch, its free state known. */
typedef struct {
  epx_problem problem;
  epx_many free;
  epx_ensemble *ensemble;
  epx_estimator_work *work;
  int *label;                /* [n_lanes] */
  double *weight, *gradient; /* [n_lanes], [n_theta] */
  double *state;             /* [n_state][n_lanes]: the free equilibrium */
} phases;

static epx_err solve_phases(void *context) {
  static const epx_cost cost = {.kind = EPX_CROSS_ENTROPY, .off = 0, .on = 1};
  static const epx_nudging nudging = {.beta = 0.01, .scheme = EPX_CENTERED};
  phases *p = context;
  const epx_batch batch = {.ensemble = p->ensemble,
                           .theta = p->problem.theta,
                           .cost = &cost,
                           .label = p->label,
                           .state = p->free.state,
                           .weight = p->weight};
  return epx_estimator_get_by_name("phase-conjugate")->eval(&batch, &nudging, p->work, p->gradient);
}

static epx_err solve_free_and_phases(void *context) {
  phases *p = context;
  EPX_TRY(epx_many_solve(&p->free));
  return solve_phases(context);
}

static epx_err solve_free(void *context) {
  return epx_many_solve(&((phases *)context)->free);
}

static epx_err create_phases(phases *p) {
  epx_equilibrium_options options;
  *p = (phases){0};
  epx_equilibrium_init(&options);
  EPX_TRY(epx_problem_create(16, 0, 1, 64, &p->problem));
  const size_t n_lanes = (size_t)p->problem.lanes->n_lanes;
  EPX_TRY(epx_many_create(&p->problem, &options, &p->free));
  EPX_TRY(epx_population_ensemble_create(p->free.population, p->problem.lanes, &p->ensemble));
  EPX_TRY(epx_estimator_create_work(p->ensemble, &p->work));
  EPX_TRY(EPX_ARRAY(p->label, n_lanes));
  EPX_TRY(EPX_ARRAY(p->weight, n_lanes));
  EPX_TRY(EPX_ARRAY(p->gradient, p->problem.network->n_theta));
  for (size_t lane = 0; lane < n_lanes; lane++) {
    p->label[lane] = (int)(lane % 2);
    p->weight[lane] = 1;
  }
  return EPX_OK;
}

static void destroy_phases(phases *p) {
  epx_estimator_destroy_work(&p->work);
  epx_ensemble_destroy(&p->ensemble);
  epx_array_destroy(&p->label);
  epx_array_destroy(&p->weight);
  epx_array_destroy(&p->gradient);
  epx_many_destroy(&p->free);
  epx_problem_destroy(&p->problem);
}

/** A centred pair of nudged equilibria, with the gradient made of it, is what the free one and the pair take
 * together but for what the free one takes alone. */
static epx_err solve_nudged_pair(epx_bench *bench) {
  static const epx_bench_goal goal = {NAN, 0.25, false};
  phases p;
  int code = create_phases(&p);
  const double n_used = code == EPX_OK ? p.problem.lanes->n_used : 0;
  epx_way ways[] = {{"free", &p, solve_free, n_used, 0},
                    {"free and pair", &p, solve_free_and_phases, n_used, 0}};
  if (code == EPX_OK) code = epx_way_solve(2, ways);
  const double pair = ways[1].seconds - ways[0].seconds;
  const epx_bench_row row = {.what = cases[0].what,
                             .way = "nudged pair and its gradient",
                             .unit = "sample",
                             .seconds = pair,
                             .operations = NAN,
                             .bytes = NAN,
                             .against = "free equilibrium",
                             .ratio = pair / ways[0].seconds,
                             .goal = &goal};
  if (code == EPX_OK) code = epx_bench_set_row(bench, &row);
  destroy_phases(&p);
  return code;
}

static epx_err solve(epx_bench *bench) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    EPX_TRY(solve_case(bench, &cases[i]));
  EPX_TRY(solve_nudged_pair(bench));
  return solve_doubling(bench);
}

const epx_benchmark epx_benchmark_equilibrium = {
    .name = "equilibrium",
    .summary =
        "Kerr networks from rest to equilibrium, many at once and one at a time by the best plain ways",
    .solve = solve,
};
