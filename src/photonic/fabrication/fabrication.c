#include "photonic/fabrication/fabrication.h"

#include <math.h>

#include "base/array.h"
#include "photonic/device/constant.h"

struct epx_fabrication {
  epx_fabrication_spec spec; /* its placement is gone */
  epx_ring ring;
  epx_process *process;
  int n_nodes;
  size_t n_links;
  epx_link *links;                 /* [n_links] */
  size_t loss, detuning, coupling; /* where they stand in theta */
  size_t coupling_loss;            /* likewise; SIZE_MAX: the family has none */
  double rate;
  double *deviation; /* [EPX_DEVIATION_COUNT][n_nodes] */
  double *drawn;     /* [n_nodes]: shifts before the remedies */
  double *shift;     /* [n_nodes]: and after them */
  double *power;     /* [n_nodes] */
  double *crosstalk; /* [n_nodes][n_nodes] or NULL */
  epx_origin origin; /* of the instance evaluated last */
};

bool epx_fabrication_is_varied(const epx_family *family, int parameter) {
  return parameter == epx_family_get_parameter(family, "loss") ||
         parameter == epx_family_get_parameter(family, "coupling_loss") ||
         parameter == epx_family_get_parameter(family, "detuning") ||
         parameter == epx_family_get_parameter(family, "coupling");
}

static epx_err set_places(const epx_network *network, const double *nominal, epx_fabrication *f) {
  const epx_family *family = network->family;
  const int loss = epx_family_get_parameter(family, "loss"),
            detuning = epx_family_get_parameter(family, "detuning"),
            coupling_loss = epx_family_get_parameter(family, "coupling_loss");
  if (loss < 0 || detuning < 0 || network->coupling < 0) {
    return EPX_RAISE(EPX_EINPUT, "family %s has no rings with a loss, a detuning and a coupling",
                     family->name);
  }
  f->loss = network->offset[loss];
  f->detuning = network->offset[detuning];
  f->coupling = network->offset[network->coupling];
  f->coupling_loss = coupling_loss < 0 ? SIZE_MAX : network->offset[coupling_loss];
  const double total = epx_network_get_loss(network, nominal, 0);
  if (!(total > 0)) {
    return EPX_RAISE(EPX_EINPUT, "the loss of node 0 is %g; it must be above 0 to be that of a ring", total);
  }
  f->rate = f->ring.loss_rate / total;
  return EPX_OK;
}

/** Where a ring gets less from all others than from its own heater, compensating settles, whatever is asked
 * for. */
static epx_err check_crosstalk(const epx_fabrication *f) {
  for (int i = 0; i < f->n_nodes; i++) {
    double others = -1; /* less its own */
    for (int j = 0; j < f->n_nodes; j++)
      others += f->crosstalk[(size_t)i * (size_t)f->n_nodes + (size_t)j];
    if (others >= 1) {
      return EPX_RAISE(
          EPX_EINPUT,
          "heating: ring %d gets %.2g of its heat from other heaters; to compensate it, they must "
          "stand further apart",
          i, others);
    }
  }
  return EPX_OK;
}

static epx_err set_remedies(const epx_fabrication_spec *spec, epx_fabrication *f) {
  if (spec->trims) EPX_TRY(epx_device_check(&epx_trim_device, &spec->trim));
  if (!spec->heats) return EPX_OK;
  EPX_TRY(epx_device_check(&epx_heater_device, &spec->heater));
  if (!spec->crosstalk) return EPX_OK;
  EPX_TRY(EPX_ARRAY(f->crosstalk, (size_t)f->n_nodes * (size_t)f->n_nodes));
  EPX_TRY(epx_remedy_eval_crosstalk(&spec->heater, spec->process.placement, f->crosstalk));
  return spec->compensated ? check_crosstalk(f) : EPX_OK;
}

static epx_err set_up(const epx_fabrication_spec *spec, const epx_network *network, const double *nominal,
                      epx_fabrication *f) {
  f->spec = *spec;
  f->n_nodes = network->n_nodes;
  f->n_links = network->topology->n_links;
  EPX_TRY(epx_ring_eval(&spec->ring, &f->ring));
  EPX_TRY(set_places(network, nominal, f));
  EPX_TRY(epx_process_create(&spec->process, &f->process));
  f->spec.process.placement = NULL;
  if (epx_process_get_n_devices(f->process) != f->n_nodes) {
    return EPX_RAISE(EPX_EINPUT, "%d devices are placed, the network has %d nodes",
                     epx_process_get_n_devices(f->process), f->n_nodes);
  }
  EPX_TRY(EPX_ARRAY(f->links, f->n_links));
  for (size_t l = 0; l < f->n_links; l++)
    f->links[l] = network->topology->links[l];
  EPX_TRY(EPX_ARRAY(f->deviation, EPX_DEVIATION_COUNT * (size_t)f->n_nodes));
  EPX_TRY(EPX_ARRAY(f->drawn, (size_t)f->n_nodes));
  EPX_TRY(EPX_ARRAY(f->shift, (size_t)f->n_nodes));
  EPX_TRY(EPX_ARRAY(f->power, (size_t)f->n_nodes));
  return set_remedies(spec, f);
}

epx_err epx_fabrication_create(const epx_fabrication_spec *spec, const epx_network *network,
                               const double *nominal, epx_fabrication **out) {
  epx_fabrication *f = NULL;
  EPX_TRY(EPX_ARRAY(f, 1));
  const int status = set_up(spec, network, nominal, f);
  if (status != EPX_OK) {
    epx_fabrication_destroy(&f);
    return status;
  }
  *out = f;
  return EPX_OK;
}

void epx_fabrication_destroy(epx_fabrication **address) {
  epx_fabrication *f = *address;
  if (!f) return;
  epx_process_destroy(&f->process);
  epx_array_destroy(&f->links);
  epx_array_destroy(&f->deviation);
  epx_array_destroy(&f->drawn);
  epx_array_destroy(&f->shift);
  epx_array_destroy(&f->power);
  epx_array_destroy(&f->crosstalk);
  epx_array_destroy(address);
}

/** Changes the losses of node i: a bus that has a parameter of its own has its light apart, the others lose it
 * with the rest. */
static void change_losses(const epx_fabrication *f, size_t i, const epx_ring_change *change, double *theta) {
  const epx_ring *ring = &f->ring;
  double *coupling_loss = f->coupling_loss == SIZE_MAX ? NULL : theta + f->coupling_loss + i;
  const bool apart = coupling_loss && *coupling_loss > 0;
  const double buses = f->spec.ring.buses - apart;
  const double nominal = ring->intrinsic_rate + buses * ring->coupling_rate;
  const double changed =
      ring->intrinsic_rate * change->loss_factor + buses * ring->coupling_rate * change->coupling_factor;
  if (nominal > 0) theta[f->loss + i] *= changed / nominal;
  if (apart) *coupling_loss *= change->coupling_factor;
}

/** Gets the shift to the nearest of the resonances, which repeat every spectral range. */
static double get_nearest(const epx_fabrication *f, double shift) {
  return remainder(shift, f->ring.spectral_range);
}

/** Changes the losses, and writes the shifts. */
static void change_nodes(epx_fabrication *f, double *theta) {
  for (int i = 0; i < f->n_nodes; i++) {
    double own[EPX_DEVIATION_COUNT];
    for (int q = 0; q < EPX_DEVIATION_COUNT; q++)
      own[q] = f->deviation[q * f->n_nodes + i];
    epx_ring_change change;
    epx_ring_eval_change(&f->spec.ring, &f->ring, own, &change);
    f->drawn[i] = change.shift;
    f->shift[i] = get_nearest(f, change.shift);
    change_losses(f, (size_t)i, &change, theta);
  }
}

static void change_links(const epx_fabrication *f, double *theta) {
  const double *gap = f->deviation + (size_t)EPX_DEVIATION_GAP * (size_t)f->n_nodes;
  const double *width = f->deviation + (size_t)EPX_DEVIATION_WIDTH * (size_t)f->n_nodes;
  for (size_t l = 0; l < f->n_links; l++) {
    const epx_link at = f->links[l];
    const double d_gap = (gap[at.i] + gap[at.j]) / 2, d_width = (width[at.i] + width[at.j]) / 2;
    theta[f->coupling + l] *= exp(-f->ring.decay * (d_gap - d_width) - f->ring.width_slope * d_width);
  }
}

/** Takes of each ring the resonance nearest to where most stand, their mean on a circle of one spectral range,
 * so that a chip whose resonances lie half a range off is not torn in two. */
static void gather(epx_fabrication *f) {
  const double turn = 2 * EPX_PI / f->ring.spectral_range;
  double x = 0, y = 0;
  for (int i = 0; i < f->n_nodes; i++) {
    x += cos(turn * f->shift[i]);
    y += sin(turn * f->shift[i]);
  }
  const double middle = atan2(y, x) / turn;
  for (int i = 0; i < f->n_nodes; i++)
    f->shift[i] = middle + get_nearest(f, f->shift[i] - middle);
}

static double eval_laser(epx_fabrication *f) {
  if (f->spec.laser == EPX_LASER_FIXED) return 0;
  gather(f);
  if (f->spec.laser == EPX_LASER_REDDEST) return epx_remedy_eval_reddest(f->n_nodes, f->shift);
  double sum = 0;
  for (int i = 0; i < f->n_nodes; i++)
    sum += f->shift[i];
  return sum / f->n_nodes;
}

epx_err epx_fabrication_eval(epx_fabrication *f, uint32_t i_point, uint32_t i_instance, double *theta,
                             epx_heating_report *report) {
  epx_heating_report unheated = {0};
  f->origin = epx_process_eval_origin(f->process, i_point, i_instance);
  epx_process_eval_at(f->process, i_point, f->origin, f->deviation);
  change_nodes(f, theta);
  change_links(f, theta);
  if (f->spec.trims) {
    epx_remedy_trim(&f->spec.trim, 0, f->spec.process.seed, i_point, i_instance, f->n_nodes, f->shift);
  }
  const double laser = eval_laser(f);
  if (f->spec.heats) {
    const epx_heating heating = {.heater = f->spec.heater,
                                 .spectral_range = f->ring.spectral_range,
                                 .wraps = f->spec.wraps,
                                 .compensated = f->spec.compensated,
                                 .crosstalk = f->crosstalk};
    EPX_TRY(epx_remedy_heat(&heating, laser, f->n_nodes, f->shift, f->power, &unheated));
  }
  const double wavelength = f->spec.ring.wavelength;
  const double slope = 2 * EPX_PI * EPX_LIGHT_SPEED / (wavelength * wavelength);
  for (int i = 0; i < f->n_nodes; i++)
    theta[f->detuning + (size_t)i] += slope * get_nearest(f, f->shift[i] - laser) / f->rate;
  if (report) *report = unheated;
  return EPX_OK;
}

epx_origin epx_fabrication_get_origin(const epx_fabrication *fabrication) {
  return fabrication->origin;
}

const double *epx_fabrication_get_deviations(const epx_fabrication *fabrication) {
  return fabrication->deviation;
}

const double *epx_fabrication_get_drawn_shifts(const epx_fabrication *fabrication) {
  return fabrication->drawn;
}

const double *epx_fabrication_get_shifts(const epx_fabrication *fabrication) {
  return fabrication->shift;
}

const epx_ring *epx_fabrication_get_ring(const epx_fabrication *fabrication) {
  return &fabrication->ring;
}

const epx_process *epx_fabrication_get_process(const epx_fabrication *fabrication) {
  return fabrication->process;
}

double epx_fabrication_get_rate(const epx_fabrication *fabrication) {
  return fabrication->rate;
}
