/** @file
 * Bundle: messages come out whole and in the order in which they went in; bytes that end within a message are
 * refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parallel/channel/bundle.h"

enum { N_MESSAGES = 200 };

/* Message k, of 13 k mod 301 bytes. */
static size_t get_size(int k) {
  return (size_t)(13 * k % 301);
}

static void fill(epx_message *message, int k) {
  message->n_bytes = 0;
  assert_int_equal(epx_message_set_capacity(message, get_size(k) + 1), EPX_OK);
  memset(message->data, k & 0xff, get_size(k));
  message->n_bytes = get_size(k);
  message->kind = k % 2 ? EPX_MESSAGE_RESULT : EPX_MESSAGE_UNIT;
  message->worker = 1000 + k;
  message->code = -k;
  message->first = (int64_t)k << 33;
  message->count = 1 + k;
}

static void check(const epx_message *message, int k) {
  assert_int_equal(message->kind, k % 2 ? EPX_MESSAGE_RESULT : EPX_MESSAGE_UNIT);
  assert_int_equal(message->worker, 1000 + k);
  assert_int_equal(message->code, -k);
  assert_true(message->first == (int64_t)k << 33);
  assert_int_equal(message->count, 1 + k);
  assert_int_equal(message->n_bytes, get_size(k));
  for (size_t i = 0; i < message->n_bytes; i++)
    assert_int_equal(message->data[i], k & 0xff);
}

static void messages_come_out_as_they_went_in(void **state) {
  (void)state;
  epx_bundle bundle = {0}, wire = {0};
  epx_message message = {0};
  bool got;
  for (int round = 0; round < 3; round++) {
    for (int k = 0; k < N_MESSAGES; k++) {
      fill(&message, k);
      assert_int_equal(epx_bundle_write(&bundle, &message), EPX_OK);
    }
    /* As over a wire. */
    assert_int_equal(epx_bundle_set_size(&wire, bundle.n_bytes), EPX_OK);
    memcpy(wire.bytes, bundle.bytes, bundle.n_bytes);
    assert_int_equal(epx_bundle_set_size(&bundle, 0), EPX_OK);
    assert_true(epx_bundle_is_empty(&bundle));
    for (int k = 0; k < N_MESSAGES; k++) {
      assert_false(epx_bundle_is_empty(&wire));
      assert_int_equal(epx_bundle_read(&wire, &message, &got), EPX_OK);
      assert_true(got);
      check(&message, k);
    }
    assert_true(epx_bundle_is_empty(&wire));
    assert_int_equal(epx_bundle_read(&wire, &message, &got), EPX_OK);
    assert_false(got);
  }
  epx_message_destroy(&message);
  epx_bundle_destroy(&bundle);
  epx_bundle_destroy(&wire);
}

static void what_is_written_after_reading_comes_next(void **state) {
  (void)state;
  epx_bundle bundle = {0};
  epx_message message = {0};
  bool got;
  int written = 0, read = 0;
  for (int step = 0; step < 50; step++) {
    for (int k = 0; k < step % 4; k++) {
      fill(&message, written++);
      assert_int_equal(epx_bundle_write(&bundle, &message), EPX_OK);
    }
    for (int k = 0; k < 2; k++) {
      assert_int_equal(epx_bundle_read(&bundle, &message, &got), EPX_OK);
      assert_int_equal(got, read < written);
      if (got) check(&message, read++);
    }
  }
  assert_true(read > 40);
  epx_message_destroy(&message);
  epx_bundle_destroy(&bundle);
}

static void bytes_that_end_within_a_message_are_refused(void **state) {
  (void)state;
  epx_bundle bundle = {0};
  epx_message message = {0};
  bool got;
  fill(&message, 3);
  assert_int_equal(epx_bundle_write(&bundle, &message), EPX_OK);
  for (size_t n = 1; n < bundle.n_bytes; n++) {
    epx_bundle cut = {.bytes = bundle.bytes, .n_bytes = n};
    assert_int_equal(epx_bundle_read(&cut, &message, &got), EPX_EMPI);
    assert_non_null(strstr(epx_error_get_message(), "bytes"));
    epx_error_reset();
  }
  message.n_bytes = (size_t)1 << 31;
  assert_int_equal(epx_bundle_write(&bundle, &message), EPX_EMPI);
  epx_error_reset();
  epx_message_destroy(&message);
  epx_bundle_destroy(&bundle);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(messages_come_out_as_they_went_in),
      cmocka_unit_test(what_is_written_after_reading_comes_next),
      cmocka_unit_test(bytes_that_end_within_a_message_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
