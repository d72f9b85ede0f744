/** @file
 * Classes: the order is made anew when an eighth as many blocks were timed as there are classes.
 */
#include "parallel/schedule/classes.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"

struct epx_class {
  int64_t next; /* blocks before it were taken */
  int64_t n;    /* timed */
  double sum;   /* s */
};

/* What sorting compares. */
typedef struct {
  double mean;
  int i_class;
} place;

epx_err epx_classes_init(epx_classes *classes, int64_t n_blocks, int64_t size) {
  *classes = (epx_classes){
      .size = size, .n_blocks = n_blocks, .n = (int)((n_blocks + size - 1) / size), .n_sorted = -1};
  EPX_TRY(EPX_ARRAY(classes->list, (size_t)classes->n));
  EPX_TRY(EPX_ARRAY(classes->order, (size_t)classes->n));
  for (int c = 0; c < classes->n; c++) {
    classes->list[c].next = c * size;
    classes->order[c] = c;
  }
  return EPX_OK;
}

void epx_classes_destroy(epx_classes *classes) {
  epx_array_destroy(&classes->list);
  epx_array_destroy(&classes->order);
  *classes = (epx_classes){0};
}

void epx_classes_merge(epx_classes *classes, int64_t block, double seconds) {
  if (classes->size == 0 || block >= classes->n_blocks) return;
  struct epx_class *own = &classes->list[block / classes->size];
  own->n++;
  own->sum += seconds;
  classes->n_timed++;
}

static int compare(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (x->mean != y->mean) return x->mean > y->mean ? -1 : 1;
  return x->i_class - y->i_class;
}

/* Without memory the order stays as it was. */
static void sort(epx_classes *classes) {
  place *places;
  classes->n_sorted = classes->n_timed;
  if (EPX_ARRAY(places, (size_t)classes->n) != EPX_OK) {
    epx_error_reset();
    return;
  }
  for (int c = 0; c < classes->n; c++) {
    const struct epx_class *of = &classes->list[c];
    places[c] = (place){of->n > 0 ? of->sum / (double)of->n : INFINITY, c};
  }
  qsort(places, (size_t)classes->n, sizeof *places, compare);
  for (int c = 0; c < classes->n; c++)
    classes->order[c] = places[c].i_class;
  classes->i_order = 0;
  epx_array_destroy(&places);
}

static int64_t take_of(epx_classes *classes, int i_class, bool (*is_open)(const void *, int64_t),
                       const void *context) {
  struct epx_class *own = &classes->list[i_class];
  int64_t end = (int64_t)(i_class + 1) * classes->size;
  if (end > classes->n_blocks) end = classes->n_blocks;
  for (; own->next < end; own->next++)
    if (is_open(context, own->next)) return own->next++;
  return -1;
}

int64_t epx_classes_take(epx_classes *classes, bool (*is_open)(const void *, int64_t), const void *context) {
  int64_t block = -1;
  while (block < 0 && classes->i_probe < classes->n) {
    const int c = classes->i_probe++;
    if (classes->list[c].n == 0) block = take_of(classes, c, is_open, context);
  }
  if (block >= 0) return block;
  if (classes->n_sorted < 0 || 8 * (classes->n_timed - classes->n_sorted) > classes->n) sort(classes);
  while (block < 0 && classes->i_order < classes->n) {
    block = take_of(classes, classes->order[classes->i_order], is_open, context);
    classes->i_order += block < 0;
  }
  return block;
}
