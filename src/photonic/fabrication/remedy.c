#include "photonic/fabrication/remedy.h"

#include <math.h>

#include "base/numbers/random.h"

enum { MAX_STEPS = 1000 };

static const epx_quantity quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_trim, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_TRIMS(ROW)
#undef ROW
};

const epx_device epx_trim_device = {"trim", "lasting change of a ring's resonance",
                                    sizeof quantities / sizeof quantities[0], quantities};

int epx_remedy_trim(const epx_trim *trim, double target, uint64_t seed, uint32_t i_point, uint32_t i_instance,
                    int n, double *shift) {
  const epx_random stream = epx_random_init(seed, "remedy:trim");
  int n_out = 0;
  for (int i = 0; i < n; i++) {
    const double need = target - shift[i];
    if (fabs(need) <= trim->range) {
      shift[i] =
          target + trim->residual * epx_random_eval_normal(&stream, i_point, i_instance, (uint32_t)i, 0);
    } else {
      shift[i] += copysign(trim->range, need);
      n_out++;
    }
  }
  return n_out;
}

double epx_remedy_eval_reddest(int n, const double *shift) {
  double reddest = -INFINITY;
  for (int i = 0; i < n; i++)
    reddest = fmax(reddest, shift[i]);
  return reddest;
}

/** Evaluates the step of a heater's own shift towards `need`, within what it can do. */
static double limit(double need, double most) {
  return fmin(fmax(need, 0), most);
}

/** Evaluates what the other heaters add at ring i. */
static double eval_others(const epx_heating *h, int n, int i, const double *own) {
  double sum = 0;
  for (int j = 0; j < n; j++) {
    if (j != i) sum += h->crosstalk[(size_t)i * (size_t)n + (size_t)j] * own[j];
  }
  return sum;
}

/** Solves for the heaters' own shifts, from those that ignore the crosstalk. */
static epx_err solve_own(const epx_heating *h, double target, double most, int n, const double *shift,
                         double *own) {
  for (int step = 0; step < MAX_STEPS; step++) {
    double change = 0;
    for (int i = 0; i < n; i++) {
      const double next = limit(target - shift[i] - eval_others(h, n, i, own), most);
      change = fmax(change, fabs(next - own[i]));
      own[i] = next;
    }
    if (change <= 1e-9 * h->spectral_range) return EPX_OK;
  }
  return EPX_RAISE(EPX_EINPUT, "heaters: their crosstalk is so strong that compensating it does not settle");
}

/** Moves the rings that are too red to their next resonance, or counts them. */
static void wrap(const epx_heating *h, double target, int n, double *shift, epx_heating_report *report) {
  for (int i = 0; i < n; i++) {
    if (shift[i] <= target) continue;
    if (h->wraps) {
      shift[i] -= h->spectral_range * ceil((shift[i] - target) / h->spectral_range);
    } else {
      report->n_too_red++;
    }
  }
}

epx_err epx_remedy_heat(const epx_heating *h, double target, int n, double *shift, double *power,
                        epx_heating_report *report) {
  EPX_TRY(epx_device_check(&epx_heater_device, &h->heater));
  if (!(h->spectral_range > 0)) {
    return EPX_RAISE(EPX_EINPUT, "heaters: spectral range of the rings is %g m, it must be above 0",
                     h->spectral_range);
  }
  *report = (epx_heating_report){0};
  const double most = epx_heater_eval_shift(&h->heater, h->spectral_range, h->heater.power_limit);
  wrap(h, target, n, shift, report);
  double *own = power; /* shifts first, powers last */
  for (int i = 0; i < n; i++)
    own[i] = limit(target - shift[i], most);
  if (h->crosstalk && h->compensated) EPX_TRY(solve_own(h, target, most, n, shift, own));
  for (int i = 0; i < n; i++)
    shift[i] += own[i] + (h->crosstalk ? eval_others(h, n, i, own) : 0);
  for (int i = 0; i < n; i++) {
    report->n_limited += own[i] >= most;
    power[i] = epx_heater_eval_power(&h->heater, h->spectral_range, own[i]);
    report->total += power[i];
    report->largest = fmax(report->largest, power[i]);
  }
  return EPX_OK;
}

epx_err epx_remedy_eval_share(const epx_heater *heater, const epx_placement *placement, int warmed,
                              int heated, double *share) {
  const epx_placed *a = &placement->devices[warmed], *b = &placement->devices[heated];
  *share = 1;
  if (warmed == heated) return EPX_OK;
  EPX_TRY(epx_heater_eval_crosstalk(hypot(a->x - b->x, a->y - b->y), share));
  *share *= heater->isolation;
  return EPX_OK;
}

epx_err epx_remedy_eval_crosstalk(const epx_heater *heater, const epx_placement *placement,
                                  double *crosstalk) {
  const int n = placement->n_devices;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      EPX_TRY(epx_remedy_eval_share(heater, placement, i, j, &crosstalk[(size_t)i * (size_t)n + (size_t)j]));
  }
  return EPX_OK;
}
