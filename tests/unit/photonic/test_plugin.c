/** @file
 * Plugins: the example is loaded, once and for all, and trains; each fault is told by name, and kills no one.
 */
#include <stdio.h>

#include "photonic/plugin.h"
#include "unit/random_network.h"

static void example_is_loaded_and_its_field_is_its_equation(void **state) {
  (void)state;
  const epx_family *family = NULL, *again = NULL;
  assert_int_equal(epx_plugin_read(EPX_PLUGINS "/plugin_anharmonic.so", &family), EPX_OK);
  assert_string_equal(family->name, "anharmonic");
  assert_int_equal(epx_plugin_read(EPX_PLUGINS "/plugin_anharmonic.so", &again), EPX_OK);
  assert_ptr_equal(family, again);
  random_network r = create_random_network(family, 3, 1, 2, 2);
  const size_t n = (size_t)r.lanes->n_lanes;
  double *y = create_random_state(&r, "state"), *f = create_field(&r, y);
  const double *theta =
      r.theta + r.network->n_theta; /* of lane 3: instance 1, sample 1; node 0 has the input */
  const double expected = -y[3] - theta[r.network->offset[2]] * y[3] * y[3] * y[3] + theta[0] * y[n + 3] +
                          theta[1] * y[2 * n + 3] + theta[r.network->offset[1]] + 0.7 * r.features[1];
  assert_close(f[3], expected, 1e-14);
  epx_array_destroy(&y);
  epx_array_destroy(&f);
  destroy_random_network(&r);
}

static void faults_are_told_by_name(void **state) {
  (void)state;
  static const struct {
    const char *file, *said;
  } cases[] = {{"OTHER_ABI", "built for ABI"},
               {"NO_SYMBOL", "has no symbol epx_plugin_family"},
               {"NOT_A_NUMBER", "its field is nan, not a number, at node 2, component 0"},
               {"CRASHES_AT_LOAD", "crashed when it was loaded"},
               {"CRASHES_IN_FIELD", "signal 11"},
               {"EXITS", "ended the process, with status 3"},
               {"WRONG_JACOBIAN", "its Jacobian is not that of its field: dF_2/ds_0 is given as"},
               {"MISSING_MEMBER", "its struct has no eval_jacobian"},
               {"WRONG_RESPONSE", "response 0: parameter coupling and device guide are not of one site"},
               {"nothing", "cannot be loaded"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char path[512];
    const epx_family *family;
    snprintf(path, sizeof path, EPX_PLUGINS "/plugin_%s.so", cases[k].file);
    assert_int_equal(epx_plugin_read(path, &family), EPX_EINPUT);
    assert_null(family);
    if (!strstr(epx_error_get_message(), cases[k].said))
      fail_msg("'%s' does not say '%s'", epx_error_get_message(), cases[k].said);
    assert_non_null(strstr(epx_error_get_message(), cases[k].file));
    assert_null(strchr(epx_error_get_message(), '\n'));
  }
}

/** What a plugin must hold, every built-in family holds; start and field of all are finite, Jacobians true.
 */
static void built_in_families_pass_the_check(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    if (epx_plugin_check(epx_family_get(i)) != EPX_OK)
      fail_msg("%s: %s", epx_family_get(i)->name, epx_error_get_message());
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(example_is_loaded_and_its_field_is_its_equation),
      cmocka_unit_test(faults_are_told_by_name),
      cmocka_unit_test(built_in_families_pass_the_check),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
