/** @file
 * Process: draws the fabrication deviations of every device on every chip, from lot to wafer to die to device,
 * for each quantity of epx_deviation.
 *
 *   x = lot + wafer + radial(r) + tilt + systematic(place in the reticle) + die
 *       + local(place on the wafer) + white
 *
 *   lot, wafer, die  one normal number each
 *   radial, tilt     sum_k c_k (r/R)^k, k = 1 … 4, + (t_x x + t_y y) / R,  R half the wafer's diameter; not
 *                    random
 *   systematic       a random field over the reticle, the same in every exposure
 *   local            a random field of a named kernel, over the wafer or over the die
 *   white            one normal number a device; sigma sqrt(white_length / length of the device) where
 *                    white_length > 0
 *
 * A device sees the average of a field along its guide, by quadrature; radial and tilt at its middle. Each
 * term can be left out (sigma 0) or switched off for all quantities. Width and thickness share a correlation
 * coefficient in every random term; a quantity never shares its numbers with another otherwise.
 *
 * Sampling the local field:
 *   devices  Cholesky's factor of the covariance of one die's devices: exact within the die, dies independent
 *   wafer    circulant embedding on a grid over the wafer, a whole number of cells a die; then for each die
 *            the conditional mean of its devices given the nodes around, plus what that leaves, drawn by
 *            Cholesky's factor: exact within the die whatever the grid, and correlated from die to die
 *            through the nodes
 *
 * Where no two instances share a wafer (sampling `process`), both are the same in distribution, and the field
 * is drawn at the devices. Draws are keyed by (seed, quantity and term; point, wafer, die, device): any chip
 * can be drawn anywhere, alone.
 */
#ifndef EPILUX_PHOTONIC_PROCESS_PROCESS_H
#define EPILUX_PHOTONIC_PROCESS_PROCESS_H

#include <stdint.h>

#include "epilux/error.h"
#include "photonic/fabrication/deviation.h"
#include "photonic/process/correlation.h"
#include "photonic/process/placement.h"
#include "photonic/process/wafer.h"

/** X(name, deck name, meaning) */
#define EPX_PROCESS_TERMS(X)                                                                                 \
  X(EPX_TERM_LOT, "lot", "one draw a lot")                                                                   \
  X(EPX_TERM_WAFER, "wafer", "one draw a wafer")                                                             \
  X(EPX_TERM_RADIAL, "radial", "polynomial in the distance from the wafer's middle, and a tilt")             \
  X(EPX_TERM_SYSTEMATIC, "systematic", "a map over the reticle, the same in every exposure")                 \
  X(EPX_TERM_DIE, "die", "one draw a die")                                                                   \
  X(EPX_TERM_LOCAL, "local", "a correlated field")                                                           \
  X(EPX_TERM_WHITE, "white", "one draw a device")

typedef enum {
#define EPX_TERM_ENUM(name, text, meaning) name,
  EPX_PROCESS_TERMS(EPX_TERM_ENUM)
#undef EPX_TERM_ENUM
      EPX_TERM_COUNT
} epx_process_term;

enum { EPX_PROCESS_RADIAL = 4 };

/** Instances from here on are in no population, such as those that noise-aware training draws: each is of a
 * lot of its own, however the population is sampled. */
#define EPX_PROCESS_BEYOND (UINT32_C(1) << 31)

/** The terms of one quantity, in its unit; all 0: it does not vary. */
typedef struct {
  double lot, wafer, die;            /* sigma */
  double radial[EPX_PROCESS_RADIAL]; /* c_1 … c_4 */
  double tilt_x, tilt_y;
  double systematic;                 /* sigma */
  epx_correlation systematic_kernel; /* read where systematic > 0 */
  double local;                      /* sigma; of a random walk it follows from the slope */
  double local_slope;                /* random walk: d variance of a difference / d distance [unit^2/m] */
  epx_correlation local_kernel;      /* read where local or local_slope > 0 */
  double white;                      /* sigma */
  double white_length;               /* of the device it holds for [m]; 0: for all */
} epx_process_terms;

typedef enum { EPX_SAMPLE_DEVICES, EPX_SAMPLE_WAFER } epx_process_sampler;

/** Corners of a process: every device of every chip is off by the same. X(name, deck name, sign of width, of thickness,
 * meaning) */
#define EPX_CORNERS(X)                                                                                       \
  X(EPX_CORNER_NONE, "none", 0, 0, "no corner: chips are drawn")                                             \
  X(EPX_CORNER_TYPICAL, "typical", 0, 0, "as drawn on the mask")                                             \
  X(EPX_CORNER_FAST, "fast", -1, -1, "narrow and thin: the lowest index, light is fastest")                  \
  X(EPX_CORNER_SLOW, "slow", 1, 1, "wide and thick: the highest index, light is slowest")                    \
  X(EPX_CORNER_THICK, "thick", 0, 1, "a thick core layer")                                                   \
  X(EPX_CORNER_THIN, "thin", 0, -1, "a thin core layer")

typedef enum {
#define EPX_CORNER_ENUM(name, text, width, thickness, meaning) name,
  EPX_CORNERS(EPX_CORNER_ENUM)
#undef EPX_CORNER_ENUM
      EPX_CORNER_COUNT
} epx_corner;

typedef struct {
  epx_process_terms terms[EPX_DEVIATION_COUNT];
  unsigned off;                      /* terms that are switched off: bits 1 << epx_process_term */
  double fixed[EPX_DEVIATION_COUNT]; /* added to every device */
  double correlation;                /* of width and thickness, -1 … 1 */
  epx_process_sampler sampler;
  epx_sampling sampling; /* which lot, wafer and die an instance is of */
  double padding;        /* of the circulant, in either direction; >= 1 */
  epx_wafer_spec wafer;
  const epx_placement *placement; /* borrowed for epx_process_create() */
  uint64_t seed;
} epx_process_spec;

typedef struct epx_process epx_process;

/** A named set of terms. */
typedef struct {
  const char *name, *meaning, *source;
  int assumed;        /* 1: not all of it is from the source */
  const char *date;   /* of the source: a year */
  const char *fitted; /* the quantities that the source's numbers were fitted to */
} epx_process_preset;

/** Inits a description: no variation, sampling at the devices, instances of lots of their own, padding 2, the default wafer, no placement,
 * seed 0. */
void epx_process_init(epx_process_spec *spec);

/** Sets the terms of all quantities to a preset; `none`: all 0. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_process_set_preset(const char *name, epx_process_spec *spec);

/** Evaluates the sigma of a quantity over all lots, wafers, dies and places: the root of the sum of the squares of its
 * random terms that are not switched off. */
double epx_process_eval_total(const epx_process_spec *spec, epx_deviation quantity);

/** Sets a corner: n_sigma times epx_process_eval_total() of width and thickness, by the corner's signs, in `fixed`, and
 * all terms off. EPX_CORNER_NONE changes nothing. Errors: EPX_EINPUT: a quantity of the corner that does not vary; the
 * message says which corners the process has. */
epx_err epx_process_set_corner(epx_corner corner, double n_sigma, epx_process_spec *spec);

/** Gets the i-th preset, NULL past the last. */
const epx_process_preset *epx_process_get_preset(int i);

/** Gets the deck name and the meaning of a term. */
const char *epx_process_get_term_name(epx_process_term term);
const char *epx_process_get_term_meaning(epx_process_term term);

/** Gets a sampler by its deck name, devices or wafer. Errors: EPX_EINPUT for an unknown name. */
epx_err epx_process_get_sampler(const char *name, epx_process_sampler *sampler);

/** Creates a process. Factors are made once, for all dies: O(n_devices^3) for each kernel.
 * Errors: EPX_EINPUT: a sigma below 0, a kernel or wafer that cannot be, a device outside its die, a
 * coefficient beyond -1 … 1, or not 0 where the kernels of width and thickness differ; a kernel that is not
 * positive definite (refused, there is no second way); a circulant that would clip more than 1e-3 of the
 * variance (the message says what helps); EPX_EMEMORY. */
epx_err epx_process_create(const epx_process_spec *spec, epx_process **out);

/** Destroys the process at *address. */
void epx_process_destroy(epx_process **address);

/** Evaluates which lot, wafer and die an instance is taken from, as epx_sampling says; dies are drawn by the
 * stream "process:die" at the counter (point, wafer). Instances beyond epx_sampling_get_capacity() are the
 * caller's error. O(1), but O(n_dies) for the first instance of another wafer whose dies come in an order. */
epx_origin epx_process_eval_origin(epx_process *process, uint32_t i_point, uint32_t i_instance);

/** Evaluates all deviations of the chip at a place: as epx_process_eval() of the instance that comes from
 * there. */
void epx_process_eval_at(epx_process *process, uint32_t i_point, epx_origin from, double *deviation);

/** Evaluates all deviations of an instance: deviation[quantity * n_devices + device], in the unit of the
 * quantity. `i_point`: EPX_RANDOM_ANY for common random numbers over design points. Sampling the wafer, the
 * fields of the last wafer are kept: instances of one wafer are cheap one after the other; what is drawn does
 * not depend on it. O(n_devices^2). Not for two threads at once. */
void epx_process_eval(epx_process *process, uint32_t i_point, uint32_t i_instance, double *deviation);

/** Gets the number of devices, and the wafer. */
int epx_process_get_n_devices(const epx_process *process);
const epx_wafer *epx_process_get_wafer(const epx_process *process);

/** Gets the share of a quantity's local variance that the circulant clipped; 0 where none is used. */
double epx_process_get_clipped(const epx_process *process, epx_deviation quantity);

#endif
