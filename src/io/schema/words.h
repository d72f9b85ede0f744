/** @internal @file
 * Words: the lists of words that keys of a deck choose from, drawn from the tables of the layers that own
 * them.
 */
#ifndef EPILUX_IO_SCHEMA_WORDS_H
#define EPILUX_IO_SCHEMA_WORDS_H

#include <stdbool.h>

#include "epilux/family.h"

/* Each is an epx_schema_words. */
const char *epx_words_get_family(const epx_family *family, int i);
const char *epx_words_get_preset(const epx_family *family, int i);
const char *epx_words_get_topology(const epx_family *family, int i);
const char *epx_words_get_readout(const epx_family *family, int i);
const char *epx_words_get_task(const epx_family *family, int i);
const char *epx_words_get_scaling(const epx_family *family, int i);
const char *epx_words_get_goal(const epx_family *family, int i);
const char *epx_words_get_csv_header(const epx_family *family, int i);
const char *epx_words_get_reduction(const epx_family *family, int i);
const char *epx_words_get_estimator(const epx_family *family, int i);
const char *epx_words_get_quadrature(const epx_family *family, int i);
const char *epx_words_get_protocol(const epx_family *family, int i);
const char *epx_words_get_rounding(const epx_family *family, int i);
const char *epx_words_get_scheme(const epx_family *family, int i);
const char *epx_words_get_rate(const epx_family *family, int i);
const char *epx_words_get_encoding(const epx_family *family, int i);
const char *epx_words_get_cost(const epx_family *family, int i);
const char *epx_words_get_optimizer(const epx_family *family, int i);
const char *epx_words_get_engine(const epx_family *family, int i);
const char *epx_words_get_method(const epx_family *family, int i);
const char *epx_words_get_distribution(const epx_family *family, int i);
const char *epx_words_get_scope(const epx_family *family, int i);
const char *epx_words_get_effect(const epx_family *family, int i);
const char *epx_words_get_design(const epx_family *family, int i);
const char *epx_words_get_factor_distribution(const epx_family *family, int i);
const char *epx_words_get_criterion(const epx_family *family, int i);
const char *epx_words_get_part(const epx_family *family, int i);
const char *epx_words_get_inner_design(const epx_family *family, int i);
const char *epx_words_get_random_numbers(const epx_family *family, int i);
const char *epx_words_get_scale(const epx_family *family, int i);
const char *epx_words_get_metric(const epx_family *family, int i);
const char *epx_words_get_curve(const epx_family *family, int i);
const char *epx_words_get_interval(const epx_family *family, int i);
const char *epx_words_get_parameter(const epx_family *family, int i);
const char *epx_words_get_material(const epx_family *family, int i);
const char *epx_words_get_process_preset(const epx_family *family, int i);
const char *epx_words_get_term(const epx_family *family, int i);
const char *epx_words_get_sampling(const epx_family *family, int i);
const char *epx_words_get_statistic(const epx_family *family, int i);
const char *epx_words_get_search(const epx_family *family, int i);
const char *epx_words_get_stopping(const epx_family *family, int i);
const char *epx_words_get_corner(const epx_family *family, int i);
const char *epx_words_get_sampler(const epx_family *family, int i);
const char *epx_words_get_placement(const epx_family *family, int i);
const char *epx_words_get_kernel(const epx_family *family, int i);
const char *epx_words_get_laser(const epx_family *family, int i);
const char *epx_words_get_trainable(const epx_family *family, int i);

/** Tells whether a word stands in a list of words between blanks. */
bool epx_words_is_listed(const char *list, const char *word);

/** Gets the index of a word in a list, -1 when it is not there. For lists whose order is that of an enum, its
 * value. */
int epx_words_get_index(const char *(*words)(const epx_family *, int), const epx_family *family,
                        const char *word);

#endif
