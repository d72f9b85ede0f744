/** @file
 * Attempts: the trials that are running, written beside the results file, so that the next run knows what a run
 * that died was doing, and which trial was the cause where that is known.
 *
 * The file begins with a header of eight 64-bit words in the machine's byte order: "EPXATTM2",
 * 0x0102030405060708, the digest, units, suspects, slots + 2^32 notes, number of the run, a checksum
 * (CRC-64/XZ over what stands before it). Suspects follow, three words each: unit, ends + 2^32 ends alone,
 * share; then a checksum over them; then slots, four words each: first unit, count, 1 if alone, checksum; then
 * notes, four words each: unit + 1, cause, 1 if alone, checksum. A slot is what a worker was handed, written before it
 * begins, in place: the file does not grow. A note is what the guardian of a rank has seen: the rank's process
 * ended inside a unit.
 *
 * Where there are notes, only their units are charged: the other ranks were ended because of them. Without
 * any, all ranks were ended at once, nobody knows why, and every unit of the slots is charged with one end.
 *
 * Slots and notes are not brought to the disk: they outlive the process, which is what dies; after the death
 * of the machine a charge may be missing. A file that is missing, damaged, of another version or of another
 * campaign holds nothing.
 */
#ifndef EPILUX_IO_RECOVERY_ATTEMPTS_H
#define EPILUX_IO_RECOVERY_ATTEMPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epilux/error.h"

/** How a process ended: the number of a signal, or one of these. */
enum {
  EPX_CAUSE_NONE = 0,
  EPX_CAUSE_EXIT = 256,   /* + its exit status: it ended itself */
  EPX_CAUSE_MEMORY = 512, /* the system ended it for want of memory */
  EPX_CAUSE_UNKNOWN = 513 /* it is gone, and nothing says that its unit was the cause */
};

typedef struct {
  int64_t unit; /* as parallel/schedule/blocks.h numbers them */
  int n_ends;   /* of jobs, while it was under way beside others */
  int n_alone;  /* of jobs, while nothing else was under way */
  int share;    /* millionths of its training that were kept at the last of them, 0: none */
  int cause;    /* of the last end, where the unit is known to be the cause; EPX_CAUSE_NONE: it is not */
} epx_attempts_suspect;

typedef struct epx_attempts epx_attempts;

/** Reads what an earlier run left: its suspects, each charged once with what was under way when it ended. Who
 * was ended for want of memory beside others is not known to be the cause: it counts as two ends, so that it
 * runs alone next. *suspects [*n], by unit: out, the caller's, free with epx_array_destroy(). Errors:
 * EPX_EFILE: cannot be read; EPX_EMEMORY. */
epx_err epx_attempts_read(const char *path, uint64_t digest, int64_t n_units, epx_attempts_suspect **suspects,
                          size_t *n);

/** Counts the ends that a file knows of, of all its suspects together and whatever campaign it is of; 0 where
 * nothing can be read. */
long epx_attempts_count_ends(const char *path);

/** Creates the file with suspects [n], empty slots for n_workers and no note of n_ranks, in place of any that
 * stands there, by renaming. Errors: EPX_EFILE, EPX_EMEMORY. */
epx_err epx_attempts_create(const char *path, uint64_t digest, int64_t n_units,
                            const epx_attempts_suspect *suspects, size_t n, int n_workers, int n_ranks,
                            epx_attempts **out);

/** Gets the number of the run, > 0, by which its ranks' guardians know the file. */
int epx_attempts_get_run(const epx_attempts *attempts);

/** Writes that a worker is handed a unit, `alone` when nothing else is under way; it may hold two. One write
 * of 32 bytes. Errors: EPX_EFILE. */
epx_err epx_attempts_write(epx_attempts *attempts, int worker, int64_t first, int64_t count, bool alone);

/** Sets all slots empty: the run is told to stop, or ends, and no end from here on is anybody's fault. Notes
 * stay. Errors: EPX_EFILE. */
epx_err epx_attempts_set_over(epx_attempts *attempts);

/** Closes the file; removes it when it was set over, has no suspects and no note. */
void epx_attempts_destroy(epx_attempts **address);

/** Writes a note into the file of a run, from any process. A file that is not there, or of another run, is
 * left alone: *noted false. Errors: EPX_EFILE: it cannot be written. */
epx_err epx_attempts_note(const char *path, int run, int rank, int64_t unit, int cause, bool alone,
                          bool *noted);

/** Prints a cause as text: "SIGSEGV", "exit status 7", "want of memory". text [size], out. */
void epx_attempts_view_cause(int cause, char *text, size_t size);

#endif
