/* Two states are the same equilibrium when they are as near as two finishes of one may be; phases are
 * compared on the circle. */
#include "learning/training/inspection.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"

/* Distance of two states that are one equilibrium, next to the largest component and 1. */
static const double near = 1e-6;

/* Random starts reach so many times as far as the first equilibrium; ASSUMED: far enough for the other
 * branches of a bistable ring, near enough to stay on the scale of the drive. */
static const double reach = 2;

static const double pi = 3.14159265358979323846;

struct epx_inspection {
  double share;
  int n_starts, n_instances;
  double *again;          /* [n_state][n_lanes] */
  double *found;          /* [n_starts][n_state][n_lanes]; NULL: one start */
  int *n_found;           /* [n_lanes] */
  unsigned char *chosen;  /* [n_lanes] */
  epx_certificate *other; /* [n_lanes] */
  epx_audit *audit;       /* [n_instances] */
};

static epx_err create_arrays(const epx_network *network, size_t n_lanes, epx_inspection *inspection) {
  const size_t n = (size_t)network->n_state * n_lanes;
  EPX_TRY(EPX_ARRAY(inspection->audit, (size_t)inspection->n_instances));
  if (inspection->share == 0 && inspection->n_starts == 1) return EPX_OK;
  EPX_TRY(EPX_ARRAY(inspection->again, n));
  EPX_TRY(EPX_ARRAY(inspection->n_found, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->chosen, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->other, n_lanes));
  if (inspection->n_starts > 1)
    EPX_TRY(epx_array_create(&inspection->found, (size_t)inspection->n_starts, n * sizeof(double)));
  return EPX_OK;
}

epx_err epx_inspection_create(const epx_network *network, int n_instances, int n_lanes,
                              const epx_equilibrium_options *options, epx_inspection **out) {
  epx_inspection *inspection = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(inspection, 1));
  inspection->share = options->audit;
  inspection->n_starts = options->starts;
  inspection->n_instances = n_instances;
  const int code = create_arrays(network, (size_t)n_lanes, inspection);
  if (code != EPX_OK) epx_inspection_destroy(&inspection);
  EPX_TRY(code);
  *out = inspection;
  return EPX_OK;
}

void epx_inspection_destroy(epx_inspection **address) {
  epx_inspection *inspection = *address;
  if (!inspection) return;
  epx_array_destroy(&inspection->again);
  epx_array_destroy(&inspection->found);
  epx_array_destroy(&inspection->n_found);
  epx_array_destroy(&inspection->chosen);
  epx_array_destroy(&inspection->other);
  epx_array_destroy(&inspection->audit);
  epx_array_destroy(address);
}

void epx_inspection_set_zero(epx_inspection *inspection) {
  memset(inspection->audit, 0, (size_t)inspection->n_instances * sizeof *inspection->audit);
}

static bool is_periodic(const epx_network *network) {
  return (network->family->readouts & EPX_READS(EPX_READ_PHASE)) != 0;
}

/* Tells whether a lane of a and b is the same equilibrium. */
static bool is_same(const epx_lanes *lanes, int lane, const double *a, const double *b) {
  const bool periodic = is_periodic(lanes->network);
  double distance = 0, size = 0;
  for (size_t row = 0; row < (size_t)lanes->network->n_state; row++) {
    const size_t at = row * (size_t)lanes->n_lanes + (size_t)lane;
    const double d = periodic ? remainder(a[at] - b[at], 2 * pi) : a[at] - b[at];
    distance = fmax(distance, fabs(d));
    size = periodic ? 0 : fmax(size, fabs(b[at]));
  }
  return distance <= near * (1 + size);
}

/* Draws the lanes that are audited. Returns whether there are any. */
static bool choose(const epx_inspection *inspection, const epx_lanes *lanes, const epx_batch_key *key,
                   const unsigned char *idle, const int *samples) {
  const epx_random stream = epx_random_init(key->seed, "equilibrium:audit");
  bool any = false;
  for (int lane = 0; lane < lanes->n_used; lane++) {
    const uint32_t instance = key->first + (uint32_t)(lane / lanes->n_samples);
    const double u = epx_random_eval_uniform(&stream, key->point, instance, key->step,
                                             (uint32_t)samples[lane % lanes->n_samples]);
    inspection->chosen[lane] = !idle[lane] && u < inspection->share;
    any = any || inspection->chosen[lane];
  }
  return any;
}

epx_err epx_inspection_solve_audit(epx_inspection *inspection, const epx_lanes *lanes,
                                   epx_population *population, const epx_batch_key *key,
                                   const unsigned char *idle, const int *samples, const double *state,
                                   const epx_certificate *certificate) {
  if (inspection->share == 0 || !choose(inspection, lanes, key, idle, samples)) return EPX_OK;
  lanes->network->family->set_start(lanes, key->seed, inspection->again);
  EPX_TRY(epx_population_solve_dynamics(population, lanes, inspection->chosen, inspection->again,
                                        inspection->other));
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (!inspection->chosen[lane]) continue;
    epx_audit *audit = &inspection->audit[lane / lanes->n_samples];
    const bool settled = certificate[lane].outcome == EPX_OK,
               settles = inspection->other[lane].outcome == EPX_OK;
    audit->n_audited++;
    audit->n_disagreements +=
        settled != settles || (settled && !is_same(lanes, lane, inspection->again, state));
  }
  return EPX_OK;
}

/* The largest of a lane's components of one kind; 1 where all are 0 or there is no equilibrium. */
static double get_size(const epx_lanes *lanes, int lane, int component, const double *state, bool settled) {
  const epx_network *network = lanes->network;
  double size = 0;
  for (int row = component; settled && row < network->n_state; row += network->family->components)
    size = fmax(size, fabs(state[(size_t)row * (size_t)lanes->n_lanes + (size_t)lane]));
  return size > 0 ? size : 1;
}

static void set_random_start(const epx_inspection *inspection, const epx_lanes *lanes,
                             const epx_batch_key *key, const int *samples, int start, const double *state,
                             const epx_certificate *certificate) {
  const epx_network *network = lanes->network;
  const epx_random stream = epx_random_init(key->seed, "equilibrium:starts");
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const int used = lane < lanes->n_used ? lane : lanes->n_used - 1;
    const uint32_t instance = key->first + (uint32_t)(used / lanes->n_samples);
    const uint32_t place = (uint32_t)samples[used % lanes->n_samples] * EPX_MAX_STARTS + (uint32_t)start;
    for (int row = 0; row < network->n_state; row++) {
      const double u = 2 * epx_random_eval_uniform(&stream, key->point, instance, place, (uint32_t)row) - 1;
      const double size = get_size(lanes, used, row % network->family->components, state,
                                   certificate[used].outcome == EPX_OK);
      inspection->again[(size_t)row * (size_t)lanes->n_lanes + (size_t)lane] =
          u * (is_periodic(network) ? pi : reach * size);
    }
  }
}

/* Keeps what a lane has reached unless it is known. */
static void keep(const epx_inspection *inspection, const epx_lanes *lanes, int lane, const double *state) {
  const size_t n_lanes = (size_t)lanes->n_lanes, n = (size_t)lanes->network->n_state * n_lanes;
  for (int i = 0; i < inspection->n_found[lane]; i++) {
    if (is_same(lanes, lane, state, inspection->found + (size_t)i * n)) return;
  }
  double *found = inspection->found + (size_t)inspection->n_found[lane]++ * n;
  for (size_t at = (size_t)lane; at < n; at += n_lanes)
    found[at] = state[at];
}

epx_err epx_inspection_solve_starts(epx_inspection *inspection, const epx_lanes *lanes,
                                    epx_population *population, const epx_batch_key *key, const int *samples,
                                    const double *state, const epx_certificate *certificate,
                                    double *n_found) {
  for (int lane = 0; lane < lanes->n_used && inspection->n_starts == 1; lane++)
    n_found[lane / lanes->n_samples] += certificate[lane].outcome == EPX_OK;
  if (inspection->n_starts == 1) return EPX_OK;
  memset(inspection->n_found, 0, (size_t)lanes->n_lanes * sizeof *inspection->n_found);
  for (int start = 0; start < inspection->n_starts; start++) {
    if (start > 0) {
      set_random_start(inspection, lanes, key, samples, start, state, certificate);
      EPX_TRY(epx_population_solve(population, lanes, NULL, inspection->again, inspection->other));
    }
    for (int lane = 0; lane < lanes->n_used; lane++) {
      const epx_certificate *own = start > 0 ? &inspection->other[lane] : &certificate[lane];
      if (own->outcome == EPX_OK) keep(inspection, lanes, lane, start > 0 ? inspection->again : state);
    }
  }
  for (int lane = 0; lane < lanes->n_used; lane++)
    n_found[lane / lanes->n_samples] += inspection->n_found[lane];
  return EPX_OK;
}

epx_err epx_inspection_add_to_restart(epx_inspection *inspection, epx_restart *restart) {
  return epx_restart_add(restart, inspection->audit,
                         (size_t)inspection->n_instances * sizeof *inspection->audit);
}

epx_audit epx_inspection_get_audit(const epx_inspection *inspection, int i_instance) {
  return inspection->audit[i_instance];
}
