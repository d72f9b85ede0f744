/** @file
 * Checkpoints of trainings: the state of a running block of trials, in a file of its own beside the results
 * file, RESULTS.h5.checkpoint.POINT.FIRST, with FIRST its first instance.
 *
 * The file begins with a header of sixteen 64-bit words in the machine's byte order: "EPXCHKP1",
 * 0x0102030405060708, digest, point, first instance, instances, kind, instruction set, ranks a network, hash
 * of the program's version and revision, bytes, millionths of the training, two of 0, checksum of the
 * contents, checksum of what precedes it. The contents are those of the restart's places, one after the
 * other. Checksums are CRC-64/XZ.
 *
 * It is written under another name, synced to the disk and renamed, so that the last complete file survives
 * any crash.
 */
#ifndef EPILUX_IO_RECOVERY_CHECKPOINT_H
#define EPILUX_IO_RECOVERY_CHECKPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/restart.h"

/** Whose checkpoint it is. */
typedef struct {
  const char *results; /* path of the results file */
  uint64_t digest;     /* of the campaign */
  int i_point, first;  /* of the block */
  int block;           /* its instances */
  int n_ranks;         /* that solve a network together */
} epx_checkpoint_key;

/** Creates the file's name; free with epx_array_destroy(). Errors: EPX_EMEMORY. */
epx_err epx_checkpoint_create_name(const epx_checkpoint_key *key, char **name);

/** Writes the contents of a restart's places, `share` of the training done (0 … 1). Copies of a block may be
 * under way on several ranks: each has a number of its own, `writer`. Errors: EPX_EFILE, EPX_EMEMORY: what
 * was there before is there still. */
epx_err epx_checkpoint_write(const epx_checkpoint_key *key, int writer, double share,
                             const epx_restart *restart);

/** Reads a checkpoint into a restart's places. *share: of the training that is done; negative, and nothing is
 * changed, where there is none, or one of another kind of training. One that is damaged, or of another
 * campaign, version, instruction set, number of ranks or layout, is told by one line of the log, and counts
 * as none. Errors: EPX_EFILE: a disk that fails half way; EPX_EMEMORY. */
epx_err epx_checkpoint_read(const epx_checkpoint_key *key, const epx_restart *restart, double *share);

/** Gets how many millionths of its training a checkpoint has done, 0 where there is none. */
int epx_checkpoint_get_share(const epx_checkpoint_key *key);

/** Destroys the file, if there is one. */
void epx_checkpoint_destroy(const epx_checkpoint_key *key);

/** Gets how many checkpoints lie beside a results file, 0 where its folder cannot be read, and the sum of
 * what they have done of their trainings (may be NULL). O(files there). */
int epx_checkpoint_get_count(const char *results, double *shares);

/** Destroys all of them, and what writing was cut short. */
void epx_checkpoint_destroy_all(const char *results);

#endif
