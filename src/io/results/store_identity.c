/** @file
 * Store, identity: what must be the same in a results file and in the campaign and the program that go on
 * with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "epilux/log.h"
#include "epilux/version.h"
#include "io/results/store_private.h"

/* Names the first line in which two decks differ. */
static epx_err raise_other_deck(const epx_store *store, const char *other) {
  const char *own = store->deck;
  while (*own && *own == *other) {
    own++;
    other++;
  }
  const char *own_line = own, *other_line = other;
  while (own_line > store->deck && own_line[-1] != '\n') {
    own_line--;
    other_line--;
  }
  own_line += strspn(own_line, " ");
  other_line += strspn(other_line, " ");
  return EPX_RAISE(EPX_EMISMATCH, "%s: results of another deck, which says '%.*s' where this one says '%.*s'",
                   store->path, (int)strcspn(other_line, "\n"), other_line, (int)strcspn(own_line, "\n"),
                   own_line);
}

static epx_err check_digest(const epx_store *store, epx_archive *archive) {
  char *digest = NULL, *deck = NULL, own[32];
  snprintf(own, sizeof own, "%016llx", (unsigned long long)store->campaign->digest);
  int code = epx_archive_read_text(archive, "/", "digest", &digest);
  if (code == EPX_OK && strcmp(digest, own) != 0) {
    code = epx_archive_read_text(archive, "/", "deck", &deck);
    if (code == EPX_OK) code = raise_other_deck(store, deck);
  }
  epx_array_destroy(&digest);
  epx_array_destroy(&deck);
  return code;
}

/* What made the records. Another version or other libraries may give other bits; another revision or compiler
 * may too, but differ so often while a program is worked on that a word must do. */
static epx_err check_maker(const epx_store *store, epx_archive *archive, const char *name, const char *own,
                           bool strict) {
  char *made = NULL;
  EPX_TRY(epx_archive_read_text(archive, "/", name, &made));
  int code = EPX_OK;
  if (strcmp(made, own) != 0 && strict && !store->any_version)
    code = EPX_RAISE(EPX_EMISMATCH,
                     "%s: %s was '%s' and is now '%s': the last bits may differ; use the program that "
                     "started it, or accept this with --any-version",
                     store->path, name, made, own);
  else if (strcmp(made, own) != 0)
    epx_log_write(EPX_LOG_WARNING, "store", "%s: %s was '%s' and is now '%s': the last bits may differ",
                  store->path, name, made, own);
  epx_array_destroy(&made);
  return code;
}

static int get_isa(const char *name) {
  for (int isa = 0; isa < EPX_ISA_COUNT; isa++)
    if (strcmp(name, epx_isa_get_name((epx_isa)isa)) == 0) return isa;
  return -1;
}

/* Kernels of a machine of another type are no kernels of this program. */
static epx_err read_isa(epx_store *store, epx_archive *archive) {
  char *name;
  EPX_TRY(epx_archive_read_text(archive, "/", "isa", &name));
  const int isa = get_isa(name);
  int code = EPX_OK;
  if (isa < 0 && !store->any_version)
    code = EPX_RAISE(EPX_EMISMATCH,
                     "%s: computed with instruction set '%s', which this machine type does not have: the "
                     "last bits may differ; accept this with --any-version",
                     store->path, name);
  store->isa = isa;
  epx_array_destroy(&name);
  return code;
}

static epx_err check_shard(const epx_store *store, epx_archive *archive) {
  const epx_campaign *campaign = store->campaign;
  double shard = 0, n_shards = 0;
  if (epx_archive_has_attribute(archive, "/", "shards")) {
    EPX_TRY(epx_archive_read_number(archive, "/", "shards", &n_shards));
    EPX_TRY(epx_archive_read_number(archive, "/", "shard", &shard));
  }
  if (store->any_shard || (shard == campaign->shard && n_shards == campaign->n_shards)) return EPX_OK;
  char own[48] = "the whole campaign", other[48] = "the whole campaign";
  if (n_shards > 0) snprintf(other, sizeof other, "shard %.0f/%.0f", shard, n_shards);
  if (campaign->n_shards > 0) snprintf(own, sizeof own, "shard %d/%d", campaign->shard, campaign->n_shards);
  return EPX_RAISE(EPX_EMISMATCH, "%s: contains %s, but %s is to be run", store->path, other, own);
}

epx_err epx_store_read_identity(epx_store *store, epx_archive *archive) {
  EPX_TRY(epx_archive_check_format(archive));
  EPX_TRY(check_digest(store, archive));
  EPX_TRY(check_shard(store, archive));
  EPX_TRY(check_maker(store, archive, "epilux_version", epx_version_get(), true));
  EPX_TRY(check_maker(store, archive, "libraries", epx_version_get_libraries(), true));
  EPX_TRY(check_maker(store, archive, "compiler", epx_version_get_compiler(), false));
  EPX_TRY(check_maker(store, archive, "revision", epx_version_get_revision(), false));
  EPX_TRY(read_isa(store, archive));
  if (epx_archive_has_attribute(archive, "/", "history")) {
    epx_array_destroy(&store->history);
    EPX_TRY(epx_archive_read_text(archive, "/", "history", &store->history));
  }
  epx_array_destroy(&store->created);
  return epx_archive_read_text(archive, "/", "created", &store->created);
}
