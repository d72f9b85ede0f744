/** @file
 * Fabrication: deviations reach the parameters they should, by the amounts of the ring, and remedies undo
 * them.
 */
#include "photonic/fabrication/fabrication.h"
#include "unit/random_network.h"

enum { N = 6 };

#define assert_says(call, part)                                                                              \
  do {                                                                                                       \
    assert_int_equal((call), EPX_EINPUT);                                                                    \
    assert_non_null(strstr(epx_error_get_message(), (part)));                                                \
  } while (0)

typedef struct {
  random_network network;
  epx_placement *placement;
  epx_fabrication_spec spec;
  epx_fabrication *fabrication;
} factory;

static factory create_factory(const char *family) {
  factory f = {.network = create_random_network(epx_family_get_by_name(family), N, 2, 1, 1)};
  assert_int_equal(epx_placement_create_grid(N, 3, 60e-6, 100e-6, 100e-6, 10e-6, &f.placement), EPX_OK);
  epx_ring_init(EPX_SILICON, &f.spec.ring);
  epx_process_init(&f.spec.process);
  epx_device_init(&epx_trim_device, &f.spec.trim);
  epx_device_init(&epx_heater_device, &f.spec.heater);
  f.spec.process.placement = f.placement;
  f.spec.process.seed = 3;
  return f;
}

static void make(factory *f) {
  epx_fabrication_destroy(&f->fabrication);
  assert_int_equal(epx_fabrication_create(&f->spec, f->network.network, f->network.theta, &f->fabrication),
                   EPX_OK);
}

static void destroy_factory(factory *f) {
  epx_fabrication_destroy(&f->fabrication);
  epx_placement_destroy(&f->placement);
  destroy_random_network(&f->network);
}

/** Creates the parameters of an instance. */
static double *create_instance(factory *f, uint32_t i_instance, epx_heating_report *report) {
  double *theta = create_numbers(f->network.network->n_theta);
  memcpy(theta, f->network.theta, f->network.network->n_theta * sizeof *theta);
  assert_int_equal(epx_fabrication_eval(f->fabrication, EPX_RANDOM_ANY, i_instance, theta, report), EPX_OK);
  return theta;
}

static size_t get_offset(const factory *f, const char *name) {
  return f->network.network->offset[epx_family_get_parameter(f->network.network->family, name)];
}

/** A die whose layer is 1 nm too thick: all resonances 1.38 nm redder, nothing else changed. */
static void thickness_moves_all_detunings_alike(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].die = 1e-9;
  make(&f);
  double *theta = create_instance(&f, 5, NULL);
  const epx_ring *ring = epx_fabrication_get_ring(f.fabrication);
  const double shift = epx_fabrication_get_shifts(f.fabrication)[0];
  const double step =
      ring->frequency * shift / f.spec.ring.wavelength / epx_fabrication_get_rate(f.fabrication);
  assert_true(fabs(step) > 1);
  for (size_t k = 0; k < f.network.network->n_theta; k++) {
    const bool detuning = k >= get_offset(&f, "detuning") && k < get_offset(&f, "detuning") + N;
    assert_close(theta[k] - f.network.theta[k], detuning ? step : 0, 1e-9 * fabs(step));
  }
  epx_array_destroy(&theta);
  destroy_factory(&f);
}

/** The unit of rates makes the ring's loss the sum of node 0's. A bus with a parameter of its own is no part of
 * `loss`; the last node has none. */
static void loss_follows_its_lognormal_deviation(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  f.spec.process.terms[EPX_DEVIATION_LOSS].white = 0.3;
  const size_t coupling_loss = get_offset(&f, "coupling_loss");
  f.network.theta[coupling_loss + N - 1] = 0;
  make(&f);
  const epx_ring *ring = epx_fabrication_get_ring(f.fabrication);
  const double total = f.network.theta[get_offset(&f, "loss")] + f.network.theta[coupling_loss];
  assert_true(f.network.theta[coupling_loss] > 0);
  assert_close(epx_fabrication_get_rate(f.fabrication) * total, ring->loss_rate, 1e-9 * ring->loss_rate);
  double *theta = create_instance(&f, 0, NULL);
  double deviation[EPX_DEVIATION_COUNT * N];
  epx_process *process = NULL;
  assert_int_equal(epx_process_create(&f.spec.process, &process), EPX_OK);
  epx_process_eval(process, EPX_RANDOM_ANY, 0, deviation);
  for (size_t i = 0; i < N; i++) {
    const double bus = i == N - 1 ? ring->coupling_rate : 0;
    const double factor = (ring->intrinsic_rate * exp(deviation[EPX_DEVIATION_LOSS * N + i]) + bus) /
                          (ring->intrinsic_rate + bus);
    const size_t at = get_offset(&f, "loss") + i;
    assert_close(theta[at], f.network.theta[at] * factor, 1e-12);
  }
  epx_process_destroy(&process);
  epx_array_destroy(&theta);
  destroy_factory(&f);
}

/** Gaps 10 nm wider everywhere: all couplings weaker by one factor, exp(-decay 10 nm). */
static void gap_weakens_couplings(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  f.spec.process.terms[EPX_DEVIATION_GAP].lot = 10e-9;
  make(&f);
  double *theta = create_instance(&f, 2, NULL), deviation[EPX_DEVIATION_COUNT * N];
  epx_process *process = NULL;
  assert_int_equal(epx_process_create(&f.spec.process, &process), EPX_OK);
  epx_process_eval(process, EPX_RANDOM_ANY, 2, deviation);
  const double factor =
      exp(-epx_fabrication_get_ring(f.fabrication)->decay * deviation[EPX_DEVIATION_GAP * N]);
  for (size_t l = 0; l < f.network.network->topology->n_links; l++) {
    const size_t at = get_offset(&f, "coupling") + l;
    assert_close(theta[at], f.network.theta[at] * factor, 1e-12);
  }
  epx_process_destroy(&process);
  epx_array_destroy(&theta);
  destroy_factory(&f);
}

static double eval_spread(const factory *f, const double *theta) {
  const size_t at = get_offset(f, "detuning");
  double largest = 0;
  for (size_t i = 0; i < N; i++)
    largest = fmax(largest, fabs(theta[at + i] - f->network.theta[at + i]));
  return largest;
}

static void remedies_bring_the_detunings_back(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  assert_int_equal(epx_process_set_preset("siepic", &f.spec.process), EPX_OK);
  f.spec.process.terms[EPX_DEVIATION_WIDTH].white = 1e-9;
  f.spec.process.off = 1u << EPX_TERM_WAFER;
  f.spec.trim.range = 30e-9;
  double spread[5];
  epx_heating_report report = {0};
  for (int step = 0; step < 5; step++) {
    f.spec.laser = step >= 1 ? EPX_LASER_MEAN : EPX_LASER_FIXED;
    f.spec.trims = step >= 2;
    f.spec.heats = step >= 3;
    if (step >= 3) f.spec.laser = EPX_LASER_REDDEST;
    f.spec.crosstalk = f.spec.compensated = step == 4;
    make(&f);
    double *theta = create_instance(&f, 1, &report);
    spread[step] = eval_spread(&f, theta);
    epx_array_destroy(&theta);
    assert_int_equal(report.total > 0, step >= 3);
  }
  assert_true(spread[1] < spread[0]);       /* the laser takes what all rings share */
  assert_true(spread[2] < 0.2 * spread[1]); /* trimming leaves 50 pm */
  assert_close(spread[3], 0, 1e-9);
  assert_close(spread[4], 0, 1e-3);
  destroy_factory(&f);
}

/** Resonances repeat: 3 spectral ranges more of a die's thickness change nothing, and no ring is further from
 * the design than half a range, so that trimming by that reaches all. */
static void the_nearest_resonance_is_the_one_in_use(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].white = 10e-9;
  make(&f);
  const epx_ring *ring = epx_fabrication_get_ring(f.fabrication);
  const double half = ring->spectral_range / 2;
  double farthest = 0;
  double *theta = create_instance(&f, 2, NULL);
  for (int i = 0; i < N; i++) {
    const double drawn = epx_fabrication_get_drawn_shifts(f.fabrication)[i],
                 used = epx_fabrication_get_shifts(f.fabrication)[i], turns = (drawn - used) / (2 * half);
    assert_true(fabs(used) <= half);
    assert_close(turns, round(turns), 1e-9);
    farthest = fmax(farthest, fabs(drawn));
  }
  assert_true(farthest > half);
  epx_array_destroy(&theta);
  f.spec.trims = true;
  f.spec.trim = (epx_trim){.range = half, .residual = 0};
  make(&f);
  theta = create_instance(&f, 2, NULL);
  for (int i = 0; i < N; i++)
    assert_close(epx_fabrication_get_shifts(f.fabrication)[i], 0, 1e-18);
  epx_array_destroy(&theta);
  destroy_factory(&f);
}

/** Many dies, moved by tens of nanometres each, of rings that differ by picometres: wherever a chip comes to
 * stand between two resonances, the laser finds it, and its rings differ from it as they do from each other. */
static void a_laser_that_follows_does_not_tear_a_chip_in_two(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  f.spec.laser = EPX_LASER_MEAN;
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].die = 20e-9;
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].white = 0.05e-9;
  make(&f);
  const epx_ring *ring = epx_fabrication_get_ring(f.fabrication);
  const double step = ring->frequency / f.spec.ring.wavelength / epx_fabrication_get_rate(f.fabrication);
  int n_wrapped = 0;
  for (uint32_t die = 0; die < 200; die++) {
    double *theta = create_instance(&f, die, NULL), mean = 0;
    const double *drawn = epx_fabrication_get_drawn_shifts(f.fabrication);
    for (int i = 0; i < N; i++)
      mean += drawn[i] / N;
    const double place = remainder(mean, ring->spectral_range) / ring->spectral_range;
    n_wrapped += fabs(place) > 0.49;
    for (size_t i = 0; i < N; i++) {
      const size_t at = get_offset(&f, "detuning") + i;
      assert_close((theta[at] - f.network.theta[at]) / step, drawn[i] - mean, 1e-16);
    }
    epx_array_destroy(&theta);
  }
  assert_true(n_wrapped > 0);
  destroy_factory(&f);
}

static void what_cannot_be_fabricated_is_refused(void **state) {
  (void)state;
  factory f = create_factory("kerr");
  epx_fabrication *made = NULL;
  const epx_network *network = f.network.network;
  f.spec.ring.gap = -1e-9;
  assert_says(epx_fabrication_create(&f.spec, network, f.network.theta, &made), "gap is -1e-09");
  f.spec.ring.gap = 200e-9;
  f.placement->n_devices = N - 1;
  assert_says(epx_fabrication_create(&f.spec, network, f.network.theta, &made), "5 devices are placed");
  f.placement->n_devices = N;
  f.network.theta[get_offset(&f, "loss")] = 0;
  f.network.theta[get_offset(&f, "coupling_loss")] = 0;
  assert_says(epx_fabrication_create(&f.spec, network, f.network.theta, &made), "loss of node 0 is 0");
  destroy_factory(&f);
  f = create_factory("phase");
  assert_says(epx_fabrication_create(&f.spec, f.network.network, f.network.theta, &made),
              "family phase names no device");
  assert_null(made);
  destroy_factory(&f);
}

static void parameters_that_vary_are_named(void **state) {
  (void)state;
  const epx_family *kerr = epx_family_get_by_name("kerr");
  for (int p = 0; p < kerr->n_parameters; p++) {
    const char *name = kerr->parameters[p].name;
    const bool varied = strcmp(name, "loss") == 0 || strcmp(name, "detuning") == 0 ||
                        strcmp(name, "coupling") == 0 || strcmp(name, "coupling_loss") == 0;
    assert_int_equal(epx_fabrication_is_varied(kerr, p), varied);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(thickness_moves_all_detunings_alike),
      cmocka_unit_test(loss_follows_its_lognormal_deviation),
      cmocka_unit_test(gap_weakens_couplings),
      cmocka_unit_test(remedies_bring_the_detunings_back),
      cmocka_unit_test(the_nearest_resonance_is_the_one_in_use),
      cmocka_unit_test(a_laser_that_follows_does_not_tear_a_chip_in_two),
      cmocka_unit_test(what_cannot_be_fabricated_is_refused),
      cmocka_unit_test(parameters_that_vary_are_named),
  };
  return cmocka_run_group_tests_name("fabrication", tests, NULL, NULL);
}
