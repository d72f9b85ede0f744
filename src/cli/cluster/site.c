/** @file
 * Site: reads and checks the file of a site, line by line.
 */
#define _XOPEN_SOURCE 700
#include "cli/cluster/site.h"

#include <errno.h>
#include <glob.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/process.h"
#include "cli/time_limit.h"

enum { PATH_BYTES = 4096, N_SITES_MAX = 64 };

typedef enum { TEXT, EXPANDED, APPENDED, COUNT, MEGABYTES, TIME, FLAG, ONE_OF } kind;

/* The names a file may use. */
static const struct row {
  const char *name;
  kind kind;
  size_t offset;
  const char *choices; /* ONE_OF: parted by spaces */
} rows[] = {{"partition", EXPANDED, offsetof(epx_cluster_site, partition), NULL},
            {"account", EXPANDED, offsetof(epx_cluster_site, account), NULL},
            {"qos", EXPANDED, offsetof(epx_cluster_site, qos), NULL},
            {"options", EXPANDED, offsetof(epx_cluster_site, options), NULL},
            {"program", EXPANDED, offsetof(epx_cluster_site, program), NULL},
            {"launcher", TEXT, offsetof(epx_cluster_site, launcher), NULL},
            {"again", ONE_OF, offsetof(epx_cluster_site, again), "requeue resubmit leave"},
            {"prepare", APPENDED, offsetof(epx_cluster_site, prepare), NULL},
            {"memory", ONE_OF, offsetof(epx_cluster_site, memory), "core all none"},
            {"cores_per_node", COUNT, offsetof(epx_cluster_site, cores_per_node), NULL},
            {"memory_per_core", MEGABYTES, offsetof(epx_cluster_site, memory_per_core), NULL},
            {"max_time", TIME, offsetof(epx_cluster_site, max_time), NULL},
            {"whole_nodes", FLAG, offsetof(epx_cluster_site, whole_nodes), NULL}};

enum { N_ROWS = sizeof rows / sizeof *rows };

/* ---- the folder */

static bool has_template(const char *folder) {
  char path[PATH_BYTES + 32];
  snprintf(path, sizeof path, "%s/epilux.sbatch", folder);
  return access(path, R_OK) == 0;
}

epx_err epx_cluster_site_eval_folder(char *folder, int size) {
  static const char *const places[] = {"../jobs", "../share/epilux/jobs"};
  const char *given = getenv("EPILUX_JOBS");
  if (given) {
    snprintf(folder, (size_t)size, "%s", given);
    if (has_template(folder)) return EPX_OK;
    return EPX_RAISE(EPX_EFILE, "EPILUX_JOBS=%s: there is no epilux.sbatch", given);
  }
  char program[PATH_BYTES];
  if (epx_process_get_program(program, sizeof program) != 0) *program = '\0';
  char *slash = strrchr(program, '/');
  if (slash) *slash = '\0';
  for (size_t k = 0; slash && k < sizeof places / sizeof *places; k++) {
    char path[PATH_BYTES + 64], whole[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", program, places[k]);
    if (!realpath(path, whole) || !has_template(whole)) continue;
    snprintf(folder, (size_t)size, "%s", whole);
    return EPX_OK;
  }
  return EPX_RAISE(
      EPX_EFILE,
      "the folder with epilux.sbatch was not found beside the program; set EPILUX_JOBS to this folder");
}

/* ---- values */

/* Where a value stands, for messages. */
typedef struct {
  const char *path, *overridden;
  int line;
} place;

/* Copies a value, with each $NAME and ${NAME} replaced by what the environment says. */
static epx_err expand(const place *at, const char *value, char *out) {
  size_t n = 0;
  for (const char *c = value; *c && n < EPX_CENTRE_TEXT - 1;) {
    if (*c != '$') {
      out[n++] = *c++;
      continue;
    }
    const bool braced = c[1] == '{';
    const char *start = c + 1 + braced;
    const size_t length = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)length, start);
    const char *known = getenv(name);
    if (!known)
      return EPX_RAISE(EPX_EINPUT, "%s:%d: $%s is not set in your environment; set it, or give the option",
                       at->path, at->line, name);
    n += (size_t)snprintf(out + n, EPX_CENTRE_TEXT - n, "%s", known);
    if (n > EPX_CENTRE_TEXT - 1) n = EPX_CENTRE_TEXT - 1;
    c = start + length + braced;
  }
  out[n] = '\0';
  return EPX_OK;
}

static epx_err set_one_of(const place *at, const struct row *row, const char *value, char *out) {
  const size_t length = strlen(value);
  for (const char *choice = row->choices; *choice;) {
    const size_t n = strcspn(choice, " ");
    if (n == length && strncmp(choice, value, n) == 0) {
      snprintf(out, EPX_CENTRE_TEXT, "%s", value);
      return EPX_OK;
    }
    choice += n + (choice[n] == ' ');
  }
  return EPX_RAISE(EPX_EINPUT, "%s:%d: %s=%s is none of: %s", at->path, at->line, row->name, value,
                   row->choices);
}

static epx_err set_number(const place *at, const struct row *row, const char *value, double *number) {
  char *end;
  *number = strtod(value, &end);
  if (row->kind == MEGABYTES && end > value && (*end == 'M' || *end == 'G'))
    *number *= *end++ == 'G' ? 1000 : 1;
  if (end > value && *end == '\0' && *number > 0 && *number < 1e9) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%d: %s=%s is not %s", at->path, at->line, row->name, value,
                   row->kind == MEGABYTES ? "a size such as 2000M or 4G" : "a number above zero");
}

static epx_err set_flag(const place *at, const struct row *row, const char *value, bool *flag) {
  *flag = strcmp(value, "yes") == 0;
  if (*flag || strcmp(value, "no") == 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%d: %s=%s is neither yes nor no", at->path, at->line, row->name, value);
}

static epx_err set_time(const place *at, const struct row *row, const char *value, double *seconds) {
  if (epx_time_limit_read(row->name, value, seconds) == EPX_OK) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s:%d: %s=%s is not a time such as 20:00:00, 2-00:00:00 or 12h", at->path,
                   at->line, row->name, value);
}

static bool is_overridden(const place *at, const char *name) {
  char word[64];
  snprintf(word, sizeof word, " %s ", name);
  return strstr(at->overridden, word) != NULL;
}

static epx_err set(const place *at, const struct row *row, const char *value, epx_cluster_site *site) {
  if (is_overridden(at, row->name)) return EPX_OK;
  if (row->kind != APPENDED && strlen(value) >= EPX_CENTRE_TEXT)
    return EPX_RAISE(EPX_EINPUT, "%s:%d: %s is longer than %d letters", at->path, at->line, row->name,
                     EPX_CENTRE_TEXT - 1);
  char *field = (char *)site + row->offset;
  const size_t used = strlen(field);
  double number;
  switch (row->kind) {
  case TEXT:
    memcpy(field, value, strlen(value) + 1);
    return EPX_OK;
  case EXPANDED:
    return expand(at, value, field);
  case APPENDED:
    snprintf(field + used, EPX_CENTRE_PREPARE - used, "%s%s", used ? "\n" : "", value);
    return EPX_OK;
  case ONE_OF:
    return set_one_of(at, row, value, field);
  case COUNT:
    EPX_TRY(set_number(at, row, value, &number));
    *(int *)(void *)field = (int)number;
    return EPX_OK;
  case MEGABYTES:
    return set_number(at, row, value, (double *)(void *)field);
  case TIME:
    return set_time(at, row, value, (double *)(void *)field);
  default:
    return set_flag(at, row, value, (bool *)(void *)field);
  }
}

/* ---- lines */

static epx_err set_line(const place *at, char *line, epx_cluster_site *site) {
  line += strspn(line, " \t");
  for (size_t n = strlen(line); n > 0 && strchr(" \t\r\n", line[n - 1]); n--)
    line[n - 1] = '\0';
  if (*line == '\0' || *line == '#') return EPX_OK;
  char *equals = strchr(line, '=');
  if (!equals) return EPX_RAISE(EPX_EINPUT, "%s:%d: not NAME=value: %s", at->path, at->line, line);
  *equals = '\0';
  const char *names[N_ROWS];
  for (int k = 0; k < N_ROWS; k++) {
    if (strcmp(line, rows[k].name) == 0) return set(at, &rows[k], equals + 1, site);
    names[k] = rows[k].name;
  }
  const char *nearest = epx_nearest_get(line, N_ROWS, names);
  return EPX_RAISE(EPX_EINPUT, "%s:%d: unknown name %s%s%s%s", at->path, at->line, line,
                   nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static epx_err read_file(const char *path, const char *overridden, epx_cluster_site *site) {
  FILE *file = fopen(path, "r");
  if (!file) return EPX_RAISE(EPX_EFILE, "%s: cannot be read: %s", path, strerror(errno));
  char line[EPX_CENTRE_PREPARE];
  place at = {path, overridden, 0};
  int code = EPX_OK;
  while (code == EPX_OK && fgets(line, sizeof line, file)) {
    at.line++;
    code = set_line(&at, line, site);
  }
  fclose(file);
  return code;
}

/* Raises that there is no such site, with the nearest, or with all there are. */
static epx_err raise_unknown(const char *folder, const char *name) {
  char pattern[PATH_BYTES + 32], all[512] = "";
  const char *names[N_SITES_MAX];
  int n = 0;
  glob_t found;
  snprintf(pattern, sizeof pattern, "%s/sites/*.env", folder);
  if (glob(pattern, 0, NULL, &found) != 0)
    return EPX_RAISE(EPX_EINPUT, "unknown site %s; %s/sites has none", name, folder);
  for (size_t k = 0; k < found.gl_pathc && n < N_SITES_MAX; k++) {
    char *base = strrchr(found.gl_pathv[k], '/') + 1;
    *strrchr(base, '.') = '\0';
    const size_t used = strlen(all);
    snprintf(all + used, sizeof all - used, "%s%s", n ? ", " : "", base);
    names[n++] = base;
  }
  const char *nearest = epx_nearest_get(name, n, names);
  const int code =
      nearest ? EPX_RAISE(EPX_EINPUT, "unknown site %s; did you mean %s?", name, nearest)
              : EPX_RAISE(EPX_EINPUT, "unknown site %s; there are %s in %s/sites", name, all, folder);
  globfree(&found);
  return code;
}

epx_err epx_cluster_site_read(const char *folder, const char *name, const char *overridden,
                              epx_cluster_site *site) {
  *site = (epx_cluster_site){.launcher = "srun --mpi=pmix", .again = "requeue", .memory = "core"};
  const size_t n = strlen(name);
  const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
  snprintf(site->name, sizeof site->name, "%.*s", (int)strcspn(base, "."), base);
  if (n > 4 && strcmp(name + n - 4, ".env") == 0) return read_file(name, overridden, site);
  char path[PATH_BYTES + 128];
  snprintf(path, sizeof path, "%s/sites/%s.env", folder, name);
  if (strchr(name, '/') || access(path, F_OK) != 0) return raise_unknown(folder, name);
  return read_file(path, overridden, site);
}
