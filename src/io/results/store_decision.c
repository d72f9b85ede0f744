/** @file
 * Store, decisions: of each point how many instances are proposed and what is decided, where the campaign decides.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "io/proposals.h"
#include "io/results/store_private.h"

static double get_n_proposed(const epx_stopping_point *p) {
  return p->n_proposed;
}
static double get_n_seen(const epx_stopping_point *p) {
  return p->n_seen;
}
static double get_n_good(const epx_stopping_point *p) {
  return p->n_good;
}
static double get_look(const epx_stopping_point *p) {
  return p->look;
}
static double get_verdict(const epx_stopping_point *p) {
  return p->verdict;
}
static double get_low(const epx_stopping_point *p) {
  return p->low;
}
static double get_high(const epx_stopping_point *p) {
  return p->high;
}

static const struct {
  const char *name, *meaning;
  bool real;
  double (*get)(const epx_stopping_point *);
} columns[] = {
    {"n_proposed", "instances that are to be solved; those behind them are not pending", false,
     get_n_proposed},
    {"n_seen", "instances that the decision is of, the first ones", false, get_n_seen},
    {"n_good", "good ones among those seen", false, get_n_good},
    {"look", "number of the look, from 0", false, get_look},
    {"verdict", "what is decided of the point", false, get_verdict},
    {"yield_low", "lower end of the interval at the last look, which holds after stopping", true, get_low},
    {"yield_high", "upper end of the interval at the last look, which holds after stopping", true, get_high}};

static epx_err write_meaning(epx_archive *archive) {
  const char *names[EPX_VERDICT_COUNT];
  for (int v = 0; v < EPX_VERDICT_COUNT; v++)
    names[v] = epx_verdict_get_name((epx_verdict)v);
  return epx_archive_write_flags(archive, "/decision/verdict", EPX_VERDICT_COUNT, names);
}

/* The points of a search as the program counts them, words by their number: the deck cannot say them again. */
static epx_err write_rows(const epx_campaign *campaign, epx_archive *archive) {
  const size_t n = (size_t)campaign->n_points, n_factors = (size_t)campaign->n_factors;
  double *rows;
  int *number;
  EPX_TRY(EPX_ARRAY(number, n_factors));
  for (size_t k = 0; k < n_factors; k++)
    number[k] = (int)k;
  const epx_archive_array scale = {.path = "/factor",
                                   .unit = "1",
                                   .long_name = "factor, in the deck's order",
                                   .type = EPX_ARCHIVE_INT,
                                   .n_axes = 1,
                                   .n = {n_factors}};
  int code = epx_archive_write(archive, &scale, number);
  epx_array_destroy(&number);
  EPX_TRY(code);
  EPX_TRY(EPX_ARRAY(rows, n * n_factors));
  for (size_t i = 0; i < n; i++) {
    const double *row = epx_proposals_get_row(campaign->proposals, (int)i);
    for (size_t k = 0; k < n_factors; k++)
      rows[i * n_factors + k] = row ? row[k] : NAN;
  }
  const epx_archive_array array = {
      .path = "/decision/rows",
      .unit = "1",
      .long_name = "factors of each point, in the deck's order; words by their number from 0",
      .n_axes = 2,
      .n = {n, n_factors},
      .axis = {"/point", "/factor"}};
  code = epx_archive_write(archive, &array, rows);
  epx_array_destroy(&rows);
  EPX_TRY(code);
  const int best = epx_proposals_get_best(campaign->proposals);
  return epx_archive_write_number(archive, "/decision", "best", best < 0 ? NAN : best);
}

epx_err epx_store_write_decision(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  if (!campaign->proposals) return EPX_OK;
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    char path[64];
    snprintf(path, sizeof path, "/decision/%s", columns[c].name);
    const epx_archive_array array = {.path = path,
                                     .unit = "1",
                                     .long_name = columns[c].meaning,
                                     .n_axes = 1,
                                     .n = {(size_t)campaign->n_points},
                                     .axis = {"/point"}};
    for (int i = 0; i < campaign->n_points; i++)
      store->column[i] = columns[c].get(epx_proposals_get_point(campaign->proposals, i));
    EPX_TRY(columns[c].real ? epx_archive_write(archive, &array, store->column)
                            : epx_store_write_integers(store, archive, &array, (size_t)campaign->n_points));
  }
  EPX_TRY(write_meaning(archive));
  if (epx_proposals_is_search(campaign->proposals)) EPX_TRY(write_rows(campaign, archive));
  return epx_archive_write_count(archive, "/decision", "open",
                                 (uint64_t)epx_proposals_get_n_open(campaign->proposals));
}
