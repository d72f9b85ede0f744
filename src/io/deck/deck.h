/** @file
 * Deck: the user's YAML file, checked against the schema, line by line.
 */
#ifndef EPILUX_IO_DECK_DECK_H
#define EPILUX_IO_DECK_DECK_H

#include <stdint.h>

#include "design/design.h"
#include "study/settings.h"

typedef struct epx_deck epx_deck;

/** Reads and checks a deck; every message is FILE:LINE: what is wrong; what would be right.
 * Errors: EPX_EFILE: cannot be read; EPX_EINPUT: not YAML, an unknown or missing or repeated key (with the
 * nearest valid one), a wrong type, a wrong dimension of unit, a value out of range, a factor whose path does
 * not exist. */
epx_err epx_deck_read(const char *path, epx_deck **out);

/** Reads a deck from a text, as it is stored in a results file; `name` stands for FILE in messages. */
epx_err epx_deck_read_text(const char *name, const char *text, epx_deck **out);
void epx_deck_destroy(epx_deck **address);

/** Sets one scalar, "learning.nudge.beta=0.05", checked as in the file (FILE:LINE is "--set PATH=VALUE").
 * Call before the deck is used. A step of the path into `variation` is a row's number or its parameter; a
 * list or a map may be given as YAML, "metrics=[loss]". Errors: EPX_EINPUT: no PATH=VALUE, no such path, a
 * value that the key does not take. What the value makes wrong elsewhere (another topology lacks its size)
 * may be mended by a further call; if it is not, the functions below raise it. */
epx_err epx_deck_set(epx_deck *deck, const char *assignment);

/** Evaluates the design: factors [*n_factors] borrowed from the deck, and the table of points. */
epx_err epx_deck_eval_design(const epx_deck *deck, const epx_factor **factors, int *n_factors,
                             epx_design **design);

/** Gets the method of the design and its numbers; it has design.points as written. */
const epx_design_spec *epx_deck_get_design(const epx_deck *deck);

/** Evaluates the settings of one design point (NULL design: the base point, no factor applied).
 * Values that only fail at a point (a factor out of a key's range) are EPX_EINPUT at the factor's line. */
epx_err epx_deck_eval_settings(const epx_deck *deck, const epx_design *design, int i_point,
                               epx_settings **settings);

/** Gets a scalar of the deck as text, resolved (defaults filled in); NULL when the path does not exist. */
const char *epx_deck_get_text(const epx_deck *deck, const char *path);

/** Tells whether a path takes its values along with a factor. */
bool epx_deck_goes_along(const epx_deck *deck, const char *factor, const char *path);

/** Creates the resolved deck: YAML with defaults filled in and every quantity in the schema's unit, that
 * reads back to the same campaign. Free with epx_array_destroy(). */
epx_err epx_deck_create_text(const epx_deck *deck, char **text);

/** Evaluates a 64-bit digest of all that results depend on: the resolved deck without study.name and the
 * sections that only say what to report. */
uint64_t epx_deck_eval_digest(const epx_deck *deck);

#endif
