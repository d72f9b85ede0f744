/** @file
 * Output: where results go, and the files beside them that are this program's alone.
 *
 * Beside RESULTS.h5, in the folder of the file itself and not of a link to it, stand RESULTS.h5.journal, .lock,
 * .attempts, .checkpoint.POINT.FIRST, .fields.POINT.h5 and .xdmf, and while one is written its name with
 * .epilux-part behind it. No results file may have such a name, and nothing that stands there is written over,
 * emptied or removed unless it begins as this program begins such a file.
 */
#ifndef EPILUX_IO_RECOVERY_OUTPUT_H
#define EPILUX_IO_RECOVERY_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "epilux/error.h"

/** What ends the name of a file that is being written. */
#define EPX_OUTPUT_PART ".epilux-part"

/** How a file beside results begins. */
typedef enum {
  EPX_OUTPUT_LOCK,
  EPX_OUTPUT_JOURNAL,
  EPX_OUTPUT_ATTEMPTS,
  EPX_OUTPUT_CHECKPOINT,
  EPX_OUTPUT_HDF5,
  EPX_OUTPUT_XDMF,
  EPX_OUTPUT_SCRIPT,
  EPX_OUTPUT_ANY /* one that is being written */
} epx_output_kind;

/** Creates the path of the file that `path` leads to: of a link, where it leads, even if no file is there yet;
 * otherwise `path` itself. Readers and writers of results begin with it, so that the journal and the lock of a
 * link are those of the file. Free with epx_array_destroy(). Errors: EPX_EFILE: links that lead in a circle, or
 * nowhere; EPX_EMEMORY. */
epx_err epx_output_create_path(const char *path, char **file);

/** Checks that results can be written to `file`, of epx_output_create_path(): a regular file or none yet, in a
 * folder that is there, whose name has no control characters, is none of a file beside results, and leaves room
 * for the names of those. Errors: EPX_EINPUT, EPX_EFILE. */
epx_err epx_output_check(const char *file);

/** Checks that --force may replace what is at `file`: nothing, an empty file, or one that begins as HDF5.
 * Errors: EPX_EINPUT. */
epx_err epx_output_check_replaceable(const char *file);

/** Tells whether a path has the name of a file beside results. */
bool epx_output_is_beside(const char *path);

/** Tells whether two paths are of one file, which need not be there. */
bool epx_output_is_same(const char *path, const char *other);

/** Checks that what stands at `name`, if anything does, is a file of its kind, whole or cut short: a regular
 * file, not a link. Errors: EPX_EINPUT: it is somebody else's. */
epx_err epx_output_check_kind(const char *name, epx_output_kind kind);

/** Removes the file at `name`, if there is one. Errors: of epx_output_check_kind(); EPX_EFILE. */
epx_err epx_output_remove(const char *name, epx_output_kind kind);

/** Creates the file `name`, empty, in place of one of its kind: *descriptor, open to be written, the caller's to
 * close; flags: O_APPEND or 0. What is made is new: never a link's target, never a file that somebody has open.
 * Errors: of epx_output_remove(); EPX_EFILE: it cannot be made. */
epx_err epx_output_open(const char *name, epx_output_kind kind, int flags, int *descriptor);

/** Gives the file `temporary` the name `file`, and brings that to the disk; before that, owner, group and mode of
 * what has the name now, as far as this user may. Errors: EPX_EFILE: `temporary` is removed, `file` as before. */
epx_err epx_output_replace(const char *temporary, const char *file);

/** Opens a new file to be written under the name `file` with EPX_OUTPUT_PART behind it, and gives it its own name once
 * it is whole; close also destroys *out. Errors: of epx_output_open(), epx_output_replace(); EPX_EINPUT: the name is
 * too long; EPX_EFILE: it cannot be written. */
epx_err epx_output_open_stream(const char *file, FILE **out);
epx_err epx_output_close_stream(const char *file, FILE *out);

#endif
