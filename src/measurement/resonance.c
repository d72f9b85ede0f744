/** @file
 * Resonance: dip after dip. A first fit at the depth's own q finds fringes, delay and splitting; profiles over q then decide how
 * the ring may be coupled, and every interval is read off their traces: at each q a parameter reaches
 *   value(q) -+ sqrt(variance(q) (limit - (S(q) - S_best))),
 * for given q the sum is a parabola in it.
 */
#include "measurement/resonance.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "measurement/dips.h"
#include "measurement/profile.h"
#include "photonic/device/constant.h"

enum { N_PERIODS = 9, N_SPLIT_STARTS = 4 };

static const double confidence = 0.95, decisive = 10.83 /* chi^2 of one degree at 0.1 % */, edge = 0.999,
                    dark = 1e-12 /* share of the light, nothing but rounding */;

typedef struct {
  const epx_resonance_spec *spec;
  const epx_dip *dip;
  epx_ring_response response;
  epx_profile_point start; /* at the depth's q */
  int n_profiles;
  epx_profile profile[2]; /* under, over; or one for all */
} fit;

static const struct {
  const char *name, *unit;
} quantities[] = {
#define ROW(name, word, unit, meaning) {word, unit},
    EPX_RESONANCES(ROW)
#undef ROW
};

const char *epx_resonance_get_name(epx_resonance_quantity quantity) {
  return quantities[quantity].name;
}

const char *epx_resonance_get_unit(epx_resonance_quantity quantity) {
  return quantities[quantity].unit;
}

const char *epx_told_get_text(epx_told told) {
  static const char *const texts[] = {"nothing", "option", "phase", "drop port", "splitting", "gap series"};
  return texts[told];
}

static void use(fit *f, epx_response parameter, double value) {
  f->response.used[f->response.n_used] = parameter;
  f->start.parameter[f->response.n_used++] = value;
  f->response.value[parameter] = value;
}

static int find(const fit *f, epx_response parameter) {
  for (int k = 0; k < f->response.n_used; k++)
    if (f->response.used[k] == parameter) return k;
  return -1;
}

/* Phase and delay of an amplitude from the fifth of the points that lies to the left of the dip. */
static void use_phase(fit *f) {
  const epx_scan *s = f->response.scan;
  const size_t n = f->dip->n_points / 5 + 2;
  double last = 0, sum = 0, x_sum = 0, square = 0, product = 0;
  for (size_t i = 0; i < n; i++) {
    const size_t at = f->dip->first + i;
    double phase = atan2(s->im[at], s->re[at]);
    if (i > 0) phase -= 2 * EPX_PI * round((phase - last) / (2 * EPX_PI));
    last = phase;
    const double x = (s->frequency[at] - f->response.centre) / f->response.width;
    sum += phase;
    x_sum += x;
    square += x * x;
    product += x * phase;
  }
  const double m = (double)n, spread = square - x_sum * x_sum / m;
  const double delay = spread > 0 ? (product - x_sum * sum / m) / spread : 0;
  use(f, EPX_RESPONSE_PHASE, (sum - delay * x_sum) / m);
  use(f, EPX_RESPONSE_DELAY, delay);
}

static void init(fit *f, const epx_scan *s, const epx_resonance_spec *spec, const epx_dip *dip) {
  *f = (fit){.spec = spec, .dip = dip};
  f->response = (epx_ring_response){.scan = s,
                                    .first = dip->first,
                                    .n_points = dip->n_points,
                                    .centre = dip->centre,
                                    .width = dip->width,
                                    .power = dip->power,
                                    .amplitude = s->re != NULL,
                                    .drop = s->drop != NULL,
                                    .sign = 1,
                                    .rising = spec->rising};
  f->start.q = sqrt(fmin(fmax(1 - dip->depth, 1e-4), 0.99));
  if (spec->coupling == EPX_COUPLING_OVER) f->start.q = -f->start.q;
  use(f, EPX_RESPONSE_PLACE, 0);
  use(f, EPX_RESPONSE_RATE, 0);
  use(f, EPX_RESPONSE_POWER, 1);
  if (spec->slope) use(f, EPX_RESPONSE_SLOPE, 0);
  if (s->re) use_phase(f);
  if (spec->power > 0) use(f, EPX_RESPONSE_HEAT, 0);
}

/* The best of some periods about the one stated; the period is fitted from there. */
static epx_err find_fringes(fit *f) {
  epx_profile_point best = {.square = INFINITY};
  f->response.fringe = f->spec->fringe;
  use(f, EPX_RESPONSE_COSINE, 0);
  use(f, EPX_RESPONSE_SINE, 0);
  for (int k = 0; k < N_PERIODS; k++) {
    epx_profile_point tried = f->start;
    f->response.value[EPX_RESPONSE_PERIOD] = 0.1 * (2.0 * k / (N_PERIODS - 1) - 1);
    const int code = epx_profile_solve_point(&f->response, &tried);
    if (code < 0) EPX_TRY(code);
    if (code == EPX_OK && tried.square < best.square) best = tried;
  }
  if (!isfinite(best.square)) return EPX_FAILED;
  f->start = best;
  use(f, EPX_RESPONSE_PERIOD, best.value[EPX_RESPONSE_PERIOD]);
  return EPX_OK;
}

/* The better of both signs of time. */
static epx_err find_sign(fit *f) {
  double square[2] = {INFINITY, INFINITY};
  for (int k = 0; k < 2; k++)
    for (int over = 0; over < 2; over++) {
      epx_profile_point tried = f->start;
      tried.q = over ? -tried.q : tried.q;
      f->response.sign = k ? -1 : 1;
      const int code = epx_profile_solve_point(&f->response, &tried);
      if (code < 0) EPX_TRY(code);
      if (code == EPX_OK) square[k] = fmin(square[k], tried.square);
    }
  f->response.sign = square[1] < square[0] ? -1 : 1;
  return EPX_OK;
}

/* Minimises over the ways of coupling that are open: *square, the least. */
static epx_err minimise(fit *f, double *square) {
  const epx_coupling told = f->spec->coupling;
  const bool one = f->response.amplitude || f->response.drop || told != EPX_COUPLING_UNTOLD;
  const bool mirrored = find(f, EPX_RESPONSE_EXCHANGE) < 0; /* the sum is even in q */
  const bool both = f->response.amplitude;
  *square = INFINITY;
  f->n_profiles = one || mirrored ? 1 : 2;
  for (int k = 0; k < f->n_profiles; k++) {
    epx_profile *p = &f->profile[k];
    const bool over = k == 1 || (told == EPX_COUPLING_OVER && !f->response.drop);
    p->low = over || both ? -edge : 0;
    p->high = over && !both ? 0 : edge;
    p->best = f->start;
    EPX_TRY(epx_profile_minimise(&f->response, p));
    *square = fmin(*square, p->best.square);
  }
  return EPX_OK;
}

/* Fits a splitting from a few widths of the single lines: *split with its *sum, and *better, chi^2 by which it is better than *f; less
 * than 0 where no splitting is seen. gamma^2 below 0 is none, but another shape of the dip. */
static epx_err fit_splitting(const fit *f, double degrees, double square, fit *split, double *sum,
                             double *better) {
  static const double rate[N_SPLIT_STARTS] = {0.9, 0.6, 0.35, 0.2},
                      share[N_SPLIT_STARTS] = {0.1, 0.2, 0.33, 0.4};
  fit start = *f;
  double least = INFINITY;
  *sum = INFINITY;
  *better = -INFINITY;
  use(&start, EPX_RESPONSE_EXCHANGE, 0);
  for (int k = 0; k < 2 * N_SPLIT_STARTS; k++) {
    fit tried = start;
    tried.start.parameter[find(f, EPX_RESPONSE_RATE)] = log(rate[k / 2]);
    tried.start.parameter[start.response.n_used - 1] = share[k / 2] * share[k / 2];
    tried.start.q = k % 2 ? -0.3 : 0.3;
    const int code = epx_profile_solve_point(&tried.response, &tried.start);
    if (code < 0) EPX_TRY(code);
    if (code > 0 || tried.start.square >= least) continue;
    least = tried.start.square;
    *split = tried;
  }
  const int code = isfinite(least) ? minimise(split, sum) : EPX_FAILED;
  if (code < 0) EPX_TRY(code);
  if (code > 0) return EPX_OK;
  const epx_profile *best = &split->profile[0];
  if (split->n_profiles > 1 && split->profile[1].best.square < best->best.square) best = &split->profile[1];
  if (best->best.value[EPX_RESPONSE_EXCHANGE] > 0 || f->spec->splitting == EPX_SPLITTING_YES)
    *better = (square - *sum) / (*sum / (degrees - 1));
  return EPX_OK;
}

/* The least transmission: at the middle, or beside it where the resonance is split. */
static double eval_least(const fit *f, double q, double rate, double exchange) {
  epx_ring_response r = f->response;
  r.q = q;
  r.value[EPX_RESPONSE_RATE] = rate;
  r.value[EPX_RESPONSE_EXCHANGE] = exchange;
  double least = epx_ring_response_eval_transmission(&r, 0);
  const double reach = sqrt(fmax(exchange, 0));
  for (int k = 1; k <= 64; k++)
    least = fmin(least, epx_ring_response_eval_transmission(&r, 1.5 * reach * k / 64));
  return least;
}

static double to_quantity(const fit *f, epx_resonance_quantity quantity, double q, double place, double rate,
                          double exchange, double heat) {
  const epx_ring_response *r = &f->response;
  const double frequency = r->centre + place * r->width, kappa = exp(rate) * r->width;
  switch (quantity) {
  case EPX_RESONANCE_WAVELENGTH:
    return 2 * EPX_PI * EPX_LIGHT_SPEED / frequency;
  case EPX_RESONANCE_RATE:
    return kappa;
  case EPX_RESONANCE_QUALITY:
    return frequency / kappa;
  case EPX_RESONANCE_EXTINCTION: {
    const double least = eval_least(f, q, rate, exchange);
    return least > dark ? -10 * log10(least) : INFINITY;
  }
  case EPX_RESONANCE_SPLITTING:
    return find(f, EPX_RESPONSE_EXCHANGE) < 0 ? NAN : 2 * sqrt(fmax(exchange, 0)) * r->width;
  case EPX_RESONANCE_INTRINSIC:
    return r->drop ? kappa * q : kappa * (1 + q) / 2;
  case EPX_RESONANCE_COUPLING:
    return kappa * (1 - q) / 2;
  default:
    return f->spec->power > 0 ? heat * r->width / f->spec->power : NAN;
  }
}

static double eval_quantity(const fit *f, epx_resonance_quantity quantity, const epx_profile_point *p,
                            epx_response moved, double step) {
  double v[EPX_RESPONSE_COUNT];
  memcpy(v, p->value, sizeof v);
  v[moved] += step;
  return to_quantity(f, quantity, p->q, v[EPX_RESPONSE_PLACE], v[EPX_RESPONSE_RATE], v[EPX_RESPONSE_EXCHANGE],
                     v[EPX_RESPONSE_HEAT]);
}

/* One quantity along the trace: each parameter it depends on moved as far as the limit allows. */
static void write_estimate(const fit *f, const epx_profile *p, double limit, epx_resonance_quantity quantity,
                           epx_estimate *e) {
  static const epx_response moves[] = {EPX_RESPONSE_PLACE, EPX_RESPONSE_RATE, EPX_RESPONSE_EXCHANGE,
                                       EPX_RESPONSE_HEAT};
  e->value = e->low = e->high = eval_quantity(f, quantity, &p->best, EPX_RESPONSE_PLACE, 0);
  for (int k = 0; k < EPX_PROFILE_TRACE; k++) {
    const epx_profile_point *point = &p->trace[k];
    const double left = limit - (point->square - p->best.square);
    if (!isfinite(point->square)) continue;
    for (size_t m = 0; m < sizeof moves / sizeof *moves; m++)
      for (int sign = -1; sign <= 1; sign += 2) {
        const double reached = eval_quantity(f, quantity, point, moves[m],
                                             sign * sqrt(fmax(left, 0) * point->variance[moves[m]]));
        e->low = fmin(e->low, reached);
        e->high = fmax(e->high, reached);
      }
  }
}

static void mirror(epx_solution *s) {
  const epx_estimate intrinsic = s->estimate[EPX_RESONANCE_INTRINSIC];
  s->estimate[EPX_RESONANCE_INTRINSIC] = s->estimate[EPX_RESONANCE_COUPLING];
  s->estimate[EPX_RESONANCE_COUPLING] = intrinsic;
  s->over = !s->over;
}

/* Two solutions that both reach critical coupling are one, whose intervals hold both. */
static void join(epx_resonance *r) {
  for (int k = 0; k < EPX_RESONANCE_COUNT; k++) {
    epx_estimate *a = &r->solution[0].estimate[k], *b = &r->solution[1].estimate[k];
    if (k == EPX_RESONANCE_INTRINSIC || k == EPX_RESONANCE_COUPLING) a->value = (a->value + b->value) / 2;
    a->low = fmin(a->low, b->low);
    a->high = fmax(a->high, b->high);
  }
  r->n_solutions = 1;
}

/* Leaves the better solution, or both where the sums of squares do not decide. */
static void decide(const fit *f, double variance, epx_resonance *r) {
  if (f->n_profiles == 1 && r->told == EPX_TOLD_BY_NOTHING) {
    r->solution[1] = r->solution[0];
    mirror(&r->solution[1]);
    r->n_solutions = 2;
  } else if (f->n_profiles == 2) {
    const double a = f->profile[0].best.square, b = f->profile[1].best.square;
    r->n_solutions = 2;
    r->solution[a <= b ? 1 : 0].excess = fabs(a - b) / variance;
    if (b < a) {
      const epx_solution first = r->solution[0];
      r->solution[0] = r->solution[1];
      r->solution[1] = first;
    }
    if (fabs(a - b) / variance > decisive) {
      r->n_solutions = 1;
      r->told = EPX_TOLD_BY_SPLITTING;
    }
  }
  if (r->n_solutions == 2 && r->critical) join(r);
}

/* What the way of coupling that was not told would have come to. */
static epx_err eval_contradiction(const fit *f, double variance, epx_resonance *r) {
  fit other = *f;
  double square;
  epx_resonance_spec spec = *f->spec;
  if (r->told != EPX_TOLD_BY_USER || !r->split) return EPX_OK;
  spec.coupling = spec.coupling == EPX_COUPLING_UNDER ? EPX_COUPLING_OVER : EPX_COUPLING_UNDER;
  other.spec = &spec;
  other.start.q = -other.start.q;
  const int code = minimise(&other, &square);
  if (code < 0) EPX_TRY(code);
  if (code == EPX_OK) r->contradiction = fmax(0, (f->profile[0].best.square - square) / variance);
  return EPX_OK;
}

static epx_err write_resonance(fit *f, double square, epx_resonance *r) {
  r->degrees = (int)epx_ring_response_get_n_residuals(&f->response) - f->response.n_used - 1;
  const double variance = square / r->degrees, t = gsl_cdf_tdist_Pinv(1 - (1 - confidence) / 2, r->degrees);
  const double limit = t * t * variance;
  r->scan = f->response.scan;
  r->noise = sqrt(variance);
  r->split = find(f, EPX_RESPONSE_EXCHANGE) >= 0;
  r->background = f->profile[0].best.value[EPX_RESPONSE_POWER] * f->response.power;
  r->told = f->response.drop                           ? EPX_TOLD_BY_DROP
            : f->response.amplitude                    ? EPX_TOLD_BY_PHASE
            : f->spec->coupling != EPX_COUPLING_UNTOLD ? EPX_TOLD_BY_USER
                                                       : EPX_TOLD_BY_NOTHING;
  r->n_solutions = f->n_profiles;
  r->critical = true;
  for (int k = 0; k < f->n_profiles; k++) {
    epx_profile *p = &f->profile[k];
    EPX_TRY(epx_profile_trace(&f->response, limit, p));
    r->critical &= p->from <= 0 && p->to >= 0;
    r->solution[k].over = f->response.drop ? false : p->best.q < 0;
    for (int q = 0; q < EPX_RESONANCE_COUNT; q++)
      write_estimate(f, p, limit, (epx_resonance_quantity)q, &r->solution[k].estimate[q]);
  }
  if (f->response.drop) r->critical = false;
  const epx_profile_point *best = &f->profile[0].best;
  const double share = 1 - best->q * best->q;
  r->absorbed = share * f->spec->power;
  r->warm = f->response.centre +
            f->response.width * (best->value[EPX_RESPONSE_PLACE] - share * best->value[EPX_RESPONSE_HEAT]);
  decide(f, variance, r);
  return eval_contradiction(f, variance, r);
}

/* What the fit of a splitting that is not clear says of it: how large it may be; with `whole`, each interval holds those
 * of both fits. */
static void widen(epx_resonance *r, const epx_resonance *other, bool whole) {
  for (int s = 0; s < r->n_solutions; s++) {
    const epx_solution *same = &other->solution[0];
    if (other->n_solutions > 1 && same->over != r->solution[s].over) same = &other->solution[1];
    for (int q = 0; whole && q < EPX_RESONANCE_COUNT; q++) {
      epx_estimate *e = &r->solution[s].estimate[q];
      e->low = fmin(e->low, same->estimate[q].low);
      e->high = fmax(e->high, same->estimate[q].high);
    }
    const double most = same->estimate[EPX_RESONANCE_SPLITTING].high;
    r->solution[s].estimate[EPX_RESONANCE_SPLITTING] = (epx_estimate){0, 0, most};
  }
}

/* Decides whether the dip is split; in between, it may be. */
static epx_err solve_split(fit *f, double square, double degrees, epx_resonance *r) {
  const double t = gsl_cdf_tdist_Pinv(1 - (1 - confidence) / 2, degrees);
  const bool asked = f->spec->splitting == EPX_SPLITTING_YES;
  double better = -INFINITY, sum = INFINITY;
  epx_resonance other = {0};
  fit split;
  if (f->spec->splitting != EPX_SPLITTING_NO && f->spec->power == 0)
    EPX_TRY(fit_splitting(f, degrees, square, &split, &sum, &better));
  if (better > decisive || (asked && isfinite(sum))) return write_resonance(&split, sum, r);
  if (asked || !isfinite(square)) return EPX_FAILED;
  EPX_TRY(write_resonance(f, square, r));
  if (!isfinite(sum)) return EPX_OK;
  EPX_TRY(write_resonance(&split, sum, &other));
  widen(r, &other, better >= t * t);
  return EPX_OK;
}

static epx_err solve_stages(fit *f, epx_resonance *r) {
  const epx_scan *s = f->response.scan;
  const double wavelength = 2e9 * EPX_PI * EPX_LIGHT_SPEED / f->dip->centre;
  const size_t n = epx_ring_response_get_n_residuals(&f->response);
  double square = INFINITY;
  if (n < EPX_RESPONSE_COUNT + 5)
    return EPX_RAISE(
        EPX_EINPUT,
        "%s:%ld: %zu points about the dip at %.9g nm, too few for %d parameters; measure further to both "
        "sides of it, or in smaller steps",
        s->name, s->line, f->dip->n_points, wavelength, EPX_RESPONSE_COUNT);
  int code = f->spec->fringe > 0 ? find_fringes(f) : EPX_OK;
  if (code == EPX_OK && s->re) code = find_sign(f);
  if (code == EPX_OK) code = minimise(f, &square);
  if (code >= 0) code = solve_split(f, square, (double)n - f->response.n_used - 1, r);
  if (code > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: the dip at %.9g nm is no resonance that can be fitted; is it one of a ring?",
                     s->name, s->line, wavelength);
  return code;
}

static epx_err solve(const epx_scan *s, const epx_resonance_spec *spec, const epx_dip *dip,
                     epx_resonance *r) {
  epx_ring_fringes fringes = {0};
  fit f;
  init(&f, s, spec, dip);
  f.response.fringes = &fringes;
  int code = EPX_ARRAY(fringes.cosine, dip->n_points);
  if (code == EPX_OK) code = EPX_ARRAY(fringes.sine, dip->n_points);
  if (code == EPX_OK) code = solve_stages(&f, r);
  epx_array_destroy(&fringes.cosine);
  epx_array_destroy(&fringes.sine);
  return code;
}

epx_err epx_resonance_create(const epx_scan *scan, const epx_resonance_spec *spec, epx_resonance **resonances,
                             int *n) {
  epx_dip *dips;
  *resonances = NULL;
  *n = 0;
  if (spec->power > 0 && (spec->splitting == EPX_SPLITTING_YES || scan->drop))
    return EPX_RAISE(EPX_EINPUT,
                     "%s:%ld: with a power the ring is warm; neither a splitting nor a drop port goes "
                     "with that: leave one out",
                     scan->name, scan->line);
  EPX_TRY(epx_dips_create(scan, spec->fringe, &dips, n));
  int code = EPX_ARRAY(*resonances, (size_t)*n);
  for (int k = 0; code == EPX_OK && k < *n; k++)
    code = solve(scan, spec, &dips[k], &(*resonances)[k]);
  epx_array_destroy(&dips);
  if (code != EPX_OK) epx_array_destroy(resonances);
  return code;
}
