/** @file
 * Store, decisions: of each point how many instances are proposed and what is decided, where the campaign decides.
 */
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
  return epx_archive_write_count(archive, "/decision", "open",
                                 (uint64_t)epx_proposals_get_n_open(campaign->proposals));
}
