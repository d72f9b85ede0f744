/** @file
 * epilux gradient: every estimator against implicit differentiation and finite differences, on one network.
 */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cli/deck_arguments.h"
#include "cli/print/table.h"
#include "learning/training/comparison.h"
#include "study/fabrication/deployment.h"
#include "study/trial.h"

/* The nominal network, or one fabricated instance of the base point. */
static epx_err eval_parameters(const epx_call *call, const epx_point *point, double *theta) {
  const epx_settings *settings = point->settings;
  memcpy(theta, point->nominal, point->network->n_theta * sizeof *theta);
  const char *text = epx_call_get_value(call, "--instance", 0);
  if (!text) return EPX_OK;
  char *end;
  const long instance = strtol(text, &end, 10);
  if (end == text || *end || instance < 0 || instance >= settings->n_instances)
    return EPX_RAISE(EPX_EINPUT, "--instance %s: the deck has instances 0 to %d", text,
                     settings->n_instances - 1);
  return epx_deployment_eval_instance(point, 0, (uint32_t)instance, point->nominal, theta, NULL);
}

/* A deck without read-out noise is shown what little of it would do, next to states of order 1. */
static const double reference_noise = 1e-4;

static bool is_quiet(const epx_settings *settings) {
  return epx_reading_is_ideal(&settings->learning.hardware.reading) &&
         !epx_hardware_is_drifting(&settings->learning.hardware);
}

static epx_err set_row(const epx_comparison *row, int b, epx_table *table) {
  EPX_TRY(epx_table_set_next(table, "%s", row->estimator->name));
  EPX_TRY(epx_table_set_next(table, "%s",
                             !row->estimator->nudged || row->estimator->own_scheme ? "-"
                             : row->scheme == EPX_CENTERED                         ? "centered"
                                                                                   : "one-sided"));
  const double number[] = {row->beta[b],      row->cosine[b], row->norm_ratio[b], row->error[b],
                           row->vanishing[b], row->spread[b], row->convergence[b]};
  static const char *const format[] = {"%.6g", "%.9f", "%.6f", "%.3e", "%.3e", "%.3e", "%.4f"};
  for (int i = 0; i < 7; i++)
    EPX_TRY(epx_table_set_number(table, format[i], number[i], "-"));
  const bool last = b == row->n_betas - 1;
  const double fitted[] = {row->slope, row->limit_error, row->difference_error};
  static const char *const fit[] = {"%.3f", "%.3e", "%.3e"};
  for (int i = 0; i < 3; i++)
    EPX_TRY(epx_table_set_number(table, fit[i], last ? fitted[i] : NAN, last ? "-" : ""));
  return last ? epx_table_set_next(table, "%ld", row->equilibria) : epx_table_set_next(table, "%s", "");
}

static epx_err set_table(const epx_comparison *rows, int n_rows, epx_table *table) {
  static const char *const heads[] = {
      "estimator",       "scheme", "beta",        "cosine",      "norm_ratio",      "error",
      "error_vanishing", "spread", "convergence", "error_slope", "error_at_beta_0", "error_to_differences",
      "equilibria"};
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[i]));
  for (int i = 0; i < n_rows; i++)
    for (int b = 0; !rows[i].refusal && b < rows[i].n_betas; b++)
      EPX_TRY(set_row(&rows[i], b, table));
  return EPX_OK;
}

/* Rules that are refused for the same reason are named together. */
static void print_refusals(const epx_comparison *rows, int n_rows) {
  for (int i = 0; i < n_rows; i++) {
    bool said = !rows[i].refusal;
    for (int k = 0; k < i && !said; k++)
      said = rows[k].refusal && strcmp(rows[k].refusal, rows[i].refusal) == 0;
    if (said) continue;
    int n_named = 0;
    for (int k = i; k < n_rows; k++) {
      if (!rows[k].refusal || strcmp(rows[k].refusal, rows[i].refusal) != 0) continue;
      printf("%s%s", n_named++ > 0 ? ", " : "", rows[k].estimator->name);
    }
    printf(" %s not apply: %s\n", n_named > 1 ? "do" : "does", rows[i].refusal);
  }
}

static void print_failures(const epx_comparison *rows, int n_rows) {
  for (int i = 0; i < n_rows; i++) {
    if (rows[i].failures > 0)
      printf("%s, %s: %ld nudged phases found no equilibrium and were skipped\n", rows[i].estimator->name,
             rows[i].scheme == EPX_CENTERED ? "centered" : "one-sided", rows[i].failures);
  }
}

/* What the columns mean. */
static void print_legend(const epx_point *point) {
  const bool distributed = point->engine == EPX_ENGINE_DISTRIBUTED;
  char noise[128] = "under the noise of hardware.readout and hardware.drift";
  if (distributed && is_quiet(point->settings))
    snprintf(noise, sizeof noise,
             "under the rule's own draws (the deck has no hardware.readout and no drift)");
  else if (is_quiet(point->settings))
    snprintf(noise, sizeof noise,
             "under a read-out noise of %g (the deck has no hardware.readout and no drift)", reference_noise);
  printf(
      "\ng: gradient by the estimator; e: exact gradient by implicit differentiation (backprop); mean over "
      "the %d training samples\n"
      "  cosine                of the angle between g and e: 1 is best\n"
      "  norm_ratio            |g| / |e|\n"
      "  error                 |g - e| / |e|\n"
      "  error_vanishing       part of the error that vanishes with beta\n"
      "  error_at_beta_0       part of the error that stays: the bias of the rule itself\n"
      "  error_slope           slope of log(error) over log(beta): 1 or 2 where all of it vanishes\n"
      "  error_to_differences  as error, with finite differences of the cost in place of e, at the smallest "
      "beta\n"
      "  spread                standard deviation of g over |e|, %s\n"
      "  convergence           predicted progress of a training step along g, relative to one along e: 1 is "
      "best\n"
      "  equilibria            solved for one gradient\n",
      point->task->n_train, noise);
  if (distributed)
    printf("Finite differences are taken for the %d largest entries of each kind of parameter.\n",
           EPX_COMPARISON_DIFFERENCES);
}

/* A rule with its nudge and how near it came. */
static void print_rule(const epx_comparison *row, int b) {
  printf("%s", row->estimator->name);
  if (row->estimator->nudged && !row->estimator->own_scheme)
    printf(", %s", row->scheme == EPX_CENTERED ? "centered" : "one-sided");
  if (row->estimator->nudged) printf(", beta %g", row->beta[b]);
  printf(" (error %.2g, cosine %.6f)", row->error[b], row->cosine[b]);
}

static bool is_of_deck(const epx_comparison *row, const epx_learning_spec *learning) {
  if (row->refusal || row->estimator != learning->estimator) return false;
  return !row->estimator->nudged || row->estimator->own_scheme || row->scheme == learning->nudging.scheme;
}

/* The measured rule that is closest to the exact gradient, and the deck's own. */
static void print_conclusion(const epx_learning_spec *learning, const epx_comparison *rows, int n_rows) {
  int best = -1, best_beta = 0;
  for (int i = 0; i < n_rows; i++) {
    for (int b = 0; !rows[i].refusal && !rows[i].estimator->computed && b < rows[i].n_betas; b++) {
      if (isnan(rows[i].error[b]) || (best >= 0 && rows[i].error[b] >= rows[best].error[best_beta])) continue;
      best = i;
      best_beta = b;
    }
  }
  if (best < 0) return;
  printf("\nconclusion: closest to e of the rules that hardware can run: ");
  print_rule(&rows[best], best_beta);
  for (int i = 0; i < n_rows; i++) {
    if (!is_of_deck(&rows[i], learning)) continue;
    printf("; rule of the deck: ");
    print_rule(&rows[i], 0);
  }
  printf("\n");
}

static void print_notes(const epx_point *point, const epx_comparison *rows, int n_rows) {
  print_refusals(rows, n_rows);
  print_failures(rows, n_rows);
  print_legend(point);
  print_conclusion(&point->settings->learning, rows, n_rows);
}

/* What a column of gradients is called. */
static epx_err set_name(const epx_comparison *row, epx_table *table) {
  if (!row->estimator->nudged || row->estimator->own_scheme)
    return epx_table_set_next(table, "%s", row->estimator->name);
  return epx_table_set_next(table, "%s %s", row->estimator->name,
                            row->scheme == EPX_CENTERED ? "centered" : "one-sided");
}

/* One line an entry that is trained: where it is, its value, its gradient by differences and by every rule. */
static epx_err set_entry(const epx_network *network, int p, size_t k, const double *theta,
                         const epx_comparison *rows, int n_rows, const double *vector, epx_table *table) {
  const epx_parameter *parameter = &network->family->parameters[p];
  const size_t at = network->offset[p] + k, n_theta = network->n_theta;
  const bool link = parameter->site == EPX_SITE_LINK;
  EPX_TRY(epx_table_set_next(table, "%s", parameter->name));
  EPX_TRY(epx_table_set_next(table, "%d", link ? network->topology->links[k].i : (int)k));
  EPX_TRY(link ? epx_table_set_next(table, "%d", network->topology->links[k].j)
               : epx_table_set_next(table, "%s", ""));
  EPX_TRY(epx_table_set_next(table, "%.17g", theta[at]));
  EPX_TRY(epx_table_set_next(table, "%.17g", vector[at]));
  for (int i = 0; i < n_rows; i++)
    if (!rows[i].refusal) EPX_TRY(epx_table_set_next(table, "%.17g", vector[(size_t)(i + 1) * n_theta + at]));
  return EPX_OK;
}

static epx_err set_vectors(const epx_point *point, const double *theta, const epx_comparison *rows,
                           int n_rows, const double *vector, epx_table *table) {
  static const char *const heads[] = {"parameter", "node", "to", "value", "differences"};
  const epx_network *network = point->network;
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[i]));
  for (int i = 0; i < n_rows; i++)
    if (!rows[i].refusal) EPX_TRY(set_name(&rows[i], table));
  for (int p = 0; p < network->family->n_parameters; p++)
    for (size_t k = 0; point->settings->learning.train[p] && k < network->count[p]; k++)
      EPX_TRY(set_entry(network, p, k, theta, rows, n_rows, vector, table));
  return EPX_OK;
}

/* The gradients themselves, so that another program can check them. */
static epx_err view_vectors(const epx_call *call, const epx_point *point, const double *theta,
                            const epx_comparison *rows, int n_rows, const double *vector) {
  int n_columns = 5;
  epx_table *table;
  for (int i = 0; i < n_rows; i++)
    n_columns += !rows[i].refusal;
  EPX_TRY(epx_table_create(n_columns, &table));
  const int code = set_vectors(point, theta, rows, n_rows, vector, table);
  if (code == EPX_OK) epx_table_view(table, epx_call_is_set(call, "--csv"));
  epx_table_destroy(&table);
  return code;
}

static epx_err view_rows(const epx_call *call, const epx_point *point, const epx_comparison *rows,
                         int n_rows) {
  const bool csv = epx_call_is_set(call, "--csv");
  epx_table *table;
  EPX_TRY(epx_table_create(13, &table));
  const int code = set_table(rows, n_rows, table);
  if (code == EPX_OK) epx_table_view(table, csv);
  if (code == EPX_OK && !csv) print_notes(point, rows, n_rows);
  epx_table_destroy(&table);
  return code;
}

/* The first rank shows what all ranks of a network know. */
static epx_err compare(const epx_call *call, const epx_point *point, epx_learner *learner, double *theta) {
  const bool vectors = epx_call_is_set(call, "--vectors");
  epx_comparison rows[EPX_COMPARISON_MAX_ROWS];
  double *vector = NULL;
  int n_rows;
  EPX_TRY(eval_parameters(call, point, theta));
  if (vectors) EPX_TRY(EPX_ARRAY(vector, (1 + EPX_COMPARISON_MAX_ROWS) * point->network->n_theta));
  int code = epx_comparison_eval(learner, theta, &point->settings->learning.nudging, rows, &n_rows, vector);
  if (code == EPX_OK && epx_command_get_rank() == 0)
    code = vectors ? view_vectors(call, point, theta, rows, n_rows, vector)
                   : view_rows(call, point, rows, n_rows);
  epx_array_destroy(&vector);
  return code;
}

/* A large network's gradients are not repeated for a noise that the deck does not have. */
static epx_err solve_point(const epx_call *call, const epx_point *point) {
  epx_ensemble *ensemble = NULL;
  epx_learner *learner = NULL;
  double *theta = NULL;
  epx_learning_spec learning = point->settings->learning;
  if (point->settings->equilibrium.noise.step > 0)
    return EPX_RAISE(EPX_EINPUT, "noise: gradients are compared at equilibria, and a network with noise has "
                                 "none; leave the section out, or compare trainings (epilux run)");
  if (is_quiet(point->settings) && point->engine != EPX_ENGINE_DISTRIBUTED)
    learning.hardware.reading.noise = reference_noise;
  int code = EPX_ARRAY(theta, point->network->n_theta);
  if (code == EPX_OK) code = epx_trial_create_learner(point, &learning, 1, &ensemble, &learner);
  if (code == EPX_OK) code = compare(call, point, learner, theta);
  epx_learner_destroy(&learner);
  epx_ensemble_destroy(&ensemble);
  epx_array_destroy(&theta);
  return code;
}

static epx_err start_ranks(void) {
  int provided, started;
  MPI_Initialized(&started);
  if (started || MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS) return EPX_OK;
  return EPX_RAISE(EPX_EMPI, "MPI cannot be started");
}

/* A population is the first rank's; MPI starts where a network is distributed. */
static epx_err solve_engine(const epx_call *call, epx_point *point) {
  if (point->engine != EPX_ENGINE_DISTRIBUTED)
    return epx_command_get_rank() == 0 ? solve_point(call, point) : EPX_OK;
  EPX_TRY(start_ranks());
  point->communicator = MPI_COMM_WORLD;
  return solve_point(call, point);
}

static epx_err solve_deck(const epx_call *call) {
  epx_deck *deck;
  epx_settings *settings = NULL;
  epx_point *point = NULL;
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = epx_deck_eval_settings(deck, NULL, 0, &settings);
  if (code == EPX_OK) code = epx_point_create(settings, &point);
  if (code == EPX_OK) code = solve_engine(call, point);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  epx_deck_destroy(&deck);
  return code;
}

/* Standard input is the first rank's, which hands it to the others: for that, MPI starts before the deck is known. What all
 * ranks find out alike, the first one says. */
static epx_err solve(const epx_call *call, int *status) {
  epx_call own = *call;
  char *text = NULL;
  int code = EPX_OK, started;
  (void)status;
  if (epx_call_is_input(call)) {
    code = start_ranks();
    if (code == EPX_OK) code = epx_call_read_input(&text);
    own.input = text;
  }
  if (code == EPX_OK) code = solve_deck(&own);
  if (code != EPX_OK && code != EPX_EMEMORY && epx_command_get_rank() > 0) epx_error_reset();
  epx_array_destroy(&text);
  MPI_Initialized(&started);
  if (started) MPI_Finalize();
  epx_command_let_others_say(code);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    EPX_OPTION_PETSC,
    {"--instance", "I", "use fabricated instance I instead of the nominal network", 0},
    {"--vectors", NULL, "print the gradients themselves, a line for every trained parameter", 0},
    {"--csv", NULL, "print comma-separated values", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_gradient = {
    .name = "gradient",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "compare every gradient estimator with implicit differentiation and finite differences",
    .details =
        "The comparison is made at the base point of the deck: factors are not applied; use --set to "
        "choose another point.\n"
        "Nudged rules are evaluated at learning.nudge.beta and at 1/2 and 1/4 of it, one-sided and "
        "centered.\n"
        "--vectors prints finite differences and each rule at learning.nudge.beta, for other programs to "
        "check.\n"
        "A distributed network (equilibrium.engine) is spread over all ranks: mpirun -n 2 epilux "
        "gradient DECK.",
    .example = "epilux gradient inputs/quickstart.yaml --set network.parameters.loss=0.1",
    .options = options,
    .parallel = true,
    .solve = solve,
};
