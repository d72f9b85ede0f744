/* A gradient against finite differences. At the equilibria F(s; theta) = Q G(s; theta) = 0 of all training
 * samples, the slope of the mean cost C by implicit differentiation (estimator backprop),
 *
 *   dC/dtheta_k = y' dG/dtheta_k,   y = -M^-T dC/ds,   M = dG/ds,
 *
 * is held against central differences, for which all samples settle again:
 *
 *   dC/dtheta_k = (C(theta_k + h) - C(theta_k - h)) / 2h + O(h^2).
 *
 *   cc gradient.c -o gradient $(pkg-config --cflags --libs epilux) && ./gradient
 */
#include <epilux/epilux.h>
#include <math.h>
#include <stdio.h>

enum { N_THETA_MAX = 500 };

static const char deck_text[] =
    "network: {family: kerr, topology: {nodes: 6},\n"
    "          parameters: {loss: 1, kerr: 0.3, detuning: -0.8, coupling_spread: 0.6}}\n"
    "task: {name: xor}\n";

static epx_err compare(epx_deck **deck, epx_model **model, double *error) {
  const double h = 1e-5;
  double theta[N_THETA_MAX], gradient[N_THETA_MAX], above, below, difference = 0, norm = 0;
  EPX_TRY(epx_deck_read_text("gradient.c", deck_text, deck));
  EPX_TRY(epx_model_create(*deck, EPX_MODEL_BASE, model));
  EPX_TRY(epx_model_eval_parameters(*model, EPX_MODEL_NOMINAL, theta));
  EPX_TRY(epx_gradient_eval(*model, "backprop", theta, gradient));
  for (size_t k = 0; k < epx_model_get_size(*model).n_theta; k++) {
    if (!epx_model_is_trained(*model, k)) continue;
    const double value = theta[k];
    theta[k] = value + h;
    EPX_TRY(epx_gradient_eval_cost(*model, theta, &above, NULL));
    theta[k] = value - h;
    EPX_TRY(epx_gradient_eval_cost(*model, theta, &below, NULL));
    theta[k] = value;
    difference += pow(gradient[k] - (above - below) / (2 * h), 2);
    norm += gradient[k] * gradient[k];
  }
  *error = sqrt(difference / norm);
  printf("|gradient| %.9g, relative difference %.2g\n", sqrt(norm), *error);
  return EPX_OK;
}

int main(void) {
  epx_deck *deck = NULL;
  epx_model *model = NULL;
  double error = INFINITY;
  const int code = compare(&deck, &model, &error);
  if (code != EPX_OK) fprintf(stderr, "%s: %s\n", epx_error_get_text(code), epx_error_get_message());
  epx_model_destroy(&model);
  epx_deck_destroy(&deck);
  return !(error < 1e-6);
}
