/** @file
 * Ring response: one point after the other. A warmed ring's detuning is a root of a cubic; where there are three, the laser
 * that comes from above follows the largest, from below the smallest.
 */
#include "measurement/ring_response.h"

#include <gsl/gsl_poly.h>
#include <math.h>

#include "photonic/device/constant.h"

typedef struct {
  double re, im;
} amplitude;

size_t epx_ring_response_get_n_residuals(const epx_ring_response *r) {
  return r->n_points * (r->amplitude || r->drop ? 2 : 1);
}

/* What is the same for all points. */
typedef struct {
  double half, coupling, exchange; /* kappa/2, kappa_e, gamma^2 */
  double heat, share;              /* of the absorbed power at D' = 0: 1 - q^2 */
  double fringes;                  /* angle by x */
} terms;

static terms eval_terms(const epx_ring_response *r) {
  const double kappa = exp(r->value[EPX_RESPONSE_RATE]);
  terms t = {.half = kappa / 2,
             .coupling = kappa * (1 - r->q) / 2,
             .exchange = r->value[EPX_RESPONSE_EXCHANGE],
             .heat = r->value[EPX_RESPONSE_HEAT],
             .share = 1 - r->q * r->q};
  if (r->fringe > 0) t.fringes = 2 * EPX_PI * r->width / (r->fringe * exp(r->value[EPX_RESPONSE_PERIOD]));
  return t;
}

/* D' = D + heat A / (1 + (2 D'/kappa)^2), A = 1 - q^2. */
static double warm(const epx_ring_response *r, const terms *t, double d) {
  const double square = t->half * t->half;
  double root[3];
  if (t->heat == 0) return d;
  const int n =
      gsl_poly_solve_cubic(-d, square, -square * (d + t->heat * t->share), &root[0], &root[1], &root[2]);
  return r->rising ? root[0] : root[n - 1];
}

/* kappa_e Z / (Z^2 + gamma^2) at s D */
static amplitude eval_coupled(const terms *t, double d) {
  const double h = t->half, re = h * h - d * d + t->exchange, im = 2 * h * d;
  const double share = t->coupling / (re * re + im * im);
  return (amplitude){share * (h * re + d * im), share * (d * re - h * im)};
}

static double eval_square(amplitude a) {
  return a.re * a.re + a.im * a.im;
}

double epx_ring_response_eval_transmission(const epx_ring_response *r, double detuning) {
  const terms t = eval_terms(r);
  const amplitude coupled = eval_coupled(&t, detuning);
  return eval_square((amplitude){1 - coupled.re, -coupled.im});
}

static double get_x(const epx_ring_response *r, size_t i) {
  return (r->scan->frequency[r->first + i] - r->centre) / r->width;
}

static void eval_fringes(const epx_ring_response *r, double angle) {
  epx_ring_fringes *f = r->fringes;
  if (angle == 0 || f->angle == angle) return;
  for (size_t i = 0; i < r->n_points; i++) {
    f->cosine[i] = cos(angle * get_x(r, i));
    f->sine[i] = sin(angle * get_x(r, i));
  }
  f->angle = angle;
}

static double eval_background(const epx_ring_response *r, double x, size_t i) {
  const double background = r->value[EPX_RESPONSE_POWER] * (1 + r->value[EPX_RESPONSE_SLOPE] * x);
  if (!(r->fringe > 0)) return background;
  return background * (1 + r->value[EPX_RESPONSE_COSINE] * r->fringes->cosine[i] +
                       r->value[EPX_RESPONSE_SINE] * r->fringes->sine[i]);
}

void epx_ring_response_eval(epx_ring_response *r, const double *parameter, double *residual) {
  const epx_scan *s = r->scan;
  for (int k = 0; k < r->n_used; k++)
    r->value[r->used[k]] = parameter[k];
  const terms all = eval_terms(r);
  eval_fringes(r, all.fringes);
  for (size_t i = 0; i < r->n_points; i++) {
    const size_t at = r->first + i;
    const double x = get_x(r, i), background = eval_background(r, x, i);
    const amplitude coupled = eval_coupled(&all, r->sign * warm(r, &all, x - r->value[EPX_RESPONSE_PLACE]));
    const amplitude t = {1 - coupled.re, -coupled.im};
    if (r->amplitude) {
      const double turn = r->value[EPX_RESPONSE_PHASE] + r->value[EPX_RESPONSE_DELAY] * x;
      const double root = sqrt(fmax(background, 0)), c = root * cos(turn), d = root * sin(turn);
      residual[i] = c * t.re - d * t.im - s->re[at] / sqrt(r->power);
      residual[r->n_points + i] = d * t.re + c * t.im - s->im[at] / sqrt(r->power);
      continue;
    }
    residual[i] = background * eval_square(t) - s->power[at] / r->power;
    if (r->drop) residual[r->n_points + i] = background * eval_square(coupled) - s->drop[at] / r->power;
  }
}
