/** @file
 * Netlists: instances first, then what joins their ports, then what each of them must have.
 */
#include "io/netlist/netlist.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/numbers/number.h"
#include "epilux/units.h"

static epx_netlist_instance *find(const epx_netlist *net, const char *name, size_t length) {
  for (int k = 0; k < net->n; k++)
    if (strlen(net->instances[k].name) == length && strncmp(net->instances[k].name, name, length) == 0)
      return &net->instances[k];
  return NULL;
}

/* "a,o1": the instance and the index of its port. */
static epx_err read_end(const epx_netlist *net, const char *text, const epx_tree *where,
                        epx_netlist_instance **instance, int *port) {
  const size_t n = strcspn(text, ",");
  if (text[n] != ',')
    return epx_tree_raise(where, "'%s': must be an instance and its port, such as a,o1", text);
  *instance = find(net, text, n);
  if (!*instance) return epx_tree_raise(where, "'%s': there is no instance %.*s", text, (int)n, text);
  const epx_component *c = (*instance)->component;
  const char *name = text + n + 1 + strspn(text + n + 1, " ");
  *port = epx_component_get_port(c, name);
  if (*port >= 0) return EPX_OK;
  epx_text ports = {0};
  char *list;
  for (int p = 0; p < EPX_COMPONENT_PORTS; p++)
    if (c->ports[p]) epx_text_write(&ports, " %s", c->ports[p]);
  EPX_TRY(epx_text_get(&ports, &list));
  const int code = epx_tree_raise(where, "'%s': a %s has no port %s, but%s", text, c->name, name, list);
  epx_array_destroy(&list);
  return code;
}

static epx_err check_free(const epx_netlist *net, const epx_netlist_instance *a, int port,
                          const epx_tree *where) {
  const char *name = a->component->ports[port];
  if (a->given[port])
    return epx_tree_raise(
        where, "%s,%s is already the port %s of the netlist: a port has one name and is joined once", a->name,
        name, a->given[port]);
  if (a->peer[port] >= 0)
    return epx_tree_raise(where, "%s,%s is already joined with %s: a port has one name and is joined once",
                          a->name, name, net->instances[a->peer[port]].name);
  return EPX_OK;
}

static epx_err read_instance(epx_netlist *net, const char *name, const epx_tree *map) {
  epx_netlist_instance *instance = &net->instances[net->n];
  const epx_tree *component = epx_tree_get(map, "component"), *settings = epx_tree_get(map, "settings");
  *instance = (epx_netlist_instance){.name = name, .where = map, .peer = {-1, -1, -1, -1}};
  if (strcspn(name, ",\" \n") != strlen(name) || !*name)
    return epx_tree_raise(map, "'%s': an instance's name has no commas, quotes or blanks", name);
  if (map->kind == EPX_TREE_SCALAR && !epx_tree_is_null(map)) component = map; /* SAX's short form */
  if (!component || component->kind != EPX_TREE_SCALAR)
    return epx_tree_raise(map, "%s: an instance has a component, such as {component: ring_double}", name);
  for (int k = 0; map->kind == EPX_TREE_MAP && k < map->n; k++)
    if (strcmp(map->keys[k], "component") != 0 && strcmp(map->keys[k], "settings") != 0 &&
        strcmp(map->keys[k], "info") != 0)
      return epx_tree_raise(map->items[k], "%s.%s: an instance has component, settings and info", name,
                            map->keys[k]);
  if (!epx_tree_is_null(settings) && settings->kind != EPX_TREE_MAP)
    return epx_tree_raise(settings, "%s.settings: must be a map", name);
  EPX_TRY(epx_component_get(&net->table, component->text, component, &instance->component));
  instance->settings = epx_tree_is_null(settings) ? NULL : settings;
  if (instance->component->kind == EPX_COMPONENT_RING) instance->node = net->n_rings++;
  net->n++;
  return EPX_OK;
}

static epx_err read_connection(epx_netlist *net, const char *from, const epx_tree *to) {
  epx_netlist_instance *end[2];
  int port[2];
  if (to->kind != EPX_TREE_SCALAR)
    return epx_tree_raise(to, "%s: must be joined with one port, such as b,o2", from);
  const char *text[2] = {from, to->text};
  for (int k = 0; k < 2; k++) {
    EPX_TRY(read_end(net, text[k], to, &end[k], &port[k]));
    EPX_TRY(check_free(net, end[k], port[k], to));
  }
  if (end[0]->component->kind == end[1]->component->kind)
    return epx_tree_raise(
        to, "%s: %s joins two %ss; a ring is joined with a coupler, and a coupler with two rings", from,
        text[1], end[0]->component->kind == EPX_COMPONENT_RING ? "ring" : "coupler");
  end[0]->peer[port[0]] = (int)(end[1] - net->instances);
  end[1]->peer[port[1]] = (int)(end[0] - net->instances);
  return EPX_OK;
}

static epx_err read_port(epx_netlist *net, const char *name, const epx_tree *of) {
  epx_netlist_instance *instance;
  int port;
  if (of->kind != EPX_TREE_SCALAR)
    return epx_tree_raise(of, "ports.%s: must be a port of an instance, such as a,o1", name);
  EPX_TRY(read_end(net, of->text, of, &instance, &port));
  EPX_TRY(check_free(net, instance, port, of));
  if (instance->component->kind != EPX_COMPONENT_RING)
    return epx_tree_raise(of, "ports.%s: %s is a coupler with one ring; ports are those of rings", name,
                          instance->name);
  instance->given[port] = name;
  return EPX_OK;
}

static epx_err read_placement(epx_netlist *net, const char *name, const epx_tree *map) {
  static const char *const keys[] = {"x", "y", "rotation", "mirror"};
  epx_netlist_instance *instance = find(net, name, strlen(name));
  double value;
  if (!instance) return epx_tree_raise(map, "placements: there is no instance %s", name);
  for (int k = 0; map->kind == EPX_TREE_MAP && k < map->n; k++) {
    int i = 0;
    while (i < 4 && strcmp(map->keys[k], keys[i]) != 0)
      i++;
    if (i == 4)
      return epx_tree_raise(map->items[k], "placements.%s.%s: a place is x, y, rotation and mirror", name,
                            map->keys[k]);
    const epx_tree *item = map->items[k];
    if (i < 3 && (item->kind != EPX_TREE_SCALAR || !epx_number_read_whole(item->text, &value)))
      return epx_tree_raise(item, "placements.%s.%s: must be a number, in um or degrees", name, keys[i]);
  }
  if (!epx_tree_get(map, "x") || !epx_tree_get(map, "y"))
    return epx_tree_raise(map, "placements.%s: must have x and y, in um", name);
  instance->placement = map;
  return EPX_OK;
}

static epx_err read_section(epx_netlist *net, const epx_tree *tree, const char *section,
                            epx_err (*read)(epx_netlist *net, const char *key, const epx_tree *item)) {
  const epx_tree *map = epx_tree_get(tree, section);
  if (epx_tree_is_null(map)) return EPX_OK;
  if (map->kind != EPX_TREE_MAP) return epx_tree_raise(map, "%s: must be a map", section);
  for (int k = 0; k < map->n; k++)
    EPX_TRY(read(net, map->keys[k], map->items[k]));
  return EPX_OK;
}

/* A number of a setting in the parameter's unit, within its range. */
static epx_err read_value(const epx_netlist_instance *a, const char *key, const epx_tree *item,
                          const epx_parameter *p, double *value) {
  if (item->kind != EPX_TREE_SCALAR || epx_units_eval(item->text, p->unit, value) != EPX_OK ||
      *value < p->low || *value > p->high)
    return epx_tree_raise(item, "%s.%s: must be a number from %g to %g, in %s", a->name, key, p->low, p->high,
                          p->unit);
  return EPX_OK;
}

static epx_err read_coupling(epx_netlist *net, epx_netlist_instance *a) {
  const epx_component *c = a->component;
  const epx_parameter *p = &net->family->parameters[epx_family_get_coupling(net->family)];
  const epx_tree *gap = c->gap ? epx_tree_get(a->settings, c->gap) : NULL,
                 *given = epx_tree_get(a->settings, c->coupling);
  double distance;
  if (given && gap)
    return epx_tree_raise(gap, "%s: %s and %s both say its coupling; leave one out", a->name, c->coupling,
                          c->gap);
  if (given) return read_value(a, c->coupling, given, p, &a->coupling);
  if (!gap)
    return epx_tree_raise(a->where,
                          "%s: a %s needs the setting %s, a rate in %s; --components FILE gives J of a gap",
                          a->name, c->name, c->gap ? c->gap : c->coupling, p->unit);
  if (gap->kind != EPX_TREE_SCALAR || !epx_number_read_whole(gap->text, &distance) || distance < 0)
    return epx_tree_raise(gap, "%s.%s: must be a number, 0 or above", a->name, c->gap);
  a->coupling = c->rate * exp(-distance / c->decay);
  return EPX_OK;
}

int epx_netlist_get_node(const epx_netlist *net, const epx_netlist_instance *a, int side) {
  const int peer = a->peer[2 * side] >= 0 ? a->peer[2 * side] : a->peer[2 * side + 1];
  return peer < 0 ? -1 : net->instances[peer].node;
}

static epx_err check_coupler(epx_netlist *net, epx_netlist_instance *a) {
  int node[2];
  for (int side = 0; side < 2; side++) {
    const int *peer = a->peer + 2 * side;
    node[side] = epx_netlist_get_node(net, a, side);
    if (node[side] < 0)
      return epx_tree_raise(a->where, "%s: port %s dangles: a coupler joins two rings", a->name,
                            a->component->ports[2 * side]);
    if (peer[0] >= 0 && peer[1] >= 0 && peer[0] != peer[1])
      return epx_tree_raise(a->where, "%s: %s and %s are the ends of one guide, and lead to one ring",
                            a->name, a->component->ports[2 * side], a->component->ports[2 * side + 1]);
  }
  if (node[0] == node[1])
    return epx_tree_raise(a->where, "%s: a coupler with one ring: it joins two", a->name);
  for (const epx_netlist_instance *b = net->instances; b < a; b++)
    if (b->component->kind == EPX_COMPONENT_COUPLER)
      for (int side = 0; side < 2; side++)
        if (epx_netlist_get_node(net, b, side) == node[0] &&
            epx_netlist_get_node(net, b, 1 - side) == node[1])
          return epx_tree_raise(a->where, "%s: %s already joins these two rings; two rings have one coupler",
                                a->name, b->name);
  net->n_links++;
  return read_coupling(net, a);
}

/* One side, and one alone, may be the bus of the netlist's ports: a ring of the model has one port. */
static epx_err check_ring(epx_netlist *net, const epx_netlist_instance *a) {
  const int i = epx_family_get_parameter(net->family, "coupling_loss"), n = net->n_rings;
  int bus = -1;
  for (int p = 0; p < EPX_COMPONENT_PORTS; p++) {
    if (!a->given[p]) continue;
    if (bus >= 0 && bus != p / 2)
      return epx_tree_raise(a->where,
                            "%s: ports %s on both sides, but a ring has one bus; count the other as loss",
                            a->name, a->given[p]);
    bus = p / 2;
    if (a->peer[p ^ 1] >= 0)
      return epx_tree_raise(
          a->where, "%s: %s is a port and the other end of its bus leads to %s: a side is a bus or coupled",
          a->name, a->given[p], net->instances[a->peer[p ^ 1]].name);
  }
  const double rate = net->values[i * n + a->node];
  if (bus >= 0 && !(rate > 0))
    return epx_tree_raise(
        a->where, "%s: it has a port of the netlist and needs the setting coupling_loss, the rate into it",
        a->name);
  if (bus < 0 && rate > 0)
    return epx_tree_raise(a->where,
                          "%s: coupling_loss is %g, but its ports dangle: name one in ports, or set 0",
                          a->name, rate);
  return EPX_OK;
}

static epx_err read_ring(epx_netlist *net, const epx_netlist_instance *a) {
  const epx_family *family = net->family;
  for (int i = 0; i < family->n_parameters; i++) {
    const epx_parameter *p = &family->parameters[i];
    const epx_tree *item = p->site == EPX_SITE_NODE ? epx_tree_get(a->settings, p->name) : NULL;
    double *value = &net->values[i * net->n_rings + a->node];
    *value = p->fallback;
    if (!item) continue;
    net->set[i] = true;
    EPX_TRY(read_value(a, p->name, item, p, value));
  }
  const epx_tree *radius = epx_tree_get(a->settings, "radius");
  double value;
  if (radius &&
      (radius->kind != EPX_TREE_SCALAR || !epx_number_read_whole(radius->text, &value) || !(value > 0)))
    return epx_tree_raise(radius, "%s.radius: must be a number above 0, in um", a->name);
  return check_ring(net, a);
}

static epx_err check_sections(const epx_tree *tree) {
  static const char *const known[] = {"instances", "connections", "placements", "ports",
                                      "name",      "info",        "warnings"};
  for (int k = 0; k < tree->n; k++) {
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(tree->keys[k], known[i]) != 0)
      i++;
    if (i == sizeof known / sizeof *known)
      return epx_tree_raise(tree->items[k],
                            "%s: not read; a netlist has instances, connections, placements and ports, "
                            "with name, info and warnings",
                            tree->keys[k]);
  }
  return EPX_OK;
}

static epx_err check_whole(epx_netlist *net, const epx_tree *tree) {
  int n_placed = 0;
  const epx_netlist_instance *without = NULL;
  for (int k = 0; k < net->n; k++) {
    epx_netlist_instance *a = &net->instances[k];
    if (a->component->kind == EPX_COMPONENT_COUPLER) {
      EPX_TRY(check_coupler(net, a));
      continue;
    }
    EPX_TRY(read_ring(net, a));
    if (a->placement)
      n_placed++;
    else
      without = a;
  }
  if (net->n_links == 0) return epx_tree_raise(tree, "no coupler joins two rings: there is no network");
  net->placed = !without;
  if (without && n_placed > 0)
    return epx_tree_raise(without->where, "%s: has no place, but other rings do: give all or none",
                          without->name);
  return EPX_OK;
}

static epx_err read_tree(epx_tree_store *store, const char *path, const epx_tree **tree) {
  unsigned char *bytes;
  size_t size;
  EPX_TRY(epx_file_read(path, &bytes, &size));
  const int code = epx_tree_read(store, path, (const char *)bytes, size, tree);
  epx_array_destroy(&bytes);
  return code;
}

epx_err epx_netlist_read(const char *path, const char *components, const epx_family *family,
                         epx_netlist *net) {
  const epx_tree *tree, *map = NULL;
  const size_t n_parameters = (size_t)family->n_parameters;
  *net = (epx_netlist){.path = path, .family = family};
  EPX_TRY(epx_tree_create_store(&net->store));
  EPX_TRY(read_tree(net->store, path, &tree));
  if (components) EPX_TRY(read_tree(net->store, components, &map));
  EPX_TRY(epx_component_read(map, &net->table));
  EPX_TRY(check_sections(tree));
  const epx_tree *instances = epx_tree_get(tree, "instances");
  if (!instances || instances->kind != EPX_TREE_MAP)
    return epx_tree_raise(instances ? instances : tree,
                          "a netlist has a map of instances: NAME: {component: …}");
  EPX_TRY(EPX_ARRAY(net->instances, (size_t)instances->n));
  EPX_TRY(EPX_ARRAY(net->set, n_parameters));
  EPX_TRY(EPX_ARRAY(net->values, n_parameters * (size_t)instances->n));
  EPX_TRY(read_section(net, tree, "instances", read_instance));
  EPX_TRY(read_section(net, tree, "connections", read_connection));
  EPX_TRY(read_section(net, tree, "ports", read_port));
  EPX_TRY(read_section(net, tree, "placements", read_placement));
  return check_whole(net, tree);
}

void epx_netlist_destroy(epx_netlist *net) {
  epx_array_destroy(&net->table.components);
  epx_array_destroy(&net->instances);
  epx_array_destroy(&net->values);
  epx_array_destroy(&net->set);
  epx_tree_destroy_store(&net->store);
}
