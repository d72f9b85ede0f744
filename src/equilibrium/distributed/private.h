/** @internal @file
 * What the files of `distributed` share.
 */
#ifndef EPILUX_EQUILIBRIUM_DISTRIBUTED_PRIVATE_H
#define EPILUX_EQUILIBRIUM_DISTRIBUTED_PRIVATE_H

#include <petscts.h>

#include "equilibrium/distributed/nodes.h"
#include "equilibrium/distributed/order.h"
#include "equilibrium/distributed/session.h"
#include "equilibrium/outcome/oscillation.h"
#include "equilibrium/outcome/settling.h"

/** Advice for messages about a linear solver that failed. */
#define EPX_DISTRIBUTED_CHOOSE                                                                               \
  "choose another by petsc.options, such as '-pc_type asm -ksp_gmres_restart 200', "                         \
  "'-pc_factor_shift_type nonzero' or '-pc_type lu -pc_factor_mat_solver_type mumps'"

typedef struct epx_runge_kutta epx_runge_kutta;

/* The Jacobian, what is made of it, and what solves with it. */
typedef struct {
  Mat jacobian;          /* of the free field (and of a reversed deviation) */
  bool blocked;          /* it keeps the values of a block side by side */
  bool links_laid;       /* its blocks off the diagonal are those of the parameters */
  Mat product;           /* what it does, and the nudge's slope; without its matrix where links are linear */
  double *own;           /* [n_local][components][components] the nodes' blocks; NULL: by the matrix */
  bool preconditioned;   /* the preconditioner is of the last free equilibrium, nearly */
  KSP ksp;               /* the finish's, and that of linear solves */
  PetscInt *own_block;   /* [n_local] place of each node's own block in the matrix; NULL: not known */
  double *blocks;        /* [components][components][EPX_LANE_WIDTH] */
  double *row;           /* the blocks of one row, [components][entries][components] */
  PetscInt *columns;     /* [entries] block columns of one row */
  double *antisymmetric; /* [components][components][n_lanes]: out[c] = (M - M') e_column of each lane */
  double *slope;         /* [n_outputs components]^2, of the nudge where the Jacobian was filled */
  Vec *krylov;           /* what tells saddles; NULL until first asked */
} epx_distributed_linear;

/* The finish, by Newton's method. */
typedef struct {
  Vec start; /* [n_local][components] where it began */
  SNES snes;
  PetscInt lag;            /* of its preconditioner, as PETSc counts it */
  bool newton_is_given;    /* by the options, something of Newton's method */
  bool reduction_is_given; /* by the options, of each linear solve of Newton's */
  double first_step;       /* of the finish, largest component; negative before it */
  double first_left;       /* share of the residual that this step left; 0 before it */
  double scale;            /* of the finish: what components are shares of */
  bool damped;
  bool unsolved; /* the last step was no solution of the linearised network */
} epx_distributed_newton;

/* Who integrates, and how a phase has gone so far. */
typedef struct {
  Vec ahead, field_ahead;       /* a state beside it, and its field */
  TS ts;                        /* the dynamics', or */
  epx_runge_kutta *runge_kutta; /* the other is NULL */
  PetscErrorCode (*integrate)(epx_distributed *distributed, bool *lost); /* with it */
  double target;               /* share of the largest rate at which the dynamics end */
  double elapsed;              /* of the dynamics before the running integration */
  double most_rate, most_size; /* the largest of the phase; of angles, size is 1 */
  double way;                  /* as far as the state has gone, or will go by what its start lets expect */
  double most;                 /* a component beyond this is divergence */
  const double *end;           /* [n_local][components] where settling is measured; NULL: it is not */
  epx_settling settling;
  bool settled; /* it has, or rests elsewhere */
  long steps_left;
  double last_step;            /* of the dynamics; INFINITY before it */
  epx_oscillation oscillation; /* what is known of one */
  bool oscillates;             /* and enough is: the dynamics are over */
  epx_limit_cycle *watch;      /* over the owned rows; NULL until it was first opened */
  bool merge_failed;           /* of what ranks tell each other of it */
} epx_distributed_dynamics;

struct epx_distributed {
  epx_nodes *nodes;
  epx_equilibrium_options options;
  epx_kinds kinds;                    /* of components: one */
  Vec state, field;                   /* [n_local][components] */
  double *outputs, *force;            /* [n_outputs][components] */
  const epx_distributed_nudge *nudge; /* during a solve, NULL without */
  double residual, size;              /* largest components of field and state, as last measured */
  bool arrived;                       /* the dynamics did, or the finish */
  bool dynamics_follow; /* where the finish does not do, the dynamics go on: a shortened step ends it */
  epx_distributed_linear linear;
  epx_distributed_newton newton;
  epx_distributed_dynamics dynamics;
  epx_distributed_counts counts;
};

/** Creates matrix and vectors, the integrator, the finish. Collective. */
epx_err epx_distributed_create_jacobian(epx_distributed *distributed);
epx_err epx_distributed_create_product(epx_distributed *distributed);
epx_err epx_distributed_create_runge_kutta(epx_distributed *distributed);
epx_err epx_distributed_create_ts(epx_distributed *distributed);
epx_err epx_distributed_create_finish(epx_distributed *distributed);

void epx_distributed_destroy_runge_kutta(epx_distributed *distributed);
void epx_distributed_destroy_krylov(epx_distributed *distributed);

/** Copies a local array [n_local][components] into a vector of the network, and back. */
PetscErrorCode epx_distributed_set_vector(const epx_distributed *distributed, const double *from, Vec to);
PetscErrorCode epx_distributed_get_vector(const epx_distributed *distributed, Vec from, double *to);

/** Evaluates f = F + N at `state`, vectors of the network. Collective. */
PetscErrorCode epx_distributed_eval_field(epx_distributed *distributed, Vec state, Vec field);

/** Fills distributed->linear.jacobian at `state`, with the reversed deviation's part where the nudge has it, and
 * distributed->linear.slope. Collective. */
PetscErrorCode epx_distributed_fill_jacobian(epx_distributed *distributed, Vec state);

/** Fills what distributed->linear.product multiplies by, and the matrix only where it is that: enough where the
 * preconditioner is not made anew. Collective. */
PetscErrorCode epx_distributed_fill_product(epx_distributed *distributed, Vec state);

/** Begins a phase: resets its time and its largest values. */
void epx_distributed_begin(epx_distributed *distributed);

/** Follows the dynamics from distributed->state to the target. Sets *outcome as of a certificate, and the
 * certificate's period and amplitude. Collective. */
epx_err epx_distributed_follow(epx_distributed *distributed, epx_certificate *certificate);

/** Integrates from distributed->state, its field in distributed->field and both measured, until a look says
 * that it is done or time is up; leaves where it came in distributed->state. *lost: a step left the numbers.
 * By the Runge-Kutta method here, or by PETSc's TS. Collective. */
PetscErrorCode epx_distributed_integrate(epx_distributed *distributed, bool *lost);
PetscErrorCode epx_distributed_integrate_by_ts(epx_distributed *distributed, bool *lost);

/** What follows a step: counts it, adds to how the network settles where that is measured, watches for limit cycles.
 * `state` and its `rate` local, `time` since the integration began, NaN where it is none. Residual and size are
 * those at the step's end. *done: the target is reached, or the state has escaped, a limit cycle was seen, or
 * steps are spent. Collective. */
PetscErrorCode epx_distributed_look(epx_distributed *distributed, const double *state, const double *rate,
                                    double time, double step, bool *done);

/** Measures a state, whose field is in distributed->field: residual and size. Collective. */
PetscErrorCode epx_distributed_measure(epx_distributed *distributed, Vec state);

/** Gets the tolerances of the dynamics: what a node's amplitude is multiplied by, and what is added, in the state's
 * unit. */
void epx_distributed_get_tolerances(const epx_distributed *distributed, double *rtol, double *atol);

/** Gets what the tolerances are scaled by for a step from the state last measured: 1 or less. */
double epx_distributed_get_scale(const epx_distributed *distributed, double step);

/** Gets the first step from the state last measured. */
double epx_distributed_get_first_step(const epx_distributed *distributed);

/** Polishes distributed->state by Newton. *arrived: its next step would be below the tolerance. Collective.
 * Errors: EPX_ESOLVER. */
epx_err epx_distributed_polish(epx_distributed *distributed, bool *arrived);

/** Tells whether an answer of the finish is where the dynamics were going. Collective. */
epx_err epx_distributed_check_basin(epx_distributed *distributed, bool *inside);

/** Gets the share of its rates to which the dynamics fall before a finish that did not do begins again, by what its
 * first step left. */
double epx_distributed_get_nearer(const epx_distributed *distributed);

/** Tells whether the equilibrium at distributed->state is one that the dynamics leave: some direction grows,
 * fast enough to be seen in some tens of products with the Jacobian. Not asked, and false, of more than
 * 10,000 states whose Jacobian is not symmetric. O(n_state) where the nodes' bounds decide. Collective.
 * Errors: EPX_ESOLVER. */
epx_err epx_distributed_check_saddle(epx_distributed *distributed, bool *saddle);

/** Has a direct solver do what the Krylov method could not. *taken: false where it is used already or the
 * network is too large for it. Collective. */
epx_err epx_distributed_take_direct(epx_distributed *distributed, bool *taken);

/** Raises PETSc's message about a linear solve that failed, with the name of the solver and advice. */
epx_err epx_distributed_raise(const epx_distributed *distributed);

/** Gets the names of the linear solver and its preconditioner in use, "gmres with bjacobi". */
const char *epx_distributed_get_solver(const epx_distributed *distributed);

#endif
