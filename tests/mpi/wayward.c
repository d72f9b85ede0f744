/** @file
 * The example plugin, but for what the environment asks of it: WAYWARD_US: how long a look at the field takes;
 * WAYWARD_ABOVE, WAYWARD_HOW: what happens where a node's stiffness is above a limit: segv, abort, exit7, exit0
 * end the process; memory asks for memory until the system ends it; kill ends it as a stranger would; job ends its guardian too, so that nobody is left to say why.
 */
#define _DEFAULT_SOURCE /* usleep */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define epx_plugin_family calm_family
#include "../../inputs/plugins/anharmonic.c"
#undef epx_plugin_family

/* More than its group may have; but no more than 4 GiB, where nothing holds it. */
static void take_memory(void) {
  for (int k = 0; k < 4096; k++) {
    char *taken = malloc(1 << 20);
    for (size_t i = 0; taken && i < 1 << 20; i += 512)
      ((volatile char *)taken)[i] = 1;
  }
}

static void end(const char *how) {
  if (strcmp(how, "memory") == 0) take_memory();
  if (strcmp(how, "segv") == 0) raise(SIGSEGV);
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "exit7") == 0) _exit(7);
  if (strcmp(how, "exit0") == 0) exit(0);
  if (strcmp(how, "job") == 0) kill(getppid(), SIGKILL);
  raise(SIGKILL);
}

static void eval_wayward_field(const epx_lanes *lanes, const double *y, double *f, double *work) {
  const char *above = getenv("WAYWARD_ABOVE"), *how = getenv("WAYWARD_HOW"), *us = getenv("WAYWARD_US");
  const size_t size = (size_t)lanes->network->n_nodes * (size_t)lanes->n_lanes;
  if (us) usleep((unsigned)atoi(us));
  for (size_t k = 0; above && how && k < size; k++)
    if (lanes->node[STIFFNESS][k] > atof(above)) end(how);
  eval_field(lanes, y, f, work);
}

extern epx_family epx_plugin_family;
epx_family epx_plugin_family;

__attribute__((constructor)) static void init(void) {
  epx_plugin_family = calm_family;
  epx_plugin_family.eval_field = eval_wayward_field;
}
