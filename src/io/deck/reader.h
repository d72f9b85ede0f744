/** @internal @file
 * Reader: what the files that turn a resolved deck into settings share. Paths are those of the schema; keys
 * that are read by a type are there, unless said otherwise.
 */
#ifndef EPILUX_IO_DECK_READER_H
#define EPILUX_IO_DECK_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "io/yaml/tree.h"
#include "study/settings.h"

/** Arrays that settings may own. */
#define EPX_READER_MAX_OWNED 64

typedef struct {
  const epx_tree *root;
  epx_settings *settings;
  bool linked; /* its links were made before, and are right */
} epx_reader;

/** Gets the node of a path, NULL when it is not there. */
const epx_tree *epx_reader_get(const epx_reader *r, const char *path);

bool epx_reader_is_set(const epx_reader *r, const char *path);

double epx_reader_get_real(const epx_reader *r, const char *path);

/** Gets an integer; those that do not apply are 0 in the structs. */
int epx_reader_get_integer(const epx_reader *r, const char *path);

/** Gets a truth value, false when it is not there. */
bool epx_reader_get_boolean(const epx_reader *r, const char *path);

/** Gets the value of the enum whose order a list of words has. */
int epx_reader_get_word(const epx_reader *r, const char *path, const char *(*words)(const epx_family *, int));

/** Reads a text that is freed with the settings, NULL when it is not there. Errors: EPX_EMEMORY. */
epx_err epx_reader_read_text(epx_reader *r, const char *path, const char **out);

/** Reads network.start after the network's parameters and topology, whose nominal values it replaces by those
 * of a trained network. Errors: EPX_EINPUT, EPX_EFILE at its line. */
epx_err epx_reader_read_start(epx_reader *r);

/** Reads the section learning. Errors: EPX_EINPUT, at its line. */
epx_err epx_reader_read_learning(epx_reader *r);

/** Reads the section hardware and the protocol, after the section learning. Errors: EPX_EINPUT, at its line.
 */
epx_err epx_reader_read_hardware(epx_reader *r);

/** Reads the section noise, after equilibrium, learning and the metrics. Errors: EPX_EINPUT, at its line: what the family
 * does not have; phases without a fixed length; a rule or a metric that noise leaves no meaning. */
epx_err epx_reader_read_noise(epx_reader *r);

/** Reads the section energy, after the metrics. Errors: EPX_EINPUT, at its line: no metric uses it. */
epx_err epx_reader_read_energy(epx_reader *r);

/** Reads a list of integers, which is freed with the settings; n 0 and NULL when it is not there. Errors: EPX_EINPUT: it is
 * empty; EPX_EMEMORY. */
epx_err epx_reader_read_integers(epx_reader *r, const char *path, int *n, const int **out);

/** Reads a list of texts, which are freed with the settings; n 0 and NULL when it is not there. Errors: EPX_EINPUT: it is
 * empty; EPX_EMEMORY. */
epx_err epx_reader_read_texts(epx_reader *r, const char *path, int *n, const char *const **out);

/** Reads the section reference, after the metrics and the task. Errors: EPX_EINPUT, at its line: a metric needs it and it is not there; what
 * it needs of the task is not there; widths that do not rise. */
epx_err epx_reader_read_reference(epx_reader *r);

/** Reads the section decide, after yield and sampling. Errors: EPX_EINPUT, at its line: there is no yield; instances are not
 * independent; the design is none whose beginning is a design. */
epx_err epx_reader_read_decide(epx_reader *r);

/** Reads the section search, after decide. Errors: EPX_EINPUT, at its line: nothing or too much is asked for; a metric that is
 * not measured; a design that cannot begin it; a campaign that decides, too. */
epx_err epx_reader_read_search(epx_reader *r);

#endif
