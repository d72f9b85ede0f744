/* The step is that of the worst lane, so that all lanes of a block are at the same time; a step that is refused is taken
 * again. Ranks agree on the error of every lane before anything is decided by it. */
#include "equilibrium/clock.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/langevin.h"

enum { N_STAGES = EPX_CLOCK_STAGES, N_WORK = N_STAGES + 3, MAX_STEPS = 200000 };

epx_err epx_clock_init(const epx_ensemble *ensemble, epx_clock *clock) {
  const size_t n_lanes = (size_t)ensemble->max_lanes, n = (size_t)ensemble->n_rows * n_lanes,
               n_readouts = (size_t)ensemble->network->n_outputs * n_lanes;
  *clock = (epx_clock){.rtol = 1e-8};
  EPX_TRY(EPX_ARRAY(clock->work, N_WORK * n));
  EPX_TRY(EPX_ARRAY(clock->readout, n_readouts));
  EPX_TRY(EPX_ARRAY(clock->slope, n_readouts));
  return EPX_ARRAY(clock->extent, 2 * n_lanes);
}

epx_err epx_clock_set_noise(const epx_ensemble *ensemble, const epx_noise_spec *noise, epx_clock *clock) {
  const size_t n_lanes = (size_t)ensemble->max_lanes;
  clock->noise = *noise;
  if (noise->step == 0) return EPX_OK;
  EPX_TRY(EPX_ARRAY(clock->stream, n_lanes));
  if (noise->anneal.length > 0)
    EPX_TRY(EPX_ARRAY(clock->annealed, (size_t)ensemble->network->n_nodes * n_lanes));
  if (noise->window == 0) return EPX_OK;
  EPX_TRY(EPX_ARRAY(clock->left, (size_t)ensemble->n_rows * n_lanes));
  return EPX_ARRAY(clock->reads, (size_t)ensemble->network->n_outputs * n_lanes);
}

void epx_clock_destroy(epx_clock *clock) {
  epx_array_destroy(&clock->work);
  epx_array_destroy(&clock->readout);
  epx_array_destroy(&clock->slope);
  epx_array_destroy(&clock->extent);
  epx_array_destroy(&clock->stream);
  epx_array_destroy(&clock->left);
  epx_array_destroy(&clock->annealed);
  epx_array_destroy(&clock->reads);
}

typedef epx_clock_way way;

/* Dormand and Prince's coefficients; the last row gives the next state, whose field is the next step's first. */
static const double a[N_STAGES][N_STAGES - 1] = {
    {0},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84}};
static const double error_weight[N_STAGES] = {71.0 / 57600,      0,          -71.0 / 16695, 71.0 / 1920,
                                              -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

/* sum [n] = the fields of the first n_stages, by their weights; in the order of the stages. */
static void add_up(const way *w, int n_stages, const double *weight, double *restrict sum) {
  for (size_t i = 0; i < w->n; i++)
    sum[i] = weight[0] * w->k[0][i];
  for (int j = 1; j < n_stages; j++) {
    const double *restrict k = w->k[j];
    for (size_t i = 0; i < w->n; i++)
      sum[i] += weight[j] * k[i];
  }
}

static epx_err take_stages(const way *w, double h, const double *y) {
  for (int s = 1; s < N_STAGES; s++) {
    add_up(w, s, a[s], w->y_new);
    for (size_t i = 0; i < w->n; i++)
      w->y_new[i] = y[i] + h * w->y_new[i];
    EPX_TRY(epx_clock_way_eval_field(w, w->y_new, w->k[s]));
  }
  return EPX_OK;
}

/* The largest error of any lane over what is allowed; INFINITY where a state is no number. */
static epx_err eval_error(const way *w, double h, const double *y, double *largest) {
  const size_t n_lanes = w->n_lanes;
  double *size = w->clock->extent, *error = size + n_lanes;
  memset(size, 0, 2 * w->n_lanes * sizeof *size);
  for (size_t i = 0; i < w->n; i += n_lanes)
    for (size_t lane = 0; lane < n_lanes; lane++)
      size[lane] = fmax(size[lane], fmax(fabs(y[i + lane]), fabs(w->y_new[i + lane])));
  EPX_TRY(w->ensemble->functions->merge_extent(w->ensemble, size));
  add_up(w, N_STAGES, error_weight, w->room);
  for (size_t i = 0; i < w->n; i += n_lanes)
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const double allowed = w->clock->rtol * (fabs(y[i + lane]) + 1e-3 * fmax(size[lane], 1e-12));
      const double share = fabs(h * w->room[i + lane]) / allowed;
      error[lane] = isfinite(share) ? fmax(error[lane], share) : INFINITY;
    }
  EPX_TRY(w->ensemble->functions->merge_extent(w->ensemble, error));
  *largest = 0;
  for (int lane = 0; lane < w->ensemble->n_used; lane++)
    *largest = fmax(*largest, error[lane]);
  return EPX_OK;
}

static epx_err set_certificates(const way *w, bool arrived, double length, const double *y,
                                epx_certificate *certificate) {
  double *lost = w->clock->extent;
  memset(lost, 0, w->n_lanes * sizeof *lost);
  for (size_t i = 0; i < w->n; i++)
    if (!isfinite(y[i])) lost[i % w->n_lanes] = 1;
  EPX_TRY(w->ensemble->functions->merge_extent(w->ensemble, lost));
  for (size_t lane = 0; lane < w->n_lanes; lane++) {
    if (w->idle && w->idle[lane]) continue;
    certificate[lane] = (epx_certificate){.outcome = lost[lane] > 0 ? EPX_DIVERGED
                                                     : arrived      ? EPX_OK
                                                                    : EPX_SLOW,
                                          .residual = NAN,
                                          .settling_time = length,
                                          .abscissa = NAN,
                                          .period = NAN,
                                          .amplitude = NAN};
  }
  return EPX_OK;
}

/* The first step tried: a thousandth of the length. */
static epx_err follow(const way *w, double length, epx_clock_watch watch, void *context, double *y,
                      bool *arrived) {
  double t = 0, h = 1e-3 * length, error;
  EPX_TRY(epx_clock_way_eval_field(w, y, w->k[0]));
  *arrived = length == 0;
  for (int step = 0; step < MAX_STEPS && !*arrived; step++) {
    const bool last = t + h >= length * (1 - 1e-14);
    if (last) h = length - t;
    EPX_TRY(take_stages(w, h, y));
    EPX_TRY(eval_error(w, h, y, &error));
    const double factor = isfinite(error) ? fmax(0.2, fmin(5, 0.9 * pow(fmax(error, 1e-10), -0.2))) : 0.1;
    if (error <= 1) {
      t = last ? length : t + h;
      memcpy(y, w->y_new, w->n * sizeof *y);
      memcpy(w->k[0], w->k[N_STAGES - 1], w->n * sizeof *y);
      *arrived = last || (watch && !watch(context, t, y));
    }
    h *= factor;
    if (h < 1e-11 * length) break; /* a lane runs away */
  }
  return EPX_OK;
}

static epx_err follow_steps(const way *w, double length, epx_clock_watch watch, void *context, double *y,
                            bool *arrived) {
  const long n = length > 0 ? (long)ceil(length / w->clock->step * (1 - 1e-12)) : 0;
  const double h = n > 0 ? length / (double)n : 0;
  *arrived = n == 0;
  for (long step = 1; step <= n && !*arrived; step++) {
    EPX_TRY(epx_clock_way_eval_field(w, y, w->k[0]));
    for (size_t i = 0; i < w->n; i++)
      y[i] += h * w->k[0][i];
    *arrived = step == n || (watch && !watch(context, (double)step * h, y));
  }
  return EPX_OK;
}

epx_err epx_clock_follow(epx_ensemble *ensemble, epx_clock *clock, const epx_phase *phase,
                         const unsigned char *idle, double length, epx_clock_watch watch, void *context,
                         double *y, epx_certificate *certificate) {
  way w = {.ensemble = ensemble, .clock = clock, .phase = phase, .idle = idle};
  w.n_lanes = (size_t)ensemble->n_lanes;
  w.n = (size_t)ensemble->n_rows * w.n_lanes;
  for (int s = 0; s < N_STAGES; s++)
    w.k[s] = clock->work + (size_t)s * w.n;
  w.y_new = clock->work + N_STAGES * w.n;
  w.pull = w.y_new + w.n;
  w.room = w.pull + w.n;
  bool arrived;
  if (phase && phase->adjoint)
    return EPX_RAISE(EPX_EINPUT,
                     "equilibrium.duration: an adjoint phase is no dynamics of the device; choose another "
                     "learning.estimator");
  if (clock->noise.step > 0)
    EPX_TRY(epx_langevin_follow(&w, length, watch, context, y, &arrived));
  else
    EPX_TRY((clock->step > 0 ? follow_steps : follow)(&w, length, watch, context, y, &arrived));
  return set_certificates(&w, arrived, length, y, certificate);
}

epx_err epx_ensemble_solve(epx_ensemble *ensemble, const epx_phase *phase, const unsigned char *idle,
                           double *y, epx_certificate *certificate) {
  epx_clock *clock = ensemble->clock;
  const double length = !clock ? 0 : phase ? clock->nudged : clock->free;
  if (length == 0) return ensemble->functions->solve(ensemble, phase, idle, y, certificate);
  return epx_clock_follow(ensemble, clock, phase, idle, length, NULL, NULL, y, certificate);
}

epx_err epx_ensemble_eval_reads(epx_ensemble *ensemble, const double *y, double *r) {
  const epx_clock *clock = ensemble->clock;
  if (!clock || !clock->reads) return ensemble->functions->eval_readout(ensemble, y, r);
  memcpy(r, clock->reads, (size_t)ensemble->network->n_outputs * (size_t)ensemble->n_lanes * sizeof *r);
  return EPX_OK;
}

const double *epx_ensemble_get_left(const epx_ensemble *ensemble, const double *read) {
  return ensemble->clock && ensemble->clock->left ? ensemble->clock->left : read;
}

epx_err epx_ensemble_solve_pair(epx_ensemble *ensemble, const epx_phase *phases, double *const *y,
                                epx_certificate *const *certificates) {
  if (!ensemble->clock || ensemble->clock->nudged == 0)
    return ensemble->functions->solve_pair(ensemble, phases, y, certificates);
  for (int s = 0; s < 2; s++)
    EPX_TRY(epx_ensemble_solve(ensemble, &phases[s], NULL, y[s], certificates[s]));
  return EPX_OK;
}
