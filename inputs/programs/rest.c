/* One network comes to rest: ten driven, lossy Kerr rings (family kerr), from the dark to the equilibrium of
 *
 *   da_i/dt = -loss/2 a_i + i (detuning + kerr |a_i|^2) a_i + i sum_j J_ij a_j + s_i = 0,   loss = 1,
 *
 * s_i = 0.8 times the sample's feature at the first two nodes. The equation is evaluated here once more:
 *   cc rest.c -o rest $(pkg-config --cflags --libs epilux) -lm && ./rest
 */
#include <epilux/epilux.h>
#include <math.h>
#include <stdio.h>

enum { N = 10, SAMPLE = 1, N_THETA_MAX = 500 };
static const char deck_text[] = "network: {family: kerr, topology: {nodes: 10}, parameters: {kerr: 0.3, "
                                "detuning: -0.8}}\ntask: {name: xor}";

/* max |da_i/dt| of the state a [N] (Re, Im), with J of the links in the order (0,1), (0,2), … */
static double eval_residual(double a[N][2], const double *J, const double *features) {
  double largest = 0;
  for (int i = 0; i < N; i++) {
    const double turn = -0.8 + 0.3 * (a[i][0] * a[i][0] + a[i][1] * a[i][1]);
    double re = -0.5 * a[i][0] - turn * a[i][1] + (i < 2 ? 0.8 * features[i] : 0);
    double im = -0.5 * a[i][1] + turn * a[i][0];
    for (int j = 0; j < N; j++) {
      const int low = i < j ? i : j, high = i + j - low;
      const double link = j == i ? 0 : J[low * (2 * N - low - 1) / 2 + high - low - 1];
      re -= link * a[j][1], im += link * a[j][0];
    }
    largest = fmax(largest, hypot(re, im));
  }
  return largest;
}

static epx_err solve(epx_deck **deck, epx_model **model, double *residual) {
  double theta[N_THETA_MAX], a[N][2];
  const double *features;
  size_t first, n_links;
  epx_equilibrium_report report;
  EPX_TRY(epx_deck_read_text("rest.c", deck_text, deck));
  EPX_TRY(epx_model_create(*deck, EPX_MODEL_BASE, model));
  EPX_TRY(epx_model_eval_parameters(*model, EPX_MODEL_NOMINAL, theta));
  EPX_TRY(epx_model_get_parameter(*model, "coupling", &first, &n_links));
  EPX_TRY(epx_model_get_sample(*model, SAMPLE, &features, NULL));
  EPX_TRY(epx_equilibrium_solve(*model, theta, SAMPLE, &a[0][0], &report));
  *residual = eval_residual(a, theta + first, features);
  printf("settled in %g, largest eigenvalue %g, residual %.2g\n", report.settling_time, report.abscissa,
         *residual);
  return report.outcome;
}

int main(void) {
  epx_deck *deck = NULL;
  epx_model *model = NULL;
  double residual = INFINITY;
  const int code = solve(&deck, &model, &residual);
  if (code != EPX_OK) fprintf(stderr, "%s: %s\n", epx_error_get_text(code), epx_error_get_message());
  epx_model_destroy(&model);
  epx_deck_destroy(&deck);
  return code != EPX_OK || residual > 1e-9;
}
