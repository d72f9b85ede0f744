/** @internal
 * Model: what it is made of, for equilibrium.c and gradient.c.
 */
#ifndef EPILUX_API_MODEL_PRIVATE_H
#define EPILUX_API_MODEL_PRIVATE_H

#include "epilux/model.h"
#include "learning/training/learner.h"
#include "study/point.h"

struct epx_model {
  epx_settings *settings;
  epx_point *point;
  int i_point;          /* the key of random draws; 0 at the base */
  epx_lanes *lanes;     /* one instance, one sample; NULL: not made yet */
  double *y, *reads;    /* [n_state][n_lanes], [n_outputs][n_lanes] */
  epx_learner *learner; /* of one instance; NULL: not made yet */
};

#endif
