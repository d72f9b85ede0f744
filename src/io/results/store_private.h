/** @internal @file
 * Store: what its parts share.
 */
#ifndef EPILUX_IO_RESULTS_STORE_PRIVATE_H
#define EPILUX_IO_RESULTS_STORE_PRIVATE_H

#include "io/results/activity.h"
#include "io/results/archive.h"
#include "io/results/field.h"
#include "io/results/store.h"
#include "io/results/stored.h"

struct epx_store {
  const epx_campaign *campaign;
  char *path, *temporary;
  char *deck;                   /* resolved */
  char *created;                /* when the campaign began, ISO 8601 */
  char *history, *mpi;          /* what was done to the file, and by which MPI; NULL: not told */
  bool any_version, any_shard;  /* what a file may differ in that is read */
  int isa;                      /* epx_isa of the records that were read, -1: none */
  int made_isa;                 /* epx_isa that the file says; -1: the one in use */
  epx_settings *settings;       /* of the first point; those of others differ in their factors */
  epx_yield_spec *yield;        /* [n_points] */
  const epx_activity *activity; /* borrowed; NULL: none */
  char **link;                  /* [n_points] to field files that are not beside `path`; NULL: none */
  epx_field *fields;            /* [n_fields] */
  int n_fields;
  size_t longest; /* of the fields */
  double *column; /* [n_points * n_instances * longest] */
};

/** Checks that a file is of this campaign and this program, as far as the store's tolerance asks for it, and
 * reads its instruction set and when it was created. Errors: EPX_EFORMAT; EPX_EMISMATCH, naming what differs;
 * EPX_EMEMORY. */
epx_err epx_store_read_identity(epx_store *store, epx_archive *archive);

/** Creates a store as epx_store_create() does, of a campaign that a results file describes, borrowed with its texts for
 * the store's life. Errors: EPX_EMEMORY; of epx_deck_eval_settings(). */
epx_err epx_store_create_stored(const epx_stored *stored, const char *path, epx_store **out);

/** Gets a field's column as an array of the file. */
epx_archive_array epx_store_get_column(const epx_store *store, const epx_field *field);

/** Writes /statistics. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_statistics(const epx_store *store, epx_archive *archive);

/** Writes /decision, where the campaign decides. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_decision(const epx_store *store, epx_archive *archive);

/** Writes /sensitivity, where the design supports any. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_sensitivity(const epx_store *store, epx_archive *archive);

/** Writes /fields, links to the field files of finished points. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_fields(const epx_store *store, epx_archive *archive);

/** Reads the links to field files, as paths from the working folder. Errors: EPX_EMEMORY. */
epx_err epx_store_read_fields(epx_store *store, epx_archive *archive);

/** Writes /run, when there is something to tell. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_activity(const epx_store *store, epx_archive *archive);

/** Writes all else: attributes, scales, factors, fields. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_records(const epx_store *store, epx_archive *archive);

/** Writes [n] whole numbers held in the store's column. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_integers(const epx_store *store, epx_archive *archive, const epx_archive_array *array,
                                 size_t n);

#endif
