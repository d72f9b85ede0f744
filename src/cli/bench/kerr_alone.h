/** @internal @file
 * Kerr alone: the field of one Kerr network, written for one network, as an experienced user of CVODE would.
 * State [2][n]: real parts, then imaginary parts.
 *
 *   da/dt = -loss/2 a + i (detuning + kerr |a|^2) a + i J a + drive
 */
#ifndef EPILUX_CLI_BENCH_KERR_ALONE_H
#define EPILUX_CLI_BENCH_KERR_ALONE_H

typedef struct {
  int n;
  double loss, kerr;
  const double *coupling; /* [n][n], symmetric */
  const double *detuning; /* [n] */
  const double *drive;    /* [n], real */
} epx_kerr_alone;

/** Evaluates f [2][n] at y [2][n]; context: an epx_kerr_alone. Compiled for the instruction set in use. */
void epx_kerr_alone_eval_field(const void *context, const double *y, double *f);

/** Evaluates jacobian [2 n][2 n], column by column, zero on entry. */
void epx_kerr_alone_eval_jacobian(const void *context, const double *y, double *jacobian);

#endif
