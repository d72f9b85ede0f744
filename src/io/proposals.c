/** @file
 * Proposals: the rule of the deck over the records of the campaign.
 */
#include "io/proposals.h"

#include <math.h>

#include "base/array.h"
#include "io/deck/points.h"
#include "io/deck/private.h"
#include "study/summary.h"

struct epx_proposals {
  const epx_campaign *campaign;
  epx_yield_spec yield;
  epx_stopping_rule rule;
  int i_metric; /* the yield's, in the record */
  epx_stopping *stopping;
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

epx_err epx_proposals_create(const epx_campaign *campaign, epx_proposals **out) {
  epx_settings *settings;
  *out = NULL;
  EPX_TRY(epx_points_eval_settings(campaign->points, 0, &settings));
  int code = EPX_OK;
  if (settings->yield.decide.kind != EPX_STOPPING_NONE) {
    if (campaign->n_shards > 0)
      code = EPX_RAISE(
          EPX_EINPUT, "--shard: a campaign that decides while it runs needs all of its trials; run it whole");
    if (code == EPX_OK) code = EPX_ARRAY(*out, 1);
    if (code == EPX_OK) {
      (*out)->campaign = campaign;
      code = init(*out, settings);
    }
    if (code != EPX_OK) epx_proposals_destroy(out);
  }
  epx_settings_destroy(&settings);
  return code;
}

void epx_proposals_destroy(epx_proposals **address) {
  if (*address) epx_stopping_destroy(&(*address)->stopping);
  epx_array_destroy(address);
}

const epx_stopping_point *epx_proposals_get_point(const epx_proposals *proposals, int i_point) {
  return epx_stopping_get_point(proposals->stopping, i_point);
}

int epx_proposals_get_n_open(const epx_proposals *proposals) {
  return epx_stopping_get_n_open(proposals->stopping);
}

bool epx_proposals_has_rounds(const epx_proposals *proposals) {
  return epx_stopping_has_rounds(&proposals->rule);
}

epx_err epx_proposals_update(epx_proposals *proposals, int i_point, bool *more) {
  const epx_stopping_source source = {proposals, get_outcome};
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
  epx_stopping_destroy(&proposals->stopping);
  EPX_TRY(epx_stopping_create(&proposals->rule, &proposals->stopping));
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
