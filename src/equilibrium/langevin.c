/* The stages' room is used for the fields at both ends of a step, the step's noise,
 * its size, and the mean over the window. */
#include "equilibrium/langevin.h"

#include <math.h>
#include <string.h>

/* Where a mean over the window stands: `share` of the state and of the outputs are added. */
static epx_err add_to_means(const epx_clock_way *w, const double *y, double share, double *mean) {
  epx_clock *clock = w->clock;
  const size_t n_reads = (size_t)w->ensemble->network->n_outputs * w->n_lanes;
  for (size_t i = 0; i < w->n; i++)
    mean[i] += share * y[i];
  if (w->phase) return EPX_OK;
  EPX_TRY(w->ensemble->functions->eval_readout(w->ensemble, y, clock->readout));
  for (size_t i = 0; i < n_reads; i++)
    clock->reads[i] += share * clock->readout[i];
  return EPX_OK;
}

/* Annealing: the parameter's own values of all lanes, from where they are set. */
typedef struct {
  epx_lanes *lanes; /* NULL: no parameter is annealed */
  size_t n;         /* n_nodes n_lanes */
  double *own;      /* [n] */
} annealing;

/* How far a schedule is at a time, 0 ... 1. */
static double eval_share(const epx_noise_spec *noise, double time) {
  return noise->anneal.length > 0 ? fmin(1, time / noise->anneal.length) : 1;
}

/* What is made of parameters is made anew. */
static void set_parameter(const epx_noise_spec *noise, const annealing *a, double share) {
  const epx_family *family = a->lanes->network->family;
  double *values = a->lanes->node[noise->anneal.parameter];
  for (size_t i = 0; i < a->n; i++)
    values[i] = share < 1 ? noise->anneal.from + share * (a->own[i] - noise->anneal.from) : a->own[i];
  if (family->set_derived) family->set_derived(a->lanes);
  family->set_input(a->lanes);
}

static void begin_annealing(const epx_clock_way *w, annealing *a) {
  const epx_noise_spec *noise = &w->clock->noise;
  *a = (annealing){NULL, 0, w->clock->annealed};
  if (w->phase || noise->anneal.length == 0 || noise->anneal.parameter < 0) return;
  a->lanes = w->ensemble->functions->get_lanes(w->ensemble);
  a->n = (size_t)a->lanes->network->n_nodes * w->n_lanes;
  memcpy(a->own, a->lanes->node[noise->anneal.parameter], a->n * sizeof *a->own);
  a->lanes->active[noise->anneal.parameter] = true;
  set_parameter(noise, a, 0);
}

/* sqrt(2 D h) of every component, 0 in lanes that do not move. */
static epx_err set_size(const epx_clock_way *w, double h, double *size) {
  const epx_lanes *lanes = w->ensemble->functions->get_lanes(w->ensemble);
  if (!lanes)
    return EPX_RAISE(
        EPX_EINPUT, "noise: %s",
        epx_ensemble_get_refusal(w->ensemble->functions->engine, w->ensemble->network, EPX_NEED_WHOLE_LANES));
  epx_noise_eval_amplitude(&w->clock->noise, lanes, size);
  for (size_t i = 0; i < w->n; i++)
    size[i] = epx_clock_way_is_still(w, i % w->n_lanes) ? 0 : sqrt(h) * size[i];
  return EPX_OK;
}

/* The noise of a step is as large as at its middle; the field at its end has the parameters of then. */
static epx_err take_step(const epx_clock_way *w, double h, uint32_t step, const annealing *a, double *y) {
  const epx_noise_spec *noise = &w->clock->noise;
  const double left = w->phase || noise->anneal.length == 0 ? 1 : noise->anneal.left;
  const double factor = sqrt(1 + (left - 1) * eval_share(noise, (step + 0.5) * h));
  double *before = w->k[0], *after = w->k[1], *draw = w->k[2], *size = w->k[3];
  EPX_TRY(epx_clock_way_eval_field(w, y, before));
  epx_noise_eval_draws(w->clock->stream, step, w->ensemble->n_rows, w->ensemble->n_used, (int)w->n_lanes,
                       draw);
  for (size_t i = 0; i < w->n; i++) {
    draw[i] *= factor * size[i];
    w->y_new[i] = y[i] + h * before[i] + draw[i];
  }
  if (a->lanes) set_parameter(noise, a, eval_share(noise, (step + 1) * h));
  EPX_TRY(epx_clock_way_eval_field(w, w->y_new, after));
  for (size_t i = 0; i < w->n; i++)
    y[i] += 0.5 * h * (before[i] + after[i]) + draw[i];
  return EPX_OK;
}

/* The window's whole steps, at least one; 0 without a window. */
static long count_window(double window, double h, long n) {
  if (window == 0) return 0;
  const long steps = lround(window / h);
  return steps < 1 ? 1 : steps < n ? steps : n;
}

static epx_err take_steps(const epx_clock_way *w, long n, double h, const annealing *a, epx_clock_watch watch,
                          void *context, double *y, bool *arrived) {
  epx_clock *clock = w->clock;
  const long n_window = count_window(clock->noise.window, h, n);
  double *mean = w->k[4];
  if (n_window > 0) memset(mean, 0, w->n * sizeof *mean);
  if (n_window > 0 && !w->phase)
    memset(clock->reads, 0, (size_t)w->ensemble->network->n_outputs * w->n_lanes * sizeof *clock->reads);
  *arrived = n == 0;
  for (long step = 0; step < n && !*arrived; step++) {
    if (step == n - n_window) EPX_TRY(add_to_means(w, y, 0.5 / (double)n_window, mean));
    EPX_TRY(take_step(w, h, (uint32_t)step, a, y));
    const bool last = step == n - 1;
    if (step >= n - n_window) EPX_TRY(add_to_means(w, y, (last ? 0.5 : 1) / (double)n_window, mean));
    *arrived = last || (watch && !watch(context, (double)(step + 1) * h, y));
  }
  if (n_window > 0 && !w->phase) memcpy(clock->left, y, w->n * sizeof *y);
  for (size_t i = 0; n_window > 0 && i < w->n; i++)
    y[i] = epx_clock_way_is_still(w, i % w->n_lanes) ? y[i] : mean[i];
  return EPX_OK;
}

epx_err epx_langevin_follow(const epx_clock_way *w, double length, epx_clock_watch watch, void *context,
                            double *y, bool *arrived) {
  epx_clock *clock = w->clock;
  const long n = length > 0 ? (long)ceil(length / clock->noise.step * (1 - 1e-12)) : 0;
  const double h = n > 0 ? length / (double)n : 0;
  annealing a;
  EPX_TRY(set_size(w, h, w->k[3]));
  epx_noise_eval_streams(&clock->key, clock->n_phases++, w->ensemble->n_used, clock->stream);
  begin_annealing(w, &a);
  const int code = take_steps(w, n, h, &a, watch, context, y, arrived);
  if (a.lanes) set_parameter(&clock->noise, &a, 1);
  return code;
}
