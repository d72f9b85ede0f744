/** @internal @file
 * Specimen: a few networks of one structure, with all that is needed to solve their equilibria and estimate
 * gradients.
 */
#ifndef EPILUX_STUDY_VERIFICATION_SPECIMEN_H
#define EPILUX_STUDY_VERIFICATION_SPECIMEN_H

#include "equilibrium/population/population_ensemble.h"
#include "learning/estimators/estimator.h"

typedef struct {
  epx_network *network;
  epx_lanes *lanes;
  epx_population *population;
  epx_ensemble *ensemble; /* of both */
  epx_estimator_work *work;
  epx_certificate *certificate; /* [n_lanes] */
  epx_cost cost;
  epx_quadrature quadrature; /* of the rule scattering */
  double *theta;             /* [n_instances][n_theta] */
  double *features;          /* [n_samples][n_inputs] */
  double *state;             /* [n_state][n_lanes] */
  double *field;             /* [n_state][n_lanes] */
  double *room;              /* of the family's eval_field */
  double *weight;            /* [n_lanes]: 1 / n_samples where the free phase settled, else 0 */
  int *label;                /* [n_lanes] */
} epx_specimen;

/** Creates a specimen: parameters, features, states and labels zero. The cost may be NULL where no gradient
 * is asked for. Errors: EPX_EINPUT, EPX_EMEMORY, EPX_ESOLVER. */
epx_err epx_specimen_create(const epx_network_spec *spec, const epx_cost *cost,
                            const epx_equilibrium_options *options, int n_instances, int n_samples,
                            epx_specimen **out);

/** Destroys the specimen at *address. */
void epx_specimen_destroy(epx_specimen **address);

/** Gets the values of a parameter of one instance, to be set: [n_nodes] or [n_links]. */
double *epx_specimen_get_values(epx_specimen *specimen, int i_instance, const char *parameter);

/** Sets all values of a parameter of one instance. */
void epx_specimen_set_values(epx_specimen *specimen, int i_instance, const char *parameter, double value);

/** Sets the labels of all lanes. */
void epx_specimen_set_label(epx_specimen *specimen, int label);

/** Sets one state component of one lane; of the last lane, of the padding too. */
void epx_specimen_set_state(epx_specimen *specimen, int row, int lane, double value);

/** Lays theta and features in the lanes. */
void epx_specimen_set_lanes(epx_specimen *specimen);

/** Evaluates specimen->field at specimen->state. */
void epx_specimen_eval_field(epx_specimen *specimen);

/** Solves the free phase from specimen->state. Errors: EPX_ESOLVER. */
epx_err epx_specimen_solve(epx_specimen *specimen);

/** Evaluates a rule's gradient at the free state: gradient [n_instances][n_theta]. Errors: EPX_ESOLVER. */
epx_err epx_specimen_eval_gradient(epx_specimen *specimen, const char *rule, double beta, epx_scheme scheme,
                                   double *gradient);

/** Evaluates |a|, |a - b| / |b|, and the cosine between a and b. */
double epx_specimen_eval_norm(size_t n, const double *a);
double epx_specimen_eval_distance(size_t n, const double *a, const double *b);
double epx_specimen_eval_cosine(size_t n, const double *a, const double *b);

#endif
