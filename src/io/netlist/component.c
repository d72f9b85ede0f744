/** @file
 * Components: the names that gdsfactory gives rings and couplers, and a user's own.
 */
#include "io/netlist/component.h"

#include <string.h>

#include "base/array.h"
#include "base/nearest.h"
#include "base/numbers/number.h"

static const epx_component built_in[] = {
#define EPX_COMPONENT(name, kind, a, b, c, d)                                                                \
  {name, EPX_COMPONENT_##kind, {a, b, c, d}, "coupling", NULL, 0, 0},
#include "io/netlist/components.def"
#undef EPX_COMPONENT
};
enum { N_BUILT_IN = sizeof built_in / sizeof *built_in };

static epx_err read_kind(const epx_tree *map, const char *name, epx_component *c) {
  static const char *const kinds[] = {"ring", "coupler", "mesh"};
  const epx_tree *is = epx_tree_get(map, "is");
  for (int k = 0; is && is->kind == EPX_TREE_SCALAR && k < 3; k++) {
    c->kind = (epx_component_kind)k;
    if (strcmp(is->text, kinds[k]) == 0) return EPX_OK;
  }
  return epx_tree_raise(is ? is : map, "%s.is: must be ring, coupler or mesh", name);
}

static epx_err read_ports(const epx_tree *map, epx_component *c) {
  const epx_tree *ports = epx_tree_get(map, "ports");
  bool good = ports && ports->kind == EPX_TREE_LIST && ports->n >= 1 && ports->n <= 2;
  for (int side = 0; good && side < ports->n; side++) {
    const epx_tree *list = ports->items[side];
    good = list->kind == EPX_TREE_LIST && list->n >= 1 && list->n <= 2;
    for (int k = 0; good && k < list->n; k++) {
      good = list->items[k]->kind == EPX_TREE_SCALAR && epx_component_get_port(c, list->items[k]->text) < 0;
      if (good) c->ports[2 * side + k] = list->items[k]->text;
    }
  }
  if (good && (c->kind == EPX_COMPONENT_RING || ports->n == 2)) return EPX_OK;
  return epx_tree_raise(ports ? ports : map,
                        "%s.ports: must be the ports of each side, such as [[o1, o2], [o3, o4]]", c->name);
}

static epx_err read_positive(const epx_tree *map, const epx_component *c, const char *key, double *value) {
  const epx_tree *item = epx_tree_get(map, key);
  if (item && item->kind == EPX_TREE_SCALAR && epx_number_read_whole(item->text, value) && *value > 0)
    return EPX_OK;
  return epx_tree_raise(item ? item : map,
                        "%s.%s: must be a number above 0; with gap, J = rate exp(-gap / decay)", c->name,
                        key);
}

static epx_err read_component(const char *name, const epx_tree *map, epx_component *c) {
  static const char *const keys[] = {"is", "ports", "coupling", "gap", "rate", "decay"};
  *c = (epx_component){.name = name, .coupling = "coupling"};
  if (map->kind != EPX_TREE_MAP)
    return epx_tree_raise(map, "%s: must be a map such as {is: ring, ports: [[o1, o2], [o3, o4]]}", name);
  EPX_TRY(read_kind(map, name, c));
  for (int k = 0; k < map->n; k++) {
    size_t i = 0;
    while (i < sizeof keys / sizeof *keys && strcmp(map->keys[k], keys[i]) != 0)
      i++;
    if (i >= (c->kind == EPX_COMPONENT_COUPLER ? 6u : 2u))
      return epx_tree_raise(map->items[k], "%s.%s: a %s has %s", name, map->keys[k],
                            c->kind == EPX_COMPONENT_COUPLER ? "coupler" : "ring or mesh",
                            c->kind == EPX_COMPONENT_COUPLER ? "is, ports, coupling, gap, rate, decay"
                                                             : "is, ports");
  }
  if (c->kind != EPX_COMPONENT_MESH) EPX_TRY(read_ports(map, c));
  const epx_tree *coupling = epx_tree_get(map, "coupling"), *gap = epx_tree_get(map, "gap");
  if ((coupling && coupling->kind != EPX_TREE_SCALAR) || (gap && gap->kind != EPX_TREE_SCALAR))
    return epx_tree_raise(map, "%s: coupling and gap are names of settings", name);
  if (coupling) c->coupling = coupling->text;
  if (gap) {
    c->gap = gap->text;
    EPX_TRY(read_positive(map, c, "rate", &c->rate));
    return read_positive(map, c, "decay", &c->decay);
  }
  if (epx_tree_get(map, "rate") || epx_tree_get(map, "decay"))
    return epx_tree_raise(map, "%s: rate and decay do nothing without gap, the name of a setting", name);
  return EPX_OK;
}

epx_err epx_component_read(const epx_tree *map, epx_component_table *table) {
  const int n = map ? map->n : 0;
  EPX_TRY(EPX_ARRAY(table->components, (size_t)(n + N_BUILT_IN)));
  for (int k = 0; k < n; k++)
    EPX_TRY(read_component(map->keys[k], map->items[k], &table->components[k]));
  memcpy(table->components + n, built_in, sizeof built_in);
  table->n = n + N_BUILT_IN;
  return EPX_OK;
}

epx_err epx_component_get(const epx_component_table *table, const char *name, const epx_tree *where,
                          const epx_component **out) {
  const char **names;
  for (int k = 0; k < table->n; k++) {
    *out = &table->components[k];
    if (strcmp(name, (*out)->name) != 0) continue;
    if ((*out)->kind != EPX_COMPONENT_MESH) return EPX_OK;
    return epx_tree_raise(
        where, "%s: meshes of interferometers are not imported, only rings and couplers between them", name);
  }
  EPX_TRY(EPX_ARRAY(names, (size_t)table->n));
  for (int k = 0; k < table->n; k++)
    names[k] = table->components[k].name;
  const char *nearest = epx_nearest_get(name, table->n, names);
  const int code =
      epx_tree_raise(where, "unknown component %s%s%s; --components FILE says what a component is", name,
                     nearest ? ", nearest is " : "", nearest ? nearest : "");
  epx_array_destroy(&names);
  return code;
}

int epx_component_get_port(const epx_component *component, const char *name) {
  for (int p = 0; p < EPX_COMPONENT_PORTS; p++)
    if (component->ports[p] && strcmp(component->ports[p], name) == 0) return p;
  return -1;
}
