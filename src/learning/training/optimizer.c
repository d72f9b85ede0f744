/* Both kinds keep their moments beside the parameters and touch each entry on its own. */
#include "learning/training/optimizer.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

struct epx_optimizer {
  epx_optimizer_spec spec;
  size_t n;
  double *first, *second; /* [n] moments; sgd: first is the velocity */
  double power1, power2;  /* beta1 and beta2 to the number of steps */
};

static epx_err check(const epx_optimizer_spec *spec) {
  if (!(spec->rate > 0) || !isfinite(spec->rate))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.rate: %g; it must be positive", spec->rate);
  if (spec->kind == EPX_SGD && !(spec->momentum >= 0 && spec->momentum < 1))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.momentum: %g; 0 or more and less than 1 is wanted",
                     spec->momentum);
  if (spec->kind == EPX_ADAM && !(spec->beta1 >= 0 && spec->beta1 < 1 && spec->beta2 >= 0 && spec->beta2 < 1))
    return EPX_RAISE(EPX_EINPUT,
                     "learning.optimizer: beta1 = %g, beta2 = %g; 0 or more and less than 1 is wanted",
                     spec->beta1, spec->beta2);
  if (spec->kind == EPX_ADAM && !(spec->epsilon > 0))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.epsilon: %g; it must be positive", spec->epsilon);
  return EPX_OK;
}

epx_err epx_optimizer_create(const epx_optimizer_spec *spec, size_t n, epx_optimizer **out) {
  epx_optimizer *optimizer = NULL;
  *out = NULL;
  EPX_TRY(check(spec));
  EPX_TRY(EPX_ARRAY(optimizer, 1));
  optimizer->spec = *spec;
  optimizer->n = n;
  int code = EPX_ARRAY(optimizer->first, n);
  if (code == EPX_OK && spec->kind == EPX_ADAM) code = EPX_ARRAY(optimizer->second, n);
  if (code != EPX_OK)
    epx_optimizer_destroy(&optimizer);
  else
    epx_optimizer_set_rest(optimizer);
  *out = optimizer;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_optimizer_destroy(epx_optimizer **address) {
  if (!address || !*address) return;
  epx_array_destroy(&(*address)->first);
  epx_array_destroy(&(*address)->second);
  epx_array_destroy(address);
}

void epx_optimizer_set_rest(epx_optimizer *optimizer) {
  memset(optimizer->first, 0, optimizer->n * sizeof(double));
  if (optimizer->second) memset(optimizer->second, 0, optimizer->n * sizeof(double));
  optimizer->power1 = 1;
  optimizer->power2 = 1;
}

epx_err epx_optimizer_add_to_restart(epx_optimizer *optimizer, epx_restart *restart) {
  const size_t n_bytes = optimizer->n * sizeof(double);
  EPX_TRY(epx_restart_add(restart, optimizer->first, n_bytes));
  EPX_TRY(epx_restart_add(restart, optimizer->second, n_bytes));
  EPX_TRY(EPX_RESTART_ADD(restart, optimizer->power1));
  return EPX_RESTART_ADD(restart, optimizer->power2);
}

static void step_sgd(epx_optimizer *optimizer, double rate, const double *gradient, const unsigned char *mask,
                     double *theta) {
  double *velocity = optimizer->first;
  for (size_t i = 0; i < optimizer->n; i++) {
    if (mask && !mask[i]) continue;
    velocity[i] = optimizer->spec.momentum * velocity[i] + gradient[i];
    theta[i] -= rate * velocity[i];
  }
}

static void step_adam(epx_optimizer *optimizer, double rate, const double *gradient,
                      const unsigned char *mask, double *theta) {
  const double b1 = optimizer->spec.beta1, b2 = optimizer->spec.beta2;
  optimizer->power1 *= b1;
  optimizer->power2 *= b2;
  const double unbias1 = 1 / (1 - optimizer->power1), unbias2 = 1 / (1 - optimizer->power2);
  double *m = optimizer->first, *v = optimizer->second;
  for (size_t i = 0; i < optimizer->n; i++) {
    if (mask && !mask[i]) continue;
    m[i] = b1 * m[i] + (1 - b1) * gradient[i];
    v[i] = b2 * v[i] + (1 - b2) * gradient[i] * gradient[i];
    theta[i] -= rate * (m[i] * unbias1) / (sqrt(v[i] * unbias2) + optimizer->spec.epsilon);
  }
}

void epx_optimizer_set_step(epx_optimizer *optimizer, double factor, const double *gradient,
                            const unsigned char *mask, double *theta) {
  const double rate = factor * optimizer->spec.rate;
  if (optimizer->spec.kind == EPX_SGD)
    step_sgd(optimizer, rate, gradient, mask, theta);
  else
    step_adam(optimizer, rate, gradient, mask, theta);
}

static const struct {
  const char *name, *meaning;
} names[] = {
#define OPTIMIZER_NAME(name, text, meaning) [name] = {text, meaning},
    EPX_OPTIMIZERS(OPTIMIZER_NAME)
#undef OPTIMIZER_NAME
};

epx_err epx_optimizer_get_kind(const char *name, epx_optimizer_kind *kind) {
  for (int i = 0; i < EPX_OPTIMIZER_COUNT; i++) {
    if (strcmp(names[i].name, name) == 0) {
      *kind = (epx_optimizer_kind)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT, "no optimizer is named '%s'; there are sgd and adam", name);
}

const char *epx_optimizer_get_name(epx_optimizer_kind kind) {
  return (unsigned)kind < EPX_OPTIMIZER_COUNT ? names[kind].name : NULL;
}

const char *epx_optimizer_get_meaning(epx_optimizer_kind kind) {
  return (unsigned)kind < EPX_OPTIMIZER_COUNT ? names[kind].meaning : NULL;
}
