#include "photonic/fabrication/fabrication.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "epilux/units.h"
#include "photonic/device/constant.h"

struct epx_fabrication {
  epx_fabrication_spec spec; /* its placement is gone, its ring that of the device */
  const epx_family *family;
  epx_ring ring;
  epx_process *process;
  epx_layout layout;
  int n_nodes, n_guides, n_devices, n_tuned;
  size_t n_links;
  epx_link *links;                          /* [n_links] */
  size_t offset[EPX_FAMILY_MAX_PARAMETERS]; /* where parameters stand in theta */
  int coupling_loss;                        /* the index of that parameter, -1: the family has none */
  double rate;
  double *deviation; /* [EPX_DEVIATION_COUNT][n_guides] */
  double *drawn;     /* [n_devices]: shifts before the remedies */
  double *shift;     /* [n_devices]: and after them */
  double *power;     /* [n_tuned] */
  double *crosstalk; /* [n_tuned][n_tuned] or NULL */
  epx_origin origin; /* of the instance evaluated last */
};

bool epx_fabrication_is_varied(const epx_family *family, int parameter) {
  for (int r = 0; r < family->n_responses; r++)
    if (family->responses[r].parameter == parameter) return true;
  return false;
}

static bool has_follow(const epx_family *family, epx_follow follow) {
  for (int r = 0; r < family->n_responses; r++)
    if (family->responses[r].follow == follow) return true;
  return false;
}

static bool has_resonances(const epx_family *family) {
  return has_follow(family, EPX_FOLLOW_FREQUENCY) || has_follow(family, EPX_FOLLOW_WAVELENGTH) ||
         has_follow(family, EPX_FOLLOW_LINEWIDTH);
}

/* What a deviation moves by, EPX_BY_…. */
static unsigned get_effects(epx_deviation quantity) {
  switch (quantity) {
  case EPX_DEVIATION_WIDTH:
    return EPX_BY_SHIFT | EPX_BY_COUPLER;
  case EPX_DEVIATION_GAP:
    return EPX_BY_COUPLER;
  case EPX_DEVIATION_LOSS:
    return EPX_BY_LOSS;
  case EPX_DEVIATION_CURRENT:
    return EPX_BY_CURRENT;
  default:
    return EPX_BY_SHIFT;
  }
}

static bool varies(const epx_process_spec *process, int quantity) {
  const epx_process_terms *t = &process->terms[quantity];
  const struct {
    epx_process_term term;
    bool there;
  } terms[] = {{EPX_TERM_LOT, t->lot > 0},
               {EPX_TERM_WAFER, t->wafer > 0},
               {EPX_TERM_SYSTEMATIC, t->systematic > 0},
               {EPX_TERM_DIE, t->die > 0},
               {EPX_TERM_LOCAL, t->local > 0 || t->local_slope > 0},
               {EPX_TERM_WHITE, t->white > 0}};
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
    if (terms[i].there && !(process->off & 1u << terms[i].term)) return true;
  if (process->fixed[quantity] != 0) return true;
  bool shaped = t->tilt_x != 0 || t->tilt_y != 0;
  for (int k = 0; k < EPX_PROCESS_RADIAL; k++)
    shaped = shaped || t->radial[k] != 0;
  return shaped && !(process->off & 1u << EPX_TERM_RADIAL);
}

static const char *get_lacking(unsigned effects) {
  if (effects == EPX_BY_COUPLER) return "a coupler";
  if (effects == EPX_BY_LOSS) return "a loss of its guides";
  if (effects == EPX_BY_CURRENT) return "a current or pump";
  return effects == EPX_BY_SHIFT ? "a resonance or a phase" : "a resonance, a phase or a coupler";
}

epx_err epx_fabrication_check(const epx_fabrication_spec *spec, const epx_family *family) {
  if (family->n_devices == 0)
    return EPX_RAISE(EPX_EINPUT,
                     "family %s names no device that fabrication changes; `variation` spreads the parameters "
                     "of every family",
                     family->name);
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    const unsigned effects = get_effects((epx_deviation)q);
    if (!varies(&spec->process, q) || epx_layout_follows(family, effects)) continue;
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: family %s has no parameter that it moves, for none is that of %s; leave its terms at 0",
        epx_deviation_get_name((epx_deviation)q), family->name, get_lacking(effects));
  }
  if ((spec->trims || spec->heats) && !epx_layout_follows(family, EPX_BY_SHIFT))
    return EPX_RAISE(EPX_EINPUT,
                     "%s: family %s has no parameter that a resonance or a phase moves; leave it out",
                     spec->trims ? "trim" : "heating", family->name);
  if (spec->laser != EPX_LASER_FIXED && !has_resonances(family))
    return EPX_RAISE(EPX_EINPUT,
                     "laser: family %s has no resonances that a laser could follow; fixed is wanted",
                     family->name);
  return EPX_OK;
}

epx_err epx_fabrication_eval_device(const epx_fabrication_spec *fabrication, epx_ring_spec *spec,
                                    epx_ring *ring) {
  if (fabrication->stated) return epx_sensitivity_eval_ring(&fabrication->sensitivity, spec, ring);
  *spec = fabrication->ring;
  return epx_ring_eval(spec, ring);
}

double epx_fabrication_eval_rate(const epx_network *network, const double *nominal, const epx_ring *ring) {
  const epx_family *family = network->family;
  const char *unit = epx_family_get_time_unit(family);
  double seconds;
  if (strcmp(unit, "1") != 0) {
    if (epx_units_eval_factor(unit, "s", &seconds) == EPX_OK) return 1 / seconds;
    epx_error_reset();
    return 0;
  }
  if (!has_follow(family, EPX_FOLLOW_FREQUENCY)) return 0;
  if (epx_family_get_parameter(family, "loss") < 0) return ring->loss_rate;
  const double total = epx_network_get_loss(network, nominal, 0);
  return total > 0 ? ring->loss_rate / total : 0;
}

static epx_err set_rate(const epx_network *network, const double *nominal, epx_fabrication *f) {
  f->rate = epx_fabrication_eval_rate(network, nominal, &f->ring);
  if (f->rate > 0 || !has_follow(f->family, EPX_FOLLOW_FREQUENCY)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "the loss of node 0 is %g; it must be above 0 to be that of a ring",
                   epx_network_get_loss(network, nominal, 0));
}

/** Where a device gets less from all others than from its own heater, compensating settles, whatever is asked
 * for. */
static epx_err check_crosstalk(const epx_fabrication *f) {
  for (int i = 0; i < f->n_tuned; i++) {
    double others = -1; /* less its own */
    for (int j = 0; j < f->n_tuned; j++)
      others += fabs(f->crosstalk[(size_t)i * (size_t)f->n_tuned + (size_t)j]);
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

/** A heater stands on the first guide of its device; what it warms is a shift by the difference of a pair. */
static epx_err set_crosstalk(const epx_fabrication_spec *spec, epx_fabrication *f) {
  const size_t n = (size_t)f->n_tuned;
  EPX_TRY(EPX_ARRAY(f->crosstalk, n * n));
  for (int i = 0; i < f->n_tuned; i++) {
    int first, second;
    epx_layout_get_guides(&f->layout, i, &first, &second);
    for (int j = 0; j < f->n_tuned; j++) {
      int heated, other;
      double *out = &f->crosstalk[(size_t)i * n + (size_t)j], at_second = 0;
      epx_layout_get_guides(&f->layout, j, &heated, &other);
      *out = 1;
      if (i == j) continue;
      EPX_TRY(epx_remedy_eval_share(&spec->heater, spec->process.placement, first, heated, out));
      if (second != first)
        EPX_TRY(epx_remedy_eval_share(&spec->heater, spec->process.placement, second, heated, &at_second));
      *out -= at_second;
    }
  }
  return spec->compensated ? check_crosstalk(f) : EPX_OK;
}

static epx_err set_remedies(const epx_fabrication_spec *spec, epx_fabrication *f) {
  if (spec->trims) EPX_TRY(epx_device_check(&epx_trim_device, &spec->trim));
  if (!spec->heats) return EPX_OK;
  EPX_TRY(epx_device_check(&epx_heater_device, &spec->heater));
  return spec->crosstalk ? set_crosstalk(spec, f) : EPX_OK;
}

static void set_sizes(const epx_network *network, epx_fabrication *f) {
  f->family = network->family;
  f->n_nodes = network->n_nodes;
  f->n_links = network->topology->n_links;
  epx_layout_init(network, &f->layout);
  f->n_guides = epx_layout_get_n_guides(&f->layout);
  f->n_devices = epx_layout_get_n_devices(&f->layout);
  f->n_tuned = f->layout.n_tuned;
  memcpy(f->offset, network->offset, sizeof f->offset);
  f->coupling_loss = epx_family_get_parameter(network->family, "coupling_loss");
}

static epx_err set_up(const epx_fabrication_spec *spec, const epx_network *network, const double *nominal,
                      epx_fabrication *f) {
  f->spec = *spec;
  set_sizes(network, f);
  EPX_TRY(epx_fabrication_check(spec, network->family));
  EPX_TRY(epx_fabrication_eval_device(spec, &f->spec.ring, &f->ring));
  EPX_TRY(set_rate(network, nominal, f));
  EPX_TRY(epx_process_create(&spec->process, &f->process));
  f->spec.process.placement = NULL;
  if (epx_process_get_n_devices(f->process) != f->n_guides) {
    return EPX_RAISE(EPX_EINPUT, "%d devices are placed, the network has %d",
                     epx_process_get_n_devices(f->process), f->n_guides);
  }
  EPX_TRY(EPX_ARRAY(f->links, f->n_links));
  for (size_t l = 0; l < f->n_links; l++)
    f->links[l] = network->topology->links[l];
  EPX_TRY(EPX_ARRAY(f->deviation, EPX_DEVIATION_COUNT * (size_t)f->n_guides));
  EPX_TRY(EPX_ARRAY(f->drawn, (size_t)f->n_devices));
  EPX_TRY(EPX_ARRAY(f->shift, (size_t)f->n_devices));
  EPX_TRY(EPX_ARRAY(f->power, (size_t)f->n_tuned));
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

/** Gets the deviations of two guides: their mean, the same of one that is both. */
static void get_mean(const epx_fabrication *f, int first, int second, double *mean) {
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    const double *row = f->deviation + (size_t)q * (size_t)f->n_guides;
    mean[q] = first == second ? row[first] : (row[first] + row[second]) / 2;
  }
}

/** Gets the shift to the nearest of the resonances, which repeat every spectral range. */
static double get_nearest(const epx_fabrication *f, double shift) {
  return remainder(shift, f->ring.spectral_range);
}

/** Writes the shifts of all devices: of a pair that of the difference. */
static void draw_shifts(epx_fabrication *f) {
  for (int d = 0; d < f->n_devices; d++) {
    int first, second;
    double own[EPX_DEVIATION_COUNT];
    epx_ring_change change;
    epx_layout_get_guides(&f->layout, d, &first, &second);
    for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
      const double *row = f->deviation + (size_t)q * (size_t)f->n_guides;
      own[q] = first == second ? row[first] : row[first] - row[second];
    }
    epx_ring_eval_change(&f->spec.ring, &f->ring, own, &change);
    f->drawn[d] = change.shift;
    f->shift[d] = get_nearest(f, change.shift);
  }
}

/** The change of a coupler's angle by deviations. */
static double eval_coupler(const epx_fabrication *f, const double *deviation) {
  const double width = deviation[EPX_DEVIATION_WIDTH];
  return exp(-f->ring.decay * (deviation[EPX_DEVIATION_GAP] - width) - f->ring.width_slope * width);
}

/** The change of a resonator's loss: a bus that has a parameter of its own has its light apart, the others lose
 * it with the rest. 1 where there is none. */
static double eval_loss(const epx_fabrication *f, bool apart, const epx_ring_change *change) {
  const epx_ring *ring = &f->ring;
  const double buses = f->spec.ring.buses - apart;
  const double nominal = ring->intrinsic_rate + buses * ring->coupling_rate;
  const double changed =
      ring->intrinsic_rate * change->loss_factor + buses * ring->coupling_rate * change->coupling_factor;
  return nominal > 0 ? changed / nominal : 1;
}

/** The change of 4 k_i k_c / (k_i + k_c)^2, how deep a resonance is. */
static double eval_depth(const epx_fabrication *f, const epx_ring_change *change) {
  const double k_i = f->ring.intrinsic_rate, k_c = f->ring.coupling_rate, i = k_i * change->loss_factor,
               c = k_c * change->coupling_factor;
  const double ratio = (k_i + k_c) / (i + c);
  return change->loss_factor * change->coupling_factor * ratio * ratio;
}

/** Moves one parameter of a device's own node or link. */
static void follow(const epx_fabrication *f, const epx_family_response *row, size_t i, double shift,
                   double *theta) {
  int first, second;
  double mean[EPX_DEVIATION_COUNT], *p = theta + f->offset[row->parameter] + i;
  epx_ring_change change;
  const double lambda = f->spec.ring.wavelength, factor = row->factor;
  epx_layout_get_guides(&f->layout, f->layout.first_device[row->device] + (int)i, &first, &second);
  get_mean(f, first, second, mean);
  epx_ring_eval_change(&f->spec.ring, &f->ring, mean, &change);
  const bool apart = f->coupling_loss >= 0 && theta[f->offset[f->coupling_loss] + i] > 0;
  switch (row->follow) {
  case EPX_FOLLOW_FREQUENCY:
    *p += factor * (2 * EPX_PI * EPX_LIGHT_SPEED / (lambda * lambda) * shift / f->rate);
    break;
  case EPX_FOLLOW_WAVELENGTH:
    *p += factor * shift;
    break;
  case EPX_FOLLOW_LINEWIDTH:
    *p += factor * shift * f->ring.q_loaded / lambda;
    break;
  case EPX_FOLLOW_PHASE:
    *p += factor * 2 * EPX_PI * shift / f->ring.spectral_range;
    break;
  case EPX_FOLLOW_LOSS:
    *p *= eval_loss(f, apart, &change);
    break;
  case EPX_FOLLOW_BUS:
    *p *= change.coupling_factor;
    break;
  case EPX_FOLLOW_GUIDE:
    *p *= change.loss_factor;
    break;
  case EPX_FOLLOW_SPLITTER:
    *p += factor * EPX_PI / 4 * (eval_coupler(f, mean) - 1);
    break;
  case EPX_FOLLOW_DEPTH:
    *p = fmin(*p * eval_depth(f, &change), f->family->parameters[row->parameter].high);
    break;
  case EPX_FOLLOW_THRESHOLD:
    *p = (*p + factor) / eval_loss(f, apart, &change) - factor;
    break;
  case EPX_FOLLOW_CURRENT:
    *p = (*p + 1) * exp(factor * mean[EPX_DEVIATION_CURRENT]) - 1;
    break;
  case EPX_FOLLOW_PUMP:
    *p *= exp(factor * mean[EPX_DEVIATION_CURRENT]);
    break;
  default: /* an exchange is of links */
    break;
  }
}

/** Couplings of two nodes follow the mean of the devices there. */
static void follow_exchange(const epx_fabrication *f, const epx_family_response *row, double *theta) {
  const int start = f->layout.first_device[row->device];
  for (size_t l = 0; l < f->n_links; l++) {
    int i, j, second;
    double mean[EPX_DEVIATION_COUNT];
    epx_layout_get_guides(&f->layout, start + f->links[l].i, &i, &second);
    epx_layout_get_guides(&f->layout, start + f->links[l].j, &j, &second);
    get_mean(f, i, j, mean);
    theta[f->offset[row->parameter] + l] *= eval_coupler(f, mean);
  }
}

/** Takes of each ring the resonance nearest to where most stand, their mean on a circle of one spectral range,
 * so that a chip whose resonances lie half a range off is not torn in two. */
static void gather(epx_fabrication *f) {
  const double turn = 2 * EPX_PI / f->ring.spectral_range;
  double x = 0, y = 0;
  for (int i = 0; i < f->n_tuned; i++) {
    x += cos(turn * f->shift[i]);
    y += sin(turn * f->shift[i]);
  }
  const double middle = atan2(y, x) / turn;
  for (int i = 0; i < f->n_tuned; i++)
    f->shift[i] = middle + get_nearest(f, f->shift[i] - middle);
}

static double eval_laser(epx_fabrication *f) {
  if (f->spec.laser == EPX_LASER_FIXED) return 0;
  gather(f);
  if (f->spec.laser == EPX_LASER_REDDEST) return epx_remedy_eval_reddest(f->n_tuned, f->shift);
  double sum = 0;
  for (int i = 0; i < f->n_tuned; i++)
    sum += f->shift[i];
  return sum / f->n_tuned;
}

/** Moves all parameters; losses before the rates that they are judged by. */
static void follow_all(const epx_fabrication *f, double laser, double *theta) {
  for (int r = 0; r < f->family->n_responses; r++) {
    const epx_family_response *row = &f->family->responses[r];
    if (row->follow == EPX_FOLLOW_EXCHANGE) {
      follow_exchange(f, row, theta);
      continue;
    }
    const int start = f->layout.first_device[row->device];
    for (int i = 0; i < f->layout.first_device[row->device + 1] - start; i++)
      follow(f, row, (size_t)i, get_nearest(f, f->shift[start + i] - laser), theta);
  }
}

epx_err epx_fabrication_eval(epx_fabrication *f, uint32_t i_point, uint32_t i_instance, double *theta,
                             epx_heating_report *report) {
  epx_heating_report unheated = {0};
  f->origin = epx_process_eval_origin(f->process, i_point, i_instance);
  epx_process_eval_at(f->process, i_point, f->origin, f->deviation);
  draw_shifts(f);
  if (f->spec.trims) {
    epx_remedy_trim(&f->spec.trim, 0, f->spec.process.seed, i_point, i_instance, f->n_tuned, f->shift);
  }
  const double laser = eval_laser(f);
  if (f->spec.heats) {
    const epx_heating heating = {.heater = f->spec.heater,
                                 .spectral_range = f->ring.spectral_range,
                                 .wraps = f->spec.wraps,
                                 .compensated = f->spec.compensated,
                                 .crosstalk = f->crosstalk};
    EPX_TRY(epx_remedy_heat(&heating, laser, f->n_tuned, f->shift, f->power, &unheated));
  }
  follow_all(f, laser, theta);
  if (report) *report = unheated;
  return EPX_OK;
}

epx_origin epx_fabrication_get_origin(const epx_fabrication *fabrication) {
  return fabrication->origin;
}

const epx_layout *epx_fabrication_get_layout(const epx_fabrication *fabrication) {
  return &fabrication->layout;
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
