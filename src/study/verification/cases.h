/** @internal @file
 * The reference cases, and how they write their reports; their contract is verify.h.
 */
#ifndef EPILUX_STUDY_VERIFICATION_CASES_H
#define EPILUX_STUDY_VERIFICATION_CASES_H

#include "study/verification/verify.h"

#define EPX_VERIFY_CASE(NAME) extern const epx_verify_case epx_case_##NAME;
#include "study/verification/cases.def"
#undef EPX_VERIFY_CASE

/** Adds a check that got is expected, within tolerance; the quantity printf style. */
void epx_verify_add(epx_verify_report *report, epx_verify_origin origin, double got, double expected,
                    double tolerance, const char *quantity, ...) __attribute__((format(printf, 6, 7)));

/** Adds a check that got is at least, or at most, the bound. */
void epx_verify_add_bound(epx_verify_report *report, epx_verify_origin origin, double got,
                          epx_verify_relation relation, double bound, const char *quantity, ...)
    __attribute__((format(printf, 6, 7)));

#endif
