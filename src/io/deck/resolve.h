/** @internal @file
 * Resolve: from the deck as written to the deck with every default filled in and every quantity in the
 * schema's unit.
 *
 * Whether a key does anything may depend on another (momentum on the optimizer's name). It is *active* where
 * that key has one of the words it takes, and *used* where this is so at the base or at a value of a factor.
 * A key that is not used is refused when the deck gives it.
 */
#ifndef EPILUX_IO_DECK_RESOLVE_H
#define EPILUX_IO_DECK_RESOLVE_H

#include "io/schema/schema.h"
#include "io/yaml/tree.h"

/** A deck while it is resolved. */
typedef struct {
  epx_tree_store *store;    /* of the nodes made */
  const epx_tree *user;     /* the deck as written */
  epx_tree *root;           /* what is resolved so far */
  const epx_family *family; /* NULL until it is known */
  bool at_point;            /* of a design that was made before: its rows are not read again */
} epx_resolver;

/** What a scalar must be. */
typedef struct {
  const epx_schema_entry *entry;
  const char *unit;
  double low, high;
  bool above, below; /* low, high are themselves excluded */
  bool logarithm;    /* of a ratio of powers: dB are converted */
} epx_target;

/** Resolves a deck. The tree lives as long as store and user. Errors: EPX_EINPUT at the line of the key or
 * value. */
epx_err epx_resolve_deck(epx_tree_store *store, const epx_tree *user, const epx_tree **out);

/** Resolves the deck of a design point likewise, without design.rows. */
epx_err epx_resolve_point(epx_tree_store *store, const epx_tree *user, const epx_tree **out);

/** Makes of a deck, as results hold it resolved, one that is resolved and read again without a look at the files that it
 * names: no plugin is loaded, no edge list and no results read. Networks are not made of it. */
epx_err epx_resolve_set_stored(epx_tree_store *store, const epx_tree *user, const epx_tree **stored);

/** Tells whether the root of a deck, as written or resolved, is of such a one. */
bool epx_resolve_is_stored(const epx_tree *root);

/** Room for the text of a file's checksum. */
#define EPX_RESOLVE_CHECKSUM_SIZE 32

/** Reads the family of a deck resolved so far: a built-in one, or its plugin; NULL where neither is known
 * yet. Errors: EPX_EINPUT at the plugin's line, as epx_plugin_read(). */
epx_err epx_resolve_read_family(const epx_tree *resolved, const epx_family **family);

/** Evaluates the checksum of the file that a node names, as text [EPX_RESOLVE_CHECKSUM_SIZE]. Errors:
 * EPX_EFILE: it cannot be read. */
epx_err epx_resolve_eval_checksum(const epx_tree *named, char *text);

/** Checks that the checksum a deck gives, by the key `path`, is that of the file that the key `file` names.
 * Errors: EPX_EINPUT at its line. */
epx_err epx_resolve_check_file(const epx_tree *resolved, const char *file, const char *path,
                               const epx_tree *given);

/** Evaluates what the scalars of an entry must be; `parameter` for what belongs to one (NULL otherwise),
 * `beside` the resolved map that it stands in (for the unit of a spread). */
epx_target epx_target_eval(const epx_schema_entry *entry, const epx_parameter *parameter,
                           const epx_tree *beside);

/** Gets what stands at a path of the deck that a factor names. Errors: EPX_EINPUT at `where`: no such path
 * (with the nearest), or one that cannot be a factor. */
epx_err epx_target_get(const epx_resolver *resolver, const char *path, const epx_tree *where,
                       epx_target *target);

/** Raises that a key is unknown in a section, with the nearest valid one. */
int epx_target_raise_key(const epx_resolver *resolver, const char *schema_path, const char *path,
                         const char *key, const epx_tree *where);

/** Reads a scalar, or a list of them for the types that are lists, as the target says. */
epx_err epx_target_read(epx_tree_store *store, const epx_target *target, const epx_family *family,
                        const char *path, const epx_tree *node, const epx_tree **out);

/** Reads a number that is in the target's unit already, as its text would be read; its digits are all there are, not
 * the fewest. */
epx_err epx_target_read_number(epx_tree_store *store, const epx_target *target, const char *path,
                               const epx_tree *where, double value, const epx_tree **out);

/** Reads a scalar as an item of a list type or the value of a parameter. */
epx_err epx_target_read_scalar(epx_tree_store *store, const epx_target *target, const epx_family *family,
                               const char *path, const epx_tree *node, const epx_tree **out);

/** Gets a derived default as YAML, written into buffer [256] where it must be; NULL: none. `beside` is the
 * resolved map that the key stands in, as far as it is made. */
const char *epx_fallback_get(const epx_resolver *resolver, const epx_schema_entry *entry,
                             const epx_tree *beside, char *buffer);

/** Tells whether an entry that stands in the map at `path` does anything: as resolved (active), or at any
 * value of the factors (used). */
bool epx_usage_is_active(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                         const epx_tree *beside);
bool epx_usage_is_used(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                       const epx_tree *beside);

/** Gets the condition of entry->applies that is not met at any value of the factors, NULL when it is used. */
const char *epx_usage_get_unmet(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path,
                                const epx_tree *beside);

/** Tells whether a derived default may change from point to point. */
bool epx_usage_is_varied(const epx_resolver *resolver, const epx_schema_entry *entry, const char *path);

/** Resolves design.rows, behind the factors: `user` is what the deck gives, NULL for nothing; of method csv the rows are read from
 * design.path, and a deck that gives them too must give the same. Values stand in the factors' order and the schema's unit.
 * Errors: EPX_EINPUT at the line of the deck or of the file: no rows, a column that is no factor's, none for a factor, a value
 * that its factor cannot take or that a path that goes along contradicts; EPX_EFILE. */
epx_err epx_resolve_points(const epx_resolver *resolver, const epx_tree *user, epx_tree *design);

/** Gets the factor of a map that a name stands for: its path, or the end of it behind a dot where only one ends so; -1: none. */
int epx_resolve_get_factor(const epx_tree *factors, const char *name);

/** Resolves design.factors. */
epx_err epx_resolve_factors(const epx_resolver *resolver, const epx_tree *user, epx_tree *factors);

#endif
