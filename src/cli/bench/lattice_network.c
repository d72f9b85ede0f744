/** @file
 * Lattice network.
 */
#include "cli/bench/lattice_network.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

/** A distribution of a kind by its first two moments. */
static epx_distribution get_distribution(epx_distribution_kind kind, double mean, double sigma) {
  const double reach = sqrt(3) * sigma;
  return (epx_distribution){
      .kind = kind, .mean = mean, .sigma = sigma, .low = mean - reach, .high = mean + reach};
}

static void set_value(epx_network_spec *spec, epx_distribution_kind kind, const char *name,
                      const double *mean, double sigma) {
  epx_value *value = &spec->value[epx_family_get_parameter(spec->family, name)];
  value->kind = EPX_VALUE_LIST;
  value->n_values = 1;
  value->values = mean;
  if (sigma == 0) return;
  value->kind = EPX_VALUE_DISTRIBUTION;
  value->distribution = get_distribution(kind, *mean, sigma);
}

static epx_err fill(int side, epx_distribution_kind kind, epx_lattice_network *out) {
  static const double coupling = 0, detuning = -0.4, bias = 0.5, loss = 1, kerr = 0.3;
  const double n = (double)side * side;
  int inputs[EPX_LATTICE_PORTS], outputs[EPX_LATTICE_PORTS];
  for (int k = 0; k < EPX_LATTICE_PORTS; k++) {
    inputs[k] = (int)(n * (k + 0.25) / EPX_LATTICE_PORTS);
    outputs[k] = (int)(n * (k + 0.75) / EPX_LATTICE_PORTS);
    out->features[k] = cos(k);
  }
  epx_network_spec spec = {.family = epx_family_get_by_name("kerr"),
                           .topology = {.kind = EPX_LATTICE, .n_rows = side, .n_columns = side},
                           .n_inputs = EPX_LATTICE_PORTS,
                           .input_nodes = inputs,
                           .input_scale = 1,
                           .n_outputs = EPX_LATTICE_PORTS,
                           .output_nodes = outputs,
                           .readout = EPX_READ_INTENSITY,
                           .readout_scale = 4};
  set_value(&spec, kind, "coupling", &coupling, 0.15);
  set_value(&spec, kind, "detuning", &detuning, 0.1);
  set_value(&spec, kind, "bias", &bias, 0.2);
  set_value(&spec, kind, "loss", &loss, 0);
  set_value(&spec, kind, "kerr", &kerr, 0);
  EPX_TRY(epx_network_create(&spec, &out->network));
  EPX_TRY(EPX_ARRAY(out->theta, out->network->n_theta));
  return epx_network_eval_nominal(out->network, &spec, 2026, out->theta);
}

epx_err epx_lattice_network_create(int side, epx_distribution_kind kind, epx_lattice_network *out) {
  *out = (epx_lattice_network){0};
  const int code = fill(side, kind, out);
  if (code != EPX_OK) epx_lattice_network_destroy(out);
  EPX_TRY(code);
  return EPX_OK;
}

void epx_lattice_network_destroy(epx_lattice_network *lattice) {
  epx_network_destroy(&lattice->network);
  epx_array_destroy(&lattice->theta);
}

epx_err epx_lattice_network_keep(const char *name, const char *end, size_t n, const double *numbers) {
  char path[1024];
  snprintf(path, sizeof path, "%s.%s", name, end);
  FILE *file = fopen(path, "wb");
  bool written = file && fwrite(numbers, sizeof *numbers, n, file) == n;
  if (file) written = fclose(file) == 0 && written;
  if (!written) return EPX_RAISE(EPX_EFILE, "%s: cannot be written: %s", path, strerror(errno));
  return EPX_OK;
}
