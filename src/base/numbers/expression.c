/** @file
 * Expression: recursive descent to operations of a stack machine (reverse Polish notation).
 */
#include "base/numbers/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/numbers/number.h"

enum { N_OPERATIONS_MAX = 512, DEPTH_MAX = 64, NAME_SIZE = 256 };

typedef enum {
  CONSTANT,
  VARIABLE,
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  POWER,
  NEGATE,
  NOT,
  AND,
  OR,
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL,
  EQUAL,
  DIFFERENT,
  CALL_1, /* function of one number */
  CALL_2
} operator_kind;

typedef struct {
  operator_kind kind;
  int index; /* of a variable or function; of a comparison CHAINED, KEEPS or both */
  double value;
} operation;

/* A link of a < b < c: the truth of those before it stands below its numbers; its right number stays on top. */
enum { CHAINED = 1, KEEPS = 2 };

struct epx_expression {
  int n;
  operation operations[N_OPERATIONS_MAX];
};

static const struct {
  const char *name;
  double (*eval)(double);
} functions_1[] = {{"abs", fabs},    {"sqrt", sqrt}, {"exp", exp}, {"log", log},
                   {"log10", log10}, {"sin", sin},   {"cos", cos}, {"tan", tan}};
static const struct {
  const char *name;
  double (*eval)(double, double);
} functions_2[] = {{"min", fmin}, {"max", fmax}};
enum {
  N_FUNCTIONS_1 = sizeof functions_1 / sizeof *functions_1,
  N_FUNCTIONS_2 = sizeof functions_2 / sizeof *functions_2
};

typedef struct {
  const char *text, *at;
  int depth;
  int (*get_index)(const void *context, const char *name);
  const void *context;
  epx_expression *made;
} reader;

static epx_err read_or(reader *r);
static epx_err read_unary(reader *r);

static int raise_at(const reader *r, const char *wanted) {
  if (!*r->at) return EPX_RAISE(EPX_EINPUT, "'%s' ends where %s is wanted", r->text, wanted);
  return EPX_RAISE(EPX_EINPUT, "'%s': %s is wanted at column %d, before '%.16s'", r->text, wanted,
                   (int)(r->at - r->text) + 1, r->at);
}

static epx_err add(reader *r, operator_kind kind, int index, double value) {
  if (r->made->n == N_OPERATIONS_MAX)
    return EPX_RAISE(EPX_EINPUT, "'%.40s…' has more than %d operations: a shorter one is wanted", r->text,
                     N_OPERATIONS_MAX);
  r->made->operations[r->made->n++] = (operation){kind, index, value};
  return EPX_OK;
}

static void skip_blanks(reader *r) {
  r->at += strspn(r->at, " \t\n");
}

static bool is_name_letter(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Takes a symbol, or a word that is not the beginning of a longer name. */
static bool take(reader *r, const char *symbol) {
  const size_t n = strlen(symbol);
  skip_blanks(r);
  if (strncmp(r->at, symbol, n) != 0) return false;
  if (isalpha((unsigned char)*symbol) && is_name_letter(r->at[n])) return false;
  r->at += n;
  return true;
}

static epx_err take_wanted(reader *r, const char *symbol, const char *wanted) {
  return take(r, symbol) ? EPX_OK : raise_at(r, wanted);
}

static epx_err read_call(reader *r, operator_kind kind, int index) {
  EPX_TRY(read_or(r));
  if (kind == CALL_2) {
    EPX_TRY(take_wanted(r, ",", "a comma"));
    EPX_TRY(read_or(r));
  }
  EPX_TRY(take_wanted(r, ")", "')'"));
  return add(r, kind, index, 0);
}

static epx_err read_name(reader *r) {
  char name[NAME_SIZE];
  const char *start = r->at;
  size_t n = 0;
  while (is_name_letter(r->at[n]))
    n++;
  snprintf(name, sizeof name, "%.*s", (int)n, r->at);
  r->at += n;
  if (take(r, "(")) {
    for (int i = 0; i < N_FUNCTIONS_1; i++)
      if (strcmp(functions_1[i].name, name) == 0) return read_call(r, CALL_1, i);
    for (int i = 0; i < N_FUNCTIONS_2; i++)
      if (strcmp(functions_2[i].name, name) == 0) return read_call(r, CALL_2, i);
    r->at = start;
    return raise_at(r, "a function, abs, sqrt, exp, log, log10, sin, cos, tan, min or max,");
  }
  const int index = r->get_index(r->context, name);
  r->at = index < 0 ? start : r->at;
  return index < 0 ? raise_at(r, "the name of a factor") : add(r, VARIABLE, index, 0);
}

static epx_err read_primary(reader *r) {
  double value;
  const char *rest;
  skip_blanks(r);
  if (take(r, "(")) {
    EPX_TRY(read_or(r));
    return take_wanted(r, ")", "')'");
  }
  if (isalpha((unsigned char)*r->at)) return read_name(r);
  if (*r->at == '+' || *r->at == '-' || !epx_number_read(r->at, &value, &rest))
    return raise_at(r, "a number, a name or '('");
  r->at = rest;
  return add(r, CONSTANT, 0, value);
}

static epx_err read_power(reader *r) {
  EPX_TRY(read_primary(r));
  if (!take(r, "^")) return EPX_OK;
  EPX_TRY(read_unary(r));
  return add(r, POWER, 0, 0);
}

/* -a^b is -(a^b). */
static epx_err read_unary(reader *r) {
  if (r->depth == DEPTH_MAX)
    return EPX_RAISE(EPX_EINPUT, "'%.40s…' is nested more than %d deep: a simpler one is wanted", r->text,
                     DEPTH_MAX);
  r->depth++;
  const bool negative = take(r, "-");
  EPX_TRY(negative ? read_unary(r) : read_power(r));
  r->depth--;
  return negative ? add(r, NEGATE, 0, 0) : EPX_OK;
}

static epx_err read_product(reader *r) {
  EPX_TRY(read_unary(r));
  for (;;) {
    const bool times = take(r, "*");
    if (!times && !take(r, "/")) return EPX_OK;
    EPX_TRY(read_unary(r));
    EPX_TRY(add(r, times ? MULTIPLY : DIVIDE, 0, 0));
  }
}

static epx_err read_sum(reader *r) {
  EPX_TRY(read_product(r));
  for (;;) {
    const bool plus = take(r, "+");
    if (!plus && !take(r, "-")) return EPX_OK;
    EPX_TRY(read_product(r));
    EPX_TRY(add(r, plus ? ADD : SUBTRACT, 0, 0));
  }
}

static bool take_comparison(reader *r, operator_kind *kind) {
  static const struct {
    const char *symbol;
    operator_kind kind;
  } symbols[] = {{"<=", LESS_EQUAL}, {">=", GREATER_EQUAL}, {"==", EQUAL},
                 {"!=", DIFFERENT},  {"<", LESS},           {">", GREATER}};
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (take(r, symbols[i].symbol)) {
      *kind = symbols[i].kind;
      return true;
    }
  return false;
}

static epx_err read_comparison(reader *r) {
  operator_kind kind;
  EPX_TRY(read_sum(r));
  for (int n = 0; take_comparison(r, &kind); n++) {
    if (n > 0) r->made->operations[r->made->n - 1].index |= KEEPS;
    EPX_TRY(read_sum(r));
    EPX_TRY(add(r, kind, n > 0 ? CHAINED : 0, 0));
  }
  return EPX_OK;
}

static epx_err read_not(reader *r) {
  if (!take(r, "not")) return read_comparison(r);
  EPX_TRY(read_comparison(r));
  return add(r, NOT, 0, 0);
}

static epx_err read_and(reader *r) {
  EPX_TRY(read_not(r));
  while (take(r, "and")) {
    EPX_TRY(read_not(r));
    EPX_TRY(add(r, AND, 0, 0));
  }
  return EPX_OK;
}

static epx_err read_or(reader *r) {
  EPX_TRY(read_and(r));
  while (take(r, "or")) {
    EPX_TRY(read_and(r));
    EPX_TRY(add(r, OR, 0, 0));
  }
  return EPX_OK;
}

static epx_err read_whole(reader *r) {
  EPX_TRY(read_or(r));
  skip_blanks(r);
  return *r->at ? raise_at(r, "an operator") : EPX_OK;
}

epx_err epx_expression_create(const char *text, int (*get_index)(const void *context, const char *name),
                              const void *context, epx_expression **out) {
  reader r = {text, text, 0, get_index, context, NULL};
  *out = NULL;
  EPX_TRY(EPX_ARRAY(r.made, 1));
  const int code = read_whole(&r);
  if (code != EPX_OK) epx_expression_destroy(&r.made);
  *out = r.made;
  return code;
}

void epx_expression_destroy(epx_expression **address) {
  if (address && *address) epx_array_destroy(address);
}

static bool is_true(double value) {
  return value != 0 && !isnan(value);
}

static double eval_pair(const operation *o, double a, double b) {
  switch (o->kind) {
  case ADD:
    return a + b;
  case SUBTRACT:
    return a - b;
  case MULTIPLY:
    return a * b;
  case DIVIDE:
    return a / b;
  case POWER:
    return pow(a, b);
  case AND:
    return is_true(a) && is_true(b);
  case OR:
    return is_true(a) || is_true(b);
  case LESS:
    return a < b;
  case LESS_EQUAL:
    return a <= b;
  case GREATER:
    return a > b;
  case GREATER_EQUAL:
    return a >= b;
  case EQUAL:
    return a == b;
  case DIFFERENT:
    return a != b;
  default:
    return functions_2[o->index].eval(a, b);
  }
}

/* The numbers of a comparison go, its truth comes; see CHAINED and KEEPS. */
static void compare(const operation *o, double *stack, int *n) {
  const double right = stack[*n - 1];
  double truth = eval_pair(o, stack[*n - 2], right);
  *n -= 2;
  if (o->index & CHAINED) truth *= stack[--*n];
  stack[(*n)++] = truth;
  if (o->index & KEEPS) stack[(*n)++] = right;
}

double epx_expression_eval(const epx_expression *expression, const double *value) {
  double stack[N_OPERATIONS_MAX + 1];
  int n = 0;
  for (int k = 0; k < expression->n; k++) {
    const operation *o = &expression->operations[k];
    if (o->kind == CONSTANT || o->kind == VARIABLE) {
      stack[n++] = o->kind == CONSTANT ? o->value : value[o->index];
    } else if (o->kind == NEGATE) {
      stack[n - 1] = -stack[n - 1];
    } else if (o->kind == NOT) {
      stack[n - 1] = !is_true(stack[n - 1]);
    } else if (o->kind == CALL_1) {
      stack[n - 1] = functions_1[o->index].eval(stack[n - 1]);
    } else if (o->kind >= LESS && o->kind <= DIFFERENT) {
      compare(o, stack, &n);
    } else {
      stack[n - 2] = eval_pair(o, stack[n - 2], stack[n - 1]);
      n--;
    }
  }
  return stack[0];
}
