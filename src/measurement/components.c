/** @file
 * Components: the likelihood by nested updates. A block's Gram matrix a'V^-1 b of the columns [terms, value, 1] is all that the
 * next level needs: adding a variance s to all of a block is a rank-one update by its last column,
 *   a'V^-1 b -> a'V^-1 b - s (a'V^-1 1) (1'V^-1 b) / (1 + s 1'V^-1 1),  ln|V| -> ln|V| + ln(1 + s 1'V^-1 1).
 * Rows make dies, dies wafers, wafers lots; with a field a wafer is one block with a Cholesky factor, which wafers measured
 * at the same places share.
 */
#include "measurement/components.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

#include "base/array.h"

enum { COLUMNS = EPX_COMPONENTS_FIXED + 2, N_STEPS = 600, N_RESTARTS = 2, N_HALVINGS = 6, N_DOUBLINGS = 9 };

static const double chi_square = 3.841458820694124, least_share = 1e-8, equal = 1e-24, revived = -3,
                    refused = 1e300, fine = 2e-3, coarse = 2e-2, normal = 1.959963984540054;

typedef struct {
  int first, n; /* rows */
  int alike;    /* the first wafer measured at the same places; itself where it is that */
} wafer;

typedef struct {
  const epx_wafer_map *map;
  const epx_components_spec *spec;
  int p;        /* fixed terms */
  double *term; /* [n][p + 2]: terms, value, 1 */
  wafer *wafers;
  int largest;                 /* rows of a wafer */
  double *covariance, *solved; /* [largest][largest], [largest][COLUMNS] */
  double mean, scale;          /* of the values: mean and variance */
  int n_free;
  epx_component free[EPX_COMPONENT_COUNT];
  double value
      [EPX_COMPONENT_COUNT]; /* ln of variance over scale, or ln of length over radius; -INFINITY: none */
  bool fitted[EPX_COMPONENT_COUNT];
  double least;
} model;

typedef struct {
  double g[COLUMNS][COLUMNS];
  double determinant;
} block;

const char *epx_component_get_name(epx_component component) {
#define ROW(name, word, meaning) word,
  static const char *const names[] = {EPX_COMPONENTS(ROW)};
#undef ROW
  return names[component];
}

static void add(const model *m, const block *from, block *to) {
  for (int i = 0; i < m->p + 2; i++)
    for (int j = 0; j < m->p + 2; j++)
      to->g[i][j] += from->g[i][j];
  to->determinant += from->determinant;
}

static void nest(const model *m, double variance, block *b) {
  const int one = m->p + 1;
  const double factor = 1 + variance * b->g[one][one];
  double row[COLUMNS];
  memcpy(row, b->g[one], sizeof row);
  for (int i = 0; i <= one; i++)
    for (int j = 0; j <= one; j++)
      b->g[i][j] -= variance * row[i] * row[j] / factor;
  b->determinant += log(factor);
}

static double get_variance(const model *m, epx_component c) {
  return exp(m->value[c]);
}

static void add_row(const model *m, int i, double variance, block *b) {
  const double *t = m->term + (size_t)i * COLUMNS;
  for (int k = 0; k < m->p + 2; k++)
    for (int l = 0; l < m->p + 2; l++)
      b->g[k][l] += t[k] * t[l] / variance;
  b->determinant += log(variance);
}

/* A wafer whose dies are independent. */
static void eval_plain(const model *m, const wafer *w, block *out) {
  const epx_measured_die *rows = m->map->rows;
  const bool white = m->fitted[EPX_COMPONENT_WHITE];
  for (int i = w->first; i < w->first + w->n;) {
    block die = {.determinant = 0};
    const int name = rows[i].die;
    for (; i < w->first + w->n && rows[i].die == name; i++)
      add_row(m, i, get_variance(m, white ? EPX_COMPONENT_WHITE : EPX_COMPONENT_DIE), &die);
    if (white) nest(m, get_variance(m, EPX_COMPONENT_DIE), &die);
    add(m, &die, out);
  }
}

/* The Cholesky factor of a wafer's covariance; false where there is none. */
static bool factorise(model *m, const wafer *w) {
  const size_t n = (size_t)w->n;
  const epx_measured_die *rows = m->map->rows + w->first;
  const epx_correlation kernel = {.kind = m->spec->kernel,
                                  .length = exp(m->value[EPX_COMPONENT_LENGTH]) * m->spec->radius};
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      double *row = m->covariance + i * n, *other = m->covariance + j * n;
      const double distance = hypot(rows[i].x - rows[j].x, rows[i].y - rows[j].y);
      double sum = get_variance(m, EPX_COMPONENT_LOCAL) * epx_correlation_eval(&kernel, distance);
      if (rows[i].die == rows[j].die) sum += get_variance(m, EPX_COMPONENT_DIE);
      if (i == j) sum += get_variance(m, EPX_COMPONENT_WHITE);
      for (size_t k = 0; k < j; k++)
        sum -= row[k] * other[k];
      if (i == j && !(sum > 0)) return false;
      row[j] = i == j ? sqrt(sum) : sum / other[j];
    }
  return true;
}

/* The Gram matrix of a wafer by the factor of one alike. */
static void eval_field(model *m, const wafer *w, block *out) {
  const size_t n = (size_t)w->n, c = (size_t)m->p + 2;
  double *v = m->solved;
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < n; i++) {
    const double *row = m->covariance + i * n, *term = m->term + ((size_t)w->first + i) * COLUMNS;
    for (size_t k = 0; k < c; k++)
      v[i * COLUMNS + k] = term[k];
    for (size_t j = 0; j < i; j++)
      for (size_t k = 0; k < c; k++)
        v[i * COLUMNS + k] -= row[j] * v[j * COLUMNS + k];
    for (size_t k = 0; k < c; k++)
      v[i * COLUMNS + k] /= row[i];
    for (size_t k = 0; k < c; k++)
      for (size_t l = 0; l < c; l++)
        out->g[k][l] += v[i * COLUMNS + k] * v[i * COLUMNS + l];
    out->determinant += 2 * log(row[i]);
  }
}

/* Sums all lots; wafers that are alike come one after the other, so that one factor is held at a time. */
static bool eval_total(model *m, block *lots, block *total) {
  const epx_wafer_map *map = m->map;
  memset(total, 0, sizeof *total);
  memset(lots, 0, (size_t)map->n_lots * sizeof *lots);
  for (int a = 0; a < map->n_wafers; a++) {
    if (m->wafers[a].alike != a) continue;
    if (m->spec->local && !factorise(m, &m->wafers[a])) return false;
    for (int w = a; w < map->n_wafers; w++) {
      block b = {.determinant = 0};
      if (m->wafers[w].alike != a) continue;
      if (m->spec->local)
        eval_field(m, &m->wafers[w], &b);
      else
        eval_plain(m, &m->wafers[w], &b);
      nest(m, get_variance(m, EPX_COMPONENT_WAFER), &b);
      add(m, &b, &lots[map->rows[m->wafers[w].first].lot]);
    }
  }
  for (int l = 0; l < map->n_lots; l++) {
    nest(m, get_variance(m, EPX_COMPONENT_LOT), &lots[l]);
    add(m, &lots[l], total);
  }
  return true;
}

/* The inverse of the terms' part of a Gram matrix in place, with ln of its determinant; false: it has none. */
static bool invert(int p, double g[COLUMNS][COLUMNS], double *determinant) {
  *determinant = 0;
  for (int k = 0; k < p; k++) {
    const double pivot = g[k][k];
    if (!(pivot > 0)) return false;
    *determinant += log(pivot);
    g[k][k] = 1;
    for (int j = 0; j < p; j++)
      g[k][j] /= pivot;
    for (int i = 0; i < p; i++) {
      const double factor = g[i][k];
      if (i == k) continue;
      g[i][k] = 0;
      for (int j = 0; j < p; j++)
        g[i][j] -= factor * g[k][j];
    }
  }
  return true;
}

/* -2 ln of the restricted likelihood; the terms' values and their covariance where asked for. */
static double eval_likelihood(model *m, block *lots, double *beta, double inverse[COLUMNS][COLUMNS]) {
  block total;
  double determinant, g[COLUMNS][COLUMNS], square, b[COLUMNS];
  if (!eval_total(m, lots, &total)) return refused;
  memcpy(g, total.g, sizeof g);
  if (!invert(m->p, g, &determinant)) return refused;
  square = total.g[m->p][m->p];
  for (int i = 0; i < m->p; i++) {
    b[i] = 0;
    for (int j = 0; j < m->p; j++)
      b[i] += g[i][j] * total.g[j][m->p];
    square -= b[i] * total.g[i][m->p];
  }
  if (beta) memcpy(beta, b, sizeof b);
  if (inverse) memcpy(inverse, g, sizeof g);
  return total.determinant + determinant + square;
}

typedef struct {
  model *m;
  block *lots;
} search;

static double eval_objective(const gsl_vector *x, void *context) {
  const search *s = context;
  double beyond = 0;
  for (int k = 0; k < s->m->n_free; k++) {
    const bool length = s->m->free[k] == EPX_COMPONENT_LENGTH;
    const double low = length ? -6 : log(least_share), high = length ? 2 : 6,
                 given = gsl_vector_get(x, (size_t)k);
    const double kept = fmin(fmax(given, low), high);
    beyond += fabs(given - kept);
    s->m->value[s->m->free[k]] = kept;
  }
  return fmin(eval_likelihood(s->m, s->lots, NULL, NULL) + beyond, refused);
}

/* Minimises over the free components from where they are; *least. */
static epx_err minimise(search *s, double step, double *least) {
  const size_t n = (size_t)s->m->n_free;
  gsl_multimin_function f = {eval_objective, n, s};
  if (n == 0) {
    *least = eval_likelihood(s->m, s->lots, NULL, NULL);
    return EPX_OK;
  }
  gsl_vector *x = gsl_vector_alloc(n), *steps = gsl_vector_alloc(n);
  gsl_multimin_fminimizer *simplex = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
  int code = x && steps && simplex ? EPX_OK : EPX_RAISE(EPX_EMEMORY, "no memory for %zu components", n);
  for (int round = 0; code == EPX_OK && round < (step < 1 ? 1 : N_RESTARTS); round++) {
    for (size_t k = 0; k < n; k++)
      gsl_vector_set(x, k, s->m->value[s->m->free[k]]);
    gsl_vector_set_all(steps, step);
    gsl_multimin_fminimizer_set(simplex, &f, x, steps);
    for (int k = 0; k < N_STEPS && gsl_multimin_fminimizer_iterate(simplex) == 0; k++)
      if (gsl_multimin_fminimizer_size(simplex) < (step < 1 ? coarse : fine)) break;
    *least = eval_objective(gsl_multimin_fminimizer_x(simplex), s);
  }
  if (simplex) gsl_multimin_fminimizer_free(simplex);
  gsl_vector_free(x);
  gsl_vector_free(steps);
  if (code == EPX_OK && *least >= refused)
    return EPX_RAISE(
        EPX_EINPUT,
        "the places of the dies do not tell the radial terms and the tilt apart; measure all over the "
        "wafer, or give --radial 0");
  return code;
}

/* -2 ln L above its least with one component held, the others fitted anew from where they are. */
static epx_err eval_excess(search *s, epx_component held, double value, double *excess) {
  model *m = s->m;
  double least;
  m->n_free = 0;
  for (int c = 0; c < EPX_COMPONENT_COUNT; c++)
    if (m->fitted[c] && c != (int)held) {
      m->free[m->n_free++] = (epx_component)c;
      m->value[c] =
          fmax(m->value[c], revived); /* from a variance of next to nothing no simplex finds its way back */
    }
  m->value[held] = value;
  EPX_TRY(minimise(s, 0.5, &least));
  *excess = least - m->least;
  return EPX_OK;
}

/* Where the profile of a component passes the limit on one side; *found false: nowhere. */
static epx_err find_end(search *s, epx_component c, double way, const double *best, double *end,
                        bool *found) {
  double inside = best[c], outside = best[c], step = 0.25, excess = 0;
  memcpy(s->m->value, best, sizeof s->m->value);
  *found = false;
  for (int k = 0; k < N_DOUBLINGS && !*found; k++) {
    outside = inside + way * step;
    EPX_TRY(eval_excess(s, c, outside, &excess));
    *found = excess > chi_square;
    if (!*found) inside = outside;
    step *= 1.7;
  }
  for (int k = 0; *found && k < N_HALVINGS; k++) {
    const double middle = (inside + outside) / 2;
    EPX_TRY(eval_excess(s, c, middle, &excess));
    *(excess > chi_square ? &outside : &inside) = middle;
  }
  *end = (inside + outside) / 2;
  return EPX_OK;
}

static epx_err write_component(search *s, epx_component c, const double *best, epx_estimate *e) {
  const bool length = c == EPX_COMPONENT_LENGTH;
  const double factor = length ? s->m->spec->radius : sqrt(s->m->scale), power = length ? 1 : 0.5;
  double low, high;
  bool below, above;
  EPX_TRY(find_end(s, c, -1, best, &low, &below));
  EPX_TRY(find_end(s, c, 1, best, &high, &above));
  e->value = factor * exp(power * best[c]);
  e->low = below ? factor * exp(power * low) : 0;
  e->high = above ? factor * exp(power * high) : INFINITY;
  return EPX_OK;
}

static void write_terms(search *s, epx_components *out) {
  const epx_components_spec *spec = s->m->spec;
  double beta[COLUMNS], inverse[COLUMNS][COLUMNS];
  const double factor = sqrt(s->m->scale);
  epx_estimate *to[EPX_COMPONENTS_FIXED];
  int p = 0;
  to[p++] = &out->mean;
  for (int k = 0; k < spec->n_radial; k++)
    to[p++] = &out->radial[k];
  if (spec->tilt) to[p++] = &out->tilt_x;
  if (spec->tilt) to[p++] = &out->tilt_y;
  eval_likelihood(s->m, s->lots, beta, inverse);
  for (int k = 0; k < p; k++) {
    const double half = normal * sqrt(inverse[k][k]);
    *to[k] = (epx_estimate){factor * beta[k], factor * (beta[k] - half), factor * (beta[k] + half)};
  }
}

static epx_err solve(model *m, block *lots, epx_components *out) {
  search s = {m, lots};
  double best[EPX_COMPONENT_COUNT], tried[EPX_COMPONENT_COUNT];
  m->least = INFINITY;
  for (int k = 0; k < (m->spec->local ? 3 : 1); k++) {
    double least;
    m->n_free = 0;
    for (int c = 0; c < EPX_COMPONENT_COUNT; c++) {
      m->value[c] = m->fitted[c] ? (c == EPX_COMPONENT_LENGTH ? -2.5 + k : -1.4) : -INFINITY;
      if (m->fitted[c]) m->free[m->n_free++] = (epx_component)c;
    }
    EPX_TRY(minimise(&s, 1, &least));
    memcpy(tried, m->value, sizeof tried);
    if (least < m->least) memcpy(best, tried, sizeof best);
    m->least = fmin(m->least, least);
  }
  memcpy(m->value, best, sizeof best);
  write_terms(&s, out);
  for (int c = 0; c < EPX_COMPONENT_COUNT; c++)
    if (m->fitted[c]) EPX_TRY(write_component(&s, (epx_component)c, best, &out->sigma[c]));
  return EPX_OK;
}

static void init_terms(model *m) {
  const epx_wafer_map *map = m->map;
  double mean = 0, square = 0;
  for (int i = 0; i < map->n; i++)
    mean += map->rows[i].value / map->n;
  for (int i = 0; i < map->n; i++)
    square += pow(map->rows[i].value - mean, 2) / map->n;
  m->mean = mean;
  m->scale = square;
  for (int i = 0; i < map->n; i++) {
    const epx_measured_die *row = &map->rows[i];
    double *t = m->term + (size_t)i * COLUMNS;
    const double r = hypot(row->x, row->y) / m->spec->radius;
    int p = 0;
    t[p++] = 1;
    for (int k = 1; k <= m->spec->n_radial; k++)
      t[p++] = pow(r, k);
    if (m->spec->tilt) t[p++] = row->x / m->spec->radius;
    if (m->spec->tilt) t[p++] = row->y / m->spec->radius;
    t[p++] = row->value / sqrt(square);
    t[p] = 1;
    m->p = p - 1;
  }
}

static bool is_alike(const model *m, const wafer *a, const wafer *b) {
  const epx_measured_die *x = m->map->rows + a->first, *y = m->map->rows + b->first;
  if (a->n != b->n) return false;
  for (int i = 0; i < a->n; i++)
    if (x[i].x != y[i].x || x[i].y != y[i].y || x[i].die - x[0].die != y[i].die - y[0].die) return false;
  return true;
}

static void init_wafers(model *m) {
  const epx_wafer_map *map = m->map;
  int w = -1;
  for (int i = 0; i < map->n; i++) {
    if (i == 0 || map->rows[i].wafer != map->rows[i - 1].wafer) {
      w++;
      m->wafers[w] = (wafer){.first = i, .alike = w};
    }
    m->wafers[w].n++;
    if (m->wafers[w].n > m->largest) m->largest = m->wafers[w].n;
  }
  for (w = 0; w < map->n_wafers; w++)
    for (int a = 0; a < w && m->wafers[w].alike == w; a++)
      if (m->wafers[a].alike == a && is_alike(m, &m->wafers[a], &m->wafers[w])) m->wafers[w].alike = a;
}

/* What the numbers of lots, wafers, dies and rows can tell. */
static void choose(model *m, epx_components *out) {
  enum { LEAST = 3 };
  const epx_wafer_map *map = m->map;
  m->fitted[EPX_COMPONENT_LOT] = map->n_lots >= LEAST;
  m->fitted[EPX_COMPONENT_WAFER] = map->n_wafers >= LEAST && map->n_wafers > map->n_lots;
  m->fitted[EPX_COMPONENT_WHITE] = map->n > map->n_dies;
  m->fitted[EPX_COMPONENT_DIE] = true;
  m->fitted[EPX_COMPONENT_LOCAL] = m->fitted[EPX_COMPONENT_LENGTH] = m->spec->local;
  const int units[EPX_COMPONENT_COUNT] = {map->n_lots, map->n_wafers, map->n_dies,
                                          map->n,      map->n_dies,   map->n_dies};
  memcpy(out->units, units, sizeof units);
}

epx_err epx_components_eval(const epx_wafer_map *map, const epx_components_spec *spec, epx_components *out) {
  const epx_estimate none = {NAN, NAN, NAN};
  model m = {.map = map, .spec = spec};
  block *lots = NULL;
  for (int c = 0; c < EPX_COMPONENT_COUNT; c++)
    out->sigma[c] = none;
  out->mean = out->tilt_x = out->tilt_y = none;
  for (int k = 0; k < EPX_COMPONENTS_RADIAL; k++)
    out->radial[k] = none;
  choose(&m, out);
  if (map->n_dies < map->n_wafers + EPX_COMPONENTS_FIXED + 2)
    return EPX_RAISE(EPX_EINPUT,
                     "%d dies of %d wafers are too few to tell what varies; at least %d are wanted",
                     map->n_dies, map->n_wafers, map->n_wafers + EPX_COMPONENTS_FIXED + 2);
  int code = EPX_ARRAY(m.term, (size_t)map->n * COLUMNS);
  if (code == EPX_OK) code = EPX_ARRAY(m.wafers, (size_t)map->n_wafers);
  if (code == EPX_OK) code = EPX_ARRAY(lots, (size_t)map->n_lots);
  if (code == EPX_OK) init_terms(&m);
  if (code == EPX_OK) init_wafers(&m);
  if (code == EPX_OK && spec->local) code = EPX_ARRAY(m.covariance, (size_t)m.largest * (size_t)m.largest);
  if (code == EPX_OK) code = EPX_ARRAY(m.solved, (size_t)m.largest * COLUMNS);
  if (code == EPX_OK && !(m.scale > equal * m.mean * m.mean))
    code = EPX_RAISE(EPX_EINPUT, "all %d values are equal: nothing varies", map->n);
  gsl_error_handler_t *handler = gsl_set_error_handler_off();
  if (code == EPX_OK) code = solve(&m, lots, out);
  gsl_set_error_handler(handler);
  epx_array_destroy(&m.term);
  epx_array_destroy(&m.wafers);
  epx_array_destroy(&m.covariance);
  epx_array_destroy(&m.solved);
  epx_array_destroy(&lots);
  return code;
}
