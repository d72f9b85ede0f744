/** @file
 * Journal: what a running campaign finished since its results file was last written: append-only, fixed
 * records, each with a checksum.
 *
 * The file begins with a header of eight 64-bit words in the machine's byte order: "EPXJRNL1",
 * 0x0102030405060708, the digest, doubles a record, points, instances, 0, a checksum.
 *
 * Records follow it: u32 point, u32 instance, f64 value [size], u64 checksum.
 *
 * A checksum is CRC-64/XZ over what stands before it; a record's begins with the header's checksum, so that a
 * record of another campaign is none of this one. Source: Ecma1992.
 */
#ifndef EPILUX_IO_RECOVERY_JOURNAL_H
#define EPILUX_IO_RECOVERY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

/** Whose records these are. */
typedef struct {
  uint64_t digest; /* of the campaign */
  size_t size;     /* doubles a record */
  int n_points, n_instances;
} epx_journal_key;

typedef struct epx_journal epx_journal;

/** Creates an empty journal, in place of any that stands there, and brings the name to the disk.
 * Errors: EPX_EFILE: cannot be made or written; EPX_EMEMORY. */
epx_err epx_journal_create(const char *path, const epx_journal_key *key, epx_journal **out);

/** Closes the file and leaves it; what the buffer still holds is lost. */
void epx_journal_destroy(epx_journal **address);

/** Adds a trial's record [key.size] to the buffer, and writes the buffer when it is full.
 * Errors: as epx_journal_write_buffer(). */
epx_err epx_journal_write(epx_journal *journal, int i_point, int i_instance, const double *record);

/** Writes the buffer to the file, where it outlives this process; `sync`: to the disk, where it outlives the
 * machine. Errors: EPX_EFILE (disk full, and the like): the file ends with its last whole record. */
epx_err epx_journal_write_buffer(epx_journal *journal, bool sync);

/** Sets the journal empty, once a results file that holds all of it is safe. Errors: EPX_EFILE. */
epx_err epx_journal_set_empty(epx_journal *journal);

/** Receives one record of `size` doubles, in the order in which they were written. */
typedef void (*epx_journal_visitor)(void *context, int i_point, int i_instance, size_t size,
                                    const double *record);

/** What reading found. */
typedef struct {
  bool exists;    /* there is a journal with a header */
  long n_records; /* with a right checksum */
  long n_damaged; /* with a wrong one, and right ones behind them: the file was damaged */
  bool torn;      /* it ends in what is no whole record: the writer was killed, nothing is wrong */
} epx_journal_report;

/** Reads a journal, giving each whole record to `visit`. A file that is missing, or so short that its writer
 * died at once, is an empty journal. `key`: what must stand in the header; size 0: any. Errors: EPX_EFORMAT:
 * not a journal, of another machine type or another format, or its header is damaged, or it is longer than a
 * journal of so many trials can be; EPX_EMISMATCH: of another campaign;
 * EPX_EFILE; EPX_EMEMORY. */
epx_err epx_journal_read(const char *path, const epx_journal_key *key, epx_journal_visitor visit,
                         void *context, epx_journal_report *report);

#endif
