/** @file
 * Point: a design point made ready for its trials: task, network, nominal parameters, record layout, block.
 */
#ifndef EPILUX_STUDY_POINT_H
#define EPILUX_STUDY_POINT_H

#include "equilibrium/distributed/distributed.h"
#include "study/record.h"

struct epx_snapshot;

/** The trainings of a trial, kinds of restart. */
enum { EPX_RESTART_ELSEWHERE = 1, EPX_RESTART_IN_SITU };

/** Where a trial leaves its snapshot, study/snapshot.h. */
typedef struct {
  void *context; /* borrowed */
  /** Writes it. Called by all ranks of the network together. Errors: only those of a broken run (< 0). */
  epx_err (*write)(void *context, const struct epx_snapshot *snapshot);
} epx_snapshot_sink;

typedef struct epx_point {
  const epx_settings *settings; /* borrowed */
  epx_task *task;               /* it may have other owners */
  epx_network *network;
  epx_fabrication *fabrication; /* NULL: the deck has no process. Trials use its workspace, one at a time */
  double *nominal;              /* [network->n_theta] */
  struct epx_deployment_origin *origin; /* what the protocol trained, study/deployment.h; trials make it */
  epx_digital_reference_store own_reference; /* made by trials, where a metric needs it */
  epx_digital_reference_store
      *reference; /* where it is kept: own_reference, or what the caller sets, borrowed */
  epx_record_layout layout;
  epx_engine engine;      /* population or distributed, as its settings ask or as its network suggests */
  MPI_Comm communicator;  /* distributed: the ranks that solve its trials together; the caller sets it before
                             the first trial, MPI_COMM_NULL after creation. Borrowed */
  epx_snapshot_sink sink; /* distributed, with settings->keep_fields: the caller sets it; write NULL: none */
  epx_checkpointer checkpointer; /* of its trials' trainings: the caller sets it; zeros: none */
  int block; /* instances a population advances together: settings->block, or, when that is 0,
                             as many as fill EPX_POINT_LANES lanes with one batch each; distributed: 1 */
} epx_point;

/** Lanes that a block is filled up to when the deck leaves its size open: what a core's first-level cache
 * holds of a small network, and enough vectors to hide the latency of the arithmetic. */
#define EPX_POINT_LANES 64

/** What a point's trials cost. */
typedef struct {
  double equilibria; /* that one trial asks for, at most; what is trained once a point is not among them */
  double bytes;      /* of a block's workspaces, about; distributed: of each rank's part */
  epx_engine engine;
  int n_nodes, n_train, n_test, n_features, n_classes, n_targets;
  size_t n_links, n_trained; /* trained parameters of one instance */
  size_t n_learnt;           /* those of them that are not tied to another */
} epx_point_size;

/** Creates a point from its settings, which are borrowed for its life; reads the task's files. The engine is
 * distributed where the settings say so or ask for more than one rank a network, and, by `auto`, where the
 * network is large and sparse (epx_engine_is_large) and nothing speaks against it. Needs no MPI.
 * Errors: EPX_EINPUT, EPX_EFILE as the layers below say (task, topology, network, nominal values, a variation
 * of a parameter that the family lacks, an estimator that does not apply to the family); EPX_EMEMORY. */
epx_err epx_point_create(const epx_settings *settings, epx_point **out);

/** As epx_point_create(), with a task that was made of its settings before: one owner more of it. */
epx_err epx_point_create_with_task(const epx_settings *settings, epx_task *task, epx_point **out);

/** Destroys the point at *address. */
void epx_point_destroy(epx_point **address);

/** Evaluates what its trials cost. */
epx_point_size epx_point_eval_size(const epx_point *point);

#endif
