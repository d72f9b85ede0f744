/** @file
 * epilux fit: a ring's resonances from measured scans; the variances of a process from measured wafers.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/number.h"
#include "cli/command.h"
#include "cli/print/components_table.h"
#include "cli/print/document.h"
#include "cli/print/fitted.h"
#include "epilux/units.h"
#include "io/measurement/scan_file.h"
#include "photonic/device/constant.h"

/** What the options say. */
typedef struct {
  epx_resonance_spec spec;
  epx_scan_ports ports;
  double length,
      fringe; /* of the guide [m]; of the fringes [Hz], or < 0: minus the period in wavelength [m] */
  double *gaps, *powers; /* [n_scans], or NULL */
} request;

static epx_err read_word(const epx_call *call, const char *option, int n, const char *const *words,
                         int *index) {
  const char *text = epx_call_get_value(call, option, 0);
  if (!text) return EPX_OK;
  for (*index = 0; *index < n; ++*index)
    if (strcmp(text, words[*index]) == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s %s: it is %s%s%s or %s", option, text, n > 2 ? words[0] : "",
                   n > 2 ? ", " : "", words[n - 2], words[n - 1]);
}

static epx_err read_quantity(const epx_call *call, const char *option, const char *unit, double *value) {
  const char *text = epx_call_get_value(call, option, 0);
  if (!text) return EPX_OK;
  const int code = epx_units_eval(text, unit, value);
  if (code == EPX_EINPUT) return EPX_RAISE(EPX_EINPUT, "%s: %s", option, epx_error_get_message());
  EPX_TRY(code);
  if (*value > 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s %s: a value above 0 is wanted", option, text);
}

/* A period of the wavelength or of the frequency. */
static epx_err read_fringes(const epx_call *call, request *r) {
  const char *text = epx_call_get_value(call, "--fringes", 0);
  double value;
  if (!text) return EPX_OK;
  if (epx_number_read_whole(text, &value))
    return EPX_RAISE(EPX_EINPUT, "--fringes %s: a period with a unit is wanted, such as 0.8 nm or 100 GHz",
                     text);
  if (epx_units_eval(text, "m", &value) == EPX_OK)
    r->fringe = -value;
  else if (epx_units_eval(text, "Hz", &value) == EPX_OK)
    r->fringe = value;
  else
    return EPX_RAISE(EPX_EINPUT, "--fringes %s: a period is wanted, such as 0.8 nm or 100 GHz", text);
  if (value > 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "--fringes %s: a period above 0 is wanted", text);
}

/* One value a scan, between commas. */
static epx_err read_list(const epx_call *call, const char *option, const char *unit, double **list) {
  const char *text = epx_call_get_value(call, option, 0);
  *list = NULL;
  if (!text) return EPX_OK;
  EPX_TRY(EPX_ARRAY(*list, (size_t)call->n_arguments));
  for (int k = 0; k < call->n_arguments; k++) {
    char word[64];
    const size_t n = strcspn(text, ",");
    if (n >= sizeof word || (k + 1 < call->n_arguments) != (text[n] == ','))
      return EPX_RAISE(EPX_EINPUT,
                       "%s: %d values between commas are wanted, one for each scan, such as '200 nm, 250 nm'",
                       option, call->n_arguments);
    memcpy(word, text, n);
    word[n] = '\0';
    if (epx_units_eval(word, unit, &(*list)[k]) != EPX_OK)
      return EPX_RAISE(EPX_EINPUT, "%s: %s", option, epx_error_get_message());
    if (!((*list)[k] > 0)) return EPX_RAISE(EPX_EINPUT, "%s %s: values above 0 are wanted", option, word);
    text += n + (text[n] == ',');
  }
  return EPX_OK;
}

static epx_err read_ports(const epx_call *call, epx_scan_ports *ports) {
  const char *through = epx_call_get_value(call, "--through", 0),
             *drop = epx_call_get_value(call, "--drop", 0);
  *ports = (epx_scan_ports){.through_out = 2, .through_in = 1};
  if (through) EPX_TRY(epx_scan_file_read_port(through, &ports->through_out, &ports->through_in));
  if (drop) EPX_TRY(epx_scan_file_read_port(drop, &ports->drop_out, &ports->drop_in));
  return EPX_OK;
}

static epx_err read_request(const epx_call *call, request *r, epx_fitted_set *set) {
  static const char *const couplings[] = {"under", "over"}, *const splittings[] = {"auto", "no", "yes"},
                           *const sweeps[] = {"up", "down"};
  int coupling = -1, splitting = 0, sweep = 0;
  double kelvin = NAN;
  EPX_TRY(read_word(call, "--coupling", 2, couplings, &coupling));
  EPX_TRY(read_word(call, "--splitting", 3, splittings, &splitting));
  EPX_TRY(read_word(call, "--sweep", 2, sweeps, &sweep));
  r->spec.coupling = coupling < 0    ? EPX_COUPLING_UNTOLD
                     : coupling == 0 ? EPX_COUPLING_UNDER
                                     : EPX_COUPLING_OVER;
  r->spec.splitting = (epx_splitting)splitting;
  r->spec.slope = epx_call_is_set(call, "--slope");
  r->spec.rising = sweep == 1; /* a wavelength that falls */
  EPX_TRY(read_ports(call, &r->ports));
  EPX_TRY(read_fringes(call, r));
  EPX_TRY(read_quantity(call, "--length", "m", &r->length));
  EPX_TRY(read_quantity(call, "--absorbed-share", "1", &set->absorbed));
  EPX_TRY(read_quantity(call, "--shift-per-kelvin", "m/K", &kelvin));
  set->kelvin = kelvin; /* of the wavelength; made one of the frequency once that is known */
  EPX_TRY(read_list(call, "--gaps", "m", &r->gaps));
  EPX_TRY(read_list(call, "--powers", "W", &r->powers));
  if (epx_call_is_set(call, "--sweep") && !r->powers)
    return EPX_RAISE(EPX_EINPUT, "--sweep: it matters with --powers alone: leave it out");
  return EPX_OK;
}

static epx_err fit(const char *path, const request *r, int i, epx_fitted *f) {
  epx_resonance_spec spec = r->spec;
  EPX_TRY(epx_scan_file_read(path, &r->ports, &f->scan));
  const epx_scan *s = f->scan;
  const double middle = (s->frequency[0] + s->frequency[s->n_points - 1]) / 2;
  spec.fringe = 2 * EPX_PI * fmax(r->fringe, 0);
  if (r->fringe < 0) spec.fringe = -r->fringe * middle * middle / (2 * EPX_PI * EPX_LIGHT_SPEED);
  spec.power = r->powers ? r->powers[i] : 0;
  EPX_TRY(epx_resonance_create(s, &spec, &f->resonances, &f->n));
  return epx_comb_eval(f->resonances, f->n, r->length, &f->comb);
}

/* The resonance of each scan that is nearest to the first scan's first; series are of one resonance. */
static epx_err choose(const epx_fitted_set *set, epx_resonance ***chosen) {
  EPX_TRY(EPX_ARRAY(*chosen, (size_t)set->n_scans));
  const double wanted = set->scans[0].resonances[0].solution[0].estimate[EPX_RESONANCE_WAVELENGTH].value;
  for (int s = 0; s < set->n_scans; s++) {
    double least = INFINITY;
    for (int k = 0; k < set->scans[s].n; k++) {
      epx_resonance *r = &set->scans[s].resonances[k];
      const double distance = fabs(r->solution[0].estimate[EPX_RESONANCE_WAVELENGTH].value - wanted);
      if (distance < least) (*chosen)[s] = r;
      least = fmin(least, distance);
    }
  }
  return EPX_OK;
}

static epx_err eval_series(const request *r, epx_fitted_set *set) {
  epx_resonance **chosen;
  if (!r->gaps && !r->powers) return EPX_OK;
  EPX_TRY(choose(set, &chosen));
  int code = r->gaps ? epx_gap_series_eval(chosen, r->gaps, set->n_scans, &set->gaps) : EPX_OK;
  if (code == EPX_OK && r->powers) {
    const double wavelength = chosen[0]->solution[0].estimate[EPX_RESONANCE_WAVELENGTH].value;
    code = epx_power_series_eval(chosen, set->n_scans, &set->shift);
    set->kelvin *= 2 * EPX_PI * EPX_LIGHT_SPEED / (wavelength * wavelength);
  }
  epx_array_destroy(&chosen);
  return code;
}

static epx_err view(const epx_call *call, const epx_fitted_set *set) {
  if (epx_call_is_set(call, "--deck")) return epx_fitted_view_deck(set);
  if (epx_call_is_set(call, "--csv")) return epx_fitted_view_csv(set);
  if (!epx_call_is_set(call, "--json")) return epx_fitted_view(set);
  epx_fitted_view_json(set);
  return EPX_OK;
}

static epx_err solve_all(const epx_call *call, const request *r, epx_fitted_set *set) {
  EPX_TRY(EPX_ARRAY(set->scans, (size_t)call->n_arguments));
  for (int k = 0; k < call->n_arguments; k++) {
    set->n_scans = k + 1;
    EPX_TRY(fit(call->arguments[k], r, k, &set->scans[k]));
  }
  EPX_TRY(eval_series(r, set));
  return view(call, set);
}

static epx_err read_map_request(const epx_call *call, epx_components_spec *spec) {
  const char *kernel = epx_call_get_value(call, "--kernel", 0),
             *radial = epx_call_get_value(call, "--radial", 0);
  double diameter = 0.1, terms = 2;
  if (call->n_arguments > 1)
    return EPX_RAISE(EPX_EINPUT, "--map: one file is wanted, which may hold many lots");
  for (int k = 0; k < call->n_options; k++) {
    static const char *const known[] = {"--map", "--kernel", "--radial", "--diameter", "--csv", "--deck"};
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      found |= strcmp(call->options[k].option->name, known[i]) == 0;
    if (!found)
      return EPX_RAISE(EPX_EINPUT, "%s: it does nothing with --map: leave it out",
                       call->options[k].option->name);
  }
  EPX_TRY(read_quantity(call, "--diameter", "m", &diameter));
  if (radial && (!epx_number_read_whole(radial, &terms) || terms != rint(terms) || terms < 0 ||
                 terms > EPX_COMPONENTS_RADIAL))
    return EPX_RAISE(EPX_EINPUT, "--radial %s: give a whole number from 0 to %d", radial,
                     EPX_COMPONENTS_RADIAL);
  *spec = (epx_components_spec){.radius = diameter / 2, .n_radial = (int)terms, .tilt = terms > 0};
  spec->local = !kernel || strcmp(kernel, "none") != 0;
  if (spec->local) EPX_TRY(epx_correlation_get_kind(kernel ? kernel : "exponential", &spec->kernel));
  if (spec->local && (spec->kernel == EPX_CORRELATION_TABLE || spec->kernel == EPX_CORRELATION_RANDOM_WALK))
    return EPX_RAISE(EPX_EINPUT, "--kernel %s: it is none, exponential, matern-3/2 or gaussian", kernel);
  return EPX_OK;
}

static epx_err solve_map(const epx_call *call) {
  epx_components_spec spec;
  epx_components components;
  epx_wafer_map_file *file;
  EPX_TRY(read_map_request(call, &spec));
  EPX_TRY(epx_wafer_map_file_read(call->arguments[0], &file));
  int code = epx_components_eval(&file->map, &spec, &components);
  if (code == EPX_EINPUT) code = EPX_RAISE(EPX_EINPUT, "%s: %s", call->arguments[0], epx_error_get_message());
  if (code == EPX_OK && epx_call_is_set(call, "--deck"))
    code = epx_components_view_deck(&components, &spec, file);
  else if (code == EPX_OK)
    code = epx_components_view(&components, file, epx_call_is_set(call, "--csv"));
  epx_wafer_map_file_destroy(&file);
  return code;
}

static epx_err solve(const epx_call *call, int *status) {
  request r = {0};
  if (epx_call_is_set(call, "--map")) return solve_map(call);
  epx_fitted_set set = {.shift = {NAN, NAN, NAN}, .absorbed = NAN, .kelvin = NAN};
  (void)status;
  int code = read_request(call, &r, &set);
  if (code == EPX_OK) code = solve_all(call, &r, &set);
  for (int k = 0; k < set.n_scans; k++) {
    epx_scan_destroy(&set.scans[k].scan);
    epx_array_destroy(&set.scans[k].resonances);
  }
  epx_array_destroy(&set.scans);
  epx_array_destroy(&r.gaps);
  epx_array_destroy(&r.powers);
  return code;
}

static const epx_option options[] = {
    {"--coupling", "WAY",
     "the rings are coupled under or over (default: not told; then both solutions are printed)", 0},
    {"--splitting", "WHEN",
     "fit a splitting by backscatter: auto, no or yes (default auto: where it fits clearly better)", 0},
    {"--slope", NULL, "the background has a slope", 0},
    {"--fringes", "PERIOD", "the background has fringes of about this period, such as '0.8 nm' or '100 GHz'",
     0},
    {"--through", "S", "S-parameter of the through port in a Touchstone file (default S21)", 0},
    {"--drop", "S", "S-parameter of the drop port, of an equal second bus (default: none)", 0},
    {"--length", "LENGTH", "length of the guide once around, for the group index", 0},
    {"--gaps", "LIST",
     "gap of each scan's ring, such as '200 nm, 250 nm, 300 nm': the series tells the coupling", 0},
    {"--powers", "LIST",
     "power in the bus of each scan, such as '0.1 mW, 0.3 mW, 1 mW': the red shift it makes", 0},
    {"--sweep", "WAY", "with --powers: the laser's wavelength goes up or down (default up)", 0},
    {"--absorbed-share", "SHARE",
     "with --powers: share of the absorbed power that heats, for the thermal resistance", 0},
    {"--shift-per-kelvin", "SHIFT",
     "with --powers: of the resonance, such as '74 pm/K', for the thermal resistance", 0},
    {"--map", NULL,
     "the file is a map of wafers, CSV with lot,wafer,x_mm,y_mm,width_nm: print the variances of lots, "
     "wafers, dies",
     0},
    {"--diameter", "LENGTH", "with --map: of the wafers (default 100 mm)", 0},
    {"--radial", "N", "with --map: radial terms, with a tilt (default 2; 0: neither)", 0},
    {"--kernel", "KERNEL",
     "with --map: field over the wafer: none, exponential, matern-3/2 or gaussian (default exponential)", 0},
    {"--deck", NULL, "print sections of a deck", 0},
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    EPX_OPTION_JSON,
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_fit = {
    .name = "fit",
    .arguments = "SCAN…|--map WAFERS",
    .n_min = 1,
    .n_max = 10000,
    .summary = "fit a ring's resonances to measured scans: rates, extinction, splitting, group index, with "
               "intervals",
    .details = "A scan is CSV with a header such as wavelength_nm,power_dBm (and the drop port's power), or "
               "Touchstone (.sNp).\n"
               "Intrinsic and coupling rate are told apart by --coupling, a phase, a drop port, a clear "
               "splitting or --gaps.",
    .example = "epilux fit die-1.csv die-2.csv --coupling under --slope --deck",
    .options = options,
    .solve = solve,
};
