/** @file
 * epilux check: the resolved deck, and the size of the campaign as comments, so that the output is a deck
 * again.
 */
#include <math.h>
#include <stdio.h>

#include "cli/deck_arguments.h"
#include "cli/implied.h"
#include "epilux/base/array.h"
#include "epilux/io/campaign.h"

enum { N_SAMPLED_MAX = 32 }; /* points of a large design that stand for all */

/* ASSUMED: about 60 evaluations of the dynamics and one factorisation an equilibrium, at 1 Gflop/s a core on
 * lanes that are part filled: right within a factor of a few. */
static const double field_evaluations = 60, flops_per_second = 1e9;

/* ASSUMED: of one distributed equilibrium, a component of a node or of either end of a link: measured of kerr
 * lattices of 5 x 25 and 5 x 50 nodes, loss 0.1, by Newton alone; and how much longer dynamics take before
 * it. */
static const double seconds_an_entry = 0.2e-6, dynamics_over_newton = 18;

static double estimate_distributed(const epx_settings *settings, const epx_point *point,
                                   const epx_point_size *size) {
  const double entries =
      point->network->family->components * ((double)size->n_nodes + 2 * (double)size->n_links);
  const double longer = settings->equilibrium.method == EPX_NEWTON ? 1 : dynamics_over_newton;
  return size->equilibria * entries * seconds_an_entry * longer;
}

static double estimate_seconds(const epx_settings *settings, const epx_point *point,
                               const epx_point_size *size) {
  if (point->engine == EPX_ENGINE_DISTRIBUTED) return estimate_distributed(settings, point, size);
  const double components = point->network->family->components, state = point->network->n_state;
  const double field = 2 * (double)size->n_nodes * size->n_nodes * components + 20 * state;
  const double factorisation = 2.0 / 3.0 * state * state * state;
  return size->equilibria * (field_evaluations * field + factorisation) / flops_per_second;
}

typedef struct {
  double equilibria, seconds, bytes; /* all trials; the largest block */
  epx_point_size first;
} campaign_size;

static epx_err eval_size(const epx_campaign *campaign, campaign_size *total) {
  const int n = campaign->n_points < N_SAMPLED_MAX ? campaign->n_points : N_SAMPLED_MAX;
  const double trials_each = (double)campaign->n_points * campaign->n_instances / n;
  *total = (campaign_size){0};
  for (int k = 0; k < n; k++) {
    const int i = (int)((long)k * campaign->n_points / n);
    epx_settings *settings;
    epx_point *point;
    EPX_TRY(epx_campaign_create_point(campaign, i, &settings, &point));
    const epx_point_size size = epx_point_eval_size(point);
    if (i == 0) total->first = size;
    total->equilibria += size.equilibria * trials_each;
    total->seconds += estimate_seconds(settings, point, &size) * trials_each;
    total->bytes = fmax(total->bytes, size.bytes);
    epx_point_destroy(&point);
    epx_settings_destroy(&settings);
  }
  return EPX_OK;
}

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

static void print_size(const epx_campaign *campaign, const campaign_size *total) {
  const epx_point_size *first = &total->first;
  const double trials = (double)campaign->n_points * campaign->n_instances;
  const double records = 8 * trials * (double)campaign->layout.size;
  printf("\n# Size of the campaign\n");
  printf("# trials      %g = %d points x %d instances, in blocks of %d\n", trials, campaign->n_points,
         campaign->n_instances, campaign->block);
  printf("# network     %d nodes, %zu links, %zu trained parameters%s\n", first->n_nodes, first->n_links,
         first->n_trained, campaign->n_points > 1 ? " (point 0)" : "");
  printf("# task        %d features, %d classes, %d training and %d held-out samples%s\n", first->n_features,
         first->n_classes, first->n_train, first->n_test, campaign->n_points > 1 ? " (point 0)" : "");
  printf("# equilibria  about %.3g at most\n", total->equilibria);
  printf("# time        about ");
  print_time(total->seconds);
  printf(" on one core where networks settle: from the size, not measured, good to a factor of a few\n");
  printf("# memory      about %.3g MB a rank, %.3g MB of results\n", (total->bytes + records) / 1e6,
         records / 1e6);
}

static epx_err view_implied(const epx_campaign *campaign) {
  epx_settings *settings;
  epx_point *point;
  EPX_TRY(epx_campaign_create_point(campaign, 0, &settings, &point));
  const int code = epx_implied_view(point);
  epx_point_destroy(&point);
  epx_settings_destroy(&settings);
  return code;
}

static epx_err view(epx_campaign *campaign) {
  campaign_size total;
  char *text;
  EPX_TRY(eval_size(campaign, &total));
  EPX_TRY(epx_deck_create_text(campaign->deck, &text));
  printf("%s", text);
  epx_array_destroy(&text);
  print_size(campaign, &total);
  return view_implied(campaign);
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_campaign *campaign;
  (void)status;
  EPX_TRY(epx_call_read_deck(call, &deck));
  EPX_TRY(epx_campaign_create(deck, &campaign));
  const int code = view(campaign);
  epx_campaign_destroy(&campaign);
  return code;
}

static const epx_option options[] = {EPX_OPTION_SET, {NULL, NULL, NULL, 0}};

const epx_command epx_command_check = {
    .name = "check",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "validates a deck, prints it with every default filled in, and says how large the campaign is",
    .details = "The output is a deck itself. Nothing is simulated.",
    .example = "epilux check inputs/quickstart.yaml --set population.instances=8",
    .options = options,
    .solve = solve,
};
