/* A campaign with a family of one's own: nodes in anharmonic wells (inputs/plugins/anharmonic.c),
 *
 *   ds_i/dt = -s_i - stiffness_i s_i^3 + sum_j J_ij s_j + h_i,
 *
 * learn exclusive-or at two strengths of the input. Of each strength, 8 instances are fabricated with
 * couplings that differ, dJ ~ N(0, 0.2); the yield is the share of them that classify all samples right.
 *
 *   cc -shared -fPIC anharmonic.c -o anharmonic.so $(pkg-config --cflags epilux)
 *   cc campaign.c -o campaign $(pkg-config --cflags --libs epilux) && ./campaign ./anharmonic.so campaign.h5
 */
#include <epilux/epilux.h>
#include <stdio.h>

static const char deck_format[] =
    "network: {family: plugin, plugin: '%s', topology: {nodes: 8},\n"
    "          parameters: {bias: {distribution: normal, mean: 0, sigma: 0.3}}}\n"
    "task: {name: xor}\n"
    "learning: {estimator: plain, optimizer: {name: adam, rate: 0.02}, epochs: 150}\n"
    "variation: [{parameter: coupling, distribution: normal, sigma: 0.2, scope: local}]\n"
    "design: {factors: {network.inputs.scale: {values: [0.2, 2]}}}\n"
    "population: {instances: 8}\n"
    "metrics: [accuracy, loss]\n"
    "yield: {metric: accuracy, at_least: 1}\n";

static epx_err solve(const char *plugin, const char *path) {
  char text[2000];
  epx_deck *deck;
  epx_campaign *campaign;
  epx_campaign_options options = epx_campaign_get_defaults();
  options.force = true;
  snprintf(text, sizeof text, deck_format, plugin);
  EPX_TRY(epx_deck_read_text("campaign.c", text, &deck));
  EPX_TRY(epx_campaign_create(deck, &campaign));
  const int code = epx_campaign_solve(campaign, path, &options, NULL);
  epx_campaign_destroy(&campaign);
  return code;
}

static epx_err view(const char *path) {
  epx_results *results = NULL;
  epx_results_summary summary;
  int code = epx_results_read(path, &results);
  for (int i = 0; code == EPX_OK && i < epx_results_get_n_points(results); i++) {
    code = epx_results_eval_summary(results, "accuracy", i, &summary);
    if (code == EPX_OK)
      printf("point %d: mean accuracy %.3f, yield %.3f (%.3f to %.3f)\n", i, summary.mean, summary.yield,
             summary.low, summary.high);
  }
  epx_results_destroy(&results);
  return code;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int code = solve(argv[1], argv[2]);
  if (code == EPX_OK) code = view(argv[2]);
  if (code != EPX_OK) fprintf(stderr, "%s: %s\n", epx_error_get_text(code), epx_error_get_message());
  return code != EPX_OK;
}
