#include "photonic/spins.h"

#include <math.h>
#include <string.h>

#include "base/array.h"

/* Families and what stands in their states: the sign of x, of its sine, or of its cosine. */
typedef enum { SIGN, SINE, COSINE } reading;
static const struct {
  const char *family, *field, *phase;
  reading reading;
} families[] = {{"opo", "bias", NULL, SIGN},
                {"soft-spin", "bias", NULL, SINE},
                {"ising", "field", NULL, COSINE},
                {"phase", "field", "field_phase", COSINE}};

static int get(const epx_family *family) {
  for (int i = 0; i < (int)(sizeof families / sizeof *families); i++)
    if (strcmp(families[i].family, family->name) == 0) return i;
  return -1;
}

bool epx_spins_has(const epx_family *family) {
  return get(family) >= 0;
}

epx_err epx_spins_init(const epx_network *network, const double *theta, double unit, epx_spins *spins) {
  const int own = get(network->family);
  const double *field =
      theta + network->offset[epx_family_get_parameter(network->family, families[own].field)];
  *spins = (epx_spins){.network = network};
  EPX_TRY(EPX_ARRAY(spins->coupling, network->topology->n_links));
  EPX_TRY(EPX_ARRAY(spins->field, (size_t)network->n_nodes));
  for (size_t l = 0; l < network->topology->n_links; l++)
    spins->coupling[l] = theta[network->offset[network->coupling] + l] / unit;
  for (int i = 0; i < network->n_nodes; i++)
    spins->field[i] = field[i] / unit;
  if (!families[own].phase) return EPX_OK;
  const double *psi = theta + network->offset[epx_family_get_parameter(network->family, families[own].phase)];
  for (int i = 0; i < network->n_nodes; i++)
    spins->field[i] *= cos(psi[i]);
  return EPX_OK;
}

void epx_spins_destroy(epx_spins *spins) {
  epx_array_destroy(&spins->coupling);
  epx_array_destroy(&spins->field);
}

void epx_spins_eval(const epx_spins *spins, const double *y, size_t stride, signed char *spin) {
  const reading way = families[get(spins->network->family)].reading;
  for (int i = 0; i < spins->network->n_nodes; i++) {
    const double s = y[(size_t)i * stride];
    spin[i] = (way == SIGN ? s : way == SINE ? sin(s) : cos(s)) < 0 ? -1 : 1;
  }
}

double epx_spins_eval_energy(const epx_spins *spins, const signed char *spin) {
  const epx_topology *topology = spins->network->topology;
  double energy = 0;
  for (size_t l = 0; l < topology->n_links; l++)
    energy -= spins->coupling[l] * spin[topology->links[l].i] * spin[topology->links[l].j];
  for (int i = 0; i < topology->n_nodes; i++)
    energy -= spins->field[i] * spin[i];
  return energy;
}

double epx_spins_eval_cut(const epx_spins *spins, const signed char *spin) {
  const epx_topology *topology = spins->network->topology;
  double cut = 0;
  for (size_t l = 0; l < topology->n_links; l++)
    if (spin[topology->links[l].i] != spin[topology->links[l].j]) cut -= spins->coupling[l];
  return cut;
}

/* Tries the 2^n_tried states of the first spins, from all of 1; pull [n] is what each spin feels. */
static double try_all(const epx_spins *spins, int n_tried, const double *J, double *pull, signed char *spin) {
  const int n = spins->network->n_nodes;
  double energy = epx_spins_eval_energy(spins, spin), least = energy;
  for (unsigned long step = 1; step < 1ul << n_tried; step++) {
    int k = 0;
    while (!(step >> k & 1))
      k++;
    energy += 2 * spin[k] * pull[k];
    for (int j = 0; j < n; j++)
      pull[j] -= 2 * J[k * n + j] * spin[k];
    spin[k] = (signed char)-spin[k];
    least = fmin(least, energy);
  }
  return least;
}

epx_err epx_spins_solve_ground(const epx_spins *spins, double *energy) {
  const epx_topology *topology = spins->network->topology;
  const int n = topology->n_nodes;
  double *J = NULL;
  signed char spin[EPX_SPINS_MOST_TRIED];
  bool symmetric = true;
  if (n > EPX_SPINS_MOST_TRIED)
    return EPX_RAISE(EPX_EINPUT, "all states of %d spins cannot be tried; %d at most", n,
                     EPX_SPINS_MOST_TRIED);
  EPX_TRY(EPX_ARRAY(J, (size_t)n * (size_t)n + (size_t)n));
  double *pull = J + n * n;
  for (size_t l = 0; l < topology->n_links; l++) {
    const epx_link link = topology->links[l];
    J[link.i * n + link.j] = J[link.j * n + link.i] = spins->coupling[l];
  }
  for (int i = 0; i < n; i++) {
    spin[i] = 1;
    pull[i] = spins->field[i];
    symmetric = symmetric && spins->field[i] == 0;
    for (int j = 0; j < n; j++)
      pull[i] += J[i * n + j];
  }
  *energy = try_all(spins, symmetric ? n - 1 : n, J, pull, spin);
  epx_array_destroy(&J);
  return EPX_OK;
}
