/* The table of rules. What they share is in estimator_work.c. */
#include "learning/estimators/estimator.h"

#include <string.h>

#include "learning/estimators/estimator_work.h"

static const epx_estimator *const estimators[] = {
#define EPX_ESTIMATOR(NAME, text, kind) &epx_estimator_##NAME,
#include "learning/estimators/estimators.def"
#undef EPX_ESTIMATOR
};
enum { N_ESTIMATORS = sizeof estimators / sizeof estimators[0] };

const epx_estimator *epx_estimator_get(int i) {
  return i >= 0 && i < N_ESTIMATORS ? estimators[i] : NULL;
}

const epx_estimator *epx_estimator_get_by_name(const char *name) {
  for (int i = 0; i < N_ESTIMATORS; i++) {
    if (strcmp(estimators[i]->name, name) == 0) return estimators[i];
  }
  return NULL;
}

const char *epx_estimator_get_refusal(const epx_estimator *estimator, epx_engine engine,
                                      const epx_network *network) {
  const char *refusal = estimator->get_refusal(network->family);
  for (int need = 0; !refusal && need < EPX_NEED_COUNT; need++) {
    if (estimator->needs & EPX_NEEDS_A(need))
      refusal = epx_ensemble_get_refusal(engine, network, (epx_need)need);
  }
  return refusal;
}

static const struct {
  const char *name, *meaning;
} quadratures[] = {
#define QUADRATURE(name, text, meaning) [name] = {text, meaning},
    EPX_QUADRATURES(QUADRATURE)
#undef QUADRATURE
};

const char *epx_estimator_get_quadrature_name(epx_quadrature quadrature) {
  return (unsigned)quadrature < EPX_QUADRATURE_COUNT ? quadratures[quadrature].name : NULL;
}

const char *epx_estimator_get_quadrature_meaning(epx_quadrature quadrature) {
  return (unsigned)quadrature < EPX_QUADRATURE_COUNT ? quadratures[quadrature].meaning : NULL;
}
