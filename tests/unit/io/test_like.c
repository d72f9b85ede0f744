/** @file
 * Design points that differ in real numbers alone: their resolved decks, made from one another, are those that are
 * resolved from the deck as written, for every real number of every shipped deck.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/deck/points.h"
#include "io/deck/private.h"

typedef struct {
  const char *path; /* of the file */
  int n_plain, n_other;
} tally;

/* Numbers may have another number of digits. */
static void assert_same(const epx_tree *a, const epx_tree *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->n, b->n);
  for (int i = 0; i < a->n; i++) {
    if (a->kind == EPX_TREE_MAP) assert_string_equal(a->keys[i], b->keys[i]);
    assert_same(a->items[i], b->items[i]);
  }
  if (a->kind != EPX_TREE_SCALAR) return;
  char *end;
  const double number = strtod(a->text, &end);
  if (*end || end == a->text)
    assert_string_equal(a->text, b->text);
  else
    assert_true(number == strtod(b->text, NULL));
  if (a->unit || b->unit) assert_string_equal(a->unit, b->unit);
}

/* Compares both ways at the second of two points; false where the factor is not plain. */
static bool is_alike(const epx_deck *deck, const epx_design *design) {
  epx_tree_store *store;
  epx_points *points;
  const epx_tree *full, *like;
  assert_int_equal(epx_points_create(deck, design, &points), EPX_OK);
  const bool plain = epx_points_is_plain(points, 0);
  assert_int_equal(epx_tree_create_store(&store), EPX_OK);
  assert_int_equal(epx_points_eval_deck(points, 0, &like), EPX_OK);
  if (plain && epx_deck_eval_point(deck, design, 1, store, &full) == EPX_OK) {
    assert_int_equal(epx_points_eval_deck(points, 1, &like), EPX_OK);
    assert_same(full, like);
  }
  epx_tree_destroy_store(&store);
  epx_points_destroy(&points);
  return plain;
}

/* Makes the number at a path the only factor, of its own value and another. */
static void try_factor(const char *path, const epx_tree *scalar, tally *own) {
  epx_deck *deck;
  epx_design *design;
  const epx_factor *factors;
  int n_factors;
  char assignment[600], *end;
  const double value = strtod(scalar->text, &end);
  if (*end || end == scalar->text) return;
  snprintf(assignment, sizeof assignment, "design={method: grid, factors: {%s: {values: [%.17g, %.17g]}}}",
           path, value, value == 0 ? 0.001 : value * 1.01);
  assert_int_equal(epx_deck_read(own->path, &deck), EPX_OK);
  if (epx_deck_set(deck, assignment) == EPX_OK &&
      epx_deck_eval_design(deck, &factors, &n_factors, &design) == EPX_OK) {
    if (is_alike(deck, design))
      own->n_plain++;
    else
      own->n_other++;
    epx_design_destroy(&design);
  }
  epx_deck_destroy(&deck);
}

static void walk(const epx_tree *tree, const char *path, tally *own) {
  for (int i = 0; tree->kind != EPX_TREE_SCALAR && i < tree->n; i++) {
    char child[300];
    if (tree->kind == EPX_TREE_MAP)
      snprintf(child, sizeof child, "%s%s%s", path, *path ? "." : "", tree->keys[i]);
    else
      snprintf(child, sizeof child, "%s.%d", path, i);
    walk(tree->items[i], child, own);
  }
  if (tree->kind == EPX_TREE_SCALAR) try_factor(path, tree, own);
}

static void points_made_from_one_another_are_those_of_the_deck(void **state) {
  (void)state;
  static const char *const patterns[] = {EPX_SOURCE_DIR "/inputs/0*.yaml",
                                         EPX_SOURCE_DIR "/inputs/families/*.yaml"};
  tally own = {0};
  for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
    glob_t files;
    assert_int_equal(glob(patterns[p], 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
      epx_deck *deck;
      own.path = files.gl_pathv[i];
      if (strstr(own.path, "plugin")) continue; /* built elsewhere */
      assert_int_equal(epx_deck_read(own.path, &deck), EPX_OK);
      walk(deck->resolved, "", &own);
      epx_deck_destroy(&deck);
    }
    globfree(&files);
  }
  print_message("%d numbers are plain, %d are not\n", own.n_plain, own.n_other);
  assert_true(own.n_plain > 300);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(points_made_from_one_another_are_those_of_the_deck)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
