/** @file
 * Pilot. Blocks are paused and continued in turn, so that many design points are sampled. Every block that was
 * started counts: leaving out unfinished ones would favour short blocks.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/pilot/pilot.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "cli/pilot/probe.h"
#include "cli/time_limit.h"

enum {
  N_EXTENSIONS = 2,            /* times that the budget may be extended */
  N_UNDER_WAY = 8,             /* blocks side by side */
  N_DISTRIBUTED_UNDER_WAY = 2, /* the same of distributed networks, each of which starts MPI */
  N_PROBES_MAX = 256,          /* blocks in all */
  N_TURNS = 4                  /* turns that each block has at least */
};
static const double glance = 0.25;             /* s: first turn of a block, of which nothing is known yet */
static const double beginning_share = 0.6;     /* of the budget: until then further blocks are started */
static const double preparation_share = 0.5;   /* of the budget: for making points ready, in addition */
static const double short_points_share = 0.15; /* of the budget: for short points of unfinished blocks */

/* Share of the time of the started blocks that must have been seen after once and after twice the budget. */
static const double enough[N_EXTENSIONS] = {0.5, 0.1};

typedef struct {
  const epx_campaign *campaign;
  int64_t n_blocks;     /* of the campaign */
  unsigned char *begun; /* [n_blocks] */
  epx_probe *probe[N_PROBES_MAX];
  bool done[N_PROBES_MAX];
  int n;
  int n_under_way;    /* at a time, at most */
  double start_up;    /* s of the processor that this process had taken before: a run takes it too */
  double start;       /* s */
  double preparation; /* s of points so far */
} flight;

epx_err epx_pilot_read_budget(const epx_call *call, double missing, double *budget) {
  const char *text = epx_call_get_value(call, "--pilot", 0);
  *budget = text ? 0 : missing;
  if (!text || strspn(text, "0") == strlen(text)) return EPX_OK;
  return epx_time_limit_read("--pilot", text, budget);
}

static double get_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The k-th of numbers that fill 0 … 1 evenly, however many are taken: the digits of k mirrored (van der
 * Corput). */
static double get_place(int k, int base) {
  double place = 0, share = 1.0 / base;
  for (; k > 0; k /= base, share /= base)
    place += share * (k % base);
  return place;
}

/* The k-th block to begin, spread over points and over their instances; -1 when all have been. */
static int64_t get_block(const flight *own, int k) {
  const int n_points = own->campaign->n_points;
  const int64_t per_point = own->n_blocks / n_points;
  const int64_t point = (int64_t)(get_place(k, 2) * n_points);
  const int64_t wanted = point * per_point + (int64_t)(get_place(k, 3) * (double)per_point);
  for (int64_t i = 0; i < own->n_blocks; i++)
    if (!own->begun[(wanted + i) % own->n_blocks]) return (wanted + i) % own->n_blocks;
  return -1;
}

/* Begins one more block; *any: there was one. */
static epx_err begin(flight *own, bool *any) {
  const int64_t chosen = own->n < N_PROBES_MAX ? get_block(own, own->n) : -1;
  *any = chosen >= 0;
  if (!*any) return EPX_OK;
  own->begun[chosen] = 1;
  const int64_t per_point = own->n_blocks / own->campaign->n_points;
  const int i_point = (int)(chosen / per_point), first = (int)(chosen % per_point) * own->campaign->block;
  EPX_TRY(epx_probe_create(own->campaign, i_point, first, &own->probe[own->n]));
  own->preparation += epx_probe_get_preparation(own->probe[own->n]);
  own->n++;
  return EPX_OK;
}

/* Tells whether the budget is used up: the processor's time, or, where that is not to be had, three times
 * that of the clock. Making points ready is on top of it. */
static bool is_over(const flight *own, double budget) {
  double spent = 0;
  for (int k = 0; k < own->n; k++)
    spent += epx_probe_get_spent(own->probe[k]);
  return spent >= budget || get_seconds(CLOCK_MONOTONIC) - own->start - own->preparation >= 3 * budget;
}

/* Others are begun in place of those that are done until that share of the budget is used: the rest is for
 * those. Two are seen of any design, however long it takes to make their points ready. */
static bool may_begin(const flight *own, double budget) {
  if (own->n == 0) return true;
  if (is_over(own, beginning_share * budget)) return false;
  return own->n == 1 || own->preparation < preparation_share * budget;
}

/* Gives everyone under way a turn, and begins others. */
static epx_err take_turns(flight *own, double budget) {
  const double turn = budget / (own->n_under_way * N_TURNS);
  for (;;) {
    int under_way = 0;
    for (int k = 0; k < own->n; k++) {
      if (is_over(own, budget)) return EPX_OK;
      if (!own->done[k]) EPX_TRY(epx_probe_run(own->probe[k], turn, &own->done[k]));
      under_way += !own->done[k];
    }
    for (bool more = true; more && under_way < own->n_under_way && may_begin(own, budget); under_way += more)
      EPX_TRY(begin(own, &more));
    if (under_way == 0) return EPX_OK;
  }
}

static int count_left(const flight *own) {
  int n = 0;
  for (int k = 0; k < own->n; k++)
    n += !own->done[k];
  return n;
}

/* Solves short points of what was not finished. */
static epx_err run_short_points(flight *own, double budget) {
  const int n = count_left(own);
  for (int k = 0; k < own->n; k++)
    if (!own->done[k]) EPX_TRY(epx_probe_run_short_points(own->probe[k], budget / n, budget / n));
  return EPX_OK;
}

static int count_known(const flight *own) {
  int n = 0;
  for (int k = 0; k < own->n; k++)
    n += epx_probe_eval(own->probe[k]).known;
  return n;
}

/* Has patience with that of which nothing is known: where that is all, with the first of it alone. */
static epx_err wait_for_short_points(flight *own, double patience) {
  const int n_known = count_known(own), n = n_known > 0 ? own->n - n_known : 1;
  for (int k = 0; k < own->n && (n_known > 0 || k == 0); k++)
    if (!epx_probe_eval(own->probe[k]).known)
      EPX_TRY(epx_probe_run_short_points(own->probe[k], patience / n, glance));
  return EPX_OK;
}

static void add(const flight *own, int k, epx_pilot *pilot) {
  const epx_probe_result result = epx_probe_eval(own->probe[k]);
  pilot->bytes = fmax(pilot->bytes, result.bytes);
  pilot->spent += result.spent;
  if (!result.known) return;
  pilot->n_blocks++;
  pilot->n_whole += result.whole;
  pilot->share = fmin(pilot->share, result.share);
  pilot->bounded |= result.bounded;
  pilot->block += result.block;
  pilot->once += result.once;
  pilot->slowest = fmax(pilot->slowest, result.block + result.once);
}

static void add_up(const flight *own, epx_pilot *pilot) {
  *pilot = (epx_pilot){.share = 1, .n_all = (double)own->n_blocks};
  for (int k = 0; k < own->n; k++)
    add(own, k, pilot);
  if (pilot->n_blocks == 0) return;
  pilot->block /= pilot->n_blocks;
  pilot->once /= pilot->n_blocks;
  pilot->total = pilot->block * pilot->n_all + pilot->once * own->campaign->n_points + own->start_up;
}

/* The share that was seen of the time that it takes what was begun. */
static double eval_seen(const flight *own) {
  double seen = 0, whole = 0;
  for (int k = 0; k < own->n; k++) {
    const epx_probe_result result = epx_probe_eval(own->probe[k]);
    if (!result.known) continue;
    seen += fmin(result.block + result.once, epx_probe_get_spent(own->probe[k]));
    whole += result.block + result.once;
  }
  return whole > 0 ? seen / whole : 1;
}

static epx_err fly(flight *own, double budget, double patience) {
  const double for_turns = (1 - short_points_share) * budget;
  EPX_TRY(EPX_ARRAY(own->begun, (size_t)own->n_blocks));
  EPX_TRY(take_turns(own, for_turns));
  for (int k = 0; k < N_EXTENSIONS && eval_seen(own) < enough[k]; k++)
    EPX_TRY(take_turns(own, (k + 2) * for_turns));
  EPX_TRY(run_short_points(own, short_points_share * budget));
  return wait_for_short_points(own, patience);
}

epx_err epx_pilot_eval(const epx_campaign *campaign, double budget, double patience, epx_pilot *pilot) {
  const int per_point = (campaign->n_instances + campaign->block - 1) / campaign->block;
  flight own = {.campaign = campaign,
                .n_blocks = (int64_t)campaign->n_points * per_point,
                .start_up = get_seconds(CLOCK_PROCESS_CPUTIME_ID),
                .start = get_seconds(CLOCK_MONOTONIC),
                .n_under_way = campaign->distributed ? N_DISTRIBUTED_UNDER_WAY : N_UNDER_WAY};
  const int code = fly(&own, budget, patience);
  add_up(&own, pilot);
  for (int k = 0; k < own.n; k++)
    epx_probe_destroy(&own.probe[k]);
  epx_array_destroy(&own.begun);
  return code;
}
