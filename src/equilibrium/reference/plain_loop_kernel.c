/** @file
 * The kernel of the plain loop: forty lines of C, as one would write them for one network.
 */
#include "equilibrium/reference/plain_loop_kernel.h"

#include <math.h>
#include <string.h>

void EPX_KERNEL(epx_plain_loop_follow) EPX_PLAIN_LOOP_ARGUMENTS;

static double eval_largest(int n, const double *x) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    const double size = x[i] < 0 ? -x[i] : x[i];
    largest = size > largest ? size : largest;
  }
  return largest;
}

static void eval_field(epx_plain_loop_way *w, const double *y, double *f) {
  w->system->eval_field(w->system->context, y, f);
  w->evaluations++;
}

/** Tries a step of length h to w->z. Returns its error over the one that is allowed. */
static double attempt(epx_plain_loop_way *w, double h, double floor) {
  const int n = w->system->n_state;
  const double rtol = w->options->rtol;
  const double *restrict y = w->y, *restrict k1 = w->k[0], *restrict k2 = w->k[1], *restrict k3 = w->k[2],
                         *restrict k4 = w->k[3];
  double *restrict z = w->z, sum = 0;
  for (int i = 0; i < n; i++)
    z[i] = y[i] + 0.5 * h * k1[i];
  eval_field(w, z, w->k[1]);
  for (int i = 0; i < n; i++)
    z[i] = y[i] + 0.75 * h * k2[i];
  eval_field(w, z, w->k[2]);
  for (int i = 0; i < n; i++)
    z[i] = y[i] + h * (2. / 9 * k1[i] + 1. / 3 * k2[i] + 4. / 9 * k3[i]);
  eval_field(w, z, w->k[3]);
  for (int i = 0; i < n; i++) {
    const double size = y[i] < 0 ? -y[i] : y[i];
    const double q =
        h * (-5. / 72 * k1[i] + 1. / 12 * k2[i] + 1. / 9 * k3[i] - 1. / 8 * k4[i]) / (rtol * size + floor);
    sum += q * q;
  }
  return sqrt(sum / n);
}

void EPX_KERNEL(epx_plain_loop_follow) EPX_PLAIN_LOOP_ARGUMENTS {
  const epx_plain_loop_options *o = way->options;
  const int n = way->system->n_state;
  eval_field(way, way->y, way->k[0]);
  double rate = eval_largest(n, way->k[0]), most_rate = rate, size = eval_largest(n, way->y);
  double time = 0, h = rate > 0 ? 0.1 * (size > 0 ? size : o->scale) / rate : o->max_time;
  while (rate > o->handover * most_rate && time < o->max_time && h > 0) {
    const double error = attempt(way, h, o->atol * fmax(size, o->scale));
    if (error <= 1) {
      memcpy(way->y, way->z, (size_t)n * sizeof *way->y);
      memcpy(way->k[0], way->k[3], (size_t)n * sizeof *way->y);
      time += h;
      rate = eval_largest(n, way->k[0]);
      most_rate = fmax(most_rate, rate);
      size = fmax(size, eval_largest(n, way->y));
    }
    h *= error > 0 ? fmin(fmax(0.9 * pow(error, -1. / 3), 0.1), 10) : isnan(error) ? 0.1 : 10;
  }
  way->arrived = rate <= o->handover * most_rate;
}
