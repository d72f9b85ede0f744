/** @file
 * Settling: the last passage of a distance through its threshold.
 */
#include "equilibrium/outcome/settling.h"

#include <math.h>
#include <string.h>

void epx_settling_eval_distances(const epx_kinds *kinds, int n_state, int n_lanes, const double *y,
                                 const double *rate, const double *end, double *square, double *slope) {
  const size_t n = (size_t)n_lanes;
  memset(square, 0, kinds->n * n * sizeof *square);
  memset(slope, 0, kinds->n * n * sizeof *slope);
  for (size_t row = 0; row < (size_t)n_state; row++) {
    const size_t kind = kinds->of[row % kinds->n_components], at = row * n;
    const bool angle = kinds->angle[kind];
    for (size_t lane = 0; lane < n; lane++) {
      const double off = y[at + lane] - end[at + lane], d = angle ? epx_kinds_wrap(off) : off;
      square[kind * n + lane] += d * d;
      slope[kind * n + lane] += 2 * d * rate[at + lane];
    }
  }
}

void epx_settling_init(epx_settling *settling, double square, double slope) {
  *settling =
      (epx_settling){.square = square, .slope = slope, .largest = square, .time = square > 0 ? NAN : 0};
}

/** Evaluates the share of a step at which a distance whose square falls from `before` to `after` passes a level. */
static double eval_passage(const epx_settling *before, double square, double slope, double level,
                           double step) {
  double low = 0, high = 1;
  const double rise = log(square / before->square),
               wanted = log(level / before->square); /* no unit in them */
  const double m0 = step * before->slope / before->square, m1 = step * slope / square;
  if (!isfinite(wanted) || !isfinite(rise) || !isfinite(m0) || !isfinite(m1)) return 1;
  for (int k = 0; k < 40; k++) {
    const double s = 0.5 * (low + high), r = 1 - s;
    const double value = m0 * s * r * r + rise * s * s * (3 - 2 * s) - m1 * s * s * r;
    if (value > wanted) {
      low = s;
    } else {
      high = s;
    }
  }
  return high;
}

void epx_settling_add(epx_settling *settling, double settled, double square, double slope, double time,
                      double step) {
  settling->largest = fmax(settling->largest, square);
  const double level = settled * settled * settling->largest;
  if (square > level) {
    settling->time = NAN;
  } else if (isnan(settling->time)) {
    const double share = settling->square > level ? eval_passage(settling, square, slope, level, step) : 0;
    settling->time = time - (1 - share) * step;
  }
  settling->square = square;
  settling->slope = slope;
}

bool epx_settling_is_over(const epx_settling *settling, double settled) {
  return settling->square <= 0.25 * settled * settled * settling->largest;
}

double epx_settling_eval_time(const epx_kinds *kinds, const epx_settling *settling, const double *size,
                              double accuracy) {
  double time = 0;
  for (size_t kind = 0; kind < kinds->n; kind++) {
    const double least = EPX_SETTLING_NO_WAY * accuracy * epx_kinds_get_scale(kinds, kind, size[kind]);
    if (sqrt(settling[kind].largest) <= least) continue;
    if (isnan(settling[kind].time)) return NAN;
    time = fmax(time, settling[kind].time);
  }
  return time;
}
