/** @file
 * Scan: points are ordered by a permutation that is applied to every array.
 */
#include "measurement/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

typedef struct {
  double frequency;
  size_t place;
} key;

epx_err epx_scan_create(const char *name, size_t n_points, epx_scan_kind kind, epx_scan **out) {
  epx_scan *s;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(s, 1));
  s->n_points = n_points;
  int code = epx_array_create_text(&s->name, name);
  if (code == EPX_OK) code = EPX_ARRAY(s->frequency, n_points);
  if (code == EPX_OK) code = EPX_ARRAY(s->power, n_points);
  if (code == EPX_OK && kind == EPX_SCAN_DROP) code = EPX_ARRAY(s->drop, n_points);
  if (code == EPX_OK && kind == EPX_SCAN_AMPLITUDE) code = EPX_ARRAY(s->re, n_points);
  if (code == EPX_OK && kind == EPX_SCAN_AMPLITUDE) code = EPX_ARRAY(s->im, n_points);
  if (code != EPX_OK) epx_scan_destroy(&s);
  EPX_TRY(code);
  *out = s;
  return EPX_OK;
}

void epx_scan_destroy(epx_scan **address) {
  epx_scan *s = *address;
  if (!s) return;
  epx_array_destroy(&s->name);
  epx_array_destroy(&s->frequency);
  epx_array_destroy(&s->power);
  epx_array_destroy(&s->drop);
  epx_array_destroy(&s->re);
  epx_array_destroy(&s->im);
  epx_array_destroy(address);
}

static int compare(const void *a, const void *b) {
  const key *x = a, *y = b;
  if (x->frequency != y->frequency) return x->frequency < y->frequency ? -1 : 1;
  return (x->place > y->place) - (x->place < y->place);
}

epx_err epx_scan_order(epx_scan *s) {
  double *array[] = {s->frequency, s->power, s->drop, s->re, s->im}, *room;
  key *keys;
  EPX_TRY(EPX_ARRAY(keys, s->n_points));
  int code = EPX_ARRAY(room, s->n_points);
  for (size_t i = 0; code == EPX_OK && i < s->n_points; i++)
    keys[i] = (key){s->frequency[i], i};
  if (code == EPX_OK) qsort(keys, s->n_points, sizeof *keys, compare);
  for (size_t k = 0; code == EPX_OK && k < sizeof array / sizeof *array; k++) {
    if (!array[k]) continue;
    memcpy(room, array[k], s->n_points * sizeof *room);
    for (size_t i = 0; i < s->n_points; i++)
      array[k][i] = room[keys[i].place];
  }
  epx_array_destroy(&keys);
  epx_array_destroy(&room);
  return code;
}
