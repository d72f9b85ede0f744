/** @internal @file
 * Catalogue: what `epilux list` shows, as entries of a document: families, estimators and other things of more than a
 * name and a meaning.
 */
#ifndef EPILUX_CLI_PRINT_CATALOGUE_H
#define EPILUX_CLI_PRINT_CATALOGUE_H

#include "cli/command.h"
#include "cli/print/document.h"
#include "io/schema/schema.h"
#include "learning/estimators/estimator.h"
#include "learning/task/task.h"
#include "photonic/device/device.h"
#include "photonic/device/waveguide.h"
#include "photonic/process/process.h"

/** Sets the next entry: its name and its meaning alone. kind: of lists with several kinds of entries; NULL: none. */
void epx_catalogue_set_row(epx_document *document, const char *kind, const char *name, const char *meaning);

/** Set the next entry, with all that the list's text says of it. */
void epx_catalogue_set_family(epx_document *document, const epx_family *family);
void epx_catalogue_set_task(epx_document *document, const epx_task_kind *task);
void epx_catalogue_set_estimator(epx_document *document, const epx_estimator *estimator);
void epx_catalogue_set_metric(epx_document *document, const char *name, const char *unit,
                              const char *meaning);
void epx_catalogue_set_device(epx_document *document, const epx_device *device);
void epx_catalogue_set_waveguide(epx_document *document, const epx_waveguide_range *range);
void epx_catalogue_set_preset(epx_document *document, const epx_process_preset *preset);
void epx_catalogue_set_key(epx_document *document, const epx_schema_entry *entry);
void epx_catalogue_set_command(epx_document *document, const epx_command *command);

/** Sets the next entry to an energy cost, with its values in the three cases [unit of the quantity]. */
void epx_catalogue_set_energy(epx_document *document, const epx_quantity *optimistic,
                              const epx_quantity *budgeted, const epx_quantity *today);

#endif
