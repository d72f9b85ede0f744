/** @file
 * Efficiency: sums up the ranks' times and failures from the activity of a run.
 */
#include "cli/print/efficiency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "parallel/progress.h"

enum { ALL_RANKS_MAX = 8, ENDS = 3, HOSTS_MAX = 8, SLOWEST_MAX = 3 };

/* ---- ranks */

static double get_share(const epx_activity *activity, const epx_activity_rank *rank) {
  return activity->seconds > 0 ? 100 * rank->busy / activity->seconds : 0;
}

static int compare_busy(const void *a, const void *b) {
  const epx_activity_rank *one = *(const epx_activity_rank *const *)a,
                          *other = *(const epx_activity_rank *const *)b;
  if (one->busy != other->busy) return one->busy < other->busy ? -1 : 1;
  return one->rank - other->rank;
}

static void print_ranks(const epx_activity *activity, int n, const epx_activity_rank *const *ranks) {
  for (int i = 0; i < n; i++)
    printf("%s rank %d on %s %.1f %%", i ? "," : "", ranks[i]->rank, ranks[i]->host,
           get_share(activity, ranks[i]));
}

/* All ranks of a small run; else those at both ends. */
static void print_busy(const epx_activity *activity, const epx_activity_rank **ranks) {
  const int n = activity->n_ranks;
  if (n > ALL_RANKS_MAX) {
    qsort(ranks, (size_t)n, sizeof *ranks, compare_busy);
    printf("least busy:");
    print_ranks(activity, ENDS, ranks);
    printf("; most:");
    print_ranks(activity, ENDS, ranks + n - ENDS);
  } else {
    printf("busy:");
    print_ranks(activity, n, ranks);
  }
  printf("\n");
}

/* ---- hosts */

static int compare_host(const void *a, const void *b) {
  const epx_activity_rank *one = *(const epx_activity_rank *const *)a,
                          *other = *(const epx_activity_rank *const *)b;
  const int order = strcmp(one->host, other->host);
  return order ? order : one->rank - other->rank;
}

typedef struct {
  const char *host;
  long n_trials, n_failed, ended[EPX_STATES];
} host_failures;

static int compare_failures(const void *a, const void *b) {
  const host_failures *one = a, *other = b;
  if (one->n_failed != other->n_failed) return one->n_failed > other->n_failed ? -1 : 1;
  return strcmp(one->host, other->host);
}

/* Adds up the ranks of each host; returns how many there are. */
static int gather_hosts(int n, const epx_activity_rank **ranks, host_failures *hosts) {
  int n_hosts = 0;
  qsort(ranks, (size_t)n, sizeof *ranks, compare_host);
  for (int i = 0; i < n; i++) {
    if (i == 0 || strcmp(ranks[i]->host, ranks[i - 1]->host) != 0) hosts[n_hosts++].host = ranks[i]->host;
    host_failures *host = &hosts[n_hosts - 1];
    host->n_trials += ranks[i]->n_trials;
    for (int state = EPX_STATE_DONE + 1; state < EPX_STATES; state++) {
      host->ended[state] += ranks[i]->ended[state];
      host->n_failed += ranks[i]->ended[state];
    }
  }
  return n_hosts;
}

static void print_failures(int n, host_failures *hosts) {
  qsort(hosts, (size_t)n, sizeof *hosts, compare_failures);
  for (int i = 0; i < n && i < HOSTS_MAX && hosts[i].n_failed > 0; i++) {
    printf("%s %s %ld of %ld", i ? ";" : "failed trials by host:", hosts[i].host, hosts[i].n_failed,
           hosts[i].n_trials);
    const char *mark = " (";
    for (int state = EPX_STATE_DONE + 1; state < EPX_STATES; state++) {
      if (hosts[i].ended[state] > 0) {
        printf("%s%ld %s", mark, hosts[i].ended[state], epx_record_get_state_name(state));
        mark = ", ";
      }
    }
    printf(")");
    if (i == HOSTS_MAX - 1 && n > HOSTS_MAX) printf("; and %d more hosts", n - HOSTS_MAX);
  }
  if (n > 0 && hosts[0].n_failed > 0) printf("\n");
}

/* ---- all */

/* A time that may be far below a second. */
static void print_short(double seconds, char *text, size_t size) {
  if (seconds < 1e-3)
    snprintf(text, size, "%.3g us", 1e6 * seconds);
  else if (seconds < 1)
    snprintf(text, size, "%.3g ms", 1e3 * seconds);
  else
    epx_progress_eval_time(seconds, text, size);
}

static void print_shares(const epx_activity *activity, long n_trials) {
  double busy, waiting, tail;
  char each[32];
  epx_activity_eval_sums(activity, &busy, &waiting, &tail);
  const double all = busy + waiting + tail;
  print_short(waiting / (double)n_trials, each, sizeof each);
  printf("workers: %.1f %% busy, %.1f %% waiting (%s per trial), %.1f %% idle at the end (%.1f %% busy "
         "before the end)\n",
         100 * busy / all, 100 * waiting / all, each, 100 * tail / all, 100 * busy / (busy + waiting));
}

static void print_slowest(const epx_activity *activity) {
  char took[32];
  printf("slowest:");
  for (int k = 0; k < SLOWEST_MAX && activity->slowest[k].seconds > 0; k++) {
    const epx_activity_block *block = &activity->slowest[k];
    print_short(block->seconds, took, sizeof took);
    printf("%s point %d from instance %d: %s on rank %d", k ? ";" : "", block->i_point, block->i_instance,
           took, block->rank);
  }
  printf("\n");
}

epx_err epx_efficiency_view(const epx_activity *activity) {
  const epx_activity_rank **ranks;
  host_failures *hosts;
  long n_trials = 0;
  const int n = activity ? activity->n_ranks : 0;
  for (int i = 0; i < n; i++)
    n_trials += activity->ranks[i].n_trials;
  if (n_trials == 0) return EPX_OK;
  EPX_TRY(EPX_ARRAY(ranks, (size_t)n));
  const int code = EPX_ARRAY(hosts, (size_t)n);
  for (int i = 0; i < n; i++)
    ranks[i] = &activity->ranks[i];
  if (code == EPX_OK) {
    print_shares(activity, n_trials);
    print_busy(activity, ranks);
    print_slowest(activity);
    print_failures(gather_hosts(n, ranks, hosts), hosts);
  }
  epx_array_destroy(&hosts);
  epx_array_destroy(&ranks);
  return code;
}
