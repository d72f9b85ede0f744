/** @file
 * Verification: how a case is solved, and what makes a check pass. The cases are named in cases.def.
 */
#include "study/verification/verify.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "study/verification/cases.h"

epx_err epx_verify_solve(const epx_verify_case *verify_case, bool full, epx_verify_report *report) {
  report->n_checks = 0;
  EPX_TRY(verify_case->solve(full, report));
  return EPX_OK;
}

bool epx_verify_is_passed(const epx_verify_report *report) {
  bool passed = report->n_checks > 0;
  for (int i = 0; i < report->n_checks; i++)
    passed = passed && report->check[i].passed;
  return passed;
}

/** Adds a check; a report that is full keeps its last place for what does not fit, which then fails. */
static void add(epx_verify_report *report, epx_verify_check check, const char *quantity, va_list arguments) {
  const bool full = report->n_checks == EPX_VERIFY_MAX_CHECKS;
  epx_verify_check *next = &report->check[full ? report->n_checks - 1 : report->n_checks++];
  *next = check;
  vsnprintf(next->quantity, sizeof next->quantity, quantity, arguments);
  const double over = check.got - check.expected;
  if (check.relation == EPX_VERIFY_EQUAL)
    next->error = fabs(over);
  else
    next->error = isnan(over) ? NAN : fmax(0, check.relation == EPX_VERIFY_AT_MOST ? over : -over);
  next->passed = !full && next->error <= check.tolerance;
}

void epx_verify_add(epx_verify_report *report, epx_verify_origin origin, double got, double expected,
                    double tolerance, const char *quantity, ...) {
  va_list arguments;
  va_start(arguments, quantity);
  const epx_verify_check check = {.relation = EPX_VERIFY_EQUAL,
                                  .origin = origin,
                                  .expected = expected,
                                  .got = got,
                                  .tolerance = tolerance};
  add(report, check, quantity, arguments);
  va_end(arguments);
}

void epx_verify_add_bound(epx_verify_report *report, epx_verify_origin origin, double got,
                          epx_verify_relation relation, double bound, const char *quantity, ...) {
  va_list arguments;
  va_start(arguments, quantity);
  const epx_verify_check check = {.relation = relation, .origin = origin, .expected = bound, .got = got};
  add(report, check, quantity, arguments);
  va_end(arguments);
}

const char *epx_verify_get_origin_name(epx_verify_origin origin) {
  static const char *const names[] = {
#define EPX_VERIFY_NAME(name, text, meaning) text,
      EPX_VERIFY_ORIGINS(EPX_VERIFY_NAME)
#undef EPX_VERIFY_NAME
  };
  return names[origin];
}

const char *epx_verify_get_origin_meaning(epx_verify_origin origin) {
  static const char *const meanings[] = {
#define EPX_VERIFY_MEANING(name, text, meaning) meaning,
      EPX_VERIFY_ORIGINS(EPX_VERIFY_MEANING)
#undef EPX_VERIFY_MEANING
  };
  return meanings[origin];
}
