/** @internal @file
 * Session: starts PETSc and SLEPc once per process, ends them in MPI_Finalize(), and turns their errors into
 * epx_err.
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_SESSION_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_SESSION_H

#include <petscsys.h>
#include <stdbool.h>

#include "epilux/error.h"

#if defined(PETSC_USE_COMPLEX) || !defined(PETSC_USE_REAL_DOUBLE)
#error "Epilux needs PETSc built for real numbers in double precision (Debian: libpetsc-real-dev)"
#endif

/** Starts PETSc on `communicator` unless it runs already, and sets its options (NULL: none). Collective.
 * Errors: EPX_EMPI: MPI is not initialised; EPX_ESOLVER: PETSc does not start, or refuses the options. */
epx_err epx_session_init(MPI_Comm communicator, const char *options);

/** Gets PETSc's message of its last error. */
const char *epx_session_get_message(void);

/** Warns (where `speaks`) of options that no solver has used so far, because they may be mistyped. */
void epx_session_warn_of_unused(bool speaks);

/** A statement: raises EPX_ESOLVER with PETSc's words where a call of it failed. */
#define EPX_PETSC(call)                                                                                      \
  do {                                                                                                       \
    if ((call) != 0) return EPX_RAISE(EPX_ESOLVER, "PETSc: %s", epx_session_get_message());                  \
  } while (0)

#endif
