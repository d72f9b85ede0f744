/** @internal @file
 * Deck: what the files that read, vary and evaluate it share.
 */
#ifndef EPILUX_IO_DECK_PRIVATE_H
#define EPILUX_IO_DECK_PRIVATE_H

#include <stdbool.h>

#include "io/deck/deck.h"
#include "io/yaml/tree.h"

struct epx_deck {
  epx_tree_store *store;    /* of all that follows */
  const epx_tree *user;     /* as written, with --set */
  const epx_tree *resolved; /* NULL: it does not hold, see message */
  char message[1024];       /* what is wrong with it after --set, until another --set mends it */
  int n_factors;
  epx_factor *factors; /* [n_factors], of the resolved deck */
  int n_columns;
  epx_deck_column *columns;      /* [n_columns] */
  epx_design_spec design, inner; /* the second where design.inner is not NULL */
  epx_expression *constraint;    /* owned; NULL: none */
};

/** Evaluates factors and design from the resolved deck. */
epx_err epx_deck_read_factors(epx_deck *deck);

/** Raises the deck's message, if it does not hold. */
static inline epx_err check_deck(const epx_deck *deck) {
  return deck->resolved ? EPX_OK : EPX_RAISE(EPX_EINPUT, "%s", deck->message);
}

/** Evaluates the resolved deck of a design point in a store of its own. */
epx_err epx_deck_eval_point(const epx_deck *deck, const epx_design *design, int i_point,
                            epx_tree_store *store, const epx_tree **resolved);

/** Evaluates the settings that a resolved deck says; its nodes tell the lines of errors. */
epx_err epx_settings_read(const epx_tree *resolved, epx_settings **settings);

/** Evaluates the settings of a resolved deck that differs in plain numbers alone (io/deck/points.h) from one that was
 * read before: its links are not made once more to be checked. */
epx_err epx_settings_read_like(const epx_tree *resolved, epx_settings **settings);

/** Creates an array at *out that the settings own. Errors: EPX_EMEMORY. */
epx_err epx_settings_create_owned(epx_settings *settings, size_t count, size_t size, void *out);

/** Reads network.device and process, where the deck has them, after network and study. Errors: EPX_EINPUT at
 * the line of the section. */
epx_err epx_settings_read_fabrication(const epx_tree *resolved, epx_settings *settings);

#endif
