/** @file
 * Schema: the table. Its order is that of the resolved deck; a key whose default or use depends on another
 * stands behind that one.
 */
#include "io/schema/schema.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "design/design.h"
#include "io/schema/words.h"
#include "photonic/device/detector.h"
#include "photonic/fabrication/fabrication.h"
#include "study/energy/energy.h"

#define COUNT .type = EPX_SCHEMA_INTEGER, .unit = "1", .high = INT_MAX
#define POINTS .type = EPX_SCHEMA_INTEGER, .unit = "1", .high = EPX_DESIGN_MAX_POINTS
#define REAL .type = EPX_SCHEMA_REAL, .unit = "1"
#define OWN_REAL .type = EPX_SCHEMA_REAL, .unit = "@" /* the parameter's */
#define ANY .low = -INFINITY, .high = INFINITY
#define POSITIVE .low = 0, .high = INFINITY, .above = true
#define NOT_NEGATIVE .low = 0, .high = INFINITY
#define WORD(list) .type = EPX_SCHEMA_WORD, .words = epx_words_get_##list
#define WORDS(list) .type = EPX_SCHEMA_WORDS, .words = epx_words_get_##list

#include "io/schema/schema_distributed.h"
#include "io/schema/schema_energy.h"
#include "io/schema/schema_fabrication.h"
#include "io/schema/schema_hardware.h"
#include "io/schema/schema_task.h"

static const epx_schema_entry entries[] = {
    {"study", EPX_SCHEMA_SECTION, .meaning = "what the study is called and its seed"},
    {"study.name", EPX_SCHEMA_TEXT, .fallback = "study", .meaning = "names the results file: NAME.h5"},
    {"study.seed", EPX_SCHEMA_INTEGER, .unit = "1", .fallback = "1", .low = 0, .high = INFINITY,
     .meaning = "everything random is drawn from it; the same seed, the same numbers"},

    {"network", EPX_SCHEMA_SECTION, .meaning = "the photonic network"},
    {"network.family", WORD(family), .required = true, .example = "kerr",
     .meaning = "kind of network; `epilux list families`"},
    {"network.plugin", EPX_SCHEMA_TEXT, .required = true, .example = "./model.so",
     .applies = "network.family: plugin",
     .meaning = "shared object with a family of your own, seen from the working folder; see "
                "inputs/plugins/anharmonic.c"},
    {"network.plugin_checksum", EPX_SCHEMA_TEXT, .optional = true, .fallback = "that of the file",
     .derived = "network.plugin", .applies = "network.family: plugin",
     .meaning = "of the plugin's file: a deck with this key is refused when the file is another"},
    {"network.preset", WORD(preset), .optional = true,
     .fallback = "the first of the family's, where it has any", .derived = "network.family",
     .meaning = "published device that parameters which are not given are those of"},
    {"network.topology", EPX_SCHEMA_SECTION, .meaning = "which nodes are linked; `epilux list topologies`"},
    {"network.topology.kind", WORD(topology), .fallback = "all-to-all", .meaning = "pattern of the links"},
    {"network.topology.nodes", COUNT, .low = 1, .required = true, .example = "10",
     .applies = "network.topology.kind: all-to-all ring chain small-world random",
     .meaning = "number of nodes"},
    {"network.topology.layers", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 1, .high = INT_MAX, .required = true,
     .example = "[2, 4, 1]", .applies = "network.topology.kind: layered",
     .meaning = "number of nodes of each layer"},
    {"network.topology.rows", COUNT, .low = 1, .required = true, .example = "5",
     .applies = "network.topology.kind: lattice",
     .meaning = "rows of the lattice; node = (plane * rows + row) * columns + column"},
    {"network.topology.columns", COUNT, .low = 1, .required = true, .example = "5",
     .applies = "network.topology.kind: lattice", .meaning = "columns of the lattice"},
    {"network.topology.planes", COUNT, .low = 1, .fallback = "1", .applies = "network.topology.kind: lattice",
     .meaning = "planes of a lattice in three dimensions"},
    {"network.topology.periodic", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .applies = "network.topology.kind: lattice", .meaning = "all directions wrap"},
    {"network.topology.neighbours", COUNT, .low = 1, .fallback = "2",
     .applies = "network.topology.kind: small-world", .meaning = "neighbours on each side of the ring"},
    {"network.topology.rewiring", REAL, .low = 0, .high = 1, .fallback = "0.1",
     .applies = "network.topology.kind: small-world",
     .meaning = "probability that a link of the ring goes to a node drawn at random instead"},
    {"network.topology.degree", REAL, NOT_NEGATIVE, .fallback = "4",
     .applies = "network.topology.kind: random", .meaning = "mean number of links of a node"},
    {"network.topology.path", EPX_SCHEMA_TEXT, .required = true, .example = "links.mtx",
     .applies = "network.topology.kind: edge-list",
     .meaning = "Matrix Market file of the links and their couplings, seen from the working folder"},
    {"network.topology.checksum", EPX_SCHEMA_TEXT, .optional = true,
     .fallback = "that of the file, unless a factor names it", .derived = "network.topology.path",
     .applies = "network.topology.kind: edge-list",
     .meaning = "of the edge list: a deck with this key is refused when the file is another"},
    {"network.parameters", EPX_SCHEMA_SECTION,
     .meaning = "nominal values: a number, a list (a value a node, or a link in the order (0,1), (0,2), …), "
                "for links a "
                "symmetric matrix, or a distribution such as {distribution: uniform, low: -1, high: 1}"},
    {"network.parameters.coupling_spread", REAL, NOT_NEGATIVE,
     .fallback = "the family's, see `epilux list families`; none where the coupling is given",
     .derived = "network.family network.topology.kind network.parameters.coupling", .optional = true,
     .meaning =
         "random coupling (A + A') / 2, A normal with sigma = this / sqrt(nodes), in the coupling's unit; "
         "in place of `coupling`"},
    {"network.parameters.*", EPX_SCHEMA_VALUE, .unit = "@", .derived = "network.family network.preset",
     .meaning = ""},
    {"network.parameters.*.distribution", WORD(distribution), .required = true, .example = "uniform",
     .meaning = "how the values are drawn"},
    {"network.parameters.*.mean", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal", .example = "0",
     .meaning = "mean; of a lognormal the median, of a truncated-normal that before truncation"},
    {"network.parameters.*.sigma", OWN_REAL, NOT_NEGATIVE, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal", .example = "0.1",
     .meaning = "standard deviation; of a lognormal that of the logarithm [1]"},
    {"network.parameters.*.low", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "-1", .meaning = "least value"},
    {"network.parameters.*.high", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "1", .meaning = "greatest value"},
    {"network.start", EPX_SCHEMA_SECTION,
     .meaning = "nominal values that a trained network has, in place of network.parameters"},
    {"network.start.parameters", EPX_SCHEMA_TEXT, .optional = true, .example = "trained.h5",
     .meaning = "results file of a campaign with keep_parameters, of the same family and topology"},
    {"network.start.point", COUNT, .low = 0, .fallback = "0", .meaning = "its design point"},
    {"network.start.instance", COUNT, .low = 0, .fallback = "0", .meaning = "its instance"},
    {"network.inputs", EPX_SCHEMA_SECTION, .meaning = "how the task's features enter"},
    {"network.inputs.nodes", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX, .optional = true,
     .example = "[0, 1]", .meaning = "node of each feature; without: the first ones"},
    {"network.inputs.encoding", WORD(encoding), .fallback = "amplitude",
     .meaning = "how a feature enters; `epilux list encodings`"},
    {"network.inputs.scale", REAL, ANY, .fallback = "the family's, see `epilux list families`",
     .derived = "network.family",
     .meaning =
         "what a feature of 1 makes of its node: drive, amplitude or phase in rad, as the family says"},
    {"network.outputs", EPX_SCHEMA_SECTION, .meaning = "how the answer is read"},
    {"network.outputs.nodes", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX, .optional = true,
     .example = "[8, 9]",
     .meaning =
         "node of each output, of balanced pairs two an output, + and -; without: the last ones, as many as "
         "the task and the cost need"},
    {"network.outputs.count", COUNT, .low = 1, .optional = true, .example = "2",
     .meaning = "number of outputs, the last nodes; in place of `nodes`"},
    {"network.outputs.readout", WORD(readout), .fallback = "the family's, see `epilux list families`",
     .derived = "network.family", .meaning = "what the detectors report; `epilux list readouts`"},
    {"network.outputs.scale", REAL, ANY,
     .fallback = "4 for intensity, balanced pairs and amplitude, 1 otherwise",
     .derived = "network.family network.outputs.readout", .meaning = "factor on what the detectors report"},
    DEVICE_ROWS

        TASK_ROWS

    {"learning", EPX_SCHEMA_SECTION, .meaning = "how the network learns"},
    {"learning.estimator", WORD(estimator),
     .fallback = "plain where there is an energy, phase-conjugate for kerr, else backprop",
     .derived = "network.family",
     .meaning = "rule that turns equilibria into a gradient; `epilux list estimators`"},
    {"learning.cost", WORD(cost),
     .fallback = "phase-cosine (readout phase), squared-error (sine, cosine), else cross-entropy",
     .derived = "network.family network.outputs.readout",
     .meaning = "how wrong an answer is; `epilux list costs`"},
    {"learning.targets", EPX_SCHEMA_SECTION, .meaning = "readouts that are wanted"},
    {"learning.targets.off", REAL, ANY, .fallback = "0; of readout cosine -1; phase-cosine -pi/2",
     .derived = "network.family network.outputs.readout learning.cost",
     .applies = "learning.cost: squared-error phase-cosine",
     .meaning = "of the outputs of the other classes"},
    {"learning.targets.on", REAL, ANY, .fallback = "1; phase-cosine pi/2",
     .derived = "network.family network.outputs.readout learning.cost",
     .applies = "learning.cost: squared-error phase-cosine",
     .meaning = "of the output of the sample's class"},
    {"learning.nudge", EPX_SCHEMA_SECTION, .meaning = "of the learning phases"},
    {"learning.nudge.beta", REAL, POSITIVE, .fallback = "0.02", .meaning = "strength of the nudge"},
    {"learning.nudge.scheme", WORD(scheme), .fallback = "one-sided for the cost phase-cosine, else centered",
     .derived = "learning.cost",
     .meaning = "phases at beta and at 0, or at beta and -beta (bias of higher order); phase-cosine pulls "
                "the phase at "
                "-beta into its antiphase point"},
    {"learning.nudge.decay", REAL, .low = 0, .above = true, .high = 1, .fallback = "1",
     .meaning = "factor on beta after each epoch"},
    {"learning.nudge.quadrature", WORD(quadrature), .fallback = "sigma-y",
     .meaning = "of estimator scattering: the error enters a quarter turn ahead, or in phase"},
    {"learning.nudge.points", EPX_SCHEMA_INTEGER, .unit = "1", .low = 2, .high = 32, .fallback = "4",
     .meaning =
         "of estimator holomorphic: nudges on the circle |beta|, an even number; the order of its bias"},
    {"learning.nudge.penalty", REAL, NOT_NEGATIVE, .fallback = "0.01",
     .meaning = "of estimator homeostasis: factor of the penalty on the response's asymmetry"},
    {"learning.nudge.shift", REAL, POSITIVE, .fallback = "0.01",
     .meaning = "of estimators spsa and multiplexed: by how much parameters are shifted"},
    {"learning.nudge.probes", COUNT, .low = 0, .fallback = "0",
     .meaning = "of spsa: draws a batch, 0: 1; of multiplexed: time slots a batch, 0: a whole period"},
    {"learning.optimizer", EPX_SCHEMA_SECTION, .meaning = "how parameters follow the gradient"},
    {"learning.optimizer.name", WORD(optimizer), .fallback = "adam", .meaning = "`epilux list optimizers`"},
    {"learning.optimizer.rate", REAL, POSITIVE, .fallback = "0.02", .meaning = "learning rate"},
    {"learning.optimizer.momentum", REAL, .low = 0, .high = 1, .below = true, .fallback = "0",
     .applies = "learning.optimizer.name: sgd", .meaning = "share of the last step that is kept"},
    {"learning.optimizer.beta1", REAL, .low = 0, .high = 1, .below = true, .fallback = "0.9",
     .applies = "learning.optimizer.name: adam", .meaning = "decay of the mean gradient"},
    {"learning.optimizer.beta2", REAL, .low = 0, .high = 1, .below = true, .fallback = "0.999",
     .applies = "learning.optimizer.name: adam", .meaning = "decay of the mean squared gradient"},
    {"learning.optimizer.epsilon", REAL, POSITIVE, .fallback = "1e-8",
     .applies = "learning.optimizer.name: adam", .meaning = "added to the root mean square gradient"},
    {"learning.epochs", COUNT, .low = 0, .fallback = "150", .meaning = "passes through the training samples"},
    {"learning.batch", COUNT, .low = 0, .fallback = "0", .meaning = "samples an update; 0: all"},
    {"learning.decay", REAL, .low = 0, .above = true, .high = 1, .fallback = "1",
     .meaning = "factor on the rate, `learning.schedule`; 1: constant"},
    {"learning.schedule", EPX_SCHEMA_SECTION, .meaning = "how the rate follows the epochs"},
    {"learning.schedule.kind", WORD(rate), .fallback = "exponential", .meaning = "`epilux list schedules`"},
    {"learning.schedule.every", COUNT, .low = 1, .fallback = "1", .applies = "learning.schedule.kind: step",
     .meaning = "epochs from step to step"},
    {"learning.schedule.floor", REAL, .low = 0, .high = 1, .fallback = "0",
     .applies = "learning.schedule.kind: cosine",
     .meaning = "share of the rate that is left in the last epoch"},
    {"learning.schedule.warm_up", COUNT, .low = 0, .fallback = "0",
     .meaning = "epochs over which the rate rises to its value"},
    {"learning.patience", COUNT, .low = 0, .fallback = "0",
     .meaning =
         "epochs without a smaller validation loss after which an instance stops and takes the parameters of "
         "its smallest; 0: never"},
    {"learning.target_loss", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "an instance stops training when its epoch's loss falls below; 0: never"},
    {"learning.train", WORDS(trainable), .fallback = "the family's, see network.parameters",
     .derived = "network.family", .meaning = "parameters that are trained"},
    PROTOCOL_ROWS

    {"equilibrium", EPX_SCHEMA_SECTION, .meaning = "how networks are settled; times in the family's unit"},
    ENGINE_ROW{"equilibrium.method", WORD(method), .fallback = "dynamics+newton",
               .meaning = "`epilux list methods`"},
    {"equilibrium.rtol", REAL, POSITIVE, .fallback = "1e-3", .meaning = "relative tolerance of the dynamics"},
    {"equilibrium.atol", REAL, POSITIVE, .fallback = "1e-4", .meaning = "absolute tolerance of the dynamics"},
    {"equilibrium.handover", REAL, POSITIVE, .fallback = "1e-2",
     .applies = "equilibrium.method: dynamics+newton newton",
     .meaning = "residual at which Newton takes over"},
    {"equilibrium.tolerance", REAL, .low = 1e-14, .high = INFINITY, .fallback = "1e-10",
     .meaning = "residual of the answer"},
    {"equilibrium.settled", REAL, POSITIVE, .fallback = "1e-2",
     .meaning = "residual that counts as settled, for settling_time"},
    {"equilibrium.max_time", REAL, POSITIVE, .fallback = "2000",
     .meaning = "time after which a network is slow or oscillates"},
    {"equilibrium.max_steps", COUNT, .low = 1, .fallback = "200000", .meaning = "most steps of the dynamics"},
    {"equilibrium.max_newton", COUNT, .low = 1, .fallback = "20",
     .applies = "equilibrium.method: dynamics+newton newton", .meaning = "most Newton iterations"},
    {"equilibrium.audit", REAL, .low = 0, .high = 1, .fallback = "0",
     .meaning = "share of the free equilibria that pure dynamics repeat: metric audit_disagreements"},
    {"equilibrium.starts", COUNT, .low = 1, .fallback = "1",
     .meaning = "states to start from when coexisting equilibria are counted: metric equilibria_found"},
    {"equilibrium.escape", REAL, POSITIVE, .fallback = "1e6",
     .meaning = "state beyond which a network has diverged"},

    {"variation", EPX_SCHEMA_ROWS, .fallback = "[]",
     .example = "[{parameter: detuning, distribution: normal, sigma: 0.1, scope: local}]",
     .meaning = "what fabrication does to each instance, row after row; a factor's path names a row by its "
                "number or "
                "its parameter: variation.detuning.sigma"},
    {"variation.*.parameter", WORD(parameter), .required = true, .meaning = "parameter of the family"},
    {"variation.*.distribution", WORD(distribution), .fallback = "normal", .meaning = "of the draw"},
    {"variation.*.scope", WORD(scope), .fallback = "local",
     .meaning = "one draw an instance, or one a node or link"},
    {"variation.*.effect", WORD(effect), .fallback = "add, of a lognormal scale", .derived = ".distribution",
     .meaning = "nominal value + draw, or nominal value * draw"},
    {"variation.*.mean", OWN_REAL, ANY, .fallback = "0 when added, 1 when scaling",
     .derived = ".distribution .effect", .applies = ".distribution: normal lognormal truncated-normal",
     .meaning = "mean of the draw; of a lognormal its median"},
    {"variation.*.sigma", OWN_REAL, NOT_NEGATIVE, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal",
     .meaning = "standard deviation of the draw; of a lognormal that of its logarithm"},
    {"variation.*.low", OWN_REAL, ANY, .required = true, .applies = ".distribution: uniform truncated-normal",
     .example = "-0.1", .meaning = "least draw"},
    {"variation.*.high", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "0.1", .meaning = "greatest draw"},

    PROCESS_ROWS

        HARDWARE_ROWS

            ENERGY_ROWS

    {"design", EPX_SCHEMA_SECTION, .meaning = "which settings are compared"},
    {"design.method", WORD(design), .fallback = "grid", .meaning = "`epilux list designs`"},
    {"design.points", POINTS, .low = 1, .required = true, .example = "64",
     .applies = "design.method: latin-hypercube sobol saltelli morris",
     .meaning = "number of design points; of sobol a power of two; of saltelli base rows (a power of two), "
                "each factors + 2 "
                "points; of morris trajectories, each factors + 1 points"},
    {"design.levels", POINTS, .low = 2, .fallback = "5",
     .applies = "design.method: grid one-at-a-time morris",
     .meaning = "values taken of a range that names no `levels` of its own"},
    {"design.scramble", EPX_SCHEMA_BOOLEAN, .fallback = "true", .applies = "design.method: sobol saltelli",
     .meaning = "Owen scrambling by the seed"},
    {"design.random_numbers", WORD(random_numbers), .fallback = "common",
     .meaning = "the same fabricated instances at every design point, or independent ones"},
    {"design.factors", EPX_SCHEMA_FACTORS, .fallback = "{}",
     .example = "{network.parameters.loss: {values: [0.5, 1, 2]}}",
     .meaning = "what is varied: path of a scalar -> values or a range"},
    {"design.factors.*.values", EPX_SCHEMA_REALS, .optional = true, .example = "[0.5, 1, 2]",
     .meaning = "the values, or words"},
    {"design.factors.*.low", OWN_REAL, ANY, .optional = true, .example = "0.1",
     .meaning = "least value of a range; of integers, each from low to high has an equal share"},
    {"design.factors.*.high", OWN_REAL, ANY, .optional = true, .example = "2",
     .meaning = "greatest value of a range"},
    {"design.factors.*.scale", WORD(scale), .optional = true, .example = "log",
     .meaning = "a range even in the value or its logarithm; linear"},
    {"design.factors.*.levels", POINTS, .low = 2, .optional = true, .example = "4",
     .meaning = "values taken of a range, in place of design.levels"},
    {"design.factors.*.along", EPX_SCHEMA_SECTION, .optional = true,
     .example = "{network.inputs.scale: [0.4, 0.8, 1.6]}",
     .meaning =
         "further paths -> a list as long as `values`: they take their values together with the factor"},

    {"population", EPX_SCHEMA_SECTION, .meaning = "fabricated copies of each design point's network"},
    {"population.instances", COUNT, .low = 1, .fallback = "32", .meaning = "instances a design point"},
    {"population.sampling", EPX_SCHEMA_SECTION, .optional = true, .words = epx_words_get_sampling,
     .example = "nested",
     .meaning = "of a process: which lots, wafers and dies instances come from; process, wafer, or "
                "{lots: L, wafers: W}; process, where it is left out"},
    {"population.sampling.kind", WORD(sampling), .fallback = "process",
     .meaning = "process: each from a lot, a wafer and a random die of its own, so that the yield is of the "
                "process; "
                "nested: from a few lots and their wafers; wafer: random dies of one wafer, the yield of "
                "this wafer"},
    {"population.sampling.lots", COUNT, .low = 1, .required = true, .applies = ".kind: nested",
     .example = "10",
     .meaning = "lots; below 10 the interval of the yield is rough, of 1 lot the yield is of this lot"},
    {"population.sampling.wafers", COUNT, .low = 1, .fallback = "1", .applies = ".kind: nested",
     .meaning = "wafers a lot"},
    {"population.block", COUNT, .low = 0, .fallback = "0",
     .meaning = "instances that advance together; 0: chosen"},
    RANKS_ROW

        PETSC_ROWS

    {"run", EPX_SCHEMA_SECTION, .meaning = "how a campaign is run; nothing of it changes a number"},
    {"run.checkpoint", EPX_SCHEMA_REAL, .unit = "s", NOT_NEGATIVE, .fallback = "60",
     .meaning =
         "a training that takes longer leaves its state beside the results file, after an update and at "
         "most every so often, and goes on from it when the run is resumed; 0: never"},

    {"metrics", WORDS(metric),
     .fallback = "[accuracy, loss, gradient_cosine, settling_time, energy_per_inference]",
     .meaning = "what is measured; `epilux list metrics`"},
    {"curves", WORDS(curve), .fallback = "[]", .example = "[loss, accuracy]",
     .meaning = "learning curves that are kept"},
    {"keep_parameters", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .meaning = "keep the parameters as trained, /parameters: what `network.start` reads"},
    {"keep_variation", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .meaning = "keep the drawn values of varied parameters, and with a process what each ring became"},
    FIELDS_ROW{"yield", EPX_SCHEMA_SECTION, .optional = true,
               .meaning = "share of good devices; without the section none is evaluated"},
    {"yield.metric", WORD(metric), .required = true, .example = "accuracy",
     .meaning = "what makes a device good"},
    {"yield.at_least", REAL, ANY, .optional = true, .example = "0.95", .meaning = "good: metric >= this"},
    {"yield.at_most", REAL, ANY, .optional = true, .example = "0.1",
     .meaning = "good: metric <= this; in place of `at_least`"},
    {"yield.confidence", REAL, .low = 0, .high = 1, .above = true, .below = true, .fallback = "0.95",
     .meaning = "of the interval, two-sided"},
    {"yield.interval", WORD(interval), .fallback = "wilson", .meaning = "kind of interval"},
    {"continuation", EPX_SCHEMA_SECTION, .optional = true,
     .meaning = "what `epilux simulate` moves up and down; without the section it follows one transient"},
    {"continuation.parameter", EPX_SCHEMA_TEXT, .required = true, .example = "network.inputs.scale",
     .meaning = "path of a scalar of this deck"},
    {"continuation.from", REAL, ANY, .required = true, .example = "0.5",
     .meaning = "where the first way begins, in the unit of that scalar"},
    {"continuation.to", REAL, ANY, .required = true, .example = "3", .meaning = "where it ends"},
    {"continuation.steps", EPX_SCHEMA_INTEGER, .unit = "1", .low = 1, .high = 10000, .fallback = "40",
     .meaning = "steps from one end to the other"},
    {"quantiles", EPX_SCHEMA_REALS, .unit = "1", .low = 0, .high = 1,
     .fallback = "[0.05, 0.25, 0.5, 0.75, 0.95]",
     .meaning = "probabilities of the quantiles that are reported"},
};

enum { N_ENTRIES = sizeof entries / sizeof *entries };

const epx_schema_entry *epx_schema_get(int i) {
  return i >= 0 && i < N_ENTRIES ? &entries[i] : NULL;
}

const epx_schema_entry *epx_schema_get_by_path(const char *path) {
  for (int i = 0; i < N_ENTRIES; i++)
    if (strcmp(entries[i].path, path) == 0) return &entries[i];
  return NULL;
}

static bool is_child(const char *candidate, const char *path, size_t length) {
  if (length > 0 && (strncmp(candidate, path, length) != 0 || candidate[length] != '.')) return false;
  return !strchr(candidate + length + (length > 0), '.');
}

const epx_schema_entry *epx_schema_get_first(const char *path) {
  const size_t length = strlen(path);
  for (int k = 0; k < N_ENTRIES; k++)
    if (is_child(entries[k].path, path, length)) return &entries[k];
  return NULL;
}

const epx_schema_entry *epx_schema_get_next(const epx_schema_entry *entry) {
  const size_t length = (size_t)(epx_schema_get_key(entry) - entry->path);
  for (const epx_schema_entry *next = entry + 1; next < entries + N_ENTRIES; next++)
    if (is_child(next->path, entry->path, length > 0 ? length - 1 : 0)) return next;
  return NULL;
}

const char *epx_schema_get_key(const epx_schema_entry *entry) {
  const char *dot = strrchr(entry->path, '.');
  return dot ? dot + 1 : entry->path;
}

bool epx_schema_is_factor(const epx_schema_entry *entry) {
  static const char *const fixed[] = {
      "study.name", "design",    "population",     "petsc",           "run",         "metrics",     "curves",
      "yield",      "quantiles", "keep_variation", "keep_parameters", "keep_fields", "continuation"};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
    const size_t length = strlen(fixed[i]);
    if (strncmp(entry->path, fixed[i], length) == 0 && (entry->path[length] == '.' || !entry->path[length]))
      return false;
  }
  return entry->type == EPX_SCHEMA_TEXT || entry->type == EPX_SCHEMA_WORD ||
         entry->type == EPX_SCHEMA_BOOLEAN || entry->type == EPX_SCHEMA_INTEGER ||
         entry->type == EPX_SCHEMA_REAL || entry->type == EPX_SCHEMA_VALUE;
}
