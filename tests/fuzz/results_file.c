/** @file
 * Results file: made once by the library's own writer of archives, then opened and changed by HDF5.
 */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/results_file.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epilux/deck.h"
#include "io/campaign.h"
#include "io/results/store.h"

static const char *const things[] = {
    "/trials/state", "/trials/accuracy", "/trials/loss", "/timing/seconds", "/trials",
    "/timing",       "/point",           "/design",      "/statistics",     "/"};
static const char *const attributes[] = {"deck",  "digest", "format", "format_version", "isa",
                                         "shard", "shards", "block",  "run_seconds",    "run_trials"};
enum {
  N_BYTES_MAX = 1 << 20,
  N_THINGS = sizeof things / sizeof *things,
  N_ATTRIBUTES = sizeof attributes / sizeof *attributes
};

/* The file that every other begins as. */
static void write_whole(const char *path) {
  static const char text[] =
      "network: {family: kerr, topology: {nodes: 3}}\ntask: {name: xor}\nmetrics: [accuracy, loss]\n"
      "design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}\npopulation: {instances: 3}\n";
  epx_deck *deck;
  epx_campaign *campaign;
  epx_store *store;
  if (epx_deck_read_text("deck", text, &deck) != EPX_OK || epx_campaign_create(deck, &campaign) != EPX_OK)
    abort();
  if (epx_store_create(campaign, path, &store) != EPX_OK || epx_store_write(store, 0, 0) != EPX_OK) abort();
  epx_store_destroy(&store);
  epx_campaign_destroy(&campaign);
}

static void set_attribute(hid_t file, const char *thing, const char *name, const uint8_t *value) {
  const double number = (double)((int)value[0] - 128) * (value[1] % 4 == 0 ? 1e300 : value[1]);
  char text[64];
  H5Adelete_by_name(file, thing, name, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(value[1] % 2 ? H5T_C_S1 : H5T_NATIVE_DOUBLE);
  snprintf(text, sizeof text, "%.*s%g", value[0] % 8, "network:", number);
  if (value[1] % 2) H5Tset_size(type, sizeof text);
  const hid_t attribute =
      H5Acreate_by_name(file, thing, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    H5Awrite(attribute, type, value[1] % 2 ? (const void *)text : (const void *)&number);
    H5Aclose(attribute);
  }
  H5Tclose(type);
  H5Sclose(space);
}

/* An array of other lengths, of another type, stored as it may be. */
static void replace_array(hid_t file, const char *thing, const uint8_t *value) {
  const hsize_t n[3] = {value[0] % 2 ? 2 : (hsize_t)1 << (value[0] % 63),
                        value[1] % 3 ? 3 : (hsize_t)1 << (value[1] % 63), 2};
  const hsize_t chunk[3] = {1, 1, 1};
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1 + value[0] % 3, n, NULL);
  if (value[1] % 4 == 0) H5Pset_chunk(properties, 1 + value[0] % 3, chunk);
  if (value[1] % 4 == 1) H5Pset_external(properties, "/etc/hostname", 0, H5F_UNLIMITED);
  H5Ldelete(file, thing, H5P_DEFAULT);
  const hid_t data = H5Dcreate2(file, thing, value[0] % 5 ? H5T_NATIVE_DOUBLE : H5T_NATIVE_SCHAR, space,
                                H5P_DEFAULT, properties, H5P_DEFAULT);
  if (data >= 0) H5Dclose(data);
  H5Sclose(space);
  H5Pclose(properties);
}

static void set_value(hid_t file, const char *thing, const uint8_t *value) {
  const double numbers[] = {0, 1, 5, -1, 1e300, 0.0 / 0.0, 255, 0.5};
  double all[6];
  for (int i = 0; i < 6; i++)
    all[i] = numbers[(value[0] + value[1] * i) % 8];
  const hid_t data = H5Dopen2(file, thing, H5P_DEFAULT);
  if (data < 0) return;
  const hid_t space = H5Dget_space(data);
  if (H5Sget_simple_extent_npoints(space) <= 6)
    H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
  H5Sclose(space);
  H5Dclose(data);
}

static void change(hid_t file, const uint8_t *step) {
  const char *thing = things[step[1] % N_THINGS], *name = attributes[step[2] % N_ATTRIBUTES];
  switch (step[0] % 7) {
  case 0:
    H5Ldelete(file, thing, H5P_DEFAULT);
    break;
  case 1:
    H5Adelete_by_name(file, thing, name, H5P_DEFAULT);
    break;
  case 2:
    set_attribute(file, thing, name, step + 2);
    break;
  case 3:
    replace_array(file, thing, step + 2);
    break;
  case 4:
    H5Ldelete(file, thing, H5P_DEFAULT);
    H5Lcreate_external("/etc/hostname", "/", file, thing, H5P_DEFAULT, H5P_DEFAULT);
    break;
  case 5:
    H5Lcreate_hard(file, thing, file, step[2] % 2 ? "/trials/again" : "/trials/trials", H5P_DEFAULT,
                   H5P_DEFAULT);
    break;
  default:
    set_value(file, thing, step + 2);
  }
}

/* Writes the file anew from what the library wrote the first time. */
static void write_copy(const char *path) {
  static uint8_t whole[N_BYTES_MAX];
  static size_t n_whole;
  if (n_whole == 0) write_whole(path);
  FILE *file = fopen(path, n_whole == 0 ? "rb" : "wb");
  if (!file) abort();
  if (n_whole == 0)
    n_whole = fread(whole, 1, sizeof whole, file);
  else if (fwrite(whole, 1, n_whole, file) != n_whole)
    abort();
  if (fclose(file) != 0 || n_whole == sizeof whole) abort();
}

void fuzz_write_results(const uint8_t *bytes, size_t n, char *path, size_t size) {
  snprintf(path, size, "/tmp/epx-fuzz-%ld.h5", (long)getpid());
  unlink(path);
  write_copy(path);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, 0, 1);
#endif
  const hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
  H5Pclose(access);
  if (file < 0) abort();
  for (size_t i = 0; i + 4 <= n && i < 64; i += 4)
    change(file, bytes + i);
  H5Fclose(file);
}
