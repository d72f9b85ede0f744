/** @file
 * Spectrum: LAPACK's dgeev, eigenvalues only. A matrix and its transpose have the same ones, so that rows may
 * stand for columns.
 */
#include "equilibrium/outcome/spectrum.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>

#include "base/array.h"

struct epx_spectrum {
  int n_state, n_work;
  double *jacobian, *real, *imaginary, *work;
};

static epx_err create_arrays(epx_spectrum *spectrum) {
  const int n = spectrum->n_state;
  double n_work = 0;
  EPX_TRY(EPX_ARRAY(spectrum->jacobian, (size_t)n * (size_t)n));
  EPX_TRY(EPX_ARRAY(spectrum->real, (size_t)n));
  EPX_TRY(EPX_ARRAY(spectrum->imaginary, (size_t)n));
  if (LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', n, spectrum->jacobian, n, spectrum->real,
                         spectrum->imaginary, NULL, n, NULL, n, &n_work, -1) != 0) {
    return EPX_RAISE(EPX_ESOLVER, "LAPACK does not say how much room the spectrum of %d states needs", n);
  }
  spectrum->n_work = (int)n_work;
  return EPX_ARRAY(spectrum->work, (size_t)spectrum->n_work);
}

epx_err epx_spectrum_create(int n_state, epx_spectrum **out) {
  *out = NULL;
  epx_spectrum *spectrum = NULL;
  EPX_TRY(EPX_ARRAY(spectrum, 1));
  spectrum->n_state = n_state;
  const int code = create_arrays(spectrum);
  if (code != EPX_OK) epx_spectrum_destroy(&spectrum);
  EPX_TRY(code);
  *out = spectrum;
  return EPX_OK;
}

void epx_spectrum_destroy(epx_spectrum **address) {
  epx_spectrum *spectrum = *address;
  if (!spectrum) return;
  epx_array_destroy(&spectrum->jacobian);
  epx_array_destroy(&spectrum->real);
  epx_array_destroy(&spectrum->imaginary);
  epx_array_destroy(&spectrum->work);
  epx_array_destroy(address);
}

/** Evaluates the eigenvalues; false when there are none. */
static bool eval_eigenvalues(epx_spectrum *spectrum, const epx_lanes *lanes, const epx_nudge *nudge,
                             const double *y, int lane) {
  const int n = spectrum->n_state;
  lanes->network->family->eval_jacobian(lanes, y, lane, 1, spectrum->jacobian);
  if (nudge && nudge->add_jacobian)
    nudge->add_jacobian(nudge->context, lanes, y, lane, 1, spectrum->jacobian);
  for (int i = 0; i < n * n; i++) {
    if (!isfinite(spectrum->jacobian[i])) return false;
  }
  return LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', n, spectrum->jacobian, n, spectrum->real,
                            spectrum->imaginary, NULL, n, NULL, n, spectrum->work, spectrum->n_work) == 0;
}

double epx_spectrum_eval_abscissa(epx_spectrum *spectrum, const epx_lanes *lanes, const epx_nudge *nudge,
                                  const double *y, int lane) {
  const double direction = nudge && nudge->direction < 0 ? -1 : 1;
  if (!eval_eigenvalues(spectrum, lanes, nudge, y, lane)) return NAN;
  double abscissa = -INFINITY;
  for (int i = 0; i < spectrum->n_state; i++)
    abscissa = fmax(abscissa, direction * spectrum->real[i]);
  return abscissa;
}

void epx_spectrum_eval(epx_spectrum *spectrum, const epx_lanes *lanes, const double *y, int lane,
                       double *real, double *imaginary) {
  const bool found = eval_eigenvalues(spectrum, lanes, NULL, y, lane);
  for (int i = 0; i < spectrum->n_state; i++) {
    real[i] = found ? spectrum->real[i] : NAN;
    imaginary[i] = found ? spectrum->imaginary[i] : NAN;
  }
}
