/** @file
 * Deck: the description of a study, a YAML file, checked against the schema line by line. inputs/reference.yaml
 * lists every key.
 */
#ifndef EPILUX_DECK_H
#define EPILUX_DECK_H

#include "epilux/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct epx_deck epx_deck;

/** Reads and checks a deck; every message is FILE:LINE: what is wrong; what would be right.
 * Errors: EPX_EFILE: cannot be read; EPX_EINPUT: not YAML, an unknown or missing or repeated key (with the
 * nearest valid one), a wrong type, a wrong dimension of unit, a value out of range, a factor whose path does
 * not exist. */
epx_err epx_deck_read(const char *path, epx_deck **out);

/** Reads a deck from a text, as it is stored in a results file; `name` stands for FILE in messages. */
epx_err epx_deck_read_text(const char *name, const char *text, epx_deck **out);

/** Destroys the deck at *address. */
void epx_deck_destroy(epx_deck **address);

/** Sets one scalar, "learning.nudge.beta=0.05", checked as in the file (FILE:LINE is "--set PATH=VALUE").
 * Call before the deck is used. A step of the path into `variation` is a row's number or its parameter; a
 * list or a map may be given as YAML, "metrics=[loss]". Errors: EPX_EINPUT: no PATH=VALUE, no such path, a
 * value that the key does not take. If the value makes another key wrong (another topology lacks its size),
 * a further call may correct it; if not, the functions that use the deck raise the error. */
epx_err epx_deck_set(epx_deck *deck, const char *assignment);

/** Sets n scalars at once, so that their order does not matter: a map is set before its keys, and the
 * deck is checked when all are set. Errors: as epx_deck_set(), and of what they make wrong elsewhere; one that is
 * set twice; one that a factor of the design sets at every point, but with method one-at-a-time, which starts from
 * it. */
epx_err epx_deck_set_all(epx_deck *deck, int n, const char *const *assignments);

/** Gets a scalar of the deck as text, resolved (defaults filled in); NULL when the path does not exist. */
const char *epx_deck_get_text(const epx_deck *deck, const char *path);

/** Creates the resolved deck: YAML with defaults filled in and every quantity in the schema's unit, that
 * reads back to the same campaign. Free with epx_deck_destroy_text(). */
epx_err epx_deck_create_text(const epx_deck *deck, char **text);

/** Frees the text at *address. */
void epx_deck_destroy_text(char **address);

#ifdef __cplusplus
}
#endif

#endif
