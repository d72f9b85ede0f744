/** @internal @file
 * Stability: decides whether a lane is at a stable equilibrium, or at one where some direction grows.
 *
 * With J = direction (dF/ds + dN/ds) and a rate r > 0 of its size, all eigenvalues of J have real parts below
 * 0 exactly when those of C = (r + J) (r - J)^-1 lie inside the unit circle. Three questions, each asked of
 * the lanes that the one before left open: the family's bound of the abscissa; whether C takes a vector that
 * favours no direction to nothing; the spectrum by LAPACK.
 */
#ifndef EPILUX_EQUILIBRIUM_OUTCOME_STABILITY_H
#define EPILUX_EQUILIBRIUM_OUTCOME_STABILITY_H

#include "equilibrium/equilibrium.h"
#include "equilibrium/lanes/linear.h"
#include "equilibrium/outcome/spectrum.h"
#include "equilibrium/population/lane_record.h"

typedef struct epx_stability epx_stability;

/** Creates the workspaces for up to n_lanes lanes. Borrowed: `options`; `linear`, of which
 * epx_stability_eval() overwrites `slot`; `spectrum`. Errors: EPX_EMEMORY. */
epx_err epx_stability_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                             epx_linear *linear, int slot, epx_spectrum *spectrum, epx_stability **out);

/** Destroys the stability at *address. */
void epx_stability_destroy(epx_stability **address);

/** Evaluates at y [n_state][n_lanes] whether the lanes marked in asked [n_lanes] are unstable: out, true in
 * those of them where a direction grows by more than rounding (1e-8 of the rate r; what nothing holds, like
 * the common phase of lasers, is not unstable). `nudge` NULL: free phase; it gives dN/ds otherwise. A
 * Jacobian that is not finite is unstable. Cost a lane: O(n_state) where the bound decides, else a
 * factorisation and some tens of solves with it; in lanes with less loss than a hundredth of their rates, or
 * unstable ones, O(25 n_state^3). */
void epx_stability_eval(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                        const double *y, bool *asked);

/** Judges the lanes that have newly arrived, EPX_LANE_DONE and not record->judged, at y; those that are
 * unstable go on, EPX_LANE_RUNNING: polished ones from `start`, where Newton began, with a ten times lower
 * handover, as those that it takes out of the basin; the others, whose dynamics have reached what is unstable
 * (from a start as symmetric as the network), from y moved along the direction that grows most, as by noise.
 * What comes back to such a state again and again is EPX_LANE_OUT, slow. A nudge that does not say its dN/ds
 * is not judged. */
void epx_stability_judge(epx_stability *stability, const epx_lanes *lanes, const epx_nudge *nudge,
                         const double *start, double *y, epx_lane_record *records);

typedef struct {
  long departures; /* unstable lanes sent on */
  long spectra;    /* computed whole */
} epx_stability_counts;

/** Gets what was counted since creation. */
epx_stability_counts epx_stability_get_counts(const epx_stability *stability);

#endif
