/** @file
 * Pair: stages, error and control of all lanes by kernels; what follows for each is asked lane by lane.
 */
#include "equilibrium/population/pair.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/pair_kernel.h"

EPX_KERNEL_TABLE(epx_pair_stage, EPX_PAIR_STAGE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_pair_error, EPX_PAIR_ERROR_ARGUMENTS);
EPX_KERNEL_TABLE(epx_pair_change, EPX_PAIR_CHANGE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_pair_accept, EPX_PAIR_ACCEPT_ARGUMENTS);

/** Of the step that the error would allow, the one that is tried, and a step's change at most. */
#define SAFETY 0.9
#define LEAST_CHANGE 0.1
#define MOST_CHANGE 10.0
/** A step that fails so often is broken: each failure but the first makes it at least 10/9 smaller, most 10 times. */
enum { MAX_FAILURES = 40, N_STAGES = 4 };

struct epx_pair {
  const epx_kinds *kinds;
  epx_pair_system system;
  size_t n_state, n_lanes;
  double *k[N_STAGES - 1];       /* [n_state][n_lanes]: k2, k3, k4 */
  double *z;                     /* [n_state][n_lanes] */
  double *now, *square, *change; /* [n_lanes]: the step, 0 where masked; its error; what it asks for */
  int64_t *passes;               /* [n_lanes]: -1, the step is taken */
  int *failures;                 /* [n_lanes]: in a row */
};

static epx_err create_arrays(epx_pair *pair, size_t n_lanes) {
  const size_t n = pair->n_state * n_lanes;
  for (int stage = 0; stage < N_STAGES - 1; stage++)
    EPX_TRY(EPX_ARRAY(pair->k[stage], n));
  EPX_TRY(EPX_ARRAY(pair->z, n));
  EPX_TRY(EPX_ARRAY(pair->now, n_lanes));
  EPX_TRY(EPX_ARRAY(pair->square, n_lanes));
  EPX_TRY(EPX_ARRAY(pair->change, n_lanes));
  EPX_TRY(EPX_ARRAY(pair->passes, n_lanes));
  return EPX_ARRAY(pair->failures, n_lanes);
}

epx_err epx_pair_create(const epx_kinds *kinds, int n_state, int n_lanes, const epx_pair_system *system,
                        epx_pair **out) {
  *out = NULL;
  epx_pair *pair = NULL;
  EPX_TRY(EPX_ARRAY(pair, 1));
  pair->kinds = kinds;
  pair->system = *system;
  pair->n_state = (size_t)n_state;
  const int code = create_arrays(pair, (size_t)n_lanes);
  if (code != EPX_OK) epx_pair_destroy(&pair);
  EPX_TRY(code);
  *out = pair;
  return EPX_OK;
}

void epx_pair_destroy(epx_pair **address) {
  epx_pair *pair = *address;
  if (!pair) return;
  for (int stage = 0; stage < N_STAGES - 1; stage++)
    epx_array_destroy(&pair->k[stage]);
  epx_array_destroy(&pair->z);
  epx_array_destroy(&pair->now);
  epx_array_destroy(&pair->square);
  epx_array_destroy(&pair->change);
  epx_array_destroy(&pair->passes);
  epx_array_destroy(&pair->failures);
  epx_array_destroy(address);
}

void epx_pair_start(epx_pair *pair, int n_lanes) {
  pair->n_lanes = (size_t)n_lanes;
  memset(pair->failures, 0, pair->n_lanes * sizeof *pair->failures);
}

int *epx_pair_get_failures(epx_pair *pair) {
  return pair->failures;
}

static void eval_stages(epx_pair *pair, const double *y, const double *f) {
  static const double halfway[] = {1. / 2}, further[] = {3. / 4}, whole[] = {2. / 9, 1. / 3, 4. / 9};
  const double *const k[] = {f, pair->k[0], pair->k[1]};
  const epx_pair_system *system = &pair->system;
  EPX_KERNEL_CALL(epx_pair_stage)(pair->n_state, pair->n_lanes, 1, halfway, pair->now, y, k, pair->z);
  system->eval_field(system->context, pair->z, pair->k[0]);
  EPX_KERNEL_CALL(epx_pair_stage)(pair->n_state, pair->n_lanes, 1, further, pair->now, y, k + 1, pair->z);
  system->eval_field(system->context, pair->z, pair->k[1]);
  EPX_KERNEL_CALL(epx_pair_stage)(pair->n_state, pair->n_lanes, 3, whole, pair->now, y, k, pair->z);
  system->eval_field(system->context, pair->z, pair->k[2]);
}

/** Decides what follows in each lane. Returns whether any step is taken. */
static bool judge(epx_pair *pair, const int64_t *mask, double *step, double *taken) {
  bool any = false;
  for (size_t lane = 0; lane < pair->n_lanes; lane++) {
    const bool passes = mask[lane] && pair->square[lane] <= (double)pair->n_state;
    const bool failed_before = pair->failures[lane] > 0;
    pair->passes[lane] = passes ? -1 : 0;
    taken[lane] = passes ? pair->now[lane] : 0;
    any = any || passes;
    if (!mask[lane]) continue;
    pair->failures[lane] = passes ? 0 : pair->failures[lane] + 1;
    if (pair->failures[lane] > MAX_FAILURES) taken[lane] = NAN;
    step[lane] *= passes && failed_before ? fmin(pair->change[lane], 1) : pair->change[lane];
  }
  return any;
}

void epx_pair_step(epx_pair *pair, const epx_pair_tolerance *tolerance, const int64_t *mask, double *y,
                   double *f, double *step, double *taken) {
  static const double errors[N_STAGES] = {-5. / 72, 6. / 72, 8. / 72, -9. / 72};
  const double *const k[N_STAGES] = {f, pair->k[0], pair->k[1], pair->k[2]};
  const epx_pair_error_call call = {.kinds = pair->kinds,
                                    .n_state = pair->n_state,
                                    .n_lanes = pair->n_lanes,
                                    .c = errors,
                                    .step = pair->now,
                                    .rtol = tolerance->rtol,
                                    .share = tolerance->share,
                                    .floor = tolerance->floor,
                                    .bound = tolerance->bound,
                                    .rate = tolerance->rate,
                                    .y = y,
                                    .k = k};
  for (size_t lane = 0; lane < pair->n_lanes; lane++)
    pair->now[lane] = mask[lane] ? step[lane] : 0;
  eval_stages(pair, y, f);
  EPX_KERNEL_CALL(epx_pair_error)(&call, pair->square);
  EPX_KERNEL_CALL(epx_pair_change)
  (pair->n_lanes, (double)pair->n_state, SAFETY, LEAST_CHANGE, MOST_CHANGE, pair->square, pair->change);
  if (judge(pair, mask, step, taken)) EPX_KERNEL_CALL(epx_pair_accept)
  (pair->n_state, pair->n_lanes, pair->passes, pair->z, pair->k[2], y, f);
}
