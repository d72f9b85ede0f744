/** @internal @file
 * Stored: a campaign as its results file describes it, and nothing else: no dataset, edge list or plugin is opened. Its
 * results can be read, joined and written; its points cannot be made.
 */
#ifndef EPILUX_IO_RESULTS_STORED_H
#define EPILUX_IO_RESULTS_STORED_H

#include "io/campaign.h"
#include "io/results/field.h"

typedef struct {
  epx_campaign *campaign; /* the whole one, also where the file is a part; all records pending */
  char *deck;             /* as the file has it, resolved */
  epx_field *fields;      /* [n_fields] */
  char **texts;           /* [2 * n_fields]: of the fields, their units and meanings */
  int n_fields;
} epx_stored;

/** Creates a campaign from a results file: its deck, design and engines, and the layout of its records, which is that of
 * the campaign that wrote it. Errors: EPX_EFORMAT: no results, damaged, or arrays that its deck does not speak of;
 * EPX_EINPUT: its records do not fit this host's memory; EPX_EFILE; EPX_EMEMORY; of epx_deck_read_stored(). */
epx_err epx_stored_create(const char *path, epx_stored **out);
void epx_stored_destroy(epx_stored **address);

#endif
