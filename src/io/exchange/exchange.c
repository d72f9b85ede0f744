/** @file
 * Exchange: JSON is read by the reader of decks, of whose YAML it is a part, under its limits: no anchors, no tags, no
 * key twice.
 */
#include "io/exchange/exchange.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/number.h"
#include "epilux/version.h"
#include "io/exchange/json.h"
#include "io/yaml/tree.h"
#include "study/metric.h"
#include "study/summary.h"

enum { LINE_SIZE = 1 << 20, NAME_SIZE = 32, N_INSTANCES_MAX = 1000000 };

/* ---- JSON out */

/* As it was given: a number stays one. */
static void write_scalar(FILE *out, const epx_tree *scalar) {
  double value;
  if (!scalar)
    fputs("null", out);
  else if (!scalar->quoted && epx_number_read_whole(scalar->text, &value))
    epx_json_write_number(out, value);
  else
    epx_json_write_text(out, scalar->text);
}

static void write_value(FILE *out, const epx_factor *factor, double value) {
  if (factor->categorical)
    epx_json_write_text(out, factor->names[(int)value]);
  else
    epx_json_write_number(out, value);
}

static void write_factor(FILE *out, const epx_factor *f) {
  epx_json_write_key(out, "path", true);
  epx_json_write_text(out, f->path);
  if (f->unit) {
    epx_json_write_key(out, "unit", false);
    epx_json_write_text(out, f->unit);
  }
  if (!epx_factor_is_range(f)) {
    epx_json_write_key(out, "values", false);
    for (int i = 0; i < f->n_levels; i++) {
      fputs(i ? ", " : "[", out);
      write_value(out, f, f->categorical ? i : f->levels[i]);
    }
    putc(']', out);
    return;
  }
  const bool bounded = !f->spread || f->distribution.kind > EPX_LOGNORMAL;
  epx_json_write_key(out, "low", false);
  epx_json_write_number(out, !bounded ? NAN : f->spread ? f->distribution.low : f->low);
  epx_json_write_key(out, "high", false);
  epx_json_write_number(out, !bounded ? NAN : f->spread ? f->distribution.high : f->high);
  epx_json_write_key(out, "scale", false);
  epx_json_write_text(out, f->logarithmic ? "log" : "linear");
  epx_json_write_key(out, "integer", false);
  fputs(f->integer ? "true" : "false", out);
}

static void write_greeting(const epx_deck *deck, const epx_settings *settings, FILE *out) {
  fputs("{\"epilux\": ", out);
  epx_json_write_text(out, epx_version_get());
  epx_json_write_key(out, "factors", false);
  for (int i = 0; i < epx_deck_get_n_factors(deck); i++) {
    fputs(i ? ", {" : "[{", out);
    write_factor(out, epx_deck_get_factor(deck, i));
    putc('}', out);
  }
  putc(']', out);
  epx_json_write_key(out, "metrics", false);
  for (int m = 0; m < settings->n_metrics; m++) {
    fputs(m ? ", " : "[", out);
    epx_json_write_text(out, epx_metric_get_name(settings->metric[m]));
  }
  fprintf(out, "], \"instances\": %d}\n", settings->n_instances);
}

static void write_metrics(const epx_evaluation *e, FILE *out) {
  putc('{', out);
  for (int m = 0; m < e->layout->n_metrics; m++) {
    epx_json_write_key(out, epx_metric_get_name(e->settings->metric[m]), m == 0);
    for (int k = 0; k < e->n_instances; k++) {
      fputs(k ? ", " : "[", out);
      epx_json_write_number(out, e->record[(size_t)k * e->layout->size + e->layout->metric + (size_t)m]);
    }
    putc(']', out);
  }
  putc('}', out);
}

static epx_err write_yield(const epx_evaluation *e, FILE *out) {
  epx_summary summary;
  double *quantile;
  for (int m = 0; m < e->layout->n_metrics; m++) {
    if ((int)e->settings->metric[m] != e->settings->yield.metric) continue;
    EPX_TRY(EPX_ARRAY(quantile, (size_t)e->settings->n_quantiles));
    const int code =
        epx_summary_eval(e->settings, e->layout, m, e->n_instances, e->record, &summary, quantile);
    epx_array_destroy(&quantile);
    EPX_TRY(code);
    epx_json_write_key(out, "yield", false);
    fputs("{\"value\": ", out);
    epx_json_write_number(out, summary.yield);
    fputs(", \"low\": ", out);
    epx_json_write_number(out, summary.yield_low);
    fputs(", \"high\": ", out);
    epx_json_write_number(out, summary.yield_high);
    fprintf(out, ", \"count\": %d}", summary.count + summary.failures);
  }
  return EPX_OK;
}

static epx_err write_answer(const epx_deck *deck, const epx_tree *id, const double *row,
                            const epx_evaluation *e, FILE *out) {
  fputs("{\"id\": ", out);
  write_scalar(out, id);
  epx_json_write_key(out, "point", false);
  for (int i = 0; i < epx_deck_get_n_factors(deck); i++) {
    fputs(i ? "" : "{", out);
    epx_json_write_key(out, epx_deck_get_factor(deck, i)->path, i == 0);
    write_value(out, epx_deck_get_factor(deck, i), row[i]);
  }
  putc('}', out);
  epx_json_write_key(out, "state", false);
  for (int k = 0; k < e->n_instances; k++) {
    fputs(k ? ", " : "[", out);
    epx_json_write_text(out, epx_record_get_state_name((int)e->record[(size_t)k * e->layout->size]));
  }
  putc(']', out);
  epx_json_write_key(out, "metrics", false);
  write_metrics(e, out);
  EPX_TRY(write_yield(e, out));
  epx_json_write_key(out, "seconds", false);
  epx_json_write_number(out, e->seconds);
  fputs("}\n", out);
  return EPX_OK;
}

static void write_error(const epx_tree *id, FILE *out) {
  fputs("{\"id\": ", out);
  write_scalar(out, id);
  epx_json_write_key(out, "error", false);
  epx_json_write_text(out, epx_error_get_message());
  fputs("}\n", out);
  epx_error_reset();
}

/* ---- JSON in */

static epx_err read_point(const epx_deck *deck, const epx_tree *point, double *row) {
  const int n = epx_deck_get_n_factors(deck);
  if (!point || point->kind != EPX_TREE_MAP)
    return EPX_RAISE(EPX_EINPUT, "\"point\": a map from factors to values is wanted");
  for (int i = 0; i < n; i++)
    row[i] = NAN;
  for (int k = 0; k < point->n; k++) {
    const int i = epx_deck_find_factor(deck, point->keys[k]);
    if (i < 0)
      return EPX_RAISE(EPX_EINPUT, "\"point\": '%.200s' is no factor of this deck; the first line names them",
                       point->keys[k]);
    if (!isnan(row[i]))
      return EPX_RAISE(EPX_EINPUT, "\"point\": %s stands twice", epx_deck_get_factor(deck, i)->path);
    if (point->items[k]->kind != EPX_TREE_SCALAR)
      return EPX_RAISE(EPX_EINPUT, "\"point\": %s: a number or a word is wanted",
                       epx_deck_get_factor(deck, i)->path);
    EPX_TRY(epx_deck_read_value(deck, i, point->items[k]->text, &row[i]));
  }
  for (int i = 0; i < n; i++)
    if (isnan(row[i]))
      return EPX_RAISE(EPX_EINPUT, "\"point\": %s is missing: a value for each factor is wanted",
                       epx_deck_get_factor(deck, i)->path);
  return EPX_OK;
}

static epx_err read_instances(const epx_tree *asked, int fallback, int *n_instances) {
  const epx_tree *given = epx_tree_get(asked, "instances");
  double value = fallback;
  *n_instances = fallback;
  if (epx_tree_is_null(given)) return EPX_OK;
  if (given->kind != EPX_TREE_SCALAR || !epx_number_read_whole(given->text, &value) || value != rint(value) ||
      value < 1 || value > N_INSTANCES_MAX)
    return EPX_RAISE(EPX_EINPUT, "\"instances\": a whole number from 1 to %d is wanted", N_INSTANCES_MAX);
  *n_instances = (int)value;
  return EPX_OK;
}

static epx_err check_keys(const epx_tree *asked) {
  for (int k = 0; k < asked->n; k++)
    if (strcmp(asked->keys[k], "id") != 0 && strcmp(asked->keys[k], "point") != 0 &&
        strcmp(asked->keys[k], "instances") != 0)
      return EPX_RAISE(EPX_EINPUT, "unknown key \"%.100s\"; the keys are \"id\", \"point\" and \"instances\"",
                       asked->keys[k]);
  const epx_tree *id = epx_tree_get(asked, "id");
  if (id && id->kind != EPX_TREE_SCALAR) return EPX_RAISE(EPX_EINPUT, "\"id\": a word or a number is wanted");
  return EPX_OK;
}

/* ---- a driver */

typedef struct {
  const epx_deck *deck;
  epx_evaluator *evaluator;
  double *row; /* [n_factors] */
  FILE *out;
} server;

static epx_err answer(server *s, const epx_tree *asked) {
  int n_instances;
  epx_evaluation evaluation;
  EPX_TRY(check_keys(asked));
  EPX_TRY(read_instances(asked, epx_evaluator_get_settings(s->evaluator)->n_instances, &n_instances));
  EPX_TRY(read_point(s->deck, epx_tree_get(asked, "point"), s->row));
  EPX_TRY(epx_evaluator_solve(s->evaluator, s->row, 0, n_instances, &evaluation));
  return write_answer(s->deck, epx_tree_get(asked, "id"), s->row, &evaluation, s->out);
}

/* What is wrong with a line, or with a point, is the driver's to mend. */
static epx_err answer_line(server *s, const char *text, size_t length, long line) {
  epx_tree_store *store;
  const epx_tree *asked = NULL;
  char name[NAME_SIZE];
  snprintf(name, sizeof name, "line %ld", line);
  EPX_TRY(epx_tree_create_store(&store));
  int code = text[strspn(text, " \t")] == '{'
                 ? epx_tree_read(store, name, text, length, &asked)
                 : EPX_RAISE(EPX_EINPUT,
                             "%s: a point a line is wanted: {\"id\": 1, \"point\": {factor: value}}", name);
  if (code == EPX_OK) code = answer(s, asked);
  if (code == EPX_EINPUT || code == EPX_EFILE) {
    const epx_tree *id = asked ? epx_tree_get(asked, "id") : NULL;
    write_error(id && id->kind == EPX_TREE_SCALAR ? id : NULL, s->out);
    code = EPX_OK;
  }
  epx_tree_destroy_store(&store);
  return code;
}

static bool is_blank(const char *text) {
  return text[strspn(text, " \t\r\n")] == '\0';
}

static int raise_length(long line) {
  return EPX_RAISE(EPX_EINPUT, "line %ld: longer than %d bytes; a point a line is wanted", line,
                   LINE_SIZE - 2);
}

/* Reads on to the end of a line that is too long; false: there is none. */
static bool skip_line(FILE *in) {
  int c;
  do
    c = getc(in);
  while (c != '\n' && c != EOF);
  return c == '\n';
}

static epx_err serve_lines(server *s, char *text, FILE *in, bool *broken) {
  long line = 0;
  while (!*broken && fgets(text, LINE_SIZE, in)) {
    const size_t length = strlen(text);
    line++;
    if (length == LINE_SIZE - 1 && text[length - 1] != '\n') {
      if (raise_length(line) != EPX_OK) write_error(NULL, s->out);
      if (!skip_line(in)) break;
    } else if (!is_blank(text)) {
      EPX_TRY(answer_line(s, text, length, line));
    }
    *broken = fflush(s->out) != 0 || ferror(s->out);
  }
  return EPX_OK;
}

epx_err epx_exchange_solve(const epx_deck *deck, epx_evaluator *evaluator, FILE *in, FILE *out,
                           bool *broken) {
  server s = {deck, evaluator, NULL, out};
  char *text = NULL;
  int code = EPX_ARRAY(s.row, (size_t)epx_deck_get_n_factors(deck));
  if (code == EPX_OK) code = EPX_ARRAY(text, LINE_SIZE);
  write_greeting(deck, epx_evaluator_get_settings(evaluator), out);
  *broken = fflush(out) != 0;
  if (code == EPX_OK) code = serve_lines(&s, text, in, broken);
  epx_array_destroy(&text);
  epx_array_destroy(&s.row);
  return code;
}
