/** @file
 * Channel: within one process, messages come whole and in their order, also when many wait or one end must;
 * over many, each rank has its part.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "parallel/channel/channel.h"

enum { N_MESSAGES = 500 };

static epx_channel *create_channel(void) {
  epx_channel *channel;
  assert_int_equal(epx_channel_create(MPI_COMM_NULL, &channel), EPX_OK);
  assert_int_equal(epx_channel_get_rank(channel), 0);
  assert_int_equal(epx_channel_get_size(channel), 1);
  return channel;
}

/* Message k has 17 k mod 1000 bytes, all k. */
static int fill(epx_message *message, int k) {
  message->kind = EPX_MESSAGE_RESULT;
  message->first = k;
  message->n_bytes = 0;
  const size_t n = (size_t)(17 * k % 1000);
  const int code = epx_message_set_capacity(message, n);
  if (code == EPX_OK && n > 0) memset(message->data, k & 0xff, n);
  message->n_bytes = n;
  return code;
}

static int written; /* how write_many ended */

static void *write_many(void *context) {
  epx_message message = {0};
  int code = EPX_OK;
  for (int k = 0; k < N_MESSAGES && code == EPX_OK; k++) {
    code = fill(&message, k);
    if (code == EPX_OK) code = epx_channel_write_to_coordinator(context, &message);
  }
  epx_message_destroy(&message);
  written = code;
  return NULL;
}

static void messages_of_a_thread_come_whole_and_in_order(void **state) {
  (void)state;
  epx_channel *channel = create_channel();
  epx_message message = {0};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, write_many, channel), 0);
  for (int k = 0; k < N_MESSAGES;) {
    bool got;
    assert_int_equal(epx_channel_read_from_worker(channel, &message, &got), EPX_OK);
    if (!got) {
      epx_channel_wait_for_worker(channel, 1);
      continue;
    }
    assert_int_equal(message.first, k);
    assert_int_equal(message.n_bytes, 17 * k % 1000);
    for (size_t i = 0; i < message.n_bytes; i++)
      assert_int_equal(message.data[i], k & 0xff);
    k++;
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(written, EPX_OK);
  epx_message_destroy(&message);
  epx_channel_destroy(&channel);
}

static void orders_reach_the_worker_of_rank_0(void **state) {
  (void)state;
  epx_channel *channel = create_channel();
  epx_message message = {.kind = EPX_MESSAGE_UNIT, .first = 7, .count = 3};
  bool got;
  assert_int_equal(epx_channel_read_from_coordinator(channel, 0, &message, &got), EPX_OK);
  assert_false(got);
  assert_int_equal(epx_channel_write_to_worker(channel, &message), EPX_OK);
  epx_message received = {0};
  assert_int_equal(epx_channel_read_from_coordinator(channel, 10, &received, &got), EPX_OK);
  assert_true(got);
  assert_int_equal(received.kind, EPX_MESSAGE_UNIT);
  assert_int_equal(received.first, 7);
  assert_int_equal(received.count, 3);
  epx_message_destroy(&received);
  epx_channel_destroy(&channel);
}

static void waiting_ends_without_a_message(void **state) {
  (void)state;
  epx_channel *channel = create_channel();
  epx_message message = {0};
  bool got;
  const time_t start = time(NULL);
  assert_int_equal(epx_channel_read_from_coordinator(channel, 0.05, &message, &got), EPX_OK);
  epx_channel_wait_for_worker(channel, 0.05);
  assert_false(got);
  assert_true(difftime(time(NULL), start) < 5);
  epx_channel_destroy(&channel);
}

static void one_rank_agrees_with_itself(void **state) {
  (void)state;
  epx_channel *channel = create_channel();
  int least = 3;
  assert_int_equal(epx_channel_merge_codes(channel, EPX_OK), EPX_OK);
  assert_int_equal(epx_channel_merge_codes(channel, EPX_EBUSY), EPX_EBUSY);
  assert_int_equal(epx_channel_merge_least(channel, &least), EPX_OK);
  assert_int_equal(least, 3);
  epx_channel_destroy(&channel);
  assert_null(channel);
}

/* Every rank has one part: rank 0, relays, workers; and who passes a worker's messages on has few others. */
static void every_worker_has_one_who_listens_to_few(void **state) {
  (void)state;
  static const int groups[] = {0, 1, 2, 3, 7, 1000};
  for (int n = 1; n <= 5000; n += n < 100 ? 1 : 613)
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
      const epx_channel_layout layout = epx_channel_eval_layout(n, groups[g]);
      const int apart = n > 2, group = groups[g] == 1 ? 2 : groups[g];
      assert_int_equal(apart + layout.n_relays + layout.n_workers, n);
      assert_int_equal(layout.first_worker, apart + layout.n_relays);
      assert_true(layout.n_workers > 0);
      assert_int_equal(layout.n_relays > 0, group > 0 && n > 2 && n - 1 > group);
      int least = n, most = 0;
      for (int w = layout.first_worker, last = 0, count = 0; w < n; w++) {
        const int relay = epx_channel_eval_relay(&layout, w);
        if (layout.n_relays == 0) {
          assert_int_equal(relay, 0);
          continue;
        }
        assert_true(relay == last || relay == last + 1);
        count = relay == last ? count + 1 : 1;
        last = relay;
        if (count > most) most = count;
        if (w == n - 1 || epx_channel_eval_relay(&layout, w + 1) != relay)
          least = count < least ? count : least;
        if (w == n - 1) assert_int_equal(relay, layout.n_relays);
      }
      if (layout.n_relays > 0) assert_true(most <= group && most - least <= 1);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages_of_a_thread_come_whole_and_in_order),
      cmocka_unit_test(orders_reach_the_worker_of_rank_0),
      cmocka_unit_test(waiting_ends_without_a_message),
      cmocka_unit_test(one_rank_agrees_with_itself),
      cmocka_unit_test(every_worker_has_one_who_listens_to_few),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
