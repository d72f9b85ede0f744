/* Lengths of phases. Trajectories are followed by the ensemble's field alone (equilibrium/clock.h), so that they are those
 * of either engine, and their criteria are of what is read, not of when a solver takes over. */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "learning/training/learner_state.h"

enum { MOST_FOLLOWED = 100, MOST_OF_BATCH = 64, LOWEST = -24, FIRST = 6, ABOVE = 12 };

static const double coarsest = 1e-6; /* rtol of trajectories whose outputs are read to `spread` */
static const double share = 0.1;     /* of a gradient, that it may err by */
static const double spread = 0.01;   /* of an output's values, within which it is read */

static epx_err prepare(epx_learner *learner) {
  return learner->clock.work ? EPX_OK : epx_clock_init(learner->ensemble, &learner->clock);
}

/* ---- inference */

int epx_learner_count_followed(const epx_learner *learner) {
  int n;
  epx_learner_get_samples(learner, EPX_PART_TEST, &n);
  return n < MOST_FOLLOWED ? n : MOST_FOLLOWED;
}

/* What one chunk's trajectories are watched for; lanes by the ensemble's n_lanes. */
typedef struct {
  epx_learner *learner;
  const double *within;      /* [n_instances][n_outputs] */
  double *end, *goal, *here; /* states; readouts at the end, and on the way */
  double *first, *distance;  /* [n_lanes] of the state from its end: at the start, and now */
  double *left, *before;     /* [n_lanes] time since which all outputs are within, and their excess before */
  double time;
  int code;
} watching;

static epx_err eval_distance(const watching *w, const double *y, double *distance) {
  const epx_ensemble *ensemble = w->learner->ensemble;
  const size_t n_lanes = (size_t)ensemble->n_lanes, n = (size_t)ensemble->n_rows * n_lanes;
  memset(distance, 0, n_lanes * sizeof *distance);
  for (size_t i = 0; i < n; i++)
    distance[i % n_lanes] = fmax(distance[i % n_lanes], fabs(y[i] - w->end[i]));
  return ensemble->functions->merge_extent(w->learner->ensemble, distance);
}

/* How far the worst output of a lane is from its end, over what is allowed. */
static double eval_excess(const watching *w, int lane) {
  const epx_ensemble *ensemble = w->learner->ensemble;
  const int n = w->learner->network->n_outputs, instance = lane / ensemble->n_samples;
  double worst = 0;
  for (int o = 0; o < n; o++) {
    const size_t at = (size_t)o * (size_t)ensemble->n_lanes + (size_t)lane;
    const double within = w->within[instance * n + o];
    if (within > 0) worst = fmax(worst, fabs(w->here[at] - w->goal[at]) / within);
  }
  return worst;
}

/* The time at which the excess passed 1: between two steps its logarithm is taken for a straight line. */
static bool look(void *context, double time, const double *y) {
  watching *w = context;
  const epx_ensemble *ensemble = w->learner->ensemble;
  bool going = false;
  w->code = ensemble->functions->eval_readout(w->learner->ensemble, y, w->here);
  if (w->code == EPX_OK) w->code = eval_distance(w, y, w->distance);
  if (w->code != EPX_OK) return false;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    const double now = eval_excess(w, lane), before = w->before[lane];
    if (now > 1)
      w->left[lane] = time;
    else if (before > 1)
      w->left[lane] = w->time + (time - w->time) * log(before) / (log(before) - log(fmax(now, 1e-300)));
    w->before[lane] = now;
    going = going ||
            (w->learner->last.weight[lane] != 0 && (now > 0.1 || w->distance[lane] > 1e-3 * w->first[lane]));
  }
  w->time = time;
  return going;
}

static epx_err follow_chunk(watching *w, int n, const int *samples, int first, int n_all, double *time) {
  epx_learner *learner = w->learner;
  epx_ensemble *ensemble = learner->ensemble;
  EPX_TRY(epx_learner_solve_chunk(learner, n, samples));
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  memcpy(w->end, learner->last.state, (size_t)ensemble->n_rows * n_lanes * sizeof *w->end);
  memcpy(w->goal, learner->last.readout, (size_t)learner->network->n_outputs * n_lanes * sizeof *w->goal);
  for (size_t lane = 0; lane < n_lanes; lane++)
    learner->last.idle[lane] = learner->last.weight[lane] == 0;
  EPX_TRY(ensemble->functions->set_start(ensemble, learner->seed, samples, learner->last.state));
  EPX_TRY(eval_distance(w, learner->last.state, w->first));
  memset(w->left, 0, n_lanes * sizeof *w->left);
  memset(w->before, 0, n_lanes * sizeof *w->before);
  w->time = 0;
  (void)look(w, 0, learner->last.state);
  epx_clock coarse = learner->clock;
  coarse.rtol = coarsest;
  if (w->code == EPX_OK)
    w->code = epx_clock_follow(ensemble, &coarse, NULL, learner->last.idle, learner->max_time, look, w,
                               learner->last.state, learner->last.certificate);
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    const int instance = lane / ensemble->n_samples, sample = lane % ensemble->n_samples;
    time[instance * n_all + first + sample] = learner->last.weight[lane] != 0 ? w->left[lane] : NAN;
  }
  return w->code;
}

/* The spread of every output over the samples, of each instance, times what is allowed of it: within [n_instances][n_outputs]. */
static epx_err eval_within(epx_learner *learner, int n, const int *samples, double *low, double *within) {
  const int n_outputs = learner->network->n_outputs, n_all = learner->n_instances * n_outputs;
  for (int i = 0; i < n_all; i++) {
    low[i] = INFINITY;
    within[i] = -INFINITY;
  }
  for (int first = 0; first < n; first += learner->chunk_size) {
    const int left = n - first;
    EPX_TRY(epx_learner_solve_chunk(learner, left < learner->chunk_size ? left : learner->chunk_size,
                                    samples + first));
    const epx_ensemble *ensemble = learner->ensemble;
    for (int lane = 0; lane < ensemble->n_used; lane++)
      for (int o = 0; learner->last.weight[lane] != 0 && o < n_outputs; o++) {
        const double r = learner->last.readout[(size_t)o * (size_t)ensemble->n_lanes + (size_t)lane];
        const int at = lane / ensemble->n_samples * n_outputs + o;
        low[at] = fmin(low[at], r);
        within[at] = fmax(within[at], r);
      }
  }
  for (int i = 0; i < n_all; i++)
    within[i] = within[i] > low[i] ? spread * (within[i] - low[i]) : 0;
  return EPX_OK;
}

static epx_err follow_all(watching *w, double *low, double *within, double *time) {
  epx_learner *learner = w->learner;
  const int n = epx_learner_count_followed(learner);
  int n_part;
  const int *samples = epx_learner_get_samples(learner, EPX_PART_TEST, &n_part);
  EPX_TRY(eval_within(learner, n, samples, low, within));
  for (int first = 0; first < n; first += learner->chunk_size) {
    const int left = n - first;
    EPX_TRY(follow_chunk(w, left < learner->chunk_size ? left : learner->chunk_size, samples + first, first,
                         n, time));
  }
  return EPX_OK;
}

epx_err epx_learner_eval_inference(epx_learner *learner, const double *theta, double *time) {
  const epx_ensemble *ensemble = learner->ensemble;
  const size_t n_lanes = (size_t)ensemble->max_lanes, n = (size_t)ensemble->n_rows * n_lanes,
               n_outputs = (size_t)learner->network->n_outputs,
               n_bounds = n_outputs * (size_t)learner->n_instances;
  watching w = {.learner = learner};
  double *low = NULL, *within = NULL, *lanes = NULL;
  epx_learner_set_parameters(learner, theta);
  if (learner->clocked && learner->clock.free > 0) {
    for (int i = 0; i < learner->n_instances * epx_learner_count_followed(learner); i++)
      time[i] = learner->clock.free;
    return EPX_OK;
  }
  int code = prepare(learner);
  if (code == EPX_OK) code = EPX_ARRAY(w.end, n);
  if (code == EPX_OK) code = EPX_ARRAY(w.goal, 2 * n_outputs * n_lanes);
  if (code == EPX_OK) code = EPX_ARRAY(lanes, 4 * n_lanes);
  if (code == EPX_OK) code = EPX_ARRAY(low, n_bounds);
  if (code == EPX_OK) code = EPX_ARRAY(within, n_bounds);
  if (code == EPX_OK) {
    w.here = w.goal + n_outputs * n_lanes;
    w.first = lanes;
    w.distance = lanes + n_lanes;
    w.left = lanes + 2 * n_lanes;
    w.before = lanes + 3 * n_lanes;
    w.within = within;
    code = follow_all(&w, low, within, time);
  }
  double **arrays[] = {&w.end, &w.goal, &lanes, &low, &within};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  return code;
}

/* ---- a training step */

typedef struct {
  epx_learner *learner;
  int n;              /* samples of the batch */
  double *exact;      /* [n_instances][n_theta] what gradients are compared with */
  double *error;      /* [n_instances] of the last, relative */
  double *last_error; /* [n_instances] at the length before, which was enough */
  unsigned char *ended;
} lengths_work;

static epx_err eval_gradient(const lengths_work *w) {
  epx_learner *learner = w->learner;
  return epx_learner_eval_batch_gradient(learner, learner->spec.estimator, &learner->spec.nudging, w->n,
                                         learner->task->train);
}

static epx_err eval_errors(const lengths_work *w) {
  const epx_learner *learner = w->learner;
  const size_t n_theta = learner->network->n_theta;
  EPX_TRY(eval_gradient(w));
  for (int i = 0; i < learner->n_instances; i++) {
    double squares = 0, all = 0;
    for (size_t k = (size_t)i * n_theta; k < (size_t)(i + 1) * n_theta; k++) {
      const double d = learner->sum.gradient[k] - w->exact[k];
      squares += d * d;
      all += w->exact[k] * w->exact[k];
    }
    w->error[i] = all > 0 ? sqrt(squares / all) : 0;
  }
  return EPX_OK;
}

/* Where the error passes the share between two lengths, logarithms in both. */
static double interpolate(double enough, double error, double less, double more_error) {
  const double at = (log(more_error) - log(share)) / (log(more_error) - log(fmax(error, 1e-300)));
  return isfinite(more_error) ? less * pow(enough / less, fmin(1, fmax(0, at))) : enough;
}

/* The length above which all that are tried are enough; `which` is set in the clock. length [n_instances] */
static epx_err find_length(const lengths_work *w, double scale, double *which, double *length) {
  const int n = w->learner->n_instances;
  int k = FIRST;
  bool all;
  do { /* the first that is enough for all */
    *which = scale * pow(2, 0.5 * k);
    EPX_TRY(eval_errors(w));
    all = true;
    for (int i = 0; i < n; i++)
      all = all && w->error[i] <= share;
    k += all ? 0 : 2;
  } while (!all && k <= ABOVE);
  for (int i = 0; i < n; i++) {
    length[i] = w->error[i] <= share ? *which : NAN;
    w->ended[i] = !(w->error[i] <= share);
    w->last_error[i] = w->error[i];
  }
  for (k = (k > ABOVE ? ABOVE : k) - 1; k >= LOWEST && memchr(w->ended, 0, (size_t)n); k--) {
    const double before = *which;
    *which = scale * pow(2, 0.5 * k);
    EPX_TRY(eval_errors(w));
    for (int i = 0; i < n; i++) {
      if (w->ended[i]) continue;
      w->ended[i] = !(w->error[i] <= share);
      length[i] = w->ended[i] ? interpolate(before, w->last_error[i], *which, w->error[i]) : *which;
      w->last_error[i] = w->error[i];
    }
  }
  return EPX_OK;
}

/* What a contrast, two states' difference over the nudge, errs by stays a hundredth of a hundredth. */
static double choose_rtol(const epx_nudging *nudging) {
  return fmax(1e-8, fmin(coarsest, 1e-4 * fabs(nudging->beta)));
}

/* The rule's phases first, with a free phase at rest; then the free phase, with all of theirs as long as the longest. */
static epx_err find_lengths(const lengths_work *w, double scale, double *room, epx_phase_lengths *lengths) {
  epx_learner *learner = w->learner;
  epx_clock *clock = &learner->clock;
  const epx_estimator *rule = learner->spec.estimator;
  const size_t n = (size_t)learner->n_instances, size = n * learner->network->n_theta * sizeof(double);
  double *nudged = room, *free = room + n, longest = 0;
  EPX_TRY(eval_gradient(w));
  memcpy(w->exact, learner->sum.gradient, size);
  learner->ensemble->clock = clock;
  clock->free = clock->nudged = 0;
  clock->rtol = choose_rtol(&learner->spec.nudging);
  for (size_t i = 0; i < n; i++)
    nudged[i] = free[i] = 0;
  if (rule->eval_phases) {
    EPX_TRY(find_length(w, scale, &clock->nudged, nudged));
    for (size_t i = 0; i < n; i++)
      longest = fmax(longest, nudged[i]);
    clock->nudged = longest;
    EPX_TRY(eval_gradient(w));
    memcpy(w->exact, learner->sum.gradient, size);
  }
  if (longest > 0 || !rule->eval_phases) EPX_TRY(find_length(w, scale, &clock->free, free));
  for (size_t i = 0; i < n; i++) {
    lengths[i].free = longest > 0 || !rule->eval_phases ? free[i] : NAN;
    lengths[i].nudged = nudged[i];
    double all = 0;
    for (size_t k = i * learner->network->n_theta; k < (i + 1) * learner->network->n_theta; k++)
      all += fabs(w->exact[k]);
    if (all == 0) lengths[i] = (epx_phase_lengths){0, 0};
  }
  return EPX_OK;
}

/* What a measurement of gradients counts is not the training's. */
static epx_err measure(lengths_work *w, double scale, double *room, epx_phase_lengths *lengths) {
  epx_learner *learner = w->learner;
  const size_t n = (size_t)learner->n_instances * sizeof(double);
  double *kept = room + 2 * learner->n_instances;
  memcpy(kept, learner->sum.n_asked, n);
  memcpy(kept + learner->n_instances, learner->sum.failed, n);
  const double rtol = learner->clock.rtol;
  const int code = find_lengths(w, scale, room, lengths);
  learner->clock.rtol = rtol;
  memcpy(learner->sum.n_asked, kept, n);
  memcpy(learner->sum.failed, kept + learner->n_instances, n);
  learner->ensemble->clock = NULL;
  return code;
}

epx_err epx_learner_eval_lengths(epx_learner *learner, const double *theta, double scale,
                                 epx_phase_lengths *lengths) {
  const size_t n = (size_t)learner->n_instances;
  const epx_estimator *rule = learner->spec.estimator;
  for (size_t i = 0; i < n; i++)
    lengths[i] = learner->clocked ? (epx_phase_lengths){learner->clock.free, learner->clock.nudged}
                                  : (epx_phase_lengths){NAN, NAN};
  if (learner->clocked || rule->computed) return EPX_OK;
  lengths_work w = {.learner = learner, .n = learner->batch < MOST_OF_BATCH ? learner->batch : MOST_OF_BATCH};
  double *room = NULL;
  epx_learner_set_parameters(learner, theta);
  int code = prepare(learner);
  if (code == EPX_OK) code = EPX_ARRAY(w.exact, n * learner->network->n_theta);
  if (code == EPX_OK) code = EPX_ARRAY(room, 6 * n);
  if (code == EPX_OK) code = EPX_ARRAY(w.ended, n);
  if (code == EPX_OK) {
    w.error = room + 4 * n;
    w.last_error = room + 5 * n;
    code = measure(&w, scale, room, lengths);
  }
  epx_array_destroy(&w.exact);
  epx_array_destroy(&room);
  epx_array_destroy(&w.ended);
  return code;
}
