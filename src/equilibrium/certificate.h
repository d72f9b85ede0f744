/** @file
 * Certificate: the evidence for an equilibrium (residual, stability), or the reason why none was found.
 */
#ifndef EPILUX_EQUILIBRIUM_CERTIFICATE_H
#define EPILUX_EQUILIBRIUM_CERTIFICATE_H

#include <stdbool.h>

/** Times are in the family's unit of time. NaN where a quantity does not exist or was not asked for. */
typedef struct {
  int outcome; /* EPX_OK, EPX_SLOW, EPX_OSCILLATES, EPX_DIVERGED or EPX_FAILED (the finish broke down). OK: it
                  rests there, no direction grows; of method newton: an equilibrium of any kind */
  double residual; /* max over components |ds/dt| at the state returned, or before Newton's last step to it */
  double
      settling_time; /* from when on the dynamics were within options->settled of their end, of the way to it; 0
                           where nothing moved; NaN of what does not settle */
  double abscissa;   /* largest real part of the spectrum of dF/ds; negative: stable */
  bool bounded;  /* abscissa is an upper bound, negative, not the spectrum's: of large distributed networks */
  double period; /* of the limit cycle, when it oscillates */
  double
      amplitude; /* half the peak-to-peak of the amplitude that swings most, when it oscillates; pi of a phase that runs */
} epx_certificate;

#endif
