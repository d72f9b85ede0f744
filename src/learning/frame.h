/** @file
 * Frames: the constant matrix Q that makes the field of the force, F = Q G (photonic/family.h):
 * -1, or multiplication by i in the Hamiltonian frame, Q (x, p) = (-p, x).
 */
#ifndef EPILUX_SRC_LEARNING_FRAME_H
#define EPILUX_SRC_LEARNING_FRAME_H

#include "epilux/photonic/lanes.h"

/** Adds scale Q v to f, both [n_state][n_lanes]. */
void epx_frame_add(const epx_lanes *lanes, double scale, const double *v, double *f);

/** Evaluates out = Q' v, both [n_state][n_lanes], not overlapping. */
void epx_frame_eval_transposed(const epx_lanes *lanes, const double *v, double *out);

/** Adds scale Q A to rows of a square matrix of `width` lanes, out[(row * n + column) * width + w], for one
 * lane w: A has one entry, a, at (row, column). */
void epx_frame_add_entry(epx_frame frame, int n, int width, int w, int row, int column, double a,
                         double *out);

/** Adds the difference between the transposed and the given Jacobian of F, seen from the force: with F' = Q
 * M, adds Q (M' - M) to out. jacobian, out [n][n][width]. */
void epx_frame_add_transposition(epx_frame frame, int n, int width, const double *jacobian, double *out);

#endif
