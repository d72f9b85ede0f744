/** @file
 * Random numbers: the generator is Philox, streams do not meet, the numbers have their distributions.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/numbers/random.h"

/* Origin: tests/kat_vectors of Random123 1.14, the lines "philox4x32 10". */
static void words_are_those_of_philox4x32_10(void **state) {
  (void)state;
  static const struct {
    uint32_t counter[4], key[2], words[4];
  } cases[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const epx_random stream = {{cases[i].key[0], cases[i].key[1]}};
    const uint32_t *c = cases[i].counter;
    uint32_t words[4];
    epx_random_eval_words(&stream, c[0], c[1], c[2], c[3], words);
    assert_memory_equal(words, cases[i].words, sizeof words);
  }
}

static uint64_t get_key(uint64_t seed, const char *purpose) {
  const epx_random stream = epx_random_init(seed, purpose);
  return (uint64_t)stream.key[1] << 32 | stream.key[0];
}

static void purposes_and_seeds_have_keys_of_their_own(void **state) {
  (void)state;
  static const char *const purposes[] = {
      "",       "init",           "data:split",     "variation:detuning", "training:order",
      "design", "variation:kerr", "variation:loss", "variation:a",        "variation:b",
      "sobol",  "latin-hypercube"};
  enum { N_PURPOSES = sizeof purposes / sizeof purposes[0], N_SEEDS = 50 };
  static uint64_t keys[N_PURPOSES * N_SEEDS];
  for (int i = 0; i < N_PURPOSES * N_SEEDS; i++)
    keys[i] = get_key((uint64_t)(i / N_PURPOSES), purposes[i % N_PURPOSES]);
  for (int i = 0; i < N_PURPOSES * N_SEEDS; i++) {
    for (int j = 0; j < i; j++)
      assert_true(keys[i] != keys[j]);
  }
}

static void streams_of_two_purposes_are_not_correlated(void **state) {
  (void)state;
  enum { N = 20000 };
  const epx_random a = epx_random_init(2026, "variation:detuning"),
                   b = epx_random_init(2026, "variation:loss");
  double product = 0;
  for (uint32_t i = 0; i < N; i++) {
    product += epx_random_eval_normal(&a, 0, i, 0, 0) * epx_random_eval_normal(&b, 0, i, 0, 0);
  }
  assert_true(fabs(product / N) < 5 / sqrt(N)); /* five standard errors */
}

static void each_counter_word_changes_the_number(void **state) {
  (void)state;
  const epx_random stream = epx_random_init(1, "draw");
  const double here = epx_random_eval_uniform(&stream, 5, 6, 7, 8);
  assert_true(here == epx_random_eval_uniform(&stream, 5, 6, 7, 8));
  assert_true(here != epx_random_eval_uniform(&stream, 4, 6, 7, 8));
  assert_true(here != epx_random_eval_uniform(&stream, EPX_RANDOM_ANY, 6, 7, 8));
  assert_true(here != epx_random_eval_uniform(&stream, 5, 7, 7, 8));
  assert_true(here != epx_random_eval_uniform(&stream, 5, 6, 6, 8));
  assert_true(here != epx_random_eval_uniform(&stream, 5, 6, 7, 9));
}

static void uniform_numbers_fill_the_open_interval_evenly(void **state) {
  (void)state;
  enum { N = 100000, N_BINS = 50 };
  const epx_random stream = epx_random_init(3, "uniform");
  int counts[N_BINS] = {0};
  for (uint32_t i = 0; i < N; i++) {
    const double u = epx_random_eval_uniform(&stream, 0, i, 0, 0);
    assert_true(u > 0 && u < 1);
    counts[(int)(u * N_BINS)]++;
  }
  double chi2 = 0;
  for (int i = 0; i < N_BINS; i++)
    chi2 += pow(counts[i] - N / N_BINS, 2) / (N / N_BINS);
  assert_true(chi2 <
              49 + 5 * sqrt(2 * 49)); /* mean and deviation of chi-squared with 49 degrees of freedom */
}

static void normal_numbers_have_the_moments_of_the_normal(void **state) {
  (void)state;
  enum { N = 100000 };
  static const double expected[5] = {1, 0, 1, 0, 3};
  static const double variance[5] = {0, 1, 2, 15, 96}; /* of z^k */
  const epx_random stream = epx_random_init(4, "normal");
  double sums[5] = {0};
  for (uint32_t i = 0; i < N; i++) {
    const double z = epx_random_eval_normal(&stream, 0, 0, i, 0);
    for (int k = 0; k < 5; k++)
      sums[k] += pow(z, k);
  }
  for (int k = 0; k < 5; k++)
    assert_true(fabs(sums[k] / N - expected[k]) <= 5 * sqrt(variance[k] / N));
}

static void permutation_holds_every_index_once(void **state) {
  (void)state;
  const epx_random stream = epx_random_init(5, "order");
  static const int sizes[] = {0, 1, 2, 3, 10, 1000};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    int permutation[1000], seen[1000] = {0};
    epx_random_eval_permutation(&stream, 1, 2, 3, sizes[i], permutation);
    for (int j = 0; j < sizes[i]; j++) {
      assert_in_range(permutation[j], 0, sizes[i] - 1);
      seen[permutation[j]]++;
    }
    for (int j = 0; j < sizes[i]; j++)
      assert_int_equal(seen[j], 1);
  }
}

static void all_permutations_are_equally_likely(void **state) {
  (void)state;
  enum { N = 24000, N_ORDERS = 24 };
  const epx_random stream = epx_random_init(6, "order");
  int counts[256] = {0};
  for (uint32_t i = 0; i < N; i++) {
    int p[4];
    epx_random_eval_permutation(&stream, 0, i, 0, 4, p);
    counts[p[0] + 4 * p[1] + 16 * p[2] + 64 * p[3]]++;
  }
  int n_orders = 0;
  for (int i = 0; i < 256; i++) {
    if (counts[i] == 0) continue;
    n_orders++;
    assert_in_range(counts[i], 1000 - 160, 1000 + 160); /* five standard deviations of a count of mean 1000 */
  }
  assert_int_equal(n_orders, N_ORDERS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_those_of_philox4x32_10),
      cmocka_unit_test(purposes_and_seeds_have_keys_of_their_own),
      cmocka_unit_test(streams_of_two_purposes_are_not_correlated),
      cmocka_unit_test(each_counter_word_changes_the_number),
      cmocka_unit_test(uniform_numbers_fill_the_open_interval_evenly),
      cmocka_unit_test(normal_numbers_have_the_moments_of_the_normal),
      cmocka_unit_test(permutation_holds_every_index_once),
      cmocka_unit_test(all_permutations_are_equally_likely),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
