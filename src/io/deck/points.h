/** @internal @file
 * Points: the settings of design points, one after another, without resolving the deck anew for each.
 *
 * A factor is *plain* where it sets real numbers from which nothing else of the deck follows: no default, and no
 * key's use. Points that agree in all other factors are of one kind. The deck is resolved once for a kind; at its
 * other points the numbers that plain factors set are put into a copy that shares all the rest. The settings are those of
 * epx_deck_eval_settings(), number for number.
 */
#ifndef EPILUX_IO_DECK_POINTS_H
#define EPILUX_IO_DECK_POINTS_H

#include "io/deck/deck.h"
#include "io/yaml/tree.h"

typedef struct epx_points epx_points;

/** Kinds that are kept; where there are more, the oldest is resolved again when a point asks for it. */
enum { EPX_POINTS_KINDS = 64 };

/** Creates the points of a design; deck and design are borrowed for its life. One thread at a time.
 * Errors: EPX_EMEMORY. */
epx_err epx_points_create(const epx_deck *deck, const epx_design *design, epx_points **out);

/** Destroys the points at *address. */
void epx_points_destroy(epx_points **address);

/** Evaluates the settings of a design point: those, and the errors, of epx_deck_eval_settings(). Cost: O(factors + keys)
 * where a point of its kind was asked for before. */
epx_err epx_points_eval_settings(epx_points *points, int i_point, epx_settings **settings);

/** Evaluates the resolved deck of a design point, which lives until the next call: that of epx_deck_eval_point(), but for
 * the number of digits that numbers have. Errors: of epx_deck_eval_point(). */
epx_err epx_points_eval_deck(epx_points *points, int i_point, const epx_tree **resolved);

/** Tells whether factor i is plain. */
bool epx_points_is_plain(const epx_points *points, int i_factor);

#endif
