/** @file
 * Allocation: computes ranks, nodes, time and memory from the timing of the pilot and the limits of the site.
 */
#include "cli/cluster/allocation.h"

#include <math.h>

/* The aim, s; what is asked for beyond the expected time; MB that MPI and the libraries take of a rank; the
 * share beyond the pilot's peak that other points may need. */
static const double aim = 3600, time_share = 1.5, time_more = 120, mpi_megabytes = 100, memory_share = 1.25;

static int get_workers(int ranks) {
  return ranks > 2 ? ranks - 1 : ranks;
}

static int eval_ranks(double n_blocks, double seconds) {
  const double wanted = fmin(ceil(seconds / aim), ceil(n_blocks / 2));
  const int workers = (int)fmin(1e6, fmax(2, wanted));
  return workers > 2 ? workers + 1 : workers;
}

static void set_nodes(const epx_cluster_site *site, const epx_allocation_request *request, double n_blocks,
                      epx_allocation *out) {
  if (site->memory_per_core > 0)
    out->cores_per_rank = (int)fmax(1, ceil(out->megabytes / site->memory_per_core));
  if (site->cores_per_node == 0) return;
  if (out->cores_per_rank > site->cores_per_node) out->cores_per_rank = site->cores_per_node;
  const int ranks_per_node = site->cores_per_node / out->cores_per_rank;
  const int nodes = (out->ranks + ranks_per_node - 1) / ranks_per_node;
  if (!site->whole_nodes && nodes > 1) return;
  out->nodes = nodes;
  /* Whole nodes are paid for whole: they are filled, unless the user knows better. */
  if (site->whole_nodes && request->ranks == 0) out->ranks = (int)fmin(nodes * ranks_per_node, n_blocks + 1);
}

static void set_time(const epx_cluster_site *site, const epx_allocation_request *request,
                     const epx_pilot *pilot, epx_allocation *out) {
  double needed = request->time;
  if (pilot) {
    out->expected = pilot->total / request->shards / get_workers(out->ranks) + pilot->slowest;
    needed = time_share * out->expected + time_more + request->grace;
  }
  out->time = request->time > 0 ? request->time : needed;
  if (site->max_time > 0 && out->time > site->max_time) out->time = site->max_time;
  out->time = 60 * ceil(out->time / 60);
  out->rounds = (int)fmax(1, ceil((out->expected + request->grace) / out->time));
}

epx_allocation epx_allocation_eval(const epx_allocation_request *request, const epx_cluster_site *site,
                                   double n_blocks, double n_bytes, const epx_pilot *pilot) {
  epx_allocation out = {.ranks = request->ranks, .cores_per_rank = 1};
  n_blocks = ceil(n_blocks / request->shards);
  if (out.ranks == 0) out.ranks = eval_ranks(n_blocks, pilot->total / request->shards);
  if (pilot) out.megabytes = ceil(memory_share * pilot->bytes / 1e6 + 2 * n_bytes / 1e6 + mpi_megabytes);
  set_nodes(site, request, n_blocks, &out);
  set_time(site, request, pilot, &out);
  return out;
}
