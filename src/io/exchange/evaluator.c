/** @file
 * Evaluator: the points that were asked for so far are the rows of a design that grows, so that those that differ in
 * numbers alone share a resolved deck (io/deck/points.h).
 */
#define _POSIX_C_SOURCE 200809L
#include "io/exchange/evaluator.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "io/deck/points.h"
#include "study/trial.h"

struct epx_evaluator {
  const epx_deck *deck;
  int n_factors;
  epx_design design; /* rows of what was asked */
  int capacity;      /* rows */
  epx_points *points;
  epx_settings *base; /* of the deck's own point */
  epx_record_layout layout;
  int block;
  epx_settings *settings; /* of the last point */
  epx_point *point;
  double *record; /* [n_record][layout.size] */
  int n_record;
};

static epx_err read_base(epx_evaluator *own) {
  epx_point *point = NULL;
  EPX_TRY(epx_deck_eval_settings(own->deck, NULL, 0, &own->base));
  int code = epx_point_create(own->base, &point);
  if (code == EPX_OK && point->engine == EPX_ENGINE_DISTRIBUTED)
    code = EPX_RAISE(EPX_EINPUT,
                     "equilibrium.engine: networks that are distributed over ranks run as campaigns: a "
                     "population is wanted");
  if (code == EPX_OK) {
    own->layout = point->layout;
    own->block = point->block;
  }
  epx_point_destroy(&point);
  return code;
}

epx_err epx_evaluator_create(const epx_deck *deck, epx_evaluator **out) {
  epx_evaluator *own;
  *out = NULL;
  if (epx_deck_get_n_columns(deck) == 0)
    return EPX_RAISE(EPX_EINPUT, "design.factors: the deck has none, and points are their values");
  EPX_TRY(EPX_ARRAY(own, 1));
  own->deck = deck;
  own->n_factors = epx_deck_get_n_factors(deck);
  own->design.n_factors = own->n_factors;
  int code = read_base(own);
  if (code == EPX_OK) code = epx_points_create(deck, &own->design, &own->points);
  if (code != EPX_OK) epx_evaluator_destroy(&own);
  *out = own;
  return code;
}

void epx_evaluator_destroy(epx_evaluator **address) {
  epx_evaluator *own = *address;
  if (!own) return;
  epx_point_destroy(&own->point);
  epx_settings_destroy(&own->settings);
  epx_settings_destroy(&own->base);
  epx_points_destroy(&own->points);
  epx_array_destroy(&own->design.value);
  epx_array_destroy(&own->record);
  epx_array_destroy(address);
}

const epx_settings *epx_evaluator_get_settings(const epx_evaluator *evaluator) {
  return evaluator->base;
}

static epx_err add_row(epx_evaluator *own, const double *row) {
  const size_t n = (size_t)own->n_factors;
  if (own->design.n_points == own->capacity) {
    double *grown;
    const int capacity = own->capacity ? 2 * own->capacity : 64;
    EPX_TRY(EPX_ARRAY(grown, (size_t)capacity * n));
    if (own->design.value) memcpy(grown, own->design.value, (size_t)own->capacity * n * sizeof *grown);
    epx_array_destroy(&own->design.value);
    own->design.value = grown;
    own->capacity = capacity;
  }
  memcpy(own->design.value + (size_t)own->design.n_points * n, row, n * sizeof *row);
  own->design.n_points++;
  return EPX_OK;
}

static epx_err make_point(epx_evaluator *own, int i_point) {
  epx_point_destroy(&own->point);
  epx_settings_destroy(&own->settings);
  EPX_TRY(epx_points_eval_settings(own->points, i_point, &own->settings));
  own->settings->block = own->block;
  EPX_TRY(epx_point_create(own->settings, &own->point));
  if (own->point->engine == EPX_ENGINE_DISTRIBUTED || own->point->layout.size != own->layout.size)
    return EPX_RAISE(EPX_EINPUT,
                     "the point's records are not like those of the deck's own point: leave out curves "
                     "and what is kept, or engine: distributed");
  return EPX_OK;
}

static epx_err set_room(epx_evaluator *own, int n) {
  if (n <= own->n_record) return EPX_OK;
  epx_array_destroy(&own->record);
  own->n_record = 0;
  EPX_TRY(EPX_ARRAY(own->record, (size_t)n * own->layout.size));
  own->n_record = n;
  return EPX_OK;
}

static double get_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

epx_err epx_evaluator_solve(epx_evaluator *own, const double *row, int first_instance, int n_instances,
                            epx_evaluation *evaluation) {
  const epx_expression *constraint = epx_deck_get_design(own->deck)->constraint;
  const int n_whole = (n_instances + own->block - 1) / own->block * own->block;
  if (constraint && !(epx_expression_eval(constraint, row) > 0))
    return EPX_RAISE(EPX_EINPUT, "the point does not satisfy design.constraint");
  EPX_TRY(set_room(own, n_whole));
  EPX_TRY(add_row(own, row));
  const int i_point = own->design.n_points - 1, code = make_point(own, i_point);
  if (code != EPX_OK) own->design.n_points--;
  EPX_TRY(code);
  const double start = get_seconds();
  for (int first = 0; first < n_whole; first += own->block)
    EPX_TRY(epx_trial_solve(own->point, i_point, first_instance + first,
                            own->record + (size_t)first * own->layout.size));
  *evaluation =
      (epx_evaluation){own->settings, &own->layout, n_instances, own->record, get_seconds() - start};
  return EPX_OK;
}
