/** @file
 * Extension: the larger deck is the stored one with two numbers changed, so that all checks of a deck hold
 * for it; and that the earlier points are its first is looked at, not believed.
 */
#include "io/results/extension.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "io/proposals.h"
#include "io/results/results.h"

static epx_err set_number(epx_deck *deck, const char *key, int value) {
  char assignment[64];
  snprintf(assignment, sizeof assignment, "%s=%d", key, value);
  EPX_TRY(epx_deck_set(deck, assignment));
  return EPX_OK;
}

static epx_err create_larger(const char *path, const char *text, int n_instances, int n_points,
                             epx_campaign **larger) {
  epx_deck *deck;
  EPX_TRY(epx_deck_read_text(path, text, &deck));
  int code = EPX_OK;
  if (n_points > 0 && !epx_deck_get_text(deck, "design.points"))
    code = EPX_RAISE(EPX_EINPUT, "--points %d: a design of method %s has no number of points to make larger",
                     n_points, epx_deck_get_text(deck, "design.method"));
  if (code == EPX_OK && n_instances > 0) code = set_number(deck, "population.instances", n_instances);
  if (code == EPX_OK && n_points > 0) code = set_number(deck, "design.points", n_points);
  if (code == EPX_OK) return epx_campaign_create_unsurveyed(deck, larger);
  epx_deck_destroy(&deck);
  return code;
}

static epx_err check_points(const epx_campaign *earlier, const epx_campaign *larger) {
  const size_t n = (size_t)earlier->n_points * (size_t)earlier->n_factors;
  if (larger->n_points < earlier->n_points)
    return EPX_RAISE(EPX_EINPUT, "there are %d design points already: %d would be fewer", earlier->n_points,
                     larger->n_points);
  if (n == 0 || memcmp(earlier->design->value, larger->design->value, n * sizeof(double)) == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "a larger design of method %s does not begin with the points there are: sobol, halton, "
                   "saltelli and morris "
                   "do",
                   epx_deck_get_text(earlier->deck, "design.method"));
}

/* Decisions of a point alone stay what they are when points are added; looks are those of the most instances, and rounds
 * those of all points. */
static epx_err check_decided(const epx_campaign *earlier, const epx_campaign *larger) {
  const bool more_points = larger->n_points > earlier->n_points;
  if (!larger->proposals) return EPX_OK;
  if (larger->n_instances > earlier->n_instances)
    return EPX_RAISE(EPX_EINPUT,
                     "--instances: the campaign decided with looks at up to %d instances, so that more would "
                     "change what it decided; start a new one with population.instances: %d",
                     earlier->n_instances, larger->n_instances);
  if (more_points && epx_proposals_has_rounds(larger->proposals))
    return EPX_RAISE(
        EPX_EINPUT,
        "--points: the campaign decides in rounds of all points, so that more would change what it "
        "decided; start a new one with design.points: %d",
        larger->n_points);
  return EPX_OK;
}

static epx_err check(const epx_campaign *earlier, const epx_campaign *larger) {
  EPX_TRY(check_decided(earlier, larger));
  if (larger->n_instances < earlier->n_instances)
    return EPX_RAISE(EPX_EINPUT, "there are %d instances already: %d would be fewer", earlier->n_instances,
                     larger->n_instances);
  EPX_TRY(check_points(earlier, larger));
  if (larger->layout.size != earlier->layout.size)
    return EPX_RAISE(EPX_EINPUT, "the larger campaign's records have %zu numbers, the earlier ones %zu",
                     larger->layout.size, earlier->layout.size);
  if (larger->block == earlier->block) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "the larger campaign would solve %d instances together, the earlier one solved %d, so "
                   "trials would not have the same bits; start a new campaign with population.block set",
                   larger->block, earlier->block);
}

epx_err epx_extension_create_larger(const char *path, int n_instances, int n_points,
                                    epx_extension *extension) {
  char *text;
  *extension = (epx_extension){0};
  EPX_TRY(epx_results_create_deck(path, &text));
  const int code = create_larger(path, text, n_instances, n_points, &extension->larger);
  epx_array_destroy(&text);
  return code;
}

epx_err epx_extension_complete(const char *path, epx_extension *extension) {
  char *text;
  epx_deck *deck;
  EPX_TRY(epx_results_create_deck(path, &text));
  const int code = epx_deck_read_text(path, text, &deck);
  epx_array_destroy(&text);
  EPX_TRY(code);
  EPX_TRY(epx_campaign_create(deck, &extension->earlier));
  EPX_TRY(epx_campaign_survey(extension->larger));
  return check(extension->earlier, extension->larger);
}

epx_err epx_extension_create(const char *path, int n_instances, int n_points, epx_extension *extension) {
  int code = epx_extension_create_larger(path, n_instances, n_points, extension);
  if (code == EPX_OK) code = epx_extension_complete(path, extension);
  if (code != EPX_OK) epx_extension_destroy(extension);
  return code;
}

void epx_extension_destroy(epx_extension *extension) {
  epx_campaign_destroy(&extension->earlier);
  epx_campaign_destroy(&extension->larger);
}

void epx_extension_merge_records(epx_extension *extension) {
  const epx_campaign *earlier = extension->earlier;
  for (int i = 0; i < earlier->n_points; i++)
    memcpy(epx_campaign_get_record(extension->larger, i, 0), epx_campaign_get_record(earlier, i, 0),
           (size_t)earlier->n_instances * earlier->layout.size * sizeof(double));
}
