/* Loops run over inputs outside and outputs inside, so that each sum keeps its order whatever the width of vectors. */
#include "learning/reference/classifier.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"

struct epx_classifier {
  const epx_task *task;
  epx_classifier_shape shape;
  float *words;                   /* [size] theta in 16-bit words; biases as they are */
  float *sums;                    /* [size] gradient */
  float *x, *hidden, *z;          /* [n_inputs], [n_hidden], [n_outputs] of one sample */
  float *back;                    /* [n_hidden] slope of the cost in the hidden values */
  int32_t *levels;                /* [size] theta in 8-bit words; biases in units of their sums */
  int32_t *row, *middle, *answer; /* [n_inputs], [n_hidden], [n_outputs] of one sample, integers */
};

epx_classifier_shape epx_classifier_get_shape(const epx_task *task, int n_hidden) {
  return (epx_classifier_shape){task->n_features, n_hidden, task->n_classes == 2 ? 1 : task->n_classes};
}

size_t epx_classifier_get_size(epx_classifier_shape s) {
  const size_t in = (size_t)s.n_inputs, hidden = (size_t)s.n_hidden, out = (size_t)s.n_outputs;
  return hidden > 0 ? (in + 1) * hidden + (hidden + 1) * out : (in + 1) * out;
}

float epx_classifier_round(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits += 0x7fff + ((bits >> 16) & 1);
  bits &= 0xffff0000;
  memcpy(&x, &bits, sizeof x);
  return x;
}

epx_err epx_classifier_create(const epx_task *task, int n_hidden, epx_classifier **out) {
  epx_classifier *m;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(m, 1));
  m->task = task;
  m->shape = epx_classifier_get_shape(task, n_hidden);
  const size_t size = epx_classifier_get_size(m->shape), in = (size_t)task->n_features,
               hidden = (size_t)n_hidden, outputs = (size_t)m->shape.n_outputs;
  int code = EPX_ARRAY(m->words, size);
  if (code == EPX_OK) code = EPX_ARRAY(m->sums, size);
  if (code == EPX_OK) code = EPX_ARRAY(m->levels, size);
  if (code == EPX_OK) code = EPX_ARRAY(m->x, in);
  if (code == EPX_OK) code = EPX_ARRAY(m->row, in);
  if (code == EPX_OK) code = EPX_ARRAY(m->hidden, hidden);
  if (code == EPX_OK) code = EPX_ARRAY(m->back, hidden);
  if (code == EPX_OK) code = EPX_ARRAY(m->middle, hidden);
  if (code == EPX_OK) code = EPX_ARRAY(m->z, outputs);
  if (code == EPX_OK) code = EPX_ARRAY(m->answer, outputs);
  *out = m;
  if (code != EPX_OK) epx_classifier_destroy(out);
  return code;
}

void epx_classifier_destroy(epx_classifier **address) {
  epx_classifier *m = *address;
  if (!m) return;
  void *arrays[] = {&m->words,  &m->sums, &m->levels, &m->x, &m->row,
                    &m->hidden, &m->back, &m->middle, &m->z, &m->answer};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    epx_array_destroy(arrays[i]);
  epx_array_destroy(address);
}

epx_classifier_shape epx_classifier_get_own_shape(const epx_classifier *model) {
  return model->shape;
}

/* Where the parts of theta begin: with no hidden layer, W2 is W. */
typedef struct {
  int n_inputs; /* of the last layer */
  size_t bias1, weight2, bias2;
} places;

static places get_places(epx_classifier_shape s) {
  const size_t bias1 = (size_t)s.n_inputs * (size_t)s.n_hidden, weight2 = bias1 + (size_t)s.n_hidden;
  const int n = s.n_hidden > 0 ? s.n_hidden : s.n_inputs;
  return (places){n, bias1, weight2, weight2 + (size_t)n * (size_t)s.n_outputs};
}

void epx_classifier_eval_start(const epx_classifier *model, uint64_t seed, uint32_t split, double *theta) {
  const epx_classifier_shape s = model->shape;
  const places at = get_places(s);
  const epx_random stream = epx_random_init(seed, "reference:weights");
  memset(theta, 0, epx_classifier_get_size(s) * sizeof *theta);
  if (s.n_hidden == 0) return;
  for (size_t i = 0; i < at.bias2; i++) {
    if (i >= at.bias1 && i < at.weight2) continue;
    const double sigma = i < at.bias1 ? sqrt(2.0 / s.n_inputs) : sqrt(1.0 / s.n_hidden);
    theta[i] = (float)(sigma * epx_random_eval_normal(&stream, split, (uint32_t)s.n_hidden, (uint32_t)i, 0));
  }
}

/* ---- 16-bit words */

static void set_words(epx_classifier *m, const double *theta) {
  const places at = get_places(m->shape);
  const size_t size = epx_classifier_get_size(m->shape);
  for (size_t i = 0; i < size; i++) {
    const bool bias = (i >= at.bias1 && i < at.weight2) || i >= at.bias2;
    m->words[i] = bias ? (float)theta[i] : epx_classifier_round((float)theta[i]);
  }
}

/* z = bias + W' x, W [n_in][n_out] */
static void apply(int n_in, int n_out, const float *restrict weight, const float *restrict bias,
                  const float *restrict x, float *restrict z) {
  for (int o = 0; o < n_out; o++)
    z[o] = bias[o];
  for (int i = 0; i < n_in; i++)
    for (int o = 0; o < n_out; o++)
      z[o] += x[i] * weight[(size_t)i * (size_t)n_out + (size_t)o];
}

static const float *apply_all(epx_classifier *m, int sample) {
  const epx_classifier_shape s = m->shape;
  const places at = get_places(s);
  const double *features = m->task->features + (size_t)sample * (size_t)s.n_inputs;
  for (int i = 0; i < s.n_inputs; i++)
    m->x[i] = epx_classifier_round((float)features[i]);
  if (s.n_hidden > 0) {
    apply(s.n_inputs, s.n_hidden, m->words, m->words + at.bias1, m->x, m->hidden);
    for (int h = 0; h < s.n_hidden; h++)
      m->hidden[h] = m->hidden[h] > 0 ? epx_classifier_round(m->hidden[h]) : 0;
  }
  const float *last = s.n_hidden > 0 ? m->hidden : m->x;
  apply(at.n_inputs, s.n_outputs, m->words + at.weight2, m->words + at.bias2, last, m->z);
  return last;
}

/* The cost of outputs z, which become its slopes. */
static double eval_slopes(int n, int label, float *z) {
  if (n == 1) {
    const double t = label, p = 1 / (1 + exp(-(double)z[0])), margin = label ? z[0] : -z[0];
    z[0] = (float)(p - t);
    return margin > 0 ? log1p(exp(-margin)) : -margin + log1p(exp(margin));
  }
  double top = z[0], sum = 0;
  for (int o = 1; o < n; o++)
    top = fmax(top, z[o]);
  for (int o = 0; o < n; o++)
    sum += exp(z[o] - top);
  const double cost = log(sum) + top - z[label];
  for (int o = 0; o < n; o++)
    z[o] = (float)(exp(z[o] - top) / sum - (o == label));
  return cost;
}

/* Adds x' d to the gradient of a layer. */
static void add_layer(int n_in, int n_out, const float *restrict x, const float *restrict d,
                      float *restrict weight, float *restrict bias) {
  for (int o = 0; o < n_out; o++)
    bias[o] += d[o];
  for (int i = 0; i < n_in; i++)
    for (int o = 0; o < n_out; o++)
      weight[(size_t)i * (size_t)n_out + (size_t)o] += x[i] * d[o];
}

static void add_gradient(epx_classifier *m, const float *last) {
  const epx_classifier_shape s = m->shape;
  const places at = get_places(s);
  for (int o = 0; o < s.n_outputs; o++)
    m->z[o] = epx_classifier_round(m->z[o]);
  add_layer(at.n_inputs, s.n_outputs, last, m->z, m->sums + at.weight2, m->sums + at.bias2);
  if (s.n_hidden == 0) return;
  for (int h = 0; h < s.n_hidden; h++) {
    const float *row = m->words + at.weight2 + (size_t)h * (size_t)s.n_outputs;
    float sum = 0;
    for (int o = 0; o < s.n_outputs; o++)
      sum += row[o] * m->z[o];
    m->back[h] = m->hidden[h] > 0 ? epx_classifier_round(sum) : 0;
  }
  add_layer(s.n_inputs, s.n_hidden, m->x, m->back, m->sums, m->sums + at.bias1);
}

void epx_classifier_eval_cost(epx_classifier *m, const double *theta, int n, const int *samples, double *cost,
                              double *gradient) {
  const size_t size = epx_classifier_get_size(m->shape);
  double sum = 0;
  set_words(m, theta);
  memset(m->sums, 0, size * sizeof *m->sums);
  for (int k = 0; k < n; k++) {
    const float *last = apply_all(m, samples[k]);
    sum += eval_slopes(m->shape.n_outputs, m->task->labels[samples[k]], m->z);
    if (gradient) add_gradient(m, last);
  }
  *cost = sum / n;
  for (size_t i = 0; gradient && i < size; i++)
    gradient[i] = m->sums[i] / (float)n;
}

/* Whether the label's output is above every other; one output says class 1 by its sign. */
static bool is_right(int n, int label, const float *z) {
  if (n == 1) return label ? z[0] > 0 : z[0] < 0;
  for (int o = 0; o < n; o++)
    if (o != label && !(z[label] > z[o])) return false;
  return true;
}

double epx_classifier_eval_accuracy(epx_classifier *m, const double *theta, int n, const int *samples) {
  int n_right = 0;
  set_words(m, theta);
  for (int k = 0; k < n; k++) {
    apply_all(m, samples[k]);
    n_right += is_right(m->shape.n_outputs, m->task->labels[samples[k]], m->z);
  }
  return (double)n_right / n;
}

/* ---- 8-bit words */

enum { TOP = 127 };

static int32_t get_level(double x, double scale) {
  return scale > 0 ? (int32_t)fmax(-TOP, fmin(TOP, rint(x / scale))) : 0;
}

static double get_largest(const double *x, size_t n) {
  double largest = 0;
  for (size_t i = 0; i < n; i++)
    largest = fmax(largest, fabs(x[i]));
  return largest;
}

typedef struct {
  double input, hidden, weight1, weight2; /* what a level is worth */
} scales;

/* Weights as levels, biases in units of the sums that they are added to. */
static void set_levels(epx_classifier *m, const double *theta, const scales *s) {
  const places at = get_places(m->shape);
  const size_t size = epx_classifier_get_size(m->shape);
  const double sum1 = s->input * s->weight1,
               sum2 = (m->shape.n_hidden > 0 ? s->hidden : s->input) * s->weight2;
  for (size_t i = 0; i < size; i++) {
    const bool bias1 = i >= at.bias1 && i < at.weight2, bias2 = i >= at.bias2;
    const double unit = bias1 ? sum1 : sum2;
    if (bias1 || bias2)
      m->levels[i] = unit > 0 ? (int32_t)fmax(-1e9, fmin(1e9, rint(theta[i] / unit))) : 0;
    else
      m->levels[i] = get_level(theta[i], i < at.bias1 ? s->weight1 : s->weight2);
  }
}

static void apply_levels(int n_in, int n_out, const int32_t *weight, const int32_t *bias, const int32_t *x,
                         int32_t *z) {
  for (int o = 0; o < n_out; o++)
    z[o] = bias[o];
  for (int i = 0; i < n_in; i++)
    for (int o = 0; o < n_out; o++)
      z[o] += x[i] * weight[(size_t)i * (size_t)n_out + (size_t)o];
}

/* The hidden sums of a sample, in units of input * weight1. */
static void apply_first(epx_classifier *m, int sample, const scales *s) {
  const epx_classifier_shape shape = m->shape;
  const double *features = m->task->features + (size_t)sample * (size_t)shape.n_inputs;
  for (int i = 0; i < shape.n_inputs; i++)
    m->row[i] = get_level(features[i], s->input);
  if (shape.n_hidden > 0)
    apply_levels(shape.n_inputs, shape.n_hidden, m->levels, m->levels + get_places(shape).bias1, m->row,
                 m->middle);
}

static bool is_right_in_levels(epx_classifier *m, int sample, const scales *s) {
  const epx_classifier_shape shape = m->shape;
  const places at = get_places(shape);
  apply_first(m, sample, s);
  for (int h = 0; h < shape.n_hidden; h++)
    m->middle[h] = m->middle[h] > 0 ? get_level(m->middle[h] * s->input * s->weight1, s->hidden) : 0;
  apply_levels(at.n_inputs, shape.n_outputs, m->levels + at.weight2, m->levels + at.bias2,
               shape.n_hidden > 0 ? m->middle : m->row, m->answer);
  const int label = m->task->labels[sample];
  if (shape.n_outputs == 1) return label ? m->answer[0] > 0 : m->answer[0] < 0;
  for (int o = 0; o < shape.n_outputs; o++)
    if (o != label && m->answer[label] <= m->answer[o]) return false;
  return true;
}

/* The scales; that of hidden values from what the training part shows in 8-bit words. */
static scales choose_scales(epx_classifier *m, const double *theta) {
  const epx_task *task = m->task;
  const places at = get_places(m->shape);
  const size_t n = (size_t)task->n_features;
  scales s = {.weight1 = get_largest(theta, at.bias1) / TOP,
              .weight2 = get_largest(theta + at.weight2, at.bias2 - at.weight2) / TOP};
  for (int k = 0; k < task->n_train; k++)
    s.input = fmax(s.input, get_largest(task->features + (size_t)task->train[k] * n, n) / TOP);
  set_levels(m, theta, &s);
  for (int k = 0; m->shape.n_hidden > 0 && k < task->n_train; k++) {
    apply_first(m, task->train[k], &s);
    for (int h = 0; h < m->shape.n_hidden; h++)
      s.hidden = fmax(s.hidden, m->middle[h] * s.input * s.weight1 / TOP);
  }
  return s;
}

double epx_classifier_eval_quantised(epx_classifier *m, const double *theta, int n, const int *samples) {
  const scales s = choose_scales(m, theta);
  int n_right = 0;
  set_levels(m, theta, &s);
  for (int k = 0; k < n; k++)
    n_right += is_right_in_levels(m, samples[k], &s);
  return (double)n_right / n;
}
