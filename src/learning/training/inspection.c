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
  epx_ensemble *ensemble; /* borrowed */
  double share;
  int n_starts;
  double *again;          /* [n_rows][n_lanes] */
  double *found;          /* [n_starts][n_rows][n_lanes]; NULL: one start */
  double *distance;       /* [n_lanes] */
  double *size;           /* [components][n_lanes] */
  int *n_found;           /* [n_lanes] */
  unsigned char *chosen;  /* [n_lanes] */
  epx_certificate *other; /* [n_lanes] */
  epx_audit *audit;       /* [n_instances] */
};

static epx_err create_arrays(const epx_ensemble *ensemble, epx_inspection *inspection) {
  const size_t n_lanes = (size_t)ensemble->max_lanes, n = (size_t)ensemble->n_rows * n_lanes;
  EPX_TRY(EPX_ARRAY(inspection->audit, (size_t)ensemble->n_instances));
  if (inspection->share == 0 && inspection->n_starts == 1) return EPX_OK;
  EPX_TRY(EPX_ARRAY(inspection->again, n));
  EPX_TRY(EPX_ARRAY(inspection->n_found, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->chosen, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->other, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->distance, n_lanes));
  EPX_TRY(EPX_ARRAY(inspection->size, (size_t)ensemble->network->family->components * n_lanes));
  if (inspection->n_starts > 1)
    EPX_TRY(epx_array_create(&inspection->found, (size_t)inspection->n_starts, n * sizeof(double)));
  return EPX_OK;
}

epx_err epx_inspection_create(epx_ensemble *ensemble, const epx_equilibrium_options *options,
                              epx_inspection **out) {
  epx_inspection *inspection = NULL;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(inspection, 1));
  inspection->ensemble = ensemble;
  inspection->share = options->audit;
  inspection->n_starts = options->starts;
  const int code = create_arrays(ensemble, inspection);
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
  epx_array_destroy(&inspection->distance);
  epx_array_destroy(&inspection->size);
  epx_array_destroy(address);
}

void epx_inspection_set_zero(epx_inspection *inspection) {
  memset(inspection->audit, 0, (size_t)inspection->ensemble->n_instances * sizeof *inspection->audit);
}

static bool is_periodic(const epx_network *network) {
  return (network->family->readouts & EPX_READS(EPX_READ_PHASE)) != 0;
}

/* Evaluates the distance of each lane of a and b, less what two finishes of one equilibrium may lie apart:
 * 0 or less where they are the same. distance [n_lanes]. */
static epx_err eval_distance(const epx_inspection *inspection, const double *a, const double *b) {
  epx_ensemble *ensemble = inspection->ensemble;
  const bool periodic = is_periodic(ensemble->network);
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  double *distance = inspection->distance, *size = inspection->size;
  for (size_t lane = 0; lane < n_lanes; lane++) {
    distance[lane] = size[lane] = 0;
    for (size_t row = 0; row < (size_t)ensemble->n_rows; row++) {
      const size_t at = row * n_lanes + lane;
      const double d = periodic ? remainder(a[at] - b[at], 2 * pi) : a[at] - b[at];
      distance[lane] = fmax(distance[lane], fabs(d));
      size[lane] = periodic ? 0 : fmax(size[lane], fabs(b[at]));
    }
  }
  EPX_TRY(ensemble->functions->merge_extent(ensemble, distance));
  EPX_TRY(ensemble->functions->merge_extent(ensemble, size));
  for (size_t lane = 0; lane < n_lanes; lane++)
    distance[lane] -= near * (1 + size[lane]);
  return EPX_OK;
}

/* Draws the lanes that are audited. Returns whether there are any. */
static bool choose(const epx_inspection *inspection, const epx_batch_key *key, const unsigned char *idle,
                   const int *samples) {
  const epx_ensemble *ensemble = inspection->ensemble;
  const epx_random stream = epx_random_init(key->seed, "equilibrium:audit");
  bool any = false;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    const uint32_t instance = key->first + (uint32_t)(lane / ensemble->n_samples);
    const double u = epx_random_eval_uniform(&stream, key->point, instance, key->step,
                                             (uint32_t)samples[lane % ensemble->n_samples]);
    inspection->chosen[lane] = !idle[lane] && u < inspection->share;
    any = any || inspection->chosen[lane];
  }
  return any;
}

epx_err epx_inspection_solve_audit(epx_inspection *inspection, const epx_batch_key *key,
                                   const unsigned char *idle, const int *samples, const double *state,
                                   const epx_certificate *certificate) {
  epx_ensemble *ensemble = inspection->ensemble;
  if (inspection->share == 0 || !choose(inspection, key, idle, samples)) return EPX_OK;
  EPX_TRY(ensemble->functions->set_start(ensemble, key->seed, samples, inspection->again));
  EPX_TRY(ensemble->functions->solve_dynamics(ensemble, inspection->chosen, inspection->again,
                                              inspection->other));
  EPX_TRY(eval_distance(inspection, inspection->again, state));
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    if (!inspection->chosen[lane]) continue;
    epx_audit *audit = &inspection->audit[lane / ensemble->n_samples];
    const bool settled = certificate[lane].outcome == EPX_OK,
               settles = inspection->other[lane].outcome == EPX_OK;
    audit->n_audited++;
    audit->n_disagreements += settled != settles || (settled && !(inspection->distance[lane] <= 0));
  }
  return EPX_OK;
}

/* The largest of each lane's components of one kind; 1 where all are 0 or there is no equilibrium: size
 * [components][n_lanes]. */
static epx_err eval_sizes(const epx_inspection *inspection, const double *state,
                          const epx_certificate *certificate) {
  epx_ensemble *ensemble = inspection->ensemble;
  const int components = ensemble->network->family->components;
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  for (int c = 0; c < components; c++) {
    double *size = inspection->size + (size_t)c * n_lanes;
    for (size_t lane = 0; lane < n_lanes; lane++) {
      const bool settled = certificate[lane].outcome == EPX_OK;
      size[lane] = 0;
      for (int row = c; settled && row < ensemble->n_rows; row += components)
        size[lane] = fmax(size[lane], fabs(state[(size_t)row * n_lanes + lane]));
    }
    EPX_TRY(ensemble->functions->merge_extent(ensemble, size));
    for (size_t lane = 0; lane < n_lanes; lane++)
      size[lane] = size[lane] > 0 ? size[lane] : 1;
  }
  return EPX_OK;
}

static epx_err set_random_start(const epx_inspection *inspection, const epx_batch_key *key,
                                const int *samples, int start, const double *state,
                                const epx_certificate *certificate) {
  const epx_ensemble *ensemble = inspection->ensemble;
  const epx_network *network = ensemble->network;
  const size_t n_lanes = (size_t)ensemble->n_lanes;
  const epx_random stream = epx_random_init(key->seed, "equilibrium:starts");
  EPX_TRY(eval_sizes(inspection, state, certificate));
  for (int lane = 0; lane < ensemble->n_lanes; lane++) {
    const int used = lane < ensemble->n_used ? lane : ensemble->n_used - 1;
    const uint32_t instance = key->first + (uint32_t)(used / ensemble->n_samples);
    const uint32_t place = (uint32_t)samples[used % ensemble->n_samples] * EPX_MAX_STARTS + (uint32_t)start;
    for (int r = 0; r < ensemble->n_rows; r++) {
      const uint32_t row = (uint32_t)(ensemble->first_row + r);
      const double u = 2 * epx_random_eval_uniform(&stream, key->point, instance, place, row) - 1;
      const double size =
          inspection->size[(size_t)(r % network->family->components) * n_lanes + (size_t)used];
      inspection->again[(size_t)r * n_lanes + (size_t)lane] = u * (is_periodic(network) ? pi : reach * size);
    }
  }
  return EPX_OK;
}

/* Keeps what lanes have reached unless it is known. */
static epx_err keep(const epx_inspection *inspection, const double *state,
                    const epx_certificate *certificate) {
  const epx_ensemble *ensemble = inspection->ensemble;
  const size_t n_lanes = (size_t)ensemble->n_lanes, n = (size_t)ensemble->n_rows * n_lanes;
  unsigned char *is_new = inspection->chosen;
  int n_most = 0;
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    is_new[lane] = certificate[lane].outcome == EPX_OK;
    n_most = inspection->n_found[lane] > n_most ? inspection->n_found[lane] : n_most;
  }
  for (int i = 0; i < n_most; i++) {
    EPX_TRY(eval_distance(inspection, state, inspection->found + (size_t)i * n));
    for (int lane = 0; lane < ensemble->n_used; lane++)
      if (i < inspection->n_found[lane] && inspection->distance[lane] <= 0) is_new[lane] = 0;
  }
  for (int lane = 0; lane < ensemble->n_used; lane++) {
    if (!is_new[lane]) continue;
    double *found = inspection->found + (size_t)inspection->n_found[lane]++ * n;
    for (size_t at = (size_t)lane; at < n; at += n_lanes)
      found[at] = state[at];
  }
  return EPX_OK;
}

epx_err epx_inspection_solve_starts(epx_inspection *inspection, const epx_batch_key *key, const int *samples,
                                    const double *state, const epx_certificate *certificate,
                                    double *n_found) {
  epx_ensemble *ensemble = inspection->ensemble;
  const int n_samples = ensemble->n_samples;
  for (int lane = 0; lane < ensemble->n_used && inspection->n_starts == 1; lane++)
    n_found[lane / n_samples] += certificate[lane].outcome == EPX_OK;
  if (inspection->n_starts == 1) return EPX_OK;
  memset(inspection->n_found, 0, (size_t)ensemble->n_lanes * sizeof *inspection->n_found);
  EPX_TRY(keep(inspection, state, certificate));
  for (int start = 1; start < inspection->n_starts; start++) {
    EPX_TRY(set_random_start(inspection, key, samples, start, state, certificate));
    EPX_TRY(ensemble->functions->solve(ensemble, NULL, NULL, inspection->again, inspection->other));
    EPX_TRY(keep(inspection, inspection->again, inspection->other));
  }
  for (int lane = 0; lane < ensemble->n_used; lane++)
    n_found[lane / n_samples] += inspection->n_found[lane];
  return EPX_OK;
}

epx_err epx_inspection_add_to_restart(epx_inspection *inspection, epx_restart *restart) {
  return epx_restart_add(restart, inspection->audit,
                         (size_t)inspection->ensemble->n_instances * sizeof *inspection->audit);
}

epx_audit epx_inspection_get_audit(const epx_inspection *inspection, int i_instance) {
  return inspection->audit[i_instance];
}
