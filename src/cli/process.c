/** @file
 * Process.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/process.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#elif defined(__APPLE__)
#include <mach-o/dyld.h>
#endif

void epx_process_end_with_parent(void) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

int epx_process_get_program(char *path, size_t size) {
#if defined(__APPLE__)
  uint32_t room = (uint32_t)size;
  if (_NSGetExecutablePath(path, &room) == 0) return 0;
  errno = ENAMETOOLONG;
  return -1;
#else
  const ssize_t length = readlink("/proc/self/exe", path, size);
  if (length < 0) return -1;
  if ((size_t)length >= size) {
    errno = ENAMETOOLONG;
    return -1;
  }
  path[length] = '\0';
  return 0;
#endif
}
