/** @file
 * Deck: the section search.
 */
#include <string.h>

#include "io/deck/reader.h"
#include "io/schema/words.h"
#include "study/objective.h"

static epx_err check(const epx_reader *r, const epx_tree *section) {
  const epx_search_settings *search = &r->settings->search;
  const epx_tree *method = epx_reader_get(r, "design.method"), *decide = epx_reader_get(r, "decide"),
                 *least = epx_reader_get(r, "search.yield_at_least");
  if (strcmp(method->text, "halton") != 0)
    return epx_tree_raise(section, "search: it begins with the points of design.method: halton, not %s",
                          method->text);
  if (decide)
    return epx_tree_raise(decide, "decide: a search gives all points all instances; leave it out, or search");
  if ((least || search->objective.yield) && r->settings->yield.metric < 0)
    return epx_tree_raise(
        section, "search: the deck says of no metric when an instance is good: section yield is wanted");
  if (least && search->objective.yield)
    return epx_tree_raise(least, "search.yield_at_least: the yield is maximised already: leave it out");
  if (epx_reader_is_set(r, "design.inner"))
    return epx_tree_raise(epx_reader_get(r, "design.inner"),
                          "design.inner: points of a search have no inner design");
  return EPX_OK;
}

static epx_err read_goal(const epx_reader *r, const epx_tree *goal, epx_objective *objective) {
  objective->yield = strcmp(goal->text, "yield") == 0;
  objective->metric = objective->yield ? r->settings->yield.metric : epx_metric_get(goal->text);
  if (objective->yield ||
      (objective->metric >= 0 && epx_objective_get_metric(r->settings, objective->metric) >= 0))
    return EPX_OK;
  return epx_tree_raise(goal, "search: %s is none of the deck's metrics, nor yield; add it to metrics",
                        goal->text);
}

epx_err epx_reader_read_search(epx_reader *r) {
  const epx_tree *section = epx_reader_get(r, "search"), *least = epx_reader_get(r, "search.minimise"),
                 *most = epx_reader_get(r, "search.maximise");
  epx_search_settings *search = &r->settings->search;
  if (!section) return EPX_OK;
  if (!least == !most)
    return epx_tree_raise(section, "search: %s",
                          most ? "give minimise or maximise, not both" : "minimise or maximise is missing");
  search->asked = true;
  search->objective.maximise = most != NULL;
  search->objective.statistic = epx_reader_get_word(r, "search.statistic", epx_words_get_statistic);
  if (epx_reader_is_set(r, "search.level")) search->objective.level = epx_reader_get_real(r, "search.level");
  if (epx_reader_is_set(r, "search.yield_at_least"))
    search->objective.least_yield = epx_reader_get_real(r, "search.yield_at_least");
  search->random = epx_reader_get_word(r, "search.method", epx_words_get_search) == 1;
  search->batch = epx_reader_get_integer(r, "search.batch");
  EPX_TRY(read_goal(r, most ? most : least, &search->objective));
  return check(r, section);
}
