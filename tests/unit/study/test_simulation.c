/** @file
 * Simulation: the transient of one network, and that it is the network of the deck's trials.
 */
#include "study/simulation/simulation.h"

#include "io/deck/deck.h"
#include "unit/random_network.h"

typedef struct {
  epx_deck *deck;
  epx_settings *settings;
  epx_point *point;
} made;

static const char kerr[] =
    "network: {family: kerr, topology: {nodes: 5}, parameters: {kerr: 0.3, detuning: -1}}\n"
    "task: {name: xor}\n"
    "variation: [{parameter: detuning, sigma: 0.2}]\n";
static const char pulsing[] = "network:\n"
                              "  family: silicon-ring\n"
                              "  topology: {nodes: 2}\n"
                              "  parameters: {coupling: 0, detuning: 20, bias: 24.4949}\n"
                              "  inputs: {scale: 0}\n"
                              "task: {name: xor}\n";

static made create_made(const char *text) {
  made m;
  assert_int_equal(epx_deck_read_text("deck", text, &m.deck), EPX_OK);
  assert_int_equal(epx_deck_eval_settings(m.deck, NULL, 0, &m.settings), EPX_OK);
  assert_int_equal(epx_point_create(m.settings, &m.point), EPX_OK);
  return m;
}

static void destroy_made(made *m) {
  epx_point_destroy(&m->point);
  epx_settings_destroy(&m->settings);
  epx_deck_destroy(&m->deck);
}

static const epx_transient *solve(const made *m, int instance, int sample, epx_simulation **simulation,
                                  double *state) {
  const epx_transient *transient;
  assert_int_equal(epx_simulation_create(m->point, 0, instance, sample, simulation), EPX_OK);
  epx_simulation_set_start(*simulation, state);
  assert_int_equal(epx_simulation_solve(*simulation, state, &transient), EPX_OK);
  return transient;
}

static void transient_leads_from_the_start_to_the_equilibrium(void **state) {
  (void)state;
  made m = create_made(kerr);
  epx_simulation *simulation;
  double end[10], output[2];
  const epx_transient *t = solve(&m, -1, 2, &simulation, end);
  const size_t last = t->n_rows - 1;
  assert_int_equal(t->certificate.outcome, EPX_OK);
  assert_true(t->n_rows > 20 && t->n_rows <= EPX_SIMULATION_ROWS);
  assert_close(t->time[0], 0, 0);
  for (size_t k = 1; k <= last; k++)
    assert_true(t->time[k] >= t->time[k - 1]);
  for (size_t i = 0; i < 10; i++) {
    assert_close(t->state[i], 0, 0);
    assert_close(t->state[last * 10 + i], end[i], 0);
  }
  assert_true(t->residual[0] > 0.1 && t->residual[last] <= 1e-10);
  epx_simulation_eval_output(simulation, end, output);
  for (size_t k = 0; k < 2; k++) {
    const double x = end[6 + 2 * k], p = end[7 + 2 * k];
    assert_close(t->output[last * 2 + k], output[k], 0);
    assert_close(output[k], 4 * (x * x + p * p), 1e-12);
  }
  epx_simulation_destroy(&simulation);
  destroy_made(&m);
}

static void instances_and_samples_are_different_networks(void **state) {
  (void)state;
  made m = create_made(kerr);
  epx_simulation *simulation;
  double nominal[10], instance[10], again[10], sample[10];
  solve(&m, -1, 2, &simulation, nominal);
  epx_simulation_destroy(&simulation);
  solve(&m, 1, 2, &simulation, instance);
  epx_simulation_destroy(&simulation);
  solve(&m, 1, 2, &simulation, again);
  epx_simulation_destroy(&simulation);
  solve(&m, -1, 1, &simulation, sample);
  epx_simulation_destroy(&simulation);
  assert_memory_equal(instance, again, sizeof instance);
  assert_true(fabs(nominal[0] - instance[0]) > 1e-4);
  assert_true(fabs(nominal[0] - sample[0]) > 1e-4);
  assert_int_equal(epx_simulation_create(m.point, 0, -1, 4, &simulation), EPX_EINPUT);
  assert_null(simulation);
  epx_error_reset();
  destroy_made(&m);
}

static void pulse_is_told_with_its_period_and_kept_in_bounded_memory(void **state) {
  (void)state;
  made m = create_made(pulsing);
  epx_simulation *simulation;
  double end[8];
  const epx_transient *t = solve(&m, -1, 0, &simulation, end);
  assert_int_equal(t->certificate.outcome, EPX_OSCILLATES);
  assert_close(t->certificate.period, 0.09365, 0.01 * 0.09365);
  assert_true(t->n_steps > EPX_SIMULATION_ROWS && t->n_rows <= EPX_SIMULATION_ROWS);
  for (size_t k = 1; k < t->n_rows; k++)
    assert_true(t->time[k] > t->time[k - 1]);
  assert_string_equal(epx_family_get_time_unit(m.point->network->family), "us");
  assert_string_equal(epx_family_get_time_unit(epx_family_get_by_name("kerr")), "1");
  assert_string_equal(epx_simulation_get_outcome_name(t->certificate.outcome), "oscillates");
  epx_simulation_destroy(&simulation);
  destroy_made(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(transient_leads_from_the_start_to_the_equilibrium),
      cmocka_unit_test(instances_and_samples_are_different_networks),
      cmocka_unit_test(pulse_is_told_with_its_period_and_kept_in_bounded_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
