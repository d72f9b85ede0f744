/** @file
 * Threads: by the libraries' own functions, looked up by name, so that none of them is needed to link.
 */
#include "base/machine/threads.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

int epx_threads_set_single(void) {
  static const char *const names[] = {"openblas_set_num_threads", "MKL_Set_Num_Threads",
                                      "bli_thread_set_num_threads"};
  void *process = dlopen(NULL, RTLD_LAZY);
  int n_found = 0;
  for (size_t i = 0; process && i < sizeof names / sizeof *names; i++) {
    void *symbol = dlsym(process, names[i]);
    void (*set_threads)(int);
    if (!symbol) continue;
    memcpy(&set_threads, &symbol, sizeof set_threads);
    set_threads(1);
    n_found++;
  }
  if (process) dlclose(process);
  return n_found;
}
