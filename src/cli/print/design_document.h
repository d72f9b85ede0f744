/** @internal @file
 * Design document: factors and design points as members of a document.
 */
#ifndef EPILUX_CLI_PRINT_DESIGN_DOCUMENT_H
#define EPILUX_CLI_PRINT_DESIGN_DOCUMENT_H

#include "cli/print/document.h"
#include "io/deck/deck.h"

/** Sets "factors": path, unit (null for categories) and whether it goes along with another factor, in the order of the
 * deck's columns. */
void epx_design_document_set_factors(epx_document *document, const epx_deck *deck);

/** Sets the values of a point, an array in the order of "factors": numbers, texts for categories, null where there is
 * none. key: NULL within an array. */
void epx_design_document_set_values(epx_document *document, const char *key, const epx_deck *deck,
                                    const epx_design *design, int i_point);

#endif
