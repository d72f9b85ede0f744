/** @internal @file
 * Schema: the rows of `hardware` and of the protocols of learning. Included by schema.c alone, whose shorthands it
 * uses; what a table of photonic/ says of a quantity is taken from there.
 */
#define BITS "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32"

/* Keys of what a rule reads: for rules that measure, and protocols in which they do. */
#define RULE_MEASURED(text) " " text
#define RULE_COMPUTED(text)
#define EPX_ESTIMATOR(NAME, text, kind) RULE_##kind(text)
#define IN_SITU "; learning.protocol: in-situ transfer+finetune"
static const char where_read[] = "learning.estimator:"
#include "learning/estimators/estimators.def"
    IN_SITU;
static const char where_detected[] = "learning.estimator:"
#include "learning/estimators/estimators.def"
    IN_SITU "; hardware.readout.shot: true | hardware.readout.thermal: true | hardware.readout.rin: true";
static const char where_converted[] = "learning.estimator:"
#include "learning/estimators/estimators.def"
    IN_SITU "; hardware.readout.bits: " BITS;
#undef EPX_ESTIMATOR
#define MEASURED .applies = where_read
#define DETECTED .applies = where_detected

#define DETECTOR_ROW(member, text, value, from, to, assumed, source, what)                                   \
  {"hardware.readout.detector." #member,                                                                     \
   EPX_SCHEMA_REAL,                                                                                          \
   .unit = text,                                                                                             \
   .low = from,                                                                                              \
   .high = to,                                                                                               \
   .fallback = #value,                                                                                       \
   DETECTED,                                                                                                 \
   .meaning = what},

#define PROTOCOL_ROWS                                                                                        \
  {"learning.protocol", WORD(protocol), .fallback = "in-situ",                                               \
   .meaning = "where and how the network is trained; `epilux list protocols`"},                              \
      {"learning.finetune",                                                                                  \
       COUNT,                                                                                                \
       .low = 1,                                                                                             \
       .fallback = "10",                                                                                     \
       .applies = "learning.protocol: transfer+finetune",                                                    \
       .meaning = "epochs of training in situ after the transfer"},                                          \
      {"learning.random_instances",                                                                          \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 1,                                                                                             \
       .high = 4096,                                                                                         \
       .fallback = "8",                                                                                      \
       .applies = "learning.protocol: noise-aware",                                                          \
       .meaning = "random instances over which the gradient is averaged; drawn anew in each epoch, "         \
                  "independent of the population"},                                                          \
      {"learning.calibration", EPX_SCHEMA_SECTION, .meaning = "settings of the protocol calibrate"},         \
      {"learning.calibration.parameters",                                                                    \
       WORDS(trainable),                                                                                     \
       .fallback = "[detuning], where it is trained",                                                        \
       .derived = "network.family learning.train",                                                           \
       .applies = "learning.protocol: calibrate",                                                            \
       .meaning = "trained parameters whose deviations are measured and corrected"},                         \
      {"learning.calibration.error",                                                                         \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "0",                                                                                      \
       .applies = "learning.protocol: calibrate",                                                            \
       .meaning = "standard deviation of the error of this measurement, in the unit of the parameter"},

#define HARDWARE_ROWS                                                                                        \
  {"hardware", EPX_SCHEMA_SECTION, .optional = true,                                                         \
   .meaning = "non-ideal hardware between the learning rule and the network; every item is off by default"}, \
      {"hardware.readout", EPX_SCHEMA_SECTION, .optional = true,                                             \
       .meaning = "how the learning rule reads states: every component with a balanced homodyne receiver"},  \
      {"hardware.readout.noise",                                                                             \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "0",                                                                                      \
       MEASURED,                                                                                             \
       .meaning =                                                                                            \
           "standard deviation of one read, in the unit of the state, added to the noises of the detector"}, \
      {"hardware.readout.averages",                                                                          \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 1,                                                                                             \
       .high = 1000000,                                                                                      \
       .fallback = "1",                                                                                      \
       MEASURED,                                                                                             \
       .meaning = "number of reads that are averaged"},                                                      \
      {"hardware.readout.bits",                                                                              \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 0,                                                                                             \
       .high = 32,                                                                                           \
       .fallback = "0",                                                                                      \
       MEASURED,                                                                                             \
       .meaning = "bits of the converter behind the detector; 0: no converter"},                             \
      {"hardware.readout.range",                                                                             \
       REAL,                                                                                                 \
       POSITIVE,                                                                                             \
       .fallback = "2",                                                                                      \
       .applies = where_converted,                                                                           \
       .meaning = "range of the converter: levels from -range to range, in the unit of the state"},          \
      {"hardware.readout.shot", EPX_SCHEMA_BOOLEAN, .fallback = "false", MEASURED, .meaning = "shot noise"}, \
      {"hardware.readout.thermal", EPX_SCHEMA_BOOLEAN, .fallback = "false", MEASURED,                        \
       .meaning = "thermal noise of the load"},                                                              \
      {"hardware.readout.rin", EPX_SCHEMA_BOOLEAN, .fallback = "false", MEASURED,                            \
       .meaning = "relative intensity noise of the signal; phases have none"},                               \
      {"hardware.readout.power",                                                                             \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "W",                                                                                          \
       POSITIVE,                                                                                             \
       .fallback = "1e-4",                                                                                   \
       DETECTED,                                                                                             \
       .meaning = "optical power at the detector for a state of 1"},                                         \
      {"hardware.readout.reference",                                                                         \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "W",                                                                                          \
       POSITIVE,                                                                                             \
       .fallback = "1e-3",                                                                                   \
       DETECTED,                                                                                             \
       .meaning = "optical power of the reference light (local oscillator)"},                                \
      {"hardware.readout.detector", EPX_SCHEMA_SECTION, .meaning = "detector of each node"},                 \
      EPX_RECEIVERS(DETECTOR_ROW){"hardware.drift", EPX_SCHEMA_SECTION, .optional = true,                    \
                                  .meaning = "drift of a parameter between the free and each nudged phase"}, \
      {"hardware.drift.parameter", WORD(parameter), .required = true,                                        \
       .example = "detuning",      MEASURED,        .meaning = "parameter that drifts"},                     \
      {"hardware.drift.common",                                                                              \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "0",                                                                                      \
       MEASURED,                                                                                             \
       .meaning = "standard deviation of the part common to all nodes, in the unit of the parameter"},       \
      {"hardware.drift.local", REAL,     NOT_NEGATIVE,                                                       \
       .fallback = "0",        MEASURED, .meaning = "standard deviation of the part of each node or link"},  \
      {"hardware.drive", EPX_SCHEMA_SECTION, .optional = true,                                               \
       .meaning = "the converter that sets the features"},                                                   \
      {"hardware.drive.bits",                                                                                \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 0,                                                                                             \
       .high = 32,                                                                                           \
       .fallback = "0",                                                                                      \
       .meaning = "bits of the converter: 2^bits levels; 0: any value"},                                     \
      {"hardware.drive.range",                                                                               \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "0",                                                                                      \
       .applies = "hardware.drive.bits: " BITS,                                                              \
       .meaning = "levels from -range to range; 0: use the largest feature of the training part"},           \
      {"hardware.weights", EPX_SCHEMA_SECTION, .optional = true,                                             \
       .meaning = "how trained parameters are set; settings are offsets from the fabricated values"},        \
      {"hardware.weights.bits",                                                                              \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 0,                                                                                             \
       .high = 32,                                                                                           \
       .fallback = "0",                                                                                      \
       .meaning = "bits of a converter or a phase-change cell: 2^bits levels, written only when the level "  \
                  "changes; 0: any value"},                                                                  \
      {"hardware.weights.range", REAL, POSITIVE, .fallback = "2",                                            \
       .meaning = "settings stay within -range to range, in the parameter's unit"},                          \
      {"hardware.weights.noise", REAL, NOT_NEGATIVE, .fallback = "0",                                        \
       .meaning = "standard deviation of a write, as a fraction of 2 range"},                                \
      {"hardware.weights.granularity", REAL, NOT_NEGATIVE, .fallback = "0",                                  \
       .meaning = "updates are whole steps of this size, in the unit of the parameter, and only the device " \
                  "stores the value; instead of `bits`"},                                                    \
      {"hardware.weights.rounding", WORD(rounding), .fallback = "nearest",                                   \
       .meaning = "rounding of updates to whole steps"},                                                     \
      {"hardware.weights.endurance", REAL, NOT_NEGATIVE, .fallback = "0",                                    \
       .meaning = "number of writes that a setting survives; 0: unlimited"},                                 \
      {"hardware.crosstalk", EPX_SCHEMA_SECTION, .optional = true,                                           \
       .meaning = "thermal crosstalk: heaters that set a trained parameter warm their neighbours"},          \
      {"hardware.crosstalk.parameter", WORD(parameter), .required = true, .example = "detuning",             \
       .meaning = "trained parameter of nodes that the heaters set"},                                        \
      {"hardware.crosstalk.pitch",                                                                           \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "m",                                                                                          \
       .low = 7e-6,                                                                                          \
       .high = INFINITY,                                                                                     \
       .fallback = "2e-5",                                                                                   \
       .meaning = "distance between heaters on a square grid"},                                              \
      {"hardware.crosstalk.columns", COUNT, .low = 0, .fallback = "0",                                       \
       .meaning = "columns of the grid; 0: as many as rows"},                                                \
      {"hardware.crosstalk.isolation",                                                                       \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .fallback = "1",                                                                                      \
       .meaning = "factor of the crosstalk: 0.1 with trenches"},                                             \
      {"hardware.dead", EPX_SCHEMA_SECTION, .optional = true,                                                \
       .meaning = "dead devices: they couple to nothing and ignore updates"},                                \
      {"hardware.dead.nodes",                                                                                \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .fallback = "0",                                                                                      \
       .meaning = "fraction of dead nodes; their links are 0"},                                              \
      {"hardware.dead.links",                                                                                \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .fallback = "0",                                                                                      \
       .meaning = "fraction of dead links"},
