/** @file
 * Memory: what does not fit is refused by name, at its line, before it is made.
 */
#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "io/campaign.h"
#include "unit/decks.h"

#if !defined(__SANITIZE_ADDRESS__)
static int create(const char *text) {
  epx_deck *deck;
  epx_campaign *campaign = NULL;
  int code = epx_deck_read_text("deck", text, &deck);
  if (code == EPX_OK) code = epx_campaign_create(deck, &campaign);
  epx_campaign_destroy(&campaign);
  return code;
}
#endif

static void limit_is_the_host_s_or_that_of_the_address_space(void **state) {
  (void)state;
  struct rlimit space;
  const double limit = epx_memory_get_limit();
  assert_true(limit > 1e8 && isfinite(limit));
#if !defined(__SANITIZE_ADDRESS__)
  assert_int_equal(getrlimit(RLIMIT_AS, &space), 0);
  const struct rlimit less = {(rlim_t)1 << 30, space.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
  assert_true(epx_memory_get_limit() == (double)less.rlim_cur);
  assert_int_equal(setrlimit(RLIMIT_AS, &space), 0);
  assert_true(epx_memory_get_limit() == limit);
#else
  (void)space;
#endif
}

static void network_that_does_not_fit_is_refused_at_its_line(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__)
  skip(); /* the sanitizer's own shadow takes more than any limit that would be of use */
#else
  static const char text[] = "task: {name: xor}\nnetwork:\n  family: kerr\n  topology: {nodes: 1200}\n";
  struct rlimit space;
  assert_int_equal(getrlimit(RLIMIT_AS, &space), 0);
  const struct rlimit less = {(rlim_t)1 << 30, space.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
  const int code = create(text);
  assert_int_equal(setrlimit(RLIMIT_AS, &space), 0);
  assert_int_equal(code, EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "deck:4: network.topology: 1200 nodes of family kerr"));
  assert_non_null(strstr(epx_error_get_message(), "1.07 GB"));
  assert_int_equal(create(SMALL), EPX_OK);
#endif
}

/* Each asks for more than this process may take, and none is made first. */
static void links_trials_and_samples_that_do_not_fit_are_refused_at_their_line(void **state) {
  (void)state;
#if defined(__SANITIZE_ADDRESS__)
  skip();
#else
  static const struct {
    const char *text, *words;
  } cases[] = {
      {"task: {name: xor}\nnetwork:\n  family: kerr\n  topology: {nodes: 100000}\n",
       "deck:4: network.topology: 4999950000 links of 100000 nodes need about "},
      {"task: {name: xor}\nnetwork: {family: kerr, topology: {nodes: 4}}\npopulation: {instances: "
       "2147483647}\n",
       "deck:3: population.instances: 2147483647 trials (1 design points of 2147483647 instances) need "
       "about "},
      {"network: {family: kerr, topology: {nodes: 4}}\ntask:\n  name: moons\n  samples: 2147483647\n",
       "deck:4: task.samples: 2147483647 samples of 2 features need about "}};
  struct rlimit space;
  assert_int_equal(getrlimit(RLIMIT_AS, &space), 0);
  const struct rlimit less = {(rlim_t)1 << 30, space.rlim_max};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(setrlimit(RLIMIT_AS, &less), 0);
    const int code = create(cases[i].text);
    assert_int_equal(setrlimit(RLIMIT_AS, &space), 0);
    assert_int_equal(code, EPX_EINPUT);
    assert_int_equal(strncmp(epx_error_get_message(), cases[i].words, strlen(cases[i].words)), 0);
  }
#endif
}

static void designs_of_more_points_than_there_can_be_are_refused(void **state) {
  (void)state;
  static const char text[] = "task: {name: xor}\nnetwork: {family: kerr, topology: {nodes: 4}}\ndesign:\n"
                             "  method: sobol\n  points: 1073741824\n"
                             "  factors: {network.parameters.loss: {low: 0.1, high: 1}}\n";
  epx_deck *deck;
  assert_int_equal(epx_deck_read_text("deck", text, &deck), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(), "deck:5: design.points: 1073741824 is out of range"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limit_is_the_host_s_or_that_of_the_address_space),
      cmocka_unit_test(network_that_does_not_fit_is_refused_at_its_line),
      cmocka_unit_test(links_trials_and_samples_that_do_not_fit_are_refused_at_their_line),
      cmocka_unit_test(designs_of_more_points_than_there_can_be_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
