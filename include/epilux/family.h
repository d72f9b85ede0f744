/** @file
 * Families: one struct of functions is one kind of photonic network. This header is all that your own family
 * needs: a plugin is a shared object that defines
 *
 *   const epx_family epx_plugin_family = {.abi = EPX_FAMILY_ABI, .name = "…", …};
 *
 * and calls functions of the library (epx_lanes_…) without linking it. inputs/plugins has one; a deck loads it by
 * `network: {family: plugin, plugin: PATH}`. Programs that call the library include epilux/epilux.h.
 *
 * A family defines the dynamics  ds/dt = F(s; theta, input)  of a network of n_free nodes with `components`
 * real numbers each:  state row = components * r + c  for free node r (network->free_nodes[r] is its node)
 * and component c.
 *
 * Learning needs to know how F is made from forces. Every family writes its field as
 *
 *   F = Q G(s),      Q constant and invertible, G the generalised force,
 *
 * and, where there is an energy (or Hamiltonian) E,  G = grad E + R s  with R antisymmetric: loss in the
 * Hamiltonian frame, what only turns the light in the gradient frame. (Where what turns it depends on the
 * light, as in lasers, R s is any force that no energy has.)
 *
 *   EPX_FRAME_GRADIENT     Q = -1:        ds/dt = -grad E - R s;  where R = 0, E falls
 *   EPX_FRAME_HAMILTONIAN  Q = Omega:     (Re, Im) pairs, Omega (x, p) = (-p, x), multiplication by i
 *   EPX_FRAME_FIELD        Q = -1:        no energy: G = -F
 *
 * Some states move more readily than others (a modulator's response falls off at the ends of its flank). Such
 * a family has a mobility P(s), diagonal, its entry P_r a function of state row r alone and of no trainable
 * parameter:  F = Q P(s) G,  Q = -1. Equilibria and M are those of G; without it, P = 1.
 *
 * A nudge of strength beta, which lowers the cost C, enters as  F + beta Q P grad C,  i.e. E -> E + beta C.
 * With M = dG/ds and c = dC/ds, the gradient of C at the equilibrium is
 *
 *   dC/dtheta = y' dG/dtheta,  y = -M^-T c.
 *
 * Source: equilibrium propagation, Scellier2017; Hamiltonian frame and reciprocity, DalCin2025.
 */
#ifndef EPILUX_FAMILY_H
#define EPILUX_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/base/isa.h"
#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct epx_lanes;
struct epx_network;

/** Version of the struct's layout; a plugin with another version is refused. */
#define EPX_FAMILY_ABI 5

/** Most parameters a family may have. */
#define EPX_FAMILY_MAX_PARAMETERS 16

typedef enum { EPX_SITE_NODE, EPX_SITE_LINK } epx_site;

typedef struct {
  const char *name;
  const char *unit;    /* UDUNITS; "1" for rates and amplitudes in the family's normalised units */
  epx_site site;       /* one value a node, or one a link */
  double fallback;     /* the value if the deck gives none */
  double low, high;    /* values outside are refused */
  bool trainable;      /* may be listed in learning.train */
  bool trained;        /* is listed there by default */
  const char *meaning; /* one line, with the symbol used in the equation */
} epx_parameter;

/** A named set of parameter values: a published device. */
typedef struct {
  const char *name;     /* the deck's word for network.preset */
  const char *summary;  /* one line, with the source */
  const double *values; /* [n_parameters] */
  const char *core;     /* what its guides are of, a word of process.sensitivity.material; NULL: not known */
  double length;        /* of a resonator's guide, once around [m]; 0: not known */
} epx_preset;

/** Most kinds of devices a family may be made of. */
#define EPX_FAMILY_MAX_DEVICES 8

/** A kind of device that a family's networks are made of, one a node or one a link. The deck's `process` places
 * them, kind after kind in the order of the table, and draws what fabrication makes of each. Kinds with a shift
 * that a parameter follows stand before the others. */
typedef struct {
  const char *name; /* "ring" */
  epx_site site;
  bool
      paired; /* two guides, placed one after the other: the shift that counts is the first's less the second's,
                  as of an interferometer's arms; loss and coupler are those of their mean */
} epx_family_device;

/** How a parameter p follows a device of its own node or link. With s the shift of the device's resonance [m], > 0
 * to the red, after trimming and heating and less the laser's; f the factor of the row; d the deviations; b the
 * change of a coupler's angle, exp(-decay (d gap - d width) - width_slope d width). X(name, moved by, equation) */
#define EPX_FOLLOWS(X)                                                                                       \
  X(EPX_FOLLOW_FREQUENCY, EPX_BY_SHIFT, "p + f (2 pi c / lambda^2) s / rate")                                \
  X(EPX_FOLLOW_WAVELENGTH, EPX_BY_SHIFT, "p + f s")                                                          \
  X(EPX_FOLLOW_LINEWIDTH, EPX_BY_SHIFT, "p + f s / (lambda / Q), Q that of the loaded resonator")            \
  X(EPX_FOLLOW_PHASE, EPX_BY_SHIFT, "p + f 2 pi s / spectral range")                                         \
  X(EPX_FOLLOW_LOSS, EPX_BY_LOSS | EPX_BY_COUPLER, "p times the change of a resonator's loss of energy")     \
  X(EPX_FOLLOW_BUS, EPX_BY_COUPLER, "p times the change of the rate into a bus")                             \
  X(EPX_FOLLOW_GUIDE, EPX_BY_LOSS, "p exp(d loss)")                                                          \
  X(EPX_FOLLOW_EXCHANGE, EPX_BY_COUPLER, "p b, of a link, b of the mean of the devices at its two nodes")    \
  X(EPX_FOLLOW_SPLITTER, EPX_BY_COUPLER, "p + f (pi/4) (b - 1), of a coupler that halves the light")         \
  X(EPX_FOLLOW_DEPTH, EPX_BY_LOSS | EPX_BY_COUPLER, "p times the change of 4 k_i k_c / (k_i + k_c)^2")       \
  X(EPX_FOLLOW_THRESHOLD, EPX_BY_LOSS | EPX_BY_COUPLER,                                                      \
    "(p + f) over the change of a resonator's loss, - f")                                                    \
  X(EPX_FOLLOW_CURRENT, EPX_BY_CURRENT, "(p + 1) exp(f d current) - 1, a pump beyond its threshold")         \
  X(EPX_FOLLOW_PUMP, EPX_BY_CURRENT, "p exp(f d current), a pump over its threshold")

/** What moves it: shifts are made by width, thickness, etch, index and temperature, couplers by gap and width. */
enum { EPX_BY_SHIFT = 1, EPX_BY_COUPLER = 2, EPX_BY_LOSS = 4, EPX_BY_CURRENT = 8 };

typedef enum {
#define EPX_FOLLOW_ENUM(name, by, equation) name,
  EPX_FOLLOWS(EPX_FOLLOW_ENUM)
#undef EPX_FOLLOW_ENUM
      EPX_FOLLOW_COUNT
} epx_follow;

/** A row of a family's table of fabrication. EPX_FOLLOW_EXCHANGE is of a parameter of links and a device of nodes;
 * of all others parameter and device have one site. */
typedef struct {
  int parameter, device; /* indices of the family's tables */
  epx_follow follow;
  double factor;
} epx_family_response;

/** How the outputs are read: r = scale * (…) of each output node, s0 and s1 its first components.
 * X(name, deck name, meaning) */
#define EPX_READOUTS(X)                                                                                      \
  X(EPX_READ_INTENSITY, "intensity", "scale |a|^2, a photodetector")                                         \
  X(EPX_READ_QUADRATURE, "quadrature", "scale Re a, homodyne detection")                                     \
  X(EPX_READ_PHASE, "phase", "scale phi, phi in -pi ... pi")                                                 \
  X(EPX_READ_SINE, "sine", "scale sin phi, interference with a reference")                                   \
  X(EPX_READ_COSINE, "cosine", "scale cos phi, interference with a reference")                               \
  X(EPX_READ_AMPLITUDE, "amplitude", "scale x, a real amplitude")                                            \
  X(EPX_READ_PORT_INTENSITY, "port-intensity", "scale |a_out|^2, a photodetector behind the node's port")    \
  X(EPX_READ_PORT_QUADRATURE, "port-quadrature", "scale Re a_out, homodyne detection behind the port")       \
  X(EPX_READ_BALANCED, "balanced-pair",                                                                      \
    "scale (|a_+|^2 - |a_-|^2), two photodetectors in difference: two nodes an output")                      \
  X(EPX_READ_EMISSION, "emission", "scale y, the light that a modulator lets through to the other nodes")

typedef enum {
#define EPX_READOUT_ENUM(name, text, meaning) name,
  EPX_READOUTS(EPX_READOUT_ENUM)
#undef EPX_READOUT_ENUM
      EPX_READ_COUNT
} epx_readout_kind;

/** The bit of a readout in epx_family.readouts. Of a family whose intensity is read, balanced pairs are, too.
 */
#define EPX_READS(kind) (1u << (kind))

/** How a feature enters its node. X(name, deck name, meaning) */
#define EPX_ENCODINGS(X)                                                                                     \
  X(EPX_ENCODE_AMPLITUDE, "amplitude", "scale times the feature: a drive, or as the family says")            \
  X(EPX_ENCODE_PHASE, "phase", "a drive of magnitude scale, its phase a right angle times the feature")      \
  X(EPX_ENCODE_DETUNING, "detuning",                                                                         \
    "scale times the feature shifts the node's detuning; what lights it is its bias")

typedef enum {
#define EPX_ENCODING_ENUM(name, text, meaning) name,
  EPX_ENCODINGS(EPX_ENCODING_ENUM)
#undef EPX_ENCODING_ENUM
      EPX_ENCODE_COUNT
} epx_encoding;

/** The bit of an encoding in epx_family.encodings. */
#define EPX_ENCODES(encoding) (1u << (encoding))

typedef enum { EPX_FRAME_GRADIENT, EPX_FRAME_HAMILTONIAN, EPX_FRAME_FIELD } epx_frame;

/** What a component of the state is. Components of one kind share one scale, so that slow heat is not hidden
 * by fast light. An angle is counted modulo 2 pi, and its scale is 1 rad. */
typedef enum {
  EPX_KIND_FIELD, /* amplitudes, quadratures, and what else has one unit for all nodes */
  EPX_KIND_ANGLE,
  EPX_KIND_CARRIERS,
  EPX_KIND_TEMPERATURE,
  EPX_KIND_VOLTAGE,
  EPX_KIND_COUNT
} epx_kind;

/** Most components a node and most input rows a family with a link law may have. */
#define EPX_LINK_MAX_ROWS 4

/**
 * How a link acts, where a network is too large for a dense coupling matrix: what the nodes at the other ends
 * of its links send to node i is one more input of it,
 *
 *   input_i -> input_i + sum over links of J_ij x_j,   x_j = x(s_j) what node j sends,
 *
 * so that the family's functions, called for lanes of a network of one node, are right for every node of a
 * large one: each lane a node, lanes->input what it receives. All functions take one node, row-major.
 */
typedef struct {
  void (*eval_sent)(const double *s, double *x);           /* s [components], x [input_rows] */
  void (*eval_sent_slope)(const double *s, double *slope); /* dx/ds [input_rows][components] */
  void (*eval_reception)(const double *s, double *slope);  /* dF/dinput [components][input_rows] at s */
  double energy;     /* dE/dJ_ij = energy * x_i . x_j; 0 where there is no energy */
  bool linear;       /* neither slope depends on s */
  bool bounds_stand; /* the largest of the nodes' own abscissa bounds bounds the network's */
} epx_link_law;

typedef struct epx_family {
  int abi;              /* EPX_FAMILY_ABI */
  const char *name;     /* the deck's word */
  const char *summary;  /* one line */
  const char *equation; /* plain text, one or more lines */
  const char *units;    /* the unit system, one line; "time us, …" where time has a unit */
  const char *source;   /* keys of references.bib */
  const char *nudge;    /* what a nudge is physically, one line */
  const char *exact;    /* where plain equilibrium propagation is exact, one line */

  int n_parameters;
  const epx_parameter *parameters; /* [n_parameters]; the first with site EPX_SITE_LINK is the coupling, there
                                      must be one; further ones act along the same links */
  int skew; /* the link parameter K_ij, i < j, that makes the coupling differ from one direction to the other:
               J_ij + K_ij into i, J_ij - K_ij into j; 0: none, links are reciprocal */
  int n_presets;             /* 0: none */
  const epx_preset *presets; /* [n_presets]; the first holds the fallbacks */

  int components;     /* real state components of a free node */
  bool clamps_inputs; /* inputs fix their nodes' state (true) or drive them (false) */
  epx_frame frame;
  const signed char
      *conjugation;           /* [components]: sign of each component under complex conjugation; NULL: none */
  const unsigned char *kinds; /* [components]: epx_kind of each; NULL: all are EPX_KIND_FIELD */
  int input_rows;             /* rows of lanes a node has in epx_lanes.input */
  bool drives_ports;          /* light enters through ports alone: a node that is driven needs one */
  bool stiff;                 /* its rates differ so much that the dynamics need an implicit integrator */
  unsigned readouts;          /* EPX_READS() of each it has */
  epx_readout_kind readout;   /* default of a deck */
  unsigned encodings; /* EPX_ENCODES() of each beside amplitude, which all have; those of detuning need the
                         parameter `detuning` */
  double input_scale; /* what a deck gets that gives none; as network_spec.input_scale */
  double coupling_spread; /* of the random coupling a deck gets that gives none */

  /** Sets the start of the dynamics: y [n_state][n_lanes]; rest, or random phases drawn by the keyed stream
   * `seed`, one for each node and sample (epx_lanes_get_sample_key()): the same for every instance and for any
   * number of lanes. */
  void (*set_start)(const struct epx_lanes *lanes, unsigned long long seed, double *y);

  /** Evaluates f = F(y), both [n_state][n_lanes]. work has room for 4 n_nodes components n_lanes doubles.
   * Every lane's bits depend on that lane alone: not on its place, not on n_lanes. */
  void (*eval_field)(const struct epx_lanes *lanes, const double *y, double *f, double *work);

  /** Evaluates dF/ds of `width` neighbouring lanes from `lane` on: jacobian[(row * n_state + column) * width
   * + w]. width is 1 or EPX_LANE_WIDTH (then lane is a multiple of it). */
  void (*eval_jacobian)(const struct epx_lanes *lanes, const double *y, int lane, int width,
                        double *jacobian);

  /** Evaluates the mobility of one state row, P_r, and its slope dP_r/ds_r (NULL: not wanted), of `width`
   * lanes from `lane` on: [width] each. Where P_r > 0 an energy falls; not 0. NULL: P = 1. */
  void (*eval_mobility)(const struct epx_lanes *lanes, const double *y, int row, int lane, int width,
                        double *mobility, double *slope);

  /** Adds weight[lane] * v' dG/dtheta of each lane to its instance's gradient [n_instances][n_theta], for the
   * parameters of every kind, trainable or not; samples are summed in a fixed order. v and y
   * [n_state][n_lanes], weight [n_lanes]: 0 leaves a lane out, whatever its y and v hold; the padding is
   * always left out. */
  void (*add_force_gradient)(const struct epx_lanes *lanes, const double *y, const double *v,
                             const double *weight, double *gradient);

  /** Adds weight[lane] * dE/dtheta at fixed s of each lane to its instance's gradient, as add_force_gradient
   * does. Zero for parameters that enter G through R s alone (loss). NULL where there is no energy. */
  void (*add_energy_gradient)(const struct epx_lanes *lanes, const double *y, const double *weight,
                              double *gradient);

  /** Evaluates E of each lane: energy [n_lanes]. NULL where there is no energy. */
  void (*eval_energy)(const struct epx_lanes *lanes, const double *y, double *energy);

  /** Evaluates out = (M - M') v at y, both [n_state][n_lanes]: twice the antisymmetric part of the force's
   * Jacobian, what the time-reversed learning phase takes away. NULL: zero (a pure gradient family). (Where
   * there is a mobility, M and (Q P)^-1 dF/ds differ on the diagonal alone, and not at equilibria.) */
  void (*eval_antisymmetric)(const struct epx_lanes *lanes, const double *y, const double *v, double *out);

  /** Evaluates an upper bound of the largest real part of dF/ds of each lane: bound [n_lanes] (cheap,
   * O(n_state) a lane; e.g. the logarithmic norm). NULL: no bound is known, the spectrum is always computed.
   */
  void (*eval_abscissa_bound)(const struct epx_lanes *lanes, const double *y, double *bound);

  /** Sets lanes->input [n_nodes][input_rows][n_lanes], what the field holds that no state changes, from
   * lanes->features, network->input_scale and the parameters, padding included. Called by
   * epx_lanes_set_parameters() and epx_lanes_set_samples(); may use lanes->scratch. */
  void (*set_input)(struct epx_lanes *lanes);

  /** Evaluates the optical power that enters each lane, in the family's unit: power [n_lanes]. NULL: not
   * known. */
  void (*eval_power)(const struct epx_lanes *lanes, const double *y, double *power);

  /** Evaluates what leaves a node's port, a_out = gain a + through, of `width` lanes from `lane` on: gain
   * [width] real, through [2][width] (Re, Im); both 0 where the node's parameter `coupling_loss` is 0. All
   * light that drives the node comes in by the port, so that light is conserved: |a_in|^2 - |a_out|^2 is what
   * the node and its links take. NULL: no ports. */
  void (*eval_port)(const struct epx_lanes *lanes, int node, int lane, int width, double *gain,
                    double *through);

  /** Evaluates d Re(through) / d bias of a node, [width]; no other trainable parameter changes what leaves a
   * port at fixed s. NULL: nor does `bias`. */
  void (*eval_port_slope)(const struct epx_lanes *lanes, int node, int lane, int width, double *slope);

  /** Evaluates what a node sends, y_i = sigma(its first component), and its first and second derivative, of
   * `width` lanes from `lane` on: [width] each; slope and curvature may be NULL. For the readout emission;
   * NULL where that is not read. */
  void (*eval_emission)(const struct epx_lanes *lanes, const double *y, int node, int lane, int width,
                        double *value, double *slope, double *curvature);

  /** Counts the numbers that the family makes of an instance's parameters once, for its field to use. NULL:
   * 0.
   */
  size_t (*count_derived)(const struct epx_network *network);

  /** Sets them, lanes->derived, from the parameters; called before set_input() whenever those were laid. May
   * use lanes->scratch. */
  void (*set_derived)(struct epx_lanes *lanes);

  /** How its links act, for networks that are distributed over ranks. They need eval_antisymmetric to act on
   * each node alone. NULL: the family has no such law, its networks stay on one core. */
  const epx_link_law *link_law;

  /** What fabrication moves: the devices that a network is made of, and how its parameters follow them. 0: none, and
   * `process` and `network.device` are refused. */
  int n_devices, n_responses;
  const epx_family_device *devices;     /* [n_devices] */
  const epx_family_response *responses; /* [n_responses] */
} epx_family;

/* Every function may use lanes->scratch, which is theirs alone: lanes serve one thread at a time. */

/** Gets the i-th built-in family, NULL past the last. */
const epx_family *epx_family_get(int i);

/** Gets a built-in family by its deck name, NULL when there is none. */
const epx_family *epx_family_get_by_name(const char *name);

/** Gets the index of a parameter by name, -1 when the family has none of that name. */
int epx_family_get_parameter(const epx_family *family, const char *name);

/** Gets the readouts of a family: its own and what follows from them. */
unsigned epx_family_get_readouts(const epx_family *family);

/** Gets the unit of time and that of eval_power(), as `units` says: "time us, …", "… power uW"; "1" where the
 * family is normalised. */
const char *epx_family_get_time_unit(const epx_family *family);
const char *epx_family_get_power_unit(const epx_family *family);

/** Gets the index of the coupling, the first parameter of links. */
int epx_family_get_coupling(const epx_family *family);

/** Gets a preset by name, NULL when the family has none of that name. */
const epx_preset *epx_family_get_preset(const epx_family *family, const char *name);

/** Which pairs of nodes are linked. Links are undirected; link l joins nodes i < j, sorted by (i, j). */
typedef struct {
  int i, j; /* i < j */
} epx_link;

typedef struct {
  int n_nodes;
  size_t n_links;
  epx_link *links;   /* [n_links], sorted by (i, j), no duplicates */
  double *couplings; /* [n_links], what an edge list says of each; NULL where nothing does */
  int *tie;          /* [n_links], which entry of all kernels a link is, -1: none; NULL: no convolution */
  int *channel;      /* [n_nodes], which channel of all maps a node is of, -1: none; likewise */
  int n_layers;      /* layered, convolution: with the inputs, and every map one; 0: no layers */
  int *layer;        /* [n_nodes], from 0; NULL: no layers */
} epx_topology;

/** Gets the index of the link between two nodes, in either order, -1 when they are not linked. O(log
 * n_links). */
long epx_topology_get_link(const epx_topology *topology, int i, int j);

/** Network: the structure that all instances of a design point share: family, topology, which nodes are inputs
 * and outputs, how the light is read; and the layout of an instance's parameter vector theta. */
typedef struct epx_network {
  const epx_family *family;
  epx_topology *topology;
  int n_nodes, n_free, n_state; /* n_state = components * n_free */
  int *free_nodes;              /* [n_free]: node of free row r */
  int *row_of_node;             /* [n_nodes]: free row, -1 for a clamped node */
  int n_inputs, n_outputs;
  int n_probes;                    /* nodes that are read: n_outputs, of balanced pairs 2 n_outputs */
  int *input_nodes, *output_nodes; /* [n_inputs], [n_probes] */
  epx_encoding encoding;
  double input_scale, readout_scale;
  epx_readout_kind readout;
  size_t n_theta;                           /* parameters of one instance */
  size_t offset[EPX_FAMILY_MAX_PARAMETERS]; /* parameter p: theta[offset[p] + node or link] */
  size_t count[EPX_FAMILY_MAX_PARAMETERS];  /* n_nodes or n_links */
  int coupling;                             /* the index of the coupling, the first link parameter */
  int skew;                                 /* family->skew, -1 where it has none */
  size_t *tie; /* [n_theta]: the first of the entries that are learnt as one with this; NULL: none are */
} epx_network;

/**
 * Lanes: many networks of one structure side by side, as the kernels see them.
 *
 * A lane is one network with one input sample. Lanes lie fastest in memory and are padded to whole vectors:
 *
 *   lane = i_instance * n_samples + i_sample,   n_used = n_instances * n_samples <= n_lanes,
 *   n_lanes = n_used rounded up to a multiple of EPX_LANE_WIDTH
 *
 * The padding repeats the last used lane, so that it is never harder to integrate than the rest, and its
 * results are dropped. Everything of a node or state component is a row of lanes, x[row * n_lanes + lane].
 * A lane's bits depend on its own numbers and on the instruction set in use, never on its place or on
 * n_lanes. Every array of lanes is aligned to 64 bytes.
 */
typedef struct epx_lanes {
  const epx_network *network; /* borrowed: outlives the lanes */
  int n_instances, n_samples, n_used, n_lanes;
  int max_samples, max_lanes; /* as created: n_samples and n_lanes never exceed them */

  /** True when all lanes have one coupling matrix (one instance, many samples: a matrix–matrix product);
   * false when each lane has its own (many instances, few samples). Never changes. */
  bool shared;

  /** Dense coupling, zero where there is no link and on the diagonal; symmetric but for families with a skew,
   * which is in it: J[i][j] acts on i. shared: [n_nodes][n_nodes],
   * J[i * n_nodes + j]; own: [n_nodes][n_nodes][n_lanes], J[(i * n_nodes + j) * n_lanes + lane]. */
  double *coupling;

  /** False of a parameter that is 0 everywhere: a family may leave out what it does. [n_parameters] */
  bool *active;

  /** Node parameters, always of each lane: node[p][i * n_lanes + lane], p an index of family->parameters;
   * NULL for those of links. */
  double **node;

  double *features; /* [n_samples][n_inputs], as last set */

  /** What the field holds that no state changes, in the family's terms, made from the features and the
   * parameters by family->set_input: [n_nodes][family->input_rows][n_lanes]. */
  double *input;

  /** What the family makes of the parameters, family->set_derived: [count_derived][depth], depth 1 when
   * shared, else n_lanes. NULL where it makes nothing. */
  double *derived;

  double *theta;   /* [n_instances][n_theta], as last set */
  int *all_nodes;  /* 0 … n_nodes-1 */
  double *scratch; /* room for EPX_LANES_SCRATCH n_nodes n_lanes doubles, for the family's functions */

  const int *sample_keys; /* [n_samples] what the random start of each sample is drawn by; NULL: its place */
} epx_lanes;

#define EPX_LANES_SCRATCH 10

/** Gets the sample of a lane; the padding has the last one. */
int epx_lanes_get_sample(const epx_lanes *lanes, int lane);

/** Gets what the random start of a lane is drawn by: the key of its sample. */
int epx_lanes_get_sample_key(const epx_lanes *lanes, int lane);

/** Gets where the coupling J_ij of the lanes from `lane` on stands: that of lane + w is [w * *step]. */
const double *epx_lanes_get_coupling(const epx_lanes *lanes, int i, int j, int lane, int *step);

/** Evaluates out[i][f][lane] = sum over nodes j of J_ij x[j][f][lane], for `n_fields` fields at once:
 * x [n_nodes][n_fields][n_lanes], out [n_nodes][n_fields][n_lanes], not overlapping. The sum runs over j in
 * order. The hot kernel: O(n_nodes^2 n_fields n_lanes). */
void epx_lanes_eval_coupling(const epx_lanes *lanes, int n_fields, const double *x, double *out);

/** Evaluates the same from some nodes into others: the sum runs over j in from[n_from], in that order, and
 * out is written for i in into[n_into] alone. x and out are indexed by node as above; other nodes' rows are
 * not touched. */
void epx_lanes_eval_coupling_between(const epx_lanes *lanes, int n_into, const int *into, int n_from,
                                     const int *from, int n_fields, const double *x, double *out);

/** Sets row [width] to link parameter p of link l in the lanes from `lane` on, n_lanes at most. For those
 * beside the coupling, which has a matrix. O(width). */
void epx_lanes_lay_link(const epx_lanes *lanes, int p, size_t l, int lane, int width, double *row);

/** Adds to the gradient [n_instances][n_theta] of link parameter p, of every link (i, j), for each instance:
 *   sum over its lanes and the fields f of  u[i][f] x[j][f] + u[j][f] x[i][f].
 * u, x [n_nodes][n_fields][n_lanes], finite; u is zero in lanes that are left out, the padding among them.
 * `row` [n_lanes] is overwritten. O(n_links n_fields n_lanes). */
void epx_lanes_add_link_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient);

/** Adds the same of the skew, which acts on i and against j: of u[i][f] x[j][f] - u[j][f] x[i][f]. */
void epx_lanes_add_skew_gradient(const epx_lanes *lanes, int p, int n_fields, const double *u,
                                 const double *x, double *row, double *gradient);

/** Adds to the gradient [n_instances][n_theta] of parameter p at node i (of links: at link i), for each
 * instance, the sum over its lanes of weight[lane] row[lane], lanes of weight 0 and the padding left out.
 * `row` [n_lanes] is overwritten. O(n_lanes). */
void epx_lanes_add_node_gradient(const epx_lanes *lanes, int p, int i, const double *weight, double *row,
                                 double *gradient);

#ifdef __cplusplus
}
#endif

#endif
