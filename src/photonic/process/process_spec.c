/** @file
 * Process: its words, its presets, and what of a description cannot be.
 */
#include <math.h>
#include <string.h>

#include "photonic/process/process_spec.h"

static const struct {
  const char *name, *meaning;
} terms[EPX_TERM_COUNT] = {
#define ROW(name, text, meaning) [name] = {text, meaning},
    EPX_PROCESS_TERMS(ROW)
#undef ROW
};

const char *epx_process_get_term_name(epx_process_term term) {
  return terms[term].name;
}

const char *epx_process_get_term_meaning(epx_process_term term) {
  return terms[term].meaning;
}

epx_err epx_process_get_sampler(const char *name, epx_process_sampler *sampler) {
  const bool devices = strcmp(name, "devices") == 0;
  if (!devices && strcmp(name, "wafer") != 0) {
    return EPX_RAISE(EPX_EINPUT, "no sampler '%s': it is devices or wafer", name);
  }
  *sampler = devices ? EPX_SAMPLE_DEVICES : EPX_SAMPLE_WAFER;
  return EPX_OK;
}

/* A resonance that walks by 1 nm^2/cm, in silicon 450 × 220 nm; ASSUMED: half of it by width, half by
 * thickness, and a reach of 100 mm. */
#define WALK(shift)                                                                                          \
  .local_slope = 0.5e-16 / (shift * shift), .local_kernel = {EPX_CORRELATION_RANDOM_WALK, 0.1, 0, NULL, NULL}
#define SMOOTH                                                                                               \
  { EPX_CORRELATION_GAUSSIAN, 4.5e-3, 0, NULL, NULL }

static const struct {
  epx_process_preset preset;
  epx_process_terms terms[EPX_DEVIATION_COUNT];
} presets[] = {
    {{"none", "every device as it was drawn", "", 0, "", ""}, {[EPX_DEVIATION_WIDTH] = {.lot = 0}}},
    {{"siepic", "silicon on insulator: a smooth field within the wafer, and an offset a wafer",
      "Chrostowski2016: SiEPIC-Tools", 0, "2016",
      "width and thickness within a wafer and from wafer to wafer"},
     {[EPX_DEVIATION_WIDTH] = {.wafer = 5e-9, .local = 5e-9, .local_kernel = SMOOTH},
      [EPX_DEVIATION_THICKNESS] = {.wafer = 3e-9, .local = 2e-9, .local_kernel = SMOOTH}}},
    {{"random-walk", "silicon on insulator: resonances of neighbours walk apart by 1 nm^2 a cm",
      "Chen2013; its split over width and thickness is assumed", 1, "2013",
      "differences of the resonances of rings over their distance"},
     {[EPX_DEVIATION_WIDTH] = {WALK(0.77)}, [EPX_DEVIATION_THICKNESS] = {WALK(1.38)}}},
    {{"nitride-2023", "silicon nitride rings: offsets a wafer of width, thickness and partial etch",
      "Zhang2023; that they are offsets a wafer is assumed", 1, "2023",
      "width, thickness and partial etch of silicon nitride rings"},
     {[EPX_DEVIATION_WIDTH] = {.wafer = 28e-9},
      [EPX_DEVIATION_THICKNESS] = {.wafer = 0.8e-9},
      [EPX_DEVIATION_ETCH] = {.wafer = 3.8e-9}}},
};
enum { N_PRESETS = sizeof presets / sizeof presets[0] };

const epx_process_preset *epx_process_get_preset(int i) {
  return i >= 0 && i < N_PRESETS ? &presets[i].preset : NULL;
}

epx_err epx_process_set_preset(const char *name, epx_process_spec *spec) {
  for (int i = 0; i < N_PRESETS; i++) {
    if (strcmp(name, presets[i].preset.name) == 0) {
      memcpy(spec->terms, presets[i].terms, sizeof spec->terms);
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT, "no process '%s': it is none, siepic, random-walk or nitride-2023", name);
}

double epx_process_eval_total(const epx_process_spec *spec, epx_deviation quantity) {
  const epx_process_terms *t = &spec->terms[quantity];
  const double sigma[EPX_TERM_COUNT] = {[EPX_TERM_LOT] = t->lot,
                                        [EPX_TERM_WAFER] = t->wafer,
                                        [EPX_TERM_SYSTEMATIC] = t->systematic,
                                        [EPX_TERM_DIE] = t->die,
                                        [EPX_TERM_LOCAL] = epx_process_eval_local(t),
                                        [EPX_TERM_WHITE] = t->white};
  double sum = 0;
  for (int term = 0; term < EPX_TERM_COUNT; term++)
    if (!(spec->off & 1u << term)) sum += sigma[term] * sigma[term];
  return sqrt(sum);
}

static const struct {
  const char *name;
  int width, thickness;
} corners[EPX_CORNER_COUNT] = {
#define ROW(name, text, width, thickness, meaning) [name] = {text, width, thickness},
    EPX_CORNERS(ROW)
#undef ROW
};

epx_err epx_process_set_corner(epx_corner corner, double n_sigma, epx_process_spec *spec) {
  const double width = epx_process_eval_total(spec, EPX_DEVIATION_WIDTH),
               thickness = epx_process_eval_total(spec, EPX_DEVIATION_THICKNESS);
  if (corner == EPX_CORNER_NONE) return EPX_OK;
  if ((corners[corner].width && width == 0) || (corners[corner].thickness && thickness == 0))
    return EPX_RAISE(
        EPX_EINPUT, "corner: %s, but %s does not vary in this process; it has the corners typical%s",
        corners[corner].name, corners[corner].thickness && thickness == 0 ? "thickness" : "width",
        thickness == 0 ? ""
        : width == 0   ? ", thick, thin"
                       : ", fast, slow, thick, thin");
  spec->fixed[EPX_DEVIATION_WIDTH] = corners[corner].width * n_sigma * width;
  spec->fixed[EPX_DEVIATION_THICKNESS] = corners[corner].thickness * n_sigma * thickness;
  spec->off = (1u << EPX_TERM_COUNT) - 1;
  return EPX_OK;
}

void epx_process_init(epx_process_spec *spec) {
  *spec = (epx_process_spec){.sampler = EPX_SAMPLE_DEVICES, .padding = 2};
  epx_device_init(&epx_wafer_device, &spec->wafer);
}

double epx_process_eval_local(const epx_process_terms *t) {
  return t->local_kernel.kind == EPX_CORRELATION_RANDOM_WALK
             ? epx_correlation_eval_walk(t->local_slope, t->local_kernel.length)
             : t->local;
}

/** Switches off, as sigma 0, what `off` says. */
static void switch_off(unsigned off, epx_process_terms *t) {
  if (off & 1u << EPX_TERM_LOT) t->lot = 0;
  if (off & 1u << EPX_TERM_WAFER) t->wafer = 0;
  if (off & 1u << EPX_TERM_DIE) t->die = 0;
  if (off & 1u << EPX_TERM_SYSTEMATIC) t->systematic = 0;
  if (off & 1u << EPX_TERM_LOCAL) t->local = t->local_slope = 0;
  if (off & 1u << EPX_TERM_WHITE) t->white = 0;
  if (off & 1u << EPX_TERM_RADIAL) {
    memset(t->radial, 0, sizeof t->radial);
    t->tilt_x = t->tilt_y = 0;
  }
}

static epx_err check_terms(const char *name, const epx_process_terms *t) {
  const struct {
    const char *name;
    double value;
  } sigmas[] = {{"lot", t->lot},
                {"wafer", t->wafer},
                {"systematic", t->systematic},
                {"die", t->die},
                {"local", t->local},
                {"local_slope", t->local_slope},
                {"white", t->white},
                {"white_length", t->white_length}};
  for (size_t i = 0; i < sizeof sigmas / sizeof sigmas[0]; i++) {
    if (sigmas[i].value >= 0 && isfinite(sigmas[i].value)) continue;
    return EPX_RAISE(EPX_EINPUT, "process: %s of %s is %g, it must not be below 0", sigmas[i].name, name,
                     sigmas[i].value);
  }
  bool finite = isfinite(t->tilt_x) && isfinite(t->tilt_y);
  for (int k = 0; k < EPX_PROCESS_RADIAL; k++)
    finite = finite && isfinite(t->radial[k]);
  if (!finite) return EPX_RAISE(EPX_EINPUT, "process: radial or tilt of %s is no finite number", name);
  const bool walks = t->local_kernel.kind == EPX_CORRELATION_RANDOM_WALK;
  if ((walks && t->local > 0) || (!walks && t->local_slope > 0)) {
    return EPX_RAISE(EPX_EINPUT,
                     "process: local field of %s: a random walk takes a slope, every other kernel a sigma",
                     name);
  }
  if (t->local > 0 || t->local_slope > 0) EPX_TRY(epx_correlation_check(&t->local_kernel));
  if (t->systematic > 0) {
    EPX_TRY(epx_correlation_check(&t->systematic_kernel));
    if (t->systematic_kernel.kind == EPX_CORRELATION_RANDOM_WALK) {
      return EPX_RAISE(EPX_EINPUT, "process: systematic field of %s: a random walk is a local field", name);
    }
  }
  return EPX_OK;
}

/** Fields of width and thickness can only share numbers where they are made alike. */
static epx_err check_correlation(const epx_process_spec *s) {
  const epx_process_terms *w = &s->terms[EPX_DEVIATION_WIDTH], *t = &s->terms[EPX_DEVIATION_THICKNESS];
  if (!(s->correlation >= -1 && s->correlation <= 1)) {
    return EPX_RAISE(EPX_EINPUT, "process: correlation of width and thickness is %g, it must be from -1 to 1",
                     s->correlation);
  }
  if (s->correlation == 0) return EPX_OK;
  const bool local = epx_process_eval_local(w) > 0 && epx_process_eval_local(t) > 0;
  const bool systematic = w->systematic > 0 && t->systematic > 0;
  if ((local && !epx_correlation_is_equal(&w->local_kernel, &t->local_kernel)) ||
      (systematic && !epx_correlation_is_equal(&w->systematic_kernel, &t->systematic_kernel))) {
    return EPX_RAISE(EPX_EINPUT,
                     "process: width and thickness can be correlated only with equal kernels and lengths");
  }
  return EPX_OK;
}

epx_err epx_process_check(epx_process_spec *spec) {
  for (int q = 0; q < EPX_DEVIATION_COUNT; q++) {
    switch_off(spec->off, &spec->terms[q]);
    EPX_TRY(check_terms(epx_deviation_get_name((epx_deviation)q), &spec->terms[q]));
  }
  EPX_TRY(check_correlation(spec));
  if (!(spec->padding >= 1 && spec->padding <= 64)) {
    return EPX_RAISE(EPX_EINPUT, "process: padding is %g, it must be from 1 to 64", spec->padding);
  }
  if (!spec->placement) return EPX_RAISE(EPX_EINPUT, "process: no placement of devices");
  return EPX_OK;
}
