/** @internal @file
 * Lattice network: the square kerr lattice that `epilux bench lattice` solves.
 *
 * Loss 1, kerr .3, detunings of mean -.4 and deviation .1, couplings of deviation .15, drives of mean .5 and
 * deviation .2, ten more driven nodes, ten that are read: strongly nonlinear. How hard a lattice is to settle
 * is a matter of its worst ring. Uniform draws have bounds, so that a larger lattice is as hard as a small
 * one: what its time shows is the engine. Normal draws have none: among more rings there is one nearer its
 * fold, and it is slow.
 */
#ifndef EPILUX_CLI_BENCH_LATTICE_NETWORK_H
#define EPILUX_CLI_BENCH_LATTICE_NETWORK_H

#include "photonic/network.h"

enum { EPX_LATTICE_PORTS = 10 };

typedef struct {
  epx_network *network;
  double *theta;                      /* [n_theta] */
  double features[EPX_LATTICE_PORTS]; /* of the sample */
} epx_lattice_network;

/** Creates side x side rings, with draws of a kind, EPX_UNIFORM or EPX_NORMAL. Errors: EPX_EMEMORY. */
epx_err epx_lattice_network_create(int side, epx_distribution_kind kind, epx_lattice_network *out);

/** Destroys what it holds. */
void epx_lattice_network_destroy(epx_lattice_network *lattice);

/** Writes numbers [n] to the file NAME.END, as plain doubles. Errors: EPX_EFILE. */
epx_err epx_lattice_network_keep(const char *name, const char *end, size_t n, const double *numbers);

#endif
