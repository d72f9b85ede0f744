#include "photonic/families/interferometers/fidelity.h"

#include <math.h>

#include "photonic/families/interferometers/mesh.h"

bool epx_fidelity_is_known(const epx_family *family) {
  return family->set_derived == epx_mesh_set_derived;
}

/** An entry of the matrix of instance k: Re, Im. */
static void get_entry(const epx_lanes *lanes, int i, int j, int k, double *re, double *im) {
  int step;
  size_t behind;
  const double *entry = epx_mesh_get_entry(lanes, i, j, k, &step, &behind);
  *re = entry[0];
  *im = entry[behind];
}

epx_err epx_fidelity_eval(const epx_network *network, const double *theta, double *fidelity,
                          double *insertion_loss) {
  const int n = network->n_nodes;
  epx_lanes *lanes = NULL;
  double re = 0, im = 0, designed = 0, made = 0;
  *fidelity = *insertion_loss = NAN;
  if (!epx_fidelity_is_known(network->family)) return EPX_OK;
  EPX_TRY(epx_lanes_create(network, 2, 1, &lanes));
  epx_lanes_set_parameters(lanes, theta);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double u_re, u_im, v_re, v_im;
      get_entry(lanes, i, j, 0, &u_re, &u_im);
      get_entry(lanes, i, j, 1, &v_re, &v_im);
      re += u_re * v_re + u_im * v_im;
      im += u_re * v_im - u_im * v_re;
      designed += u_re * u_re + u_im * u_im;
      made += v_re * v_re + v_im * v_im;
    }
  }
  epx_lanes_destroy(&lanes);
  *fidelity = (re * re + im * im) / (designed * made);
  *insertion_loss = -10 * log10(made / n);
  return EPX_OK;
}

void epx_fidelity_eval_transfer(const epx_lanes *lanes, double *transfer) {
  const int n = lanes->network->n_nodes;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      int step;
      size_t im;
      const double *entry = epx_mesh_get_entry(lanes, i, j, 0, &step, &im);
      transfer[2 * ((size_t)i * (size_t)n + (size_t)j)] = entry[0];
      transfer[2 * ((size_t)i * (size_t)n + (size_t)j) + 1] = entry[im];
    }
}
