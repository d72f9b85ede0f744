/** @file
 * Campaign: every point is made once, before anything runs, so that no campaign stops half way for a setting.
 * Points that differ in real numbers alone share a task and a structure, so that one of them stands for all.
 */
#include "io/campaign.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "io/deck/points.h"
#include "io/deck/private.h"
#include "io/proposals.h"
#include "io/schema/schema.h"
#include "io/tasks.h"
#include "search/bayesian.h"

enum { PATH_SIZE = 256, N_MODELS_MAX = 64, LEAST_RECORD = 3 /* state, time, a metric */ };

/* The node that a message such as "network.inputs.nodes: …" speaks of: that of the longest path that is
 * there. */
static const epx_tree *get_place(const epx_tree *resolved, const char *message) {
  char path[PATH_SIZE];
  const size_t length = strspn(message, "abcdefghijklmnopqrstuvwxyz0123456789_.");
  snprintf(path, sizeof path, "%.*s", (int)length, message);
  for (char *dot = path; dot; dot = strrchr(path, '.')) {
    if (dot != path) *dot = '\0';
    const epx_tree *found = *path ? epx_tree_get_path(resolved, path) : NULL;
    if (found) return found;
  }
  return NULL;
}

/* The section that is to blame when the message names none: the task if it cannot be made by itself. */
static const epx_tree *get_section(const epx_tree *resolved, const epx_settings *settings) {
  epx_task *task = NULL;
  const int code = epx_task_create(&settings->task, settings->seed, &task);
  epx_task_destroy(&task);
  return epx_tree_get(resolved, code == EPX_OK ? "network" : "task");
}

static bool has_line(const char *message, const char *path) {
  const size_t n = path ? strlen(path) : 0;
  return n > 0 && strncmp(message, path, n) == 0 && message[n] == ':' &&
         isdigit((unsigned char)message[n + 1]);
}

/* Raises what a lower layer said of a point, at the line of the deck that it is about. */
static epx_err raise_at_point(const epx_campaign *campaign, const epx_settings *settings, int i_point,
                              int code) {
  char message[900], point[48] = "";
  epx_tree_store *store;
  const epx_tree *resolved;
  snprintf(message, sizeof message, "%s", epx_error_get_message());
  if (has_line(message, settings->task.path) || has_line(message, settings->task.labels)) return code;
  if (campaign->n_factors > 0) snprintf(point, sizeof point, " (at design point %d)", i_point);
  EPX_TRY(epx_tree_create_store(&store));
  if (epx_deck_eval_point(campaign->deck, campaign->design, i_point, store, &resolved) == EPX_OK) {
    const epx_tree *place = get_place(resolved, message);
    const char *section = place ? "" : "task: ";
    if (!place) place = get_section(resolved, settings);
    if (*section && place == epx_tree_get(resolved, "network")) section = "network: ";
    epx_tree_raise(place, "%s%s%s", section, message, point);
  }
  epx_tree_destroy_store(&store);
  return code;
}

/* The task of a point, kept for the others that have it; borrowed. */
static epx_err get_task(const epx_campaign *campaign, int i_point, const epx_settings *settings,
                        epx_task **task) {
  *task = epx_tasks_get(campaign->tasks, i_point);
  if (*task) return EPX_OK;
  EPX_TRY(epx_task_create(&settings->task, settings->seed, task));
  epx_tasks_set(campaign->tasks, i_point, *task);
  return EPX_OK;
}

epx_err epx_campaign_create_task(const epx_campaign *campaign, int i_point, epx_task **task) {
  epx_settings *settings;
  *task = NULL;
  EPX_TRY(epx_points_eval_settings(campaign->points, i_point, &settings));
  int code = get_task(campaign, i_point, settings, task);
  if (code == EPX_OK) epx_task_share(*task);
  if (code == EPX_EINPUT || code == EPX_EFILE) code = raise_at_point(campaign, settings, i_point, code);
  epx_settings_destroy(&settings);
  return code;
}

static epx_err create_point(const epx_campaign *campaign, int i_point, epx_settings **settings,
                            epx_point **point) {
  epx_task *task;
  *point = NULL;
  EPX_TRY(epx_points_eval_settings(campaign->points, i_point, settings));
  if (campaign->block > 0) (*settings)->block = campaign->block;
  int code = get_task(campaign, i_point, *settings, &task);
  if (code == EPX_OK) code = epx_point_create_with_task(*settings, task, point);
  if (code == EPX_EINPUT || code == EPX_EFILE) return raise_at_point(campaign, *settings, i_point, code);
  return code;
}

epx_err epx_campaign_create_point(const epx_campaign *campaign, int i_point, epx_settings **settings,
                                  epx_point **point) {
  const int code = create_point(campaign, i_point, settings, point);
  if (code == EPX_OK) return EPX_OK;
  epx_point_destroy(point);
  epx_settings_destroy(settings);
  return code;
}

/* All records of a campaign are one table. */
static epx_err check_layout(const epx_campaign *campaign, const epx_record_layout *layout, int i_point) {
  const epx_record_layout *first = &campaign->layout;
  bool same = layout->size == first->size && layout->n_varied == first->n_varied &&
              (layout->n_curves == 0 || layout->n_epochs == first->n_epochs);
  for (int v = 0; same && v < layout->n_varied; v++)
    same = strcmp(layout->varied[v], first->varied[v]) == 0 && layout->n_values[v] == first->n_values[v];
  if (same) return EPX_OK;
  const epx_tree *resolved = campaign->deck->resolved;
  const bool curves = layout->n_curves > 0 && layout->n_epochs != first->n_epochs;
  return epx_tree_raise(epx_tree_get(resolved, curves ? "curves" : "keep_variation"),
                        "%s: design point %d has %d of them, point 0 %d; leave it out, or do not vary %s",
                        curves ? "curves over epochs" : "keep_variation: values", i_point,
                        curves ? layout->n_epochs : (int)(layout->size - layout->variation),
                        curves ? first->n_epochs : (int)(first->size - first->variation),
                        curves ? "learning.epochs" : "the network");
}

static void add_point(epx_campaign *campaign, const epx_point *point, int i_point, int *block) {
  if (i_point == 0) {
    campaign->layout = point->layout;
    campaign->n_instances = point->settings->n_instances;
    campaign->n_ranks = point->settings->n_ranks;
    campaign->checkpoint = point->settings->checkpoint;
  }
  campaign->engine[i_point] = point->engine;
  campaign->distributed |= point->engine == EPX_ENGINE_DISTRIBUTED;
  if (i_point == 0 || point->block < *block) *block = point->block;
}

/* A point that others are like, in all but real numbers. */
typedef struct {
  int i_point;
  epx_settings *settings;
  epx_point *point;
} model;

typedef struct {
  bool *structural; /* [n_factors]: whether a factor changes more than real numbers */
  model models[N_MODELS_MAX];
  int n_models;
} survey;

static bool is_structural_path(const char *path) {
  const epx_schema_entry *entry = epx_schema_get_by_path(path);
  return strncmp(path, "task.", 5) == 0 || strncmp(path, "process.", 8) == 0 ||
         (entry && entry->type != EPX_SCHEMA_REAL && strcmp(path, "study.seed") != 0);
}

static bool is_structural(const epx_campaign *campaign, const epx_factor *factor) {
  const epx_tree *factors = epx_tree_get_path(campaign->deck->resolved, "design.factors");
  const epx_tree *along = epx_tree_get(epx_tree_get(factors, factor->path), "along");
  bool structural = factor->categorical || is_structural_path(factor->path);
  for (int k = 0; along && k < along->n; k++)
    structural |= is_structural_path(along->keys[k]);
  return structural;
}

static model *get_model(const epx_campaign *campaign, survey *work, int i_point) {
  const size_t n = (size_t)campaign->n_factors;
  for (int m = 0; m < work->n_models; m++) {
    const double *a = campaign->design->value + (size_t)work->models[m].i_point * n;
    const double *b = campaign->design->value + (size_t)i_point * n;
    bool like = true;
    for (size_t k = 0; k < n; k++)
      like &= !work->structural[k] || a[k] == b[k];
    if (like) return &work->models[m];
  }
  return NULL;
}

/* A point like one that was made before: its settings and its nominal values are all that can go wrong. */
static epx_err check_like(const epx_campaign *campaign, const model *like, int i_point) {
  epx_settings *settings;
  double *theta;
  EPX_TRY(epx_points_eval_settings(campaign->points, i_point, &settings));
  int code = EPX_ARRAY(theta, like->point->network->n_theta);
  if (code == EPX_OK)
    code = epx_network_eval_nominal(like->point->network, &settings->network, settings->seed, theta);
  if (code == EPX_EINPUT) code = raise_at_point(campaign, settings, i_point, code);
  epx_array_destroy(&theta);
  epx_settings_destroy(&settings);
  return code;
}

static epx_err check_memory(const epx_campaign *campaign, const epx_point *point, int i_point) {
  const epx_point_size size = epx_point_eval_size(point);
  char what[320];
  snprintf(what, sizeof what, "network.topology: %d nodes of family %s (%d state variables, %zu links)",
           size.n_nodes, point->network->family->name, point->network->n_state, size.n_links);
  const int code = epx_memory_check(
      size.bytes, what, "fewer nodes are wanted, or equilibrium.engine: distributed over more ranks");
  return code == EPX_EINPUT ? raise_at_point(campaign, point->settings, i_point, code) : code;
}

/* Makes a learner of one instance once: what it refuses is refused before anything runs. */
static epx_err check_learner(const epx_campaign *campaign, const epx_point *point, int i_point) {
  const epx_settings *settings = point->settings;
  epx_learner *learner;
  if (point->engine == EPX_ENGINE_DISTRIBUTED) return EPX_OK; /* checked with the point */
  const int code = epx_learner_create(point->network, point->task, &settings->cost, &settings->learning,
                                      &settings->equilibrium, 1, settings->seed, &learner);
  epx_learner_destroy(&learner);
  epx_memory_reset_freed();
  return code == EPX_EINPUT ? raise_at_point(campaign, settings, i_point, code) : code;
}

static epx_err survey_point(epx_campaign *campaign, survey *work, int i_point, int *block) {
  model *like = get_model(campaign, work, i_point);
  if (like) campaign->engine[i_point] = like->point->engine;
  if (like) return check_like(campaign, like, i_point);
  model made = {.i_point = i_point};
  EPX_TRY(epx_campaign_create_point(campaign, i_point, &made.settings, &made.point));
  int code = i_point > 0 ? check_layout(campaign, &made.point->layout, i_point) : EPX_OK;
  if (code == EPX_OK) code = check_memory(campaign, made.point, i_point);
  if (code == EPX_OK) code = check_learner(campaign, made.point, i_point);
  add_point(campaign, made.point, i_point, block);
  if (code == EPX_OK && work->n_models < N_MODELS_MAX) {
    work->models[work->n_models++] = made;
    return EPX_OK;
  }
  epx_point_destroy(&made.point);
  epx_settings_destroy(&made.settings);
  return code;
}

/* Takes from the points what the campaign shares. The block is the least that any point would choose. */
static epx_err survey_points(epx_campaign *campaign, survey *work) {
  int block = 0;
  EPX_TRY(EPX_ARRAY(work->structural, (size_t)campaign->n_factors));
  EPX_TRY(EPX_ARRAY(campaign->engine, (size_t)campaign->n_points));
  for (int k = 0; k < campaign->n_factors; k++)
    work->structural[k] = is_structural(campaign, &campaign->factors[k]);
  for (int i = 0; i < campaign->n_begun; i++)
    EPX_TRY(survey_point(campaign, work, i, &block));
  for (int i = campaign->n_begun; i < campaign->n_points; i++)
    campaign->engine[i] = campaign->engine[0];
  if (campaign->distributed && campaign->n_begun < campaign->n_points)
    return epx_tree_raise(epx_tree_get(campaign->deck->resolved, "search"),
                          "search: networks that are distributed over ranks cannot be searched; "
                          "equilibrium.engine: population is wanted");
  const epx_stopping_rule *rule = &work->models[0].settings->yield.decide;
  const bool looks = rule->kind != EPX_STOPPING_NONE && rule->kind != EPX_STOPPING_DOUBLING;
  campaign->block = looks && block > rule->first ? rule->first : block; /* looks are at whole blocks */
  return EPX_OK;
}

/* Takes the sizes of points from those that they are like; of a point that is like none that was kept, it is
 * the mean.
 */
static void add_sizes(epx_campaign *campaign, survey *work) {
  int n = 0;
  for (int i = 0; i < campaign->n_points; i++) {
    const model *like = get_model(campaign, work, i);
    if (!like) continue;
    like->point->block = campaign->block;
    const epx_point_size size = epx_point_eval_size(like->point);
    if (i == 0) campaign->first = size;
    campaign->equilibria += size.equilibria;
    campaign->bytes = fmax(campaign->bytes, size.bytes);
    n++;
  }
  campaign->equilibria *= (double)campaign->n_instances * campaign->n_points / n;
}

static epx_err check_points(epx_campaign *campaign) {
  survey work = {0};
  const int code = survey_points(campaign, &work);
  if (code == EPX_OK) add_sizes(campaign, &work);
  for (int m = 0; m < work.n_models; m++) {
    epx_point_destroy(&work.models[m].point);
    epx_settings_destroy(&work.models[m].settings);
  }
  epx_array_destroy(&work.structural);
  return code;
}

/* The records of all trials, as they are kept and as a column that is written, fit: `size` doubles each. */
static epx_err check_trials(const epx_campaign *campaign, double n_instances, size_t size) {
  char what[160];
  const double n = campaign->n_points * n_instances;
  snprintf(what, sizeof what, "population.instances: %.0f trials (%d design points of %.0f instances)", n,
           campaign->n_points, n_instances);
  const int code = epx_memory_check(2.0 * sizeof(double) * n * (double)size, what, "fewer are wanted");
  if (code != EPX_EINPUT) return code;
  const epx_tree *place = epx_tree_get_path(campaign->deck->resolved, "population.instances");
  return epx_tree_raise(place, "%s", epx_error_get_message());
}

static epx_err create_records(epx_campaign *campaign) {
  const size_t n = (size_t)campaign->n_points * (size_t)campaign->n_instances;
  EPX_TRY(epx_array_create(&campaign->record, n, campaign->layout.size * sizeof *campaign->record));
  for (size_t i = 0; i < n; i++)
    epx_record_init(&campaign->layout, campaign->record + i * campaign->layout.size);
  return EPX_OK;
}

/* Of a search the first points are the design's, the last two are confirmed, and those between are to be found. */
static epx_err init_search(epx_campaign *campaign) {
  const epx_tree *section = epx_tree_get(campaign->deck->resolved, "search");
  campaign->n_begun = campaign->i_fresh = campaign->n_points;
  if (!section) return EPX_OK;
  if (campaign->n_factors == 0)
    return epx_tree_raise(section, "search: design.factors has none to be searched");
  for (int c = 0; c < epx_deck_get_n_columns(campaign->deck); c++) {
    const char *path = epx_deck_get_column(campaign->deck, c).factor->path;
    if (strncmp(path, "task.", 5) == 0 || strcmp(path, "study.seed") == 0)
      return epx_tree_raise(
          section, "search: %s changes what is learned, not what learns it; leave it out of the factors",
          path);
  }
  const int n = epx_bayesian_get_n_initial(campaign->factors, campaign->n_factors);
  if (campaign->n_points < n + 3)
    return epx_tree_raise(
        epx_tree_get_path(campaign->deck->resolved, "design.points"),
        "design.points: %d points; a search of these factors begins with %d, and the last two are "
        "confirmations: %d or more are wanted",
        campaign->n_points, n, n + 3);
  campaign->n_begun = n;
  campaign->i_fresh = campaign->n_points - 2;
  return EPX_OK;
}

static epx_err init(epx_campaign *campaign) {
  EPX_TRY(epx_deck_eval_design(campaign->deck, &campaign->factors, &campaign->n_factors, &campaign->design));
  campaign->n_points = campaign->design->n_points;
  campaign->digest = epx_deck_eval_digest(campaign->deck);
  EPX_TRY(init_search(campaign));
  EPX_TRY(epx_points_create(campaign->deck, campaign->design, &campaign->points));
  return epx_tasks_create(campaign->deck, campaign->design, &campaign->tasks);
}

epx_err epx_campaign_create_unsurveyed(epx_deck *deck, epx_campaign **out) {
  int code = EPX_ARRAY(*out, 1);
  if (code != EPX_OK) {
    epx_deck_destroy(&deck);
    return code;
  }
  (*out)->deck = deck;
  code = init(*out);
  if (code != EPX_OK) epx_campaign_destroy(out);
  return code;
}

epx_err epx_campaign_survey(epx_campaign *campaign) {
  const char *n_instances = epx_deck_get_text(campaign->deck, "population.instances");
  if (campaign->surveyed) return EPX_OK;
  EPX_TRY(check_trials(campaign, atof(n_instances), LEAST_RECORD));
  EPX_TRY(check_points(campaign));
  EPX_TRY(check_trials(campaign, campaign->n_instances, campaign->layout.size));
  campaign->surveyed = true;
  EPX_TRY(create_records(campaign));
  return epx_proposals_create(campaign, &campaign->proposals);
}

epx_err epx_campaign_create(epx_deck *deck, epx_campaign **out) {
  EPX_TRY(epx_campaign_create_unsurveyed(deck, out));
  const int code = epx_campaign_survey(*out);
  if (code != EPX_OK) epx_campaign_destroy(out);
  return code;
}

/* Tells whether a factor sets a path, or something below it. */
static bool is_varied(const epx_campaign *campaign, const char *path) {
  const int n = epx_deck_get_n_columns(campaign->deck);
  for (int c = 0; c < n; c++)
    if (strncmp(epx_deck_get_column(campaign->deck, c).factor->path, path, strlen(path)) == 0) return true;
  return false;
}

bool epx_campaign_may_distribute(const epx_campaign *campaign) {
  epx_settings *settings;
  epx_topology *topology = NULL;
  if (is_varied(campaign, "equilibrium.engine") || is_varied(campaign, "population.ranks_per_network") ||
      is_varied(campaign, "network.topology"))
    return true;
  if (epx_points_eval_settings(campaign->points, 0, &settings) != EPX_OK) {
    epx_error_reset(); /* who looks at the points says it */
    return true;
  }
  bool may = settings->engine == EPX_ENGINE_DISTRIBUTED || settings->n_ranks > 1;
  if (!may && settings->engine == EPX_ENGINE_AUTO)
    may = epx_topology_create(&settings->network.topology, &topology) != EPX_OK ||
          topology->n_nodes >= EPX_ENGINE_LARGE;
  epx_topology_destroy(&topology);
  epx_settings_destroy(&settings);
  return may;
}

epx_campaign_facts epx_campaign_get_facts(const epx_campaign *campaign) {
  return (epx_campaign_facts){.n_instances = campaign->n_instances,
                              .block = campaign->block,
                              .n_ranks = campaign->n_ranks,
                              .distributed = campaign->distributed,
                              .record = campaign->layout.size,
                              .checkpoint = campaign->checkpoint};
}

void epx_campaign_set_facts(epx_campaign *campaign, const epx_campaign_facts *facts) {
  if (campaign->surveyed) return;
  campaign->n_instances = facts->n_instances;
  campaign->block = facts->block;
  campaign->n_ranks = facts->n_ranks;
  campaign->distributed = facts->distributed != 0;
  campaign->layout.size = facts->record;
  campaign->checkpoint = facts->checkpoint;
}

void epx_campaign_set_row(epx_campaign *campaign, int i_point, const double *row) {
  const size_t n = (size_t)campaign->n_factors;
  memcpy(campaign->design->value + (size_t)i_point * n, row, n * sizeof *row);
}

void epx_campaign_set_design_values(epx_campaign *campaign, double *value) {
  if (!campaign->shares_design) epx_array_destroy(&campaign->design->value);
  campaign->design->value = value;
  campaign->shares_design = true;
}

void epx_campaign_destroy(epx_campaign **address) {
  epx_campaign *campaign = *address;
  *address = NULL;
  if (!campaign || campaign->abandoned) return;
  epx_array_destroy(&campaign->record);
  epx_array_destroy(&campaign->engine);
  epx_proposals_destroy(&campaign->proposals);
  epx_tasks_destroy(&campaign->tasks);
  epx_points_destroy(&campaign->points);
  if (campaign->shares_design) campaign->design->value = NULL;
  epx_design_destroy(&campaign->design);
  epx_deck_destroy(&campaign->deck);
  epx_array_destroy(&campaign);
}

double *epx_campaign_get_record(const epx_campaign *campaign, int i_point, int i_instance) {
  const size_t i = (size_t)i_point * (size_t)campaign->n_instances + (size_t)i_instance;
  return campaign->record + i * campaign->layout.size;
}

bool epx_campaign_has_trial(const epx_campaign *campaign, int i_point, int i_instance) {
  if (campaign->proposals)
    return i_instance < epx_proposals_get_point(campaign->proposals, i_point)->n_proposed;
  if (campaign->n_shards == 0) return true;
  const int64_t a_point = (campaign->n_instances + campaign->block - 1) / campaign->block;
  const int64_t block = i_point * a_point + i_instance / campaign->block;
  return block % campaign->n_shards == campaign->shard - 1;
}

void epx_campaign_get_progress(const epx_campaign *campaign, long *trials, long *finished) {
  *trials = *finished = 0;
  if (!campaign->record) return;
  for (int i = 0; i < campaign->n_points; i++)
    for (int k = 0; k < campaign->n_instances; k++) {
      if (!epx_campaign_has_trial(campaign, i, k)) continue;
      ++*trials;
      *finished += epx_campaign_get_record(campaign, i, k)[0] != EPX_STATE_PENDING;
    }
}
