/** @file
 * Order: found once by doing a step without numbers. What is ready and furthest goes first; where nothing is,
 * one more part enters the first stage, in the order of its distance from the parts that others wait for.
 */
#include "equilibrium/distributed/order.h"

#include <string.h>

#include "base/array.h"

/** Where parts hear from more than so many others on average, their stages cannot overlap to any use. */
enum { MOST_NEAR = 32 };

/** A step without numbers. */
typedef struct {
  int n_parts, n_stages, n_edges;
  int *start, *near; /* parts that each part hears from, and itself: near[start[p] ... start[p + 1] - 1] */
  int *mark;         /* [n_parts] scratch */
  bool *is_edge;     /* [n_parts] has links to other ranks' nodes */
  int *entrance;     /* [n_parts] parts as they enter the first stage */
  int n_entered;
  int *missing;     /* [n_stages][n_parts] what the rate of a stage still waits for */
  int *ready;       /* [n_stages][n_parts] parts whose rate waits for nothing: of each stage a queue, */
  int *head, *tail; /* [n_stages] from head to tail */
  int *edges_left;  /* [n_stages] edges whose stage is not formed */
  epx_order *out;
} rehearsal;

static void destroy_rehearsal(rehearsal *r) {
  int **const integers[] = {&r->start, &r->near, &r->mark, &r->entrance,  &r->missing,
                            &r->ready, &r->head, &r->tail, &r->edges_left};
  for (size_t k = 0; k < sizeof integers / sizeof *integers; k++)
    epx_array_destroy(integers[k]);
  epx_array_destroy(&r->is_edge);
}

static epx_err create_rehearsal(const epx_nodes *nodes, int n_stages, epx_order *out, rehearsal *r) {
  const int n_parts = (nodes->n_local + nodes->cache.part_length - 1) / nodes->cache.part_length;
  const size_t n = (size_t)n_parts, stages = (size_t)n_stages;
  *r = (rehearsal){.n_parts = n_parts, .n_stages = n_stages, .out = out};
  EPX_TRY(EPX_ARRAY(r->start, n + 1));
  EPX_TRY(EPX_ARRAY(r->near, n * MOST_NEAR));
  EPX_TRY(EPX_ARRAY(r->mark, n));
  EPX_TRY(EPX_ARRAY(r->is_edge, n));
  EPX_TRY(EPX_ARRAY(r->entrance, n));
  EPX_TRY(EPX_ARRAY(r->missing, stages * n));
  EPX_TRY(EPX_ARRAY(r->ready, stages * n));
  EPX_TRY(EPX_ARRAY(r->head, stages));
  EPX_TRY(EPX_ARRAY(r->tail, stages));
  EPX_TRY(EPX_ARRAY(r->edges_left, stages));
  return EPX_ARRAY(out->tasks, stages * (2 * n + 1));
}

/** Lists the parts that part p hears from; false: there are too many of them in all. */
static bool list_near(const epx_nodes *nodes, rehearsal *r, int p) {
  const int length = nodes->cache.part_length, first = p * length;
  const int last = first + length < nodes->n_local ? first + length : nodes->n_local;
  int n = r->start[p];
  r->near[n++] = p;
  r->mark[p] = p + 1;
  for (int k = nodes->links.start[first]; k < nodes->links.start[last]; k++) {
    const int column = nodes->links.column[k], part = column / length;
    if (column >= nodes->n_local) {
      r->is_edge[p] = r->is_edge[p] || column < nodes->n_local + nodes->n_ghosts;
      continue;
    }
    if (r->mark[part] == p + 1) continue;
    if (n == r->n_parts * MOST_NEAR) return false;
    r->mark[part] = p + 1;
    r->near[n++] = part;
  }
  r->start[p + 1] = n;
  r->n_edges += r->is_edge[p];
  return true;
}

/** Lists the parts in the order of their distance from the edges; from the first, where there is none. */
static void list_entrance(rehearsal *r) {
  int n = 0;
  memset(r->mark, 0, (size_t)r->n_parts * sizeof *r->mark);
  for (int p = 0; p < r->n_parts; p++) {
    if (r->is_edge[p]) r->mark[r->entrance[n++] = p] = 1;
  }
  for (int k = 0, next = 0; n < r->n_parts; k++) {
    if (k == n) { /* what no link reaches */
      while (r->mark[next])
        next++;
      r->mark[r->entrance[n++] = next] = 1;
    }
    const int p = r->entrance[k];
    for (int i = r->start[p]; i < r->start[p + 1]; i++) {
      const int q = r->near[i];
      if (!r->mark[q]) r->mark[r->entrance[n++] = q] = 1;
    }
  }
}

static void add(epx_order *out, epx_order_kind kind, int stage, int part) {
  out->tasks[out->n_tasks++] = (epx_order_task){.kind = kind, .stage = stage, .part = part};
}

/** Something that the rate of a part waited for has come. */
static void supply(rehearsal *r, int stage, int p) {
  const int s = stage - 1;
  if (--r->missing[s * r->n_parts + p] == 0) r->ready[s * r->n_parts + r->tail[s]++] = p;
}

static void exchange(rehearsal *r, int stage) {
  add(r->out, EPX_ORDER_EXCHANGE, stage, 0);
  for (int p = 0; p < r->n_parts; p++) {
    if (r->is_edge[p]) supply(r, stage, p);
  }
}

static void form(rehearsal *r, int stage, int p) {
  add(r->out, EPX_ORDER_FORM, stage, p);
  for (int i = r->start[p]; i < r->start[p + 1]; i++)
    supply(r, stage, r->near[i]);
  if (r->is_edge[p] && --r->edges_left[stage - 1] == 0) exchange(r, stage);
}

/** Gets the furthest stage in which a part is ready; 0: none. */
static int get_stage(const rehearsal *r) {
  int stage = r->n_stages;
  while (stage > 0 && r->head[stage - 1] == r->tail[stage - 1])
    stage--;
  return stage;
}

static void rehearse(rehearsal *r) {
  for (int stage = 1; stage <= r->n_stages; stage++) {
    r->edges_left[stage - 1] = r->n_edges;
    for (int p = 0; p < r->n_parts; p++)
      r->missing[(stage - 1) * r->n_parts + p] = r->start[p + 1] - r->start[p] + r->is_edge[p];
    if (r->n_edges == 0) exchange(r, stage);
  }
  for (;;) {
    const int stage = get_stage(r);
    if (stage == 0) {
      if (r->n_entered == r->n_parts) return;
      form(r, 1, r->entrance[r->n_entered++]);
      continue;
    }
    const int p = r->ready[(stage - 1) * r->n_parts + r->head[stage - 1]++];
    add(r->out, EPX_ORDER_EVAL, stage, p);
    if (stage < r->n_stages) form(r, stage + 1, p);
  }
}

/** Stage after stage. */
static void lay_plainly(const rehearsal *r) {
  for (int stage = 1; stage <= r->n_stages; stage++) {
    for (int p = 0; p < r->n_parts; p++)
      add(r->out, EPX_ORDER_FORM, stage, p);
    add(r->out, EPX_ORDER_EXCHANGE, stage, 0);
    for (int p = 0; p < r->n_parts; p++)
      add(r->out, EPX_ORDER_EVAL, stage, p);
  }
}

epx_err epx_order_create(const epx_nodes *nodes, int n_stages, epx_order *out) {
  rehearsal r;
  *out = (epx_order){0};
  const int code = create_rehearsal(nodes, n_stages, out, &r);
  bool sparse = code == EPX_OK;
  for (int p = 0; sparse && p < r.n_parts; p++)
    sparse = list_near(nodes, &r, p);
  if (sparse) {
    list_entrance(&r);
    rehearse(&r);
  } else if (code == EPX_OK) {
    lay_plainly(&r);
  }
  destroy_rehearsal(&r);
  if (code != EPX_OK) epx_order_destroy(out);
  return code;
}

void epx_order_destroy(epx_order *order) {
  epx_array_destroy(&order->tasks);
  order->n_tasks = 0;
}
