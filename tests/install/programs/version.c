/** @file
 * Version: the smallest program outside the tree. version VERSION exits 0 when the installed library has that version, a
 * units table that works and an error table that reads as its header says.
 */
#include <epilux/epilux.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  double wavelength = 0;
  if (epx_units_eval("1550 nm", "m", &wavelength) != EPX_OK) return 1;
  printf("epilux %s, %s: %s, 1550 nm = %g m\n", epx_version_get(), epx_version_get_revision(),
         epx_error_get_text(EPX_SLOW), wavelength);
  return argc != 2 || strcmp(epx_version_get(), argv[1]) != 0 ||
         strcmp(epx_error_get_text(EPX_SLOW), "did not settle") != 0 || fabs(wavelength - 1.55e-6) > 1e-18;
}
