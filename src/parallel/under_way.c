/** @file
 * Under way: plain stores to shared memory, which outlives the process that made them.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "parallel/under_way.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static epx_under_way_page *own;
static _Thread_local bool is_solver; /* this thread is inside a unit */

epx_err epx_under_way_create(epx_under_way_page **page) {
  void *memory = mmap(NULL, sizeof **page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return EPX_RAISE(EPX_EMEMORY, "cannot create the memory page that is shared with the guardian");
  *page = memory;
  (*page)->unit = -1;
  return EPX_OK;
}

/* A signal that ends the process: notes whether it came from inside a unit, then lets it happen. */
static void note_thread(int number) {
  if (own && !is_solver) own->stranger = true;
  signal(number, SIG_DFL);
  raise(number);
}

static void note_exit(void) {
  if (own && !is_solver) own->stranger = true;
}

/* Handlers that others have set (a sanitizer, a debugger's preload) stay. */
void epx_under_way_set_page(epx_under_way_page *page) {
  static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS};
  struct sigaction action = {.sa_handler = note_thread}, before;
  own = page;
  if (!page) return;
  atexit(note_exit);
  sigemptyset(&action.sa_mask);
  for (size_t k = 0; k < sizeof crashes / sizeof *crashes; k++)
    if (sigaction(crashes[k], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction(crashes[k], &action, NULL);
}

void epx_under_way_set_run(const char *attempts, int run, int rank) {
  if (!own) return;
  const size_t n = strlen(attempts);
  own->run = run;
  own->rank = rank;
  memcpy(own->attempts, n < sizeof own->attempts ? attempts : "", n < sizeof own->attempts ? n + 1 : 1);
}

void epx_under_way_begin(int64_t unit, int i_point, int first, int n, bool shared) {
  if (!own) return;
  own->i_point = i_point;
  own->first = first;
  own->n = n;
  own->shared = shared;
  own->unit = unit;
  own->solving = is_solver = true;
}

void epx_under_way_set_alone(bool alone) {
  if (own) own->alone = alone;
}

void epx_under_way_set_solving(bool solving) {
  if (own && is_solver) own->solving = solving;
}

void epx_under_way_end(void) {
  if (!own) return;
  own->solving = is_solver = false;
  own->unit = -1;
}

void epx_under_way_set_ended(void) {
  if (own) own->ended = true;
}

pid_t epx_under_way_get_guardian(void) {
  return own ? own->guardian : 0;
}

bool epx_under_way_is_held(void) {
  char path[64], text[512];
  if (!own || own->guardian == 0) return false;
  snprintf(path, sizeof path, "/proc/%ld/stat", (long)own->guardian);
  FILE *file = fopen(path, "r");
  if (!file) return false;
  const size_t n = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[n] = '\0';
  const char *state = strrchr(text, ')'); /* what stands before it is the program's name */
  return state && state[1] == ' ' && (state[2] == 'T' || state[2] == 't');
}
