/** @file
 * Design document.
 */
#include "cli/print/design_document.h"

void epx_design_document_set_factors(epx_document *document, const epx_deck *deck) {
  epx_document_open(document, "factors", '[');
  for (int k = 0; k < epx_deck_get_n_columns(deck); k++) {
    const epx_deck_column column = epx_deck_get_column(deck, k);
    epx_document_open(document, NULL, '{');
    epx_document_set_text(document, "path", column.factor->path);
    epx_document_set_text(document, "unit", column.factor->categorical ? NULL : column.factor->unit);
    epx_document_set_boolean(document, "along", column.along);
    epx_document_close(document, '{');
  }
  epx_document_close(document, '[');
}

void epx_design_document_set_values(epx_document *document, const char *key, const epx_deck *deck,
                                    const epx_design *design, int i_point) {
  epx_document_open(document, key, '[');
  for (int k = 0; k < epx_deck_get_n_columns(deck); k++) {
    const epx_factor *factor = epx_deck_get_column(deck, k).factor;
    const double value = epx_deck_eval_column(deck, design, i_point, k);
    if (factor->categorical)
      epx_document_set_text(document, NULL, value >= 0 ? factor->names[(int)value] : NULL);
    else
      epx_document_set_number(document, NULL, value);
  }
  epx_document_close(document, '[');
}
