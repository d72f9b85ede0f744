/** @file
 * A claim on every family that is built in, in networks of several shapes.
 */
#ifndef EPILUX_TESTS_EACH_FAMILY_H
#define EPILUX_TESTS_EACH_FAMILY_H

#include "unit/random_network.h"

/** Networks of one instance (shared coupling) and of several (their own). */
static const struct {
  int n_nodes, n_inputs, n_instances, n_samples;
} shapes[] = {{5, 2, 1, 9}, {4, 1, 3, 2}};
enum { N_SHAPES = sizeof shapes / sizeof shapes[0] };

typedef void (*claim)(const random_network *r);

/** Checks a claim on each family in each shape. */
static inline void for_each_network(claim check) {
  for (int i = 0; epx_family_get(i); i++) {
    for (int k = 0; k < N_SHAPES; k++) {
      random_network r = create_random_network(epx_family_get(i), shapes[k].n_nodes, shapes[k].n_inputs,
                                               shapes[k].n_instances, shapes[k].n_samples);
      check(&r);
      destroy_random_network(&r);
    }
  }
}

#endif
