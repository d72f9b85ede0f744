/** @file
 * Proposals: the rule of the deck over the records of the campaign.
 */
#include "io/proposals.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/points.h"
#include "io/deck/private.h"
#include "search/bayesian.h"
#include "study/objective.h"
#include "study/summary.h"

struct epx_proposals {
  const epx_campaign *campaign;
  epx_yield_spec yield;
  epx_stopping_rule rule;
  int i_metric;           /* the yield's, in the record */
  epx_stopping *stopping; /* NULL: a search */
  /* of a search: */
  epx_settings *settings; /* of point 0 */
  double *row;            /* [n_points][n_factors], those that are proposed */
  double *cost, *margin; /* [n_points], those that are known: to be made small; yield above what it must be */
  epx_stopping_point *point; /* [n_points] */
  int n_proposed, n_known;   /* points; the known ones are the first */
  int n_open, best;
};

static double *get_record(const epx_campaign *campaign, int i_point, int i_instance) {
  const size_t i = (size_t)i_point * (size_t)campaign->n_instances + (size_t)i_instance;
  return campaign->record + i * campaign->layout.size;
}

static epx_stopping_outcome get_outcome(void *context, int i_point, int i_instance, double *value) {
  const epx_proposals *own = context;
  const epx_campaign *campaign = own->campaign;
  const double *record = get_record(campaign, i_point, i_instance);
  if (record[0] == EPX_STATE_PENDING) return EPX_INSTANCE_PENDING;
  if (record[0] == EPX_LOST) return EPX_INSTANCE_LOST;
  const double metric = record[campaign->layout.metric + (size_t)own->i_metric];
  *value = own->yield.at_most ? -metric : metric;
  return epx_summary_is_good(&own->yield, metric) ? EPX_INSTANCE_GOOD : EPX_INSTANCE_BAD;
}

static epx_err init(epx_proposals *own, const epx_settings *settings) {
  own->yield = settings->yield;
  own->rule = settings->yield.decide;
  own->rule.block = own->campaign->block;
  own->rule.n_points = own->campaign->n_points;
  for (int m = 0; m < settings->n_metrics; m++)
    if ((int)settings->metric[m] == settings->yield.metric) own->i_metric = m;
  const int code = epx_stopping_create(&own->rule, &own->stopping);
  if (code != EPX_EINPUT) return code;
  return epx_tree_raise(epx_tree_get(own->campaign->deck->resolved, "decide"), "%s", epx_error_get_message());
}

/* ---- a search */

static bool is_fit(const epx_proposals *own, int i) {
  return !isnan(own->cost[i]) && (own->settings->search.objective.least_yield == 0 || own->margin[i] >= 0);
}

epx_err epx_proposals_eval_result(const epx_proposals *proposals, int i_point, epx_objective_result *result) {
  const epx_campaign *campaign = proposals->campaign;
  return epx_objective_eval(&proposals->settings->search.objective, proposals->settings, &campaign->layout,
                            campaign->n_instances, get_record(campaign, i_point, 0), result);
}

const epx_objective *epx_proposals_get_objective(const epx_proposals *proposals) {
  return &proposals->settings->search.objective;
}

/* Takes a point whose instances are all there. One with a failed instance has no value, but a yield. */
static epx_err learn(epx_proposals *own, int i) {
  const epx_campaign *campaign = own->campaign;
  const epx_objective *objective = &own->settings->search.objective;
  epx_stopping_point *point = &own->point[i];
  epx_objective_result result;
  EPX_TRY(epx_proposals_eval_result(own, i, &result));
  const double value = result.n_failed > 0 && !objective->yield ? NAN : result.value;
  own->cost[i] = objective->maximise ? -value : value;
  own->margin[i] = isnan(result.yield) ? 0 : result.yield - objective->least_yield;
  point->verdict = i < campaign->i_fresh ? EPX_VERDICT_EVALUATED : EPX_VERDICT_CONFIRMED;
  own->n_open--;
  own->n_known++;
  if (i < campaign->i_fresh && is_fit(own, i) && (own->best < 0 || own->cost[i] < own->cost[own->best]))
    own->best = i;
  return EPX_OK;
}

/* Where no process fits, the design's own point is taken. */
static epx_err choose(epx_proposals *own, int i, double *row) {
  const epx_campaign *campaign = own->campaign;
  const epx_search_settings *search = &own->settings->search;
  const epx_design_spec *design = epx_deck_get_design(campaign->deck);
  const epx_bayesian_spec spec = {campaign->factors, campaign->n_factors, campaign->n_begun, design->seed,
                                  design->constraint};
  const double *margin = search->objective.least_yield > 0 ? own->margin : NULL;
  const int n_known = i - search->batch + 1 < 2 ? 2 : i - search->batch + 1;
  if (i < campaign->n_begun || search->random) return EPX_OK;
  const int code = epx_bayesian_eval(&spec, i, n_known, own->row, own->cost, margin, row);
  if (code != EPX_ESOLVER) return code;
  epx_error_reset();
  memcpy(row, campaign->design->value + (size_t)i * (size_t)campaign->n_factors,
         (size_t)campaign->n_factors * sizeof *row);
  return EPX_OK;
}

static epx_err propose(epx_proposals *own, int i, int like) {
  const size_t n = (size_t)own->campaign->n_factors;
  double *row = own->row + (size_t)i * n;
  if (like >= 0)
    memcpy(row, own->row + (size_t)like * n, n * sizeof *row);
  else
    EPX_TRY(choose(own, i, row));
  own->point[i].n_proposed = own->campaign->n_instances;
  own->n_proposed++;
  return EPX_OK;
}

/* Whether the results that point i is chosen from are known. */
static bool is_due(const epx_proposals *own, int i) {
  const int n_known = i - own->settings->search.batch + 1;
  return i < own->campaign->n_begun || own->n_known >= (n_known < 2 ? 2 : n_known);
}

static epx_err propose_next(epx_proposals *own, bool *more) {
  const epx_campaign *campaign = own->campaign;
  while (own->n_proposed < campaign->i_fresh && is_due(own, own->n_proposed)) {
    EPX_TRY(propose(own, own->n_proposed, -1));
    *more = true;
  }
  if (own->n_known < campaign->i_fresh || own->n_proposed > campaign->i_fresh) return EPX_OK;
  for (int i = campaign->i_fresh; i < campaign->n_points && own->best >= 0; i++) {
    EPX_TRY(propose(own, i, i == campaign->i_fresh ? own->best : 0));
    *more = true;
  }
  for (int i = campaign->i_fresh; i < campaign->n_points && own->best < 0; i++)
    own->point[i].verdict = EPX_VERDICT_UNPROPOSED;
  if (own->best < 0) own->n_open = 0;
  return EPX_OK;
}

static epx_err update_search(epx_proposals *own, int i_point, bool *more) {
  epx_stopping_point *point = &own->point[i_point];
  while (point->n_seen < point->n_proposed &&
         get_record(own->campaign, i_point, point->n_seen)[0] != EPX_STATE_PENDING)
    point->n_seen++;
  while (own->n_known < own->n_proposed && own->point[own->n_known].n_seen == own->campaign->n_instances) {
    EPX_TRY(learn(own, own->n_known));
    EPX_TRY(propose_next(own, more));
    const epx_stopping_point *next = &own->point[own->n_known];
    if (own->n_known < own->n_proposed && next->n_seen == 0) return update_search(own, own->n_known, more);
  }
  return EPX_OK;
}

static epx_err begin_search(epx_proposals *own) {
  const epx_campaign *campaign = own->campaign;
  bool more;
  own->n_proposed = own->n_known = 0;
  own->n_open = campaign->n_points;
  own->best = -1;
  memcpy(own->row, campaign->design->value,
         (size_t)campaign->n_points * (size_t)campaign->n_factors * sizeof *own->row);
  memset(own->point, 0, (size_t)campaign->n_points * sizeof *own->point);
  for (int i = 0; i < campaign->n_points; i++)
    own->point[i].low = own->point[i].high = NAN;
  return propose_next(own, &more);
}

static epx_err init_search(epx_proposals *own) {
  const size_t n = (size_t)own->campaign->n_points;
  EPX_TRY(EPX_ARRAY(own->row, n * (size_t)own->campaign->n_factors));
  EPX_TRY(EPX_ARRAY(own->cost, n));
  EPX_TRY(EPX_ARRAY(own->margin, n));
  EPX_TRY(EPX_ARRAY(own->point, n));
  return begin_search(own);
}

/* ---- either */

static epx_err create(const epx_campaign *campaign, epx_settings **settings, epx_proposals **out) {
  const bool searches = (*settings)->search.asked;
  if (!searches && (*settings)->yield.decide.kind == EPX_STOPPING_NONE) return EPX_OK;
  if (campaign->n_shards > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "--shard: a campaign that decides while it runs needs all of its trials; run it whole");
  EPX_TRY(EPX_ARRAY(*out, 1));
  epx_proposals *own = *out;
  own->campaign = campaign;
  if (!searches) return init(own, *settings);
  own->settings = *settings;
  *settings = NULL;
  return init_search(own);
}

epx_err epx_proposals_create(const epx_campaign *campaign, epx_proposals **out) {
  epx_settings *settings;
  *out = NULL;
  EPX_TRY(epx_points_eval_settings(campaign->points, 0, &settings));
  const int code = create(campaign, &settings, out);
  if (code != EPX_OK) epx_proposals_destroy(out);
  epx_settings_destroy(&settings);
  return code;
}

void epx_proposals_destroy(epx_proposals **address) {
  epx_proposals *own = *address;
  if (!own) return;
  epx_stopping_destroy(&own->stopping);
  epx_settings_destroy(&own->settings);
  epx_array_destroy(&own->row);
  epx_array_destroy(&own->cost);
  epx_array_destroy(&own->margin);
  epx_array_destroy(&own->point);
  epx_array_destroy(address);
}

const epx_stopping_point *epx_proposals_get_point(const epx_proposals *proposals, int i_point) {
  return proposals->stopping ? epx_stopping_get_point(proposals->stopping, i_point)
                             : &proposals->point[i_point];
}

bool epx_proposals_is_search(const epx_proposals *proposals) {
  return !proposals->stopping;
}

const double *epx_proposals_get_row(const epx_proposals *proposals, int i_point) {
  if (proposals->stopping || proposals->point[i_point].n_proposed == 0) return NULL;
  return proposals->row + (size_t)i_point * (size_t)proposals->campaign->n_factors;
}

int epx_proposals_get_best(const epx_proposals *proposals) {
  return proposals->best;
}

int epx_proposals_get_n_open(const epx_proposals *proposals) {
  return proposals->stopping ? epx_stopping_get_n_open(proposals->stopping) : proposals->n_open;
}

bool epx_proposals_has_rounds(const epx_proposals *proposals) {
  return !proposals->stopping || epx_stopping_has_rounds(&proposals->rule);
}

epx_err epx_proposals_update(epx_proposals *proposals, int i_point, bool *more) {
  const epx_stopping_source source = {proposals, get_outcome};
  *more = false;
  if (!proposals->stopping) return update_search(proposals, i_point, more);
  return epx_stopping_update(proposals->stopping, &source, i_point, more);
}

epx_err epx_proposals_update_all(epx_proposals *proposals) {
  bool more;
  for (int i = 0; i < proposals->campaign->n_points; i++)
    EPX_TRY(epx_proposals_update(proposals, i, &more));
  return EPX_OK;
}

epx_err epx_proposals_reset(epx_proposals *proposals, long *n_dropped) {
  const epx_campaign *campaign = proposals->campaign;
  *n_dropped = 0;
  if (!proposals->stopping) {
    EPX_TRY(begin_search(proposals));
  } else {
    epx_stopping_destroy(&proposals->stopping);
    EPX_TRY(epx_stopping_create(&proposals->rule, &proposals->stopping));
  }
  EPX_TRY(epx_proposals_update_all(proposals));
  for (int i = 0; i < campaign->n_points; i++)
    for (int k = epx_proposals_get_point(proposals, i)->n_proposed; k < campaign->n_instances; k++) {
      double *record = get_record(campaign, i, k);
      if (record[0] == EPX_STATE_PENDING) continue;
      epx_record_init(&campaign->layout, record);
      ++*n_dropped;
    }
  return EPX_OK;
}
