/** @file
 * Frames: the constant matrix Q that makes the field of the force, F = Q G (epilux/family.h):
 * -1, or multiplication by i in the Hamiltonian frame, Q (x, p) = (-p, x); and beside it, where a family has
 * one, its mobility, F = Q P(s) G.
 */
#ifndef EPILUX_EQUILIBRIUM_NUDGE_FRAME_H
#define EPILUX_EQUILIBRIUM_NUDGE_FRAME_H

#include "photonic/lanes.h"

/** Adds scale Q v to f, or evaluates out = Q' v, all [n_rows][n_lanes] of whole nodes; v and out do not overlap. */
void epx_frame_turn(epx_frame frame, int n_rows, int n_lanes, double scale, const double *v, double *f);
void epx_frame_turn_back(epx_frame frame, int n_rows, int n_lanes, const double *v, double *out);

/** Adds scale Q P(y) v to f, all [n_state][n_lanes]; y may be NULL where the family has no mobility. */
void epx_frame_add(const epx_lanes *lanes, const double *y, double scale, const double *v, double *f);

/** Evaluates out = P(y) Q' v, all [n_state][n_lanes], v and out not overlapping; y as above. */
void epx_frame_eval_transposed(const epx_lanes *lanes, const double *y, const double *v, double *out);

/** Adds Q A to rows of a square matrix of `width` lanes, out[(row * n + column) * width + w], for one
 * lane w: A has one entry, a, at (row, column). */
void epx_frame_add_entry(epx_frame frame, int n, int width, int w, int row, int column, double a,
                         double *out);

/** Adds the difference between the transposed and the given Jacobian of F, seen from the force: with F' = Q P
 * M, adds Q P (M' - M) to out. jacobian, out [n][n][width]; mobility, the P of each row, [n][width], NULL: 1.
 */
void epx_frame_add_transposition(epx_frame frame, int n, int width, const double *mobility,
                                 const double *jacobian, double *out);

#endif
