/** @file
 * Protocols: which network is trained, how, and how the trained settings reach the fabricated instances. Every
 * protocol uses the same instances, so that protocols can be compared instance by instance.
 */
#ifndef EPILUX_STUDY_FABRICATION_PROTOCOL_H
#define EPILUX_STUDY_FABRICATION_PROTOCOL_H

#include <stdbool.h>

#include "epilux/family.h"

/** X(name, deck name, meaning) */
#define EPX_PROTOCOLS(X)                                                                                     \
  X(EPX_PROTOCOL_IN_SITU, "in-situ", "every fabricated instance is trained by learning.estimator")           \
  X(EPX_PROTOCOL_TRANSFER, "transfer",                                                                       \
    "the nominal network is trained by backprop on ideal hardware, and its settings are copied to every "    \
    "instance")                                                                                              \
  X(EPX_PROTOCOL_FINETUNE, "transfer+finetune",                                                              \
    "transfer, then learning.finetune epochs of training in situ by learning.estimator")                     \
  X(EPX_PROTOCOL_CALIBRATE, "calibrate",                                                                     \
    "transfer, then the settings of each instance are corrected by its measured deviations "                 \
    "(learning.calibration)")                                                                                \
  X(EPX_PROTOCOL_NOISE_AWARE, "noise-aware",                                                                 \
    "transfer of one set of settings, trained by backprop on the mean over random instances")

typedef enum {
#define EPX_PROTOCOL_ENUM(name, text, meaning) name,
  EPX_PROTOCOLS(EPX_PROTOCOL_ENUM)
#undef EPX_PROTOCOL_ENUM
      EPX_PROTOCOL_COUNT
} epx_protocol_kind;

/** Members that a protocol does not use may be 0. */
typedef struct {
  epx_protocol_kind kind;
  int finetune;                               /* epochs */
  int n_random;                               /* noise-aware: instances an epoch */
  bool calibrated[EPX_FAMILY_MAX_PARAMETERS]; /* calibrate: which parameters' deviations are known */
  double calibration_error;                   /* calibrate: standard deviation of what is known of each */
} epx_protocol_spec;

/** Gets how many epochs every instance is trained in situ, of a deck that says `epochs`. */
int epx_protocol_get_epochs(const epx_protocol_spec *spec, int epochs);

/** Gets the deck name and the meaning of a protocol. */
const char *epx_protocol_get_name(epx_protocol_kind kind);
const char *epx_protocol_get_meaning(epx_protocol_kind kind);

#endif
