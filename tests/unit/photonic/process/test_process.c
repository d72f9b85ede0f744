/** @file
 * Process: each term of the hierarchy does what it says, draws belong to what they are of, and what cannot be
 * is refused.
 */
#include "photonic/process/process.h"
#include "unit/chip.h"

enum { MANY = 120 };

static void offsets_are_shared_by_their_lot_wafer_or_die(void **state) {
  (void)state;
  static const struct {
    double lot, wafer, die;
    int same_die, same_wafer, same_lot; /* two devices; two dies; two wafers of a lot */
  } cases[] = {{1e-9, 0, 0, 1, 1, 1}, {0, 1e-9, 0, 1, 1, 0}, {0, 0, 1e-9, 1, 0, 0}};
  chip c = create_chip(4, 2, 1e-3);
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    epx_process_terms *t = &c.spec.terms[EPX_DEVIATION_GAP];
    t->lot = cases[k].lot;
    t->wafer = cases[k].wafer;
    t->die = cases[k].die;
    make(&c);
    const uint32_t n_dies = (uint32_t)epx_process_get_wafer(c.process)->n_dies;
    double one[EPX_DEVIATION_COUNT * 4], die[EPX_DEVIATION_COUNT * 4], wafer[EPX_DEVIATION_COUNT * 4];
    draw(&c, 0, one);
    draw(&c, 1, die);
    draw(&c, n_dies, wafer);
    const int at = EPX_DEVIATION_GAP * 4;
    assert_true(one[at] != 0);
    assert_int_equal(one[at] == one[at + 3], cases[k].same_die);
    assert_int_equal(one[at] == die[at], cases[k].same_wafer);
    assert_int_equal(one[at] == wafer[at], cases[k].same_lot);
    assert_close(one[EPX_DEVIATION_WIDTH * 4], 0, 0);
  }
  destroy_chip(&c);
}

static void offset_has_the_sigma_asked_for(void **state) {
  (void)state;
  chip c = create_chip(1, 1, 1e-3);
  c.spec.terms[EPX_DEVIATION_LOSS].die = 0.15;
  make(&c);
  const int n = 4000;
  double sum = 0, squares = 0, x[EPX_DEVIATION_COUNT];
  for (int i = 0; i < n; i++) {
    draw(&c, (uint32_t)i, x);
    sum += x[EPX_DEVIATION_LOSS];
    squares += x[EPX_DEVIATION_LOSS] * x[EPX_DEVIATION_LOSS];
  }
  assert_close(sum / n, 0, 4 * 0.15 / sqrt(n));
  assert_close(squares / n, 0.15 * 0.15, 4 * 0.15 * 0.15 * sqrt(2.0 / n));
  destroy_chip(&c);
}

static void radial_term_and_tilt_are_those_of_the_wafer(void **state) {
  (void)state;
  chip c = create_chip(4, 2, 2e-3);
  epx_process_terms *t = &c.spec.terms[EPX_DEVIATION_THICKNESS];
  t->radial[1] = -4e-9;
  t->radial[3] = 1e-9;
  t->tilt_x = 0.5e-9;
  make(&c);
  const epx_wafer *wafer = epx_process_get_wafer(c.process);
  for (uint32_t i = 0; i < (uint32_t)wafer->n_dies; i += 37) {
    double x[EPX_DEVIATION_COUNT * 4];
    draw(&c, i, x);
    for (int d = 0; d < 4; d++) {
      double u, v;
      epx_wafer_eval_position(wafer, (int)i, &c.placement->devices[d], &u, &v);
      const double r = hypot(u, v) / 0.05;
      assert_close(x[EPX_DEVIATION_THICKNESS * 4 + d],
                   -4e-9 * r * r + 1e-9 * r * r * r * r + 0.5e-9 * u / 0.05, 1e-20);
    }
  }
  destroy_chip(&c);
}

static void systematic_map_repeats_with_the_reticle(void **state) {
  (void)state;
  chip c = create_chip(4, 2, 1e-3);
  c.spec.wafer.reticle_columns = 2;
  c.spec.wafer.reticle_rows = 3;
  epx_process_terms *t = &c.spec.terms[EPX_DEVIATION_WIDTH];
  t->systematic = 2e-9;
  t->systematic_kernel = gaussian;
  make(&c);
  const epx_wafer *wafer = epx_process_get_wafer(c.process);
  double first[EPX_DEVIATION_COUNT * 4], x[EPX_DEVIATION_COUNT * 4];
  draw(&c, 0, first);
  int n_equal = 0;
  for (int i = 0; i < wafer->n_dies; i++) {
    draw(&c, (uint32_t)(i + 5 * wafer->n_dies), x);
    const int same = (wafer->dies[i].column - wafer->dies[0].column) % 2 == 0 &&
                     (wafer->dies[i].row - wafer->dies[0].row) % 3 == 0;
    assert_int_equal(memcmp(x, first, sizeof x) == 0, same);
    n_equal += same;
  }
  assert_in_range(n_equal, wafer->n_dies / 6 - 8, wafer->n_dies / 6 + 8);
  assert_true(first[0] != first[3]);
  destroy_chip(&c);
}

static void white_mismatch_shrinks_with_the_length(void **state) {
  (void)state;
  chip c = create_chip(MANY, 12, 100e-6);
  c.spec.terms[EPX_DEVIATION_WIDTH].white = 1e-9;
  c.spec.terms[EPX_DEVIATION_WIDTH].white_length = 10e-6;
  make(&c);
  double x[EPX_DEVIATION_COUNT * MANY], squares = 0;
  for (uint32_t i = 0; i < 20; i++) {
    draw(&c, i, x);
    for (int d = 0; d < MANY; d++)
      squares += x[d] * x[d];
  }
  const double n = 20 * MANY, variance = 1e-18 * 10 / (2 * 3.14159265358979323846 * 10);
  assert_close(squares / n, variance, 4 * variance * sqrt(2 / n));
  destroy_chip(&c);
}

static void any_chip_can_be_drawn_alone_and_in_any_order(void **state) {
  (void)state;
  for (int sampler = 0; sampler < 2; sampler++) {
    chip c = create_chip(30, 6, 0.8e-3);
    assert_int_equal(epx_process_set_preset("siepic", &c.spec), EPX_OK);
    c.spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    c.spec.terms[EPX_DEVIATION_LOSS].white = 0.1;
    c.spec.correlation = 0.3;
    make(&c);
    double all[6][EPX_DEVIATION_COUNT * 30], alone[EPX_DEVIATION_COUNT * 30];
    static const uint32_t instances[] = {3, 250, 700, 4, 701, 251};
    for (int i = 0; i < 6; i++)
      draw(&c, instances[i], all[i]);
    for (int i = 5; i >= 0; i--) {
      make(&c);
      draw(&c, instances[i], alone);
      assert_memory_equal(alone, all[i], sizeof alone);
    }
    epx_process_eval(c.process, 1, instances[0], alone);
    assert_memory_not_equal(alone, all[0], sizeof alone);
    c.spec.seed++;
    make(&c);
    draw(&c, instances[0], alone);
    assert_memory_not_equal(alone, all[0], sizeof alone);
    destroy_chip(&c);
  }
}

static epx_origin get_place(const chip *c, uint32_t i_instance) {
  return epx_process_eval_origin(c->process, EPX_RANDOM_ANY, i_instance);
}

/* 2,000 instances: lots and wafers of their own, dies over the wafer evenly (chi-square below its 99.9 %). */
static void instances_of_the_process_share_no_lot_and_lie_on_random_dies(void **state) {
  (void)state;
  chip c = create_chip(2, 2, 1e-3);
  c.spec.sampling = (epx_sampling){.kind = EPX_SAMPLING_PROCESS};
  make(&c);
  const int n = epx_process_get_wafer(c.process)->n_dies;
  int counts[1000] = {0};
  double square = 0;
  for (uint32_t i = 0; i < 2000; i++) {
    const epx_origin from = get_place(&c, i);
    assert_true(from.lot == i && from.wafer == i && (int)from.die < n);
    counts[from.die]++;
  }
  for (int d = 0; d < n; d++)
    square += (counts[d] - 2000.0 / n) * (counts[d] - 2000.0 / n) / (2000.0 / n);
  assert_true(fabs(square - (n - 1)) < 3.3 * sqrt(2.0 * (n - 1)));
  destroy_chip(&c);
}

static void nested_instances_go_round_the_lots_and_take_no_die_twice(void **state) {
  (void)state;
  chip c = create_chip(2, 2, 1e-3);
  c.spec.sampling = (epx_sampling){EPX_SAMPLING_NESTED, 3, 2};
  make(&c);
  const uint32_t n = (uint32_t)epx_process_get_wafer(c.process)->n_dies;
  static bool taken[6][1000];
  for (uint32_t i = 0; i < 6 * n; i++) {
    const epx_origin from = get_place(&c, i);
    assert_true(from.lot == i % 3 && from.wafer / 2 == from.lot && from.die < n);
    assert_false(taken[from.wafer][from.die]);
    taken[from.wafer][from.die] = true;
  }
  const epx_origin beyond = get_place(&c, EPX_PROCESS_BEYOND + 5);
  assert_true(beyond.lot == EPX_PROCESS_BEYOND + 5 && beyond.die < n);
  destroy_chip(&c);
}

/* The order is the seed's: neither the rows' nor that of another seed; all dies once. */
static void dies_of_one_wafer_come_in_an_order_drawn_for_it(void **state) {
  (void)state;
  chip c = create_chip(2, 2, 1e-3);
  make(&c);
  const uint32_t n = (uint32_t)epx_process_get_wafer(c.process)->n_dies;
  static uint32_t order[1000];
  static bool taken[1000];
  uint32_t n_in_place = 0, n_alike = 0;
  for (uint32_t i = 0; i < n; i++) {
    order[i] = get_place(&c, i).die;
    assert_int_equal(get_place(&c, i).wafer, 0);
    assert_false(taken[order[i]]);
    taken[order[i]] = true;
    n_in_place += order[i] == i;
  }
  c.spec.seed++;
  make(&c);
  for (uint32_t i = 0; i < n; i++)
    n_alike += get_place(&c, i).die == order[i];
  assert_true(n_in_place < 8 && n_alike < 8);
  destroy_chip(&c);
}

/* Where no wafer is shared, the wafer's sampler draws at the devices: the same numbers. */
static void samplers_agree_where_no_wafer_is_shared(void **state) {
  (void)state;
  double at[2][EPX_DEVIATION_COUNT * 6];
  for (int sampler = 0; sampler < 2; sampler++) {
    chip c = create_chip(6, 3, 1e-3);
    assert_int_equal(epx_process_set_preset("siepic", &c.spec), EPX_OK);
    c.spec.sampling = (epx_sampling){.kind = EPX_SAMPLING_PROCESS};
    c.spec.sampler = sampler ? EPX_SAMPLE_WAFER : EPX_SAMPLE_DEVICES;
    make(&c);
    epx_process_eval(c.process, EPX_RANDOM_ANY, 11, at[sampler]);
    destroy_chip(&c);
  }
  assert_memory_equal(at[0], at[1], sizeof at[0]);
}

static void term_switched_off_leaves_the_others_as_they_are(void **state) {
  (void)state;
  chip c = create_chip(3, 3, 1e-3);
  epx_process_terms *t = &c.spec.terms[EPX_DEVIATION_WIDTH];
  *t = (epx_process_terms){.lot = 1,
                           .wafer = 1,
                           .die = 1,
                           .radial = {1},
                           .systematic = 1,
                           .systematic_kernel = gaussian,
                           .local = 1,
                           .local_kernel = gaussian,
                           .white = 1};
  make(&c);
  double all[EPX_DEVIATION_COUNT * 3], sum[3] = {0}, x[EPX_DEVIATION_COUNT * 3];
  draw(&c, 9, all);
  for (int term = 0; term < EPX_TERM_COUNT; term++) {
    c.spec.off = ((1u << EPX_TERM_COUNT) - 1) & ~(1u << term);
    make(&c);
    draw(&c, 9, x);
    for (int d = 0; d < 3; d++) {
      assert_true(x[d] != 0);
      sum[d] += x[d];
    }
  }
  for (int d = 0; d < 3; d++)
    assert_close(sum[d], all[d], 1e-12);
  destroy_chip(&c);
}

static void descriptions_that_cannot_be_are_refused(void **state) {
  (void)state;
  static const double distance[] = {0, 1e-3, 1.1e-3, 9e-3}, value[] = {1, 0.9, -0.9, 0};
  const epx_correlation no_kernel = {EPX_CORRELATION_TABLE, 0, 4, distance, value};
  chip c = create_chip(20, 5, 0.5e-3);
  epx_process_terms *width = &c.spec.terms[EPX_DEVIATION_WIDTH],
                    *thickness = &c.spec.terms[EPX_DEVIATION_THICKNESS];
  epx_process *p = NULL;
  width->die = -1;
  assert_refused(epx_process_create(&c.spec, &p), "die of width is -1");
  *width = (epx_process_terms){.local = 1e-9, .local_kernel = {.kind = EPX_CORRELATION_GAUSSIAN}};
  assert_refused(epx_process_create(&c.spec, &p), "length of the kernel gaussian is 0");
  width->local_kernel = no_kernel;
  assert_refused(epx_process_create(&c.spec, &p),
                 "local field of width: the covariance is not positive definite");
  c.spec.sampler = EPX_SAMPLE_WAFER;
  assert_refused(epx_process_create(&c.spec, &p), "local field of width: the kernel table clips");
  width->local_kernel = (epx_correlation){.kind = EPX_CORRELATION_GAUSSIAN, .length = 0.2};
  assert_refused(epx_process_create(&c.spec, &p), "more padding");
  c.spec.sampler = EPX_SAMPLE_DEVICES;
  width->local_kernel = gaussian;
  c.spec.correlation = 1.5;
  assert_refused(epx_process_create(&c.spec, &p), "from -1 to 1");
  c.spec.correlation = 0.5;
  *thickness =
      (epx_process_terms){.local = 1e-9, .local_kernel = {.kind = EPX_CORRELATION_MATERN, .length = 1e-3}};
  assert_refused(epx_process_create(&c.spec, &p), "equal kernels");
  *thickness = (epx_process_terms){.local = 1e-9,
                                   .local_kernel = {.kind = EPX_CORRELATION_RANDOM_WALK, .length = 0.1}};
  assert_refused(epx_process_create(&c.spec, &p), "takes a slope");
  *thickness = (epx_process_terms){.tilt_x = NAN};
  assert_refused(epx_process_create(&c.spec, &p), "radial or tilt of thickness");
  *thickness = (epx_process_terms){.systematic = 1,
                                   .systematic_kernel = {.kind = EPX_CORRELATION_RANDOM_WALK, .length = 1}};
  assert_refused(epx_process_create(&c.spec, &p), "a random walk is a local field");
  *thickness = (epx_process_terms){.lot = 0};
  c.spec.padding = 0.5;
  assert_refused(epx_process_create(&c.spec, &p), "padding is 0.5");
  c.spec.padding = 2;
  c.placement->devices[3].x = 1;
  assert_refused(epx_process_create(&c.spec, &p), "device '3'");
  c.spec.placement = NULL;
  assert_refused(epx_process_create(&c.spec, &p), "no placement");
  assert_refused(epx_process_set_preset("perfect", &c.spec), "none, siepic");
  epx_process_sampler sampler;
  assert_refused(epx_process_get_sampler("grid", &sampler), "devices or wafer");
  assert_null(p);
  destroy_chip(&c);
}

static void words_and_presets_are_known(void **state) {
  (void)state;
  chip c = create_chip(3, 3, 1e-3);
  for (int i = 0; epx_process_get_preset(i); i++) {
    assert_int_equal(epx_process_set_preset(epx_process_get_preset(i)->name, &c.spec), EPX_OK);
    make(&c);
    assert_int_equal(epx_process_get_n_devices(c.process), 3);
    assert_close(epx_process_get_clipped(c.process, EPX_DEVIATION_WIDTH), 0, 0);
  }
  for (int term = 0; term < EPX_TERM_COUNT; term++) {
    assert_true(strlen(epx_process_get_term_name((epx_process_term)term)) > 0);
    assert_true(strlen(epx_process_get_term_meaning((epx_process_term)term)) > 0);
  }
  assert_int_equal(epx_process_set_preset("siepic", &c.spec), EPX_OK);
  assert_int_equal(epx_process_get_sampler("wafer", &c.spec.sampler), EPX_OK);
  make(&c);
  assert_in_range(epx_process_get_clipped(c.process, EPX_DEVIATION_WIDTH) * 1e12, 0, 1);
  destroy_chip(&c);
}

/** Corners: three sigma of all random terms together, the same for all devices; what a process lacks is named. */
static void corners_are_fixed_and_named(void **state) {
  (void)state;
  epx_process_spec spec;
  epx_placement *placement = NULL;
  epx_process *process = NULL;
  epx_process_init(&spec);
  assert_int_equal(epx_process_set_preset("siepic", &spec), EPX_OK);
  const double width = sqrt(5e-9 * 5e-9 + 5e-9 * 5e-9), thickness = sqrt(3e-9 * 3e-9 + 2e-9 * 2e-9);
  assert_int_equal(epx_process_set_corner(EPX_CORNER_FAST, 3, &spec), EPX_OK);
  assert_int_equal(epx_placement_create_grid(4, 2, 100e-6, 1e-3, 1e-3, 0, &placement), EPX_OK);
  spec.placement = placement;
  assert_int_equal(epx_process_create(&spec, &process), EPX_OK);
  for (uint32_t instance = 0; instance < 3; instance++) {
    double deviation[EPX_DEVIATION_COUNT * 4];
    epx_process_eval(process, 0, instance, deviation);
    for (int d = 0; d < 4; d++) {
      assert_close(deviation[EPX_DEVIATION_WIDTH * 4 + d], -3 * width, 1e-21);
      assert_close(deviation[EPX_DEVIATION_THICKNESS * 4 + d], -3 * thickness, 1e-21);
    }
  }
  epx_process_destroy(&process);
  epx_placement_destroy(&placement);
  epx_process_init(&spec);
  spec.terms[EPX_DEVIATION_WIDTH].die = 1e-9;
  assert_int_equal(epx_process_set_corner(EPX_CORNER_THICK, 3, &spec), EPX_EINPUT);
  assert_non_null(strstr(epx_error_get_message(),
                         "thick, but thickness does not vary in this process; it has the corners typical"));
  assert_int_equal(epx_process_set_corner(EPX_CORNER_TYPICAL, 3, &spec), EPX_OK);
  for (int i = 0; epx_process_get_preset(i); i++) {
    const epx_process_preset *preset = epx_process_get_preset(i);
    assert_int_equal(*preset->source != 0, *preset->date != 0 && *preset->fitted != 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(offsets_are_shared_by_their_lot_wafer_or_die),
      cmocka_unit_test(offset_has_the_sigma_asked_for),
      cmocka_unit_test(radial_term_and_tilt_are_those_of_the_wafer),
      cmocka_unit_test(systematic_map_repeats_with_the_reticle),
      cmocka_unit_test(white_mismatch_shrinks_with_the_length),
      cmocka_unit_test(any_chip_can_be_drawn_alone_and_in_any_order),
      cmocka_unit_test(instances_of_the_process_share_no_lot_and_lie_on_random_dies),
      cmocka_unit_test(nested_instances_go_round_the_lots_and_take_no_die_twice),
      cmocka_unit_test(dies_of_one_wafer_come_in_an_order_drawn_for_it),
      cmocka_unit_test(samplers_agree_where_no_wafer_is_shared),
      cmocka_unit_test(term_switched_off_leaves_the_others_as_they_are),
      cmocka_unit_test(descriptions_that_cannot_be_are_refused),
      cmocka_unit_test(words_and_presets_are_known),
      cmocka_unit_test(corners_are_fixed_and_named),
  };
  return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
