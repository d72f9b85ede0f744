/* Both kinds keep their moments beside the parameters and touch each entry on its own. */
#include "learning/training/optimizer.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"

struct epx_optimizer {
  epx_optimizer_spec spec;
  size_t n_instances, n;
  double *first, *second; /* [n_instances][n] moments; sgd: first is the velocity */
  epx_optimizer_entries entries;
  double *decay;           /* [n] how far an instance's entries are taken back in a step */
  double *power1, *power2; /* adam: [n_instances] beta1 and beta2 to the number of the instance's steps */
};

static epx_err check(const epx_optimizer_spec *spec) {
  if (!(spec->rate > 0) || !isfinite(spec->rate))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.rate: %g; it must be positive", spec->rate);
  if (spec->kind == EPX_SGD && !(spec->momentum >= 0 && spec->momentum < 1))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.momentum: %g; must be 0 or more and less than 1",
                     spec->momentum);
  if (spec->kind == EPX_ADAM && !(spec->beta1 >= 0 && spec->beta1 < 1 && spec->beta2 >= 0 && spec->beta2 < 1))
    return EPX_RAISE(EPX_EINPUT,
                     "learning.optimizer: beta1 = %g, beta2 = %g; must be 0 or more and less than 1",
                     spec->beta1, spec->beta2);
  if (spec->kind == EPX_ADAM && !(spec->epsilon > 0))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.epsilon: %g; it must be positive", spec->epsilon);
  if (!(spec->clip >= 0) || !isfinite(spec->clip))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.clip: %g; must be 0 or more", spec->clip);
  if (!(spec->weight_decay >= 0) || !isfinite(spec->weight_decay))
    return EPX_RAISE(EPX_EINPUT, "learning.optimizer.weight_decay: %g; must be 0 or more",
                     spec->weight_decay);
  return EPX_OK;
}

static epx_err create_arrays(epx_optimizer *optimizer) {
  const size_t size = optimizer->n_instances * optimizer->n;
  EPX_TRY(EPX_ARRAY(optimizer->first, size));
  EPX_TRY(EPX_ARRAY(optimizer->decay, optimizer->n));
  if (optimizer->spec.kind != EPX_ADAM) return EPX_OK;
  EPX_TRY(EPX_ARRAY(optimizer->second, size));
  EPX_TRY(EPX_ARRAY(optimizer->power1, optimizer->n_instances));
  return EPX_ARRAY(optimizer->power2, optimizer->n_instances);
}

epx_err epx_optimizer_create(const epx_optimizer_spec *spec, size_t n_instances, size_t n,
                             epx_optimizer **out) {
  epx_optimizer *optimizer = NULL;
  *out = NULL;
  EPX_TRY(check(spec));
  EPX_TRY(EPX_ARRAY(optimizer, 1));
  optimizer->spec = *spec;
  optimizer->n_instances = n_instances;
  optimizer->n = n;
  const int code = create_arrays(optimizer);
  if (code != EPX_OK)
    epx_optimizer_destroy(&optimizer);
  else
    epx_optimizer_reset(optimizer);
  *out = optimizer;
  EPX_TRY(code);
  return EPX_OK;
}

void epx_optimizer_destroy(epx_optimizer **address) {
  if (!address || !*address) return;
  double **const arrays[] = {&(*address)->first, &(*address)->second, &(*address)->power1,
                             &(*address)->power2, &(*address)->decay};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(address);
}

void epx_optimizer_reset(epx_optimizer *optimizer) {
  const size_t n_bytes = optimizer->n_instances * optimizer->n * sizeof(double);
  memset(optimizer->first, 0, n_bytes);
  if (optimizer->spec.kind != EPX_ADAM) return;
  memset(optimizer->second, 0, n_bytes);
  for (size_t k = 0; k < optimizer->n_instances; k++)
    optimizer->power1[k] = optimizer->power2[k] = 1;
}

epx_err epx_optimizer_add_to_restart(epx_optimizer *optimizer, epx_restart *restart) {
  const size_t n_bytes = optimizer->n_instances * optimizer->n * sizeof(double);
  const size_t n_powers = optimizer->n_instances * sizeof(double);
  EPX_TRY(epx_restart_add(restart, optimizer->first, n_bytes));
  EPX_TRY(epx_restart_add(restart, optimizer->second, n_bytes));
  EPX_TRY(epx_restart_add(restart, optimizer->power1, n_powers));
  return epx_restart_add(restart, optimizer->power2, n_powers);
}

/* Steps one entry down by `way`; 1 where that makes another number of it. */
static unsigned char descend(double *theta, double way) {
  const double before = *theta;
  *theta -= way;
  return *theta != before;
}

void epx_optimizer_set_entries(epx_optimizer *optimizer, const epx_optimizer_entries *entries) {
  optimizer->entries = *entries;
}

/* Gets what a gradient is multiplied by, so that its norm is at most `clip`. What is tied counts once. */
static double eval_clipping(const epx_optimizer *optimizer, const double *gradient,
                            const unsigned char *mask) {
  const size_t *tie = optimizer->entries.tie;
  double squares = 0;
  if (optimizer->spec.clip == 0) return 1;
  for (size_t i = 0; i < optimizer->n; i++)
    if ((!mask || mask[i]) && (!tie || tie[i] == i)) squares += gradient[i] * gradient[i];
  const double norm = sqrt(squares);
  return norm > optimizer->spec.clip ? optimizer->spec.clip / norm : 1;
}

/* Sets how far each entry is taken back: what is tied as far as the first of it. */
static void set_decay(epx_optimizer *optimizer, double rate, const double *theta) {
  const epx_optimizer_entries *entries = &optimizer->entries;
  for (size_t i = 0; optimizer->spec.weight_decay > 0 && entries->decays && i < optimizer->n; i++)
    optimizer->decay[i] = entries->decays[i]
                              ? rate * (entries->rate ? entries->rate[i] : 1) * optimizer->spec.weight_decay *
                                    theta[entries->tie ? entries->tie[i] : i]
                              : 0;
}

/* Rate of an entry. */
static double get_rate(const epx_optimizer *optimizer, double rate, size_t i) {
  return optimizer->entries.rate ? rate * optimizer->entries.rate[i] : rate;
}

/* One instance; arrays begin at its own entries. clipping: factor on the gradient. */
static void step_sgd(epx_optimizer *optimizer, size_t k, double rate, double clipping, const double *gradient,
                     const unsigned char *mask, double *theta, unsigned char *changed) {
  double *velocity = optimizer->first + k * optimizer->n;
  for (size_t i = 0; i < optimizer->n; i++) {
    const bool moves = !mask || mask[i];
    if (moves) velocity[i] = optimizer->spec.momentum * velocity[i] + clipping * gradient[i];
    const double way = get_rate(optimizer, rate, i) * velocity[i] + optimizer->decay[i];
    const unsigned char is_new = moves ? descend(&theta[i], way) : 0;
    if (changed) changed[i] = is_new;
  }
}

static void step_adam(epx_optimizer *optimizer, size_t k, double rate, double clipping,
                      const double *gradient, const unsigned char *mask, double *theta,
                      unsigned char *changed) {
  const double b1 = optimizer->spec.beta1, b2 = optimizer->spec.beta2, epsilon = optimizer->spec.epsilon;
  const bool rests = mask && !memchr(mask, 1, optimizer->n);
  if (!rests) optimizer->power1[k] *= b1;
  if (!rests) optimizer->power2[k] *= b2;
  const double unbias1 = 1 / (1 - optimizer->power1[k]), unbias2 = 1 / (1 - optimizer->power2[k]);
  double *m = optimizer->first + k * optimizer->n, *v = optimizer->second + k * optimizer->n;
  for (size_t i = 0; i < optimizer->n; i++) {
    const bool moves = !mask || mask[i];
    const double g = clipping * gradient[i];
    if (moves) m[i] = b1 * m[i] + (1 - b1) * g;
    if (moves) v[i] = b2 * v[i] + (1 - b2) * g * g;
    const double way = get_rate(optimizer, rate, i) * (m[i] * unbias1) / (sqrt(v[i] * unbias2) + epsilon) +
                       optimizer->decay[i];
    const unsigned char is_new = moves ? descend(&theta[i], way) : 0;
    if (changed) changed[i] = is_new;
  }
}

void epx_optimizer_step(epx_optimizer *optimizer, double factor, const double *gradient,
                        const unsigned char *mask, double *theta, unsigned char *changed) {
  const double rate = factor * optimizer->spec.rate;
  const size_t n = optimizer->n;
  for (size_t k = 0; k < optimizer->n_instances; k++) {
    const unsigned char *own = mask ? mask + k * n : NULL;
    const double clipping = eval_clipping(optimizer, gradient + k * n, own);
    set_decay(optimizer, rate, theta + k * n);
    (optimizer->spec.kind == EPX_SGD ? step_sgd : step_adam)(
        optimizer, k, rate, clipping, gradient + k * n, own, theta + k * n, changed ? changed + k * n : NULL);
  }
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
