/** @file
 * Stability: the power method on the Cayley transform C of the Jacobian, side by side. A step is one solve,
 *   C v = -v - 2 r (J - r)^-1 v,
 * and its sign does not matter. The start vector has random components. It misses an unstable pair of
 * eigenvalues only where its part in their plane is below DECAYED of the whole, two conditions on random
 * numbers at once: once in about 1e8 / n_state unstable lanes. (A single unstable eigenvalue also shows in
 * the sign of the determinant, see finish.c.) A stable lane needs about 9 r / 2 loss steps.
 */
#include "equilibrium/outcome/stability.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "equilibrium/lanes/lane_vector.h"

/** What is left of the vector in a stable lane. */
#define DECAYED 1e-4
/** Real parts below this share of the rate are rounding. */
#define NEUTRAL 1e-8
/** How far a lane is moved away from an unstable equilibrium that its dynamics have reached: of the largest components
 * that it has had in the phase. */
#define PUSH 1e-3
enum {
  MOST_PUSHES = 3,
  MOST_STEPS = 192,      /* about as many cost as much as one spectrum, from 8 states to 128 */
  STEPS_BETWEEN = 4,     /* looks at the norm */
  LARGEST_SPECTRUM = 512 /* states; beyond, some seconds a spectrum, the second half of the steps decides */
};

struct epx_stability {
  const epx_equilibrium_options *options;
  int n_state;
  epx_linear *linear;
  int slot;
  epx_spectrum *spectrum;
  double *bound;     /* [n_lanes] */
  double *first;     /* [n_state]: the start vector of every lane */
  double *v, *x;     /* [n_state][EPX_LANE_WIDTH] */
  double *direction; /* [n_state][n_lanes]: v of unstable lanes */
  bool *asked;       /* [n_lanes] */
  epx_stability_counts counts;
};

static epx_err create_arrays(epx_stability *stability, size_t n_lanes) {
  const size_t n = (size_t)stability->n_state;
  EPX_TRY(EPX_ARRAY(stability->bound, n_lanes));
  EPX_TRY(EPX_ARRAY(stability->asked, n_lanes));
  EPX_TRY(EPX_ARRAY(stability->first, n));
  EPX_TRY(EPX_ARRAY(stability->v, n * EPX_LANE_WIDTH));
  EPX_TRY(EPX_ARRAY(stability->x, n * EPX_LANE_WIDTH));
  return EPX_ARRAY(stability->direction, n * n_lanes);
}

epx_err epx_stability_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                             epx_linear *linear, int slot, epx_spectrum *spectrum, epx_stability **out) {
  *out = NULL;
  epx_stability *stability = NULL;
  EPX_TRY(EPX_ARRAY(stability, 1));
  stability->options = options;
  stability->n_state = network->n_state;
  stability->linear = linear;
  stability->slot = slot;
  stability->spectrum = spectrum;
  const int code = create_arrays(stability, (size_t)n_lanes);
  if (code != EPX_OK) epx_stability_destroy(&stability);
  EPX_TRY(code);
  const epx_random stream = epx_random_init(0, "stability");
  for (int i = 0; i < network->n_state; i++)
    stability->first[i] = 2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)i) - 1;
  *out = stability;
  return EPX_OK;
}

void epx_stability_destroy(epx_stability **address) {
  epx_stability *stability = *address;
  if (!stability) return;
  epx_array_destroy(&stability->bound);
  epx_array_destroy(&stability->asked);
  epx_array_destroy(&stability->first);
  epx_array_destroy(&stability->v);
  epx_array_destroy(&stability->x);
  epx_array_destroy(&stability->direction);
  epx_array_destroy(address);
}

/** What is known of a vector of lanes, gathered from anywhere, while C is applied. */
typedef struct {
  int lane[EPX_LANE_WIDTH];
  bool open[EPX_LANE_WIDTH];   /* asked, and not known to be stable */
  double rate[EPX_LANE_WIDTH]; /* r, with the sign of the direction */
  double left[EPX_LANE_WIDTH]; /* of the start vector's largest component */
  double half[EPX_LANE_WIDTH]; /* what was left after half of the steps */
} probe;

static bool any_open(const probe *p) {
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    if (p->open[w]) return true;
  }
  return false;
}

static void start(epx_stability *stability, probe *p) {
  for (size_t i = 0; i < (size_t)stability->n_state; i++) {
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
      stability->v[i * EPX_LANE_WIDTH + w] = stability->first[i];
  }
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    p->left[w] = p->half[w] = 1;
}

/** v = C v, up to its sign. */
static void apply(epx_stability *stability, const probe *p) {
  double *v = stability->v, *x = stability->x, twice[EPX_LANE_WIDTH];
  epx_linear_solve(stability->linear, stability->slot, false, v, EPX_LANE_WIDTH, x);
  for (int w = 0; w < EPX_LANE_WIDTH; w++)
    twice[w] = 2 * p->rate[w];
  for (size_t i = 0; i < (size_t)stability->n_state * EPX_LANE_WIDTH; i += EPX_LANE_WIDTH) {
    for (size_t w = 0; w < EPX_LANE_WIDTH; w++)
      v[i + w] += twice[w] * x[i + w];
  }
}

/** Sets the largest component of each lane's vector to 1, and what is left of it. */
static void normalise(epx_stability *stability, probe *p) {
  double extent[EPX_LANE_WIDTH] __attribute__((aligned(EPX_ALIGNMENT)));
  epx_lane_vector_eval_extent(stability->n_state, EPX_LANE_WIDTH, stability->v, extent);
  for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
    const double scale = isfinite(extent[w]) && extent[w] > 0 ? 1 / extent[w] : 0;
    p->left[w] *= extent[w];
    if (p->left[w] <= DECAYED) p->open[w] = false;
    for (size_t i = 0; i < (size_t)stability->n_state; i++)
      stability->v[i * EPX_LANE_WIDTH + w] *= scale;
  }
}

/** Tells whether a lane that is still open is unstable. */
static bool is_unstable(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                        const double *y, int w, const probe *p) {
  if (!isfinite(p->left[w]) || !(p->rate[w] != 0)) return true;
  if (stability->n_state > LARGEST_SPECTRUM) return p->left[w] > p->half[w];
  stability->counts.spectra++;
  const double abscissa = epx_spectrum_eval_abscissa(stability->spectrum, lanes, nudge, y, p->lane[w]);
  return !(abscissa <= NEUTRAL * fabs(p->rate[w]));
}

/* The rate is an eigenvalue where C is not finite: any direction will do. */
static void keep_direction(const epx_stability *stability, size_t n_lanes, size_t lane, size_t w) {
  for (size_t i = 0; i < (size_t)stability->n_state; i++) {
    const double v = stability->v[i * EPX_LANE_WIDTH + w];
    stability->direction[i * n_lanes + lane] = isfinite(v) ? v : stability->first[i];
  }
}

/** Asks n lanes, at most a vector of them, by their Jacobians. */
static void ask_vector(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                       const double *y, int n, probe *p, bool *asked) {
  for (int w = 0; w < EPX_LANE_WIDTH; w++) {
    p->open[w] = w < n;
    if (w >= n) p->lane[w] = p->lane[n - 1];
  }
  epx_linear_factor_shifted(stability->linear, stability->slot, lanes, nudge, y, p->lane, p->rate);
  start(stability, p);
  for (int step = 1; step <= MOST_STEPS && any_open(p); step++) {
    apply(stability, p);
    if (step % STEPS_BETWEEN == 0) normalise(stability, p);
    if (step == MOST_STEPS / 2) memcpy(p->half, p->left, sizeof p->half);
  }
  for (int w = 0; w < n; w++) {
    const int lane = p->lane[w];
    asked[lane] = p->open[w] && is_unstable(stability, lanes, nudge, y, w, p);
    if (asked[lane]) keep_direction(stability, (size_t)lanes->n_lanes, (size_t)lane, (size_t)w);
  }
}

void epx_stability_eval(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                        const double *y, bool *asked) {
  const epx_family *family = lanes->network->family;
  const bool bounded = !nudge && family->eval_abscissa_bound;
  probe p;
  int n = 0;
  if (bounded) family->eval_abscissa_bound(lanes, y, stability->bound);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    asked[lane] = asked[lane] && !(bounded && stability->bound[lane] < 0);
    if (asked[lane]) p.lane[n++] = lane;
    if (n < EPX_LANE_WIDTH) continue;
    ask_vector(stability, lanes, nudge, y, n, &p, asked);
    n = 0;
  }
  if (n > 0) ask_vector(stability, lanes, nudge, y, n, &p, asked);
}

/** Evaluates the largest component of a lane's direction as a share of the sizes of the phase; as it is where all was
 * dark. */
static double eval_direction(const epx_stability *stability, const epx_kinds *kinds, size_t n_lanes,
                             size_t lane, const epx_lane_record *record) {
  double largest = 0, share = 0;
  for (size_t row = 0; row < (size_t)stability->n_state; row++) {
    const double size = record->kinds[kinds->of[row % kinds->n_components]].size;
    const double here = fabs(stability->direction[row * n_lanes + lane]);
    largest = fmax(largest, here);
    if (size > 0) share = fmax(share, here / size);
  }
  return share > 0 ? share : largest;
}

/** Moves an unstable lane away; what its rates are compared with begins anew there. */
static void push(const epx_stability *stability, const epx_kinds *kinds, size_t n_lanes, size_t lane,
                 double *y, epx_lane_record *record) {
  const double length = eval_direction(stability, kinds, n_lanes, lane, record);
  for (size_t i = lane; length > 0 && i < (size_t)stability->n_state * n_lanes; i += n_lanes)
    y[i] += PUSH / length * stability->direction[i];
  for (size_t kind = 0; kind < kinds->n; kind++)
    record->kinds[kind].rate = 0;
}

static void send_on(epx_stability *stability, const epx_kinds *kinds, size_t n_lanes, size_t lane,
                    const double *start, double *y, epx_lane_record *record) {
  const epx_equilibrium_options *options = stability->options;
  stability->counts.departures++;
  record->judged = false;
  record->stage = EPX_LANE_RUNNING;
  if (record->polished) {
    for (size_t i = lane; i < (size_t)stability->n_state * n_lanes; i += n_lanes)
      y[i] = start[i];
    record->handover = fmax(record->handover / 10, options->tolerance);
    record->polished = false;
  } else if (record->n_pushes++ < MOST_PUSHES) {
    push(stability, kinds, n_lanes, lane, y, record);
    record->handover = options->method == EPX_DYNAMICS ? options->tolerance : options->handover;
  } else {
    record->stage = EPX_LANE_OUT;
    record->outcome = EPX_SLOW;
  }
}

void epx_stability_judge(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                         const double *start, double *y, epx_lane_record *records) {
  epx_kinds kinds;
  bool any = false;
  if (nudge && !nudge->add_jacobian) return;
  epx_kinds_init(lanes->network->family, &kinds);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const bool arrived = records[lane].stage == EPX_LANE_DONE;
    stability->asked[lane] = arrived && !records[lane].judged;
    records[lane].judged = arrived;
    any = any || stability->asked[lane];
  }
  if (!any) return;
  epx_stability_eval(stability, lanes, nudge, y, stability->asked);
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (stability->asked[lane])
      send_on(stability, &kinds, (size_t)lanes->n_lanes, (size_t)lane, start, y, &records[lane]);
  }
}

epx_stability_counts epx_stability_get_counts(const epx_stability *stability) {
  return stability->counts;
}
