#include "cli/print/device_sheet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "epilux/log.h"
#include "photonic/device/normalisation.h"
#include "photonic/families/resonators/ring_parameters.h"

static double get_nominal(const epx_point *point, const char *parameter) {
  const int p = epx_family_get_parameter(point->network->family, parameter);
  return point->nominal[point->network->offset[p]];
}

static void print_ring(const epx_ring_spec *spec, const epx_ring *r) {
  printf("\n# Device: %s, %g x %g nm, slab %g nm, radius %g um\n", epx_material_get(spec->core)->name,
         spec->width * 1e9, spec->thickness * 1e9, spec->slab * 1e9, spec->radius * 1e6);
  printf("# resonances  every %.4g nm; n_eff %.4g, n_g %.4g\n", r->spectral_range * 1e9, r->n_eff,
         r->mode.n_g);
  printf("# quality     %.3g, intrinsic %.3g, of a bus %.3g (%.3g of the power per pass)\n", r->q_loaded,
         r->q_intrinsic, r->q_coupling, r->power_coupling);
  printf("# shifts      %.3g nm per nm of width, %.3g nm per nm of thickness, %.3g pm per K\n",
         r->mode.shift_width, r->mode.shift_thickness, r->mode.shift_temperature * 1e12);
  printf("# Kerr        %.3g rad/s per photon; bistable above %.3g photons, %.3g mW\n", r->kerr_rate,
         r->threshold_photons, r->threshold_power * 1e3);
}

/* What the ring gives of the parameters of family silicon-ring. */
static void print_given(const epx_point *point) {
  const epx_family *family = point->network->family;
  for (int p = 0; p < family->n_parameters; p++)
    if (epx_ring_gives(family, p))
      printf("# gives       %s %.6g %s\n", family->parameters[p].name,
             get_nominal(point, family->parameters[p].name), family->parameters[p].unit);
}

/* The largest drive of a node over the samples, in magnitude. */
static double eval_drive(const epx_point *point, int node) {
  const epx_network *network = point->network;
  const epx_task *task = point->task;
  const double bias =
      point->nominal[network->offset[epx_family_get_parameter(network->family, "bias")] + (size_t)node];
  double largest = fabs(bias);
  for (int k = 0; k < network->n_inputs && network->encoding != EPX_ENCODE_DETUNING; k++) {
    if (network->input_nodes[k] != node) continue;
    if (network->encoding == EPX_ENCODE_PHASE) largest += fabs(network->input_scale);
    for (int i = 0; i < task->n_samples && network->encoding == EPX_ENCODE_AMPLITUDE; i++) {
      const double x = task->features[(size_t)i * (size_t)task->n_features + (size_t)k];
      largest = fmax(largest, fabs(bias + network->input_scale * x));
    }
  }
  return largest;
}

/* Light that is more than a guide takes without changing it, W. ASSUMED: 30 mW of silicon, 120 mW of silicon
 * nitride, as reviews of the platforms have it. */
static double get_guide_limit(epx_material_kind core) {
  return core == EPX_SILICON ? 30e-3 : 120e-3;
}

/* What the deck's largest drive does beside Kerr in a ring of its own, on resonance. */
static void print_effects(const epx_ring_spec *spec, const epx_ring *ring, double photons) {
  epx_ring_effects e;
  epx_ring_eval_effects(spec, ring, photons, &e);
  const double two_photon = e.two_photon / 2, carriers = fabs(e.carriers), heat = fabs(e.heat),
               kerr = fabs(e.kerr);
  printf("# at rest     Kerr shifts by %.3g rad/s; two-photon absorption broadens by %.3g (%.3g of it),\n",
         kerr, two_photon, two_photon / kerr);
  printf("#             carriers shift by %.3g (%.3g), heat by %.3g (%.3g; %.3g K)\n", e.carriers,
         carriers / kerr, e.heat, heat / kerr, e.temperature);
  if (fmax(fmax(two_photon, carriers), heat) <= kerr) return;
  epx_log_write(EPX_LOG_WARNING, "check",
                "family kerr has the Kerr shift only, but in %s at this |a|^2 the effect of %s is %.3g times "
                "as large; family silicon-ring has all effects%s",
                epx_material_get(spec->core)->name,
                heat >= fmax(two_photon, carriers) ? "heat"
                : carriers >= two_photon           ? "carriers"
                                                   : "two-photon absorption",
                fmax(fmax(two_photon, carriers), heat) / kerr,
                spec->core == EPX_SILICON_NITRIDE ? " (preset silicon-nitride)" : "");
}

static void print_light(const epx_point *point, const epx_ring_spec *spec, const epx_ring *ring,
                        const epx_normalisation *units, double loss) {
  double largest = 0, power = 0;
  for (int i = 0; i < point->network->n_nodes; i++) {
    const double drive = eval_drive(point, i);
    largest = fmax(largest, drive);
    power += epx_normalisation_eval_power(units, drive);
  }
  const double bus = epx_normalisation_eval_power(units, largest), limit = get_guide_limit(spec->core);
  const double intensity = 4 * largest * largest / (loss * loss);
  printf("# light       at most %.4g mW at a bus and %.4g mW in all; on resonance |a|^2 = %.3g in a ring of "
         "its own\n",
         bus * 1e3, power * 1e3, intensity);
  if (bus > limit)
    epx_log_write(EPX_LOG_WARNING, "check",
                  "%.3g W in a bus is implausible: in a %s waveguide, nonlinear effects begin at about %.3g "
                  "W. Try a smaller kerr or drive, or less loss",
                  bus, epx_material_get(spec->core)->name, limit);
  if (largest > 0) print_effects(spec, ring, units->photons * intensity);
}

static epx_err print_units(const epx_point *point, const epx_ring_spec *spec, const epx_ring *ring) {
  if (epx_family_get_parameter(point->network->family, "kerr") < 0 ||
      strcmp(epx_family_get_time_unit(point->network->family), "1") != 0) {
    const double known = epx_fabrication_eval_rate(point->network, point->nominal, ring);
    if (known > 0) printf("# units       a rate of 1 is %.4g 1/s\n", known);
    return EPX_OK;
  }
  const double loss = epx_network_get_loss(point->network, point->nominal, 0),
               kerr = get_nominal(point, "kerr");
  if (!(loss > 0)) {
    printf("# units       none: the loss of node 0 is %g\n", loss);
    return EPX_OK;
  }
  const double rate = ring->loss_rate / loss;
  const epx_kerr_node one = {.detuning = 1};
  epx_normalisation units = {.rate = rate, .photons = 1, .power = 1};
  double loss_rate, kerr_rate, shift;
  if (kerr > 0) EPX_TRY(epx_normalisation_init(ring, rate, kerr, &units));
  epx_normalisation_eval_rates(&units, spec, &one, &loss_rate, &kerr_rate, &shift);
  printf("# units       loss%s %g is the ring's: a rate of 1 is %.4g 1/s, a time of 1 %.4g ps\n",
         get_nominal(point, "coupling_loss") > 0 ? " + coupling_loss" : "", loss, rate, 1e12 / rate);
  printf("#             a detuning of 1 is %.4g pm, a coupling of 1 exchanges %.4g rad/s\n", -shift * 1e12,
         epx_normalisation_eval_exchange(&units, 1));
  if (kerr > 0) {
    printf("#             kerr %g: |a|^2 = 1 is %.4g photons, a drive of 1 %.4g mW at the bus\n", kerr,
           units.photons, epx_normalisation_eval_power(&units, 1) * 1e3);
    print_light(point, spec, ring, &units, loss);
  }
  return EPX_OK;
}

static void print_field(const epx_process *process, const epx_process_terms *terms, epx_deviation quantity) {
  static const double distances[] = {0.1e-3, 1e-3, 10e-3};
  const epx_correlation *kernel = &terms->local_kernel;
  printf("# %-11s %s", epx_deviation_get_name(quantity), epx_correlation_get_name(kernel->kind));
  if (kernel->kind != EPX_CORRELATION_TABLE)
    printf(" %s, L = %g mm", epx_correlation_get_formula(kernel->kind), kernel->length * 1e3);
  printf(": correlation");
  for (int i = 0; i < 3; i++)
    printf(" %.4f at %g mm%s", epx_correlation_eval(kernel, distances[i]), distances[i] * 1e3,
           i < 2 ? "," : "");
  const double clipped = epx_process_get_clipped(process, quantity);
  if (clipped > 0) printf("; %.1g of the variance clipped", clipped);
  printf("\n");
}

/* What is placed, kind after kind. */
static void print_devices(const epx_point *point) {
  const epx_family *family = point->network->family;
  const epx_layout *layout = epx_fabrication_get_layout(point->fabrication);
  printf("# devices    ");
  for (int k = 0; k < layout->n_kinds; k++)
    printf("%s%d x %s%s", k ? ", " : " ", layout->first_device[k + 1] - layout->first_device[k],
           family->devices[k].name, layout->paired[k] ? " (2 guides each)" : "");
  printf("\n");
}

/* Without a geometry the numbers are stated, and mostly nobody has stated them for this chip. */
static void print_sensitivity(const epx_point *point) {
  const epx_ring *ring = epx_fabrication_get_ring(point->fabrication);
  printf(
      "# stated      process.sensitivity, no geometry: %.3g nm per nm of width, %.3g nm per nm of thickness, "
      "%.3g pm per K; resonances every %.4g nm\n",
      ring->mode.shift_width, ring->mode.shift_thickness, ring->mode.shift_temperature * 1e12,
      ring->spectral_range * 1e9);
}

static void print_process(const epx_point *point) {
  const epx_process *process = epx_fabrication_get_process(point->fabrication);
  const epx_wafer *wafer = epx_process_get_wafer(process);
  printf("\n# Process: %d dies of %g x %g mm per wafer of %g mm\n", wafer->n_dies,
         wafer->spec.die_width * 1e3, wafer->spec.die_height * 1e3, wafer->spec.diameter * 1e3);
  print_devices(point);
  if (point->settings->fabrication.stated) print_sensitivity(point);
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    const epx_process_spec *spec = &point->settings->fabrication.process;
    const epx_process_terms *terms = &spec->terms[q];
    const bool off = spec->off & 1u << EPX_TERM_LOCAL;
    if (!off && (terms->local > 0 || terms->local_slope > 0)) print_field(process, terms, (epx_deviation)q);
  }
}

/* What one read of a state of 1 is worth. */
static void print_readout(const epx_settings *settings) {
  const epx_reading_spec *reading = &settings->learning.hardware.reading;
  const bool phase = (settings->network.family->readouts & EPX_READS(EPX_READ_PHASE)) != 0;
  if (epx_reading_is_ideal(reading)) return;
  const double sigma = epx_reading_eval_sigma(reading, phase, 1, 1),
               step = 2 * reading->range / (exp2(reading->bits) - 1);
  printf("\n# Read-out    a state of 1 is read with a noise of %.3g", sigma);
  if (reading->bits > 0) printf(", and in steps of %.3g", step);
  if (reading->averages > 1)
    printf("; %d reads: %.3g", reading->averages,
           sqrt((sigma * sigma + (reading->bits > 0 ? step * step / 12 : 0)) / reading->averages));
  printf("\n#             next to a nudge of %g, which moves states by about that\n",
         settings->learning.nudging.beta);
}

epx_err epx_device_sheet_view(const epx_settings *settings, const epx_point *point) {
  epx_ring ring;
  print_readout(settings);
  if (settings->has_device) {
    EPX_TRY(epx_ring_eval(&settings->fabrication.ring, &ring));
    print_ring(&settings->fabrication.ring, &ring);
    EPX_TRY(print_units(point, &settings->fabrication.ring, &ring));
    print_given(point);
  }
  if (point->fabrication) print_process(point);
  return EPX_OK;
}
