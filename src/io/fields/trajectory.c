/** @file
 * Trajectory: writes the arrays of a transient or of a sweep with their axes.
 */
#include "io/fields/trajectory.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "epilux/version.h"
#include "io/recovery/lock.h"
#include "io/recovery/output.h"
#include "io/results/archive.h"
#include "io/results/results.h"

static epx_err write_attributes(epx_archive *archive, const epx_trajectory_subject *subject,
                                const char *kind) {
  const epx_family *family = subject->network->family;
  const struct {
    const char *name, *text;
  } texts[] = {{"format", "epilux-trajectory"}, {"kind", kind},
               {"family", family->name},        {"family_units", family->units},
               {"deck", subject->deck},         {"epilux_version", epx_version_get()}};
  const struct {
    const char *name;
    int value;
  } numbers[] = {{"format_version", 1},
                 {"point", subject->i_point},
                 {"instance", subject->i_instance},
                 {"sample", subject->i_sample}};
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
    EPX_TRY(epx_archive_write_text(archive, "/", texts[k].name, texts[k].text));
  for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
    EPX_TRY(epx_archive_write_number(archive, "/", numbers[k].name, numbers[k].value));
  return EPX_OK;
}

/** Writes an axis of numbers 0, 1 … or, of nodes, what is given. */
static epx_err write_index(epx_archive *archive, const char *path, const char *long_name, int n,
                           const int *given) {
  int *index;
  EPX_TRY(EPX_ARRAY(index, (size_t)n));
  for (int i = 0; i < n; i++)
    index[i] = given ? given[i] : i;
  const epx_archive_array scale = {.path = path,
                                   .unit = "1",
                                   .long_name = long_name,
                                   .type = EPX_ARCHIVE_INT,
                                   .n_axes = 1,
                                   .n = {(size_t)n}};
  const int code = epx_archive_write(archive, &scale, index);
  epx_array_destroy(&index);
  return code;
}

/** Writes the axes but the first. */
static epx_err write_axes(epx_archive *archive, const epx_network *network) {
  EPX_TRY(write_index(archive, "/node", "free node of the network", network->n_free, network->free_nodes));
  EPX_TRY(
      write_index(archive, "/component", "component of a node's state", network->family->components, NULL));
  return write_index(archive, "/output", "output, in the order of the deck", network->n_outputs, NULL);
}

static epx_err write_scale(epx_archive *archive, const char *path, const char *unit, const char *long_name,
                           size_t n, const double *values) {
  const epx_archive_array array = {.path = path, .unit = unit, .long_name = long_name, .n_axes = 1, .n = {n}};
  return epx_archive_write(archive, &array, values);
}

/** Writes values along one axis. */
static epx_err write_row(epx_archive *archive, const char *path, const char *unit, const char *long_name,
                         const char *axis, size_t n, const double *values) {
  const epx_archive_array array = {
      .path = path, .unit = unit, .long_name = long_name, .n_axes = 1, .n = {n}, .axis = {axis}};
  return epx_archive_write(archive, &array, values);
}

/** Writes states [n][n_state] and outputs [n][n_outputs] along an axis. */
static epx_err write_states(epx_archive *archive, const epx_network *network, const char *suffix,
                            const char *axis, size_t n, const double *state, const double *output) {
  char path[32];
  snprintf(path, sizeof path, "/state%s", suffix);
  const epx_archive_array states = {.path = path,
                                    .unit = "1",
                                    .long_name = "state of the nodes, in the units of the family",
                                    .n_axes = 3,
                                    .n = {n, (size_t)network->n_free, (size_t)network->family->components},
                                    .axis = {axis, "/node", "/component"}};
  EPX_TRY(epx_archive_write(archive, &states, state));
  snprintf(path, sizeof path, "/readout%s", suffix);
  const epx_archive_array outputs = {.path = path,
                                     .unit = "1",
                                     .long_name = "what the detectors report",
                                     .n_axes = 2,
                                     .n = {n, (size_t)network->n_outputs},
                                     .axis = {axis, "/output"}};
  return epx_archive_write(archive, &outputs, output);
}

static epx_err write_certificate(epx_archive *archive, const epx_transient *t) {
  const epx_certificate *c = &t->certificate;
  const struct {
    const char *name;
    double value;
  } numbers[] = {{"residual", c->residual}, {"settling_time", c->settling_time}, {"abscissa", c->abscissa},
                 {"period", c->period},     {"amplitude", c->amplitude},         {"power", t->power}};
  EPX_TRY(epx_archive_write_text(archive, "/", "outcome", t->outcome));
  for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
    EPX_TRY(epx_archive_write_number(archive, "/", numbers[k].name, numbers[k].value));
  return epx_archive_write_count(archive, "/", "steps", (uint64_t)t->n_steps);
}

static epx_err write_transient(epx_archive *archive, const epx_trajectory_subject *subject,
                               const epx_transient *t) {
  const char *unit = epx_family_get_time_unit(subject->network->family);
  EPX_TRY(write_attributes(archive, subject, "transient"));
  EPX_TRY(write_certificate(archive, t));
  EPX_TRY(write_scale(archive, "/time", unit, "time", t->n_rows, t->time));
  EPX_TRY(write_axes(archive, subject->network));
  EPX_TRY(write_states(archive, subject->network, "", "/time", t->n_rows, t->state, t->output));
  return write_row(archive, "/residual", "1", "largest rate of change of a component", "/time", t->n_rows,
                   t->residual);
}

static epx_err write_branch(epx_archive *archive, const epx_trajectory_subject *subject, const char *suffix,
                            const epx_hysteresis *h, const epx_branch *branch, const double *output) {
  const size_t n = (size_t)h->n_values;
  const char *unit = epx_family_get_time_unit(subject->network->family);
  char rate[16], path[32];
  double *row;
  snprintf(rate, sizeof rate, strcmp(unit, "1") == 0 ? "1" : "1/%s", unit);
  EPX_TRY(write_states(archive, subject->network, suffix, "/value", n, branch->state, output));
  EPX_TRY(EPX_ARRAY(row, n));
  int code = EPX_OK;
  for (int what = 0; code == EPX_OK && what < 4; what++) {
    static const char *const name[] = {"outcome", "abscissa", "period", "amplitude"};
    static const char *const meaning[] = {"0 settled, 2 did not settle, 3 oscillates, 4 diverged",
                                          "largest real part of the spectrum where it settled",
                                          "period where it oscillates", "half the largest swing there"};
    for (size_t k = 0; k < n; k++) {
      const epx_certificate *c = &branch->certificate[k];
      row[k] = what == 0 ? c->outcome : what == 1 ? c->abscissa : what == 2 ? c->period : c->amplitude;
    }
    snprintf(path, sizeof path, "/%s%s", name[what], suffix);
    code = write_row(archive, path,
                     what == 1   ? rate
                     : what == 2 ? unit
                                 : "1",
                     meaning[what], "/value", n, row);
  }
  epx_array_destroy(&row);
  EPX_TRY(code);
  if (branch->n_jumps == 0) return EPX_OK;
  snprintf(path, sizeof path, "/jump%s", suffix);
  return write_scale(archive, path, "1", "value at which the state jumps", (size_t)branch->n_jumps,
                     branch->jump);
}

/** Writes the archive beside the path, and moves it there. */
static epx_err finish(epx_archive *archive, const char *path) {
  char *temporary;
  const size_t size = strlen(path) + sizeof EPX_OUTPUT_PART;
  EPX_TRY(EPX_ARRAY(temporary, size));
  snprintf(temporary, size, "%s" EPX_OUTPUT_PART, path);
  const int code = epx_archive_write_file(archive, path, temporary);
  epx_array_destroy(&temporary);
  return code;
}

epx_err epx_trajectory_write(const char *path, const epx_trajectory_subject *subject,
                             const epx_transient *transient) {
  epx_archive *archive;
  EPX_TRY(epx_archive_create(&archive));
  int code = write_transient(archive, subject, transient);
  if (code == EPX_OK) code = finish(archive, path);
  epx_archive_destroy(&archive);
  return code;
}

/** Gets the unit of a scalar of the deck: of a parameter, its own. */
static const char *get_unit(const epx_family *family, const char *path) {
  static const char section[] = "network.parameters.";
  if (strncmp(path, section, sizeof section - 1) != 0) return "1";
  const int p = epx_family_get_parameter(family, path + sizeof section - 1);
  return p >= 0 ? family->parameters[p].unit : "1";
}

epx_err epx_trajectory_write_hysteresis(const char *path, const epx_trajectory_subject *subject,
                                        const char *parameter, const epx_hysteresis *h,
                                        const double *output_up, const double *output_down) {
  epx_archive *archive;
  EPX_TRY(epx_archive_create(&archive));
  int code = write_attributes(archive, subject, "hysteresis");
  if (code == EPX_OK) code = epx_archive_write_text(archive, "/", "parameter", parameter);
  if (code == EPX_OK)
    code = write_scale(archive, "/value", get_unit(subject->network->family, parameter), parameter,
                       (size_t)h->n_values, h->value);
  if (code == EPX_OK) code = write_axes(archive, subject->network);
  if (code == EPX_OK) code = write_branch(archive, subject, "_up", h, &h->up, output_up);
  if (code == EPX_OK) code = write_branch(archive, subject, "_down", h, &h->down, output_down);
  if (code == EPX_OK) code = finish(archive, path);
  epx_archive_destroy(&archive);
  return code;
}

static epx_err check_idle(const char *path) {
  char *lock, holder[256];
  EPX_TRY(epx_results_create_name(path, "lock", &lock));
  epx_lock_get_holder(lock, holder, sizeof holder);
  epx_array_destroy(&lock);
  return *holder ? EPX_RAISE(EPX_EBUSY, "%s: in use by %s; choose another name", path, holder) : EPX_OK;
}

/** Tells whether a file says that it holds something else. What cannot be read is no loss. */
static bool is_other(const char *path) {
  epx_archive *archive;
  char *format = NULL;
  if (epx_archive_create_from_file(path, &archive) == EPX_OK) {
    (void)!epx_archive_read_text(archive, "/", "format", &format);
    epx_archive_destroy(&archive);
  }
  const bool other = format && strcmp(format, "epilux-trajectory") != 0;
  epx_array_destroy(&format);
  epx_error_reset();
  return other;
}

epx_err epx_trajectory_check_output(const char *path) {
  EPX_TRY(check_idle(path));
  EPX_TRY(epx_output_check_replaceable(path));
  if (!is_other(path)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "%s: is not a trajectory, and simulate replaces no other file; choose another name", path);
}
