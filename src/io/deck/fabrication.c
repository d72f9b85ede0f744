/** @file
 * Deck: network.device and process, from a resolved deck to typed settings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/deck/private.h"
#include "io/schema/words.h"
#include "photonic/families/resonators/ring_parameters.h"

enum { PATH_SIZE = 128 };

static bool is_true(const epx_tree *map, const char *key) {
  return strcmp(epx_tree_get(map, key)->text, "true") == 0;
}

static int get_word(const epx_tree *map, const char *key, const char *(*words)(const epx_family *, int)) {
  return epx_words_get_index(words, NULL, epx_tree_get(map, key)->text);
}

/* Sets a number if the deck gives it. */
static void set_number(const epx_tree *map, const char *key, double *number) {
  const epx_tree *given = epx_tree_get(map, key);
  if (given) *number = strtod(given->text, NULL);
}

/* Sets all quantities of a component that the map holds. */
static void set_quantities(const epx_tree *map, const epx_device *device, void *component) {
  for (int i = 0; i < device->n_quantities; i++) {
    const epx_quantity *q = &device->quantities[i];
    double number = q->fallback;
    set_number(map, q->name, &number);
    memcpy((char *)component + q->offset, &number, sizeof number);
  }
}

static bool has_phase(const epx_family *family) {
  for (int r = 0; r < family->n_responses; r++)
    if (family->responses[r].follow == EPX_FOLLOW_PHASE) return true;
  return false;
}

/* A phase shifter is as long as the deck says, a ring at least as long as a circle. */
static epx_err check_length(const epx_tree *map, const epx_family *family, const epx_ring_spec *spec) {
  const double circle = 6.283185307179586 * spec->radius;
  if (has_phase(family) && spec->length == 0)
    return epx_tree_raise(
        map, "network.device.length is missing: family %s is made of phase shifters, such as of 100 um",
        family->name);
  if (!has_phase(family) && spec->length > 0 && spec->length < circle * (1 - 1e-9))
    return epx_tree_raise(
        epx_tree_get(map, "length"),
        "network.device.length: %g um, but a circle of radius %g um is %g um around; 0 or more "
        "than that is wanted",
        spec->length * 1e6, spec->radius * 1e6, circle * 1e6);
  return EPX_OK;
}

/* The parameters that the ring gives, of every node. */
static epx_err set_parameters(const epx_ring_spec *spec, const epx_ring *ring, epx_settings *settings) {
  const epx_family *family = settings->network.family;
  double *values;
  EPX_TRY(epx_settings_create_owned(settings, (size_t)family->n_parameters, sizeof *values, &values));
  for (int p = 0; p < family->n_parameters; p++) {
    if (!epx_ring_gives(family, p)) continue;
    values[p] = epx_ring_eval_parameter(spec, ring, p);
    settings->network.value[p] = (epx_value){.kind = EPX_VALUE_LIST, .n_values = 1, .values = &values[p]};
  }
  return EPX_OK;
}

static epx_err read_device(const epx_tree *map, const epx_family *family, epx_settings *settings) {
  epx_ring ring;
  epx_ring_spec *spec = &settings->fabrication.ring;
  if (family->n_devices == 0)
    return epx_tree_raise(map, "network.device: family %s names no device that a geometry describes",
                          family->name);
  epx_ring_init((epx_material_kind)get_word(map, "material", epx_words_get_material), spec);
  set_quantities(map, spec->core == EPX_SILICON ? &epx_ring_silicon : &epx_ring_nitride, spec);
  EPX_TRY(check_length(map, family, spec));
  const int code = epx_ring_eval(spec, &ring);
  if (code == EPX_EINPUT) return epx_tree_raise(map, "network.device: %s", epx_error_get_message());
  EPX_TRY(code);
  EPX_TRY(set_parameters(spec, &ring, settings));
  settings->has_device = true;
  settings->described = strcmp(family->name, "kerr") == 0;
  return EPX_OK;
}

static void read_sensitivity(const epx_tree *map, epx_fabrication_spec *fabrication) {
  fabrication->stated = map != NULL;
  if (!map) return;
  const epx_material_kind core = (epx_material_kind)get_word(map, "material", epx_words_get_material);
  set_quantities(map, epx_sensitivity_get_device(core), &fabrication->sensitivity);
}

static epx_err read_numbers(const epx_tree *list, epx_settings *settings, const double **out) {
  double *numbers;
  EPX_TRY(epx_settings_create_owned(settings, (size_t)list->n, sizeof *numbers, &numbers));
  for (int i = 0; i < list->n; i++)
    numbers[i] = strtod(list->items[i]->text, NULL);
  *out = numbers;
  return EPX_OK;
}

static epx_err read_table(const epx_tree *map, const char *path, epx_settings *settings,
                          epx_correlation *kernel) {
  const epx_tree *distances = epx_tree_get(map, "distances"), *values = epx_tree_get(map, "correlations");
  if (!distances || !values || distances->n != values->n)
    return epx_tree_raise(map, "%s: kernel table needs distances and correlations, the same number of each",
                          path);
  kernel->n_points = distances->n;
  EPX_TRY(read_numbers(distances, settings, &kernel->distance));
  return read_numbers(values, settings, &kernel->value);
}

/* A field without a kernel would be one whose kernel nobody chose. */
static epx_err read_kernel(const epx_tree *map, const char *path, const char *field, const char *key,
                           const char *length, epx_settings *settings, epx_correlation *kernel) {
  const epx_tree *given = epx_tree_get(map, key);
  const bool varies = epx_tree_get(map, field) != NULL;
  set_number(map, length, &kernel->length);
  if (given)
    kernel->kind = (epx_correlation_kind)get_word(map, key, epx_words_get_kernel);
  else if (varies && kernel->length == 0)
    return epx_tree_raise(map, "%s.%s is missing; see `epilux list kernels`", path, key);
  if (given && kernel->kind == EPX_CORRELATION_TABLE) return read_table(map, path, settings, kernel);
  if (varies && kernel->length == 0) return epx_tree_raise(map, "%s.%s is missing", path, length);
  return EPX_OK;
}

static epx_err read_terms(const epx_tree *process, epx_deviation quantity, epx_settings *settings) {
  epx_process_terms *terms = &settings->fabrication.process.terms[quantity];
  const epx_tree *map = epx_tree_get(process, epx_deviation_get_name(quantity));
  if (!map) return EPX_OK;
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "process.%s", epx_deviation_get_name(quantity));
  const struct {
    const char *key;
    double *number;
  } numbers[] = {{"lot", &terms->lot},       {"wafer", &terms->wafer},
                 {"die", &terms->die},       {"tilt_x", &terms->tilt_x},
                 {"tilt_y", &terms->tilt_y}, {"systematic", &terms->systematic},
                 {"local", &terms->local},   {"slope", &terms->local_slope},
                 {"white", &terms->white},   {"white_length", &terms->white_length}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    set_number(map, numbers[i].key, numbers[i].number);
  if (epx_tree_get(map, "slope") && !epx_tree_get(map, "local")) terms->local = 0;
  if (epx_tree_get(map, "local") && !epx_tree_get(map, "slope")) terms->local_slope = 0;
  const epx_tree *radial = epx_tree_get(map, "radial");
  if (radial && radial->n > EPX_PROCESS_RADIAL)
    return epx_tree_raise(radial, "%s.radial: %d coefficients, at most %d", path, radial->n,
                          EPX_PROCESS_RADIAL);
  for (int k = 0; radial && k < EPX_PROCESS_RADIAL; k++)
    terms->radial[k] = k < radial->n ? strtod(radial->items[k]->text, NULL) : 0;
  EPX_TRY(read_kernel(map, path, "systematic", "systematic_kernel", "systematic_length", settings,
                      &terms->systematic_kernel));
  const char *field = epx_tree_get(map, "slope") ? "slope" : "local";
  return read_kernel(map, path, field, "kernel", "length", settings, &terms->local_kernel);
}

static epx_err read_placement(const epx_tree *map, epx_settings *settings) {
  epx_placement_spec *placement = &settings->placement;
  const epx_tree *path = epx_tree_get(map, "path");
  if (path) {
    char *copy;
    EPX_TRY(epx_settings_create_owned(settings, strlen(path->text) + 1, 1, &copy));
    strcpy(copy, path->text);
    placement->path = copy;
    return EPX_OK;
  }
  placement->n_columns = (int)strtol(epx_tree_get(map, "columns")->text, NULL, 10);
  set_number(map, "pitch", &placement->pitch);
  set_number(map, "left", &placement->x);
  set_number(map, "bottom", &placement->y);
  set_number(map, "arms", &placement->arms);
  return EPX_OK;
}

static void read_remedies(const epx_tree *map, epx_fabrication_spec *fabrication) {
  const epx_tree *trim = epx_tree_get(map, "trim"), *heating = epx_tree_get(map, "heating");
  fabrication->laser = (epx_laser)get_word(map, "laser", epx_words_get_laser);
  fabrication->trims = trim != NULL;
  if (trim) set_quantities(trim, &epx_trim_device, &fabrication->trim);
  fabrication->heats = heating != NULL;
  if (!heating) return;
  set_quantities(heating, &epx_heater_device, &fabrication->heater);
  fabrication->wraps = is_true(heating, "wraps");
  fabrication->crosstalk = is_true(heating, "crosstalk");
  fabrication->compensated = is_true(heating, "compensated");
}

/* What is wrong begins with the key of the process that it is about, where it is about one. */
static epx_err raise_at(const epx_tree *map, const char *message) {
  char key[32];
  snprintf(key, sizeof key, "%.*s", (int)strcspn(message, ":"), message);
  const epx_tree *at = epx_tree_get(map, key);
  return at ? epx_tree_raise(at, "process.%s", message) : epx_tree_raise(map, "process: %s", message);
}

static epx_err read_process(const epx_tree *map, epx_settings *settings) {
  epx_process_spec *process = &settings->fabrication.process;
  const epx_tree *without = epx_tree_get(map, "without");
  read_sensitivity(epx_tree_get(map, "sensitivity"), &settings->fabrication);
  epx_process_init(process);
  process->seed = settings->seed;
  EPX_TRY(epx_process_set_preset(epx_tree_get(map, "preset")->text, process));
  EPX_TRY(epx_process_get_sampler(epx_tree_get(map, "sampler")->text, &process->sampler));
  for (int i = 0; i < without->n; i++)
    process->off |= 1u << epx_words_get_index(epx_words_get_term, NULL, without->items[i]->text);
  set_number(map, "correlation", &process->correlation);
  set_number(map, "padding", &process->padding);
  set_quantities(epx_tree_get(map, "wafer"), &epx_wafer_device, &process->wafer);
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++)
    EPX_TRY(read_terms(map, (epx_deviation)q, settings));
  double n_sigma = 0;
  set_number(map, "corner_sigma", &n_sigma);
  const int cornered =
      epx_process_set_corner((epx_corner)get_word(map, "corner", epx_words_get_corner), n_sigma, process);
  if (cornered == EPX_EINPUT) return raise_at(map, epx_error_get_message());
  EPX_TRY(cornered);
  EPX_TRY(read_placement(epx_tree_get(map, "placement"), settings));
  read_remedies(map, &settings->fabrication);
  const int code = epx_fabrication_check(&settings->fabrication, settings->network.family);
  if (code == EPX_EINPUT) return raise_at(map, epx_error_get_message());
  settings->fabricated = code == EPX_OK;
  return code;
}

epx_err epx_settings_read_fabrication(const epx_tree *resolved, epx_settings *settings) {
  const epx_tree *device = epx_tree_get_path(resolved, "network.device");
  const epx_tree *process = epx_tree_get(resolved, "process");
  const epx_tree *preset = epx_tree_get_path(resolved, "network.preset");
  if (device && preset)
    return epx_tree_raise(preset,
                          "network.preset: network.device says what the rings are; leave one of them out");
  if (device) EPX_TRY(read_device(device, settings->network.family, settings));
  return process ? read_process(process, settings) : EPX_OK;
}
