/** @file
 * Lane vector: the operations that SUNDIALS's explicit and Adams integrators call, each one pass through the
 * caches by a kernel of the instruction set in use. Vectors keep storage for the most lanes, so that the
 * shape may narrow.
 */
#include "equilibrium/lanes/lane_vector.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "equilibrium/lanes/lane_vector_kernel.h"

EPX_KERNEL_TABLE(epx_lane_combine, EPX_LANE_COMBINE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_shift, EPX_LANE_SHIFT_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_abs, EPX_LANE_UNARY_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_invert, EPX_LANE_UNARY_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_multiply, EPX_LANE_BINARY_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_divide, EPX_LANE_BINARY_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_square, EPX_LANE_SQUARE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_extents, EPX_LANE_EXTENTS_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_weight, EPX_LANE_WEIGHT_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_select, EPX_LANE_SELECT_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_advance, EPX_LANE_ADVANCE_ARGUMENTS);
EPX_KERNEL_TABLE(epx_lane_secant, EPX_LANE_SECANT_ARGUMENTS);

/** Most terms of a combination: more than any Runge-Kutta table or Adams history has. */
enum { MAX_TERMS = 32 };

typedef struct {
  epx_lane_shape *shape;
  double *data;
} content;

static content *get_content(N_Vector v) {
  return v->content;
}

static size_t get_count(N_Vector v) {
  const epx_lane_shape *shape = get_content(v)->shape;
  return (size_t)shape->n_state * (size_t)shape->n_lanes;
}

double *epx_lane_vector_get_data(N_Vector v) {
  return get_content(v)->data;
}

static N_Vector_ID get_id(N_Vector v) {
  (void)v;
  return SUNDIALS_NVEC_CUSTOM;
}

static sunindextype get_length(N_Vector v) {
  return (sunindextype)get_count(v);
}

static N_Vector clone(N_Vector v) {
  N_Vector copy = NULL;
  const int code = epx_lane_vector_create(get_content(v)->shape, v->sunctx, &copy);
  return code == EPX_OK ? copy : NULL;
}

static void destroy(N_Vector v) {
  if (!v) return;
  content *own = get_content(v);
  if (own) epx_array_destroy(&own->data);
  epx_array_destroy(&own);
  v->content = NULL;
  N_VFreeEmpty(v);
}

/* Terms whose coefficient is zero are left out: tables have many. */
static int combine(int n_terms, double *c, N_Vector *x, N_Vector z) {
  double coefficient[MAX_TERMS];
  const double *term[MAX_TERMS];
  int n = 0;
  if (n_terms > MAX_TERMS) return -1;
  for (int k = 0; k < n_terms; k++) {
    if (c[k] == 0) continue;
    coefficient[n] = c[k];
    term[n++] = get_content(x[k])->data;
  }
  if (n == 0) {
    memset(get_content(z)->data, 0, get_count(z) * sizeof(double));
  } else {
    EPX_KERNEL_CALL(epx_lane_combine)(get_count(z), n, coefficient, term, get_content(z)->data);
  }
  return 0;
}

static void linear_sum(double a, N_Vector x, double b, N_Vector y, N_Vector z) {
  const double c[] = {a, b};
  const double *terms[] = {get_content(x)->data, get_content(y)->data};
  EPX_KERNEL_CALL(epx_lane_combine)(get_count(z), 2, c, terms, get_content(z)->data);
}

static void scale(double c, N_Vector x, N_Vector z) {
  const double *from = get_content(x)->data;
  double *to = get_content(z)->data;
  if (c != 1) {
    EPX_KERNEL_CALL(epx_lane_combine)(get_count(z), 1, &c, &from, to);
  } else if (from != to) {
    memcpy(to, from, get_count(z) * sizeof *to);
  }
}

static void set_constant(double c, N_Vector z) {
  double *to = get_content(z)->data;
  const size_t n = get_count(z);
  for (size_t i = 0; i < n; i++)
    to[i] = c;
}

static void multiply(N_Vector x, N_Vector y, N_Vector z) {
  EPX_KERNEL_CALL(epx_lane_multiply)
  (get_count(z), get_content(x)->data, get_content(y)->data, get_content(z)->data);
}

static void divide(N_Vector x, N_Vector y, N_Vector z) {
  EPX_KERNEL_CALL(epx_lane_divide)
  (get_count(z), get_content(x)->data, get_content(y)->data, get_content(z)->data);
}

static void set_abs(N_Vector x, N_Vector z) {
  EPX_KERNEL_CALL(epx_lane_abs)(get_count(z), get_content(x)->data, get_content(z)->data);
}

static void invert(N_Vector x, N_Vector z) {
  EPX_KERNEL_CALL(epx_lane_invert)(get_count(z), get_content(x)->data, get_content(z)->data);
}

static void shift(N_Vector x, double b, N_Vector z) {
  EPX_KERNEL_CALL(epx_lane_shift)(get_count(z), b, get_content(x)->data, get_content(z)->data);
}

/** Gets the largest entry; EPX_LANE_VECTOR_BROKEN when one is not finite. */
static double get_largest(int n, const double *x) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    if (!isfinite(x[i])) return EPX_LANE_VECTOR_BROKEN;
    if (x[i] > largest) largest = x[i];
  }
  return largest;
}

static double eval_weighted_norm(N_Vector x, N_Vector w) {
  const epx_lane_shape *shape = get_content(x)->shape;
  EPX_KERNEL_CALL(epx_lane_square)
  ((size_t)shape->n_state, (size_t)shape->n_lanes, get_content(x)->data, get_content(w)->data, shape->square);
  const double largest = get_largest(shape->n_lanes, shape->square);
  if (largest >= EPX_LANE_VECTOR_BROKEN) return EPX_LANE_VECTOR_BROKEN;
  return sqrt(largest / shape->n_state);
}

static double eval_max_norm(N_Vector x) {
  const epx_lane_shape *shape = get_content(x)->shape;
  epx_lane_vector_eval_extent(shape->n_state, shape->n_lanes, get_content(x)->data, shape->square);
  return get_largest(shape->n_lanes, shape->square);
}

static double get_min(N_Vector x) {
  const double *from = get_content(x)->data;
  const size_t n = get_count(x);
  double least = from[0];
  for (size_t i = 1; i < n; i++) {
    if (from[i] < least) least = from[i];
  }
  return least;
}

static void set_operations(N_Vector v) {
  v->ops->nvgetvectorid = get_id;
  v->ops->nvgetlength = get_length;
  v->ops->nvgetarraypointer = epx_lane_vector_get_data;
  v->ops->nvclone = clone;
  v->ops->nvdestroy = destroy;
  v->ops->nvlinearcombination = combine;
  v->ops->nvlinearsum = linear_sum;
  v->ops->nvscale = scale;
  v->ops->nvconst = set_constant;
  v->ops->nvprod = multiply;
  v->ops->nvdiv = divide;
  v->ops->nvabs = set_abs;
  v->ops->nvinv = invert;
  v->ops->nvaddconst = shift;
  v->ops->nvwrmsnorm = eval_weighted_norm;
  v->ops->nvmaxnorm = eval_max_norm;
  v->ops->nvmin = get_min;
}

epx_err epx_lane_vector_create(epx_lane_shape *shape, SUNContext context, N_Vector *out) {
  *out = NULL;
  content *own = NULL;
  double *data = NULL;
  EPX_TRY(EPX_ARRAY(data, (size_t)shape->n_state * (size_t)shape->max_lanes));
  const int code = EPX_ARRAY(own, 1);
  N_Vector vector = code == EPX_OK ? N_VNewEmpty(context) : NULL;
  if (!vector) {
    epx_array_destroy(&data);
    epx_array_destroy(&own);
    return EPX_RAISE(EPX_EMEMORY, "no memory for a vector of %d lanes", shape->max_lanes);
  }
  *own = (content){.shape = shape, .data = data};
  vector->content = own;
  set_operations(vector);
  *out = vector;
  return EPX_OK;
}

void epx_lane_vector_eval_weights(N_Vector y, const epx_kinds *kinds, double rtol, const double *floor,
                                  const double *bound, N_Vector weights) {
  const epx_lane_shape *shape = get_content(y)->shape;
  EPX_KERNEL_CALL(epx_lane_weight)
  (kinds, (size_t)shape->n_state, (size_t)shape->n_lanes, rtol, floor, bound, get_content(y)->data,
   get_content(weights)->data);
}

void epx_lane_vector_eval_extents(const epx_kinds *kinds, int n_state, int stride, int n_lanes,
                                  const double *x, const double *from, double *extents) {
  EPX_KERNEL_CALL(epx_lane_extents)
  (kinds, (size_t)n_state, (size_t)stride, (size_t)n_lanes, x, from, extents);
}

void epx_lane_vector_eval_extent(int n_state, int n_lanes, const double *x, double *extent) {
  static const epx_kinds alike = {.n = 1, .n_components = 1};
  epx_lane_vector_eval_extents(&alike, n_state, n_lanes, n_lanes, x, NULL, extent);
}

void epx_lane_vector_set_masked(int n_state, int n_lanes, const int64_t *mask, bool flip, double *x) {
  EPX_KERNEL_CALL(epx_lane_select)((size_t)n_state, (size_t)n_lanes, mask, flip, x);
}

void epx_lane_vector_set_step(int n_state, int n_lanes, int lane, const int64_t *mask, const double *x,
                              const double *share, double *before, double *step, double *y) {
  EPX_KERNEL_CALL(epx_lane_advance)
  ((size_t)n_state, (size_t)n_lanes, mask, x, share, before, step, y + lane);
}

void epx_lane_vector_eval_secant(int n_state, const double *x, const double *before, double *share) {
  EPX_KERNEL_CALL(epx_lane_secant)((size_t)n_state, x, before, share);
}
