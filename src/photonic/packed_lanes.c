/** @file
 * Packed lanes: lanes of many instances with one sample each; of a shared coupling, of one instance with many
 * samples, for then a lane's instance is found as at home.
 */
#include "photonic/packed_lanes.h"

#include <string.h>

#include "base/array.h"

struct epx_packed_lanes {
  epx_lanes *lanes; /* NULL: there is no room */
  double *coupling; /* its own, while it may have borrowed another's */
  double *derived;  /* likewise */
};

epx_err epx_packed_lanes_create(const epx_network *network, int max_lanes, epx_packed_lanes **out) {
  *out = NULL;
  epx_packed_lanes *packed = NULL;
  const double bytes = sizeof(double) * (double)network->n_nodes * network->n_nodes;
  const double fit = EPX_PACKED_LANES_BYTES / bytes;
  int room = fit < max_lanes ? (int)fit : max_lanes;
  room -= room % EPX_LANE_WIDTH;
  EPX_TRY(EPX_ARRAY(packed, 1));
  const int code = room > 0 ? epx_lanes_create(network, room, 1, &packed->lanes) : EPX_OK;
  if (code != EPX_OK) {
    epx_packed_lanes_destroy(&packed);
    return code;
  }
  if (packed->lanes) {
    packed->coupling = packed->lanes->coupling;
    packed->derived = packed->lanes->derived;
  }
  *out = packed;
  return EPX_OK;
}

void epx_packed_lanes_destroy(epx_packed_lanes **address) {
  epx_packed_lanes *packed = *address;
  if (!packed) return;
  if (packed->lanes) {
    packed->lanes->coupling = packed->coupling;
    packed->lanes->derived = packed->derived;
  }
  epx_lanes_destroy(&packed->lanes);
  epx_array_destroy(address);
}

int epx_packed_lanes_get_room(const epx_packed_lanes *packed) {
  return packed->lanes ? packed->lanes->max_lanes : 0;
}

static void set_shape(epx_lanes *lanes, bool shared, int n) {
  lanes->shared = shared;
  lanes->n_instances = shared ? 1 : n;
  lanes->n_samples = shared ? n : 1;
  lanes->n_used = n;
  lanes->n_lanes = (n + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
}

/** Tells whether packed lanes are neighbours at home, as those of a group that begins mostly are. */
static bool are_neighbours(const epx_lanes *lanes, const int *which) {
  bool all = lanes->n_used == lanes->n_lanes;
  for (int k = 1; all && k < lanes->n_used; k++)
    all = which[k] == which[0] + k;
  return all;
}

/** Copies rows of lanes from home. */
static void gather(const epx_lanes *home, size_t n_rows, const double *from, const int *which,
                   const epx_lanes *lanes, double *to) {
  const bool neighbours = are_neighbours(lanes, which);
  for (size_t row = 0; row < n_rows; row++) {
    const double *at = from + row * (size_t)home->n_lanes;
    double *out = to + row * (size_t)lanes->n_lanes;
    for (int k = 0; neighbours && k < lanes->n_lanes; k += EPX_LANE_WIDTH)
      memcpy(out + k, at + which[0] + k, EPX_LANE_WIDTH * sizeof *out);
    for (int k = 0; !neighbours && k < lanes->n_lanes; k++)
      out[k] = at[which[k < lanes->n_used ? k : lanes->n_used - 1]];
  }
}

static void gather_theta(const epx_lanes *home, const int *which, epx_lanes *lanes) {
  const size_t n_theta = lanes->network->n_theta;
  for (int k = 0; k < lanes->n_instances; k++) {
    const int instance = lanes->shared ? 0 : which[k] / home->n_samples;
    memcpy(lanes->theta + (size_t)k * n_theta, home->theta + (size_t)instance * n_theta,
           n_theta * sizeof *lanes->theta);
  }
}

const epx_lanes *epx_packed_lanes_set(epx_packed_lanes *packed, const epx_lanes *home, int n,
                                      const int *which) {
  epx_lanes *lanes = packed->lanes;
  const epx_family *family = lanes->network->family;
  const size_t n_nodes = (size_t)lanes->network->n_nodes;
  set_shape(lanes, home->shared, n);
  lanes->coupling = home->shared ? home->coupling : packed->coupling;
  if (!home->shared) gather(home, n_nodes * n_nodes, home->coupling, which, lanes, lanes->coupling);
  lanes->derived = home->shared ? home->derived : packed->derived;
  if (!home->shared && family->count_derived)
    gather(home, family->count_derived(lanes->network), home->derived, which, lanes, lanes->derived);
  for (int p = 0; p < family->n_parameters; p++) {
    lanes->active[p] = home->active[p];
    if (lanes->node[p]) gather(home, n_nodes, home->node[p], which, lanes, lanes->node[p]);
  }
  gather(home, n_nodes * (size_t)family->input_rows, home->input, which, lanes, lanes->input);
  gather_theta(home, which, lanes);
  return lanes;
}
