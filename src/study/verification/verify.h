/** @file
 * Verification: reference cases of the literature, with what each expects, from where, and how near is near
 * enough. A case runs the library's own families, equilibria and estimators; nothing is computed beside them.
 */
#ifndef EPILUX_STUDY_VERIFICATION_VERIFY_H
#define EPILUX_STUDY_VERIFICATION_VERIFY_H

#include <stdbool.h>

#include "epilux/error.h"

/** What an expected value is. X(name, deck name, meaning) */
#define EPX_VERIFY_ORIGINS(X)                                                                                \
  X(EPX_VERIFY_EXACT, "exact", "follows from the equations")                                                 \
  X(EPX_VERIFY_PUBLISHED, "published", "stands in the paper, or in its authors' code")                       \
  X(EPX_VERIFY_COMPUTED, "computed", "of an independent program, in double precision")

typedef enum {
#define EPX_VERIFY_ENUM(name, text, meaning) name,
  EPX_VERIFY_ORIGINS(EPX_VERIFY_ENUM)
#undef EPX_VERIFY_ENUM
      EPX_VERIFY_ORIGIN_COUNT
} epx_verify_origin;

typedef enum { EPX_VERIFY_EQUAL, EPX_VERIFY_AT_LEAST, EPX_VERIFY_AT_MOST } epx_verify_relation;

/** One number that was compared. */
typedef struct {
  char quantity[80];
  epx_verify_relation relation; /* of got to expected */
  epx_verify_origin origin;
  double expected, got;
  double error; /* |got - expected|; of a bound: how far got is beyond it, 0 on its right side */
  double tolerance;
  bool passed; /* error <= tolerance */
} epx_verify_check;

/** Most checks a case may have. */
#define EPX_VERIFY_MAX_CHECKS 48

typedef struct {
  int n_checks;
  epx_verify_check check[EPX_VERIFY_MAX_CHECKS];
} epx_verify_report;

typedef struct {
  const char *name;       /* "P1" */
  const char *title;      /* one line */
  const char *source;     /* keys of references.bib, or where the expected values come from */
  const char *short_form; /* what the short form does less of; NULL: there is one form */

  /** Solves the case into an empty report. Errors: those of a broken run (< 0); a number that is wrong is a
   * check that has not passed. */
  epx_err (*solve)(bool full, epx_verify_report *report);
} epx_verify_case;

/** Gets the i-th case, NULL past the last. */
const epx_verify_case *epx_verify_get(int i);

/** Gets a case by its name, NULL when there is none. */
const epx_verify_case *epx_verify_get_by_name(const char *name);

/** Solves a case, in its short or its full form; *report is overwritten. Errors: EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_verify_solve(const epx_verify_case *verify_case, bool full, epx_verify_report *report);

/** Tells whether every check has passed; false when there is none. */
bool epx_verify_is_passed(const epx_verify_report *report);

/** Gets the name and the meaning of an origin. */
const char *epx_verify_get_origin_name(epx_verify_origin origin);
const char *epx_verify_get_origin_meaning(epx_verify_origin origin);

#endif
