/** @file
 * Factors: lists and ranges.
 */
#include "design/factor.h"

#include <math.h>

static epx_err check_range(const epx_factor *f) {
  if (f->categorical)
    return EPX_RAISE(EPX_EINPUT, "%s: categories cannot be a range: list them as values", f->path);
  if (!(isfinite(f->low) && isfinite(f->high) && f->low < f->high)) {
    return EPX_RAISE(EPX_EINPUT, "%s: a range from %g to %g: two finite numbers are wanted, the lower first",
                     f->path, f->low, f->high);
  }
  if (f->logarithmic && f->low <= 0) {
    return EPX_RAISE(EPX_EINPUT, "%s: a logarithmic range from %g: it must begin above 0", f->path, f->low);
  }
  return EPX_OK;
}

epx_err epx_factor_check(const epx_factor *f) {
  if (f->n_levels == 0) return check_range(f);
  if (f->categorical) return EPX_OK;
  for (int i = 0; i < f->n_levels; i++) {
    if (!isfinite(f->levels[i])) {
      return EPX_RAISE(EPX_EINPUT, "%s: value %d of its list is not a finite number", f->path, i + 1);
    }
  }
  return EPX_OK;
}

static double eval_range(const epx_factor *f, double u) {
  return f->logarithmic ? f->low * pow(f->high / f->low, u) : f->low + u * (f->high - f->low);
}

static double get_level(const epx_factor *f, int i_level) {
  return f->categorical ? i_level : f->levels[i_level];
}

double epx_factor_eval(const epx_factor *f, double u) {
  if (f->n_levels == 0) return eval_range(f, u);
  const int i_level = (int)(u * f->n_levels);
  return get_level(f, i_level < f->n_levels ? i_level : f->n_levels - 1); /* the product may round up */
}

int epx_factor_get_n_levels(const epx_factor *f, int n_default) {
  return f->n_levels > 0 ? f->n_levels : n_default;
}

double epx_factor_eval_level(const epx_factor *f, int i_level, int n_levels) {
  if (f->n_levels > 0) return get_level(f, i_level);
  if (i_level == n_levels - 1) return f->high;
  return eval_range(f, (double)i_level / (n_levels - 1));
}
