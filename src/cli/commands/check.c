/** @file
 * epilux check: the resolved deck, and the size of the campaign as comments, so that the output is a deck
 * again.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "cli/deck_arguments.h"
#include "cli/pilot/pilot.h"
#include "cli/print/device_sheet.h"
#include "cli/print/document.h"
#include "io/proposals.h"
#include "study/energy/consumption.h"

static const double default_budget = 2, patience = 8; /* s */

static void print_time(double seconds) {
  if (seconds < 100)
    printf("%.2g s", seconds);
  else if (seconds < 6000)
    printf("%.2g min", seconds / 60);
  else if (seconds < 100 * 3600)
    printf("%.2g h", seconds / 3600);
  else
    printf("%.2g days", seconds / 86400);
}

/* What was measured, and what follows from it. */
static void print_measured(const epx_pilot *pilot) {
  const int n_left = pilot->n_blocks - pilot->n_whole;
  printf("# time        about ");
  print_time(pilot->total);
  printf(" on one core\n# estimate    from %d of %.0f blocks of trials, timed here in %.2g s",
         pilot->n_blocks, pilot->n_all, pilot->spent);
  if (n_left == 0)
    printf(": all finished");
  else if (pilot->share > 0)
    printf(": %d finished; %d extrapolated from at least %.2g %% of each training", pilot->n_whole, n_left,
           100 * pilot->share);
  else
    printf(": %d finished; %d extrapolated from a few samples", pilot->n_whole, n_left);
  printf("%s\n", pilot->bounded ? "; less if trainings stop early" : "");
}

/* What a campaign that decides runs in any case. */
static void print_first(const epx_campaign *campaign) {
  double n = 0;
  for (int i = 0; i < campaign->n_points; i++)
    n += epx_proposals_get_point(campaign->proposals, i)->n_proposed;
  printf("# decided     while it runs: %g trials to begin with\n", n);
}

/* own: bytes of the program and its libraries. */
static void print_size(const epx_campaign *campaign, const epx_pilot *pilot, double own) {
  const epx_point_size *first = &campaign->first;
  const double trials = (double)campaign->n_points * campaign->n_instances;
  const double records = 8 * trials * (double)campaign->layout.size;
  printf("\n# Size of the campaign\n");
  printf("# trials      %s%g = %d points x %d instances, in blocks of %d\n",
         campaign->proposals ? "at most " : "", trials, campaign->n_points, campaign->n_instances,
         campaign->block);
  if (campaign->proposals) print_first(campaign);
  printf("# network     %d nodes, %zu links, %zu trained parameters", first->n_nodes, first->n_links,
         first->n_trained);
  if (first->n_learnt < first->n_trained) printf(", tied to %zu", first->n_learnt);
  printf("%s\n", campaign->n_points > 1 ? " (point 0)" : "");
  printf("# task        %d features, %d %s, %d training and %d held-out samples%s\n", first->n_features,
         first->n_targets > 0 ? first->n_targets : first->n_classes,
         first->n_targets > 0 ? "real targets" : "classes", first->n_train, first->n_test,
         campaign->n_points > 1 ? " (point 0)" : "");
  printf("# equilibria  about %.3g at most\n", campaign->equilibria);
  if (!pilot)
    printf("# time        not measured (--pilot 0)\n");
  else if (pilot->n_blocks == 0)
    printf("# time        unknown: no sample trial reached its first update within %.2g s; try a longer "
           "--pilot\n",
           pilot->spent);
  else
    print_measured(pilot);
  printf("# memory      about %.3g MB per rank, %.3g MB of results\n",
         (campaign->bytes + records + own) / 1e6, records / 1e6);
}

/* How many of the samples are of a class. */
static int count_class(const epx_task *task, int n, const int *samples, int class) {
  int count = 0;
  for (int i = 0; i < n; i++)
    count += task->labels[samples[i]] == class;
  return count;
}

/* Names the classes: what was taken for the label of a file is seen here first. */
static void print_classes(const epx_task *task) {
  const int most = 40, n = task->n_classes < most ? task->n_classes : most;
  printf("# classes     training%s%s samples of each\n", task->n_validation > 0 ? " + validation" : "",
         task->n_test > 0 ? " + held-out" : "");
  for (int k = 0; k < n; k++) {
    printf("%s%d '%.40s': %d", k % 4 == 0 ? "#             " : ", ", k, task->names[k],
           count_class(task, task->n_train, task->train, k));
    if (task->n_validation > 0) printf(" + %d", count_class(task, task->n_validation, task->validation, k));
    if (task->n_test > 0) printf(" + %d", count_class(task, task->n_test, task->test, k));
    if (k % 4 == 3 || k + 1 == n) printf("\n");
  }
  if (n < task->n_classes) printf("#             and %d more classes\n", task->n_classes - n);
}

/* Of real targets, what outputs have to reach. */
static void print_targets(const epx_task *task) {
  const int most = 8, n = task->n_targets < most ? task->n_targets : most;
  printf("# targets     training samples, as scaled:");
  for (int k = 0; k < n; k++) {
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < task->n_train; i++) {
      const double target = task->targets[(size_t)task->train[i] * (size_t)task->n_targets + (size_t)k];
      low = fmin(low, target);
      high = fmax(high, target);
    }
    printf("%s %.4g to %.4g", k ? "," : "", low, high);
  }
  printf(n < task->n_targets ? ", and %d more\n" : "\n", task->n_targets - n);
}

/* What times are in: those of the deck and of the metrics. */
static epx_err print_unit(const epx_settings *settings, const epx_point *point) {
  const char *unit = epx_family_get_time_unit(point->network->family);
  const double max_time = settings->equilibrium.max_time;
  double ns, light;
  EPX_TRY(epx_consumption_eval_metric_units(point, &ns, &light));
  printf("# unit        of time: ");
  if (settings->described)
    printf("%.4g ns, that of network.device; equilibrium.max_time is %.4g ns; in results ns\n", ns,
           ns * max_time);
  else if (strcmp(unit, "1") == 0)
    printf("1 / that of the rates, which are normalised; equilibrium.max_time is %.4g\n", max_time);
  else
    printf("%s; equilibrium.max_time is %.4g %s\n", unit, max_time, unit);
  return EPX_OK;
}

/* Of point 0: the classes, and what the deck's devices imply. */
static epx_err view_point(const epx_campaign *campaign) {
  epx_settings *settings;
  epx_point *point = NULL;
  EPX_TRY(epx_deck_eval_settings(campaign->deck, campaign->design, 0, &settings));
  int code = epx_point_create(settings, &point);
  if (code == EPX_OK) {
    if (campaign->n_points > 1)
      printf("\n"
             "# Design point 0\n");
    (point->task->n_targets > 0 ? print_targets : print_classes)(point->task);
    code = print_unit(settings, point);
  }
  if (code == EPX_OK) code = epx_device_sheet_view(settings, point);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  return code;
}

static void write_classes(epx_document *document, const epx_task *task) {
  epx_document_open(document, "classes", '[');
  for (int k = 0; k < task->n_classes; k++) {
    epx_document_open(document, NULL, '{');
    epx_document_set_text(document, "name", task->names[k]);
    epx_document_set_number(document, "training", count_class(task, task->n_train, task->train, k));
    epx_document_set_number(document, "validation",
                            count_class(task, task->n_validation, task->validation, k));
    epx_document_set_number(document, "held_out", count_class(task, task->n_test, task->test, k));
    epx_document_close(document, '{');
  }
  epx_document_close(document, '[');
}

/* pilot: NULL where nothing was timed. */
static void write_estimate(epx_document *document, const epx_pilot *pilot) {
  if (!pilot || pilot->n_blocks == 0) {
    epx_document_set_text(document, "time", NULL);
    return;
  }
  epx_document_open(document, "time", '{');
  epx_document_set_number(document, "core_seconds", pilot->total);
  epx_document_set_boolean(document, "at_most", pilot->bounded);
  epx_document_set_number(document, "blocks", pilot->n_all);
  epx_document_set_number(document, "blocks_timed", pilot->n_blocks);
  epx_document_set_number(document, "blocks_finished", pilot->n_whole);
  epx_document_set_number(document, "training_share", pilot->share);
  epx_document_set_number(document, "pilot_seconds", pilot->spent);
  epx_document_close(document, '{');
}

static void write_size(epx_document *document, const epx_campaign *campaign, const epx_pilot *pilot,
                       double own, int n_repeats) {
  const epx_point_size *first = &campaign->first;
  const double trials = (double)campaign->n_points * campaign->n_instances;
  const double records = 8 * trials * (double)campaign->layout.size;
  epx_document_set_number(document, "points", campaign->n_points);
  epx_document_set_number(document, "repeats", n_repeats);
  epx_document_set_number(document, "instances", campaign->n_instances);
  epx_document_set_number(document, "trials", trials);
  epx_document_set_number(document, "block", campaign->block);
  epx_document_set_number(document, "equilibria_at_most", campaign->equilibria);
  write_estimate(document, pilot);
  epx_document_set_number(document, "bytes_per_rank", campaign->bytes + records + own);
  epx_document_set_number(document, "bytes_of_results", records);
  epx_document_set_number(document, "nodes", first->n_nodes);
  epx_document_set_number(document, "links", (double)first->n_links);
  epx_document_set_number(document, "trained_parameters", (double)first->n_trained);
  epx_document_set_number(document, "learnt_parameters", (double)first->n_learnt);
  epx_document_set_number(document, "features", first->n_features);
}

static void write_unit(epx_document *document, const epx_settings *settings, const epx_point *point,
                       double ns) {
  const char *unit = epx_family_get_time_unit(point->network->family);
  const double max_time = settings->equilibrium.max_time;
  epx_document_set_text(document, "time_unit", settings->described ? "ns" : unit);
  epx_document_set_number(document, "max_time", settings->described ? ns * max_time : max_time);
}

/* Nothing is printed before all of it is known. */
static epx_err write_document(const epx_campaign *campaign, const epx_pilot *pilot, double own, int n_repeats,
                              const char *deck) {
  epx_document document;
  epx_settings *settings;
  epx_point *point = NULL;
  double ns, light;
  EPX_TRY(epx_deck_eval_settings(campaign->deck, campaign->design, 0, &settings));
  int code = epx_point_create(settings, &point);
  if (code == EPX_OK) code = epx_consumption_eval_metric_units(point, &ns, &light);
  if (code == EPX_OK) {
    epx_document_begin(&document, stdout, "check");
    epx_document_set_text(&document, "deck", deck);
    write_size(&document, campaign, pilot, own, n_repeats);
    write_classes(&document, point->task);
    write_unit(&document, settings, point, ns);
    epx_document_end(&document);
  }
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  return code;
}

static epx_err view_json(epx_campaign *campaign, double budget, double own) {
  epx_pilot pilot;
  char *deck;
  int n_repeats;
  EPX_TRY(epx_design_count_repeats(campaign->design, &n_repeats));
  if (budget > 0) EPX_TRY(epx_pilot_eval(campaign, budget, patience, &pilot));
  EPX_TRY(epx_deck_create_text(campaign->deck, &deck));
  const int code = write_document(campaign, budget > 0 ? &pilot : NULL, own, n_repeats, deck);
  epx_array_destroy(&deck);
  return code;
}

/* The deck comes first: it is there even if its trials are not to be had. */
static epx_err view(epx_campaign *campaign, double budget, double own) {
  epx_pilot pilot;
  char *text;
  int n_repeats;
  EPX_TRY(epx_deck_create_text(campaign->deck, &text));
  printf("%s", text);
  epx_array_destroy(&text);
  if (budget > 0) EPX_TRY(epx_pilot_eval(campaign, budget, patience, &pilot));
  print_size(campaign, budget > 0 ? &pilot : NULL, own);
  EPX_TRY(epx_design_count_repeats(campaign->design, &n_repeats));
  if (n_repeats > 0)
    printf("# repeats     %d of %d design points repeat the values of an earlier one\n", n_repeats,
           campaign->n_points);
  return view_point(campaign);
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_campaign *campaign;
  double budget;
  (void)status;
  const double own = epx_memory_get_resident();
  EPX_TRY(epx_pilot_read_budget(call, default_budget, &budget));
  EPX_TRY(epx_call_read_deck(call, &deck));
  EPX_TRY(epx_campaign_create(deck, &campaign));
  const int code =
      epx_call_is_set(call, "--json") ? view_json(campaign, budget, own) : view(campaign, budget, own);
  epx_campaign_destroy(&campaign);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    EPX_OPTION_JSON,
    {"--pilot", "TIME", "time sample trials for TIME (default 2 s; longer for long trials; 0: skip)", 0},
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_check = {
    .name = "check",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "check a deck, print it with all defaults filled in, and estimate the size of the campaign",
    .details = "The output is itself a deck. To estimate the run time, sample trials run on one core for 2 s "
               "and the rest is\n"
               "extrapolated. The output says how much was measured. Nothing is saved.",
    .example = "epilux check inputs/quickstart.yaml --set population.instances=8",
    .options = options,
    .solve = solve,
};
