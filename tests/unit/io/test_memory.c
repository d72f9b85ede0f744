/** @file
 * Memory: what does not fit is refused by name, at its line, before it is made.
 */
#include "io/memory.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(limit_is_the_host_s_or_that_of_the_address_space),
      cmocka_unit_test(network_that_does_not_fit_is_refused_at_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
