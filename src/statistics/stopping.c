/** @file
 * Stopping: a cursor a point over its instances. Where points decide for themselves, each goes on when its cursor has come to
 * its look; in rounds, all do when the last has.
 */
#include "statistics/stopping.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "statistics/yield.h"

enum { N_PARTS = 8 };

static const double small_step = 1.25, width_share = 0.7;

static const char *const names[EPX_VERDICT_COUNT] = {
#define NAME(name, text, meaning) text,
    EPX_VERDICTS(NAME)
#undef NAME
};

/* A point in the order in which a round takes it. */
typedef struct {
  int i_point;
  double first, second; /* the larger first */
} candidate;

typedef struct {
  double sum; /* of the values of its instances */
  int n;
  bool active, ready; /* it is part of the round; its cursor has come to its look */
} standing;

struct epx_stopping {
  epx_stopping_rule rule;
  epx_stopping_point *point; /* [n_points] */
  standing *standing;        /* [n_points] */
  candidate *candidate;      /* [n_points] */
  int n_active, n_ready, n_open;
  int round;
  double spent; /* trials that are proposed */
};

const char *epx_verdict_get_name(epx_verdict verdict) {
  return names[verdict];
}

static int get_most(const epx_stopping_rule *rule) {
  return rule->kind == EPX_STOPPING_DOUBLING ? rule->n_points : rule->most;
}

int epx_stopping_get_size(const epx_stopping_rule *rule, int look) {
  const int block = rule->kind == EPX_STOPPING_DOUBLING || rule->block < 1 ? 1 : rule->block;
  double size = rule->first;
  for (int k = 0; k < look && size < get_most(rule); k++)
    size *= rule->kind == EPX_STOPPING_HALF_WIDTH ? small_step : 2;
  const double wanted = ceil(size / block) * block;
  return wanted < get_most(rule) ? (int)wanted : get_most(rule);
}

/* Blocks make looks fewer, never more. */
double epx_stopping_eval_confidence(const epx_stopping_rule *rule) {
  int n = 1;
  if (rule->kind == EPX_STOPPING_HALF_WIDTH) return 1 - width_share * (1 - rule->confidence);
  while (ldexp(rule->first, n - 1) < get_most(rule))
    n++;
  return 1 - (1 - rule->confidence) / n;
}

epx_err epx_stopping_eval_interval(const epx_stopping_rule *rule, int n_good, int n_lost, int n, double *low,
                                   double *high) {
  epx_yield least, most;
  const double confidence = epx_stopping_eval_confidence(rule);
  EPX_TRY(epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, n_good, n, confidence, &least));
  EPX_TRY(epx_yield_eval(EPX_YIELD_CLOPPER_PEARSON, n_good + n_lost, n, confidence, &most));
  *low = least.low;
  *high = most.high;
  return EPX_OK;
}

bool epx_stopping_has_rounds(const epx_stopping_rule *rule) {
  return rule->budget > 0 || rule->kind == EPX_STOPPING_HALVING || rule->kind == EPX_STOPPING_DOUBLING;
}

static epx_err check(const epx_stopping_rule *rule) {
  const bool doubling = rule->kind == EPX_STOPPING_DOUBLING;
  if (doubling && (rule->first < N_PARTS || (rule->first & (rule->first - 1)) != 0))
    return EPX_RAISE(EPX_EINPUT,
                     "decide.first: %d points to begin with; a power of two, %d or more, is wanted",
                     rule->first, N_PARTS);
  if (rule->first > get_most(rule))
    return EPX_RAISE(EPX_EINPUT, "decide.first: %d %s, but there are only %d", rule->first,
                     doubling ? "points to begin with" : "instances at the first look", get_most(rule));
  const double least = (double)rule->n_points * epx_stopping_get_size(rule, 0);
  if (rule->budget > 0 && rule->budget < least)
    return EPX_RAISE(EPX_EINPUT,
                     "decide.budget: %.0f trials, but the first look at %d points of %d instances takes %.0f",
                     rule->budget, rule->n_points, epx_stopping_get_size(rule, 0), least);
  return EPX_OK;
}

/* Proposes the instances of a point's next look. */
static void propose(epx_stopping *s, int i, int n) {
  s->spent += n - s->point[i].n_proposed;
  s->point[i].n_proposed = n;
}

static void activate(epx_stopping *s, int i, int n) {
  s->standing[i].active = true;
  s->n_active++;
  propose(s, i, n);
}

epx_err epx_stopping_create(const epx_stopping_rule *rule, epx_stopping **out) {
  epx_stopping *s;
  *out = NULL;
  EPX_TRY(check(rule));
  EPX_TRY(EPX_ARRAY(s, 1));
  const size_t n = (size_t)rule->n_points;
  s->rule = *rule;
  s->n_open = rule->n_points;
  int code = EPX_ARRAY(s->point, n);
  if (code == EPX_OK) code = EPX_ARRAY(s->standing, n);
  if (code == EPX_OK) code = EPX_ARRAY(s->candidate, n);
  if (code != EPX_OK) {
    epx_stopping_destroy(&s);
    return code;
  }
  const int size = epx_stopping_get_size(rule, 0);
  for (int i = 0; i < rule->n_points; i++) {
    s->point[i].low = s->point[i].high = NAN;
    if (rule->kind != EPX_STOPPING_DOUBLING)
      activate(s, i, size);
    else if (i < size)
      activate(s, i, rule->most);
  }
  *out = s;
  return EPX_OK;
}

void epx_stopping_destroy(epx_stopping **address) {
  epx_stopping *s = *address;
  if (!s) return;
  epx_array_destroy(&s->point);
  epx_array_destroy(&s->standing);
  epx_array_destroy(&s->candidate);
  epx_array_destroy(address);
}

const epx_stopping_point *epx_stopping_get_point(const epx_stopping *stopping, int i_point) {
  return &stopping->point[i_point];
}

int epx_stopping_get_n_open(const epx_stopping *stopping) {
  return stopping->n_open;
}

static void decide(epx_stopping *s, int i, epx_verdict verdict) {
  s->point[i].verdict = verdict;
  s->n_open--;
  s->n_active -= s->standing[i].active;
  s->n_ready -= s->standing[i].ready;
  s->standing[i].active = s->standing[i].ready = false;
}

/* Goes over what is solved of a point; true when its look is reached. */
static bool advance(epx_stopping *s, const epx_stopping_source *source, int i) {
  epx_stopping_point *p = &s->point[i];
  for (; p->n_seen < p->n_proposed; p->n_seen++) {
    double value = NAN;
    const epx_stopping_outcome outcome = source->get(source->context, i, p->n_seen, &value);
    if (outcome == EPX_INSTANCE_PENDING) return false;
    p->n_good += outcome == EPX_INSTANCE_GOOD;
    p->n_lost += outcome == EPX_INSTANCE_LOST;
    if (isnan(value)) continue;
    s->standing[i].sum += value;
    s->standing[i].n++;
  }
  return true;
}

/* The interval at a look of a point, and what it decides. */
static epx_err look(epx_stopping *s, int i, epx_verdict *verdict) {
  epx_stopping_point *p = &s->point[i];
  const epx_stopping_rule *rule = &s->rule;
  *verdict = EPX_VERDICT_OPEN;
  EPX_TRY(epx_stopping_eval_interval(rule, p->n_good, p->n_lost, p->n_seen, &p->low, &p->high));
  if (rule->kind == EPX_STOPPING_HALF_WIDTH && (p->high - p->low) / 2 <= rule->half_width)
    *verdict = EPX_VERDICT_NARROW;
  else if (rule->kind == EPX_STOPPING_TARGET && p->low >= rule->target)
    *verdict = EPX_VERDICT_ABOVE;
  else if (rule->kind == EPX_STOPPING_TARGET && p->high < rule->target)
    *verdict = EPX_VERDICT_BELOW;
  else if (p->n_seen == rule->most && rule->kind != EPX_STOPPING_HALVING)
    *verdict = EPX_VERDICT_UNDECIDED;
  return EPX_OK;
}

static epx_err update_alone(epx_stopping *s, const epx_stopping_source *source, int i, bool *more) {
  epx_stopping_point *p = &s->point[i];
  while (p->verdict == EPX_VERDICT_OPEN && advance(s, source, i)) {
    epx_verdict verdict;
    EPX_TRY(look(s, i, &verdict));
    if (verdict != EPX_VERDICT_OPEN) {
      decide(s, i, verdict);
      return EPX_OK;
    }
    propose(s, i, epx_stopping_get_size(&s->rule, ++p->look));
    *more = true;
  }
  return EPX_OK;
}

/* ---- rounds */

static int compare(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->first != y->first) return x->first > y->first ? -1 : 1;
  if (x->second != y->second) return x->second > y->second ? -1 : 1;
  return x->i_point - y->i_point;
}

static void go_on(epx_stopping *s, int i, bool *more) {
  s->n_ready -= s->standing[i].ready;
  s->standing[i].ready = false;
  propose(s, i, epx_stopping_get_size(&s->rule, ++s->point[i].look));
  *more = true;
}

/* How near a point is to its decision. */
static double eval_nearness(const epx_stopping *s, int i) {
  const epx_stopping_point *p = &s->point[i];
  if (s->rule.kind == EPX_STOPPING_HALF_WIDTH) return -(p->high - p->low);
  return fabs((double)p->n_good / p->n_seen - s->rule.target) / (p->high - p->low);
}

static epx_err round_within_budget(epx_stopping *s, bool *more) {
  int n = 0;
  for (int i = 0; i < s->rule.n_points; i++) {
    if (!s->standing[i].active) continue;
    epx_verdict verdict;
    EPX_TRY(look(s, i, &verdict));
    if (verdict == EPX_VERDICT_OPEN)
      s->candidate[n++] = (candidate){.i_point = i, .first = eval_nearness(s, i)};
    else
      decide(s, i, verdict);
  }
  qsort(s->candidate, (size_t)n, sizeof *s->candidate, compare);
  for (int k = 0; k < n; k++) {
    const int i = s->candidate[k].i_point;
    const int step = epx_stopping_get_size(&s->rule, s->point[i].look + 1) - s->point[i].n_proposed;
    if (s->spent + step <= s->rule.budget)
      go_on(s, i, more);
    else
      decide(s, i, EPX_VERDICT_UNPAID);
  }
  return EPX_OK;
}

static epx_err round_of_halving(epx_stopping *s, bool *more) {
  int n = 0;
  for (int i = 0; i < s->rule.n_points; i++) {
    if (!s->standing[i].active) continue;
    epx_verdict none;
    EPX_TRY(look(s, i, &none));
    const standing *own = &s->standing[i];
    s->candidate[n++] = (candidate){.i_point = i,
                                    .first = (double)s->point[i].n_good / s->point[i].n_seen,
                                    .second = own->n > 0 ? own->sum / own->n : -INFINITY};
  }
  const bool last = s->point[s->candidate[0].i_point].n_seen == s->rule.most;
  const int n_kept = last ? n : (int)fmax(1, ceil(s->rule.keep * n));
  qsort(s->candidate, (size_t)n, sizeof *s->candidate, compare);
  for (int k = 0; k < n; k++) {
    const int i = s->candidate[k].i_point;
    if (k >= n_kept)
      decide(s, i, EPX_VERDICT_DROPPED);
    else if (last)
      decide(s, i, EPX_VERDICT_KEPT);
    else
      go_on(s, i, more);
  }
  return EPX_OK;
}

/* The half-width of the mean yield over the first n points. */
static double eval_half_width(const epx_stopping *s, int n) {
  double share[N_PARTS] = {0}, mean = 0, square = 0;
  for (int i = 0; i < n; i++) {
    const int part = (int)((int64_t)i * N_PARTS / n);
    share[part] += (double)s->point[i].n_good / s->point[i].n_seen * N_PARTS / n;
  }
  for (int k = 0; k < N_PARTS; k++)
    mean += share[k] / N_PARTS;
  for (int k = 0; k < N_PARTS; k++)
    square += (share[k] - mean) * (share[k] - mean) / (N_PARTS - 1);
  return gsl_cdf_tdist_Pinv((1 + epx_stopping_eval_confidence(&s->rule)) / 2, N_PARTS - 1) *
         sqrt(square / N_PARTS);
}

/* Points stay active: they count in all that follows. */
static epx_err round_of_doubling(epx_stopping *s, bool *more) {
  const int n = epx_stopping_get_size(&s->rule, s->round), n_points = s->rule.n_points;
  const bool narrow = eval_half_width(s, n) <= s->rule.half_width;
  for (int i = 0; i < n; i++) {
    epx_stopping_point *p = &s->point[i];
    EPX_TRY(epx_stopping_eval_interval(&s->rule, p->n_good, p->n_lost, p->n_seen, &p->low, &p->high));
    p->look = s->round;
  }
  if (narrow || n == n_points) {
    for (int i = 0; i < n_points; i++)
      decide(s, i, i >= n ? EPX_VERDICT_UNPROPOSED : narrow ? EPX_VERDICT_NARROW : EPX_VERDICT_UNDECIDED);
    return EPX_OK;
  }
  const int next = epx_stopping_get_size(&s->rule, ++s->round);
  for (int i = n; i < next; i++)
    activate(s, i, s->rule.most);
  *more = true;
  return EPX_OK;
}

static void set_ready(epx_stopping *s, const epx_stopping_source *source, int i) {
  standing *own = &s->standing[i];
  if (!own->active || own->ready || !advance(s, source, i)) return;
  own->ready = true;
  s->n_ready++;
}

static epx_err update_in_rounds(epx_stopping *s, const epx_stopping_source *source, int i, bool *more) {
  set_ready(s, source, i);
  while (s->n_active > 0 && s->n_ready == s->n_active) {
    if (s->rule.kind == EPX_STOPPING_HALVING)
      EPX_TRY(round_of_halving(s, more));
    else if (s->rule.kind == EPX_STOPPING_DOUBLING)
      EPX_TRY(round_of_doubling(s, more));
    else
      EPX_TRY(round_within_budget(s, more));
    for (int k = 0; k < s->rule.n_points; k++) /* what came may be there already */
      set_ready(s, source, k);
  }
  return EPX_OK;
}

epx_err epx_stopping_update(epx_stopping *stopping, const epx_stopping_source *source, int i_point,
                            bool *more) {
  *more = false;
  return epx_stopping_has_rounds(&stopping->rule) ? update_in_rounds(stopping, source, i_point, more)
                                                  : update_alone(stopping, source, i_point, more);
}
