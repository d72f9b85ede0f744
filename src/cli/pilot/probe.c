/** @file
 * Probe. The process reports its progress through memory shared with its parent and never waits for it;
 * signals pause it. Reports go to two slots in turn, so that one slot is complete whenever the process is
 * paused.
 */
#define _GNU_SOURCE
#include "cli/pilot/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/process.h"
#include "epilux/log.h"
#include "study/duration/pilot_point.h"
#include "study/duration/training_time.h"

/* What a short point of a share of the samples took, s; share 0: none was solved. */
typedef struct {
  double share, measures, trains;
} short_run;

/* What the process has told. */
typedef struct {
  epx_training_time course[EPX_RESTART_IN_SITU + 1]; /* by kind of restart, seconds since the trial began */
  double seconds;                                    /* s, of the whole block when it is done */
  short_run short_point;
  bool done;
  int code; /* an error, and its text */
  char text[256];
} told;

typedef struct {
  atomic_int whole; /* which of the two can be read */
  told told[2];
} shared;

struct epx_probe {
  const epx_campaign *campaign;
  int i_point, first;
  epx_settings *settings;
  epx_point *point;
  bool trains_elsewhere, trains; /* of its trials */
  double preparation, spent, bytes;
  double *record; /* [block][size] */
  shared *shared;
  told whole; /* of the trial, once its process has ended */
  short_run short_point;
  pid_t process; /* 0: none */
  int ended;     /* a pipe that closes with it */
};

static double get_seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the process */

typedef struct {
  epx_probe *probe;
  told told;
  double begun;
} speaker;

static void tell(speaker *own) {
  shared *memory = own->probe->shared;
  const int next = !atomic_load(&memory->whole);
  memory->told[next] = own->told;
  atomic_store(&memory->whole, next);
}

static epx_err show(void *context, double share, const epx_restart *restart) {
  speaker *own = context;
  epx_training_time *course = &own->told.course[restart->kind];
  if (course->n == 0) /* it began where the training before it ended */
    epx_training_time_add(course, 0, own->told.course[EPX_RESTART_ELSEWHERE].last.seconds);
  epx_training_time_add(course, share, get_seconds(CLOCK_PROCESS_CPUTIME_ID) - own->begun);
  tell(own);
  return EPX_OK;
}

static epx_err solve(speaker *own, double *seconds) {
  epx_probe *probe = own->probe;
  own->begun = get_seconds(CLOCK_PROCESS_CPUTIME_ID);
  EPX_TRY(epx_trial_solve(probe->point, probe->i_point, probe->first, probe->record));
  *seconds = get_seconds(CLOCK_PROCESS_CPUTIME_ID) - own->begun;
  return EPX_OK;
}

static epx_err solve_whole(speaker *own) {
  own->probe->point->checkpointer = (epx_checkpointer){.context = own, .show = show};
  return solve(own, &own->told.seconds);
}

/* Larger by doubling: the last takes as long as all before it, and says more. */
static epx_err solve_short_runs(speaker *own) {
  epx_pilot_point short_point;
  epx_pilot_point_init(own->probe->settings, own->probe->point, &short_point);
  const int chunk = epx_pilot_point_get_chunk(&short_point);
  const bool trains = own->probe->trains || own->probe->trains_elsewhere;
  for (int n = chunk;; n = n < short_point.n_train / 2 ? 2 * n : short_point.n_train) {
    short_run next = {.trains = 0};
    next.share = epx_pilot_point_set(&short_point, EPX_PILOT_POINT_TRAINS, n);
    if (trains) EPX_TRY(solve(own, &next.trains));
    epx_pilot_point_set(&short_point, EPX_PILOT_POINT_MEASURES, n);
    EPX_TRY(solve(own, &next.measures));
    own->told.short_point = next;
    tell(own);
    if (n >= short_point.n_train) return EPX_OK;
  }
}

/* A process that a launcher did not start is a world of its own, whatever started its parent. */
static epx_err start_mpi(epx_point *point) {
  static const char *const prefixes[] = {"OMPI_COMM_",   "OMPI_UNIVERSE", "OMPI_MCA_orte",
                                         "OMPI_MCA_ess", "PMIX_",         "PMI_"};
  extern char **environ;
  if (point->engine != EPX_ENGINE_DISTRIBUTED) return EPX_OK;
  for (char **entry = environ; *entry;) {
    char name[128];
    bool cleared = false;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry, "="), *entry);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
      cleared |= strncmp(name, prefixes[i], strlen(prefixes[i])) == 0;
    if (!cleared || unsetenv(name) != 0) entry++;
  }
  /* Open MPI starts a helper otherwise, and makes a file to speak with others through, which a killed one
   * leaves. */
  setenv("OMPI_MCA_ess_singleton_isolated", "1", 1);
  setenv("OMPI_MCA_btl", "self", 1);
  if (MPI_Init(NULL, NULL) != MPI_SUCCESS) return EPX_RAISE(EPX_EMPI, "MPI cannot be started");
  point->communicator = MPI_COMM_SELF;
  return EPX_OK;
}

/* Nothing that is said or printed on the way is of the command that asks. */
static void run_process(epx_probe *probe, epx_err (*work)(speaker *)) {
  static speaker own;
  const int nowhere = open("/dev/null", O_WRONLY);
  own.probe = probe;
  epx_log_set_sink(NULL, NULL, EPX_LOG_ERROR);
  if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO);
  int code = start_mpi(probe->point);
  if (code == EPX_OK) code = work(&own);
  own.told.done = true;
  own.told.code = code;
  if (code != EPX_OK) snprintf(own.told.text, sizeof own.told.text, "%s", epx_error_get_message());
  tell(&own);
  if (probe->point->communicator != MPI_COMM_NULL) MPI_Finalize();
}

/* ---- the parent */

/* A turn of the processor's seconds takes at most so many times that of the clock's. */
static const double patience = 4;

static const told *get_told(const epx_probe *probe) {
  return &probe->shared->told[atomic_load(&probe->shared->whole)];
}

static epx_err create_parts(epx_probe *probe) {
  const epx_campaign *campaign = probe->campaign;
  const double start = get_seconds(CLOCK_PROCESS_CPUTIME_ID);
  EPX_TRY(epx_campaign_create_point(campaign, probe->i_point, &probe->settings, &probe->point));
  probe->preparation = get_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
  const epx_protocol_spec *protocol = &probe->settings->protocol;
  probe->trains_elsewhere = protocol->kind != EPX_PROTOCOL_IN_SITU && probe->settings->learning.epochs > 0;
  probe->trains = epx_protocol_get_epochs(protocol, probe->settings->learning.epochs) > 0;
  EPX_TRY(EPX_ARRAY(probe->record, (size_t)campaign->block * campaign->layout.size));
  void *memory = mmap(NULL, sizeof(shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return EPX_RAISE(EPX_EMEMORY, "no memory to share: %s", strerror(errno));
  probe->shared = memory;
  return EPX_OK;
}

epx_err epx_probe_create(const epx_campaign *campaign, int i_point, int first, epx_probe **out) {
  epx_probe *probe;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(probe, 1));
  probe->campaign = campaign;
  probe->i_point = i_point;
  probe->first = first;
  const int code = create_parts(probe);
  if (code != EPX_OK) epx_probe_destroy(&probe);
  *out = probe;
  return code;
}

/* Ends the process, and takes what it used. *status: how it ended, as by wait(). */
static void end(epx_probe *probe, int *status) {
  struct rusage usage;
  *status = 0;
  if (probe->process == 0) return;
  kill(probe->process, SIGKILL);
  while (wait4(probe->process, status, 0, &usage) < 0 && errno == EINTR)
    continue;
  probe->process = 0;
  close(probe->ended);
  probe->bytes = fmax(probe->bytes, 1024 * (double)usage.ru_maxrss);
  probe->spent += (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec +
                  (double)usage.ru_stime.tv_sec + 1e-6 * (double)usage.ru_stime.tv_usec;
}

void epx_probe_destroy(epx_probe **address) {
  epx_probe *probe = *address;
  int status;
  if (!probe) return;
  end(probe, &status);
  if (probe->shared) munmap(probe->shared, sizeof *probe->shared);
  epx_array_destroy(&probe->record);
  epx_point_destroy(&probe->point);
  epx_settings_destroy(&probe->settings);
  epx_array_destroy(address);
}

/* The pipe's other end is the process's alone. It ends with its parent, even while it is held. */
static epx_err start(epx_probe *probe, epx_err (*work)(speaker *)) {
  int ends[2];
  const pid_t parent = getpid();
  memset(probe->shared, 0, sizeof *probe->shared);
  if (pipe(ends) != 0) return EPX_RAISE(EPX_EFILE, "no pipe to be had: %s", strerror(errno));
  fcntl(ends[1], F_SETFD, FD_CLOEXEC); /* MPI may start a helper, which outlives it */
  fflush(stdout);
  probe->process = fork();
  if (probe->process < 0) {
    probe->process = 0;
    close(ends[0]);
    close(ends[1]);
    return EPX_RAISE(EPX_EMEMORY, "no process to be had for the pilot: %s", strerror(errno));
  }
  if (probe->process == 0) {
    epx_process_end_with_parent();
    close(ends[0]);
    if (getppid() == parent) run_process(probe, work);
    _exit(0);
  }
  close(ends[1]);
  probe->ended = ends[0];
  return EPX_OK;
}

/* s of the processor that the process has used. */
static double get_used(const epx_probe *probe) {
  clockid_t clock;
  return clock_getcpuclockid(probe->process, &clock) == 0 ? get_seconds(clock) : 0;
}

/* Lets the process go on for that long; *ended: it left by itself. Where it does not get the processor, or
 * sleeps, the clock ends its turn. */
static void let_go_on(epx_probe *probe, double seconds, bool *ended) {
  const double used = get_used(probe), start = get_seconds(CLOCK_MONOTONIC);
  struct pollfd waiting = {.fd = probe->ended, .events = POLLIN};
  double left = seconds;
  *ended = false;
  kill(probe->process, SIGCONT);
  while (left > 0 && !*ended) {
    *ended = poll(&waiting, 1, (int)fmin(1e6, 1e3 * left) + 1) > 0;
    left =
        fmin(seconds - (get_used(probe) - used), patience * seconds - (get_seconds(CLOCK_MONOTONIC) - start));
  }
  if (!*ended) kill(probe->process, SIGSTOP);
}

/* Takes leave of a process that left. */
static epx_err take_leave(epx_probe *probe) {
  const told *last = get_told(probe);
  int status;
  while (waitid(P_PID, (id_t)probe->process, &(siginfo_t){0}, WEXITED | WNOWAIT) < 0 && errno == EINTR)
    continue;
  end(probe, &status);
  if (last->code != EPX_OK) return EPX_RAISE(last->code, "a trial of the pilot: %s", last->text);
  if (last->done) return EPX_OK;
  if (WIFSIGNALED(status))
    return EPX_RAISE(EPX_ESOLVER, "the pilot's trials were ended by signal %d (%s)", WTERMSIG(status),
                     strsignal(WTERMSIG(status)));
  return EPX_RAISE(EPX_ESOLVER, "the pilot's trials ended their process (status %d)", WEXITSTATUS(status));
}

epx_err epx_probe_run(epx_probe *probe, double seconds, bool *done) {
  if (probe->process == 0) EPX_TRY(start(probe, solve_whole));
  let_go_on(probe, seconds, done);
  if (*done) EPX_TRY(take_leave(probe));
  probe->whole = *get_told(probe);
  if (*done) epx_point_destroy(&probe->point); /* hundreds of probes may be done */
  return EPX_OK;
}

epx_err epx_probe_run_short_points(epx_probe *probe, double seconds, double at_least) {
  int status;
  bool ended = false;
  end(probe, &status);
  EPX_TRY(start(probe, solve_short_runs));
  const double turn = fmin(at_least, seconds);
  for (double left = seconds; left > 0 && !ended; left -= turn) {
    let_go_on(probe, turn, &ended);
    if (get_told(probe)->short_point.share > 0) break;
  }
  if (ended) EPX_TRY(take_leave(probe));
  probe->short_point = get_told(probe)->short_point;
  end(probe, &status);
  return EPX_OK;
}

double epx_probe_get_spent(const epx_probe *probe) {
  return probe->spent + (probe->process ? get_used(probe) : 0);
}

double epx_probe_get_preparation(const epx_probe *probe) {
  return probe->preparation;
}

/* ---- what is known */

/* s of a training: what it took, and what the rest of it will; NaN when it did not come to it. */
static double eval_training(const epx_training_time *course) {
  return course->last.seconds - course->place[0].seconds + epx_training_time_eval_rest(course);
}

/* Where neither the trial nor a short point came to something, it is not known: NaN. */
static double eval_trainings(const epx_probe *probe, double *elsewhere) {
  const short_run *short_point = &probe->short_point;
  const epx_learning_spec *learning = &probe->settings->learning;
  const epx_training_time *course = probe->whole.course;
  const double epoch = short_point->share > 0 ? short_point->trains / short_point->share : NAN;
  const int epochs = epx_protocol_get_epochs(&probe->settings->protocol, learning->epochs);
  double in_situ = 0;
  *elsewhere = 0;
  if (probe->trains) {
    in_situ = eval_training(&course[EPX_RESTART_IN_SITU]);
    if (isnan(in_situ)) in_situ = epochs * epoch;
  }
  if (probe->trains_elsewhere) {
    *elsewhere = eval_training(&course[EPX_RESTART_ELSEWHERE]);
    if (isnan(*elsewhere)) *elsewhere = learning->epochs * epoch;
  }
  return in_situ;
}

/* Measuring settles every sample once or a few times, as an epoch does. */
static double eval_measuring(const epx_probe *probe, double trainings) {
  const short_run *short_point = &probe->short_point;
  if (short_point->share > 0) return short_point->measures / short_point->share;
  const int epochs = probe->settings->learning.epochs;
  return epochs > 0 ? trainings / epochs : NAN;
}

epx_probe_result epx_probe_eval(const epx_probe *probe) {
  const epx_training_time *course = probe->whole.course;
  epx_probe_result result = {
      .whole = probe->whole.done, .spent = epx_probe_get_spent(probe), .bytes = probe->bytes};
  double elsewhere;
  if (result.whole) {
    elsewhere = course[EPX_RESTART_ELSEWHERE].last.seconds;
    result.block = probe->whole.seconds - elsewhere;
    result.share = 1;
  } else {
    const double in_situ = eval_trainings(probe, &elsewhere);
    result.block = in_situ + eval_measuring(probe, in_situ + elsewhere);
    result.share = course[probe->trains ? EPX_RESTART_IN_SITU : EPX_RESTART_ELSEWHERE].last.share;
  }
  const epx_learning_spec *learning = &probe->settings->learning;
  result.bounded = !result.whole &&
                   (learning->patience > 0 || learning->target_loss != 0 || learning->target_accuracy > 0);
  result.once = probe->preparation + elsewhere;
  result.known = isfinite(result.block) && isfinite(result.once);
  return result;
}
