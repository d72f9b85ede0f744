/** @file
 * Ring: the formulas of ring.h, in their order.
 */
#include "photonic/device/ring.h"

#include <math.h>

#include "photonic/device/constant.h"

static const epx_quantity silicon[] = {
#define ROW(member, unit, in_silicon, in_nitride, low, high, assumed, source, meaning)                       \
  EPX_QUANTITY(epx_ring_spec, member, unit, in_silicon, low, high, assumed, source, meaning),
    EPX_RINGS(ROW)
#undef ROW
};

static const epx_quantity nitride[] = {
#define ROW(member, unit, in_silicon, in_nitride, low, high, assumed, source, meaning)                       \
  EPX_QUANTITY(epx_ring_spec, member, unit, in_nitride, low, high, assumed, source, meaning),
    EPX_RINGS(ROW)
#undef ROW
};

const epx_device epx_ring_silicon = {"ring-silicon", "microring resonator in silicon",
                                     sizeof silicon / sizeof silicon[0], silicon};
const epx_device epx_ring_nitride = {"ring-silicon-nitride", "microring resonator in silicon nitride",
                                     sizeof nitride / sizeof nitride[0], nitride};

/* Absorption by as many electrons as holes, together one a unit [m^2]; SorefBennett1987. */
static const double free_carrier_loss = (8.5e-22 + 6e-22) / 2;

static const epx_device *get_device(epx_material_kind core) {
  return core == EPX_SILICON ? &epx_ring_silicon : &epx_ring_nitride;
}

void epx_ring_init(epx_material_kind core, epx_ring_spec *spec) {
  spec->core = core;
  epx_device_init(get_device(core), spec);
}

static epx_waveguide get_guide(const epx_ring_spec *spec) {
  return (epx_waveguide){spec->core, spec->width, spec->thickness, spec->slab};
}

/** Evaluates theta where two guides approach each other as z^2 / (2 radius). */
static epx_err eval_angle(const epx_ring_spec *spec, double gap, double radius, double *angle, double *decay,
                          double *width_slope) {
  const epx_waveguide guide = get_guide(spec);
  double transfer;
  EPX_TRY(epx_waveguide_eval_transfer(&guide, gap, &transfer, decay, width_slope));
  *angle = EPX_PI / (2 * transfer) * sqrt(2 * EPX_PI * radius / *decay);
  if (*angle > EPX_PI / 2) {
    return EPX_RAISE(EPX_EINPUT,
                     "gap %g nm: all power crosses it before the guides part again; a gap that couples less "
                     "is needed",
                     gap * 1e9);
  }
  return EPX_OK;
}

double epx_ring_get_length(const epx_ring_spec *spec) {
  return spec->length > 0 ? spec->length : 2 * EPX_PI * spec->radius;
}

static double eval_quality(double frequency, double rate) {
  return rate > 0 ? frequency / rate : INFINITY;
}

epx_err epx_ring_eval(const epx_ring_spec *spec, epx_ring *ring) {
  EPX_TRY(epx_device_check(get_device(spec->core), spec));
  const epx_waveguide guide = get_guide(spec);
  const epx_material *core = epx_material_get(spec->core);
  epx_ring r = {0};
  EPX_TRY(epx_waveguide_eval(&guide, &r.mode));
  EPX_TRY(epx_waveguide_eval_index(&r.mode, spec->wavelength, &r.n_eff));
  EPX_TRY(eval_angle(spec, spec->gap, spec->radius, &r.angle, &r.decay, &r.width_slope));
  r.frequency = 2 * EPX_PI * EPX_LIGHT_SPEED / spec->wavelength;
  r.length = epx_ring_get_length(spec);
  r.spectral_range = spec->wavelength * spec->wavelength / (r.mode.n_g * r.length);
  r.power_coupling = sin(r.angle) * sin(r.angle);
  r.intrinsic_rate = spec->loss * (log(10) / 10) * EPX_LIGHT_SPEED / r.mode.n_g +
                     r.mode.confinement * free_carrier_loss * spec->doping * EPX_LIGHT_SPEED / r.mode.n_g;
  r.coupling_rate = r.power_coupling * EPX_LIGHT_SPEED / (r.mode.n_g * r.length);
  r.loss_rate = r.intrinsic_rate + spec->buses * r.coupling_rate;
  r.q_intrinsic = eval_quality(r.frequency, r.intrinsic_rate);
  r.q_coupling = eval_quality(r.frequency, r.coupling_rate);
  r.q_loaded = eval_quality(r.frequency, r.loss_rate);
  EPX_TRY(
      epx_ring_eval_kerr(r.frequency, core->kerr_index, core->index, r.mode.area * r.length, &r.kerr_rate));
  EPX_TRY(epx_ring_eval_threshold(r.frequency, r.loss_rate, r.coupling_rate, r.kerr_rate,
                                  &r.threshold_photons, &r.threshold_power));
  *ring = r;
  return EPX_OK;
}

epx_err epx_ring_eval_exchange(const epx_ring_spec *spec, double gap, double *rate) {
  const epx_waveguide guide = get_guide(spec);
  epx_mode mode;
  double angle, decay, width_slope;
  EPX_TRY(epx_waveguide_eval(&guide, &mode));
  EPX_TRY(eval_angle(spec, gap, spec->radius / 2, &angle, &decay, &width_slope));
  *rate = sin(angle) * EPX_LIGHT_SPEED / (mode.n_g * epx_ring_get_length(spec));
  return EPX_OK;
}

void epx_ring_eval_change(const epx_ring_spec *spec, const epx_ring *ring, const double *deviation,
                          epx_ring_change *change) {
  const epx_mode *mode = &ring->mode;
  const double width = deviation[EPX_DEVIATION_WIDTH];
  const double angle =
      ring->angle * exp(-ring->decay * (deviation[EPX_DEVIATION_GAP] - width) - ring->width_slope * width);
  change->shift = mode->shift_width * width + mode->shift_thickness * deviation[EPX_DEVIATION_THICKNESS] +
                  mode->shift_slab * deviation[EPX_DEVIATION_ETCH] +
                  spec->wavelength * mode->confinement * deviation[EPX_DEVIATION_INDEX] / mode->n_g +
                  mode->shift_temperature * deviation[EPX_DEVIATION_TEMPERATURE];
  change->loss_factor = exp(deviation[EPX_DEVIATION_LOSS]);
  change->coupling_factor = sin(angle) * sin(angle) / ring->power_coupling;
}

void epx_ring_eval_light(const epx_ring_spec *spec, const epx_ring *ring, epx_ring_light *light) {
  const epx_material *m = epx_material_get(spec->core);
  const double volume = ring->mode.area * ring->length, photon = EPX_PLANCK_REDUCED * ring->frequency;
  const double two_photon =
      m->two_photon * EPX_LIGHT_SPEED * EPX_LIGHT_SPEED / (m->index * m->index * volume);
  *light =
      (epx_ring_light){.absorbed = m->absorbed,
                       .kerr = ring->kerr_rate / photon,
                       .two_photon = two_photon,
                       .carrier_loss = m->carrier_loss * EPX_LIGHT_SPEED / m->index,
                       .carrier_shift = ring->frequency / m->index * m->carrier_index,
                       .thermal_shift = ring->frequency / spec->wavelength * ring->mode.shift_temperature,
                       .carrier_decay = 1 / spec->carrier_lifetime,
                       .carrier_generation = two_photon / (2 * photon * volume),
                       .thermal_decay = 1 / m->heat_lifetime,
                       .heating = 1 / (m->heat_capacity * volume)};
}

void epx_ring_eval_effects(const epx_ring_spec *spec, const epx_ring *ring, double photons,
                           epx_ring_effects *effects) {
  epx_ring_light light;
  epx_ring_eval_light(spec, ring, &light);
  const double energy = EPX_PLANCK_REDUCED * ring->frequency * photons;
  const double carriers = light.carrier_generation * energy * energy / light.carrier_decay;
  const double two_photon = light.two_photon * energy, carrier_loss = light.carrier_loss * carriers;
  const double absorbed = light.absorbed * ring->intrinsic_rate + two_photon + carrier_loss;
  const double temperature = light.heating * absorbed * energy / light.thermal_decay;
  *effects = (epx_ring_effects){.kerr = -light.kerr * energy,
                                .carriers = -light.carrier_shift * carriers,
                                .heat = -light.thermal_shift * temperature,
                                .two_photon = two_photon,
                                .carrier_loss = carrier_loss,
                                .temperature = temperature};
}

epx_err epx_ring_eval_loss(double q_intrinsic, double n_g, double wavelength, double *loss) {
  if (!(q_intrinsic > 0 && n_g > 0 && wavelength > 0)) {
    return EPX_RAISE(EPX_EINPUT, "quality factor %g, group index %g, wavelength %g m: all must be above 0",
                     q_intrinsic, n_g, wavelength);
  }
  *loss = 2 * EPX_PI * n_g / (q_intrinsic * wavelength) * 10 / log(10);
  return EPX_OK;
}

epx_err epx_ring_eval_kerr(double frequency, double n2, double index, double volume, double *rate) {
  if (!(frequency > 0 && index > 0 && volume > 0)) {
    return EPX_RAISE(EPX_EINPUT, "frequency %g rad/s, index %g, volume %g m3: all must be above 0", frequency,
                     index, volume);
  }
  *rate = EPX_PLANCK_REDUCED * frequency * frequency * EPX_LIGHT_SPEED * n2 / (index * index * volume);
  return EPX_OK;
}

epx_err epx_ring_eval_threshold(double frequency, double loss_rate, double coupling_rate, double kerr_rate,
                                double *photons, double *power) {
  if (!(loss_rate > 0 && coupling_rate > 0 && kerr_rate >= 0)) {
    return EPX_RAISE(EPX_EINPUT,
                     "loss %g /s and coupling %g /s must be above 0, Kerr shift %g rad/s not below",
                     loss_rate, coupling_rate, kerr_rate);
  }
  *photons = loss_rate / (sqrt(3) * kerr_rate);
  *power = EPX_PLANCK_REDUCED * frequency * loss_rate * loss_rate * loss_rate /
           (3 * sqrt(3) * kerr_rate * coupling_rate);
  return EPX_OK;
}
