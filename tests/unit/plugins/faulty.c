/** @file
 * Plugins that must be refused, one a value of FAULT: the example with something wrong.
 */
#define OTHER_ABI 1
#define NO_SYMBOL 2
#define NOT_A_NUMBER 3
#define CRASHES_AT_LOAD 4
#define CRASHES_IN_FIELD 5
#define EXITS 6
#define WRONG_JACOBIAN 7
#define MISSING_MEMBER 8
#define WRONG_RESPONSE 9

#include <signal.h>
#include <stdlib.h>

#define epx_plugin_family static_good_family
#include "../../../inputs/plugins/anharmonic.c"
#undef epx_plugin_family

#if FAULT != NO_SYMBOL
extern epx_family epx_plugin_family;
epx_family epx_plugin_family;

#if FAULT == WRONG_RESPONSE
static const epx_family_response of_links[] = {{COUPLING, 0, EPX_FOLLOW_PHASE, 1}};
#endif

#if FAULT == NOT_A_NUMBER || FAULT == CRASHES_IN_FIELD || FAULT == WRONG_JACOBIAN
static void eval_faulty_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  eval_field(lanes, y, f, work);
  if (FAULT == CRASHES_IN_FIELD) raise(SIGSEGV);
  f[2 * (size_t)lanes->n_lanes] = FAULT == WRONG_JACOBIAN ? 7 * y[0] : NAN;
}
#endif

/** Fills the struct when the object is loaded. */
__attribute__((constructor)) static void fill(void) {
  epx_plugin_family = static_good_family;
  if (FAULT == CRASHES_AT_LOAD) raise(SIGSEGV);
  if (FAULT == EXITS) _Exit(3);
  if (FAULT == OTHER_ABI) epx_plugin_family.abi = EPX_FAMILY_ABI + 1;
  if (FAULT == MISSING_MEMBER) epx_plugin_family.eval_jacobian = NULL;
#if FAULT == NOT_A_NUMBER || FAULT == CRASHES_IN_FIELD || FAULT == WRONG_JACOBIAN
  epx_plugin_family.eval_field = eval_faulty_field;
#endif
#if FAULT == WRONG_RESPONSE
  epx_plugin_family.responses = of_links;
#endif
}
#endif
