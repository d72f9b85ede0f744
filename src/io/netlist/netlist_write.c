/** @file
 * Netlists as the files that decks take.
 */
#include <string.h>

#include "io/netlist/netlist.h"

static bool is_ring(const epx_netlist_instance *a) {
  return a->component->kind == EPX_COMPONENT_RING;
}

/* Settings that say nothing of the model are named, and not lost in silence. */
static void write_unused(const epx_netlist *net, epx_text *text) {
  for (int k = 0; k < net->n; k++) {
    const epx_netlist_instance *a = &net->instances[k];
    for (int s = 0; a->settings && s < a->settings->n; s++) {
      const char *key = a->settings->keys[s];
      const int i = epx_family_get_parameter(net->family, key);
      const bool used = is_ring(a) ? i >= 0 && net->family->parameters[i].site == EPX_SITE_NODE
                                   : strcmp(key, a->component->coupling) == 0 ||
                                         (a->component->gap && strcmp(key, a->component->gap) == 0);
      if (!used && !(is_ring(a) && strcmp(key, "radius") == 0))
        epx_text_write(text, "# not used: %s.%s\n", a->name, key);
    }
  }
}

static void write_heading(const epx_netlist *net, epx_text *text) {
  epx_text_write(text, "# From the netlist %s: node and ring, and its ports\n", net->path);
  for (int k = 0; k < net->n; k++) {
    const epx_netlist_instance *a = &net->instances[k];
    if (!is_ring(a)) continue;
    epx_text_write(text, "# %d %s", a->node, a->name);
    for (int p = 0; p < EPX_COMPONENT_PORTS; p++)
      if (a->given[p]) epx_text_write(text, " %s", a->given[p]);
    epx_text_write(text, "\n");
  }
  write_unused(net, text);
}

static void write_matrix(const epx_netlist *net, const char *name, epx_text *text) {
  char number[32];
  epx_text_write(text, "    %s:\n", name);
  for (int i = 0; i < net->n_rings; i++) {
    epx_text_write(text, "      - [");
    for (int j = 0; j < net->n_rings; j++) {
      double coupling = 0;
      for (int k = 0; k < net->n; k++) {
        const epx_netlist_instance *a = &net->instances[k];
        if (is_ring(a)) continue;
        const int u = epx_netlist_get_node(net, a, 0), v = epx_netlist_get_node(net, a, 1);
        if ((u == i && v == j) || (u == j && v == i)) coupling = a->coupling;
      }
      epx_text_write(text, "%s%s", j > 0 ? ", " : "", epx_text_eval_number(coupling, number));
    }
    epx_text_write(text, "]\n");
  }
}

/* Light enters through ports: the two features of the deck's task through the first two. */
static void write_inputs(const epx_netlist *net, epx_text *text) {
  int node[2], n = 0;
  for (int k = 0; k < net->n && n < 2; k++) {
    const epx_netlist_instance *a = &net->instances[k];
    bool port = false;
    for (int p = 0; p < EPX_COMPONENT_PORTS; p++)
      port |= a->given[p] != NULL;
    if (port) node[n++] = a->node;
  }
  if (n == 2) epx_text_write(text, "  inputs: {nodes: [%d, %d]}\n", node[0], node[1]);
}

void epx_netlist_write_deck(const epx_netlist *net, const char *links, const char *placement,
                            epx_text *text) {
  const epx_family *family = net->family;
  char number[32];
  write_heading(net, text);
  epx_text_write(text, "study: {name: netlist}\nnetwork:\n  family: %s\n", family->name);
  if (links)
    epx_text_write(text, "  topology: {kind: edge-list, path: \"%s\"}\n", links);
  else
    epx_text_write(text, "  topology: {kind: matrix}\n");
  epx_text_write(text, "  parameters:\n");
  if (!links) write_matrix(net, family->parameters[epx_family_get_coupling(family)].name, text);
  for (int i = 0; i < family->n_parameters; i++) {
    if (!net->set[i]) continue;
    epx_text_write(text, "    %s: [", family->parameters[i].name);
    for (int k = 0; k < net->n_rings; k++)
      epx_text_write(text, "%s%s", k > 0 ? ", " : "",
                     epx_text_eval_number(net->values[i * net->n_rings + k], number));
    epx_text_write(text, "]\n");
  }
  write_inputs(net, text);
  if (placement) epx_text_write(text, "process:\n  placement: {kind: csv, path: \"%s\"}\n", placement);
  epx_text_write(text, "task: {name: xor}   # yours instead\n");
}

void epx_netlist_write_links(const epx_netlist *net, epx_text *text) {
  char number[32];
  epx_text_write(text, "%%%%MatrixMarket matrix coordinate real symmetric\n%d %d %d\n", net->n_rings,
                 net->n_rings, net->n_links);
  for (int k = 0; k < net->n; k++) {
    const epx_netlist_instance *a = &net->instances[k];
    if (is_ring(a)) continue;
    const int i = epx_netlist_get_node(net, a, 0), j = epx_netlist_get_node(net, a, 1);
    epx_text_write(text, "%d %d %s\n", (i > j ? i : j) + 1, (i > j ? j : i) + 1,
                   epx_text_eval_number(a->coupling, number));
  }
}

void epx_netlist_write_placement(const epx_netlist *net, epx_text *text) {
  epx_text_write(text, "name,x_um,y_um,radius_um\n");
  for (int k = 0; k < net->n; k++) {
    const epx_netlist_instance *a = &net->instances[k];
    if (!is_ring(a)) continue;
    const epx_tree *radius = epx_tree_get(a->settings, "radius");
    epx_text_write(text, "%s,%s,%s,%s\n", a->name, epx_tree_get(a->placement, "x")->text,
                   epx_tree_get(a->placement, "y")->text, radius ? radius->text : "0");
  }
}
