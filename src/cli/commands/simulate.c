/** @file
 * epilux simulate: one network and one sample by the reference way: its transient, or the states it comes to
 * as a parameter is moved up and down.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/numbers/number.h"
#include "base/numbers/random.h"
#include "cli/deck_arguments.h"
#include "epilux/units.h"
#include "io/fields/trajectory.h"
#include "io/measurement/response_file.h"
#include "io/recovery/output.h"
#include "study/energy/consumption.h"

/** The response that --ports asks for; path NULL: none. */
typedef struct {
  char *path;
  double from, to, wavelength; /* offsets in the family's unit of rate; [m], NAN: not given */
  int n_steps;
} ports_request;

/** What is simulated: a point of the deck made ready, as the deck stands. */
typedef struct {
  epx_design *design; /* of --point; NULL: the base */
  int i_point, i_instance, i_sample;
  int i_trained; /* the instance of --parameters; -1: the network is not trained */
  epx_settings *settings;
  epx_point *point;
  epx_simulation *simulation;
  char *output; /* of the trajectory; NULL: none is written */
  ports_request ports;
} subject;

static void destroy_network(subject *s) {
  epx_simulation_destroy(&s->simulation);
  epx_point_destroy(&s->point);
  epx_settings_destroy(&s->settings);
}

static epx_err create_network(const epx_deck *deck, subject *s) {
  EPX_TRY(epx_deck_eval_settings(deck, s->design, s->i_point, &s->settings));
  int code = epx_point_create(s->settings, &s->point);
  if (code == EPX_OK)
    code = epx_simulation_create(s->point, s->i_point, s->i_instance, s->i_sample, &s->simulation);
  if (code != EPX_OK) destroy_network(s);
  return code;
}

/** Reads a whole number of an option, from 0 to below `end`. */
static epx_err read_index(const epx_call *call, const char *option, int fallback, int end, int *value) {
  const char *text = epx_call_get_value(call, option, 0);
  char *rest;
  *value = fallback;
  if (!text) return EPX_OK;
  const long given = strtol(text, &rest, 10);
  if (rest == text || *rest || given < 0 || given >= end)
    return EPX_RAISE(EPX_EINPUT, "%s %s: give a whole number from 0 to %d", option, text, end - 1);
  *value = (int)given;
  return EPX_OK;
}

/** Takes the network as --parameters keeps it, of --point and --instance: fabricated and trained already, it
 * is the deck's nominal network from here on. */
static epx_err set_trained(const epx_call *call, epx_deck *deck, subject *s) {
  char assignment[4200];
  const char *path = epx_call_get_value(call, "--parameters", 0);
  if (!path) return EPX_OK;
  if ((size_t)snprintf(assignment, sizeof assignment, "network.start.parameters=%s", path) >=
      sizeof assignment)
    return EPX_RAISE(EPX_EINPUT, "--parameters: the file's name is too long");
  EPX_TRY(epx_deck_set(deck, assignment));
  snprintf(assignment, sizeof assignment, "network.start.point=%d", s->i_point);
  EPX_TRY(epx_deck_set(deck, assignment));
  snprintf(assignment, sizeof assignment, "network.start.instance=%d", s->i_instance < 0 ? 0 : s->i_instance);
  EPX_TRY(epx_deck_set(deck, assignment));
  s->i_trained = s->i_instance < 0 ? 0 : s->i_instance;
  s->i_instance = -1;
  return EPX_OK;
}

/** A factor, and what goes along with it, have their own values: they cannot be moved at a point. */
static epx_err check_not_factor(const epx_deck *deck, const epx_factor *factors, int n_factors,
                                const char *parameter) {
  for (int k = 0; parameter && k < n_factors; k++) {
    if (strcmp(factors[k].path, parameter) == 0)
      return EPX_RAISE(EPX_EINPUT,
                       "continuation.parameter: %s is a factor, whose value --point sets; leave --point out",
                       parameter);
    if (epx_deck_goes_along(deck, factors[k].path, parameter))
      return EPX_RAISE(EPX_EINPUT,
                       "continuation.parameter: %s changes along with factor %s, whose value --point sets; "
                       "leave --point out",
                       parameter, factors[k].path);
  }
  return EPX_OK;
}

static epx_err read_subject(const epx_call *call, epx_deck *deck, subject *s) {
  const epx_factor *factors;
  int n_factors;
  const char *instances = epx_deck_get_text(deck, "population.instances");
  if (epx_call_is_set(call, "--point")) {
    EPX_TRY(epx_deck_eval_design(deck, &factors, &n_factors, &s->design));
    EPX_TRY(read_index(call, "--point", 0, s->design->n_points, &s->i_point));
    EPX_TRY(check_not_factor(deck, factors, n_factors, epx_deck_get_text(deck, "continuation.parameter")));
  }
  EPX_TRY(read_index(call, "--instance", -1, instances ? atoi(instances) : 1, &s->i_instance));
  EPX_TRY(read_index(call, "--sample", 0, 1 << 30, &s->i_sample));
  return set_trained(call, deck, s);
}

static void print_subject(const subject *s) {
  const epx_network *network = s->point->network;
  printf("%d nodes of family %s, ", network->n_nodes, network->family->name);
  if (s->i_trained >= 0) {
    printf("instance %d as trained, ", s->i_trained);
  } else if (s->i_instance < 0) {
    printf("the nominal network, ");
  } else {
    printf("instance %d, ", s->i_instance);
  }
  printf("sample %d of task %s\n", s->i_sample, s->settings->task.name);
}

/* What is read of a phase of a fixed length. */
static void print_reads(const epx_transient *t, double window, const char *blank, const char *unit) {
  printf("outputs       ");
  for (int k = 0; k < t->n_outputs; k++)
    printf(" %.6g", t->read[k]);
  if (window > 0) printf(", means over the last %.6g%s%s", window, blank, unit);
  printf("\n");
}

/* ns: of a unit of time, where a device says it. */
static void print_certificate(const subject *s, const epx_transient *t, double ns) {
  const epx_certificate *c = &t->certificate;
  char described[64] = "";
  const char *text = epx_family_get_time_unit(s->point->network->family);
  const bool normalised = strcmp(text, "1") == 0;
  const char *unit = normalised ? "" : text, *blank = normalised ? "" : " ";
  if (s->settings->described) snprintf(described, sizeof described, " (%.6g ns)", c->settling_time * ns);
  printf("outcome        %s", t->outcome);
  if (t->read && c->outcome == EPX_OK)
    printf(" after %.6g%s%s%s, settled or not", c->settling_time, blank, unit, described);
  printf("\nresidual       %.3g\n", c->residual);
  if (t->read && c->outcome == EPX_OK) print_reads(t, s->settings->equilibrium.noise.window, blank, unit);
  if (!t->read && c->outcome == EPX_OK) {
    printf("settling time  %.6g%s%s%s, to within %g %% of the distance\n", c->settling_time, blank, unit,
           described, 100 * s->settings->equilibrium.settled);
    printf("stability      %s: largest real part of the spectrum %.6g%s%s\n",
           c->abscissa < 0 ? "stable" : "unstable", c->abscissa, normalised ? "" : " 1/", unit);
  }
  if (c->outcome == EPX_OSCILLATES) {
    if (isnan(c->period)) printf("period         none: the oscillation is not periodic\n");
    if (!isnan(c->period)) printf("period         %.6g%s%s\n", c->period, blank, unit);
    printf("amplitude      %.6g, half of the largest peak-to-peak swing of a component\n", c->amplitude);
  }
}

static epx_err create_text(const epx_deck *deck, const subject *s, char **text,
                           epx_trajectory_subject *about) {
  EPX_TRY(epx_deck_create_text(deck, text));
  *about = (epx_trajectory_subject){.network = s->point->network,
                                    .deck = *text,
                                    .i_point = s->i_point,
                                    .i_instance = s->i_instance,
                                    .i_sample = s->i_sample};
  return EPX_OK;
}

static epx_err read_real(const epx_call *call, const char *option, double fallback, double *value) {
  const char *text = epx_call_get_value(call, option, 0);
  *value = fallback;
  if (!text || epx_number_read_whole(text, value)) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s %s: give a number, in the family's unit of rate", option, text);
}

static epx_err read_ports(const epx_call *call, const epx_deck *deck, ports_request *r) {
  static const char *const along[] = {"--from", "--to", "--steps", "--wavelength"};
  const char *given = epx_call_get_value(call, "--ports", 0),
             *wavelength = epx_call_get_value(call, "--wavelength", 0);
  r->wavelength = NAN;
  for (size_t k = 0; !given && k < sizeof along / sizeof *along; k++)
    if (epx_call_is_set(call, along[k]))
      return EPX_RAISE(EPX_EINPUT, "%s: it does nothing without --ports: leave it out", along[k]);
  if (!given) return EPX_OK;
  EPX_TRY(read_real(call, "--from", -5, &r->from));
  EPX_TRY(read_real(call, "--to", 5, &r->to));
  EPX_TRY(read_index(call, "--steps", 400, 1000000, &r->n_steps));
  if (wavelength) EPX_TRY(epx_units_eval(wavelength, "m", &r->wavelength));
  if (wavelength && !(r->wavelength > 0))
    return EPX_RAISE(EPX_EINPUT, "--wavelength %s: a length above 0 is wanted", wavelength);
  if (epx_deck_get_text(deck, "continuation.parameter"))
    return EPX_RAISE(
        EPX_EINPUT,
        "--ports: it is of one operating point, and the deck has a section continuation: leave one out");
  if (!epx_call_is_set(call, "--force") && access(given, F_OK) == 0)
    return EPX_RAISE(EPX_EBUSY, "%s exists; choose another name, or overwrite it with --force", given);
  EPX_TRY(epx_output_create_path(given, &r->path));
  if (epx_output_is_beside(r->path))
    return EPX_RAISE(EPX_EINPUT, "%s: the name of a file beside results; choose another", r->path);
  return epx_call_check_output(call, deck, r->path);
}

static epx_err write_ports(const subject *s, const double *state, const epx_certificate *certificate) {
  const epx_settings *settings = s->settings;
  const ports_request *r = &s->ports;
  double rate, power, wavelength = r->wavelength;
  epx_response *response;
  if (!r->path) return EPX_OK;
  if (certificate->outcome != EPX_OK || settings->equilibrium.duration_free > 0)
    return EPX_RAISE(
        EPX_EINPUT,
        "--ports: the network is not at rest, and without an operating point there is no linear response");
  if (isnan(wavelength) && settings->has_device) wavelength = settings->fabrication.ring.wavelength;
  EPX_TRY(epx_consumption_eval_units(s->point, &rate, &power));
  EPX_TRY(epx_response_create(s->simulation, state, r->n_steps + 1, r->from, r->to, &response));
  const int code = epx_response_file_write(r->path, response, rate, wavelength);
  if (code == EPX_OK) printf("%s: %d ports at %d offsets\n", r->path, response->n_ports, response->n_offsets);
  epx_response_destroy(&response);
  return code;
}

static epx_err follow_transient(const epx_deck *deck, subject *s) {
  const char *path = s->output;
  const epx_transient *transient;
  double *state;
  char *text = NULL;
  epx_trajectory_subject about;
  EPX_TRY(EPX_ARRAY(state, (size_t)s->point->network->n_state));
  epx_simulation_set_start(s->simulation, state);
  double ns, light;
  int code = epx_consumption_eval_metric_units(s->point, &ns, &light);
  if (code == EPX_OK) code = epx_simulation_solve(s->simulation, state, &transient);
  if (code == EPX_OK) {
    print_subject(s);
    print_certificate(s, transient, ns);
    code = write_ports(s, state, &transient->certificate);
  }
  if (code == EPX_OK && path) code = create_text(deck, s, &text, &about);
  if (code == EPX_OK && path) code = epx_trajectory_write(path, &about, transient);
  if (code == EPX_OK && path)
    printf("%s: %zu rows of %ld steps\n", path, transient->n_rows, transient->n_steps);
  epx_array_destroy(&text);
  epx_array_destroy(&state);
  return code;
}

/** A continuation: the deck is set anew at each value. */
typedef struct {
  epx_deck *deck;
  subject *subject;
  const char *parameter;
  int n_state;
} movement;

static epx_err set_value(const movement *m, double value) {
  char assignment[400];
  snprintf(assignment, sizeof assignment, "%s=%.15g", m->parameter, value);
  const int code = epx_deck_set(m->deck, assignment);
  if (code == EPX_EINPUT) return EPX_RAISE(EPX_EINPUT, "continuation.parameter: %s", epx_error_get_message());
  return code;
}

static epx_err check_size(const movement *m) {
  if (m->subject->point->network->n_state == m->n_state) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT,
                   "continuation.parameter: %s changes the size of the network; its state cannot be followed",
                   m->parameter);
}

static epx_err solve_at(void *context, double value, double *state, epx_certificate *certificate) {
  const movement *m = context;
  const epx_transient *transient;
  EPX_TRY(set_value(m, value));
  destroy_network(m->subject);
  EPX_TRY(create_network(m->deck, m->subject));
  EPX_TRY(check_size(m));
  EPX_TRY(epx_simulation_solve(m->subject->simulation, state, &transient));
  *certificate = transient->certificate;
  return EPX_OK;
}

/** Evaluates the field of the network at a value, at the start of the dynamics and at a state that favours no
 * node: field [2][n_state]. */
static epx_err eval_fields(const movement *m, double value, double *field) {
  const epx_random stream = epx_random_init(0, "continuation");
  double *state;
  EPX_TRY(set_value(m, value));
  destroy_network(m->subject);
  EPX_TRY(create_network(m->deck, m->subject));
  EPX_TRY(check_size(m));
  EPX_TRY(EPX_ARRAY(state, (size_t)m->n_state));
  epx_simulation_set_start(m->subject->simulation, state);
  epx_simulation_eval_field(m->subject->simulation, state, field);
  for (int i = 0; i < m->n_state; i++)
    state[i] += 2 * epx_random_eval_uniform(&stream, 0, 0, 0, (uint32_t)i) - 1;
  epx_simulation_eval_field(m->subject->simulation, state, field + m->n_state);
  epx_array_destroy(&state);
  return EPX_OK;
}

/** Refuses a parameter that the network does not feel: its field is the same bits at both ends. */
static epx_err check_moves(const movement *m, double from, double to) {
  const size_t n = 2 * (size_t)m->n_state;
  double *fields;
  EPX_TRY(EPX_ARRAY(fields, 2 * n));
  int code = eval_fields(m, from, fields);
  if (code == EPX_OK) code = eval_fields(m, to, fields + n);
  const bool same = code == EPX_OK && memcmp(fields, fields + n, n * sizeof *fields) == 0;
  epx_array_destroy(&fields);
  EPX_TRY(code);
  if (same)
    return EPX_RAISE(
        EPX_EINPUT,
        "continuation.parameter: %s does not change the dynamics of this network: they are the same at %g "
        "and %g; use a parameter or an input of the network, such as network.inputs.scale",
        m->parameter, from, to);
  return EPX_OK;
}

static void print_branch(const char *way, const epx_hysteresis *h, const epx_branch *branch) {
  int settled = 0, oscillating = 0;
  for (int k = 0; k < h->n_values; k++) {
    settled += branch->certificate[k].outcome == EPX_OK;
    oscillating += branch->certificate[k].outcome == EPX_OSCILLATES;
  }
  printf("%-5s %d of %d values settled, %d oscillate; ", way, settled, h->n_values, oscillating);
  if (branch->n_jumps == 0) printf("no jump");
  for (int k = 0; k < branch->n_jumps; k++)
    printf("%s%.6g", k == 0 ? "jumps at " : ", ", branch->jump[k]);
  printf("\n");
}

/** Evaluates the outputs of both ways, with the network of each value. */
static epx_err eval_outputs(const movement *m, const epx_hysteresis *h, double *up, double *down) {
  for (int k = 0; k < h->n_values; k++) {
    const size_t at = (size_t)k * (size_t)h->n_state;
    EPX_TRY(set_value(m, h->value[k]));
    destroy_network(m->subject);
    EPX_TRY(create_network(m->deck, m->subject));
    const size_t n_outputs = (size_t)m->subject->point->network->n_outputs;
    epx_simulation_eval_output(m->subject->simulation, h->up.state + at, up + (size_t)k * n_outputs);
    epx_simulation_eval_output(m->subject->simulation, h->down.state + at, down + (size_t)k * n_outputs);
  }
  return EPX_OK;
}

static epx_err write_hysteresis(const movement *m, const char *path, const epx_hysteresis *h) {
  const size_t n = (size_t)h->n_values * (size_t)m->subject->point->network->n_outputs;
  double *up = NULL, *down = NULL;
  char *text = NULL;
  epx_trajectory_subject about;
  int code = EPX_ARRAY(up, n);
  if (code == EPX_OK) code = EPX_ARRAY(down, n);
  if (code == EPX_OK) code = eval_outputs(m, h, up, down);
  if (code == EPX_OK) code = create_text(m->deck, m->subject, &text, &about);
  if (code == EPX_OK) code = epx_trajectory_write_hysteresis(path, &about, m->parameter, h, up, down);
  if (code == EPX_OK) printf("%s: both sweeps written\n", path);
  epx_array_destroy(&up);
  epx_array_destroy(&down);
  epx_array_destroy(&text);
  return code;
}

static epx_err follow_both_ways(epx_deck *deck, subject *s) {
  const char *path = s->output;
  char parameter[256];
  snprintf(parameter, sizeof parameter, "%s", epx_deck_get_text(deck, "continuation.parameter"));
  movement m = {.deck = deck, .subject = s, .parameter = parameter, .n_state = s->point->network->n_state};
  const epx_hysteresis_spec spec = {.from = atof(epx_deck_get_text(deck, "continuation.from")),
                                    .to = atof(epx_deck_get_text(deck, "continuation.to")),
                                    .n_values = atoi(epx_deck_get_text(deck, "continuation.steps")) + 1,
                                    .n_state = s->point->network->n_state,
                                    .n_components = s->point->network->family->components,
                                    .context = &m,
                                    .solve_at = solve_at};
  epx_hysteresis *h = NULL;
  double *start;
  if (s->settings->equilibrium.duration_free > 0)
    return EPX_RAISE(EPX_EINPUT,
                     "continuation: it follows equilibria, and with %s states are read that are "
                     "none; leave one of them out",
                     s->settings->equilibrium.noise.step > 0 ? "noise" : "equilibrium.duration");
  EPX_TRY(check_moves(&m, spec.from, spec.to));
  EPX_TRY(EPX_ARRAY(start, (size_t)spec.n_state));
  epx_simulation_set_start(s->simulation, start);
  int code = epx_hysteresis_create(&spec, start, &h);
  epx_array_destroy(&start);
  EPX_TRY(code);
  print_subject(s);
  printf("%s from %g to %g and back\n", parameter, spec.from, spec.to);
  print_branch("up", h, &h->up);
  print_branch("down", h, &h->down);
  printf("the sweeps differ at %d of %d values\n", epx_hysteresis_eval_width(h), h->n_values);
  if (path) code = write_hysteresis(&m, path, h);
  epx_hysteresis_destroy(&h);
  return code;
}

/* Checks that the trajectory of --output can be written: *path, the caller's to free, NULL without one. */
static epx_err create_output(const epx_call *call, const epx_deck *deck, char **path) {
  const char *given = epx_call_get_value(call, "--output", 0),
             *trained = epx_call_get_value(call, "--parameters", 0);
  *path = NULL;
  if (!given) return EPX_OK;
  EPX_TRY(epx_output_create_path(given, path));
  EPX_TRY(epx_call_check_output(call, deck, *path));
  if (trained && epx_output_is_same(trained, *path))
    return EPX_RAISE(EPX_EINPUT, "%s: is the file of --parameters; choose another name", *path);
  return epx_trajectory_check_output(*path);
}

static epx_err solve(const epx_call *call, int *status) {
  const char *path = epx_call_get_value(call, "--output", 0);
  subject s = {.i_trained = -1};
  epx_deck *deck;
  (void)status;
  if (path && !epx_call_is_set(call, "--force") && access(path, F_OK) == 0)
    return EPX_RAISE(EPX_EBUSY, "%s exists; choose another name, or overwrite it with --force", path);
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = create_output(call, deck, &s.output);
  if (code == EPX_OK) code = read_ports(call, deck, &s.ports);
  if (code == EPX_OK) code = read_subject(call, deck, &s);
  if (code == EPX_OK) code = create_network(deck, &s);
  if (code == EPX_OK && epx_deck_get_text(deck, "continuation.parameter")) {
    code = follow_both_ways(deck, &s);
  } else if (code == EPX_OK) {
    code = follow_transient(deck, &s);
  }
  destroy_network(&s);
  epx_array_destroy(&s.output);
  epx_array_destroy(&s.ports.path);
  epx_design_destroy(&s.design);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    {"--output", "TRAJECTORY.h5", "write the transient, or both sweeps of a continuation, to TRAJECTORY.h5",
     'o'},
    {"--force", NULL, "overwrite an existing TRAJECTORY.h5 or FILE", 0},
    {"--point", "K", "use design point K instead of the base point", 0},
    {"--instance", "I", "use fabricated instance I instead of the nominal network", 0},
    {"--parameters", "RESULTS.h5",
     "use a trained network of RESULTS.h5 (keep_parameters): --point and --instance, or the first", 0},
    {"--ports", "FILE", "write the linear response of the ports at rest to FILE.sNp (Touchstone) or FILE.csv",
     0},
    {"--from", "OFFSET", "with --ports: first offset from the laser, in rad per unit of time (default -5)",
     0},
    {"--to", "OFFSET", "with --ports: last offset (default 5)", 0},
    {"--steps", "N", "with --ports: number of steps between them (default 400)", 0},
    {"--wavelength", "LENGTH", "with --ports: of the laser, for Touchstone (default: that of network.device)",
     0},
    {"--sample", "S", "use sample S of the task instead of the first", 0},
    EPX_OPTION_SET,
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_simulate = {
    .name = "simulate",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "follow one network to its equilibrium, or move one parameter up and down",
    .details = "One network (untrained, or trained in a results file) is solved for one sample by the "
               "reference engine. Printed are\n"
               "residual, settling time and stability, or period and amplitude of an oscillation. With a "
               "section `continuation` in\n"
               "the deck, its parameter is swept up and down; every step starts from the state of the step "
               "before. Printed are the\n"
               "values where the state jumps, and the range where the two sweeps differ.",
    .example = "epilux simulate inputs/quickstart.yaml -o transient.h5",
    .options = options,
    .solve = solve,
};
