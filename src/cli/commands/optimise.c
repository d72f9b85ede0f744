/** @file
 * epilux optimise: searches the factors of a deck for the best point, and confirms it on instances that the search has
 * not seen.
 *
 * Every point has the same instances, unless design.random_numbers says otherwise, so that differences between points are those
 * of the design. The best of many points looks better than it is, by what its instances happened to be: hence the
 * fresh ones.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/number.h"
#include "cli/deck_arguments.h"
#include "cli/print/table.h"
#include "io/exchange/evaluator.h"
#include "search/bayesian.h"
#include "study/objective.h"

enum { N_EVALUATIONS = 60, N_EVALUATIONS_MAX = 2000, N_CONFIRMED = 64 };

typedef struct {
  const char *name; /* of a metric, or "yield" */
  epx_objective objective;
} goal;

typedef struct {
  const epx_deck *deck;
  goal goal;
  int n_evaluations, n_confirmed;
  bool csv;
  int n_factors;
  double *rows, *value, *cost; /* [n_evaluations]: points, their objective, and what is minimised */
  double *margin;              /* [n_evaluations]: yield above what it must be */
} search;

static epx_err read_count(const epx_call *call, const char *option, int fallback, int least, int most,
                          int *count) {
  const char *text = epx_call_get_value(call, option, 0);
  double value = fallback;
  if (text && (!epx_number_read_whole(text, &value) || value != rint(value) || value < least || value > most))
    return EPX_RAISE(EPX_EINPUT, "%s %s: give a whole number from %d to %d", option, text, least, most);
  *count = (int)value;
  return EPX_OK;
}

static epx_err read_statistic(const epx_call *call, epx_objective *objective) {
  static const char *const names[] = {"mean", "quantile", "tail"};
  const char *level = epx_call_get_value(call, "--level", 0),
             *statistic = epx_call_get_value(call, "--statistic", 0);
  objective->statistic = 0;
  objective->level = 0.9;
  while (statistic && objective->statistic < 3 && strcmp(statistic, names[objective->statistic]) != 0)
    objective->statistic++;
  if (objective->statistic == 3)
    return EPX_RAISE(EPX_EINPUT, "--statistic %s: it is mean, quantile or tail", statistic);
  if (objective->yield && statistic)
    return EPX_RAISE(EPX_EINPUT, "--statistic: the yield is a share: leave it out");
  if (!level) return EPX_OK;
  if (objective->statistic == EPX_OBJECTIVE_MEAN)
    return EPX_RAISE(EPX_EINPUT, "--level: it is for --statistic quantile or tail");
  if (!epx_number_read_whole(level, &objective->level) || objective->level <= 0 || objective->level >= 1)
    return EPX_RAISE(EPX_EINPUT, "--level %s: give a number above 0 and below 1", level);
  return EPX_OK;
}

static epx_err read_least_yield(const epx_call *call, const epx_settings *settings,
                                epx_objective *objective) {
  const char *text = epx_call_get_value(call, "--yield-at-least", 0);
  if (!text) return EPX_OK;
  if (settings->yield.metric < 0)
    return EPX_RAISE(EPX_EINPUT, "--yield-at-least: the deck says of no metric when an instance is good: "
                                 "section yield is wanted");
  if (objective->yield)
    return EPX_RAISE(EPX_EINPUT, "--yield-at-least: the yield is maximised already: leave it out");
  if (!epx_number_read_whole(text, &objective->least_yield) || objective->least_yield <= 0 ||
      objective->least_yield > 1)
    return EPX_RAISE(EPX_EINPUT, "--yield-at-least %s: give a number above 0, at most 1", text);
  return EPX_OK;
}

static epx_err read_goal(const epx_call *call, const epx_settings *settings, goal *wanted) {
  const char *least = epx_call_get_value(call, "--minimise", 0),
             *most = epx_call_get_value(call, "--maximise", 0);
  epx_objective *objective = &wanted->objective;
  if ((least != NULL) == (most != NULL))
    return EPX_RAISE(EPX_EINPUT, "optimise: --minimise METRIC or --maximise METRIC is wanted, one of them");
  wanted->name = least ? least : most;
  objective->maximise = most != NULL;
  objective->yield = strcmp(wanted->name, "yield") == 0;
  if (objective->yield && settings->yield.metric < 0)
    return EPX_RAISE(EPX_EINPUT,
                     "yield: the deck says of no metric when an instance is good: section yield is wanted");
  objective->metric = objective->yield ? settings->yield.metric : epx_metric_get(wanted->name);
  if (objective->metric < 0 || epx_objective_get_metric(settings, objective->metric) < 0)
    return EPX_RAISE(EPX_EINPUT, "%s is none of the deck's metrics, nor yield: add it to `metrics`",
                     wanted->name);
  EPX_TRY(read_statistic(call, objective));
  return read_least_yield(call, settings, objective);
}

static epx_err eval_result(const goal *wanted, const epx_evaluation *e, epx_objective_result *result) {
  return epx_objective_eval(&wanted->objective, e->settings, e->layout, e->n_instances, e->record, result);
}

static epx_err print_head(const search *s) {
  epx_table *table;
  EPX_TRY(epx_table_create(s->n_factors + 3 + (s->goal.objective.least_yield > 0), &table));
  int code = epx_table_set_next(table, "point");
  for (int i = 0; code == EPX_OK && i < s->n_factors; i++)
    code = epx_table_set_column_head(table, epx_deck_get_factor(s->deck, i));
  if (code == EPX_OK && s->goal.objective.least_yield > 0) code = epx_table_set_next(table, "yield");
  if (code == EPX_OK) code = epx_table_set_next(table, "%s", s->goal.name);
  if (code == EPX_OK) code = epx_table_set_next(table, "best");
  if (code == EPX_OK) epx_table_view(table, s->csv);
  epx_table_destroy(&table);
  return code;
}

static epx_err print_row(const search *s, int i, double best) {
  epx_table *table;
  const double *row = s->rows + (size_t)i * (size_t)s->n_factors;
  EPX_TRY(epx_table_create(s->n_factors + 3 + (s->goal.objective.least_yield > 0), &table));
  int code = epx_table_set_next(table, "%d", i);
  for (int f = 0; code == EPX_OK && f < s->n_factors; f++)
    code = epx_table_set_value(table, epx_deck_get_factor(s->deck, f), row[f], s->csv ? 17 : 6);
  if (code == EPX_OK && s->goal.objective.least_yield > 0)
    code = epx_table_set_next(table, "%.*g", 6, s->margin[i] + s->goal.objective.least_yield);
  if (code == EPX_OK) code = epx_table_set_next(table, "%.*g", s->csv ? 17 : 6, s->value[i]);
  if (code == EPX_OK) code = epx_table_set_next(table, "%.*g", s->csv ? 17 : 6, best);
  if (code == EPX_OK) epx_table_view(table, s->csv);
  fflush(stdout);
  epx_table_destroy(&table);
  return code;
}

/* Solves every point in turn; *best is the first of the best, -1 where none has a value. */
static epx_err solve_points(search *s, const epx_bayesian_spec *spec, epx_evaluator *evaluator, int *best) {
  *best = -1;
  EPX_TRY(print_head(s));
  for (int i = 0; i < s->n_evaluations; i++) {
    double *row = s->rows + (size_t)i * (size_t)s->n_factors;
    epx_evaluation evaluation;
    epx_objective_result result;
    const int n_instances = epx_evaluator_get_settings(evaluator)->n_instances;
    EPX_TRY(epx_bayesian_eval(spec, i, i, s->rows, s->cost,
                              s->goal.objective.least_yield > 0 ? s->margin : NULL, row));
    EPX_TRY(epx_evaluator_solve(evaluator, row, 0, n_instances, &evaluation));
    EPX_TRY(eval_result(&s->goal, &evaluation, &result));
    s->value[i] = result.n_failed > 0 && !s->goal.objective.yield ? NAN : result.value;
    s->cost[i] = s->goal.objective.maximise ? -s->value[i] : s->value[i];
    s->margin[i] = result.yield - s->goal.objective.least_yield;
    const bool fit = s->goal.objective.least_yield == 0 || s->margin[i] >= 0;
    if (fit && !isnan(s->cost[i]) && (*best < 0 || s->cost[i] < s->cost[*best])) *best = i;
    EPX_TRY(print_row(s, i, *best < 0 ? NAN : s->value[*best]));
  }
  if (*best >= 0) return EPX_OK;
  if (s->goal.objective.least_yield > 0)
    return EPX_RAISE(
        EPX_ESOLVER,
        "none of %d points has a %s and yield %g; a smaller --yield-at-least, or wider ranges, are "
        "wanted",
        s->n_evaluations, s->goal.name, s->goal.objective.least_yield);
  return EPX_RAISE(EPX_ESOLVER,
                   "%s: no trial of %d points has it; wider ranges, or other factors, are wanted",
                   s->goal.name, s->n_evaluations);
}

static void print_failed(FILE *out, const epx_objective_result *result, int n) {
  if (result->n_failed > 0) fprintf(out, " of the %d that have it", n - result->n_failed);
}

/* The best point and the first one on instances that follow those of the search: fabricated by the same process, each with
 * draws of its own. What fails there has no value, and is said; of the yield it is not good. */
static epx_err confirm(const search *s, epx_evaluator *evaluator, int best) {
  epx_objective_result found, first;
  epx_evaluation evaluation;
  FILE *out = s->csv ? stderr : stdout;
  const int seen = epx_evaluator_get_settings(evaluator)->n_instances, n = s->n_confirmed;
  for (int k = 0; k < 2; k++) {
    const double *row = s->rows + (size_t)(k ? 0 : best) * (size_t)s->n_factors;
    EPX_TRY(epx_evaluator_solve(evaluator, row, seen, n, &evaluation));
    EPX_TRY(eval_result(&s->goal, &evaluation, k ? &first : &found));
  }
  fprintf(out, "best: point %d, %s %.6g; on %d fresh instances %.6g", best, s->goal.name, s->value[best], n,
          found.value);
  if (!s->goal.objective.yield) print_failed(out, &found, n);
  fprintf(out, " (point 0: %.6g", first.value);
  if (!s->goal.objective.yield) print_failed(out, &first, n);
  fprintf(out, ")\n");
  if (s->goal.objective.least_yield > 0)
    fprintf(out, "yield: %.6g; on %d fresh instances %.6g\n", s->margin[best] + s->goal.objective.least_yield,
            n, found.yield);
  return EPX_OK;
}

static epx_err optimise(search *s, epx_evaluator *evaluator, int *status) {
  const size_t n = (size_t)s->n_evaluations;
  const epx_design_spec *design = epx_deck_get_design(s->deck);
  const epx_factor *factors = epx_deck_get_factor(s->deck, 0);
  const epx_bayesian_spec spec = {.factors = factors,
                                  .n_factors = s->n_factors,
                                  .n_initial = epx_bayesian_get_n_initial(factors, s->n_factors),
                                  .seed = design->seed,
                                  .constraint = design->constraint};
  int best;
  EPX_TRY(EPX_ARRAY(s->rows, n * (size_t)s->n_factors));
  EPX_TRY(EPX_ARRAY(s->value, n));
  EPX_TRY(EPX_ARRAY(s->cost, n));
  EPX_TRY(EPX_ARRAY(s->margin, n));
  EPX_TRY(epx_bayesian_eval(&spec, 0, 0, NULL, NULL, NULL,
                            s->rows)); /* a space without a point is the deck's mistake */
  *status = EPX_EXIT_FAILED;
  EPX_TRY(solve_points(s, &spec, evaluator, &best));
  EPX_TRY(confirm(s, evaluator, best));
  *status = EPX_EXIT_DONE;
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_evaluator *evaluator = NULL;
  EPX_TRY(epx_call_read_deck(call, &deck));
  search s = {.deck = deck, .csv = epx_call_is_set(call, "--csv"), .n_factors = epx_deck_get_n_factors(deck)};
  int code = epx_evaluator_create(deck, &evaluator);
  if (code == EPX_OK) code = read_goal(call, epx_evaluator_get_settings(evaluator), &s.goal);
  if (code == EPX_OK)
    code = read_count(call, "--evaluations", N_EVALUATIONS, 1, N_EVALUATIONS_MAX, &s.n_evaluations);
  if (code == EPX_OK) code = read_count(call, "--confirm", N_CONFIRMED, 1, 1000000, &s.n_confirmed);
  if (code == EPX_OK) code = optimise(&s, evaluator, status);
  epx_array_destroy(&s.rows);
  epx_array_destroy(&s.value);
  epx_array_destroy(&s.cost);
  epx_array_destroy(&s.margin);
  epx_evaluator_destroy(&evaluator);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--minimise", "METRIC", "search for the least value of a metric of the deck", 0},
    {"--maximise", "METRIC", "search for the largest value of a metric, or of the deck's `yield`", 0},
    {"--statistic", "WORD",
     "of the metric over the instances: mean (default), quantile, or tail, the mean of the worst", 0},
    {"--level", "P", "probability of the quantile; share of instances that are not in the tail (default 0.9)",
     0},
    {"--yield-at-least", "P", "search among points whose yield is P or more, such as 0.9", 0},
    {"--evaluations", "N", "number of points in all (default 60)", 0},
    {"--confirm", "N", "fresh instances on which the best point is confirmed (default 64)", 0},
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_optimise = {
    .name = "optimise",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary =
        "search the factors for the best point, by a Gaussian process, and confirm it on fresh instances",
    .details = "Prints a row per point: its number, the factors, the objective, the best so far. The ranges, "
               "scales and words of\n"
               "design.factors are the space, design.constraint holds; the method of the design does not "
               "matter. A point\n"
               "with a failed trial has no mean, quantile or tail, and counts as the worst; for the yield it "
               "is a bad device.\n"
               "The same deck takes the same way, bit for bit. One process; a campaign of a found point uses "
               "all ranks.",
    .example = "epilux optimise inputs/drivers/rings.yaml --minimise loss --evaluations 40",
    .options = options,
    .solve = solve,
};
