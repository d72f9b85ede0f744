/** @file
 * Store: the results file of a campaign, HDF5. It is always complete: a new version is written under another
 * name and then renamed.
 *
 * Attributes of the root say what was run and by what: format, format_version, deck, seed, digest, versions,
 * host, and by the CF conventions Conventions, title and history. Arrays have the attributes units and long_name, numbers of
 * trials _FillValue, and named axes:
 *
 * /design/<factor path> (point)
 *
 * /trials/state, /trials/<metric>, /timing/seconds (point, instance)
 *
 * /curves/<curve> (point, instance, epoch)
 *
 * /variation/<parameter> (point, instance, node) or (point, instance, link)
 *
 * /statistics/<metric>/<statistic> (point), its quantile (point, probability)
 *
 * /sensitivity/<metric>/<index> (factor), its ends _low and _high; where the design supports it
 *
 * /run/<what> (rank), (rank, state) or (rank, time): what the run did that wrote the file,
 * epilux/io/activity.h
 *
 * /fields/point_<point>: links to files of their own, epilux/io/fields.h, where the deck keeps fields
 *
 * The scales of the axes stand in the root, where the groups inherit them. There factors and trials are once more, by their
 * names alone, for programs that open no groups: links to the same arrays; of categories codes with flag_meanings.
 */
#ifndef EPILUX_IO_RESULTS_STORE_H
#define EPILUX_IO_RESULTS_STORE_H

#include <stdbool.h>

#include "io/campaign.h"
#include "io/results/activity.h"

/** The format's version, attribute `format_version`: changed when an older reader would misread. 2: trials may
 * be in state 6, lost; 3: texts of arrays are of one length; 4: factors and trials are in the root, too, and /engine has codes.
 * Files from EPX_STORE_FORMAT_OLDEST on are read. */
#define EPX_STORE_FORMAT_VERSION 4
#define EPX_STORE_FORMAT_OLDEST 1

typedef struct epx_store epx_store;

/** Creates a store for a campaign, borrowed for its life, in the file `path`, which is not touched yet. All
 * that the deck has to say is taken from it now: later calls read only the campaign's records. Errors:
 * EPX_EMEMORY; of epx_deck_eval_settings(). */
epx_err epx_store_create(const epx_campaign *campaign, const char *path, epx_store **out);
void epx_store_destroy(epx_store **address);

/** Sets what a file that is read may differ in: any_version: version, libraries and instruction set, with a
 * warning; any_shard: which trials of the campaign it is for. Without a call: in none. */
void epx_store_set_tolerance(epx_store *store, bool any_version, bool any_shard);

/** Reads the records of a file that is there into the campaign, and keeps when it was created.
 * *exists false: there is no file, nothing is read.
 * Errors: EPX_EFORMAT: not a results file, cut short, of a newer format; EPX_EMISMATCH: of another deck or
 * seed, with the first line that differs, or of another version, libraries, instruction set or shard, and
 * which; EPX_EFILE; EPX_EMEMORY. */
epx_err epx_store_read(epx_store *store, bool *exists);

/** Gets and sets when the campaign began, ISO 8601; set copies. Errors: EPX_EMEMORY. */
const char *epx_store_get_created(const epx_store *store);
epx_err epx_store_set_created(epx_store *store, const char *created);

/** Takes the links to field files that another store has read, for points that this one has none for. Errors:
 * EPX_EMEMORY. */
epx_err epx_store_merge_fields(epx_store *store, const epx_store *other);

/** Gets and sets what was done to the file, a line a command, each with its time; set copies. Errors: EPX_EMEMORY. */
const char *epx_store_get_history(const epx_store *store);
epx_err epx_store_set_history(epx_store *store, const char *history);

/** Sets what the file says of the run that writes it: the command's words after `epilux`, a line more of its history (NULL:
 * none), and the name and version of MPI. Both are copied. Errors: EPX_EMEMORY. */
epx_err epx_store_set_maker(epx_store *store, const char *command, const char *mpi);

/** Gets the epx_isa with which the records that were read were computed, -1 when none were read or its name
 * is unknown. */
int epx_store_get_isa(const epx_store *store);

/** Sets the epx_isa that files say from now on; without a call, and for -1, the one in use. */
void epx_store_set_isa(epx_store *store, int isa);

/** Sets what files say of the run from now on: borrowed until the store is destroyed or another is set. */
void epx_store_set_activity(epx_store *store, const epx_activity *activity);

/** Writes the results file: all records and their statistics. `seconds` and `n_solved`: that the present run
 * has taken, and trials it has solved (for `epilux status`; outside the same-bits promise). Errors:
 * EPX_EFILE: disk full and the like; the file of before is still there, whole. EPX_EMEMORY. */
epx_err epx_store_write(epx_store *store, double seconds, long n_solved);

#endif
