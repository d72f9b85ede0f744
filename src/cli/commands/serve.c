/** @file
 * epilux serve: trials for an optimiser of one's own, over standard input and output or a socket file.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/deck_arguments.h"
#include "io/exchange/endpoint.h"
#include "io/exchange/exchange.h"

static volatile sig_atomic_t stopped;

static void stop(int number) {
  (void)number;
  stopped = 1;
}

/* A signal ends the wait for a driver; one that has left is no reason to end. */
static void set_signals(void) {
  struct sigaction action = {.sa_handler = stop};
  static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
    sigaction(ending[i], &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

static epx_err serve_driver(const epx_deck *deck, epx_evaluator *evaluator, int driver) {
  const int copy = dup(driver);
  FILE *in = fdopen(driver, "r"), *out = copy < 0 ? NULL : fdopen(copy, "w");
  bool broken;
  const int code = in && out ? epx_exchange_solve(deck, evaluator, in, out, &broken)
                             : EPX_RAISE(EPX_EFILE, "a driver cannot be answered: %s", strerror(errno));
  if (in) fclose(in);
  if (out) fclose(out);
  return code;
}

/* One driver after another, until a signal comes. */
static epx_err serve_socket(const epx_deck *deck, epx_evaluator *evaluator, const char *path) {
  int listener;
  EPX_TRY(epx_endpoint_create(path, &listener));
  set_signals();
  int code = EPX_OK;
  while (!stopped && code == EPX_OK) {
    const int driver = accept(listener, NULL, NULL);
    if (driver >= 0)
      code = serve_driver(deck, evaluator, driver);
    else if (errno != EINTR && errno != ECONNABORTED)
      code = EPX_RAISE(EPX_EFILE, "--socket %s: %s", path, strerror(errno));
  }
  epx_endpoint_destroy(path, listener);
  return code;
}

static epx_err serve(const epx_call *call, const epx_deck *deck, epx_evaluator *evaluator) {
  const char *path = epx_call_get_value(call, "--socket", 0);
  bool broken;
  if (path) return serve_socket(deck, evaluator, path);
  if (epx_call_is_input(call))
    return EPX_RAISE(EPX_EINPUT,
                     "serve: points come by standard input: the deck's file is wanted, or --socket");
  signal(SIGPIPE, SIG_IGN);
  return epx_exchange_solve(deck, evaluator, stdin, stdout, &broken);
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_evaluator *evaluator;
  (void)status;
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = epx_evaluator_create(deck, &evaluator);
  if (code == EPX_OK) code = serve(call, deck, evaluator);
  epx_evaluator_destroy(&evaluator);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--socket", "FOLDER/FILE",
     "listen at a socket file, for its owner alone, until a signal comes; drivers are served one after "
     "another",
     0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_serve = {
    .name = "serve",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "evaluate points that another program asks for, a line of JSON each",
    .details =
        "Reads points from standard input and answers on standard output, in order, until the input ends:\n"
        "  {\"id\": 1, \"point\": {\"loss\": 0.5, \"beta\": 0.02}, \"instances\": 8}\n"
        "The first line, unasked, names the factors with their ranges. The numbers are those of a campaign\n"
        "with these points; inputs/drivers/ has examples for SciPy and Optuna.",
    .example = "echo '{\"point\": {\"loss\": 0.5}}' | epilux serve study.yaml",
    .options = options,
    .solve = solve,
};
