/** @file
 * NPZ. The directory at the file's end says where members are and how long; what it says is held against the file's length
 * before anything is made of it.
 */
#include "base/npz.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/array.h"
#include "base/file.h"

enum {
  END_BYTES = 22,
  ENTRY_BYTES = 46,
  LOCAL_BYTES = 30,
  COMMENT_BYTES = 65535,
  NAME_BYTES = 128,
  STORED = 0,
  DEFLATED = 8
};
static const size_t most_packing = 1032; /* bytes that deflate makes at most of one */

typedef struct {
  char name[NAME_BYTES]; /* without .npy */
  const unsigned char *data;
  size_t n_packed, n_bytes; /* of the member in the file, and unpacked */
  int method;
  uint32_t checksum;
} member;

struct epx_npz {
  const char *path;
  unsigned char *bytes;
  size_t size;
  int n_members;
  member *members; /* [n_members] */
};

static uint32_t get_word(const unsigned char *at, int n) {
  uint32_t value = 0;
  for (int k = n; k-- > 0;)
    value = value << 8 | at[k];
  return value;
}

static epx_err raise_damaged(const epx_npz *npz, const char *what) {
  return EPX_RAISE(EPX_EINPUT, "%s: damaged, or no npz file: %s", npz->path, what);
}

/* ---- the directory */

static const unsigned char *find_end(const epx_npz *npz) {
  if (npz->size < END_BYTES) return NULL;
  const size_t last = npz->size - END_BYTES, first = last > COMMENT_BYTES ? last - COMMENT_BYTES : 0;
  for (size_t at = last + 1; at-- > first;)
    if (get_word(npz->bytes + at, 4) == 0x06054b50) return npz->bytes + at;
  return NULL;
}

/* Where the member's bytes begin, behind a header of its own. */
static epx_err find_data(const epx_npz *npz, size_t at, member *m) {
  if (at > npz->size || npz->size - at < LOCAL_BYTES || get_word(npz->bytes + at, 4) != 0x04034b50)
    return raise_damaged(npz, "a member is not where the directory says");
  const unsigned char *local = npz->bytes + at;
  const size_t head = LOCAL_BYTES + get_word(local + 26, 2) + get_word(local + 28, 2), left = npz->size - at;
  if (head > left || m->n_packed > left - head) return raise_damaged(npz, "a member is cut short");
  m->data = local + head;
  return EPX_OK;
}

static epx_err read_entry(const epx_npz *npz, const unsigned char *entry, size_t n_name, member *m) {
  const unsigned flags = get_word(entry + 8, 2);
  m->method = (int)get_word(entry + 10, 2);
  m->checksum = get_word(entry + 16, 4);
  m->n_packed = get_word(entry + 20, 4);
  m->n_bytes = get_word(entry + 24, 4);
  const size_t n = n_name < NAME_BYTES ? n_name : NAME_BYTES - 1;
  memcpy(m->name, entry + ENTRY_BYTES, n);
  char *suffix = n > 4 ? m->name + n - 4 : m->name;
  if (strcmp(suffix, ".npy") == 0) *suffix = '\0';
  if (flags & 1) return raise_damaged(npz, "its members are encrypted");
  if (m->method != STORED && m->method != DEFLATED)
    return raise_damaged(npz, "a member is neither stored nor deflated");
  if (m->n_bytes > EPX_FILE_LIMIT || (m->method == STORED && m->n_bytes != m->n_packed) ||
      m->n_bytes / most_packing > m->n_packed)
    return raise_damaged(npz, "a member announces more than it holds");
  return find_data(npz, get_word(entry + 42, 4), m);
}

static epx_err read_directory(epx_npz *npz) {
  const unsigned char *end = find_end(npz);
  if (!end) return raise_damaged(npz, "it has no directory of a zip file");
  const size_t n = get_word(end + 10, 2), room = (size_t)(end - npz->bytes);
  size_t at = get_word(end + 16, 4);
  if (get_word(end + 4, 2) != 0 || n * ENTRY_BYTES > room)
    return raise_damaged(npz, "its directory is not in the file");
  EPX_TRY(EPX_ARRAY(npz->members, n));
  for (size_t k = 0; k < n; k++) {
    if (at > room || room - at < ENTRY_BYTES || get_word(npz->bytes + at, 4) != 0x02014b50)
      return raise_damaged(npz, "its directory is cut short");
    const unsigned char *entry = npz->bytes + at;
    const size_t n_name = get_word(entry + 28, 2),
                 length = ENTRY_BYTES + n_name + get_word(entry + 30, 2) + get_word(entry + 32, 2);
    if (length > room - at) return raise_damaged(npz, "its directory is cut short");
    EPX_TRY(read_entry(npz, entry, n_name, &npz->members[k]));
    npz->n_members++;
    at += length;
  }
  return EPX_OK;
}

epx_err epx_npz_create(const char *path, epx_npz **out) {
  epx_npz *npz;
  *out = NULL;
  EPX_TRY(EPX_ARRAY(npz, 1));
  npz->path = path;
  int code = epx_file_read(path, &npz->bytes, &npz->size);
  if (code == EPX_OK) code = read_directory(npz);
  if (code != EPX_OK) epx_npz_destroy(&npz);
  *out = npz;
  return code;
}

void epx_npz_destroy(epx_npz **address) {
  if (!*address) return;
  epx_array_destroy(&(*address)->bytes);
  epx_array_destroy(&(*address)->members);
  epx_array_destroy(address);
}

/* ---- a member */

static epx_err unpack(const epx_npz *npz, const member *m, unsigned char *bytes) {
  if (m->method == STORED) {
    memcpy(bytes, m->data, m->n_bytes);
  } else {
    z_stream stream = {.next_in = (unsigned char *)m->data,
                       .avail_in = (unsigned)m->n_packed,
                       .next_out = bytes,
                       .avail_out = (unsigned)m->n_bytes};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return EPX_RAISE(EPX_EMEMORY, "zlib cannot begin");
    const int end = inflate(&stream, Z_FINISH);
    const bool whole = end == Z_STREAM_END && stream.avail_out == 0;
    inflateEnd(&stream);
    if (!whole) return raise_damaged(npz, "a member does not unpack to its length");
  }
  if (crc32(crc32(0, NULL, 0), bytes, (unsigned)m->n_bytes) == m->checksum) return EPX_OK;
  return raise_damaged(npz, "the checksum of a member is wrong");
}

/* An array's numbers in the file: kind 'f', 'i', 'u', 'b', 'U' or 'S', of `size` bytes each ('U': characters of 4). */
typedef struct {
  const char *name;
  char kind;
  bool big, fortran;
  size_t size, n_header;
} layout;

/* The value of a key of the header, a Python dictionary; NULL where it is not there. */
static const char *find_key(const char *header, const char *key) {
  const char *at = strstr(header, key);
  at = at ? strchr(at + strlen(key), ':') : NULL;
  return at ? at + 1 + strspn(at + 1, " ") : NULL;
}

static epx_err read_descr(const epx_npz *npz, const char *descr, layout *l) {
  if (!descr || *descr != '\'') /* a list: the fields of records */
    return EPX_RAISE(EPX_EINPUT, "%s: array '%s' holds records; give an array of numbers or texts", npz->path,
                     l->name);
  const char order = descr[1], kind = order ? descr[2] : '\0';
  l->kind = kind;
  l->big = order == '>';
  l->size = kind && descr[3] >= '0' && descr[3] <= '9' ? strtoul(descr + 3, NULL, 10) : 0;
  if (kind == 'O' || order == 'O')
    return EPX_RAISE(
        EPX_EINPUT,
        "%s: array '%s' holds Python objects, which are not read; save numbers or texts of one length",
        npz->path, l->name);
  const bool real = kind == 'f' && (l->size == 2 || l->size == 4 || l->size == 8);
  const bool whole =
      (kind == 'i' || kind == 'u') && (l->size == 1 || l->size == 2 || l->size == 4 || l->size == 8);
  const bool text = (kind == 'U' || kind == 'S') && l->size < 1 << 16;
  if (real || whole || text || (kind == 'b' && l->size == 1)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: array '%s' is of type %.*s; numbers are Booleans, whole or real, of 1 to 8 bytes",
                   npz->path, l->name, (int)strcspn(descr + 1, "'"), descr + 1);
}

static epx_err read_shape(const epx_npz *npz, const char *shape, size_t room, const layout *l,
                          epx_npz_array *array) {
  if (!shape || *shape != '(') return raise_damaged(npz, "an array has no shape");
  array->n_values = 1;
  const size_t item = l->size * (l->kind == 'U' ? 4 : 1);
  for (const char *at = shape + 1 + strspn(shape + 1, " "); *at >= '0' && *at <= '9';) {
    char *rest;
    const unsigned long n = strtoul(at, &rest, 10);
    if (array->n_axes == EPX_NPZ_MAX_AXES)
      return EPX_RAISE(EPX_EINPUT, "%s: array '%s' has more than %d axes", npz->path, l->name,
                       EPX_NPZ_MAX_AXES);
    if (n > EPX_FILE_LIMIT || (n > 0 && array->n_values > EPX_FILE_LIMIT / n))
      return raise_damaged(npz, "an array announces more than the file holds");
    array->n[array->n_axes++] = n;
    array->n_values *= n;
    at = rest + strspn(rest, ", ");
  }
  if (array->n_values * item == room && (item > 0 || array->n_values <= room)) return EPX_OK;
  return raise_damaged(npz, "an array has not as many bytes as its shape says");
}

/* A real of 2 bytes, IEEE 754. */
static double get_half(unsigned bits) {
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023, sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) return fraction > 0 ? NAN : sign * INFINITY;
  return sign * (exponent > 0 ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

static double get_number(const layout *l, const unsigned char *at) {
  uint64_t bits = 0;
  for (size_t k = 0; k < l->size; k++)
    bits |= (uint64_t)at[l->big ? l->size - 1 - k : k] << 8 * k;
  if (l->kind == 'f' && l->size == 8) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  if (l->kind == 'f' && l->size == 4) {
    const uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
  }
  if (l->kind == 'f') return get_half((unsigned)bits);
  const uint64_t sign = (uint64_t)1 << (8 * l->size - 1);
  return l->kind == 'i' && bits & sign ? -(double)((~bits & (2 * sign - 1)) + 1) : (double)bits;
}

/* Writes a character as UTF-8; gives how many bytes. */
static size_t put_character(uint32_t c, char *to) {
  if (c < 0x80) return to[0] = (char)c, 1;
  const int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static const unsigned first[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (int k = n; k-- > 1; c >>= 6)
    to[k] = (char)(0x80 | (c & 63));
  to[0] = (char)(first[n] | c);
  return (size_t)n;
}

static void get_word_text(const layout *l, const unsigned char *at, char *to) {
  for (size_t k = 0; k < l->size; k++) {
    uint32_t c = at[k];
    if (l->kind == 'U') {
      const unsigned char *u = at + 4 * k;
      c = l->big ? (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3] : get_word(u, 4);
    }
    if (c == 0) break;
    if (l->kind == 'U')
      to += put_character(c < 0x110000 ? c : '?', to);
    else
      *to++ = (char)c;
  }
  *to = '\0';
}

/* Where value i in C order stands in the file. */
static size_t get_place(const layout *l, const epx_npz_array *array, size_t i) {
  if (!l->fortran) return i;
  size_t place = 0, stride = 1, index[EPX_NPZ_MAX_AXES];
  for (int k = array->n_axes; k-- > 0; i /= array->n[k])
    index[k] = i % array->n[k];
  for (int k = 0; k < array->n_axes; stride *= array->n[k++])
    place += index[k] * stride;
  return place;
}

static epx_err read_values(const layout *l, const unsigned char *data, epx_npz_array *array) {
  const bool text = l->kind == 'U' || l->kind == 'S';
  const size_t item = l->size * (l->kind == 'U' ? 4 : 1);
  array->width = text ? item + 1 : 0;
  EPX_TRY(text ? epx_array_create(&array->words, array->n_values, array->width)
               : epx_array_create(&array->values, array->n_values, sizeof *array->values));
  for (size_t i = 0; i < array->n_values; i++) {
    const unsigned char *at = data + item * get_place(l, array, i);
    if (text)
      get_word_text(l, at, array->words + i * array->width);
    else
      array->values[i] = get_number(l, at);
  }
  return EPX_OK;
}

/* bytes [n]: the member, a closing zero behind them. */
static epx_err read_array(const epx_npz *npz, const char *name, unsigned char *bytes, size_t n,
                          epx_npz_array *array) {
  static const char magic[] = "\x93NUMPY";
  layout l = {.name = name};
  const size_t fixed = n > 6 && bytes[6] == 1 ? 10 : 12;
  if (n < fixed || memcmp(bytes, magic, 6) != 0 || bytes[6] < 1 || bytes[6] > 3)
    return raise_damaged(npz, "a member is no array of NumPy's");
  l.n_header = fixed + get_word(bytes + 8, fixed == 10 ? 2 : 4);
  if (l.n_header > n) return raise_damaged(npz, "the header of an array is cut short");
  char *header = NULL;
  EPX_TRY(EPX_ARRAY(header, l.n_header - fixed + 1));
  memcpy(header, bytes + fixed, l.n_header - fixed);
  const char *fortran = find_key(header, "'fortran_order'");
  l.fortran = fortran && strncmp(fortran, "True", 4) == 0;
  int code = read_descr(npz, find_key(header, "'descr'"), &l);
  if (code == EPX_OK) code = read_shape(npz, find_key(header, "'shape'"), n - l.n_header, &l, array);
  epx_array_destroy(&header);
  EPX_TRY(code);
  return read_values(&l, bytes + l.n_header, array);
}

static epx_err raise_missing(const epx_npz *npz, const char *name) {
  char list[256] = "";
  for (int k = 0; k < npz->n_members; k++) {
    const size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", k ? ", " : "", npz->members[k].name);
  }
  return EPX_RAISE(EPX_EINPUT, "%s: no array '%s'; there are: %s", npz->path, name, list);
}

epx_err epx_npz_read(const epx_npz *npz, const char *name, epx_npz_array *array) {
  *array = (epx_npz_array){0};
  const member *m = npz->members, *end = npz->members + npz->n_members;
  while (m < end && strcmp(m->name, name) != 0)
    m++;
  if (m == end) return raise_missing(npz, name);
  unsigned char *bytes = NULL;
  EPX_TRY(EPX_ARRAY(bytes, m->n_bytes + 1));
  int code = unpack(npz, m, bytes);
  if (code == EPX_OK) code = read_array(npz, name, bytes, m->n_bytes, array);
  epx_array_destroy(&bytes);
  if (code != EPX_OK) epx_npz_reset_array(array);
  return code;
}

void epx_npz_reset_array(epx_npz_array *array) {
  epx_array_destroy(&array->values);
  epx_array_destroy(&array->words);
  *array = (epx_npz_array){0};
}
