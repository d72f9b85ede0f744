/** @file
 * Expression: a formula over named numbers, such as "2 * gap < width and loss <= 0.5", read once, evaluated often.
 *
 *   or      a or b             and      a and b           not      not a
 *   compare a < b, <=, >, >=, ==, !=; a < b < c means both
 *   a + b, a - b, a * b, a / b, a ^ b (from the right), -a, (a), numbers as number.h says
 *   abs(a), sqrt(a), exp(a), log(a), log10(a), sin(a), cos(a), tan(a), min(a, b), max(a, b)
 *
 * Truth is 1 and 0; any other number but 0 and NaN counts as true. Names begin with a letter and hold letters, digits,
 * _ and dots.
 */
#ifndef EPILUX_BASE_NUMBERS_EXPRESSION_H
#define EPILUX_BASE_NUMBERS_EXPRESSION_H

#include "epilux/error.h"

typedef struct epx_expression epx_expression;

/** Creates the expression of a text: `get_index`, called with `context`, gives the index i of a name, which then stands for
 * value[i]; -1 for one that is unknown. Errors: EPX_EINPUT, with the position in the text and what is expected there:
 * a text that is not a formula, an unknown name, more than 512 operations or 64 levels; EPX_EMEMORY. */
epx_err epx_expression_create(const char *text, int (*get_index)(const void *context, const char *name),
                              const void *context, epx_expression **out);

/** Evaluates it; a value that is not defined, such as sqrt(-1), is NaN. Allocates nothing. */
double epx_expression_eval(const epx_expression *expression, const double *value);

/** Destroys the expression at *address. */
void epx_expression_destroy(epx_expression **address);

#endif
