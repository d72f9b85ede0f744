/** @file
 * Signals: handlers that only count. State of the process, because signals are.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct {
  int number;
  const char *name;
} stops[] = {{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"}};

enum { N_STOPS = sizeof stops / sizeof *stops };

static volatile sig_atomic_t n_came, last;
static struct sigaction before[N_STOPS], before_size;

static void count(int number) {
  n_came = n_came + 1;
  last = number;
}

epx_err epx_signals_set(bool coordinator) {
  n_came = last = 0;
  struct sigaction action = {.sa_handler = coordinator ? count : SIG_IGN};
  sigemptyset(&action.sa_mask);
  for (int k = 0; k < N_STOPS; k++)
    if (sigaction(stops[k].number, &action, &before[k]) != 0)
      return EPX_RAISE(EPX_EINPUT, "no handler of %s can be set: %s", stops[k].name, strerror(errno));
  action.sa_handler = SIG_IGN;
  if (sigaction(SIGXFSZ, &action, &before_size) != 0)
    return EPX_RAISE(EPX_EINPUT, "SIGXFSZ cannot be ignored: %s", strerror(errno));
  return EPX_OK;
}

void epx_signals_set_back(void) {
  for (int k = 0; k < N_STOPS; k++)
    sigaction(stops[k].number, &before[k], NULL);
  sigaction(SIGXFSZ, &before_size, NULL);
}

int epx_signals_get_count(void) {
  return n_came;
}

const char *epx_signals_get_name(void) {
  for (int k = 0; k < N_STOPS; k++)
    if (stops[k].number == last) return stops[k].name;
  return "";
}

void epx_signals_set_blocked(bool blocked) {
  sigset_t set;
  sigemptyset(&set);
  for (int k = 0; k < N_STOPS; k++)
    sigaddset(&set, stops[k].number);
  pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}
