/* Energies are summed in the order of the runs, chunk by chunk. */
#include "study/search/search.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "epilux/log.h"
#include "photonic/spins.h"
#include "statistics/yield.h"
#include "study/point.h"

static double get_unit(const epx_point *point) {
  const double scale = fabs(point->settings->network.topology.scale);
  return scale > 0 ? scale : 1;
}

bool epx_search_is_wanted(const epx_task_spec *task) {
  return strcmp(task->name, "ground-state") == 0;
}

/* The first metric of the deck that has one of the needs, "" where none has. */
static const char *find_metric(const epx_settings *settings, unsigned needs) {
  for (int i = 0; i < settings->n_metrics; i++)
    if (epx_metric_get_needs(&settings->metric[i], 1) & needs)
      return epx_metric_get_name(settings->metric[i]);
  return "";
}

epx_err epx_search_check(const epx_point *point, unsigned needs) {
  const epx_task_spec *task = &point->settings->task;
  const bool runs = epx_search_is_wanted(task);
  if (!runs && (needs & (EPX_NEEDS_SEARCH | EPX_NEEDS_OPTIMUM)))
    return EPX_RAISE(EPX_EINPUT, "metrics: %s is of task ground-state, not of %s",
                     find_metric(point->settings, EPX_NEEDS_SEARCH | EPX_NEEDS_OPTIMUM), task->name);
  if (!runs) return EPX_OK;
  if (!epx_spins_has(point->network->family))
    return EPX_RAISE(EPX_EINPUT,
                     "task.name: the states of family %s are no spins; opo, soft-spin, ising and phase have "
                     "them",
                     point->network->family->name);
  if (point->settings->learning.epochs > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "learning.epochs: %d, but task ground-state has nothing to learn; set it to 0",
                     point->settings->learning.epochs);
  if ((needs & EPX_NEEDS_OPTIMUM) && isnan(task->optimum) && point->network->n_nodes > EPX_SPINS_MOST_TRIED)
    return EPX_RAISE(
        EPX_EINPUT,
        "task.optimum: a success probability needs the energy of the ground state, which is not "
        "known of %d spins; give it, or ask for ising_energy alone (up to %d spins all states are "
        "tried)",
        point->network->n_nodes, EPX_SPINS_MOST_TRIED);
  return EPX_OK;
}

typedef struct {
  epx_spins spins;
  signed char *spin; /* [n_nodes] */
  double optimum;    /* NaN: not asked for */
  epx_search *search;
} counting;

/* Runs that diverged reach nothing, and count. */
static void count_chunk(void *context, const epx_ensemble *ensemble, const double *state,
                        const double *weight) {
  counting *c = context;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    epx_search *own = &c->search[lane / ensemble->n_samples];
    own->n_runs++;
    if (weight[lane] == 0) continue;
    epx_spins_eval(&c->spins, state + lane, (size_t)ensemble->n_lanes, c->spin);
    const double energy = epx_spins_eval_energy(&c->spins, c->spin);
    own->least = fmin(own->least, energy);
    own->cut = fmax(own->cut, epx_spins_eval_cut(&c->spins, c->spin));
    own->sum += energy;
    own->n_found += energy <= c->optimum + 1e-9 * fmax(1, fabs(c->optimum));
  }
}

static double eval_time(double length, double p) {
  if (!(p > 0)) return NAN;
  return p < 1 ? length * fmax(1, log(0.01) / log1p(-p)) : length;
}

static epx_err finish(const epx_point *point, double optimum, epx_search *s) {
  epx_yield share;
  const double length = point->settings->equilibrium.duration_free;
  EPX_TRY(epx_yield_eval(EPX_YIELD_WILSON, s->n_found, s->n_runs, 0.95, &share));
  s->probability = share.yield;
  s->low = share.low;
  s->high = share.high;
  s->time = length > 0 ? eval_time(length, share.yield) : NAN;
  s->time_low = length > 0 ? eval_time(length, share.high) : NAN;
  s->time_high = length > 0 ? eval_time(length, share.low) : NAN;
  if (s->least < optimum - 1e-9 * fmax(1, fabs(optimum)))
    epx_log_write_once(
        EPX_LOG_WARNING, "search",
        "a run found the energy %.17g, below task.optimum: that is no ground state, and success "
        "probabilities are of reaching it or less",
        s->least);
  return EPX_OK;
}

static epx_err count(const epx_point *point, epx_learner *learner, const double *theta, bool stability,
                     epx_performance *performance, counting *c) {
  const unsigned needs = epx_metric_get_needs(point->settings->metric, point->settings->n_metrics);
  EPX_TRY(epx_spins_init(point->network, point->nominal, get_unit(point), &c->spins));
  EPX_TRY(EPX_ARRAY(c->spin, (size_t)point->network->n_nodes));
  if ((needs & EPX_NEEDS_OPTIMUM) && isnan(c->optimum))
    EPX_TRY(epx_spins_solve_ground(&c->spins, &c->optimum));
  epx_learner_set_observer(learner, count_chunk, c);
  const int code = epx_learner_eval_performance(learner, theta, EPX_PART_TEST, stability, performance);
  epx_learner_set_observer(learner, NULL, NULL);
  return code;
}

epx_err epx_search_eval(const epx_point *point, epx_learner *learner, const double *theta, bool stability,
                        epx_performance *performance, epx_search *search) {
  counting c = {.optimum = point->settings->task.optimum, .search = search};
  for (int k = 0; k < point->block; k++)
    search[k] = (epx_search){.least = INFINITY, .cut = -INFINITY};
  int code = count(point, learner, theta, stability, performance, &c);
  for (int k = 0; code == EPX_OK && k < point->block; k++)
    code = finish(point, c.optimum, &search[k]);
  epx_spins_destroy(&c.spins);
  epx_array_destroy(&c.spin);
  return code;
}
