/** @internal @file
 * Problem: the random Kerr networks that are measured, as lanes and one by one.
 *
 * n all-to-all rings: loss 1, kerr .5, detuning -1 + U(0, 1), coupling symmetric U(-.5, .5) / sqrt(n); every
 * ring driven by a feature U(-.5, .5); from rest.
 */
#ifndef EPILUX_CLI_BENCH_PROBLEM_H
#define EPILUX_CLI_BENCH_PROBLEM_H

#include "cli/bench/benchmark.h"
#include "cli/bench/kerr_alone.h"
#include "equilibrium/population/population.h"
#include "equilibrium/reference/plain_loop.h"

typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  double *theta, *features, *matrices; /* matrices [n_instances][n][n] */
  epx_kerr_alone *alone;               /* [n_used], lane by lane */
} epx_problem;

/** Creates the problem of instances `first` and on. Errors: EPX_EMEMORY. */
epx_err epx_problem_create(int n, int first, int n_instances, int n_samples, epx_problem *problem);

/** Evaluates the bytes a lane of its workspaces: population, parameters, input. */
double epx_problem_eval_bytes(const epx_problem *problem);

/** Destroys what it holds. */
void epx_problem_destroy(epx_problem *problem);

/** A population on its way from rest: the context of a way. */
typedef struct {
  const epx_problem *problem;
  epx_population *population;
  double *state;                /* [n_state][n_lanes] */
  epx_certificate *certificate; /* [n_lanes] */
  double operations;            /* of the last solve: of fields, factorisations and solutions */
} epx_many;

/** Creates a population for the problem. Errors: EPX_EMEMORY, EPX_ESOLVER, EPX_EINPUT (options). */
epx_err epx_many_create(const epx_problem *problem, const epx_equilibrium_options *options, epx_many *many);
void epx_many_destroy(epx_many *many);

/** Solves all lanes from rest; `context` is an epx_many. Errors: EPX_ESOLVER: a lane without an equilibrium.
 */
epx_err epx_many_solve(void *context);

/** One network after another: the context of a way. */
typedef struct {
  const epx_problem *problem;
  epx_baseline *baseline; /* CVODE, and */
  epx_plain_loop *loop; /* the plain loop, which finishes where the other follows; one of them may be NULL */
  double *state;        /* [n_state] */
  int n_solved;         /* of the problem's lanes, the first so many */
  double operations;    /* of the last solve: of fields, and of the loop's factorisations and solutions */
} epx_one_by_one;

/** Creates a baseline (options NULL: none) and a plain loop (likewise) for the first n_solved lanes of the problem.
 * Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_one_by_one_create(const epx_problem *problem, const epx_baseline_options *options,
                              const epx_plain_loop_options *loop, int n_solved, epx_one_by_one *one_by_one);
void epx_one_by_one_destroy(epx_one_by_one *one_by_one);

/** Solves them from rest; `context` is an epx_one_by_one. Errors: EPX_ESOLVER. */
epx_err epx_one_by_one_solve(void *context);

#endif
