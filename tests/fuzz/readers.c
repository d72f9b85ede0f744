/** @file
 * What is fuzzed: one function a reader, over bytes that stand for its file. FUZZ_READER says which one the program is.
 * Binary formats get right checksums where there are any, so that what is behind them is reached; results are changed as
 * HDF5, by a small program that the bytes are, for a library other than this one reads the format itself.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/numbers/number.h"
#include "epilux/deck.h"
#include "epilux/units.h"
#include "fuzz/results_file.h"
#include "io/deck/deck.h"
#include "io/measurement/touchstone.h"
#include "io/measurement/wafer_map_file.h"
#include "io/recovery/attempts.h"
#include "io/recovery/checkpoint.h"
#include "io/recovery/checksum.h"
#include "io/recovery/journal.h"
#include "io/results/parts.h"
#include "io/results/results.h"
#include "learning/task/dataset.h"
#include "photonic/process/placement.h"
#include "photonic/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
const char *__lsan_default_suppressions(void);

/* UDUNITS does not free the words of a text that it refuses. */
const char *__lsan_default_suppressions(void) {
  return "leak:utlex\n";
}

/** The bytes as a file, which has a name as long as the program runs. */
typedef struct {
  char path[40];
  int descriptor;
} input;

static input open_input(const uint8_t *bytes, size_t n) {
  input made = {.descriptor = memfd_create("input", 0)};
  if (made.descriptor < 0 || write(made.descriptor, bytes, n) != (ssize_t)n) abort();
  snprintf(made.path, sizeof made.path, "/proc/self/fd/%d", made.descriptor);
  return made;
}

static char *create_text(const uint8_t *bytes, size_t n) {
  char *text = malloc(n + 1);
  if (!text) abort();
  if (n > 0) memcpy(text, bytes, n);
  text[n] = '\0';
  return text;
}

static void read_deck(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_deck *deck;
  char *text = NULL;
  if (epx_deck_read(file.path, &deck) == EPX_OK && epx_deck_create_text(deck, &text) == EPX_OK) {
    epx_deck *again;
    if (epx_deck_read_stored("again", text, &again) == EPX_OK) epx_deck_destroy(&again);
  }
  epx_array_destroy(&text);
  epx_deck_destroy(&deck);
  close(file.descriptor);
}

static void read_set(const uint8_t *bytes, size_t n) {
  static const char small[] = "network: {family: kerr, topology: {nodes: 3}}\ntask: {name: xor}\n";
  char *text = create_text(bytes, n);
  epx_deck *deck;
  if (epx_deck_read_text("deck", small, &deck) != EPX_OK) abort();
  (void)!epx_deck_set(deck, text);
  epx_deck_destroy(&deck);
  free(text);
}

static void read_units(const uint8_t *bytes, size_t n) {
  char *text = create_text(bytes, n);
  double value;
  const char *rest;
  (void)!epx_units_eval(text, "1/us", &value);
  (void)!epx_units_eval(text, "m", &value);
  (void)!epx_units_eval_logarithm(text, &value);
  (void)epx_number_read(text, &value, &rest);
  free(text);
}

static void read_csv(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_dataset *dataset = NULL;
  const epx_csv_table table = {.path = file.path, .label = n % 3 == 0 ? "2" : NULL};
  if (epx_dataset_create_csv(&table, &dataset) == EPX_OK) epx_dataset_destroy(&dataset);
  close(file.descriptor);
}

static void read_npz(const uint8_t *bytes, size_t n) {
  static const char *const targets[] = {"y"};
  const input file = open_input(bytes, n);
  epx_dataset *dataset = NULL;
  const epx_npz_table table = {file.path, "X", "y", n % 3 == 0, targets};
  if (epx_dataset_create_npz(&table, &dataset) == EPX_OK) epx_dataset_destroy(&dataset);
  close(file.descriptor);
}

/* Images, then labels: the first byte says where they part. */
static void read_idx(const uint8_t *bytes, size_t n) {
  const size_t parted = n > 1 ? 1 + bytes[0] % n : n;
  const input images = open_input(bytes + (n > 0), parted - (n > 0)),
              labels = open_input(bytes + parted, n - parted);
  epx_dataset *dataset = NULL;
  if (epx_dataset_create_idx(images.path, labels.path, &dataset) == EPX_OK) epx_dataset_destroy(&dataset);
  close(images.descriptor);
  close(labels.descriptor);
}

static void read_edge_list(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  const epx_topology_spec spec = {.kind = EPX_EDGE_LIST, .path = file.path};
  epx_topology *topology = NULL;
  (void)epx_topology_is_pattern(file.path);
  if (epx_topology_create(&spec, &topology) == EPX_OK) epx_topology_destroy(&topology);
  close(file.descriptor);
}

static void read_placement(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_placement *placement = NULL;
  if (epx_placement_read(file.path, &placement) == EPX_OK) epx_placement_destroy(&placement);
  close(file.descriptor);
}

static void read_scan(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_scan *scan = NULL;
  if (epx_scan_file_read(file.path, &(epx_scan_ports){2, 1, 0, 0}, &scan) == EPX_OK) epx_scan_destroy(&scan);
  close(file.descriptor);
}

static void read_touchstone(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_scan *scan = NULL;
  const epx_scan_ports ports = {2, 1, n % 2 ? 3 : 0, 1};
  if (epx_touchstone_read(file.path, n % 2 ? 4 : 2, &ports, &scan) == EPX_OK) epx_scan_destroy(&scan);
  close(file.descriptor);
}

static void read_wafer_map(const uint8_t *bytes, size_t n) {
  const input file = open_input(bytes, n);
  epx_wafer_map_file *map = NULL;
  if (epx_wafer_map_file_read(file.path, &map) == EPX_OK) epx_wafer_map_file_destroy(&map);
  close(file.descriptor);
}

/* Gives a header of n_words words a right checksum over what stands before its last word. */
static uint8_t *create_headed(const uint8_t *bytes, size_t n, const char *magic, size_t n_words) {
  uint8_t *copy = calloc(1, n + 8 * n_words);
  epx_checksum_table table;
  if (!copy) abort();
  memcpy(copy, magic, 8);
  memcpy(copy + 8, &(uint64_t){UINT64_C(0x0102030405060708)}, 8);
  if (n > 0) memcpy(copy + 16, bytes, n);
  epx_checksum_init(&table);
  const uint64_t sum = epx_checksum_eval(&table, 0, copy, 8 * (n_words - 1));
  memcpy(copy + 8 * (n_words - 1), &sum, 8);
  return copy;
}

static void take(void *context, int i_point, int i_instance, size_t size, const double *record) {
  double *sum = context;
  *sum += i_point + i_instance + (size > 0 ? record[size - 1] : 0);
}

static void read_journal(const uint8_t *bytes, size_t n) {
  uint8_t *headed = create_headed(bytes, n, "EPXJRNL1", 8);
  const input file = open_input(headed, n + 16);
  epx_journal_key key = {.n_points = 2, .n_instances = 3};
  epx_journal_report report;
  double sum = 0;
  memcpy(&key.digest, headed + 16, 8);
  (void)!epx_journal_read(file.path, &key, take, &sum, &report);
  key.size = 3;
  (void)!epx_journal_read(file.path, &key, take, &sum, &report);
  close(file.descriptor);
  free(headed);
}

static void read_attempts(const uint8_t *bytes, size_t n) {
  uint8_t *headed = create_headed(bytes, n, "EPXATTM1", 8);
  const input file = open_input(headed, n + 16);
  epx_attempts_suspect *suspects;
  uint64_t digest;
  size_t n_suspects;
  memcpy(&digest, headed + 16, 8);
  if (epx_attempts_read(file.path, digest, 12, &suspects, &n_suspects) == EPX_OK)
    epx_array_destroy(&suspects);
  close(file.descriptor);
  free(headed);
}

static void read_checkpoint(const uint8_t *bytes, size_t n) {
  static char folder[] = "/tmp/epx-fuzz-XXXXXX";
  static char results[64];
  double value[4] = {0}, share;
  epx_restart restart = {.kind = 1};
  if (!*results && (!mkdtemp(folder) || snprintf(results, sizeof results, "%s/r.h5", folder) < 0)) abort();
  const epx_checkpoint_key key = {.results = results, .digest = 1, .block = 2, .n_ranks = 1};
  uint8_t *headed = create_headed(bytes, n, "EPXCHKP1", 16);
  char *name;
  if (epx_restart_add(&restart, value, sizeof value) != EPX_OK ||
      epx_checkpoint_create_name(&key, &name) != EPX_OK)
    abort();
  FILE *file = fopen(name, "wb");
  if (!file || fwrite(headed, 1, n + 16, file) != n + 16 || fclose(file) != 0) abort();
  (void)!epx_checkpoint_read(&key, &restart, &share);
  (void)epx_checkpoint_get_share(&key);
  epx_checkpoint_destroy_all(results);
  (void)rmdir(folder);
  *results = '\0';
  memcpy(folder, "/tmp/epx-fuzz-XXXXXX", sizeof folder);
  epx_array_destroy(&name);
  free(headed);
}

/* One file is a part like any other. */
static void merge_alone(const char *path) {
  static const epx_parts_options options = {.force = true};
  char out[80];
  epx_campaign *total;
  snprintf(out, sizeof out, "%s.h5", path);
  if (epx_parts_merge(out, &path, 1, &options, &total) == EPX_OK) epx_campaign_destroy(&total);
  unlink(out);
}

static void read_results(const uint8_t *bytes, size_t n) {
  char path[64];
  epx_results *results;
  epx_deck *deck;
  fuzz_write_results(bytes, n, path, sizeof path);
  if (epx_results_read(path, &results) == EPX_OK) {
    if (epx_deck_read_stored("stored", results->deck, &deck) == EPX_OK) epx_deck_destroy(&deck);
    epx_results_destroy(&results);
  }
  merge_alone(path);
  unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
#define X(name) {#name, read_##name},
  static const struct {
    const char *name;
    void (*read)(const uint8_t *bytes, size_t n);
  } readers[] = {
#include "fuzz/readers.def"
  };
#undef X
  for (size_t k = 0; k < sizeof readers / sizeof *readers; k++)
    if (strcmp(readers[k].name, FUZZ_READER) == 0) readers[k].read(bytes, n);
  epx_error_reset();
  return 0;
}
