#include "photonic/process/correlation.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const struct {
  const char *name, *formula;
} kinds[EPX_CORRELATION_COUNT] = {
#define ROW(name, text, formula) [name] = {text, formula},
    EPX_CORRELATIONS(ROW)
#undef ROW
};

epx_err epx_correlation_get_kind(const char *name, epx_correlation_kind *kind) {
  for (int i = 0; i < EPX_CORRELATION_COUNT; i++) {
    if (strcmp(name, kinds[i].name) == 0) {
      *kind = (epx_correlation_kind)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT,
                   "no kernel '%s': it is exponential, matern-3/2, gaussian, random-walk or table", name);
}

const char *epx_correlation_get_name(epx_correlation_kind kind) {
  return kinds[kind].name;
}

const char *epx_correlation_get_formula(epx_correlation_kind kind) {
  return kinds[kind].formula;
}

static epx_err check_table(const epx_correlation *c) {
  bool good = c->n_points >= 2 && c->distance && c->value && c->distance[0] == 0 && c->value[0] == 1;
  for (int i = 1; good && i < c->n_points; i++)
    good = isfinite(c->distance[i]) && c->distance[i] > c->distance[i - 1] && fabs(c->value[i]) <= 1;
  if (good && c->value[c->n_points - 1] == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "a table of correlations begins with 1 at distance 0, has rising distances and values "
                   "from -1 to 1, and ends with 0");
}

epx_err epx_correlation_check(const epx_correlation *c) {
  if (c->kind == EPX_CORRELATION_TABLE) return check_table(c);
  if (c->length > 0 && isfinite(c->length)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "correlation length of the kernel %s is %g m, it must be above 0",
                   epx_correlation_get_name(c->kind), c->length);
}

static double eval_table(const epx_correlation *c, double d) {
  int low = 0, high = c->n_points - 1;
  if (d >= c->distance[high]) return 0;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    if (c->distance[middle] <= d) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const double share = (d - c->distance[low]) / (c->distance[high] - c->distance[low]);
  return c->value[low] + share * (c->value[high] - c->value[low]);
}

double epx_correlation_eval(const epx_correlation *c, double d) {
  const double x = d / c->length, root = sqrt(3) * x;
  switch (c->kind) {
  case EPX_CORRELATION_EXPONENTIAL:
  case EPX_CORRELATION_RANDOM_WALK:
    return exp(-x);
  case EPX_CORRELATION_MATERN:
    return (1 + root) * exp(-root);
  case EPX_CORRELATION_GAUSSIAN:
    return exp(-x * x);
  case EPX_CORRELATION_TABLE:
    return eval_table(c, d);
  case EPX_CORRELATION_COUNT:
    break;
  }
  return NAN;
}

double epx_correlation_eval_difference(const epx_correlation *correlation, double d) {
  return sqrt(2 * (1 - epx_correlation_eval(correlation, d)));
}

double epx_correlation_eval_walk(double slope, double length) {
  return sqrt(slope * length / 2);
}

int epx_correlation_is_equal(const epx_correlation *a, const epx_correlation *b) {
  if (a->kind != b->kind) return 0;
  if (a->kind == EPX_CORRELATION_TABLE) {
    return a->n_points == b->n_points && a->distance == b->distance && a->value == b->value;
  }
  return a->length == b->length;
}
