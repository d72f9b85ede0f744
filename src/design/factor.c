/** @file
 * Factors: lists and ranges.
 */
#include "design/factor.h"

#include <math.h>

static epx_err check_spread(const epx_factor *f) {
  const int code = epx_distribution_check(&f->distribution);
  return code == EPX_EINPUT ? EPX_RAISE(EPX_EINPUT, "%s: %s", f->path, epx_error_get_message()) : code;
}

static epx_err check_range(const epx_factor *f) {
  if (f->categorical)
    return EPX_RAISE(EPX_EINPUT, "%s: categories cannot be a range: list them as values", f->path);
  if (f->spread) return check_spread(f);
  if (!(isfinite(f->low) && isfinite(f->high) && f->low < f->high)) {
    return EPX_RAISE(EPX_EINPUT, "%s: a range from %g to %g: two finite numbers are wanted, the lower first",
                     f->path, f->low, f->high);
  }
  if (f->logarithmic && f->low <= 0) {
    return EPX_RAISE(EPX_EINPUT, "%s: a logarithmic range from %g: it must begin above 0", f->path, f->low);
  }
  if (f->integer && (f->low != rint(f->low) || f->high != rint(f->high))) {
    return EPX_RAISE(EPX_EINPUT, "%s: a range of whole numbers from %g to %g: its ends must be whole",
                     f->path, f->low, f->high);
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

/* The ratio of ends, or their difference, may be beyond the largest number: then by logarithms, or by parts. */
static double eval_between(double low, double high, bool logarithmic, double u) {
  if (logarithmic)
    return isfinite(high / low) ? low * pow(high / low, u) : exp(log(low) + u * (log(high) - log(low)));
  return isfinite(high - low) ? low + u * (high - low) : (1 - u) * low + u * high;
}

static double eval_range(const epx_factor *f, double u) {
  return eval_between(f->low, f->high, f->logarithmic, u);
}

static double eval_integer(const epx_factor *f, double u) {
  const double value = rint(eval_between(f->low - 0.5, f->high + 0.5, f->logarithmic, u));
  return fmin(fmax(value, f->low), f->high); /* a half at an end may round outwards */
}

/* The least place that a sequence with 32 digits tells from 0, halved: a normal has no value at 0. */
static double eval_spread(const epx_factor *f, double u) {
  return epx_distribution_eval(&f->distribution, fmin(fmax(u, 0x1p-33), 1 - 0x1p-33));
}

static double get_level(const epx_factor *f, int i_level) {
  return f->categorical ? i_level : f->levels[i_level];
}

double epx_factor_eval(const epx_factor *f, double u) {
  if (f->n_levels == 0 && f->spread) return eval_spread(f, u);
  if (f->n_levels == 0) return f->integer ? eval_integer(f, u) : eval_range(f, u);
  const int i_level = (int)(u * f->n_levels);
  return get_level(f, i_level < f->n_levels ? i_level : f->n_levels - 1); /* the product may round up */
}

int epx_factor_get_n_levels(const epx_factor *f, int n_default) {
  return f->n_levels > 0 ? f->n_levels : n_default;
}

double epx_factor_eval_level(const epx_factor *f, int i_level, int n_levels) {
  if (f->n_levels > 0) return get_level(f, i_level);
  if (f->spread) return eval_spread(f, (i_level + 0.5) / n_levels);
  return epx_factor_eval_range(f, (double)i_level / (n_levels - 1));
}

double epx_factor_eval_range(const epx_factor *f, double place) {
  if (place == 0 || place == 1) return place == 0 ? f->low : f->high;
  const double value = eval_range(f, place);
  return f->integer ? round(value) : value;
}

static void find_ends(const epx_factor *f, double *low, double *high) {
  *low = f->n_levels > 0 ? get_level(f, 0) : f->low;
  *high = f->n_levels > 0 ? *low : f->high;
  for (int i = 1; i < f->n_levels; i++) {
    *low = fmin(*low, get_level(f, i));
    *high = fmax(*high, get_level(f, i));
  }
}

double epx_factor_eval_place(const epx_factor *f, double value) {
  double low, high;
  find_ends(f, &low, &high);
  if (f->logarithmic) return (log(value) - log(low)) / (log(high) - log(low));
  return isfinite(high - low) ? (value - low) / (high - low) : (value / 2 - low / 2) / (high / 2 - low / 2);
}

bool epx_factor_is_range(const epx_factor *f) {
  return f->n_levels == 0 || f->low < f->high;
}

static epx_err check_listed(const epx_factor *f, double value) {
  for (int i = 0; i < f->n_levels; i++)
    if (get_level(f, i) == value) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%g is none of the factor's values: one of its list is wanted", value);
}

epx_err epx_factor_check_value(const epx_factor *f, double value) {
  if (!epx_factor_is_range(f)) return check_listed(f, value);
  if (!isfinite(value)) return EPX_RAISE(EPX_EINPUT, "a finite number is wanted");
  if (f->integer && value != rint(value)) return EPX_RAISE(EPX_EINPUT, "%g: a whole number is wanted", value);
  const epx_distribution_kind kind = f->distribution.kind;
  if (f->spread && kind == EPX_NORMAL) return EPX_OK;
  if (f->spread && kind == EPX_LOGNORMAL)
    return value > 0 ? EPX_OK : EPX_RAISE(EPX_EINPUT, "%g: a number above 0 is wanted", value);
  const double low = f->spread ? f->distribution.low : f->low,
               high = f->spread ? f->distribution.high : f->high;
  if (value >= low && value <= high) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%g is outside the factor's range: %g to %g is wanted", value, low, high);
}
