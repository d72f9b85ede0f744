/** @file
 * Store: what its parts share.
 */
#ifndef EPILUX_IO_STORE_PRIVATE_H
#define EPILUX_IO_STORE_PRIVATE_H

#include "epilux/io/store.h"
#include "io/archive.h"
#include "io/field.h"

struct epx_store {
  const epx_campaign *campaign;
  char *path, *temporary;
  char *deck;             /* resolved */
  char *created;          /* when the campaign began, ISO 8601 */
  int isa;                /* epx_isa of the records that were read, -1: none */
  epx_settings *settings; /* of the first point; those of others differ in their factors */
  epx_yield_spec *yield;  /* [n_points] */
  epx_field *fields;      /* [n_fields] */
  int n_fields;
  size_t longest; /* of the fields */
  double *column; /* [n_points * n_instances * longest] */
};

/** Gets a field's column as an array of the file. */
epx_archive_array epx_store_get_column(const epx_store *store, const epx_field *field);

/** Writes /statistics. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_statistics(const epx_store *store, epx_archive *archive);

/** Writes all else: attributes, scales, factors, fields. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_records(const epx_store *store, epx_archive *archive);

/** Writes [n] whole numbers held in the store's column. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_store_write_integers(const epx_store *store, epx_archive *archive, const epx_archive_array *array,
                                 size_t n);

#endif
