/** @file
 * Responses: every family that is made of rings, interferometers, modulators or lasers follows what is drawn for its
 * devices, by closed forms of the drawn deviations.
 */
#include "photonic/device/constant.h"
#include "photonic/fabrication/fabrication.h"
#include "unit/random_network.h"

enum { N = 5 };

#define assert_says(call, part)                                                                              \
  do {                                                                                                       \
    assert_int_equal((call), EPX_EINPUT);                                                                    \
    if (!strstr(epx_error_get_message(), (part)))                                                            \
      fail_msg("'%s' does not say '%s'", epx_error_get_message(), (part));                                   \
  } while (0)

typedef struct {
  random_network network;
  epx_fabrication_spec spec;
  epx_placement_spec places;
  epx_fabrication *fabrication;
  epx_layout layout;
  double *theta; /* of the instance made last */
} factory;

/** A network of a family by stated sensitivities, guides 100 um long; nothing varies. */
static factory create_factory(const char *family) {
  factory f = {.network = create_random_network(epx_family_get_by_name(family), N, 2, 1, 1),
               .places = {.pitch = 100e-6, .x = 500e-6, .y = 500e-6, .arms = 25e-6}};
  epx_device_init(&epx_sensitivity_silicon, &f.spec.sensitivity);
  f.spec.stated = true;
  f.spec.sensitivity.length = 100e-6;
  epx_process_init(&f.spec.process);
  epx_device_init(&epx_trim_device, &f.spec.trim);
  epx_device_init(&epx_heater_device, &f.spec.heater);
  f.spec.process.seed = 5;
  epx_layout_init(f.network.network, &f.layout);
  f.theta = create_numbers(f.network.network->n_theta);
  return f;
}

/** Makes an instance, and its theta. */
static void make(factory *f, uint32_t i_instance, epx_heating_report *report) {
  const epx_network *network = f->network.network;
  epx_placement *placement = NULL;
  epx_ring_spec device;
  epx_ring ring;
  epx_fabrication_destroy(&f->fabrication);
  assert_int_equal(epx_fabrication_eval_device(&f->spec, &device, &ring), EPX_OK);
  assert_int_equal(epx_layout_create_placement(network, &f->places, &device, &placement), EPX_OK);
  f->spec.process.placement = placement;
  assert_int_equal(epx_fabrication_create(&f->spec, network, f->network.theta, &f->fabrication), EPX_OK);
  epx_placement_destroy(&placement);
  memcpy(f->theta, f->network.theta, network->n_theta * sizeof *f->theta);
  assert_int_equal(epx_fabrication_eval(f->fabrication, EPX_RANDOM_ANY, i_instance, f->theta, report),
                   EPX_OK);
}

static void destroy_factory(factory *f) {
  epx_fabrication_destroy(&f->fabrication);
  epx_array_destroy(&f->theta);
  destroy_random_network(&f->network);
}

static double get_deviation(const factory *f, epx_deviation quantity, int guide) {
  return epx_fabrication_get_deviations(
      f->fabrication)[(size_t)quantity * (size_t)epx_layout_get_n_guides(&f->layout) + (size_t)guide];
}

/** By how much a parameter of node or link i was moved, and by what factor. */
static double get_moved(const factory *f, const char *name, int i) {
  const epx_network *network = f->network.network;
  const size_t at = network->offset[epx_family_get_parameter(network->family, name)] + (size_t)i;
  return f->theta[at] - f->network.theta[at];
}

static double get_nominal(const factory *f, const char *name, int i) {
  const epx_network *network = f->network.network;
  return f->network.theta[network->offset[epx_family_get_parameter(network->family, name)] + (size_t)i];
}

/** Nothing else than the named parameters has moved. */
static void assert_only(const factory *f, int n_names, const char *const *names) {
  const epx_network *network = f->network.network;
  for (int p = 0; p < network->family->n_parameters; p++) {
    bool named = false;
    for (int k = 0; k < n_names; k++)
      named = named || strcmp(names[k], network->family->parameters[p].name) == 0;
    for (size_t i = 0; !named && i < network->count[p]; i++)
      assert_close(f->theta[network->offset[p] + i], f->network.theta[network->offset[p] + i], 0);
  }
}

/** The laser's detuning is its wavelength less the resonance's, which thickness moves by 1.38 nm a nm. */
static void silicon_rings_are_detuned_against_their_shift(void **state) {
  (void)state;
  factory f = create_factory("silicon-ring");
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].white = 0.1e-9;
  make(&f, 3, NULL);
  for (int i = 0; i < N; i++)
    assert_close(get_moved(&f, "detuning", i), -1.38e12 * get_deviation(&f, EPX_DEVIATION_THICKNESS, i),
                 1e-7);
  assert_only(&f, 1, (const char *const[]){"detuning"});
  destroy_factory(&f);
}

static double eval_frequency(double shift) {
  return 2 * EPX_PI * 299792458.0 / (1.55e-6 * 1.55e-6) * shift;
}

/** Two families, two conventions: kerr counts the drive above the resonance, a laser the cavity above the injected
 * light; 1 K is 73 pm. Gamma is the loss of the loaded cavity over the parameters' loss, or 1. */
static void frequencies_follow_in_units_of_the_loss(void **state) {
  (void)state;
  const double rate = 2 * EPX_PI * 299792458.0 / 1.55e-6 / 1e4;
  const char *const families[] = {"kerr", "laser", "laser-b"};
  for (int k = 0; k < 3; k++) {
    factory f = create_factory(families[k]);
    f.spec.process.terms[EPX_DEVIATION_TEMPERATURE].white = 2;
    make(&f, 1, NULL);
    const double loss = k == 0 ? get_nominal(&f, "loss", 0) + get_nominal(&f, "coupling_loss", 0) : 1;
    for (int i = 0; i < N; i++) {
      const double step =
          eval_frequency(73e-12 * get_deviation(&f, EPX_DEVIATION_TEMPERATURE, i)) / (rate / loss);
      assert_close(get_moved(&f, "detuning", i), k == 0 ? step : -step, 1e-9);
    }
    assert_only(&f, 1, (const char *const[]){"detuning"});
    destroy_factory(&f);
  }
}

/** A pump beyond its threshold: the current is 1 + pump thresholds. A pump's amplitude goes as the root of its power.
 * A guide that loses more has a higher threshold; half of the loss is the guide's. */
static void pumps_follow_current_and_loss(void **state) {
  (void)state;
  const char *const families[] = {"laser", "laser-b", "opo"};
  for (int k = 0; k < 3; k++) {
    factory f = create_factory(families[k]);
    f.spec.process.terms[EPX_DEVIATION_CURRENT].white = 0.1;
    make(&f, 2, NULL);
    for (int i = 0; i < N; i++) {
      const double d = get_deviation(&f, EPX_DEVIATION_CURRENT, i), p = get_nominal(&f, "pump", i);
      assert_close(get_moved(&f, "pump", i), k == 2 ? p * (exp(d / 2) - 1) : (1 + p) * (exp(d) - 1), 1e-12);
    }
    f.spec.process.terms[EPX_DEVIATION_CURRENT].white = 0;
    f.spec.process.terms[EPX_DEVIATION_LOSS].white = 0.2;
    make(&f, 2, NULL);
    for (int i = 0; i < N; i++) {
      const double grown = (1 + exp(get_deviation(&f, EPX_DEVIATION_LOSS, i))) / 2,
                   p = get_nominal(&f, "pump", i);
      assert_close(get_moved(&f, "pump", i), k == 2 ? p / grown - p : (1 + p) / grown - 1 - p, 1e-12);
    }
    assert_only(&f, 1, (const char *const[]){"pump"});
    destroy_factory(&f);
  }
}

/** s shifts in half linewidths of lambda / Q; depth 4 k_i k_c / (k_i + k_c)^2 from critical coupling. */
static void ring_modulators_are_off_by_half_linewidths(void **state) {
  (void)state;
  factory f = create_factory("broadcast-ring");
  f.spec.process.terms[EPX_DEVIATION_THICKNESS].white = 0.02e-9;
  f.spec.process.terms[EPX_DEVIATION_GAP].white = 5e-9;
  make(&f, 0, NULL);
  for (int i = 0; i < N; i++) {
    const double s = 1.38 * get_deviation(&f, EPX_DEVIATION_THICKNESS, i);
    const double c = exp(-2 * 8.79e6 * get_deviation(&f, EPX_DEVIATION_GAP, i));
    const double depth = get_nominal(&f, "depth", i), high = 1;
    assert_close(get_moved(&f, "offset", i), -2 * s * 1e4 / 1.55e-6, 1e-9);
    assert_close(get_moved(&f, "depth", i) + depth, fmin(depth * 4 * c / ((1 + c) * (1 + c)), high), 1e-7);
  }
  assert_only(&f, 2, (const char *const[]){"offset", "depth"});
  destroy_factory(&f);
}

/** The phase of a guide 100 um long: 2 pi n_g L / lambda^2 times the shift, that of 0.77 nm a nm of width. */
static double eval_phase(double width) {
  return remainder(2 * EPX_PI * 4.27 * 100e-6 / (1.55e-6 * 1.55e-6) * 0.77 * width, 2 * EPX_PI);
}

/** Arms by the difference of their two guides; what all share leaves them alone. */
static void phases_are_those_of_the_difference_of_two_arms(void **state) {
  (void)state;
  factory f = create_factory("mesh");
  const int n_links = N * (N - 1) / 2;
  assert_int_equal(epx_layout_get_n_guides(&f.layout), 6 * n_links + N);
  f.spec.process.terms[EPX_DEVIATION_WIDTH].white = 0.3e-9;
  f.spec.process.terms[EPX_DEVIATION_WIDTH].die = 2e-9;
  make(&f, 4, NULL);
  for (int l = 0; l < n_links; l++) {
    const double theta =
        get_deviation(&f, EPX_DEVIATION_WIDTH, 2 * l) - get_deviation(&f, EPX_DEVIATION_WIDTH, 2 * l + 1);
    const int at = 2 * n_links + 2 * l;
    const double phi =
        get_deviation(&f, EPX_DEVIATION_WIDTH, at) - get_deviation(&f, EPX_DEVIATION_WIDTH, at + 1);
    assert_close(get_moved(&f, "theta", l), eval_phase(theta), 1e-9);
    assert_close(get_moved(&f, "phi", l), eval_phase(phi), 1e-9);
  }
  for (int i = 0; i < N; i++)
    assert_close(get_moved(&f, "phase", i),
                 eval_phase(get_deviation(&f, EPX_DEVIATION_WIDTH, 4 * n_links + i)), 1e-9);
  for (int l = 0; l < n_links; l++) {
    const double w = get_deviation(&f, EPX_DEVIATION_WIDTH, 4 * n_links + N + l);
    assert_close(get_moved(&f, "splitter_in", l), EPX_PI / 4 * (exp((8.79e6 - 1.044e7) * w) - 1), 1e-12);
  }
  destroy_factory(&f);
}

/** Gap of splitters, loss of arms, and the modulators of the electro-optic loop. */
static void splitters_losses_and_modulators_follow(void **state) {
  (void)state;
  factory f = create_factory("mesh-electro-optic");
  const int n_links = N * (N - 1) / 2, behind = 4 * n_links + 3 * N;
  f.spec.process.terms[EPX_DEVIATION_GAP].white = 4e-9;
  f.spec.process.terms[EPX_DEVIATION_LOSS].white = 0.2;
  f.spec.process.terms[EPX_DEVIATION_TEMPERATURE].white = 0.5;
  make(&f, 4, NULL);
  for (int l = 0; l < n_links; l++) {
    const double in = get_deviation(&f, EPX_DEVIATION_GAP, behind + l),
                 out = get_deviation(&f, EPX_DEVIATION_GAP, behind + n_links + l);
    const double loss =
        (get_deviation(&f, EPX_DEVIATION_LOSS, 2 * l) + get_deviation(&f, EPX_DEVIATION_LOSS, 2 * l + 1)) / 2;
    assert_close(get_moved(&f, "splitter_in", l), EPX_PI / 4 * (exp(-8.79e6 * in) - 1), 1e-12);
    assert_close(get_moved(&f, "splitter_out", l), EPX_PI / 4 * (exp(-8.79e6 * out) - 1), 1e-12);
    assert_close(get_moved(&f, "loss", l), get_nominal(&f, "loss", l) * (exp(loss) - 1), 1e-12);
  }
  for (int i = 0; i < N; i++) {
    const int at = 4 * n_links + N + 2 * i;
    const double warmer = get_deviation(&f, EPX_DEVIATION_TEMPERATURE, at) -
                          get_deviation(&f, EPX_DEVIATION_TEMPERATURE, at + 1);
    assert_close(get_moved(&f, "operating", i), eval_phase(73e-12 / 0.77 * warmer), 1e-9);
  }
  destroy_factory(&f);
}

static void modulators_at_quadrature_are_off_by_their_phase(void **state) {
  (void)state;
  factory f = create_factory("broadcast");
  f.spec.process.terms[EPX_DEVIATION_WIDTH].white = 0.3e-9;
  make(&f, 0, NULL);
  for (int i = 0; i < N; i++) {
    const double w =
        get_deviation(&f, EPX_DEVIATION_WIDTH, 2 * i) - get_deviation(&f, EPX_DEVIATION_WIDTH, 2 * i + 1);
    assert_close(get_moved(&f, "bias", i), eval_phase(w), 1e-9);
  }
  assert_only(&f, 1, (const char *const[]){"bias"});
  destroy_factory(&f);
}

static double eval_largest(const factory *f, const char *name, int n) {
  double largest = 0;
  for (int i = 0; i < n; i++)
    largest = fmax(largest, fabs(get_moved(f, name, i)));
  return largest;
}

/** Phases are trimmed to what is left of them, and heated to 0 modulo 2 pi; the power is P_pi a phase of pi. */
static void remedies_bring_phases_back(void **state) {
  (void)state;
  const int n_links = N * (N - 1) / 2;
  factory f = create_factory("mesh");
  epx_heating_report report;
  f.spec.process.terms[EPX_DEVIATION_WIDTH].white = 1e-9;
  make(&f, 1, NULL);
  assert_true(eval_largest(&f, "theta", n_links) > 0.5);
  f.spec.trims = true;
  f.spec.trim = (epx_trim){.range = 1e-6, .residual = 1e-12};
  make(&f, 1, NULL);
  assert_true(eval_largest(&f, "theta", n_links) <
              5 * 2 * EPX_PI * 4.27 * 100e-6 / (1.55e-6 * 1.55e-6) * 1e-12);
  f.spec.trims = false;
  f.spec.heats = f.spec.wraps = true;
  f.spec.heater.power_limit = 1;
  make(&f, 1, &report);
  double turns = 0;
  for (int d = 0; d < f.layout.n_tuned; d++) {
    const double s = remainder(epx_fabrication_get_drawn_shifts(f.fabrication)[d], 5.6265e-9);
    turns += (s > 0 ? 5.6265e-9 - s : -s) / 5.6265e-9;
  }
  assert_close(eval_largest(&f, "theta", n_links), 0, 1e-9);
  assert_close(eval_largest(&f, "phase", N), 0, 1e-9);
  assert_close(report.total, 2 * 12.5e-3 * turns, 1e-3 * report.total);
  f.spec.crosstalk = f.spec.compensated = true;
  make(&f, 1, &report);
  assert_close(eval_largest(&f, "theta", n_links), 0, 1e-6);
  destroy_factory(&f);
}

/** What a strip of 450 x 220 nm is by its geometry, and by the numbers that are stated where there is none. */
static void statement_and_geometry_agree(void **state) {
  (void)state;
  for (int k = 0; k < EPX_MATERIAL_COUNT; k++) {
    epx_sensitivity stated;
    epx_ring_spec geometry, none;
    epx_ring by_geometry, ring;
    epx_ring_init((epx_material_kind)k, &geometry);
    epx_device_init(epx_sensitivity_get_device((epx_material_kind)k), &stated);
    assert_int_equal(epx_ring_eval(&geometry, &by_geometry), EPX_OK);
    assert_int_equal(epx_sensitivity_eval_ring(&stated, &none, &ring), EPX_OK);
    assert_close(ring.spectral_range / by_geometry.spectral_range, 1, 1e-3);
    for (int q = 0; q < EPX_DEVIATION_CURRENT; q++) {
      const double small = q == EPX_DEVIATION_LOSS || q == EPX_DEVIATION_TEMPERATURE ? 1e-2
                           : q == EPX_DEVIATION_INDEX                                ? 1e-4
                                                                                     : 1e-11;
      double deviation[EPX_DEVIATION_COUNT] = {0};
      epx_ring_change a, b;
      deviation[q] = small;
      epx_ring_eval_change(&geometry, &by_geometry, deviation, &a);
      epx_ring_eval_change(&none, &ring, deviation, &b);
      assert_close(b.shift, a.shift, 3e-3 * fabs(a.shift));
      assert_close(b.loss_factor, a.loss_factor, 1e-12);
      /* a geometry knows that power coupling saturates, by 2 % here */
      assert_close(b.coupling_factor - 1, a.coupling_factor - 1, 0.03 * fabs(a.coupling_factor - 1) + 1e-12);
    }
  }
}

/** Says by name what a family lacks. */
static void what_a_family_lacks_is_named(void **state) {
  (void)state;
  static const struct {
    const char *family;
    epx_deviation quantity;
    const char *said;
  } cases[] = {{"opo", EPX_DEVIATION_THICKNESS, "thickness: family opo has no parameter that it moves"},
               {"broadcast", EPX_DEVIATION_GAP, "none is that of a coupler"},
               {"broadcast", EPX_DEVIATION_LOSS, "none is that of a loss"},
               {"kerr", EPX_DEVIATION_CURRENT, "none is that of a current"},
               {"soft-spin", EPX_DEVIATION_WIDTH, "family soft-spin names no device"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    epx_fabrication_spec spec = {.stated = true};
    epx_process_init(&spec.process);
    spec.process.terms[cases[k].quantity].die = 1e-9;
    assert_says(epx_fabrication_check(&spec, epx_family_get_by_name(cases[k].family)), cases[k].said);
    spec.process.off = 1u << EPX_TERM_DIE;
    if (k < 4)
      assert_int_equal(epx_fabrication_check(&spec, epx_family_get_by_name(cases[k].family)), EPX_OK);
  }
  epx_fabrication_spec spec = {.stated = true, .laser = EPX_LASER_MEAN};
  assert_says(epx_fabrication_check(&spec, epx_family_get_by_name("mesh")),
              "no resonances that a laser could follow");
  spec = (epx_fabrication_spec){.stated = true, .heats = true};
  assert_says(epx_fabrication_check(&spec, epx_family_get_by_name("opo")),
              "heating: family opo has no parameter");
}

/** The second guide of a pair lies under the first, and kinds whose shift is followed come first. */
static void layouts_place_every_guide(void **state) {
  (void)state;
  for (int i = 0; epx_family_get(i); i++) {
    const epx_family *family = epx_family_get(i);
    if (family->n_devices == 0) continue;
    factory f = create_factory(family->name);
    epx_placement *placement = NULL;
    const epx_ring_spec ring = {.radius = 10e-6};
    assert_int_equal(epx_layout_create_placement(f.network.network, &f.places, &ring, &placement), EPX_OK);
    assert_int_equal(placement->n_devices, epx_layout_get_n_guides(&f.layout));
    for (int d = 0; d < epx_layout_get_n_devices(&f.layout); d++) {
      int first, second;
      epx_layout_get_guides(&f.layout, d, &first, &second);
      const epx_placed *a = &placement->devices[first], *b = &placement->devices[second];
      assert_close(a->y - b->y, first == second ? 0 : 25e-6, 1e-12);
      assert_close(a->x, b->x, 0);
    }
    epx_placement_destroy(&placement);
    for (int k = 0; k < family->n_devices; k++) {
      bool followed = false;
      for (int r = 0; r < family->n_responses; r++)
        followed = followed || (family->responses[r].device == k &&
                                epx_layout_get_movers(family->responses[r].follow) & EPX_BY_SHIFT);
      assert_int_equal(followed, f.layout.first_device[k] < f.layout.n_tuned);
    }
    destroy_factory(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(silicon_rings_are_detuned_against_their_shift),
      cmocka_unit_test(frequencies_follow_in_units_of_the_loss),
      cmocka_unit_test(pumps_follow_current_and_loss),
      cmocka_unit_test(ring_modulators_are_off_by_half_linewidths),
      cmocka_unit_test(phases_are_those_of_the_difference_of_two_arms),
      cmocka_unit_test(splitters_losses_and_modulators_follow),
      cmocka_unit_test(modulators_at_quadrature_are_off_by_their_phase),
      cmocka_unit_test(remedies_bring_phases_back),
      cmocka_unit_test(statement_and_geometry_agree),
      cmocka_unit_test(what_a_family_lacks_is_named),
      cmocka_unit_test(layouts_place_every_guide),
  };
  return cmocka_run_group_tests_name("responses", tests, NULL, NULL);
}
