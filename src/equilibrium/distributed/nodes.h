/** @internal @file
 * Nodes: the part of a sparse network that one rank owns, and what it exchanges with the others.
 *
 * Each owned free node is a lane of a network of one node, so that the family's own functions serve; what its
 * links bring is added to the lane's input (epx_link_law). Arrays of nodes are interleaved,
 * a[r * components + c]; arrays of lanes are a[c * n_lanes + r].
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_NODES_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_NODES_H

#include <petscsf.h>

#include "equilibrium/distributed/distributed.h"
#include "equilibrium/distributed/node_kernel.h"

/* Links of owned row r: entries start[r] … start[r+1]-1, in the order of the nodes at their other ends. `column` counts
 * owned rows, then ghosts, then clamped inputs. */
typedef struct {
  int *start, *column, *link;
  double *coupling;
  int further; /* a parameter of links beside the coupling that is not 0, as last set; -1: none */
} epx_nodes_links;

/* What nodes hear of one another, over ranks. */
typedef struct {
  int *ghost_row;                     /* [n_ghosts] free row of each, rising */
  PetscSF exchange;                   /* owned rows -> ghosts */
  MPI_Datatype sent_type, state_type; /* of one node */
  bool sends_states; /* what a node sends is sent_slope times its state, and none is clamped */
  double sent_slope[EPX_LINK_MAX_ROWS * EPX_LINK_MAX_ROWS]; /* [n_rows][n_components] */
  size_t n_sent;                                            /* numbers of `sent` */
  double *sent;                                             /* [n_local + n_ghosts + clamped][n_rows] */
  double *heard;       /* as sent: (dG/dinput)' v of each node, in gradients */
  double *ghost_state; /* [n_ghosts][components] */
} epx_nodes_messages;

/* The field is evaluated a few lanes at a time, so that what passes between its steps stays in the core's own cache. */
typedef struct {
  epx_lanes part;      /* some of `lanes`, with an input of its own */
  double **part_node;  /* [n_parameters] */
  double *part_arrays; /* [n_rows + 6 components][part_length] */
  double *part_y;      /* in it: [components][part.n_lanes] */
  int part_length;     /* lanes of a part, a multiple of EPX_LANE_WIDTH */
} epx_nodes_cache;

typedef struct {
  const epx_network *network; /* borrowed */
  MPI_Comm communicator;      /* own duplicate */
  int first, n_local, n_ghosts;
  int inner, n_inner;       /* the longest run of owned rows that hear from no ghost */
  int n_components, n_rows; /* of a node: state, and input */
  epx_network *single;      /* one node */
  epx_lanes *lanes;         /* of it: lane r is owned row r */
  epx_network *port_network;
  epx_lanes *port;      /* one node with one input: what a feature makes of an input node */
  double *packed;       /* [n_local][single->n_theta] */
  double *features;     /* [n_inputs], as last set */
  int *input_row;       /* [n_inputs] owned row of each input node, -1: another rank's, or clamped */
  int *output_row;      /* [n_outputs] likewise */
  double *gradient;     /* [n_local][single->n_theta] */
  double *weight;       /* [n_lanes] */
  double *base;         /* [n_rows][n_lanes] input without links */
  double *y, *f, *work; /* of lanes */
  epx_nodes_links links;
  epx_nodes_messages messages;
  epx_nodes_cache cache;
} epx_nodes;

/** Lanes of a part: with their parameters a fifth of a megabyte, less than a second-level cache. */
enum { EPX_NODES_PART = 1024 };

/** Creates the nodes of this rank. Collective. Errors: as epx_distributed_create(). */
epx_err epx_nodes_create(const epx_network *network, MPI_Comm communicator, epx_nodes **out);

/** Destroys the nodes at *address. */
void epx_nodes_destroy(epx_nodes **address);

/** Sets the parameters, theta [n_theta]; the sample stays. */
void epx_nodes_set_parameters(epx_nodes *nodes, const double *theta);

/** Sets the features of the sample. */
void epx_nodes_set_sample(epx_nodes *nodes, const double *features);

/** Turns an array of nodes into one of lanes, the padding repeating the last node. */
void epx_nodes_lay(const epx_nodes *nodes, const double *interleaved, double *of_lanes);

/** Exchanges what nodes send: fills nodes->messages.sent from the states, [n_local][components]. Collective. */
PetscErrorCode epx_nodes_send(epx_nodes *nodes, const double *state);

/** Sets nodes->y and the lanes' input at a state: after it, the family's functions see the network.
 * Collective. */
PetscErrorCode epx_nodes_set_state(epx_nodes *nodes, const double *state);

/** Gets the links of the nodes from `first` on, which bring n_sent numbers of each node of `sent`. */
epx_node_links epx_nodes_get_links(const epx_nodes *nodes, size_t first, const double *sent, int n_sent);

/** What the field is made of, for those who have more to do with a part while it is in the cache. First what
 * n nodes from `first` on send, of all parts; then the exchange of it (collective); then of any part its
 * lanes in nodes->cache.part, their state in nodes->cache.part_y and their input as links bring it; or its field.
 * A part is of epx_nodes_get_part_size() nodes. state, f [n_local][components]: of all owned nodes. */
size_t epx_nodes_get_part_size(const epx_nodes *nodes, size_t first);
void epx_nodes_lay_sent(const epx_nodes *nodes, size_t first, size_t n, const double *state, double *sent);
PetscErrorCode epx_nodes_exchange(const epx_nodes *nodes, double *sent);
PetscErrorCode epx_nodes_begin_exchange(const epx_nodes *nodes, double *sent);
PetscErrorCode epx_nodes_end_exchange(const epx_nodes *nodes, double *sent);
void epx_nodes_set_part(epx_nodes *nodes, size_t first, size_t n, const double *state);
void epx_nodes_eval_part(epx_nodes *nodes, size_t first, size_t n, const double *sent, const double *state,
                         double *f);

/** Likewise where nodes->messages.sends_states, without what is sent: the exchange of the states themselves
 * (collective) and the field of a part of them. states [n_local + n_ghosts][components]. */
PetscErrorCode epx_nodes_exchange_states(const epx_nodes *nodes, double *states);
void epx_nodes_eval_part_of_states(epx_nodes *nodes, size_t first, size_t n, const double *states, double *f);

/** Evaluates f = F(state), both [n_local][components]. Collective. */
PetscErrorCode epx_nodes_eval_field(epx_nodes *nodes, const double *state, double *f);

/** Gets the free row of the node at the other end of a link, by its column; -1: a clamped one. */
int epx_nodes_get_row(const epx_nodes *nodes, int column);

/** Applies Q of the family's frame to the components of one node: out = Q v; they may not overlap. */
void epx_nodes_turn(const epx_nodes *nodes, const double *v, double *out);

#endif
