/* Quadrature of the kernel over pairs of points.
 *
 * A ring's own variance is one integral over the angle t between two of its points, at a distance of 2 R
 * sin(t/2): on (0, pi) the integrand is smooth for every kernel, and 16 points of Gauss and Legendre are
 * exact to rounding. So is that of a straight guide, weighted by how often a distance occurs. Two rings apart
 * are a periodic, smooth integrand in either angle: the trapezoidal rule converges exponentially, with 8
 * points a ring where they are far apart. */
#include "photonic/device/line_average.h"

#include <math.h>

#include "photonic/device/constant.h"

enum { N_GAUSS = 16, N_FAR = 8, N_NEAR = 48 };

/* Half of the symmetric nodes in (-1, 1), and their weights. Source: AbramowitzStegun1964, table 25.4. */
static const double nodes[N_GAUSS / 2] = {0.0950125098376374, 0.2816035507792589, 0.4580167776572274,
                                          0.6178762444026438, 0.7554044083550030, 0.8656312023878318,
                                          0.9445750230732326, 0.9894009349916499};
static const double weights[N_GAUSS / 2] = {0.1894506104550685, 0.1826034150449236, 0.1691565193950025,
                                            0.1495959888165767, 0.1246289712555339, 0.0951585116824928,
                                            0.0622535239386479, 0.0271524594117541};

/** Gets the k-th node in (0, 1) and its weight. */
static void get_node(int k, double *u, double *weight) {
  const int i = k / 2;
  *u = 0.5 + (k % 2 ? -0.5 : 0.5) * nodes[i];
  *weight = 0.5 * weights[i];
}

double epx_line_average_eval_variance(const epx_correlation *correlation, const epx_placed *device) {
  if (device->radius == 0 && device->length == 0) return epx_correlation_eval(correlation, 0);
  double sum = 0;
  for (int k = 0; k < N_GAUSS; k++) {
    double u, weight;
    get_node(k, &u, &weight);
    if (device->radius > 0) {
      sum += weight * epx_correlation_eval(correlation, 2 * device->radius * sin(u * EPX_PI / 2));
    } else {
      sum += 2 * weight * (1 - u) * epx_correlation_eval(correlation, u * device->length);
    }
  }
  return sum;
}

typedef struct {
  int n;
  double x[N_NEAR], y[N_NEAR], weight[N_NEAR];
} points;

static void set_points(const epx_placed *device, int n_ring, points *p) {
  p->n = 1;
  p->x[0] = device->x;
  p->y[0] = device->y;
  p->weight[0] = 1;
  if (device->radius > 0) {
    p->n = n_ring;
    for (int k = 0; k < n_ring; k++) {
      const double t = 2 * EPX_PI * (k + 0.5) / n_ring;
      p->x[k] = device->x + device->radius * cos(t);
      p->y[k] = device->y + device->radius * sin(t);
      p->weight[k] = 1.0 / n_ring;
    }
  } else if (device->length > 0) {
    p->n = N_GAUSS;
    for (int k = 0; k < N_GAUSS; k++) {
      double u;
      get_node(k, &u, &p->weight[k]);
      p->x[k] = device->x + (u - 0.5) * device->length * cos(device->angle);
      p->y[k] = device->y + (u - 0.5) * device->length * sin(device->angle);
    }
  }
}

double epx_line_average_eval_covariance(const epx_correlation *correlation, const epx_placed *a,
                                        const epx_placed *b) {
  const double reach = a->radius + b->radius + (a->length + b->length) / 2;
  const int n_ring = hypot(a->x - b->x, a->y - b->y) > 4 * reach ? N_FAR : N_NEAR;
  points p, q;
  set_points(a, n_ring, &p);
  set_points(b, n_ring, &q);
  double sum = 0;
  for (int i = 0; i < p.n; i++) {
    double row = 0;
    for (int j = 0; j < q.n; j++)
      row += q.weight[j] * epx_correlation_eval(correlation, hypot(p.x[i] - q.x[j], p.y[i] - q.y[j]));
    sum += p.weight[i] * row;
  }
  return sum;
}

void epx_line_average_eval_matrix(const epx_correlation *correlation, int n, const epx_placed *devices,
                                  double *covariance) {
  for (int i = 0; i < n; i++) {
    covariance[(size_t)i * (size_t)n + (size_t)i] = epx_line_average_eval_variance(correlation, &devices[i]);
    for (int j = 0; j < i; j++) {
      const double value = epx_line_average_eval_covariance(correlation, &devices[i], &devices[j]);
      covariance[(size_t)i * (size_t)n + (size_t)j] = covariance[(size_t)j * (size_t)n + (size_t)i] = value;
    }
  }
}
