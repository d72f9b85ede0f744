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

#include "io/schema/schema_decide.h"
#include "io/schema/schema_distributed.h"
#include "io/schema/schema_energy.h"
#include "io/schema/schema_fabrication.h"
#include "io/schema/schema_hardware.h"
#include "io/schema/schema_noise.h"
#include "io/schema/schema_reference.h"
#include "io/schema/schema_search.h"
#include "io/schema/schema_task.h"

static const epx_schema_entry entries[] = {
    {"study", EPX_SCHEMA_SECTION, .meaning = "what the study is called and its seed"},
    {"study.name", EPX_SCHEMA_TEXT, .fallback = "study", .meaning = "names the results file: NAME.h5"},
    {"study.seed", EPX_SCHEMA_INTEGER, .unit = "1", .fallback = "1", .low = 0, .high = INFINITY,
     .meaning = "seed of all random numbers; the same seed gives the same numbers"},

    {"network", EPX_SCHEMA_SECTION, .meaning = "the photonic network"},
    {"network.family", WORD(family), .required = true, .example = "kerr",
     .meaning = "kind of network; `epilux list families`"},
    {"network.plugin", EPX_SCHEMA_TEXT, .required = true, .example = "./model.so",
     .applies = "network.family: plugin",
     .meaning = "shared object with a family of your own, path from the working folder; see "
                "inputs/plugins/anharmonic.c"},
    {"network.plugin_checksum", EPX_SCHEMA_TEXT, .optional = true, .fallback = "that of the file",
     .derived = "network.plugin", .applies = "network.family: plugin",
     .meaning = "checksum of the plugin's file; the deck is refused when the file has changed"},
    {"network.preset", WORD(preset), .optional = true, .fallback = "the family's first preset, if it has one",
     .derived = "network.family",
     .meaning = "published device; its values are used for all parameters that are not given"},
    {"network.topology", EPX_SCHEMA_SECTION, .meaning = "which nodes are linked; `epilux list topologies`"},
    {"network.topology.kind", WORD(topology), .fallback = "all-to-all", .meaning = "pattern of the links"},
    {"network.topology.nodes", COUNT, .low = 1, .required = true, .example = "10",
     .applies = "network.topology.kind: all-to-all ring chain small-world random",
     .meaning = "number of nodes"},
    {"network.topology.layers", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 1, .high = INT_MAX, .required = true,
     .example = "[2, 4, 1]", .applies = "network.topology.kind: layered convolution",
     .meaning =
         "number of nodes of each layer; of a convolution, of the fully connected ones behind the maps"},
    {"network.topology.skips", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX, .optional = true,
     .example = "[0, 2]", .applies = "network.topology.kind: layered",
     .meaning =
         "pairs of layers, counted from 0, that are linked beside neighbouring ones: from, to, from, to, …"},
    {"network.topology.rows", COUNT, .low = 1, .required = true, .example = "5",
     .applies = "network.topology.kind: lattice convolution",
     .meaning = "rows of the lattice or image; node = (plane * rows + row) * columns + column"},
    {"network.topology.columns", COUNT, .low = 1, .required = true, .example = "5",
     .applies = "network.topology.kind: lattice convolution", .meaning = "columns of the lattice or image"},
    {"network.topology.planes", COUNT, .low = 1, .fallback = "1",
     .applies = "network.topology.kind: lattice convolution",
     .meaning = "planes of a lattice in three dimensions, or of an image: its colours"},
    {"network.topology.channels", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 1, .high = INT_MAX,
     .required = true, .example = "[16, 32]", .applies = "network.topology.kind: convolution",
     .meaning = "channels of each map, in their order from the image"},
    {"network.topology.kernels", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 1, .high = INT_MAX,
     .required = true, .example = "[5]", .applies = "network.topology.kind: convolution",
     .meaning = "edge of each map's kernels in pixels; one entry stands for all maps"},
    {"network.topology.strides", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 1, .high = INT_MAX,
     .fallback = "[1]", .applies = "network.topology.kind: convolution",
     .meaning = "pixels from one place of a kernel to the next"},
    {"network.topology.padding", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX,
     .fallback = "[0]", .applies = "network.topology.kind: convolution",
     .meaning = "pixels beyond each edge that kernels may reach over; nothing is there"},
    {"network.topology.tied", WORDS(trainable), .fallback = "what the family trains",
     .derived = "network.family", .applies = "network.topology.kind: convolution",
     .meaning = "parameters that are learnt as one, of links by entry of the kernels, of nodes by channel; "
                "[]: none"},
    {"network.topology.periodic", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .applies = "network.topology.kind: lattice", .meaning = "connect opposite edges, in all directions"},
    {"network.topology.neighbours", COUNT, .low = 1, .fallback = "2",
     .applies = "network.topology.kind: small-world", .meaning = "neighbours on each side of the ring"},
    {"network.topology.rewiring", REAL, .low = 0, .high = 1, .fallback = "0.1",
     .applies = "network.topology.kind: small-world",
     .meaning = "probability that a link of the ring is rewired to a random node that it is not linked with"},
    {"network.topology.degree", REAL, NOT_NEGATIVE, .fallback = "4",
     .applies = "network.topology.kind: random", .meaning = "mean number of links of a node"},
    {"network.topology.path", EPX_SCHEMA_TEXT, .required = true, .example = "links.mtx",
     .applies = "network.topology.kind: edge-list",
     .meaning = "file of the links and their couplings, of Matrix Market or in rudy's format, path from the "
                "working folder"},
    {"network.topology.scale", REAL, ANY, .fallback = "1", .applies = "network.topology.kind: edge-list",
     .meaning = "factor of the file's couplings; negative for weights of a cut that is to be large"},
    {"network.topology.checksum", EPX_SCHEMA_TEXT, .optional = true,
     .fallback = "that of the file, unless a factor names it", .derived = "network.topology.path",
     .applies = "network.topology.kind: edge-list",
     .meaning = "checksum of the edge list; the deck is refused when the file has changed"},
    {"network.parameters", EPX_SCHEMA_SECTION,
     .meaning = "nominal values: a number, a list (one value per node, or per link in the order (0,1), "
                "(0,2), …), a symmetric matrix (links only), or a distribution such as {distribution: "
                "uniform, low: -1, high: 1}"},
    {"network.parameters.coupling_spread", REAL, NOT_NEGATIVE,
     .fallback = "the family's, see `epilux list families`; none where the coupling is given",
     .derived = "network.family network.topology.kind network.parameters.coupling", .optional = true,
     .meaning =
         "instead of `coupling`: random symmetric coupling (A + A') / 2; A is normal with sigma = "
         "coupling_spread / sqrt(1 + mean number of links of a node), or coupling_spread / "
         "sqrt(nodes) for all-to-all; of a convolution normal with sigma = coupling_spread / sqrt(links "
         "that lead into a node); in the unit of the coupling"},
    {"network.parameters.*", EPX_SCHEMA_VALUE, .unit = "@", .derived = "network.family network.preset",
     .meaning = ""},
    {"network.parameters.*.distribution", WORD(distribution), .required = true, .example = "uniform",
     .meaning = "how the values are drawn"},
    {"network.parameters.*.mean", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal", .example = "0",
     .meaning = "mean; lognormal: the median; truncated-normal: the mean before truncation"},
    {"network.parameters.*.sigma", OWN_REAL, NOT_NEGATIVE, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal", .example = "0.1",
     .meaning = "standard deviation; lognormal: of the logarithm [1]"},
    {"network.parameters.*.low", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "-1", .meaning = "lowest value"},
    {"network.parameters.*.high", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "1", .meaning = "highest value"},
    {"network.start", EPX_SCHEMA_SECTION,
     .meaning = "start from the parameters of a trained network, instead of network.parameters"},
    {"network.start.parameters", EPX_SCHEMA_TEXT, .optional = true, .example = "trained.h5",
     .meaning = "results file with keep_parameters, of the same family and topology; or an npz file with an "
                "array for each "
                "parameter"},
    {"network.start.point", COUNT, .low = 0, .fallback = "0", .meaning = "design point of that file"},
    {"network.start.instance", COUNT, .low = 0, .fallback = "0", .meaning = "instance of that design point"},
    {"network.inputs", EPX_SCHEMA_SECTION, .meaning = "how the task's features enter"},
    {"network.inputs.nodes", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX, .optional = true,
     .example = "[0, 1]", .meaning = "node of each feature (default: the first nodes)"},
    {"network.inputs.encoding", WORD(encoding), .fallback = "amplitude",
     .meaning = "how a feature enters; `epilux list encodings`"},
    {"network.inputs.power", EPX_SCHEMA_REAL, .unit = "W", POSITIVE, .optional = true, .example = "1 mW",
     .applies = "network.inputs.encoding: amplitude phase",
     .meaning = "light at the port of a node by a feature of 1, where the family or its device has a unit of "
                "power; in "
                "place of `scale`"},
    {"network.inputs.scale", REAL, ANY, .fallback = "the family's, see `epilux list families`",
     .derived = "network.family", .applies = "network.inputs.power: none",
     .meaning = "drive, amplitude or phase [rad] of a node per unit of feature, depending on the family"},
    {"network.outputs", EPX_SCHEMA_SECTION, .meaning = "how the answer is read"},
    {"network.outputs.nodes", EPX_SCHEMA_INTEGERS, .unit = "1", .low = 0, .high = INT_MAX, .optional = true,
     .example = "[8, 9]",
     .meaning = "node of each output; balanced pairs: two nodes (+, -) per output; default: the last nodes, "
                "as many as task and cost need"},
    {"network.outputs.count", COUNT, .low = 1, .optional = true, .example = "2",
     .meaning = "number of outputs, read at the last nodes; instead of `nodes`"},
    {"network.outputs.readout", WORD(readout), .fallback = "the family's, see `epilux list families`",
     .derived = "network.family", .meaning = "what the detectors report; `epilux list readouts`"},
    {"network.outputs.scale", REAL, ANY,
     .fallback = "4 for intensity, balanced pairs and amplitude, 1 otherwise",
     .derived = "network.family network.outputs.readout",
     .meaning = "factor applied to the detector signals"},
    DEVICE_ROWS

        TASK_ROWS

    {"learning", EPX_SCHEMA_SECTION, .meaning = "how the network learns"},
    {"learning.estimator", WORD(estimator),
     .fallback = "plain where there is an energy, phase-conjugate for kerr, else backprop",
     .derived = "network.family",
     .meaning = "rule that turns equilibria into a gradient; `epilux list estimators`"},
    {"learning.cost", WORD(cost),
     .fallback = "phase-cosine (readout phase), squared-error (readouts sine and cosine, real targets), else "
                 "cross-entropy",
     .derived = "network.family network.outputs.readout task.goal",
     .meaning = "how wrong an answer is; `epilux list costs`"},
    {"learning.targets", EPX_SCHEMA_SECTION, .meaning = "target outputs"},
    {"learning.targets.off", REAL, ANY,
     .fallback = "0; with readout cosine: -1; with cost phase-cosine: -pi/2",
     .derived = "network.family network.outputs.readout learning.cost",
     .applies = "learning.cost: squared-error phase-cosine; task.goal: classes",
     .meaning = "target of the outputs of the other classes"},
    {"learning.targets.on", REAL, ANY, .fallback = "1; with cost phase-cosine: pi/2",
     .derived = "network.family network.outputs.readout learning.cost",
     .applies = "learning.cost: squared-error phase-cosine; task.goal: classes",
     .meaning = "target of the output of the sample's class"},
    {"learning.nudge", EPX_SCHEMA_SECTION, .meaning = "the nudged phases"},
    {"learning.nudge.beta", REAL, POSITIVE, .fallback = "0.02", .meaning = "strength of the nudge"},
    {"learning.nudge.scheme", WORD(scheme), .fallback = "one-sided for the cost phase-cosine, else centered",
     .derived = "learning.cost",
     .meaning = "one-sided: nudges beta and 0; centered: beta and -beta (smaller bias); with cost "
                "phase-cosine, -beta drives phases to the antiphase point"},
    {"learning.nudge.decay", REAL, .low = 0, .above = true, .high = 1, .fallback = "1",
     .meaning = "beta is multiplied by this after each epoch"},
    {"learning.nudge.quadrature", WORD(quadrature), .fallback = "sigma-y",
     .meaning = "estimator scattering: sigma-y injects the error a quarter turn ahead, sigma-x in phase"},
    {"learning.nudge.points", EPX_SCHEMA_INTEGER, .unit = "1", .low = 2, .high = 32, .fallback = "4",
     .meaning = "estimator holomorphic: number of nudges on the circle |beta|; even; the bias is of this "
                "order in beta"},
    {"learning.nudge.penalty", REAL, NOT_NEGATIVE, .fallback = "0.01",
     .meaning = "estimator homeostasis: weight of the penalty on the asymmetry of the response"},
    {"learning.nudge.shift", REAL, POSITIVE, .fallback = "0.01",
     .meaning = "estimators spsa and multiplexed: size of the parameter shifts"},
    {"learning.nudge.probes", COUNT, .low = 0, .fallback = "0",
     .meaning = "spsa: random draws per batch (0: 1); multiplexed: time slots per batch (0: a whole period)"},
    {"learning.optimizer", EPX_SCHEMA_SECTION, .meaning = "how parameters follow the gradient"},
    {"learning.optimizer.name", WORD(optimizer), .fallback = "adam",
     .meaning = "method to update the parameters; `epilux list optimizers`"},
    {"learning.optimizer.rate", REAL, POSITIVE, .fallback = "0.02", .meaning = "learning rate"},
    {"learning.optimizer.momentum", REAL, .low = 0, .high = 1, .below = true, .fallback = "0",
     .applies = "learning.optimizer.name: sgd",
     .meaning = "fraction of the last step that is added to the next"},
    {"learning.optimizer.beta1", REAL, .low = 0, .high = 1, .below = true, .fallback = "0.9",
     .applies = "learning.optimizer.name: adam",
     .meaning = "decay factor of the running mean of the gradient"},
    {"learning.optimizer.beta2", REAL, .low = 0, .high = 1, .below = true, .fallback = "0.999",
     .applies = "learning.optimizer.name: adam",
     .meaning = "decay factor of the running mean of the squared gradient"},
    {"learning.optimizer.epsilon", REAL, POSITIVE, .fallback = "1e-8",
     .applies = "learning.optimizer.name: adam", .meaning = "added to the root mean square gradient"},
    {"learning.optimizer.clip", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "largest norm of a gradient; a longer one is shortened to it; 0: none"},
    {"learning.optimizer.weight_decay", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "trained parameters of links lose rate * this of themselves beside each step, apart from the "
                "moments"},
    {"learning.optimizer.layer_rates", EPX_SCHEMA_REALS, .unit = "1", NOT_NEGATIVE, .optional = true,
     .example = "[1, 0.5]", .applies = "network.topology.kind: layered convolution",
     .meaning =
         "factors on the rate, one for each layer behind the first: of links into it and of its nodes"},
    {"learning.epochs", COUNT, .low = 0, .fallback = "150", .meaning = "passes through the training samples"},
    {"learning.batch", COUNT, .low = 0, .fallback = "0", .meaning = "samples per update; 0: all"},
    {"learning.decay", REAL, .low = 0, .above = true, .high = 1, .fallback = "1",
     .meaning = "factor on the rate, used by `learning.schedule`; 1: constant"},
    {"learning.schedule", EPX_SCHEMA_SECTION, .meaning = "how the rate follows the epochs"},
    {"learning.schedule.kind", WORD(rate), .fallback = "exponential",
     .meaning = "schedule of the learning rate; `epilux list schedules`"},
    {"learning.schedule.every", COUNT, .low = 1, .fallback = "1", .applies = "learning.schedule.kind: step",
     .meaning = "epochs between two steps of the rate"},
    {"learning.schedule.floor", REAL, .low = 0, .high = 1, .fallback = "0",
     .applies = "learning.schedule.kind: cosine",
     .meaning = "fraction of the rate that is left in the last epoch"},
    {"learning.schedule.warm_up", COUNT, .low = 0, .fallback = "0",
     .meaning = "epochs over which the rate rises to its value"},
    {"learning.patience", COUNT, .low = 0, .fallback = "0",
     .meaning = "stop an instance after this many epochs without a smaller validation loss, and return to "
                "its best parameters; 0: never"},
    {"learning.target_loss", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "stop training an instance when the loss of an epoch falls below this; 0: never"},
    {"learning.target_accuracy", REAL, .low = 0, .high = 1, .fallback = "0", .applies = "task.goal: classes",
     .meaning =
         "stop training an instance after the first epoch whose accuracy over the validation part is at "
         "least this; 0: never"},
    {"learning.train", WORDS(trainable), .fallback = "the family's, see network.parameters",
     .derived = "network.family", .meaning = "parameters that are trained"},
    PROTOCOL_ROWS

    {"equilibrium", EPX_SCHEMA_SECTION,
     .meaning =
         "how equilibria are found; times are in the family's unit. Thresholds are relative to the largest "
         "values of the same phase, so that results do not depend on the unit of rate or power"},
    ENGINE_ROW{"equilibrium.method", WORD(method), .fallback = "dynamics+newton",
               .meaning = "method to find an equilibrium; `epilux list methods`"},
    {"equilibrium.rtol", REAL, POSITIVE, .fallback = "1e-3",
     .meaning = "tolerance of the dynamics, relative to each component"},
    {"equilibrium.atol", REAL, POSITIVE, .fallback = "1e-3",
     .meaning =
         "tolerance of the dynamics, relative to the largest change so far of components of the same kind"},
    {"equilibrium.handover", REAL, .low = 0, .high = 1, .above = true, .below = true, .fallback = "1e-2",
     .applies = "equilibrium.method: dynamics+newton newton",
     .meaning =
         "Newton takes over when all rates of change are at most this fraction of the largest in the phase"},
    {"equilibrium.tolerance", REAL, .low = 1e-14, .high = INFINITY, .fallback = "1e-10",
     .meaning = "tolerance of the equilibrium: Newton's step relative to the largest component; with method "
                "dynamics, rates of change relative to the largest in the phase"},
    {"equilibrium.settled", REAL, .low = 0, .high = 1, .above = true, .below = true, .fallback = "1e-2",
     .meaning = "a network counts as settled (metric settling_time) when its distance from the final state "
                "stays below this fraction of the largest distance in the phase"},
    {"equilibrium.duration", EPX_SCHEMA_SECTION, .optional = true,
     .meaning = "fixed lengths of phases: states are read when the time is over, settled or not; without "
                "this section "
                "at rest"},
    {"equilibrium.duration.free", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "length of the free phase, in the family's unit of time; 0: until rest"},
    {"equilibrium.duration.step", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "of a machine that updates all nodes at once, in equal steps of this length: a phase is "
                "length / step of "
                "Euler's steps; 0: it moves continuously"},
    {"equilibrium.duration.nudged", REAL, NOT_NEGATIVE, .fallback = "0",
     .meaning = "length of a nudged phase; 0: until rest"},
    {"equilibrium.max_time", REAL, POSITIVE, .fallback = "2000",
     .meaning = "longest time to follow the dynamics; a network that has no equilibrium by then did not "
                "settle, or oscillates"},
    {"equilibrium.max_steps", COUNT, .low = 1, .fallback = "200000",
     .meaning = "largest number of steps of the dynamics"},
    {"equilibrium.max_newton", COUNT, .low = 1, .fallback = "20",
     .applies = "equilibrium.method: dynamics+newton newton",
     .meaning = "largest number of Newton iterations"},
    {"equilibrium.audit", REAL, .low = 0, .high = 1, .fallback = "0",
     .meaning = "fraction of the free equilibria that are solved again by pure dynamics; see metric "
                "audit_disagreements"},
    {"equilibrium.starts", COUNT, .low = 1, .fallback = "1",
     .meaning = "number of start states for counting coexisting equilibria; see metric equilibria_found"},
    {"equilibrium.require", REAL, .low = 0, .high = 1, .above = true, .fallback = "1",
     .meaning = "fraction of the evaluated samples that must have an equilibrium; with fewer, the trial "
                "fails. Samples without one always count as wrong"},
    {"equilibrium.escape", REAL, POSITIVE, .fallback = "1e6",
     .meaning = "a network has diverged when a component exceeds this many times the scale of the start: its "
                "largest component, or its largest rate times max_time if that is more"},

    NOISE_ROWS

    {"variation", EPX_SCHEMA_ROWS, .fallback = "[]",
     .example = "[{parameter: detuning, distribution: normal, sigma: 0.1, scope: local}]",
     .meaning = "how fabricated instances differ, one row per spread; a factor names a row by its number or "
                "its parameter: variation.detuning.sigma"},
    {"variation.*.parameter", WORD(parameter), .required = true, .meaning = "parameter of the family"},
    {"variation.*.distribution", WORD(distribution), .fallback = "normal",
     .meaning = "distribution of the draw"},
    {"variation.*.scope", WORD(scope), .fallback = "local",
     .meaning = "global: one draw per instance; local: one per node or link"},
    {"variation.*.effect", WORD(effect), .fallback = "add, but scale for lognormal",
     .derived = ".distribution", .meaning = "add: nominal value + draw; scale: nominal value * draw"},
    {"variation.*.mean", OWN_REAL, ANY, .fallback = "0 when added, 1 when scaling",
     .derived = ".distribution .effect", .applies = ".distribution: normal lognormal truncated-normal",
     .meaning = "mean of the draw; lognormal: its median"},
    {"variation.*.sigma", OWN_REAL, NOT_NEGATIVE, .required = true,
     .applies = ".distribution: normal lognormal truncated-normal",
     .meaning = "standard deviation of the draw; lognormal: that of its logarithm"},
    {"variation.*.low", OWN_REAL, ANY, .required = true, .applies = ".distribution: uniform truncated-normal",
     .example = "-0.1", .meaning = "lowest draw"},
    {"variation.*.high", OWN_REAL, ANY, .required = true,
     .applies = ".distribution: uniform truncated-normal", .example = "0.1", .meaning = "highest draw"},

    PROCESS_ROWS

        HARDWARE_ROWS

            ENERGY_ROWS

                REFERENCE_ROWS

    {"design", EPX_SCHEMA_SECTION, .meaning = "the design points: which settings are compared"},
    {"design.method", WORD(design), .fallback = "grid",
     .meaning = "method to choose the design points; `epilux list designs`"},
    {"design.points", POINTS, .low = 1, .required = true, .example = "64",
     .applies = "design.method: latin-hypercube sobol saltelli morris halton fractional-factorial",
     .meaning = "number of design points; sobol, fractional-factorial: a power of two; saltelli: base rows "
                "(a power of two) of "
                "factors + 2 points; morris: trajectories of factors + 1 points"},
    {"design.levels", POINTS, .low = 2, .fallback = "5",
     .applies = "design.method: grid one-at-a-time morris",
     .meaning = "number of values taken from each range that has no `levels` of its own"},
    {"design.scramble", EPX_SCHEMA_BOOLEAN, .fallback = "true",
     .applies = "design.method: sobol saltelli halton",
     .meaning = "Owen scrambling, of halton permuted digits, keyed by the seed"},
    {"design.criterion", WORD(criterion), .fallback = "random", .applies = "design.method: latin-hypercube",
     .meaning = "maximin: points are exchanged until the closest are far apart; at most some seconds"},
    {"design.centers", POINTS, .low = 0, .fallback = "1",
     .applies = "design.method: central-composite box-behnken",
     .meaning = "number of points in the middle of all factors"},
    {"design.alpha", REAL, POSITIVE, .optional = true, .example = "1",
     .applies = "design.method: central-composite",
     .meaning = "distance of the axial points, in that of the corners; 1: on the faces; rotatable, where it "
                "is left out"},
    {"design.path", EPX_SCHEMA_TEXT, .required = true, .example = "points.csv",
     .applies = "design.method: csv",
     .meaning =
         "file with a row per point and a column per factor, named by its path or the end of it; such as "
         "`epilux plan --csv` prints"},
    {"design.inner", EPX_SCHEMA_SECTION, .optional = true, .example = "{method: grid}",
     .meaning =
         "a second design, of the factors with `part: inner`: all its points at every point of the first"},
    {"design.inner.method", WORD(inner_design), .fallback = "grid", .meaning = "as design.method"},
    {"design.inner.points", POINTS, .low = 1, .required = true, .example = "8",
     .applies = "design.inner.method: latin-hypercube sobol halton fractional-factorial",
     .meaning = "number of its points"},
    {"design.inner.levels", POINTS, .low = 2, .fallback = "5", .applies = "design.inner.method: grid",
     .meaning = "number of values taken from each range that has no `levels` of its own"},
    {"design.random_numbers", WORD(random_numbers), .fallback = "common",
     .meaning = "common: the same fabricated instances at every design point; independent: new ones"},
    {"design.constraint", EPX_SCHEMA_TEXT, .optional = true,
     .example = "\"2 * network.inputs.scale < network.parameters.loss\"",
     .applies = "design.method: grid latin-hypercube sobol one-at-a-time list csv halton",
     .meaning = "points where this does not hold are left out, of list and csv refused: a formula over the "
                "factors, by their paths or "
                "the ends of them, in the units of `epilux plan`"},
    {"design.factors", EPX_SCHEMA_FACTORS, .fallback = "{}",
     .example = "{network.parameters.loss: {values: [0.5, 1, 2]}}",
     .meaning = "what is varied: path of a value in this deck -> list of values, or a range"},
    {"design.factors.*.values", EPX_SCHEMA_REALS, .optional = true, .example = "[0.5, 1, 2]",
     .meaning = "list of values: numbers or words"},
    {"design.factors.*.low", OWN_REAL, ANY, .optional = true, .example = "0.1",
     .meaning = "lowest value of a range; integers from low to high are equally likely"},
    {"design.factors.*.high", OWN_REAL, ANY, .optional = true, .example = "2",
     .meaning = "highest value of a range"},
    {"design.factors.*.scale", WORD(scale), .optional = true, .example = "log",
     .meaning = "spacing of the range: linear (default) or log"},
    {"design.factors.*.distribution", WORD(factor_distribution), .optional = true, .example = "normal",
     .meaning = "how values spread: uniform from low to high (default), or normal, lognormal (mean, sigma), "
                "triangular (low, high, mode), truncated-normal (mean, sigma, low, high)"},
    {"design.factors.*.mean", OWN_REAL, ANY, .optional = true, .example = "1",
     .meaning =
         "mean of the distribution; of a lognormal its median; of truncated-normal that before it is cut"},
    {"design.factors.*.sigma", OWN_REAL, NOT_NEGATIVE, .optional = true, .example = "0.1",
     .meaning = "standard deviation; of a lognormal that of the logarithm"},
    {"design.factors.*.mode", OWN_REAL, ANY, .optional = true, .example = "0.8",
     .meaning = "most probable value of a triangular distribution"},
    {"design.factors.*.levels", POINTS, .low = 2, .optional = true, .example = "4",
     .meaning = "number of values taken from the range, instead of design.levels"},
    {"design.factors.*.along", EPX_SCHEMA_SECTION, .optional = true,
     .example = "{network.inputs.scale: [0.4, 0.8, 1.6]}",
     .meaning = "further paths that change together with the factor: path -> a list as long as `values`"},
    {"design.factors.*.part", WORD(part), .optional = true, .example = "inner",
     .meaning = "which of two nested designs places the factor: outer (default) or inner"},
    {"design.correlation", EPX_SCHEMA_ROWS, .fallback = "[]",
     .example = "[{first: network.parameters.loss, second: network.inputs.scale, r: 0.5}]",
     .applies = "design.method: latin-hypercube sobol halton",
     .meaning = "which factors vary together, one row a pair; the others are independent"},
    {"design.correlation.*.first", EPX_SCHEMA_TEXT, .required = true, .example = "network.parameters.loss",
     .meaning = "path of a factor"},
    {"design.correlation.*.second", EPX_SCHEMA_TEXT, .required = true, .example = "network.inputs.scale",
     .meaning = "path of another"},
    {"design.correlation.*.r", REAL, .low = -1, .high = 1, .above = true, .below = true, .required = true,
     .example = "0.5",
     .meaning = "correlation of the normal variables behind them (Gaussian copula); their ranks correlate by "
                "6/pi asin(r/2)"},
    {"design.rows", EPX_SCHEMA_POINTS, .required = true, .example = "[[0.5], [1.2]]",
     .applies = "design.method: list csv",
     .meaning = "the points of method list: each a list of the factors' values, in their order, or a map "
                "from their paths; of csv "
                "they are read from the file"},

    {"population", EPX_SCHEMA_SECTION, .meaning = "fabricated copies of each design point's network"},
    {"population.instances", COUNT, .low = 1, .fallback = "32", .meaning = "instances per design point"},
    {"population.sampling", EPX_SCHEMA_SECTION, .optional = true, .words = epx_words_get_sampling,
     .example = "nested",
     .meaning = "with a process: which lots, wafers and dies the instances come from; one of the words "
                "process and wafer, or {lots: L, wafers: W}; default process"},
    {"population.sampling.kind", WORD(sampling), .fallback = "process",
     .meaning = "process: each instance has its own lot and wafer, and a random die, so the yield is that of "
                "the process; nested: a few lots and their wafers; wafer: random dies of one wafer, so the "
                "yield is that of this wafer"},
    {"population.sampling.lots", COUNT, .low = 1, .required = true, .applies = ".kind: nested",
     .example = "10",
     .meaning = "number of lots; with fewer than 10 the interval of the yield is rough; with 1 the yield is "
                "that of this lot"},
    {"population.sampling.wafers", COUNT, .low = 1, .fallback = "1", .applies = ".kind: nested",
     .meaning = "wafers per lot"},
    {"population.block", COUNT, .low = 0, .fallback = "0",
     .meaning = "instances solved together; 0: chosen automatically"},
    RANKS_ROW

        PETSC_ROWS

    {"run", EPX_SCHEMA_SECTION, .meaning = "how a campaign is run; these keys change no result"},
    {"run.checkpoint", EPX_SCHEMA_REAL, .unit = "s", NOT_NEGATIVE, .fallback = "60",
     .meaning = "save the state of running trainings at this interval, so that a resumed run continues them; "
                "0: never"},

    {"metrics", WORDS(metric),
     .fallback = "accuracy (real targets: mean_squared_error), loss, gradient_cosine, settling_time, "
                 "energy_per_inference",
     .derived = "task.goal", .meaning = "what is measured; `epilux list metrics`"},
    {"curves", WORDS(curve), .fallback = "[]", .example = "[loss, accuracy]",
     .meaning = "learning curves to save"},
    {"keep_parameters", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .meaning = "save the trained parameters (/parameters), for `network.start`"},
    {"keep_variation", EPX_SCHEMA_BOOLEAN, .fallback = "false",
     .meaning =
         "save the drawn values of varied parameters; with a process, also the properties of each ring"},
    FIELDS_ROW{"yield", EPX_SCHEMA_SECTION, .optional = true,
               .meaning = "share of good instances; without this section no yield is computed"},
    {"yield.metric", WORD(metric), .required = true, .example = "accuracy",
     .meaning = "metric that decides whether an instance is good"},
    {"yield.at_least", REAL, ANY, .optional = true, .example = "0.95", .meaning = "good: metric >= this"},
    {"yield.at_most", REAL, ANY, .optional = true, .example = "0.1",
     .meaning = "good: metric <= this; instead of `at_least`"},
    {"yield.confidence", REAL, .low = 0, .high = 1, .above = true, .below = true, .fallback = "0.95",
     .meaning = "confidence level of the interval, two-sided"},
    {"yield.interval", WORD(interval), .fallback = "wilson", .meaning = "kind of interval"},
    DECIDE_ROWS SEARCH_ROWS{
        "continuation", EPX_SCHEMA_SECTION, .optional = true,
        .meaning = "the parameter that `epilux simulate` sweeps up and down; without this section it follows "
                   "one transient"},
    {"continuation.parameter", EPX_SCHEMA_TEXT, .required = true, .example = "network.inputs.scale",
     .meaning = "path of a value of this deck"},
    {"continuation.from", REAL, ANY, .required = true, .example = "0.5",
     .meaning = "start of the upward sweep, in the unit of that parameter"},
    {"continuation.to", REAL, ANY, .required = true, .example = "3",
     .meaning = "end of the upward sweep, where the downward sweep starts"},
    {"continuation.steps", EPX_SCHEMA_INTEGER, .unit = "1", .low = 1, .high = 10000, .fallback = "40",
     .meaning = "steps of one sweep"},
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
  static const char *const fixed[] = {"study.name",   "design",         "population",      "petsc",
                                      "run",          "metrics",        "curves",          "yield",
                                      "quantiles",    "keep_variation", "keep_parameters", "keep_fields",
                                      "continuation", "decide",         "search"};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
    const size_t length = strlen(fixed[i]);
    if (strncmp(entry->path, fixed[i], length) == 0 && (entry->path[length] == '.' || !entry->path[length]))
      return false;
  }
  return entry->type == EPX_SCHEMA_TEXT || entry->type == EPX_SCHEMA_WORD ||
         entry->type == EPX_SCHEMA_BOOLEAN || entry->type == EPX_SCHEMA_INTEGER ||
         entry->type == EPX_SCHEMA_REAL || entry->type == EPX_SCHEMA_VALUE;
}
