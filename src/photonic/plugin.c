/** @file
 * Plugins: a child process tries the object and sends what it found through a pipe. Only then is it loaded
 * here: a second load of the same object is the loader's own bookkeeping.
 */
#define _GNU_SOURCE /* strsignal, and POSIX */
#include "photonic/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 20, MESSAGE_SIZE = 1024 };

/** Opens the object; a path without a slash is a file of the working folder, not one of the system's. */
static void *open_object(const char *path, int mode) {
  char local[4096];
  if (strchr(path, '/')) return dlopen(path, mode);
  snprintf(local, sizeof local, "./%s", path);
  return dlopen(local, mode);
}

static epx_err load(const char *path, const epx_family **family) {
  void *object = open_object(path, RTLD_NOW | RTLD_LOCAL);
  if (!object) return EPX_RAISE(EPX_EINPUT, "%s cannot be loaded: %s", path, dlerror());
  *family = dlsym(object, EPX_PLUGIN_SYMBOL);
  if (*family) return EPX_OK;
  dlclose(object);
  return EPX_RAISE(EPX_EINPUT, "%s has no symbol %s: a plugin defines `const epx_family %s`", path,
                   EPX_PLUGIN_SYMBOL, EPX_PLUGIN_SYMBOL);
}

static epx_err try_object(const char *path) {
  const epx_family *family;
  EPX_TRY(load(path, &family));
  if (epx_plugin_check(family) == EPX_OK) return EPX_OK;
  char why[MESSAGE_SIZE];
  snprintf(why, sizeof why, "%s", epx_error_get_message());
  return EPX_RAISE(EPX_EINPUT, "%s: %s", path, why);
}

/** Tries the object, silently, and ends: sends "." when all is well, what is wrong else. */
static void run_child(const char *path, int to) {
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) {
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
  for (int s = 1; s < 32; s++)
    signal(s, SIG_DFL);
  const bool good = try_object(path) == EPX_OK;
  const char *message = good ? "." : epx_error_get_message();
  const ssize_t n = write(to, message, strlen(message));
  _exit(n < 0);
}

/** Reads what the child sends until it closes the pipe; false when it does not in time. */
static bool read_message(int from, char *message) {
  size_t length = 0;
  const time_t end = time(NULL) + PATIENCE_SECONDS;
  for (;;) {
    struct pollfd ready = {.fd = from, .events = POLLIN};
    const time_t left = end - time(NULL);
    if (left <= 0) break;
    if (poll(&ready, 1, (int)left * 1000) < 0 && errno != EINTR) break;
    if (!ready.revents) continue;
    const ssize_t n = read(from, message + length, MESSAGE_SIZE - 1 - length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      message[length] = 0;
      return true;
    }
    length += (size_t)n;
  }
  return false;
}

/** Says what became of a child that sent nothing. */
static epx_err raise_end(const char *path, int status) {
  if (WIFSIGNALED(status)) {
    return EPX_RAISE(EPX_EINPUT,
                     "%s crashed when it was loaded, or its field or Jacobian evaluated: signal %d (%s)",
                     path, WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return EPX_RAISE(
      EPX_EINPUT,
      "%s ended the process, with status %d, when it was loaded or evaluated; a plugin must return", path,
      WEXITSTATUS(status));
}

static epx_err try_in_child(const char *path) {
  int ends[2], status = 0;
  char message[MESSAGE_SIZE] = "";
  if (pipe(ends) != 0)
    return EPX_RAISE(EPX_EMEMORY, "%s: no pipe to try it through: %s", path, strerror(errno));
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_child(path, ends[1]);
  }
  close(ends[1]);
  const bool came_back = child > 0 && read_message(ends[0], message);
  close(ends[0]);
  if (child < 0) return EPX_RAISE(EPX_EMEMORY, "%s: no process to try it in: %s", path, strerror(errno));
  if (!came_back) kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!came_back)
    return EPX_RAISE(EPX_EINPUT, "%s did not come back within %d s when it was loaded or evaluated", path,
                     PATIENCE_SECONDS);
  if (!message[0]) return raise_end(path, status);
  if (strcmp(message, ".") != 0) return EPX_RAISE(EPX_EINPUT, "%s", message);
  return EPX_OK;
}

epx_err epx_plugin_read(const char *path, const epx_family **family) {
  *family = NULL;
  void *here = open_object(path, RTLD_NOW | RTLD_NOLOAD);
  if (here) {
    dlclose(here);
  } else {
    EPX_TRY(try_in_child(path));
  }
  EPX_TRY(load(path, family));
  return EPX_OK;
}
