/** @file
 * Response file: text under a name beside, which is given the file's own once it is whole.
 */
#define _POSIX_C_SOURCE 200809L
#include "io/measurement/response_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/measurement/touchstone.h"
#include "io/recovery/output.h"
#include "photonic/device/constant.h"

static int is_csv(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && strcmp(dot, ".csv") == 0;
}

epx_err epx_response_file_check(const char *path, int n_ports, double rate, double wavelength) {
  const int named = epx_touchstone_get_n_ports(path);
  if (is_csv(path)) return EPX_OK;
  if (named != n_ports)
    return EPX_RAISE(EPX_EINPUT, "%s: the network has %d port%s: a name that ends in .s%dp or .csv is wanted",
                     path, n_ports, n_ports == 1 ? "" : "s", n_ports);
  if (isnan(rate))
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: nothing says what a rate of 1 is in 1/s, so there are no frequencies; give the deck a "
        "network.device, or write .csv",
        path);
  if (isnan(wavelength))
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: nothing says the laser's wavelength; give the deck a network.device, or --wavelength", path);
  return EPX_OK;
}

static void write_csv(FILE *out, const epx_response *r) {
  const size_t size = 2 * (size_t)r->n_ports * (size_t)r->n_ports;
  fprintf(out, "offset");
  for (int k = 1; k <= r->n_ports; k++)
    for (int j = 1; j <= r->n_ports; j++)
      fprintf(out, ",S%d_%d_re,S%d_%d_im", k, j, k, j);
  for (int i = 0; i < r->n_offsets; i++) {
    fprintf(out, "\n%.17g", r->offset[i]);
    for (size_t k = 0; k < size; k++)
      fprintf(out, ",%.17g", r->s[(size_t)i * size + k]);
  }
  fprintf(out, "\n");
}

static void write_entry(FILE *out, const epx_response *r, const double *s, int k, int j) {
  const double *entry = s + 2 * ((size_t)k * (size_t)r->n_ports + (size_t)j);
  fprintf(out, " %.17g %.17g", entry[0], -entry[1]);
}

/* Two ports stand column by column on one line; of more, each row begins a line, four entries at most on one. */
static void write_touchstone(FILE *out, const epx_response *r, double rate, double wavelength) {
  const int n = r->n_ports;
  const size_t size = 2 * (size_t)n * (size_t)n;
  fprintf(out, "! linear response by epilux; port and node:");
  for (int k = 0; k < n; k++)
    fprintf(out, " %d %d%s", k + 1, r->node[k], k + 1 < n ? "," : "\n");
  fprintf(out, "# Hz S RI R 50\n");
  for (int i = 0; i < r->n_offsets; i++) {
    const double *s = r->s + (size_t)i * size;
    fprintf(out, "%.17g", EPX_LIGHT_SPEED / wavelength + r->offset[i] * rate / (2 * EPX_PI));
    for (int k = 0; k < n; k++) {
      for (int j = 0; j < n; j++) {
        if (j > 0 && j % 4 == 0) fprintf(out, "\n");
        write_entry(out, r, s, n == 2 ? j : k, n == 2 ? k : j);
      }
      if (n > 2 || k + 1 == n) fprintf(out, "\n");
    }
  }
}

epx_err epx_response_file_write(const char *path, const epx_response *response, double rate,
                                double wavelength) {
  FILE *out;
  EPX_TRY(epx_response_file_check(path, response->n_ports, rate, wavelength));
  EPX_TRY(epx_output_open_stream(path, &out));
  if (is_csv(path))
    write_csv(out, response);
  else
    write_touchstone(out, response, rate, wavelength);
  return epx_output_close_stream(path, out);
}
