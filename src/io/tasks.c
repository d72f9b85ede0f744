#include "io/tasks.h"

#include <string.h>

#include "base/array.h"

typedef struct {
  int i_point;
  epx_task *task;
} kept;

struct epx_tasks {
  const epx_design *design;
  bool *matters; /* [n_factors]: a factor sets something of the task */
  kept kept[EPX_TASKS_MAX];
  int n_kept, i_oldest;
};

epx_err epx_tasks_create(const epx_deck *deck, const epx_design *design, epx_tasks **out) {
  epx_tasks *tasks;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(tasks, 1));
  tasks->design = design;
  const int code = EPX_ARRAY(tasks->matters, (size_t)design->n_factors);
  if (code != EPX_OK) {
    epx_tasks_destroy(&tasks);
    return code;
  }
  const int n = epx_deck_get_n_columns(deck);
  for (int c = 0; c < n; c++) {
    const epx_deck_column column = epx_deck_get_column(deck, c);
    const char *path = column.factor->path;
    tasks->matters[column.i_factor] |= strncmp(path, "task.", 5) == 0 || strcmp(path, "study.seed") == 0;
  }
  *out = tasks;
  return EPX_OK;
}

void epx_tasks_destroy(epx_tasks **address) {
  epx_tasks *tasks = *address;
  if (!tasks) return;
  for (int k = 0; k < tasks->n_kept; k++)
    epx_task_destroy(&tasks->kept[k].task);
  epx_array_destroy(&tasks->matters);
  epx_array_destroy(address);
}

static bool is_same(const epx_tasks *tasks, int a, int b) {
  const int n = tasks->design->n_factors;
  const double *row_a = tasks->design->value + (size_t)a * (size_t)n,
               *row_b = tasks->design->value + (size_t)b * (size_t)n;
  for (int i = 0; i < n; i++)
    if (tasks->matters[i] && row_a[i] != row_b[i]) return false;
  return true;
}

static int find(const epx_tasks *tasks, int i_point) {
  for (int k = 0; k < tasks->n_kept; k++)
    if (is_same(tasks, tasks->kept[k].i_point, i_point)) return k;
  return -1;
}

epx_task *epx_tasks_get(const epx_tasks *tasks, int i_point) {
  const int k = find(tasks, i_point);
  return k < 0 ? NULL : tasks->kept[k].task;
}

void epx_tasks_set(epx_tasks *tasks, int i_point, epx_task *task) {
  int k = find(tasks, i_point);
  if (k < 0 && tasks->n_kept < EPX_TASKS_MAX) k = tasks->n_kept++;
  if (k < 0) {
    k = tasks->i_oldest;
    tasks->i_oldest = (k + 1) % EPX_TASKS_MAX;
  }
  epx_task_destroy(&tasks->kept[k].task);
  tasks->kept[k] = (kept){i_point, task};
}

int epx_tasks_find(const epx_tasks *tasks, int *i_point) {
  int n = 0;
  for (int i = 0; i < tasks->design->n_points; i++) {
    bool seen = false;
    for (int k = 0; !seen && k < n; k++)
      seen = is_same(tasks, i_point[k], i);
    if (seen) continue;
    if (n == EPX_TASKS_MAX) return 0;
    i_point[n++] = i;
  }
  return n;
}
