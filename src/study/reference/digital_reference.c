/* Splits outside, candidates inside would share tasks; but widths are added until one passes, so each candidate goes
 * through the splits, whose tasks are made once. */
#include "study/reference/digital_reference.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"
#include "statistics/resampled.h"

typedef struct {
  const epx_digital_reference_spec *spec;
  epx_reduction reduction;
  int epochs, n_raw;
  uint64_t seed;
  int n_inputs;        /* kinds of features: 1, or 2 where the task makes them fewer */
  epx_task **tasks[2]; /* [n_inputs][splits] */
  epx_fit_mark *marks; /* [splits][EPX_FIT_GOALS] of one candidate */
  double *accuracy;    /* [splits] */
  double *theta;       /* of the largest model */
  int capacity;
  epx_digital_reference *reference;
} search;

static uint64_t get_split_seed(uint64_t seed, int j) {
  uint32_t words[4];
  const epx_random stream = epx_random_init(seed, "reference:split");
  if (j == 0) return seed;
  epx_random_eval_words(&stream, (uint32_t)j, 0, 0, 0, words);
  return (uint64_t)words[0] << 32 | words[1];
}

static bool has_one_class(const epx_task *task) {
  for (int i = 1; i < task->n_test; i++)
    if (task->labels[task->test[i]] != task->labels[task->test[0]]) return false;
  return true;
}

static epx_err check(const epx_task *task) {
  if (task->n_targets > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "reference: digital models tell classes apart, and the task has real targets");
  if (task->n_test == 0)
    return EPX_RAISE(EPX_EINPUT, "reference: nothing is held out, so no accuracy can be told; set "
                                 "task.test_fraction, such as 0.2");
  if (task->n_validation == 0)
    return EPX_RAISE(EPX_EINPUT,
                     "reference: both sides stop by the accuracy over a validation part, and there is none; "
                     "set task.validation_fraction, such as 0.2");
  if (has_one_class(task))
    return EPX_RAISE(
        EPX_EINPUT,
        "reference: the %d held-out samples are of one class, which any constant answer gets right; "
        "hold out more",
        task->n_test);
  return EPX_OK;
}

static epx_task_spec get_plain(const epx_task_spec *task, bool raw) {
  epx_task_spec plain = *task;
  plain.n_copies = 0;
  plain.constant = false;
  if (raw) plain.reduction = EPX_REDUCE_NONE;
  return plain;
}

static epx_err create_tasks(search *s, const epx_task_spec *task) {
  s->n_inputs = task->reduction == EPX_REDUCE_NONE ? 1 : 2;
  for (int i = 0; i < s->n_inputs; i++) {
    const epx_task_spec plain = get_plain(task, i == EPX_DIGITAL_REFERENCE_RAW);
    EPX_TRY(EPX_ARRAY(s->tasks[i], (size_t)s->spec->splits));
    for (int j = 0; j < s->spec->splits; j++) {
      EPX_TRY(epx_task_create(&plain, get_split_seed(s->seed, j), &s->tasks[i][j]));
      EPX_TRY(check(s->tasks[i][j]));
    }
  }
  s->n_raw = s->tasks[0][0]->n_raw;
  return EPX_OK;
}

static void destroy_search(search *s) {
  for (int i = 0; i < 2; i++) {
    for (int j = 0; s->tasks[i] && j < s->spec->splits; j++)
      epx_task_destroy(&s->tasks[i][j]);
    epx_array_destroy(&s->tasks[i]);
  }
  epx_array_destroy(&s->marks);
  epx_array_destroy(&s->accuracy);
  epx_array_destroy(&s->theta);
}

/* What one inference and the training on the task's own split take. */
static void set_work(const search *s, const epx_fit_spec *fit, const epx_fit_mark *mark,
                     epx_digital_reference_candidate *out) {
  const epx_task *task = s->tasks[out->input][0];
  const epx_classifier_shape shape = epx_classifier_get_shape(task, fit->n_hidden);
  const epx_reduction reduction = out->input == EPX_DIGITAL_REFERENCE_RAW ? EPX_REDUCE_NONE : s->reduction;
  out->way = epx_digital_work_get_input(reduction, s->n_raw, task->n_features);
  out->one = epx_digital_work_get_inference(shape);
  out->forward = mark->forward;
  const int batch = fit->kind == EPX_FIT_ADAM && fit->batch < task->n_train ? fit->batch : task->n_train;
  out->all = epx_digital_work_get_training(shape, fit->kind, batch, mark);
}

static void judge(const search *s, const epx_fit_spec *fit, int goal, epx_digital_reference_candidate *out) {
  const int n = s->spec->splits;
  const epx_task *task = s->tasks[0][0];
  double *a = s->accuracy;
  out->goal = fit->goal[goal];
  out->accuracy = 0;
  for (int j = 0; j < n; j++) {
    a[j] = s->marks[j * EPX_FIT_GOALS + goal].accuracy;
    out->accuracy += a[j] / n;
  }
  out->own_accuracy = a[0];
  out->epochs = s->marks[goal].epochs;
  out->lowest =
      epx_resampled_eval_lowest(a, (size_t)n, (double)task->n_test / task->n_train, s->spec->confidence);
  out->reaches = out->lowest - s->spec->target >= -s->spec->margin;
  set_work(s, fit, &s->marks[goal], out);
}

/* Whether a goal marks another end than the one before: some training had reached that one and went on. */
static bool is_new(const search *s, int goal) {
  for (int j = 0; j < s->spec->splits; j++) {
    const epx_fit_mark *mark = &s->marks[j * EPX_FIT_GOALS + goal];
    if (mark->forward != mark[-1].forward) return true;
  }
  return false;
}

/* One row a goal; a training that ends before a goal has the same end for it, and no row of its own. */
static epx_err add_candidate(search *s, const epx_fit_spec *spec, epx_digital_reference_input input,
                             bool *passed) {
  epx_digital_reference *r = s->reference;
  epx_fit_spec fit = *spec;
  for (int g = 0; g < EPX_FIT_GOALS; g++)
    fit.goal[g] = s->spec->target + g * s->spec->margin;
  for (int j = 0; j < s->spec->splits; j++) {
    fit.split = (uint32_t)j;
    EPX_TRY(epx_fit_solve(s->tasks[input][j], &fit, s->marks + j * EPX_FIT_GOALS, s->theta));
  }
  for (int g = 0; g < EPX_FIT_GOALS && r->n_candidates < s->capacity; g++) {
    if (g > 0 && !is_new(s, g)) break;
    epx_digital_reference_candidate *out = &r->candidates[r->n_candidates++];
    *out = (epx_digital_reference_candidate){
        .kind = fit.kind, .input = input, .n_hidden = fit.n_hidden, .setting = fit.setting};
    judge(s, &fit, g, out);
    *passed |= out->reaches;
  }
  return EPX_OK;
}

static const double settings[EPX_FIT_COUNT][EPX_DIGITAL_REFERENCE_SETTINGS] = {
    [EPX_FIT_ADAM] = {0.003, 0.03, 0.3}, [EPX_FIT_BFGS] = {0.01, 0.1, 1}, [EPX_FIT_RIDGE] = {1e-4, 1e-2, 1}};

static epx_err add_width(search *s, epx_digital_reference_input input, int width, bool *passed) {
  for (int kind = 0; kind < EPX_FIT_COUNT; kind++)
    for (int i = 0; i < EPX_DIGITAL_REFERENCE_SETTINGS; i++) {
      const epx_fit_spec fit = {.kind = (epx_fit_kind)kind,
                                .n_hidden = width,
                                .setting = settings[kind][i],
                                .batch = s->spec->batch,
                                .epochs = s->epochs,
                                .seed = s->seed};
      if (kind == EPX_FIT_RIDGE && width > 0) continue;
      EPX_TRY(add_candidate(s, &fit, input, passed));
    }
  return EPX_OK;
}

/* Width 0 and up, until the one after the first that passes: wider models may learn in fewer epochs. */
static epx_err add_widths(search *s, epx_digital_reference_input input) {
  bool passed = false;
  EPX_TRY(add_width(s, input, 0, &passed));
  for (int w = 0; w < s->spec->n_widths; w++) {
    const bool last = passed;
    EPX_TRY(add_width(s, input, s->spec->widths[w], &passed));
    if (last) break;
  }
  return EPX_OK;
}

static int find_cheapest(const epx_digital_reference *r, int kind, bool training) {
  int best = -1;
  for (int i = 0; i < r->n_candidates; i++) {
    const epx_digital_reference_candidate *c = &r->candidates[i];
    if (!c->reaches) continue;
    const double *energy = training ? c->training : c->inference;
    const epx_digital_reference_candidate *b = best < 0 ? NULL : &r->candidates[best];
    if (!b || energy[kind] < (training ? b->training : b->inference)[kind]) best = i;
  }
  return best;
}

/* The input is charged once an inference, and once for every time that a sample goes through. */
static void set_prices(epx_digital_reference *r, const epx_energy_spec *energy) {
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    const epx_energy_case *prices = &energy->cases[k];
    for (int i = 0; i < r->n_candidates; i++) {
      epx_digital_reference_candidate *c = &r->candidates[i];
      const double way = epx_digital_work_eval(&c->way, prices);
      c->inference[k] = way + epx_digital_work_eval(&c->one, prices);
      c->training[k] = c->forward * way + epx_digital_work_eval(&c->all, prices);
    }
    r->cheapest_inference[k] = find_cheapest(r, k, false);
    r->cheapest_training[k] = find_cheapest(r, k, true);
  }
}

static epx_err solve(search *s, const epx_task_spec *task) {
  const epx_digital_reference_spec *spec = s->spec;
  EPX_TRY(create_tasks(s, task));
  const int widest = spec->n_widths > 0 ? spec->widths[spec->n_widths - 1] : 0;
  size_t size = 0;
  for (int i = 0; i < s->n_inputs; i++)
    for (int w = 0; w <= widest; w += widest > 0 ? widest : 1) {
      const size_t own = epx_classifier_get_size(epx_classifier_get_shape(s->tasks[i][0], w));
      if (own > size) size = own;
    }
  s->capacity =
      s->n_inputs * (1 + spec->n_widths) * EPX_FIT_COUNT * EPX_DIGITAL_REFERENCE_SETTINGS * EPX_FIT_GOALS;
  EPX_TRY(EPX_ARRAY(s->theta, size));
  EPX_TRY(EPX_ARRAY(s->accuracy, (size_t)spec->splits));
  EPX_TRY(EPX_ARRAY(s->marks, (size_t)spec->splits * EPX_FIT_GOALS));
  EPX_TRY(EPX_ARRAY(s->reference->candidates, (size_t)s->capacity));
  for (int i = 0; i < s->n_inputs; i++)
    EPX_TRY(add_widths(s, (epx_digital_reference_input)i));
  return EPX_OK;
}

epx_err epx_digital_reference_create(const epx_digital_reference_spec *spec, const epx_task_spec *task,
                                     int epochs, uint64_t seed, const epx_energy_spec *energy,
                                     epx_digital_reference **out) {
  *out = NULL;
  if (spec->splits < 2)
    return EPX_RAISE(EPX_EINPUT, "reference.splits: %d; an interval over splits needs at least 2",
                     spec->splits);
  search s = {.spec = spec, .reduction = task->reduction, .epochs = epochs, .seed = seed};
  EPX_TRY(EPX_ARRAY(s.reference, 1));
  const int code = solve(&s, task);
  if (code == EPX_OK) set_prices(s.reference, energy);
  destroy_search(&s);
  if (code != EPX_OK) epx_digital_reference_destroy(&s.reference);
  *out = s.reference;
  return code;
}

void epx_digital_reference_destroy(epx_digital_reference **address) {
  if (*address) epx_array_destroy(&(*address)->candidates);
  epx_array_destroy(address);
}

/* ---- one for many points */

static void append(char **at, const char *end, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int n = vsnprintf(*at, (size_t)(end - *at), format, arguments);
  va_end(arguments);
  *at = n < 0 || n >= end - *at ? (char *)end - 1 : *at + n;
}

/* All that the trainings of a reference depend on, as text. */
static void write_key(const epx_digital_reference_spec *spec, const epx_task_spec *t, int epochs,
                      uint64_t seed, char *key, size_t size) {
  char *at = key;
  const char *end = key + size;
  append(&at, end, "%llu %d %a %a %a %d %d;", (unsigned long long)seed, epochs, spec->target, spec->margin,
         spec->confidence, spec->splits, spec->batch);
  for (int i = 0; i < spec->n_widths; i++)
    append(&at, end, " %d", spec->widths[i]);
  append(&at, end, "; %d %d %d %a %a %a %d %d %d %d %d;", (int)t->header, t->n_classes, t->n_samples,
         t->noise, t->test_fraction, t->validation_fraction, (int)t->scaling, (int)t->reduction, t->n_ports,
         (int)t->whiten, t->window);
  for (int i = 0; i < t->n_classes; i++)
    append(&at, end, " %d", t->classes[i]);
  const char *names[] = {t->name, t->path, t->label, t->features, t->labels, t->test_path, t->test_labels};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    append(&at, end, "\n%s", names[i] ? names[i] : "");
}

static size_t get_length(const char *text) {
  return text ? strlen(text) : 0;
}

epx_err epx_digital_reference_store_get(epx_digital_reference_store *store,
                                        const epx_digital_reference_spec *spec, const epx_task_spec *task,
                                        int epochs, uint64_t seed, const epx_energy_spec *energy,
                                        const epx_digital_reference **out) {
  const size_t size = 2048 + 16 * (size_t)(spec->n_widths + task->n_classes) + get_length(task->path) +
                      get_length(task->label) + get_length(task->features) + get_length(task->labels) +
                      get_length(task->test_path) + get_length(task->test_labels);
  char *key;
  EPX_TRY(EPX_ARRAY(key, size));
  write_key(spec, task, epochs, seed, key, size);
  *out = store->made;
  if (store->key && strcmp(store->key, key) == 0) {
    epx_array_destroy(&key);
    set_prices(store->made, energy);
    return EPX_OK;
  }
  epx_digital_reference_store_reset(store);
  store->key = key;
  const int code = epx_digital_reference_create(spec, task, epochs, seed, energy, &store->made);
  if (code != EPX_OK) epx_digital_reference_store_reset(store);
  *out = store->made;
  return code;
}

void epx_digital_reference_store_reset(epx_digital_reference_store *store) {
  epx_digital_reference_destroy(&store->made);
  epx_array_destroy(&store->key);
}
