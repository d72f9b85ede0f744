#include "study/energy/machine.h"

#include <math.h>
#include <string.h>

typedef epx_machine (*counter)(const epx_network *network, const double *theta, double n_trained);

/* Splitters in a row that divide light into n ways. */
static double count_splitters(double n) {
  return n > 1 ? ceil(log2(n)) : 0;
}

static epx_machine count_feed(const epx_network *network, double n_trained) {
  const int n = network->n_inputs > 0 ? network->n_inputs : 1;
  return (epx_machine){.splitters = count_splitters(n), .division = 1, .lasers = 1, .shifters = n_trained};
}

static epx_machine count_rings(const epx_network *network, const double *theta, double n_trained) {
  epx_machine m = count_feed(network, n_trained);
  (void)theta;
  m.locked = network->n_nodes;
  return m;
}

static const double *get_pump(const epx_network *network, const double *theta) {
  return theta + network->offset[epx_family_get_parameter(network->family, "pump")];
}

/* Below its threshold a laser is pumped with less than one. */
static epx_machine count_lasers(const epx_network *network, const double *theta, double n_trained) {
  epx_machine m = count_feed(network, n_trained);
  const double *pump = get_pump(network, theta);
  for (int i = 0; i < network->n_nodes; i++)
    m.laser_pump += fmax(0, 1 + pump[i]);
  m.lasers += network->n_nodes;
  return m;
}

static epx_machine count_opo(const epx_network *network, const double *theta, double n_trained) {
  epx_machine m = count_rings(network, theta, n_trained);
  const double *pump = get_pump(network, theta);
  for (int i = 0; i < network->n_nodes; i++)
    m.opo_pump += pump[i] * pump[i];
  return m;
}

static epx_machine count_mesh(const epx_network *network, const double *theta, double n_trained) {
  epx_machine m = count_feed(network, n_trained);
  (void)theta;
  m.meshes = network->n_nodes;
  m.interferometers = (double)network->topology->n_links;
  m.shifters = 2 * (double)network->topology->n_links + network->n_nodes;
  return m;
}

static epx_machine count_electro_optic(const epx_network *network, const double *theta, double n_trained) {
  epx_machine m = count_mesh(network, theta, n_trained);
  m.drivers = m.receivers = network->n_nodes;
  return m;
}

static epx_machine count_broadcast(const epx_network *network, const double *theta, double n_trained) {
  const double n = network->n_nodes;
  (void)theta;
  (void)n_trained;
  return (epx_machine){.splitters = count_splitters(n),
                       .division = n,
                       .passed = n,
                       .lines = n,
                       .lasers = n,
                       .locked = 2 * (double)network->topology->n_links + n,
                       .drivers = n,
                       .receivers = n};
}

static const struct {
  const char *family;
  bool needs_power;
  counter count;
  double rate, power; /* [1/s], [W] what a rate and a power of 1 typically are; 0: nothing is typical */
} rows[] = {{"kerr", true, count_rings, 1e10, 1e-3},
            {"silicon-ring", true, count_rings, 0, 0},
            {"laser", true, count_lasers, 0, 0},
            {"laser-b", true, count_lasers, 0, 0},
            {"opo", false, count_opo, 0, 0},
            {"mesh", true, count_mesh, 0, 0},
            {"mesh-electro-optic", true, count_electro_optic, 0, 0},
            {"broadcast", false, count_broadcast, 0, 0},
            {"broadcast-ring", false, count_broadcast, 0, 0}};

enum { N_ROWS = sizeof rows / sizeof *rows };

static int find(const epx_family *family) {
  for (int i = 0; i < N_ROWS; i++)
    if (strcmp(rows[i].family, family->name) == 0) return i;
  return -1;
}

bool epx_machine_is_known(const epx_family *family) {
  return find(family) >= 0;
}

bool epx_machine_needs_power(const epx_family *family) {
  const int i = find(family);
  return i >= 0 && rows[i].needs_power;
}

bool epx_machine_get_typical(const epx_family *family, double *rate, double *power) {
  const int i = find(family);
  if (i < 0 || rows[i].rate == 0) return false;
  *rate = rows[i].rate;
  *power = rows[i].power;
  return true;
}

const char *epx_machine_get_names(void) {
  return "kerr, silicon-ring, laser, laser-b, opo, mesh, mesh-electro-optic, broadcast and broadcast-ring";
}

epx_machine epx_machine_eval(const epx_network *network, const double *theta, double n_trained) {
  return rows[find(network->family)].count(network, theta, n_trained);
}
