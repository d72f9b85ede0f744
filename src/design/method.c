/** @file
 * What the methods share.
 */
#include "design/method.h"

#include "base/array.h"

epx_err epx_design_set_n_points(epx_design *design, int64_t n_points) {
  if (n_points > EPX_DESIGN_MAX_POINTS) {
    return EPX_RAISE(EPX_EINPUT, "a design of more than %d points: take fewer levels or factors",
                     EPX_DESIGN_MAX_POINTS);
  }
  design->n_points = (int)n_points;
  return EPX_ARRAY(design->value, (size_t)n_points * (size_t)design->n_factors);
}
