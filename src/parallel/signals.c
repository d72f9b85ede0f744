/** @file
 * Signals: handlers that only count. State of the process, because signals are.
 */
#define _POSIX_C_SOURCE 200809L
#include "parallel/signals.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "parallel/under_way.h"

static const struct {
  int number;
  const char *name;
} stops[] = {{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},
             {SIGQUIT, "SIGQUIT"}, {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}, {SIGXCPU, "SIGXCPU"}};

enum { N_STOPS = sizeof stops / sizeof *stops };

static atomic_int n_direct, n_passed_on, last; /* other threads read them */
static pid_t guardian;
static struct sigaction before[N_STOPS], before_size;
static sigset_t mask_before;

static void count(int number, siginfo_t *info, void *context) {
  (void)context;
  if (guardian > 0 && info->si_code == SI_USER && info->si_pid == guardian)
    n_passed_on++;
  else
    n_direct++;
  last = number;
}

epx_err epx_signals_set(void) {
  n_direct = 0;
  n_passed_on = 0;
  last = 0;
  guardian = epx_under_way_get_guardian();
  struct sigaction action = {.sa_sigaction = count, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int k = 0; k < N_STOPS; k++)
    if (sigaction(stops[k].number, &action, &before[k]) != 0)
      return EPX_RAISE(EPX_EINPUT, "no handler of %s can be set: %s", stops[k].name, strerror(errno));
  action = (struct sigaction){.sa_handler = SIG_IGN};
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGXFSZ, &action, &before_size) != 0)
    return EPX_RAISE(EPX_EINPUT, "SIGXFSZ cannot be ignored: %s", strerror(errno));
  pthread_sigmask(SIG_BLOCK, NULL, &mask_before);
  epx_signals_set_blocked(false);
  return EPX_OK;
}

void epx_signals_restore(void) {
  pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
  for (int k = 0; k < N_STOPS; k++)
    sigaction(stops[k].number, &before[k], NULL);
  sigaction(SIGXFSZ, &before_size, NULL);
}

int epx_signals_get_count(void) {
  const int direct = n_direct, passed_on = n_passed_on;
  return direct > passed_on ? direct : passed_on;
}

int epx_signals_get_last(void) {
  return last;
}

const char *epx_signals_get_name_of(int number) {
  for (int k = 0; k < N_STOPS; k++)
    if (stops[k].number == number) return stops[k].name;
  return "";
}

const char *epx_signals_get_name(void) {
  return epx_signals_get_name_of(last);
}

void epx_signals_eval_set(sigset_t *set) {
  sigemptyset(set);
  for (int k = 0; k < N_STOPS; k++)
    sigaddset(set, stops[k].number);
}

void epx_signals_set_blocked(bool blocked) {
  sigset_t set;
  epx_signals_eval_set(&set);
  pthread_sigmask(blocked ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}
