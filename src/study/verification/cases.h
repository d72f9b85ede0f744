/** @internal @file
 * The reference cases, and how they write their reports; their contract is epilux/study/verify.h.
 */
#ifndef EPILUX_STUDY_VERIFICATION_CASES_H
#define EPILUX_STUDY_VERIFICATION_CASES_H

#include "study/verification/verify.h"

extern const epx_verify_case epx_case_kerr_ring, epx_case_coupled_rings, epx_case_scalar_energy,
    epx_case_phases, epx_case_not_conservative, epx_case_phase_xor, epx_case_scattering_xor,
    epx_case_scattering, epx_case_oscillators, epx_case_families, epx_case_weak_loss, epx_case_self_pulsing,
    epx_case_process, epx_case_soft_spins;

/** Adds a check that got is expected, within tolerance; the quantity printf style. */
void epx_verify_add(epx_verify_report *report, epx_verify_origin origin, double got, double expected,
                    double tolerance, const char *quantity, ...) __attribute__((format(printf, 6, 7)));

/** Adds a check that got is at least, or at most, the bound. */
void epx_verify_add_bound(epx_verify_report *report, epx_verify_origin origin, double got,
                          epx_verify_relation relation, double bound, const char *quantity, ...)
    __attribute__((format(printf, 6, 7)));

#endif
