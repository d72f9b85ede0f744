/* Each kind is a function of one lane's readout of one output, but for the softmax, which couples the
 * outputs. */
#include "learning/task/cost.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Where u = 1 + cos(r - t) is less than this, -ln u goes on as its tangent: the antiphase point repels, but
 * not without bound. The size is that of the softening in the code of Wang2024. */
static const double antiphase_floor = 1e-5;

static double get_target(const epx_cost *cost, int n_outputs, int i_output, int label) {
  if (cost->targets) return cost->targets[(size_t)label * (size_t)n_outputs + (size_t)i_output];
  return (n_outputs == 1 ? label == 1 : label == i_output) ? cost->on : cost->off;
}

/* value and slope of squared-error and phase-cosine. */
static double eval_separable(const epx_cost *cost, int n_outputs, int n_lanes, int lane, const double *r,
                             int label, double *slope) {
  double value = 0;
  for (int o = 0; o < n_outputs; o++) {
    const size_t at = (size_t)o * (size_t)n_lanes + (size_t)lane;
    const double x = r[at] - get_target(cost, n_outputs, o, label);
    double dx = x;
    if (cost->kind == EPX_SQUARED_ERROR) {
      value += 0.5 * x * x;
    } else {
      const double u = 1 + cos(x), floored = fmax(u, antiphase_floor);
      value += (floored - u) / antiphase_floor - log(floored);
      dx = sin(x) / floored;
    }
    if (slope) slope[at] = dx;
  }
  return value;
}

/* The larger of log(1 + exp(z)) and its overflow-free twin. */
static double log_1_exp(double z) {
  return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
}

static double eval_logistic(double r, int label, double *slope) {
  if (slope) *slope = 1 / (1 + exp(-r)) - (label == 1);
  return log_1_exp(label == 1 ? -r : r);
}

static double eval_softmax(int n_outputs, int n_lanes, int lane, const double *r, int label, double *slope) {
  const size_t stride = (size_t)n_lanes;
  double largest = r[lane], sum = 0;
  for (int o = 1; o < n_outputs; o++)
    largest = fmax(largest, r[(size_t)o * stride + (size_t)lane]);
  for (int o = 0; o < n_outputs; o++)
    sum += exp(r[(size_t)o * stride + (size_t)lane] - largest);
  if (slope) {
    for (int o = 0; o < n_outputs; o++) {
      const size_t at = (size_t)o * stride + (size_t)lane;
      slope[at] = exp(r[at] - largest) / sum - (o == label);
    }
  }
  return log(sum) - (r[(size_t)label * stride + (size_t)lane] - largest);
}

/* Distances that differ by no more than this share of them are equal. */
static const double equal = 1e-9;

static bool is_angle(const epx_cost *cost) {
  return cost->kind == EPX_PHASE_COSINE || cost->periodic;
}

/* How far a readout is from a target, squared; phases on the circle. */
static double eval_distance(const epx_cost *cost, double r, double target) {
  const double x = is_angle(cost) ? 2 * sin(0.5 * (r - target)) : r - target;
  return x * x;
}

/* How far a lane's readouts are from the targets of class k, squared; of cross-entropy, whose targets lie without
 * bound, the more the smaller readout k is. */
static double eval_distance_of_class(const epx_cost *cost, int n_outputs, int n_lanes, const double *r,
                                     int k) {
  double sum = 0;
  if (cost->kind == EPX_CROSS_ENTROPY) return -r[(size_t)k * (size_t)n_lanes];
  for (int o = 0; o < n_outputs; o++)
    sum += eval_distance(cost, r[(size_t)o * (size_t)n_lanes], o == k ? cost->on : cost->off);
  return sum;
}

/* Of one output: the distances to the targets of classes 0 and 1. */
static void eval_distances_of_one(const epx_cost *cost, double r, double *distance) {
  const bool logistic = cost->kind == EPX_CROSS_ENTROPY;
  distance[0] = logistic ? r : eval_distance(cost, r, cost->off);
  distance[1] = logistic ? -r : eval_distance(cost, r, cost->on);
}

/* Whether no other class is as near as the label, or nearer. r: of the lane. */
static bool is_nearest(const epx_cost *cost, int n_outputs, int n_lanes, const double *r, int label) {
  double of_one[2];
  const int n_classes = n_outputs == 1 ? 2 : n_outputs;
  if (n_outputs == 1) eval_distances_of_one(cost, r[0], of_one);
  const double own =
      n_outputs == 1 ? of_one[label == 1] : eval_distance_of_class(cost, n_outputs, n_lanes, r, label);
  for (int k = 0; k < n_classes; k++) {
    if (k == label) continue;
    const double other = n_outputs == 1 ? of_one[k] : eval_distance_of_class(cost, n_outputs, n_lanes, r, k);
    if (!(other - own > equal * fmax(fabs(own), fabs(other)))) return false;
  }
  return true;
}

void epx_cost_eval(const epx_cost *cost, int n_outputs, int n_lanes, const double *r, const int *label,
                   double *value, double *slope, double *correct) {
  for (int lane = 0; lane < n_lanes; lane++) {
    double c;
    if (cost->kind != EPX_CROSS_ENTROPY)
      c = eval_separable(cost, n_outputs, n_lanes, lane, r, label[lane], slope);
    else if (n_outputs == 1)
      c = eval_logistic(r[lane], label[lane], slope ? slope + lane : NULL);
    else
      c = eval_softmax(n_outputs, n_lanes, lane, r, label[lane], slope);
    if (value) value[lane] = c;
    if (correct)
      correct[lane] = !cost->targets && is_nearest(cost, n_outputs, n_lanes, r + lane, label[lane]);
  }
}

/* Second derivative of a separable cost in one output. */
static double eval_curvature(const epx_cost *cost, int n_outputs, int i_output, double r, int label) {
  if (cost->kind == EPX_CROSS_ENTROPY) {
    const double p = 1 / (1 + exp(-r));
    return p * (1 - p);
  }
  if (cost->kind == EPX_SQUARED_ERROR) return 1;
  const double c = cos(r - get_target(cost, n_outputs, i_output, label));
  return 1 + c < antiphase_floor ? c / antiphase_floor : 1 / (1 + c);
}

static void eval_softmax_hessian(int n_outputs, int n_lanes, int lane, const double *r, double *hessian) {
  const size_t stride = (size_t)n_lanes;
  double largest = r[lane], sum = 0;
  for (int o = 1; o < n_outputs; o++)
    largest = fmax(largest, r[(size_t)o * stride + (size_t)lane]);
  for (int o = 0; o < n_outputs; o++)
    sum += exp(r[(size_t)o * stride + (size_t)lane] - largest);
  for (int o = 0; o < n_outputs; o++) {
    const double p = exp(r[(size_t)o * stride + (size_t)lane] - largest) / sum;
    for (int q = 0; q < n_outputs; q++)
      hessian[o * n_outputs + q] =
          (o == q ? p : 0) - p * exp(r[(size_t)q * stride + (size_t)lane] - largest) / sum;
  }
}

void epx_cost_eval_hessian(const epx_cost *cost, int n_outputs, int n_lanes, int lane, const double *r,
                           const int *label, double *hessian) {
  if (cost->kind == EPX_CROSS_ENTROPY && n_outputs > 1) {
    eval_softmax_hessian(n_outputs, n_lanes, lane, r, hessian);
    return;
  }
  for (int o = 0; o < n_outputs; o++) {
    for (int q = 0; q < n_outputs; q++)
      hessian[o * n_outputs + q] = 0;
    hessian[o * n_outputs + o] =
        eval_curvature(cost, n_outputs, o, r[(size_t)o * (size_t)n_lanes + (size_t)lane], label[lane]);
  }
}

/* The readout that costs least when only the share of samples whose target is `on` is known. */
static double eval_guess(const epx_cost *cost, double share) {
  if (cost->kind == EPX_SQUARED_ERROR) return share * cost->on + (1 - share) * cost->off;
  return atan2(share * sin(cost->on) + (1 - share) * sin(cost->off),
               share * cos(cost->on) + (1 - share) * cos(cost->off));
}

double epx_cost_eval_error(const epx_cost *cost, int n_outputs, int i_output, int sample, double r) {
  const double error = r - get_target(cost, n_outputs, i_output, sample);
  return is_angle(cost) ? remainder(error, 2 * acos(-1)) : error;
}

double epx_cost_eval_guess(const epx_cost *cost, int n_outputs, int i_output, int n, const int *samples) {
  double sum = 0, sines = 0, cosines = 0;
  for (int i = 0; i < n; i++) {
    const double target = get_target(cost, n_outputs, i_output, samples[i]);
    sum += target;
    sines += sin(target);
    cosines += cos(target);
  }
  return is_angle(cost) ? atan2(sines, cosines) : sum / n;
}

static double eval_ignorance_of_targets(const epx_cost *cost, int n_outputs, int n, const int *samples) {
  double sum = 0;
  for (int o = 0; o < n_outputs; o++) {
    const double guess = epx_cost_eval_guess(cost, n_outputs, o, n, samples);
    for (int i = 0; i < n; i++) {
      const double target = get_target(cost, n_outputs, o, samples[i]);
      const epx_cost one = {.kind = cost->kind, .on = target, .off = target};
      sum += eval_separable(&one, 1, 1, 0, &guess, 1, NULL);
    }
  }
  return sum / n;
}

double epx_cost_eval_ignorance(const epx_cost *cost, int n_outputs, int n_classes, int n, const int *samples,
                               const int *label) {
  double sum = 0;
  if (cost->kind == EPX_CROSS_ENTROPY) return log(n_classes);
  if (cost->targets) return eval_ignorance_of_targets(cost, n_outputs, n, samples);
  for (int o = 0; o < n_outputs; o++) {
    const int own = n_outputs == 1 ? 1 : o; /* the class whose target is `on` here */
    double n_on = 0;
    for (int i = 0; i < n; i++)
      n_on += label[samples[i]] == own;
    const double guess = eval_guess(cost, n_on / n);
    sum += n_on * eval_separable(cost, 1, 1, 0, &guess, 1, NULL) +
           (n - n_on) * eval_separable(cost, 1, 1, 0, &guess, 0, NULL);
  }
  return sum / n;
}

static const struct {
  const char *name, *meaning;
} names[] = {
#define COST_NAME(name, text, meaning) [name] = {text, meaning},
    EPX_COSTS(COST_NAME)
#undef COST_NAME
};

epx_err epx_cost_get_kind(const char *name, epx_cost_kind *kind) {
  for (int i = 0; i < EPX_COST_COUNT; i++) {
    if (strcmp(names[i].name, name) == 0) {
      *kind = (epx_cost_kind)i;
      return EPX_OK;
    }
  }
  return EPX_RAISE(EPX_EINPUT,
                   "no cost is named '%s'; there are squared-error, cross-entropy and phase-cosine", name);
}

const char *epx_cost_get_name(epx_cost_kind kind) {
  return (unsigned)kind < EPX_COST_COUNT ? names[kind].name : NULL;
}

const char *epx_cost_get_meaning(epx_cost_kind kind) {
  return (unsigned)kind < EPX_COST_COUNT ? names[kind].meaning : NULL;
}
