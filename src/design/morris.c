/** @file
 * Morris's screening design. With steps of half the levels, every level of an even number is as likely as
 * another.
 */
#include "design/morris.h"

#include "base/array.h"
#include "base/numbers/random.h"
#include "design/method.h"

enum { LEVELS_DEFAULT = 5 };

/* The levels between which a factor moves on a trajectory. */
typedef struct {
  int low, step, n_levels;
  bool down;
} move;

static int get_n_levels(const epx_design_spec *spec, const epx_factor *factor) {
  return epx_factor_get_n_levels(factor, spec->levels > 0 ? spec->levels : LEVELS_DEFAULT);
}

static move draw_move(const epx_random *stream, const epx_design_spec *spec, const epx_factor *factor,
                      int i_row, int i_factor) {
  move m = {.n_levels = get_n_levels(spec, factor)};
  const uint32_t row = (uint32_t)i_row, device = (uint32_t)i_factor;
  m.step = m.n_levels / 2;
  const double u = epx_random_eval_uniform(stream, row, EPX_RANDOM_ANY, device, 0);
  m.low = (int)(u * (m.n_levels - m.step));
  m.down = epx_random_eval_uniform(stream, row, EPX_RANDOM_ANY, device, 1) < 0.5;
  return m;
}

static void draw_order(const epx_random *stream, int i_row, int n_factors, int *order) {
  epx_random_eval_permutation(stream, (uint32_t)i_row, EPX_RANDOM_ANY, EPX_RANDOM_ANY, n_factors, order);
}

epx_err epx_morris_eval_steps(const epx_design_spec *spec, const epx_factor *factors, int n_factors,
                              int i_row, epx_morris_step *steps) {
  const epx_random levels = epx_random_init(spec->seed, "design:morris:levels"),
                   orders = epx_random_init(spec->seed, "design:morris:order");
  int *order;
  EPX_TRY(EPX_ARRAY(order, (size_t)n_factors));
  draw_order(&orders, i_row, n_factors, order);
  for (int s = 0; s < n_factors; s++) {
    const epx_factor *factor = &factors[order[s]];
    const move m = draw_move(&levels, spec, factor, i_row, order[s]);
    const double low = epx_factor_eval_level(factor, m.low, m.n_levels),
                 high = epx_factor_eval_level(factor, m.low + m.step, m.n_levels);
    const double distance = epx_factor_eval_place(factor, high) - epx_factor_eval_place(factor, low);
    steps[s] = (epx_morris_step){order[s], m.down ? -distance : distance};
  }
  epx_array_destroy(&order);
  return EPX_OK;
}

static epx_err check(const epx_design_spec *spec, const epx_factor *factors, int n_factors) {
  if (spec->n_points < 1)
    return EPX_RAISE(EPX_EINPUT, "a Morris design of %d trajectories: one or more are wanted",
                     spec->n_points);
  for (int i = 0; i < n_factors; i++) {
    if (get_n_levels(spec, &factors[i]) < 2)
      return EPX_RAISE(EPX_EINPUT, "%s: a single level has no effect to be measured", factors[i].path);
    if (factors[i].spread)
      return EPX_RAISE(EPX_EINPUT,
                       "%s: a Morris design takes steps of a range: low and high are wanted, no distribution",
                       factors[i].path);
  }
  return EPX_OK;
}

static void fill_row(const epx_design_spec *spec, const epx_factor *factors, int i_row, int *order,
                     epx_design *design) {
  const epx_random levels = epx_random_init(spec->seed, "design:morris:levels"),
                   orders = epx_random_init(spec->seed, "design:morris:order");
  const int n = design->n_factors;
  double *first = design->value + (size_t)i_row * (size_t)(n + 1) * (size_t)n;
  draw_order(&orders, i_row, n, order);
  for (int s = 0; s < n; s++) {
    const int f = order[s];
    const move m = draw_move(&levels, spec, &factors[f], i_row, f);
    const int before = m.down ? m.low + m.step : m.low, after = m.down ? m.low : m.low + m.step;
    for (int p = 0; p <= n; p++)
      first[(size_t)p * (size_t)n + (size_t)f] =
          epx_factor_eval_level(&factors[f], p <= s ? before : after, m.n_levels);
  }
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  int *order;
  EPX_TRY(check(spec, factors, design->n_factors));
  EPX_TRY(epx_design_set_n_points(design, (int64_t)spec->n_points * (design->n_factors + 1)));
  EPX_TRY(EPX_ARRAY(order, (size_t)design->n_factors));
  for (int i = 0; i < spec->n_points; i++)
    fill_row(spec, factors, i, order, design);
  epx_array_destroy(&order);
  return EPX_OK;
}

const epx_design_method epx_morris_method = {"morris",
                                             "screening by elementary effects: points = trajectories, each "
                                             "of factors + 1 design points; a larger number keeps "
                                             "the earlier points",
                                             create};
