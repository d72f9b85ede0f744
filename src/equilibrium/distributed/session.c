/** @file
 * PETSc's life. It ends where MPI does, by the attribute of MPI_COMM_SELF that the standard says is deleted
 * first in MPI_Finalize(): nobody has to remember it, and -log_view still prints. Its error handler records
 * instead of printing. A program that has started PETSc itself keeps it, with its handlers.
 */
#include "equilibrium/distributed/session.h"

#include <slepcsys.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "epilux/log.h"
#include "equilibrium/engine.h"

/** Room for the words of options at the start. */
enum { MAX_WORDS = EPX_ENGINE_MAX_WORDS + 8, MAX_TEXT = EPX_ENGINE_MAX_TEXT + 8 };

static char message[1024];
static MPI_Comm world = MPI_COMM_NULL;
/* PETSc keeps argv for the life of the process. */
static char text[MAX_TEXT], *words[MAX_WORDS + 1];

const char *epx_session_get_message(void) {
  return message[0] ? message : "failed without saying why";
}

/** Makes a message one line: PETSc breaks and indents its longer ones. */
static void join_lines(char *said) {
  char *to = said;
  for (const char *from = said; *from; from++) {
    const bool blank = strchr(" \t\r\n", *from) != NULL;
    if (!blank)
      *to++ = *from;
    else if (to > said && to[-1] != ' ')
      *to++ = ' ';
  }
  *to = '\0';
}

/** Keeps the first, innermost message of an error on its way up. */
static PetscErrorCode record(MPI_Comm communicator, int line, const char *function, const char *file,
                             PetscErrorCode code, PetscErrorType type, const char *said, void *context) {
  (void)communicator, (void)line, (void)file, (void)context;
  if (type == PETSC_ERROR_INITIAL) {
    snprintf(message, sizeof message, "%s (%s, error %d)", said && said[0] ? said : "an error", function,
             (int)code);
    join_lines(message);
  }
  return code;
}

static int finalize(MPI_Comm self, int key, void *value, void *state) {
  (void)self, (void)key, (void)value, (void)state;
  (void)!SlepcFinalize();
  return MPI_SUCCESS;
}

/** Has MPI_Finalize() end PETSc before all else. */
static epx_err set_end(void) {
  int key = MPI_KEYVAL_INVALID;
  if (MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, finalize, &key, NULL) != MPI_SUCCESS ||
      MPI_Comm_set_attr(MPI_COMM_SELF, key, NULL) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "MPI does not take the attribute that ends PETSc with it");
  }
  return EPX_OK;
}

/** Splits the options into words, as a command line would be. Returns their number, -1 for too many. */
static int split(const char *options) {
  static char *const own[] = {"epilux", "-no_signal_handler", "-skip_petscrc", "-options_left", "no"};
  enum { N_OWN = sizeof own / sizeof own[0] };
  int n = N_OWN;
  memcpy(words, own, sizeof own);
  if (strlen(options) >= sizeof text) return -1;
  strcpy(text, options);
  for (char *word = strtok(text, " \t\n"); word; word = strtok(NULL, " \t\n")) {
    if (n == MAX_WORDS) return -1;
    words[n++] = word;
  }
  words[n] = NULL;
  return n;
}

static epx_err start(MPI_Comm communicator, const char *options) {
  int n_words = split(options);
  char **arguments = words;
  if (n_words < 0) {
    return EPX_RAISE(EPX_EINPUT, "petsc.options: more than %d words or %d characters", MAX_WORDS, MAX_TEXT);
  }
  if (MPI_Comm_dup(communicator, &world) != MPI_SUCCESS) {
    return EPX_RAISE(EPX_EMPI, "MPI cannot duplicate the communicator of a distributed network");
  }
  PETSC_COMM_WORLD = world;
  /* Before the start, too, so that what it says of the options is one line of ours and not a page of its. */
  if (PetscPushErrorHandler(record, NULL) != 0) return EPX_RAISE(EPX_ESOLVER, "PETSc does not start");
  if (SlepcInitialize(&n_words, &arguments, NULL, NULL) != 0) {
    return EPX_RAISE(EPX_ESOLVER, "PETSc does not start with the options '%s': %s", options,
                     epx_session_get_message());
  }
  return set_end();
}

epx_err epx_session_init(MPI_Comm communicator, const char *options) {
  int running = 0;
  PetscBool started = PETSC_FALSE;
  message[0] = '\0';
  if (MPI_Initialized(&running) != MPI_SUCCESS || !running) {
    return EPX_RAISE(EPX_EMPI, "a distributed network needs MPI: call MPI_Init() first");
  }
  EPX_PETSC(SlepcInitialized(&started));
  if (!started) return start(communicator, options ? options : "");
  if (options) EPX_PETSC(PetscOptionsInsertString(NULL, options));
  return EPX_OK;
}

void epx_session_warn_of_unused(bool speaks) {
  PetscInt n = 0;
  char **names = NULL, **values = NULL;
  if (PetscOptionsLeftGet(NULL, &n, &names, &values)) return;
  for (PetscInt k = 0; speaks && k < n; k++) {
    if (strcmp(names[k], "options_left") != 0)
      epx_log_write_once(EPX_LOG_WARNING, "distributed", "petsc.options: -%s is known to no solver in use",
                         names[k]);
  }
  (void)!PetscOptionsLeftRestore(NULL, &n, &names, &values);
}
