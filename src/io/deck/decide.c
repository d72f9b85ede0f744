/** @file
 * Deck: the section decide.
 */
#include <string.h>

#include "io/deck/reader.h"
#include "io/schema/words.h"

/* Intervals are those of independent instances; a design is doubled where its beginning is a design. */
static epx_err check(const epx_reader *r, const epx_tree *section) {
  const epx_yield_spec *yield = &r->settings->yield;
  const epx_tree *method = epx_reader_get(r, "design.method"), *rule = epx_reader_get(r, "decide.rule");
  if (yield->metric < 0)
    return epx_tree_raise(section,
                          "decide: by the yield, and the deck has none; add a section yield, such as "
                          "yield: {metric: accuracy, at_least: 0.95}");
  if (yield->sampling.kind != EPX_SAMPLING_PROCESS)
    return epx_tree_raise(
        epx_reader_get(r, "population.sampling.kind"),
        "population.sampling: instances that share lots or a wafer are not independent, and decide "
        "takes them to be; leave it out, or decide");
  if (yield->decide.kind == EPX_STOPPING_DOUBLING && strcmp(method->text, "sobol") != 0 &&
      strcmp(method->text, "halton") != 0)
    return epx_tree_raise(rule, "decide.rule: doubling is for design.method: sobol or halton, not %s",
                          method->text);
  return EPX_OK;
}

epx_err epx_reader_read_decide(epx_reader *r) {
  const epx_tree *section = epx_reader_get(r, "decide");
  epx_stopping_rule *rule = &r->settings->yield.decide;
  if (!section) return EPX_OK;
  rule->kind = EPX_STOPPING_NONE + 1 +
               (epx_stopping_kind)epx_reader_get_word(r, "decide.rule", epx_words_get_stopping);
  if (epx_reader_is_set(r, "decide.half_width"))
    rule->half_width = epx_reader_get_real(r, "decide.half_width");
  if (epx_reader_is_set(r, "decide.target")) rule->target = epx_reader_get_real(r, "decide.target");
  if (epx_reader_is_set(r, "decide.keep")) rule->keep = epx_reader_get_real(r, "decide.keep");
  if (epx_reader_is_set(r, "decide.budget")) rule->budget = epx_reader_get_integer(r, "decide.budget");
  rule->first = epx_reader_get_integer(r, "decide.first");
  rule->most = r->settings->n_instances;
  rule->confidence = r->settings->yield.confidence;
  return check(r, section);
}
