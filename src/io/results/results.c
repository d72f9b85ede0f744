/** @file
 * Results: columns back to records.
 */
#include "io/results/results.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"
#include "io/recovery/output.h"
#include "io/results/archive.h"
#include "statistics/stopping.h"

/* More than any campaign: what a damaged length would ask for. */
#define MOST_TRIALS ((size_t)1 << 40)

epx_err epx_results_create_name(const char *path, const char *suffix, char **name) {
  const size_t n = strlen(path) + strlen(suffix) + 2;
  EPX_TRY(EPX_ARRAY(*name, n));
  snprintf(*name, n, "%s.%s", path, suffix);
  return EPX_OK;
}

bool epx_results_has_trial(const epx_results *results, int i_point, int i_instance) {
  const size_t i = (size_t)i_point * (size_t)results->n_instances + (size_t)i_instance;
  if (results->n_proposed)
    return i_instance < results->n_proposed[i_point] ||
           results->record[i * results->layout.size] != EPX_STATE_PENDING;
  if (results->n_shards == 0) return true;
  const int64_t a_point = (results->n_instances + results->block - 1) / results->block;
  const int64_t block = i_point * a_point + i_instance / results->block;
  return block % results->n_shards == results->shard - 1;
}

/* Which trials of the campaign the file is for. */
static epx_err read_shard(epx_archive *archive, epx_results *results) {
  double block, shard, n_shards;
  if (!epx_archive_has_attribute(archive, "/", "shards")) return EPX_OK;
  EPX_TRY(epx_archive_read_number(archive, "/", "block", &block));
  EPX_TRY(epx_archive_read_number(archive, "/", "shard", &shard));
  EPX_TRY(epx_archive_read_number(archive, "/", "shards", &n_shards));
  if (!(block >= 1 && block <= INT_MAX && shard >= 1 && shard <= n_shards && n_shards <= INT_MAX))
    return EPX_RAISE(EPX_EFORMAT, "its shard %g/%g of blocks of %g is none", shard, n_shards, block);
  results->block = (int)block;
  results->shard = (int)shard;
  results->n_shards = (int)n_shards;
  return EPX_OK;
}

/* The metrics of the file, in the order of the record. */
static epx_err read_metrics(epx_archive *archive, epx_results *results) {
  char name[64], path[80];
  size_t n[2];
  for (int i = 0;; i++) {
    EPX_TRY(epx_archive_read_name(archive, "/trials", i, name, sizeof name));
    if (!*name) break;
    if (strcmp(name, "state") == 0) continue;
    const int metric = epx_metric_get(name);
    if (metric < 0 || results->layout.n_metrics == EPX_METRIC_COUNT)
      return EPX_RAISE(EPX_EFORMAT, "/trials/%s: this program knows no such metric", name);
    snprintf(path, sizeof path, "/trials/%s", name);
    EPX_TRY(epx_archive_read_lengths(archive, path, 2, n));
    EPX_TRY(epx_archive_read_line(archive, path, "units", &results->unit[results->layout.n_metrics]));
    results->metric[results->layout.n_metrics++] = metric;
  }
  results->layout.metric = 2;
  results->layout.size = results->layout.curve = results->layout.variation =
      2 + (size_t)results->layout.n_metrics;
  return EPX_OK;
}

/* Records, and two columns of them at a time. A file with holes costs nothing, whatever it announces. */
static epx_err check_memory(size_t n_trials, size_t size) {
  char what[96];
  snprintf(what, sizeof what, "/trials: %zu trials of %zu numbers", n_trials, size);
  return epx_memory_check(sizeof(double) * (double)n_trials * ((double)size + 2), what,
                          "a host of more memory is wanted");
}

static epx_err read_rows(epx_archive *archive, epx_results *results) {
  size_t n[2];
  if (!epx_archive_has(archive, "/decision/rows")) return EPX_OK;
  EPX_TRY(epx_archive_read_lengths(archive, "/decision/rows", 2, n));
  if (n[0] != (size_t)results->n_points || n[1] == 0 || n[1] > INT_MAX)
    return EPX_RAISE(EPX_EFORMAT, "/decision/rows is damaged: it has %zu by %zu numbers", n[0], n[1]);
  EPX_TRY(EPX_ARRAY(results->rows, n[0] * n[1]));
  results->n_factors = (int)n[1];
  const epx_archive_array array = {.path = "/decision/rows", .n_axes = 2, .n = {n[0], n[1]}};
  return epx_archive_read(archive, &array, results->rows);
}

/* What was decided, where the campaign decides. */
static epx_err read_decision(epx_archive *archive, epx_results *results) {
  const size_t n = (size_t)results->n_points;
  double n_open;
  if (!epx_archive_has(archive, "/decision")) return EPX_OK;
  EPX_TRY(EPX_ARRAY(results->n_proposed, n));
  EPX_TRY(EPX_ARRAY(results->verdict, n));
  const epx_archive_array proposed = {.path = "/decision/n_proposed", .n_axes = 1, .n = {n}},
                          verdict = {.path = "/decision/verdict", .n_axes = 1, .n = {n}};
  EPX_TRY(epx_archive_read(archive, &proposed, results->n_proposed));
  EPX_TRY(epx_archive_read(archive, &verdict, results->verdict));
  EPX_TRY(epx_archive_read_number(archive, "/decision", "open", &n_open));
  for (size_t i = 0; i < n; i++)
    if (!(results->verdict[i] >= 0 && results->verdict[i] < EPX_VERDICT_COUNT))
      return EPX_RAISE(EPX_EFORMAT, "/decision/verdict: %g is no verdict", results->verdict[i]);
  EPX_TRY(read_rows(archive, results));
  results->n_open = n_open > 0 ? (long)fmin(n_open, results->n_points) : 0;
  return EPX_OK;
}

static epx_err read_identity(epx_archive *archive, epx_results *results) {
  char *digest;
  size_t n[2];
  EPX_TRY(epx_archive_check_format(archive));
  EPX_TRY(epx_archive_read_text(archive, "/", "deck", &results->deck));
  EPX_TRY(epx_archive_read_line(archive, "/", "isa", &results->isa));
  EPX_TRY(epx_archive_read_text(archive, "/", "digest", &digest));
  results->digest = strtoull(digest, NULL, 16);
  epx_array_destroy(&digest);
  EPX_TRY(epx_archive_read_lengths(archive, "/trials/state", 2, n));
  if (n[0] == 0 || n[0] > INT_MAX || n[1] == 0 || n[1] > INT_MAX || n[0] * n[1] > MOST_TRIALS)
    return EPX_RAISE(EPX_EFORMAT, "/trials/state is damaged: it has %zu by %zu trials", n[0], n[1]);
  results->n_points = (int)n[0];
  results->n_instances = (int)n[1];
  EPX_TRY(read_shard(archive, results));
  EPX_TRY(read_metrics(archive, results));
  EPX_TRY(read_decision(archive, results));
  EPX_TRY(check_memory(n[0] * n[1], results->layout.size));
  EPX_TRY(EPX_ARRAY(results->record, n[0] * n[1] * results->layout.size));
  for (size_t i = 0; i < n[0] * n[1]; i++)
    epx_record_init(&results->layout, results->record + i * results->layout.size);
  return EPX_OK;
}

/* Takes a column where the file has a finished trial: state first, which says where that is. */
static epx_err read_column(epx_archive *archive, epx_results *results, const char *path, size_t start,
                           const double *state, double *column) {
  const size_t n[2] = {(size_t)results->n_points, (size_t)results->n_instances};
  const epx_archive_array array = {.path = path, .n_axes = 2, .n = {n[0], n[1]}};
  EPX_TRY(epx_archive_read(archive, &array, column));
  for (size_t i = 0; i < n[0] * n[1]; i++)
    if (state[i] != EPX_STATE_PENDING) results->record[i * results->layout.size + start] = column[i];
  return EPX_OK;
}

static epx_err read_columns(epx_archive *archive, epx_results *results, double *state, double *column) {
  char path[96];
  EPX_TRY(epx_archive_read_number(archive, "/timing", "run_seconds", &results->run_seconds));
  EPX_TRY(epx_archive_read_number(archive, "/timing", "run_trials", &results->run_trials));
  EPX_TRY(epx_archive_read_states(archive, (size_t)results->n_points, (size_t)results->n_instances, state));
  EPX_TRY(read_column(archive, results, "/trials/state", 0, state, column));
  EPX_TRY(read_column(archive, results, "/timing/seconds", 1, state, column));
  for (int m = 0; m < results->layout.n_metrics; m++) {
    snprintf(path, sizeof path, "/trials/%s", epx_metric_get_name((epx_metric)results->metric[m]));
    EPX_TRY(read_column(archive, results, path, results->layout.metric + (size_t)m, state, column));
  }
  return EPX_OK;
}

static epx_err read_trials(epx_archive *archive, epx_results *results) {
  const size_t n = (size_t)results->n_points * (size_t)results->n_instances;
  double *state, *column;
  EPX_TRY(EPX_ARRAY(state, n));
  int code = EPX_ARRAY(column, n);
  if (code == EPX_OK) code = read_columns(archive, results, state, column);
  epx_array_destroy(&state);
  epx_array_destroy(&column);
  return code;
}

static void take_record(void *context, int i_point, int i_instance, size_t size, const double *record) {
  epx_results *results = context;
  const size_t own = results->layout.size, n = size < own ? size : own;
  const size_t i = (size_t)i_point * (size_t)results->n_instances + (size_t)i_instance;
  memcpy(results->record + i * own, record, n * sizeof *record);
}

static epx_err read_journal(const char *path, epx_results *results) {
  const epx_journal_key key = {results->digest, 0, results->n_points, results->n_instances};
  char *file, *name = NULL;
  EPX_TRY(epx_output_create_path(path, &file));
  int code = epx_results_create_name(file, "journal", &name);
  epx_array_destroy(&file);
  if (code == EPX_OK) code = epx_journal_read(name, &key, take_record, results, &results->journal);
  epx_array_destroy(&name);
  return code;
}

/* Opens the file and lets `read` take what it wants. */
static epx_err read_file(const char *path, epx_results *results,
                         epx_err (*take)(epx_archive *archive, epx_results *results)) {
  epx_archive *archive;
  EPX_TRY(epx_archive_create_from_file(path, &archive));
  const int code = take(archive, results);
  epx_archive_destroy(&archive);
  return epx_archive_name_file(path, code);
}

epx_err epx_results_read(const char *path, epx_results **out) {
  *out = NULL;
  epx_results *results;
  EPX_TRY(EPX_ARRAY(results, 1));
  int code = read_file(path, results, read_identity);
  if (code == EPX_OK) code = read_journal(path, results);
  if (code == EPX_OK) code = read_file(path, results, read_trials);
  if (code == EPX_OK)
    *out = results;
  else
    epx_results_destroy(&results);
  return code;
}

epx_err epx_results_create_deck(const char *path, char **deck) {
  epx_archive *archive;
  *deck = NULL;
  EPX_TRY(epx_archive_create_from_file(path, &archive));
  int code = epx_archive_check_format(archive);
  if (code == EPX_OK) code = epx_archive_read_text(archive, "/", "deck", deck);
  epx_archive_destroy(&archive);
  return code;
}

void epx_results_destroy(epx_results **address) {
  epx_results *results = *address;
  if (!results) return;
  epx_array_destroy(&results->deck);
  epx_array_destroy(&results->isa);
  epx_array_destroy(&results->record);
  epx_array_destroy(&results->n_proposed);
  epx_array_destroy(&results->verdict);
  epx_array_destroy(&results->rows);
  for (int m = 0; m < results->layout.n_metrics; m++)
    epx_array_destroy(&results->unit[m]);
  epx_array_destroy(address);
}
