/** @file
 * Deck: what the library asks of a deck beside epilux/deck.h: its design, its settings, its digest.
 */
#ifndef EPILUX_IO_DECK_DECK_H
#define EPILUX_IO_DECK_DECK_H

#include <stdint.h>

#include "design/design.h"
#include "epilux/deck.h"
#include "study/settings.h"

/** What a deck from standard input is called in messages. */
#define EPX_DECK_INPUT "standard input"

/** Creates the text that standard input holds, for epx_deck_read_text(); free it with epx_array_destroy(). Errors:
 * EPX_EFILE: cannot be read; EPX_EINPUT: longer than any deck, or no text; EPX_EMEMORY. */
epx_err epx_deck_create_input(char **text);

/** Reads the deck that a results file holds, to be shown: as epx_deck_read_text(), but no file that it names is opened,
 * so that a results file is enough. Its networks cannot be made, and of a plugin only the names of its parameters are
 * known. Errors: as epx_deck_read_text(). */
epx_err epx_deck_read_stored(const char *name, const char *text, epx_deck **out);

/** Reads a deck as epx_deck_read_stored() does, from its file: to know its words before anything that it names is opened.
 * Errors: as epx_deck_read(). */
epx_err epx_deck_read_alone(const char *path, epx_deck **out);

/** Checks that the plugin of a deck of results, of epx_deck_read_stored(), is still the file that it was; a deck without
 * one is fine. Errors: EPX_EINPUT: it is another, or not there. */
epx_err epx_deck_check_plugin(const epx_deck *deck);

/** Evaluates the design: factors [*n_factors] borrowed from the deck, and the table of points. */
epx_err epx_deck_eval_design(const epx_deck *deck, const epx_factor **factors, int *n_factors,
                             epx_design **design);

/** Gets the number of factors, and the i-th. */
int epx_deck_get_n_factors(const epx_deck *deck);
const epx_factor *epx_deck_get_factor(const epx_deck *deck, int i);

/** Finds the factor that a name stands for: its path, or the end of it behind a dot where only one ends so; -1: none. */
int epx_deck_find_factor(const epx_deck *deck, const char *name);

/** Reads a text as a value of factor i, as the deck would: a number, with a unit or in the factor's, or one of its words.
 * Errors: EPX_EINPUT: no such value, or one that the factor cannot take; EPX_EMEMORY. */
epx_err epx_deck_read_value(const epx_deck *deck, int i_factor, const char *text, double *value);

/** A column of the table of design points: a factor, or a path that takes its values along with one. */
typedef struct {
  const epx_factor *factor; /* path, unit and values; of a path that goes along the list that belongs to its
                               leader's, level by level */
  int i_factor;             /* of the design: the factor itself, or its leader */
  bool along;
} epx_deck_column;

/** Gets the i-th column: every factor in its order, each before the paths that go along with it. */
int epx_deck_get_n_columns(const epx_deck *deck);
epx_deck_column epx_deck_get_column(const epx_deck *deck, int i);

/** Evaluates a column at a point: a number, or the index of a category. Of a path that goes along it is the deck's
 * own value where its leader has none of the list's (the base of one-at-a-time), whose word then stands after those
 * of the list; NAN or -1 where there is none. */
double epx_deck_eval_column(const epx_deck *deck, const epx_design *design, int i_point, int i_column);

/** Gets the method of the design and its numbers; it has design.points as written. */
const epx_design_spec *epx_deck_get_design(const epx_deck *deck);

/** Evaluates the settings of one design point (NULL design: the base point, no factor applied).
 * Values that only fail at a point (a factor out of a key's range) are EPX_EINPUT at the factor's line. */
epx_err epx_deck_eval_settings(const epx_deck *deck, const epx_design *design, int i_point,
                               epx_settings **settings);

/** Tells whether a path takes its values along with a factor. */
bool epx_deck_goes_along(const epx_deck *deck, const char *factor, const char *path);

/** Evaluates a 64-bit digest of all that results depend on: the resolved deck without study.name and the
 * sections that only say what to report. */
uint64_t epx_deck_eval_digest(const epx_deck *deck);

/** Checks that no key of the deck, nor a value of a factor, names the file `path`, which is to be written.
 * Errors: EPX_EINPUT at the key's line. */
epx_err epx_deck_check_output(const epx_deck *deck, const char *path);

#endif
