/** @file
 * Guardian: it has nothing but what it was forked with, so nothing of the rank's can spoil it.
 */
#define _DEFAULT_SOURCE /* sigwaitinfo, setrlimit */
#include "cli/guardian.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/process.h"
#include "io/recovery/attempts.h"
#include "parallel/signals.h"
#include "parallel/under_way.h"

typedef struct {
  epx_under_way_page *page;
  pid_t rank, launcher;
  long memory_ends; /* processes that the system had ended for want of memory, at the start; -1: not known */
  int n_told;       /* signals that asked to stop */
} guardian;

/* Processes that this system has ended for want of memory since it is up, -1: it does not say. */
static long count_memory_ends(void) {
  char line[128];
  long n = -1;
  FILE *file = fopen("/proc/vmstat", "r");
  if (!file) return -1;
  while (n < 0 && fgets(line, sizeof line, file))
    sscanf(line, "oom_kill %ld", &n);
  fclose(file);
  return n;
}

static bool is_crash(int number) {
  return number == SIGSEGV || number == SIGABRT || number == SIGBUS || number == SIGFPE || number == SIGILL ||
         number == SIGSYS;
}

/* What the end of the rank says of its unit. */
static int eval_cause(const guardian *own, int status) {
  const epx_under_way_page *page = own->page;
  if (page->unit < 0 || own->n_told > 0) return EPX_CAUSE_NONE;
  if (WIFEXITED(status)) {
    if (page->ended || getppid() != own->launcher) return EPX_CAUSE_NONE;
    return page->solving && !page->shared && !page->stranger ? EPX_CAUSE_EXIT + WEXITSTATUS(status)
                                                             : EPX_CAUSE_UNKNOWN;
  }
  const int number = WTERMSIG(status);
  if (number == SIGKILL && own->memory_ends >= 0 && count_memory_ends() > own->memory_ends)
    return EPX_CAUSE_MEMORY;
  return is_crash(number) && page->solving && !page->stranger ? number : EPX_CAUSE_UNKNOWN;
}

/* Notes the end beside the results file, and says what is known. */
static void note(const guardian *own, int cause) {
  const epx_under_way_page *page = own->page;
  char why[64], last[24] = "";
  bool noted;
  if (cause == EPX_CAUSE_NONE || !*page->attempts) return;
  if (epx_attempts_note(page->attempts, page->run, page->rank, page->unit, cause, page->alone, &noted) !=
      EPX_OK)
    fprintf(stderr, "epilux: %s\n", epx_error_get_message());
  if (cause == EPX_CAUSE_UNKNOWN || !noted) return;
  epx_attempts_view_cause(cause, why, sizeof why);
  if (page->n > 1) snprintf(last, sizeof last, " to %d", page->first + page->n - 1);
  fprintf(stderr,
          "epilux: rank %d ended inside point %d, instance%s %d%s: %s; --resume continues with the others\n",
          page->rank, page->i_point, page->n > 1 ? "s" : "", page->first, last, why);
}

/* Ends as the rank did; one that left in the middle of its work, as if nothing were the matter, has failed. */
static void end_alike(const guardian *own, int status) {
  const struct rlimit none = {0, 0};
  if (WIFSIGNALED(status)) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, WTERMSIG(status));
    setrlimit(RLIMIT_CORE, &none); /* the rank has left a core, where one is wanted */
    signal(WTERMSIG(status), SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
  }
  const bool early = WEXITSTATUS(status) == 0 && !own->page->ended;
  _exit(early ? EPX_EXIT_FAILED : WEXITSTATUS(status));
}

/* Waits for the rank; passes on what asks to stop. A rank that has not begun its run has nothing to save: asked
 * again, it is ended. */
static int wait_for_rank(guardian *own, const sigset_t *set) {
  for (int status = 0;;) {
    const int number = sigwaitinfo(set, NULL);
    if (number == SIGCHLD && waitpid(own->rank, &status, WNOHANG) == own->rank) return status;
    if (number <= 0 || number == SIGCHLD) continue;
    own->n_told++;
    if (own->n_told == 1 || own->page->run != 0) {
      kill(own->rank, number);
      continue;
    }
    kill(own->rank, SIGKILL);
    waitpid(own->rank, &status, 0);
    _exit(EPX_EXIT_STOPPED);
  }
}

static void guard(guardian *own, const sigset_t *set) {
  const int status = wait_for_rank(own, set);
  note(own, eval_cause(own, status));
  end_alike(own, status);
}

void epx_guardian_fork(void) {
  guardian own = {.launcher = getppid(), .memory_ends = count_memory_ends()};
  sigset_t set, child;
  epx_signals_set_blocked(true);
  if (epx_under_way_create(&own.page) != EPX_OK) {
    epx_error_reset();
    return;
  }
  const pid_t self = own.page->guardian = getpid();
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  own.rank = fork();
  if (own.rank > 0) {
    epx_signals_eval_set(&set);
    sigaddset(&set, SIGCHLD);
    guard(&own, &set);
  }
  sigprocmask(SIG_UNBLOCK, &child, NULL);
  if (own.rank < 0) return;
  epx_process_end_with_parent();
  if (getppid() != self) raise(SIGKILL);
  epx_under_way_set_page(own.page);
}
