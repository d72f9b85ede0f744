/** @file
 * Points: a kind holds its resolved deck and, of each column that a plain factor sets, what the number must be. A
 * number that must not be is left to the long way, which says it at the factor's line.
 */
#include "io/deck/points.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "io/deck/private.h"
#include "io/deck/resolve.h"

/* Points that differ in plain factors alone. */
typedef struct {
  int i_point; /* the one that was resolved */
  epx_tree_store *store;
  const epx_tree *resolved;
  epx_target *target; /* [n_columns]; only those of plain factors are set */
} kind;

struct epx_points {
  const epx_deck *deck;
  const epx_design *design;
  bool *plain; /* [n_factors] */
  kind kinds[EPX_POINTS_KINDS];
  int n_kinds, i_oldest;
  epx_tree_store *scratch; /* of one point's tree */
};

/* Tells whether a list of keys between blanks holds a key, by its path or as ".key". */
static bool is_named(const char *list, const char *path) {
  const char *last = strrchr(path, '.');
  for (const char *at = list; at && *at; at += strcspn(at, " "), at += strspn(at, " ")) {
    const size_t n = strcspn(at, " ");
    if ((strncmp(at, path, n) == 0 && !path[n]) || (last && strncmp(at, last, n) == 0 && !last[n]))
      return true;
  }
  return false;
}

static epx_err get_target(const epx_tree *resolved, epx_tree_store *store, const char *path,
                          epx_target *target) {
  epx_tree root = *resolved;
  epx_resolver r = {.store = store, .user = resolved, .root = &root};
  EPX_TRY(epx_resolve_read_family(resolved, &r.family));
  return epx_target_get(&r, path, resolved, target);
}

/* Tells whether what stands at a path is a real number that no default follows from. */
static bool is_plain_path(const epx_deck *deck, const char *path) {
  epx_target target;
  if (get_target(deck->resolved, deck->store, path, &target) != EPX_OK) return false;
  if (target.entry->type != EPX_SCHEMA_REAL && target.entry->type != EPX_SCHEMA_VALUE) return false;
  for (int i = 0; epx_schema_get(i); i++)
    if (is_named(epx_schema_get(i)->derived, target.entry->path)) return false;
  return true;
}

static epx_err init(epx_points *points) {
  const epx_deck *deck = points->deck;
  EPX_TRY(EPX_ARRAY(points->plain, (size_t)deck->n_factors));
  for (int i = 0; i < deck->n_factors; i++)
    points->plain[i] = true;
  for (int c = 0; c < deck->n_columns; c++)
    points->plain[deck->columns[c].i_factor] &= is_plain_path(deck, deck->columns[c].factor->path);
  epx_error_reset();
  return epx_tree_create_store(&points->scratch);
}

epx_err epx_points_create(const epx_deck *deck, const epx_design *design, epx_points **out) {
  *out = NULL;
  epx_points *points;
  EPX_TRY(EPX_ARRAY(points, 1));
  points->deck = deck;
  points->design = design;
  const int code = init(points);
  if (code == EPX_OK)
    *out = points;
  else
    epx_points_destroy(&points);
  return code;
}

void epx_points_destroy(epx_points **address) {
  epx_points *points = *address;
  if (!points) return;
  for (int k = 0; k < points->n_kinds; k++)
    epx_tree_destroy_store(&points->kinds[k].store);
  epx_tree_destroy_store(&points->scratch);
  epx_array_destroy(&points->plain);
  epx_array_destroy(address);
}

bool epx_points_is_plain(const epx_points *points, int i_factor) {
  return points->plain[i_factor];
}

static const kind *get_kind(const epx_points *points, int i_point) {
  const size_t n = (size_t)points->deck->n_factors;
  const double *b = points->design->value + (size_t)i_point * n;
  for (int k = 0; k < points->n_kinds; k++) {
    const double *a = points->design->value + (size_t)points->kinds[k].i_point * n;
    bool same = true;
    for (size_t i = 0; same && i < n; i++)
      same = points->plain[i] || a[i] == b[i];
    if (same) return &points->kinds[k];
  }
  return NULL;
}

static epx_err make_kind(const epx_points *points, int i_point, kind *made) {
  const epx_deck *deck = points->deck;
  made->i_point = i_point;
  EPX_TRY(epx_tree_create_store(&made->store));
  EPX_TRY(epx_deck_eval_point(deck, points->design, i_point, made->store, &made->resolved));
  EPX_TRY(epx_tree_create_memory(made->store, (size_t)deck->n_columns * sizeof *made->target, &made->target));
  for (int c = 0; c < deck->n_columns; c++)
    if (points->plain[deck->columns[c].i_factor])
      EPX_TRY(get_target(made->resolved, made->store, deck->columns[c].factor->path, &made->target[c]));
  return EPX_OK;
}

/* Makes the kind of a point, in the place of the oldest where all are taken. */
static epx_err add_kind(epx_points *points, int i_point, const kind **out) {
  kind made = {0};
  const int code = make_kind(points, i_point, &made);
  if (code != EPX_OK) {
    epx_tree_destroy_store(&made.store);
    return code;
  }
  kind *place = &points->kinds[points->n_kinds < EPX_POINTS_KINDS ? points->n_kinds++ : points->i_oldest++];
  points->i_oldest %= EPX_POINTS_KINDS;
  epx_tree_destroy_store(&place->store);
  *place = made;
  *out = place;
  return EPX_OK;
}

/* The resolved deck of a point, from that of its kind. */
static epx_err eval_like(epx_points *points, const kind *like, int i_point, const epx_tree **resolved) {
  const epx_deck *deck = points->deck;
  epx_tree_reset_store(points->scratch);
  *resolved = like->resolved;
  for (int c = 0; c < deck->n_columns; c++) {
    const epx_deck_column *column = &deck->columns[c];
    const epx_tree *number, *changed;
    if (!points->plain[column->i_factor]) continue;
    const double value = epx_deck_eval_column(deck, points->design, i_point, c);
    if (isnan(value)) continue; /* the deck has no number there, and the factor gives none */
    EPX_TRY(epx_target_read_number(points->scratch, &like->target[c], column->factor->path, like->resolved,
                                   value, &number));
    EPX_TRY(epx_tree_set_path(points->scratch, *resolved, column->factor->path, number, &changed));
    if (!changed) return EPX_RAISE(EPX_EINPUT, "no scalar stands at '%s'", column->factor->path);
    *resolved = changed;
  }
  return EPX_OK;
}

/* The kind of a point, made where there is none yet. */
static epx_err find_kind(epx_points *points, int i_point, const kind **like) {
  *like = get_kind(points, i_point);
  return *like ? EPX_OK : add_kind(points, i_point, like);
}

epx_err epx_points_eval_deck(epx_points *points, int i_point, const epx_tree **resolved) {
  const kind *like;
  EPX_TRY(find_kind(points, i_point, &like));
  *resolved = like->resolved;
  return like->i_point == i_point ? EPX_OK : eval_like(points, like, i_point, resolved);
}

epx_err epx_points_eval_settings(epx_points *points, int i_point, epx_settings **settings) {
  const kind *like;
  const epx_tree *resolved;
  *settings = NULL;
  EPX_TRY(find_kind(points, i_point, &like));
  if (like->i_point == i_point) return epx_settings_read(like->resolved, settings);
  int code = eval_like(points, like, i_point, &resolved);
  if (code == EPX_OK) code = epx_settings_read_like(resolved, settings);
  if (code != EPX_EINPUT) return code;
  epx_error_reset();
  return epx_deck_eval_settings(points->deck, points->design, i_point, settings);
}
