/** @file
 * Certificate: what every equilibrium carries, so that an answer can be trusted or its absence explained.
 */
#ifndef EPILUX_EQUILIBRIUM_CERTIFICATE_H
#define EPILUX_EQUILIBRIUM_CERTIFICATE_H

#include <stdbool.h>

/** Times are in the family's unit of time. NaN where a quantity does not exist or was not asked for. */
typedef struct {
  int outcome; /* EPX_OK, EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED or EPX_FAILED (the finish broke down). OK: it
                  rests there, no direction grows; of method newton: an equilibrium of any kind */
  double residual;      /* max over components |ds/dt| at the state returned */
  double settling_time; /* when the dynamics' residual fell below options->settled for good; 0 when it started
                           there */
  double abscissa;      /* largest real part of the spectrum of dF/ds; negative: stable */
  bool bounded;  /* abscissa is an upper bound, negative, not the spectrum's: of large distributed networks */
  double period; /* of the limit cycle, when it oscillates */
  double amplitude; /* half the peak-to-peak of the component that swings most, when it oscillates */
} epx_certificate;

#endif
