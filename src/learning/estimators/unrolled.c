/* Backpropagation through time: the transient from the start to the free equilibrium by classical Runge-Kutta
 * steps of fixed length, and the exact adjoint of those steps backwards. A step is
 *
 *   Y1 = y,  Y2 = y + h/2 F(Y1),  Y3 = y + h/2 F(Y2),  Y4 = y + h F(Y3),
 *   y+ = y + h/6 (F(Y1) + 2 F(Y2) + 2 F(Y3) + F(Y4))
 *
 * and with u_i the adjoint of F(Y_i), dC/dtheta is the sum of u_i' dF/dtheta at Y_i. What is left of the
 * start falls off with the transient, so the gradient is that of the equilibrium. The way is kept in
 * segments: their first states going forwards, the states of one segment going backwards. */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/nudge/adjoint.h"
#include "equilibrium/nudge/frame.h"
#include "learning/estimators/unrolled_steps.h"

/* Segments and steps a segment: what is kept. Stiff families go a long way in short steps. */
enum { SEGMENTS = 96, LENGTH = 48, STIFF_SEGMENTS = 320, STIFF_LENGTH = 320, STAGES = 4 };

/* h times the largest row sum of |J|: well inside the stability region. */
static const double reach = 1.5;

/* The way ends this near the free state, next to 1 and its largest component. */
static const double arrived = 1e-10, lost = 1e-7;

/* Room for [n_state][n_lanes] each. */
typedef struct {
  const epx_batch *batch;
  const epx_lanes *lanes;
  epx_estimator_work *work;
  size_t n;                     /* n_state n_lanes */
  double h;                     /* length of a step */
  int n_segments, length;       /* the most; steps of each */
  double *mark[STIFF_SEGMENTS]; /* first state of each segment */
  double *state[STIFF_LENGTH];  /* of the segment at hand, before each step */
  double *stage[STAGES];        /* Y1 ... Y4 */
  double *force[STAGES];        /* F(Y_i); on the way back u_i */
  double *y, *adjoint, *before, *product;
  double *jacobian;   /* [n_state][n_state][EPX_LANE_WIDTH] */
  double *field_work; /* of family->eval_field */
} way;

static const char *get_refusal(const epx_family *family) {
  (void)family;
  return NULL;
}

static epx_err init(const epx_batch *batch, epx_estimator_work *work, way *w) {
  const epx_network *network = batch->ensemble->network;
  const size_t n_state = (size_t)network->n_state, most = epx_estimator_count_most(work);
  const size_t field = 4 * (size_t)network->n_nodes * (size_t)network->family->components;
  const size_t n_jacobian = n_state * n_state * EPX_LANE_WIDTH;
  w->batch = batch;
  w->lanes = batch->ensemble->functions->get_lanes(batch->ensemble);
  w->work = work;
  w->n = epx_estimator_count(batch);
  w->n_segments = network->family->stiff ? STIFF_SEGMENTS : SEGMENTS;
  w->length = network->family->stiff ? STIFF_LENGTH : LENGTH;
  const size_t rooms_kept = (size_t)(w->n_segments + w->length + 2 * STAGES + 4);
  EPX_TRY(epx_estimator_need(&work->path,
                             n_jacobian + rooms_kept * most + field * (size_t)batch->ensemble->max_lanes));
  w->jacobian = work->path;
  double *next = work->path + n_jacobian;
  double **const rooms[] = {w->mark, w->state, w->stage, w->force};
  const int counts[] = {w->n_segments, w->length, STAGES, STAGES};
  for (int k = 0; k < 4; k++) {
    for (int i = 0; i < counts[k]; i++, next += w->n)
      rooms[k][i] = next;
  }
  w->y = next;
  w->adjoint = next + w->n;
  w->before = next + 2 * w->n;
  w->product = next + 3 * w->n;
  w->field_work = next + 4 * w->n;
  return EPX_OK;
}

static void eval_field(const way *w, const double *y, double *f) {
  w->lanes->network->family->eval_field(w->lanes, y, f, w->field_work);
}

/* Evaluates the length of a step from the largest row sum of |J| at the free states. */
static double eval_length(const way *w) {
  const epx_lanes *lanes = w->lanes;
  const size_t n = (size_t)lanes->network->n_state;
  double *jacobian = w->jacobian, largest = 0;
  for (int first = 0; first < lanes->n_lanes; first += EPX_LANE_WIDTH) {
    lanes->network->family->eval_jacobian(lanes, w->batch->state, first, EPX_LANE_WIDTH, jacobian);
    for (int lane = 0; lane < EPX_LANE_WIDTH; lane++) {
      for (size_t row = 0; row < n && !w->work->left.frozen[first + lane]; row++) {
        double sum = 0;
        for (size_t column = 0; column < n; column++)
          sum += fabs(jacobian[(row * n + column) * EPX_LANE_WIDTH + (size_t)lane]);
        largest = fmax(largest, sum);
      }
    }
  }
  return largest > 0 ? reach / largest : reach;
}

/* Evaluates the stages of the step from y, and their fields. */
static void eval_stages(const way *w, const double *y) {
  static const double share[STAGES] = {0, 0.5, 0.5, 1};
  for (int i = 0; i < STAGES; i++) {
    for (size_t k = 0; k < w->n; k++)
      w->stage[i][k] = y[k] + (i > 0 ? share[i] * w->h * w->force[i - 1][k] : 0);
    eval_field(w, w->stage[i], w->force[i]);
  }
}

static void step_forwards(const way *w, double *y) {
  eval_stages(w, y);
  for (size_t k = 0; k < w->n; k++)
    y[k] += w->h / 6 * (w->force[0][k] + 2 * w->force[1][k] + 2 * w->force[2][k] + w->force[3][k]);
}

/* Evaluates how far a lane is from its free state, next to 1 and that state's largest component. */
static double eval_distance(const way *w, int lane) {
  const size_t n_lanes = (size_t)w->lanes->n_lanes;
  double distance = 0, size = 1;
  for (size_t k = (size_t)lane; k < w->n; k += n_lanes) {
    const double d = fabs(w->y[k] - w->batch->state[k]);
    distance = d > distance || isnan(d) ? d : distance;
    size = fmax(size, fabs(w->batch->state[k]));
  }
  return distance / size;
}

static bool has_arrived(const way *w) {
  for (int lane = 0; lane < w->lanes->n_used; lane++) {
    if (!w->work->left.frozen[lane] && !(eval_distance(w, lane) <= arrived)) return false;
  }
  return true;
}

/* Goes forwards until all lanes have arrived; returns the number of segments. */
static int go_forwards(const way *w) {
  int n = 0;
  w->lanes->network->family->set_start(w->lanes, w->batch->key.seed, w->y);
  while (n < w->n_segments && !has_arrived(w)) {
    memcpy(w->mark[n++], w->y, w->n * sizeof *w->y);
    for (int i = 0; i < w->length; i++)
      step_forwards(w, w->y);
  }
  for (int lane = 0; lane < w->lanes->n_used; lane++) {
    if (!w->work->left.frozen[lane] && !(eval_distance(w, lane) <= lost))
      epx_estimator_set_failure(w->batch, w->work, lane);
  }
  return n;
}

/* One step of the adjoint; adds what the step's four fields give to the gradient. */
static void step_backwards(const way *w, const double *y, double *gradient) {
  static const double sum[STAGES] = {1. / 6, 1. / 3, 1. / 3, 1. / 6}, share[STAGES] = {0.5, 0.5, 1, 0};
  const epx_lanes *lanes = w->lanes;
  double *product = w->product, *response = w->work->phase.response;
  eval_stages(w, y);
  memcpy(w->before, w->adjoint, w->n * sizeof *w->adjoint);
  memset(product, 0, w->n * sizeof *product);
  for (int i = STAGES - 1; i >= 0; i--) {
    double *u = w->force[i];
    for (size_t k = 0; k < w->n; k++)
      u[k] = w->h * (sum[i] * w->before[k] + share[i] * product[k]);
    memset(product, 0, w->n * sizeof *product);
    epx_adjoint_add_product(lanes, w->stage[i], u, w->jacobian, product);
    for (size_t k = 0; k < w->n; k++)
      w->adjoint[k] += product[k];
    epx_frame_eval_transposed(lanes, w->stage[i], u, response);
    lanes->network->family->add_force_gradient(lanes, w->stage[i], response, w->work->left.weight, gradient);
  }
}

static void go_backwards(const way *w, int n_segments, double *gradient) {
  for (int s = n_segments - 1; s >= 0; s--) {
    memcpy(w->y, w->mark[s], w->n * sizeof *w->y);
    for (int i = 0; i < w->length; i++) {
      memcpy(w->state[i], w->y, w->n * sizeof *w->y);
      step_forwards(w, w->y);
    }
    for (int i = w->length - 1; i >= 0; i--)
      step_backwards(w, w->state[i], gradient);
  }
}

static epx_err eval(const epx_batch *batch, const epx_nudging *nudging, epx_estimator_work *work,
                    double *gradient) {
  way w;
  (void)nudging;
  if (epx_unrolled_has_steps(batch)) return epx_unrolled_eval_steps(batch, work, gradient);
  EPX_TRY(init(batch, work, &w));
  epx_estimator_set_zero(batch, gradient);
  epx_estimator_set_lanes(batch, work);
  w.h = eval_length(&w);
  const int n_segments = go_forwards(&w);
  epx_batch end = *batch;
  end.state = w.y;
  EPX_TRY(epx_estimator_eval_cost_slope(&end, work, w.adjoint));
  epx_estimator_set_weights(batch, 1, work);
  go_backwards(&w, n_segments, gradient);
  return EPX_OK;
}

const epx_estimator epx_estimator_unrolled = {
    .name = "unrolled",
    .summary = "backpropagation through the steps of the transient: exact, but costly in memory and time",
    .source = "Werbos1990",
    .nudged = false,
    .computed = true,
    .needs = EPX_NEEDS_A(EPX_NEED_WHOLE_LANES),
    .get_refusal = get_refusal,
    .eval = eval,
};
