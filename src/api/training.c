/** @file
 * Training: the block of instances that holds the one asked for, as a campaign solves it.
 */
#include "epilux/training.h"

#include <string.h>

#include "base/array.h"
#include "io/campaign.h"

struct epx_training {
  epx_settings *settings;
  epx_record_layout layout;
  double *record; /* [layout.size] */
};

static epx_err check_trial(const epx_campaign *campaign, int i_point, int i_instance) {
  if (i_point < 0 || i_point >= campaign->n_points || i_instance < 0 || i_instance >= campaign->n_instances)
    return EPX_RAISE(EPX_EINPUT,
                     "there is no trial (%d, %d): the campaign has %d design points of %d instances", i_point,
                     i_instance, campaign->n_points, campaign->n_instances);
  if (campaign->engine[i_point] == EPX_ENGINE_DISTRIBUTED)
    return EPX_RAISE(EPX_EINPUT, "design point %d is distributed over ranks: epx_campaign_solve() runs it",
                     i_point);
  return EPX_OK;
}

static epx_err solve_block(const epx_campaign *campaign, int i_point, int i_instance, const epx_point *point,
                           double *record) {
  const int place = i_instance % point->block;
  double *block;
  EPX_TRY(EPX_ARRAY(block, (size_t)point->block * campaign->layout.size));
  const int code = epx_trial_solve(point, i_point, i_instance - place, block);
  memcpy(record, block + (size_t)place * campaign->layout.size, campaign->layout.size * sizeof *record);
  epx_array_destroy(&block);
  return code;
}

static epx_err solve(const epx_campaign *campaign, int i_point, int i_instance, epx_training *training) {
  epx_point *point;
  training->layout = campaign->layout;
  EPX_TRY(EPX_ARRAY(training->record, campaign->layout.size));
  EPX_TRY(epx_campaign_create_point(campaign, i_point, &training->settings, &point));
  const int code = solve_block(campaign, i_point, i_instance, point, training->record);
  epx_point_destroy(&point);
  return code;
}

epx_err epx_training_solve(const epx_campaign *campaign, int i_point, int i_instance, epx_training **out) {
  epx_training *training;
  *out = NULL;
  EPX_TRY(check_trial(campaign, i_point, i_instance));
  EPX_TRY(EPX_ARRAY(training, 1));
  const int code = solve(campaign, i_point, i_instance, training);
  if (code != EPX_OK) epx_training_destroy(&training);
  EPX_TRY(code);
  *out = training;
  return EPX_OK;
}

void epx_training_destroy(epx_training **address) {
  epx_training *training = *address;
  if (!training) return;
  epx_array_destroy(&training->record);
  epx_settings_destroy(&training->settings);
  epx_array_destroy(address);
}

int epx_training_get_state(const epx_training *training) {
  return (int)training->record[0];
}

epx_err epx_training_get_metric(const epx_training *training, const char *name, double *value) {
  for (int m = 0; m < training->settings->n_metrics; m++) {
    if (strcmp(name, epx_metric_get_name(training->settings->metric[m])) != 0) continue;
    *value = training->record[training->layout.metric + (size_t)m];
    return EPX_OK;
  }
  return EPX_RAISE(EPX_EINPUT, "the deck does not measure %s; name it in metrics", name);
}

/* Kept curves stand in the order of their table. */
epx_err epx_training_get_curve(const epx_training *training, const char *name, const double **curve,
                               int *n_epochs) {
#define NAME(name, text, meaning) text,
  static const char *const names[] = {EPX_CURVES(NAME)};
#undef NAME
  size_t at = training->layout.curve;
  *n_epochs = training->layout.n_epochs;
  for (int c = 0; c < EPX_CURVE_COUNT; c++) {
    if (!training->settings->curve[c]) continue;
    *curve = training->record + at;
    if (strcmp(name, names[c]) == 0) return EPX_OK;
    at += (size_t)*n_epochs;
  }
  return EPX_RAISE(EPX_EINPUT, "the deck keeps no curve %s; name it in curves", name);
}

const double *epx_training_get_parameters(const epx_training *training) {
  return training->layout.n_kept > 0 ? training->record + training->layout.parameters : NULL;
}
