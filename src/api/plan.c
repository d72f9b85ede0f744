/** @file
 * Plan: a deck's design with its factors.
 */
#include "epilux/plan.h"

#include <math.h>

#include "base/array.h"
#include "io/deck/deck.h"

struct epx_plan {
  const epx_factor *factors; /* [n_factors], the deck's */
  int n_factors;
  epx_design *design;
};

epx_err epx_plan_create(const epx_deck *deck, epx_plan **out) {
  epx_plan *plan;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(plan, 1));
  const int code = epx_deck_eval_design(deck, &plan->factors, &plan->n_factors, &plan->design);
  if (code != EPX_OK) epx_array_destroy(&plan);
  EPX_TRY(code);
  *out = plan;
  return EPX_OK;
}

void epx_plan_destroy(epx_plan **address) {
  if (!*address) return;
  epx_design_destroy(&(*address)->design);
  epx_array_destroy(address);
}

int epx_plan_get_n_points(const epx_plan *plan) {
  return plan->design->n_points;
}

int epx_plan_get_n_factors(const epx_plan *plan) {
  return plan->n_factors;
}

static const epx_factor *get_factor(const epx_plan *plan, int i_factor) {
  return i_factor >= 0 && i_factor < plan->n_factors ? &plan->factors[i_factor] : NULL;
}

const char *epx_plan_get_path(const epx_plan *plan, int i_factor) {
  const epx_factor *factor = get_factor(plan, i_factor);
  return factor ? factor->path : NULL;
}

const char *epx_plan_get_unit(const epx_plan *plan, int i_factor) {
  const epx_factor *factor = get_factor(plan, i_factor);
  return factor ? factor->unit : NULL;
}

/* A factor's value at a point, as epx_factor has it; NULL where there is none. */
static const double *get_value(const epx_plan *plan, int i_point, int i_factor) {
  if (!get_factor(plan, i_factor) || i_point < 0 || i_point >= plan->design->n_points) return NULL;
  return plan->design->value + (size_t)i_point * (size_t)plan->n_factors + (size_t)i_factor;
}

double epx_plan_get_number(const epx_plan *plan, int i_point, int i_factor) {
  const double *value = get_value(plan, i_point, i_factor);
  return value && !plan->factors[i_factor].categorical ? *value : NAN;
}

const char *epx_plan_get_word(const epx_plan *plan, int i_point, int i_factor) {
  const double *value = get_value(plan, i_point, i_factor);
  return value && plan->factors[i_factor].categorical ? plan->factors[i_factor].names[(int)*value] : NULL;
}
