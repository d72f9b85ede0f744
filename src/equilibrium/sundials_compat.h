/** @internal @file
 * The names of SUNDIALS that differ between versions 6 and 7, in one place: sources use version 7's names for
 * what was renamed, and epx_sundials_* for what changed its shape. SUNDIALS is made silent: what it would
 * print goes to the log.
 */
#ifndef EPILUX_EQUILIBRIUM_SUNDIALS_COMPAT_H
#define EPILUX_EQUILIBRIUM_SUNDIALS_COMPAT_H

#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <kinsol/kinsol.h>
#include <sundials/sundials_config.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_nvector.h>

#include "epilux/log.h"

#if !defined(SUNDIALS_DOUBLE_PRECISION)
#error "Epilux needs SUNDIALS in double precision"
#endif

#if SUNDIALS_VERSION_MAJOR < 7

#define SUN_COMM_NULL NULL

#define ARKodeEvolve ERKStepEvolve
#define ARKodeFree ERKStepFree
#define ARKodeSetInitStep ERKStepSetInitStep
#define ARKodeSetInterpolantType ERKStepSetInterpolantType
#define ARKodeSetInterpolantDegree ERKStepSetInterpolantDegree
#define ARKodeSetMaxErrTestFails ERKStepSetMaxErrTestFails
#define ARKodeSetMaxHnilWarns ERKStepSetMaxHnilWarns
#define ARKodeSetMaxNumSteps ERKStepSetMaxNumSteps
#define ARKodeSetMaxStep ERKStepSetMaxStep
#define ARKodeSetUserData ERKStepSetUserData
#define ARKodeWFtolerances ERKStepWFtolerances
#define ARKodeGetLastStep ERKStepGetLastStep
#define ARKodeGetCurrentStep ERKStepGetCurrentStep

static inline void epx_sundials_log(int code, const char *module, const char *function, char *message,
                                    void *context) {
  (void)code;
  epx_log_write(EPX_LOG_DEBUG, context, "%s %s: %s", module, function, message);
}

/** Creates a context; in version 7 its errors go to the log under `tag`. */
static inline int epx_sundials_create_context(const char *tag, SUNContext *context) {
  (void)tag;
  return SUNContext_Create(NULL, context);
}

/** In version 6 the errors of each solver go to the log under `tag`. */
#define epx_sundials_silence(set_handler, solver, tag) set_handler((solver), epx_sundials_log, (void *)(tag))

#else

static inline void epx_sundials_log(int line, const char *function, const char *file, const char *message,
                                    SUNErrCode code, void *context, SUNContext sundials) {
  (void)line, (void)file, (void)code, (void)sundials;
  epx_log_write(EPX_LOG_DEBUG, context, "%s: %s", function, message);
}

static inline int epx_sundials_create_context(const char *tag, SUNContext *context) {
  const int code = SUNContext_Create(SUN_COMM_NULL, context);
  if (code != 0) return code;
  SUNContext_ClearErrHandlers(*context);
  return SUNContext_PushErrHandler(*context, epx_sundials_log, (void *)tag);
}

#define epx_sundials_silence(set_handler, solver, tag) 0

#endif

#endif
