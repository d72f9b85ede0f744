/** @file
 * The library over ranks, as a program outside calls it: api DECK RESULTS.h5 solves the campaign over MPI_COMM_WORLD and
 * prints the loss of every trial with all its digits, in their order, on rank 0.
 */
#include <mpi.h>
#include <stdio.h>

#include "epilux/epilux.h"

static epx_err solve(const char *path, const char *output) {
  MPI_Comm world = MPI_COMM_WORLD;
  epx_deck *deck;
  epx_campaign *campaign = NULL;
  epx_campaign_options options = epx_campaign_get_defaults();
  bool stopped = true;
  options.communicator = &world;
  EPX_TRY(epx_deck_read(path, &deck));
  int code = epx_campaign_create(deck, &campaign);
  if (code == EPX_OK) code = epx_campaign_solve(campaign, output, &options, &stopped);
  epx_campaign_destroy(&campaign);
  return code == EPX_OK && stopped ? EPX_EINTERRUPTED : code;
}

static epx_err view(const char *output) {
  epx_results *results;
  EPX_TRY(epx_results_read(output, &results));
  for (int i = 0; i < epx_results_get_n_points(results); i++) {
    for (int k = 0; k < epx_results_get_n_instances(results); k++) {
      double loss;
      EPX_TRY(epx_results_get_value(results, "loss", i, k, &loss));
      printf("%d %d %d %a\n", i, k, epx_results_get_state(results, i, k), loss);
    }
  }
  epx_results_destroy(&results);
  return EPX_OK;
}

int main(int argc, char **argv) {
  int provided, rank;
  if (argc != 3) return 2;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  int code = solve(argv[1], argv[2]);
  if (code == EPX_OK && rank == 0) code = view(argv[2]);
  if (code != EPX_OK && *epx_error_get_message()) fprintf(stderr, "%s\n", epx_error_get_message());
  MPI_Finalize();
  return code != EPX_OK;
}
