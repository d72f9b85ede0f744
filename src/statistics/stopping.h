/** @file
 * Stopping: how many instances of each design point a campaign solves, decided while it runs. Every decision is one of what
 * became of a prefix of the instances, whole and in order: it depends on nothing else, and comes out the same whenever and
 * by whomever the instances were solved.
 *
 *   n_k = first 2^k (half-width: first 1.25^k), in whole blocks, the last one `most`       k = 0 … K - 1: the looks
 *   look k: p' = n_good / n_k and Clopper and Pearson's interval of confidence
 *     1 - (1 - confidence) / K        by Bonferroni's inequality all K intervals of a point hold together with `confidence` or
 *                                     more, so the one at which it stopped does, whatever made it stop
 *     1 - 0.7 (1 - confidence)        for half-width: the width says little of where the interval lies. By calculation along all
 *                                     looks, for every yield from .005 to .995, half-widths .05 and .1, first 4 and 16, blocks of
 *                                     1 and 8: at least .950 at confidence .95, .972 in the mean
 *
 * A lost instance counts as bad in the lower end and as good in the upper one.
 *
 *   half-width   a point stops where its interval is at most 2 half_width wide
 *   target       a point stops where its interval lies above the target, or below it
 *   halving      every round keeps the best `keep` of the points (at least one), by their share of good instances, then by
 *                the mean of the metric, then by their number; the next round looks at twice the instances
 *   doubling     all instances of the first `first` points of a Sobol' or Halton design, of twice as many, …, until the
 *                half-width of the mean yield over the design is at most half_width: of 8 consecutive parts, each a design
 *                itself, with m their means, t_7 Student's quantile of confidence as above: t_7 sd(m) / sqrt(8)
 *
 * With a budget, half-width and target decide in rounds, too: when all points have come to their look, those undecided go on
 * while the budget lasts, the ones nearest to a decision first.
 * Source: ClopperPearson1934, JennisonTurnbull2000, Jamieson2016, Owen1998.
 */
#ifndef EPILUX_STATISTICS_STOPPING_H
#define EPILUX_STATISTICS_STOPPING_H

#include <stdbool.h>

#include "epilux/error.h"

/** X(name, deck name). */
#define EPX_STOPPING_RULES(X)                                                                                \
  X(EPX_STOPPING_HALF_WIDTH, "half-width")                                                                   \
  X(EPX_STOPPING_TARGET, "target")                                                                           \
  X(EPX_STOPPING_HALVING, "halving")                                                                         \
  X(EPX_STOPPING_DOUBLING, "doubling")

typedef enum {
  EPX_STOPPING_NONE, /* all instances of all points */
#define EPX_STOPPING_ENUM(name, text) name,
  EPX_STOPPING_RULES(EPX_STOPPING_ENUM)
#undef EPX_STOPPING_ENUM
} epx_stopping_kind;

typedef struct {
  epx_stopping_kind kind;
  double half_width, target, keep;
  double confidence; /* two-sided */
  double budget;     /* trials in all; 0: no limit */
  int first, most;   /* instances at the first look (doubling: points), and at most */
  int block; /* instances that are solved together; looks are at multiples, or at `most`. At most `first` */
  int n_points;
} epx_stopping_rule;

/** Verdicts on a point. X(name, text, meaning) */
#define EPX_VERDICTS(X)                                                                                      \
  X(EPX_VERDICT_OPEN, "open", "not decided yet")                                                             \
  X(EPX_VERDICT_NARROW, "narrow", "the interval has the half-width")                                         \
  X(EPX_VERDICT_ABOVE, "above", "the yield is above the target")                                             \
  X(EPX_VERDICT_BELOW, "below", "the yield is below the target")                                             \
  X(EPX_VERDICT_KEPT, "kept", "among the best to the end")                                                   \
  X(EPX_VERDICT_DROPPED, "dropped", "others were better")                                                    \
  X(EPX_VERDICT_UNDECIDED, "undecided", "not decided by all of its instances")                               \
  X(EPX_VERDICT_UNPAID, "unpaid", "not decided, and the budget is spent")                                    \
  X(EPX_VERDICT_UNPROPOSED, "unproposed", "the design was large enough without it")                          \
  X(EPX_VERDICT_EVALUATED, "evaluated", "a point of a search")                                               \
  X(EPX_VERDICT_CONFIRMED, "confirmed", "a point of a search on fresh instances")

typedef enum {
#define EPX_VERDICT_ENUM(name, text, meaning) name,
  EPX_VERDICTS(EPX_VERDICT_ENUM)
#undef EPX_VERDICT_ENUM
      EPX_VERDICT_COUNT
} epx_verdict;

const char *epx_verdict_get_name(epx_verdict verdict);

typedef struct {
  int n_proposed; /* instances 0 … n_proposed - 1 are to be solved */
  int n_seen;     /* of them, the length of the prefix that is */
  int n_good, n_lost;
  int look; /* the next, or the one that decided */
  epx_verdict verdict;
  double low, high; /* interval of the yield at the last look; NaN before the first */
} epx_stopping_point;

/** What becomes of an instance. */
typedef enum {
  EPX_INSTANCE_PENDING,
  EPX_INSTANCE_BAD,
  EPX_INSTANCE_GOOD,
  EPX_INSTANCE_LOST
} epx_stopping_outcome;

/** Where outcomes are asked for: `value` is what halving compares where as many are good, larger being better; NaN: none. */
typedef struct {
  void *context;
  epx_stopping_outcome (*get)(void *context, int i_point, int i_instance, double *value);
} epx_stopping_source;

typedef struct epx_stopping epx_stopping;

/** Evaluates the confidence of the interval at each look; K is of the looks that blocks of one instance would have. */
double epx_stopping_eval_confidence(const epx_stopping_rule *rule);

/** Tells whether points are decided together, in rounds. */
bool epx_stopping_has_rounds(const epx_stopping_rule *rule);

/** Gets how many instances (doubling: points) are looked at, n_k; k 0 … K - 1. */
int epx_stopping_get_size(const epx_stopping_rule *rule, int look);

/** Evaluates the interval that holds at all looks together, n_good to n_good + n_lost of n instances being good: low, high,
 * out. Errors: of epx_yield_eval(). */
epx_err epx_stopping_eval_interval(const epx_stopping_rule *rule, int n_good, int n_lost, int n, double *low,
                                   double *high);

/** Creates the state of a campaign of which nothing was solved yet, and proposes what begins it. Errors: EPX_EINPUT: a rule
 * that its numbers do not allow, with what would; EPX_EMEMORY. */
epx_err epx_stopping_create(const epx_stopping_rule *rule, epx_stopping **out);
void epx_stopping_destroy(epx_stopping **address);

/** Takes what became of point i since the last call, and decides what can be. *more: out, more instances are proposed, of any
 * point. Cost: O(1) an instance, O(points) a round. Errors: of epx_yield_eval(). */
epx_err epx_stopping_update(epx_stopping *stopping, const epx_stopping_source *source, int i_point,
                            bool *more);

const epx_stopping_point *epx_stopping_get_point(const epx_stopping *stopping, int i_point);

/** Gets how many points are not decided yet. */
int epx_stopping_get_n_open(const epx_stopping *stopping);

#endif
