/* The covariance of a periodic grid is diagonal in Fourier space, with the transform of its kernel as
 * eigenvalues: field = F^-1 sqrt(lambda) F normal. Plans are estimated, never measured: which algorithm FFTW
 * takes, and so the bits, must not depend on timings. */
#include "photonic/process/circulant.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

#include "base/array.h"

struct epx_circulant {
  int n_x, n_y;
  int m_x, m_y;       /* padded */
  double *grid;       /* [m_y][m_x] */
  fftw_complex *wave; /* [m_y][m_x / 2 + 1] */
  double *root;       /* [m_y][m_x / 2 + 1]: sqrt(lambda) / n_padded */
  fftw_plan there, back;
  double clipped;
};

/** Gets the least even number >= n that has no prime factor above 7. */
static int get_fast_size(double n) {
  for (int size = 2 * (int)ceil(n / 2);; size += 2) {
    int rest = size;
    for (int prime = 2; prime <= 7; prime++) {
      while (rest % prime == 0)
        rest /= prime;
    }
    if (rest == 1) return size;
  }
}

static size_t get_n_waves(const epx_circulant *c) {
  return (size_t)c->m_y * (size_t)(c->m_x / 2 + 1);
}

static epx_err create_empty(int n_x, int n_y, double padding, epx_circulant **out) {
  epx_circulant *c = NULL;
  EPX_TRY(EPX_ARRAY(c, 1));
  *out = c;
  c->n_x = n_x;
  c->n_y = n_y;
  c->m_x = get_fast_size(padding * n_x);
  c->m_y = get_fast_size(padding * n_y);
  EPX_TRY(EPX_ARRAY(c->grid, (size_t)c->m_x * (size_t)c->m_y));
  EPX_TRY(EPX_ARRAY(c->wave, get_n_waves(c)));
  EPX_TRY(EPX_ARRAY(c->root, get_n_waves(c)));
  c->there = fftw_plan_dft_r2c_2d(c->m_y, c->m_x, c->grid, c->wave, FFTW_ESTIMATE);
  c->back = fftw_plan_dft_c2r_2d(c->m_y, c->m_x, c->wave, c->grid, FFTW_ESTIMATE);
  if (!c->there || !c->back)
    return EPX_RAISE(EPX_EMEMORY, "no plan for a transform of %d × %d", c->m_y, c->m_x);
  return EPX_OK;
}

/** Evaluates the eigenvalues into wave, and what is negative of them. */
static void eval_spectrum(const epx_correlation *correlation, double d_x, double d_y, epx_circulant *c) {
  for (int j = 0; j < c->m_y; j++) {
    const double y = d_y * (j <= c->m_y / 2 ? j : c->m_y - j);
    for (int i = 0; i < c->m_x; i++) {
      const double x = d_x * (i <= c->m_x / 2 ? i : c->m_x - i);
      c->grid[(size_t)j * (size_t)c->m_x + (size_t)i] = epx_correlation_eval(correlation, hypot(x, y));
    }
  }
  fftw_execute(c->there);
  const int n_half = c->m_x / 2 + 1;
  double negative = 0;
  for (int j = 0; j < c->m_y; j++) {
    for (int i = 0; i < n_half; i++) {
      const double lambda = c->wave[j * n_half + i][0];
      const int twice =
          i > 0 && i < c->m_x / 2 ? 2 : 1; /* half of the waves stand for their conjugates, too */
      if (lambda < 0) negative -= twice * lambda;
    }
  }
  c->clipped = negative / ((double)c->m_x * c->m_y);
}

static epx_err set_roots(const epx_correlation *correlation, epx_circulant *c) {
  if (!(c->clipped <= EPX_CIRCULANT_MAX_CLIPPED)) {
    return EPX_RAISE(
        EPX_EINPUT,
        "the kernel %s clips %.2g of its variance on this wafer, at most %g is good: more padding "
        "or a shorter correlation length is needed, or sampling at the devices",
        epx_correlation_get_name(correlation->kind), c->clipped, EPX_CIRCULANT_MAX_CLIPPED);
  }
  const double size = (double)c->m_x * c->m_y;
  for (size_t k = 0; k < get_n_waves(c); k++)
    c->root[k] = sqrt(fmax(c->wave[k][0], 0) / (1 + c->clipped)) / size;
  return EPX_OK;
}

epx_err epx_circulant_eval_clipped(const epx_correlation *correlation, int n_x, int n_y, double d_x,
                                   double d_y, double padding, double *clipped) {
  epx_circulant *c = NULL;
  const int status = create_empty(n_x, n_y, padding, &c);
  if (status == EPX_OK) {
    eval_spectrum(correlation, d_x, d_y, c);
    *clipped = c->clipped;
  }
  epx_circulant_destroy(&c);
  return status;
}

epx_err epx_circulant_create(const epx_correlation *correlation, int n_x, int n_y, double d_x, double d_y,
                             double padding, epx_circulant **out) {
  epx_circulant *c = NULL;
  int status = create_empty(n_x, n_y, padding, &c);
  if (status == EPX_OK) {
    eval_spectrum(correlation, d_x, d_y, c);
    status = set_roots(correlation, c);
  }
  if (status != EPX_OK) {
    epx_circulant_destroy(&c);
    return status;
  }
  *out = c;
  return EPX_OK;
}

void epx_circulant_destroy(epx_circulant **address) {
  epx_circulant *c = *address;
  if (!c) return;
  if (c->there) fftw_destroy_plan(c->there);
  if (c->back) fftw_destroy_plan(c->back);
  epx_array_destroy(&c->grid);
  epx_array_destroy(&c->wave);
  epx_array_destroy(&c->root);
  epx_array_destroy(address);
}

size_t epx_circulant_get_size(const epx_circulant *circulant) {
  return (size_t)circulant->m_x * (size_t)circulant->m_y;
}

double epx_circulant_get_clipped(const epx_circulant *circulant) {
  return circulant->clipped;
}

void epx_circulant_eval(epx_circulant *c, const double *normal, double *field) {
  memcpy(c->grid, normal, epx_circulant_get_size(c) * sizeof *normal);
  fftw_execute(c->there);
  for (size_t k = 0; k < get_n_waves(c); k++) {
    c->wave[k][0] *= c->root[k];
    c->wave[k][1] *= c->root[k];
  }
  fftw_execute(c->back);
  for (int j = 0; j < c->n_y; j++)
    memcpy(field + (size_t)j * (size_t)c->n_x, c->grid + (size_t)j * (size_t)c->m_x,
           (size_t)c->n_x * sizeof *field);
}
