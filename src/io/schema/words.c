/** @file
 * Words: one function a list. Lists that an X-macro of a lower layer defines are expanded here, so that a row
 * added there is a word here.
 */
#include "io/schema/words.h"

#include <string.h>

#include "base/numbers/distribution.h"
#include "design/design.h"
#include "equilibrium/engine.h"
#include "learning/estimators/estimator.h"
#include "learning/task/task.h"
#include "learning/training/optimizer.h"
#include "learning/training/rate.h"
#include "photonic/fabrication/fabrication.h"
#include "photonic/network.h"
#include "statistics/stopping.h"
#include "study/metric.h"
#include "study/objective.h"
#include "study/settings.h"

/* A list that is written out, by name. */
#define WORD_LIST(name, ...)                                                                                 \
  const char *epx_words_get_##name(const epx_family *family, int i) {                                        \
    static const char *const words[] = {__VA_ARGS__ NULL};                                                   \
    (void)family;                                                                                            \
    return words[i];                                                                                         \
  }

#define SECOND_OF_2(a, text) text,
#define SECOND_OF_3(a, text, b) text,

WORD_LIST(topology, EPX_TOPOLOGIES(SECOND_OF_3))
WORD_LIST(readout, EPX_READOUTS(SECOND_OF_3))
WORD_LIST(scaling, EPX_SCALINGS(SECOND_OF_3))
WORD_LIST(goal, EPX_GOALS(SECOND_OF_3))
WORD_LIST(csv_header, EPX_CSV_HEADERS(SECOND_OF_3))
WORD_LIST(reduction, EPX_REDUCTIONS(SECOND_OF_3))
WORD_LIST(rate, EPX_RATES(SECOND_OF_3))
WORD_LIST(encoding, EPX_ENCODINGS(SECOND_OF_3))
WORD_LIST(cost, EPX_COSTS(SECOND_OF_3))
WORD_LIST(optimizer, EPX_OPTIMIZERS(SECOND_OF_3))
WORD_LIST(engine, EPX_ENGINES(SECOND_OF_3))
WORD_LIST(method, EPX_METHODS(SECOND_OF_3))
WORD_LIST(curve, EPX_CURVES(SECOND_OF_3))
WORD_LIST(term, EPX_PROCESS_TERMS(SECOND_OF_3))
WORD_LIST(kernel, EPX_CORRELATIONS(SECOND_OF_3))
WORD_LIST(laser, EPX_LASERS(SECOND_OF_3))
#define SECOND_OF_5(a, text, b, c, d) text,
WORD_LIST(corner, EPX_CORNERS(SECOND_OF_5))
WORD_LIST(sampler, "devices", "wafer", )
WORD_LIST(placement, "grid", "csv", )
WORD_LIST(quadrature, EPX_QUADRATURES(SECOND_OF_3))
WORD_LIST(protocol, EPX_PROTOCOLS(SECOND_OF_3))
WORD_LIST(rounding, "nearest", "stochastic", )
WORD_LIST(scheme, "one-sided", "centered", )
WORD_LIST(distribution, "normal", "lognormal", "uniform", "truncated-normal", )
WORD_LIST(scope, "global", "local", )
WORD_LIST(effect, "add", "scale", )
WORD_LIST(factor_distribution, "uniform", "normal", "lognormal", "triangular", "truncated-normal", )
WORD_LIST(criterion, "random", "maximin", )
WORD_LIST(part, "outer", "inner", )
WORD_LIST(inner_design, "grid", "latin-hypercube", "sobol", "halton", "fractional-factorial",
          "plackett-burman", "central-composite", "box-behnken", )
WORD_LIST(random_numbers, "common", "independent", )
WORD_LIST(scale, "linear", "log", )
WORD_LIST(interval, EPX_YIELD_METHODS(SECOND_OF_2))
WORD_LIST(sampling, "process", "nested", "wafer", )
WORD_LIST(statistic, EPX_OBJECTIVE_STATISTICS(SECOND_OF_2))
WORD_LIST(search, "bayesian", "design", )
WORD_LIST(stopping, EPX_STOPPING_RULES(SECOND_OF_2))

const char *epx_words_get_metric(const epx_family *family, int i) {
  (void)family;
  return i < EPX_METRIC_COUNT ? epx_metric_get_name((epx_metric)i) : NULL;
}

const char *epx_words_get_family(const epx_family *family, int i) {
  (void)family;
  if (epx_family_get(i)) return epx_family_get(i)->name;
  return i > 0 && epx_family_get(i - 1) ? "plugin" : NULL;
}

const char *epx_words_get_material(const epx_family *family, int i) {
  (void)family;
  return i < EPX_MATERIAL_COUNT ? epx_material_get((epx_material_kind)i)->name : NULL;
}

const char *epx_words_get_process_preset(const epx_family *family, int i) {
  (void)family;
  return epx_process_get_preset(i) ? epx_process_get_preset(i)->name : NULL;
}

const char *epx_words_get_task(const epx_family *family, int i) {
  (void)family;
  return epx_task_get_kind(i) ? epx_task_get_kind(i)->name : NULL;
}

const char *epx_words_get_estimator(const epx_family *family, int i) {
  (void)family;
  return epx_estimator_get(i) ? epx_estimator_get(i)->name : NULL;
}

const char *epx_words_get_design(const epx_family *family, int i) {
  (void)family;
  return epx_design_get_method(i) ? epx_design_get_method(i)->name : NULL;
}

const char *epx_words_get_parameter(const epx_family *family, int i) {
  return family && i < family->n_parameters ? family->parameters[i].name : NULL;
}

const char *epx_words_get_preset(const epx_family *family, int i) {
  return family && i < family->n_presets ? family->presets[i].name : NULL;
}

const char *epx_words_get_trainable(const epx_family *family, int i) {
  for (int p = 0; family && p < family->n_parameters; p++)
    if (family->parameters[p].trainable && i-- == 0) return family->parameters[p].name;
  return NULL;
}

int epx_words_get_index(const char *(*words)(const epx_family *, int), const epx_family *family,
                        const char *word) {
  for (int i = 0; words(family, i); i++)
    if (strcmp(words(family, i), word) == 0) return i;
  return -1;
}

bool epx_words_is_listed(const char *list, const char *word) {
  const size_t n = strlen(word);
  for (const char *at = list; *at;) {
    const size_t length = strcspn(at, " ");
    if (length == n && strncmp(at, word, n) == 0) return true;
    at += length + strspn(at + length, " ");
  }
  return false;
}
