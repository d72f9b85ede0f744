/** @file
 * Population: relaxation and finish in turn until every lane is done or out; linear solves and stability at
 * the equilibria.
 */
#include "equilibrium/population/population.h"

#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/machine/isa.h"
#include "equilibrium/lanes/linear.h"
#include "equilibrium/outcome/spectrum.h"
#include "equilibrium/outcome/stability.h"
#include "equilibrium/population/finish.h"
#include "equilibrium/population/relaxation.h"

/** Factors of so many bytes, of the free phase and of learning phases, are kept for all lanes at once; where
 * they take more, lanes are finished in groups. */
#define FACTOR_BYTES (128.0 * 1024 * 1024)

struct epx_population {
  const epx_network *network;
  epx_equilibrium_options options;
  int max_lanes, n_slots;
  epx_relaxation *relaxation;
  epx_linear *linear;
  epx_finish *finish;
  epx_spectrum *spectrum;
  epx_stability *stability;
  epx_lane_record *records[EPX_FINISH_SIDES]; /* [max_lanes] */
  double *solution;                           /* [n_state][EPX_LANE_WIDTH] */
  epx_kinds kinds;
  epx_settling *settling;          /* [max_lanes][n_kinds]; made when first asked, as are: */
  double *ends, *way;              /* [n_state][n_lanes] */
  const epx_lanes *settled;        /* whose free phase was solved last and left its factors; NULL: nobody's */
  double *rest;                    /* [n_state][n_lanes]: their free equilibria */
  bool *at_rest[EPX_FINISH_SIDES]; /* [max_lanes]: a learning phase starts there */
  const unsigned char *idle;       /* [n_lanes], borrowed, or NULL */
  long equilibria, failures;
};

static int get_slots(const epx_network *network, int n_lanes) {
  const int n_vectors = (n_lanes + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH;
  const double fit = FACTOR_BYTES / 2 / epx_linear_get_slot_bytes(network->n_state);
  return fit >= n_vectors ? n_vectors : fit >= 1 ? (int)fit : 1;
}

/* Rows of lanes as long as the state: 14 vectors of the integrator with its stages and scratch, as many of the one that
 * settling is measured with and 3 beside it, 8 of integrator and finish for the family's work, 8 of the finish, one of
 * the stability, 3 of the relaxation, and what the limit cycles are watched by. */
double epx_population_eval_bytes(const epx_network *network, int n_lanes) {
  enum { ROWS = 55 };
  const double n = network->n_state, padded = ceil((double)n_lanes / EPX_LANE_WIDTH) * EPX_LANE_WIDTH;
  return epx_linear_get_bytes(network->n_state, 2 * get_slots(network, n_lanes)) + 16 * n * n +
         8 * ROWS * n * padded;
}

static epx_err create_parts(epx_population *population) {
  const epx_network *network = population->network;
  const int n_lanes = population->max_lanes;
  const epx_equilibrium_options *options = &population->options;
  EPX_TRY(epx_relaxation_create(network, n_lanes, options, &population->relaxation));
  EPX_TRY(epx_linear_create(network->n_state, 2 * population->n_slots, &population->linear));
  EPX_TRY(epx_finish_create(network, n_lanes, population->n_slots, options, population->linear,
                            &population->finish));
  EPX_TRY(epx_spectrum_create(network->n_state, &population->spectrum));
  EPX_TRY(epx_stability_create(network, n_lanes, options, population->linear, population->n_slots,
                               population->spectrum, &population->stability));
  for (int s = 0; s < EPX_FINISH_SIDES; s++) {
    EPX_TRY(EPX_ARRAY(population->records[s], (size_t)n_lanes));
    EPX_TRY(EPX_ARRAY(population->at_rest[s], (size_t)n_lanes));
  }
  EPX_TRY(EPX_ARRAY(population->rest, (size_t)network->n_state * (size_t)n_lanes));
  return EPX_ARRAY(population->solution, (size_t)network->n_state * EPX_LANE_WIDTH);
}

epx_err epx_population_create(const epx_network *network, int n_lanes, const epx_equilibrium_options *options,
                              epx_population **out) {
  *out = NULL;
  EPX_TRY(epx_equilibrium_check(options));
  if (n_lanes < 1) return EPX_RAISE(EPX_EINPUT, "population: %d lanes, at least 1 is needed", n_lanes);
  epx_population *population = NULL;
  EPX_TRY(EPX_ARRAY(population, 1));
  population->network = network;
  population->options = *options;
  epx_kinds_init(network->family, &population->kinds);
  population->max_lanes = (n_lanes + EPX_LANE_WIDTH - 1) / EPX_LANE_WIDTH * EPX_LANE_WIDTH;
  population->n_slots = get_slots(network, n_lanes);
  const int code = create_parts(population);
  if (code != EPX_OK) epx_population_destroy(&population);
  EPX_TRY(code);
  *out = population;
  return EPX_OK;
}

void epx_population_destroy(epx_population **address) {
  epx_population *population = *address;
  if (!population) return;
  epx_relaxation_destroy(&population->relaxation);
  epx_finish_destroy(&population->finish);
  epx_linear_destroy(&population->linear);
  epx_stability_destroy(&population->stability);
  epx_spectrum_destroy(&population->spectrum);
  for (int s = 0; s < EPX_FINISH_SIDES; s++) {
    epx_array_destroy(&population->records[s]);
    epx_array_destroy(&population->at_rest[s]);
  }
  epx_array_destroy(&population->solution);
  epx_array_destroy(&population->settling);
  epx_array_destroy(&population->ends);
  epx_array_destroy(&population->way);
  epx_array_destroy(&population->rest);
  epx_array_destroy(address);
}

void epx_population_set_idle(epx_population *population, const unsigned char *idle) {
  population->idle = idle;
}

static bool is_idle(const epx_population *population, int lane) {
  return population->idle && population->idle[lane];
}

static epx_err check_lanes(const epx_population *population, const epx_lanes *lanes) {
  if (lanes->network == population->network && lanes->n_lanes <= population->max_lanes) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "population: %d lanes of %s network, made for at most %d of its own",
                   lanes->n_lanes, lanes->network == population->network ? "its" : "another",
                   population->max_lanes);
}

static void init_records(const epx_population *population, const epx_lanes *lanes, epx_lane_record *records) {
  const epx_equilibrium_options *options = &population->options;
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    records[lane] = (epx_lane_record){
        .stage = options->method == EPX_NEWTON ? EPX_LANE_READY : EPX_LANE_RUNNING,
        .handover = options->method == EPX_DYNAMICS ? options->tolerance : options->handover,
        .residual = NAN,
    };
    epx_oscillation_init(&records[lane].oscillation);
    if (lane >= lanes->n_used || is_idle(population, lane)) records[lane].stage = EPX_LANE_PADDING;
  }
}

static bool any_at(const epx_lane_record *records, const epx_lanes *lanes, epx_lane_stage stage) {
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (records[lane].stage == stage) return true;
  }
  return false;
}

/* The learning phases of a nudge that is not large lie next to the free equilibrium: Newton begins there,
 * with the factors that the free phase left, and its basin is guarded as that of any finish. */
static void set_at_rest(const epx_population *population, const epx_lanes *lanes, const double *y,
                        bool *at_rest, epx_lane_record *records) {
  const size_t n_lanes = (size_t)lanes->n_lanes, n_state = (size_t)lanes->network->n_state;
  const bool all = memcmp(y, population->rest, n_state * n_lanes * sizeof *y) == 0;
  for (size_t lane = 0; lane < n_lanes; lane++)
    at_rest[lane] = true;
  for (size_t row = 0; !all && row < n_state; row++) {
    const double *here = y + row * n_lanes, *rest = population->rest + row * n_lanes;
    for (size_t lane = 0; lane < n_lanes; lane++)
      at_rest[lane] &= here[lane] == rest[lane];
  }
  for (size_t lane = 0; lane < (size_t)lanes->n_used; lane++) {
    if (records[lane].stage == EPX_LANE_RUNNING && at_rest[lane]) records[lane].stage = EPX_LANE_READY;
  }
}

/** Takes the lanes that have arrived for what they are. */
static void set_judged(const epx_lanes *lanes, epx_lane_record *records) {
  for (int lane = 0; lane < lanes->n_used; lane++)
    records[lane].judged = records[lane].stage == EPX_LANE_DONE;
}

/* The first finish of learning phases after the free phase of the same lanes: from there, side by side. What
 * it reaches is next to an equilibrium whose stability is known. */
static void finish_from_rest(epx_population *population, const epx_lanes *lanes, int n_sides,
                             const epx_nudge *nudges, double *const *y) {
  const epx_finish_mode mode = {.polish = population->options.method != EPX_NEWTON};
  epx_finish_side sides[EPX_FINISH_SIDES] = {{0}};
  if (population->settled != lanes || population->options.method == EPX_DYNAMICS) return;
  for (int s = 0; s < n_sides; s++) {
    set_at_rest(population, lanes, y[s], population->at_rest[s], population->records[s]);
    sides[s] = (epx_finish_side){
        .nudge = &nudges[s], .at_rest = population->at_rest[s], .y = y[s], .records = population->records[s]};
  }
  epx_finish_solve(population->finish, lanes, mode, n_sides, sides);
  for (int s = 0; s < n_sides; s++)
    set_judged(lanes, population->records[s]);
}

/** Polishes the lanes that are ready. */
static void polish(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudge,
                   epx_finish_mode mode, double *y, epx_lane_record *records) {
  const epx_finish_side side = {.nudge = nudge, .y = y, .records = records};
  for (int lane = 0; lane < lanes->n_used; lane++)
    records[lane].polished = records[lane].stage == EPX_LANE_READY;
  epx_finish_solve(population->finish, lanes, mode, 1, &side);
  for (int lane = 0; lane < lanes->n_used; lane++)
    records[lane].polished = records[lane].polished && records[lane].stage == EPX_LANE_DONE;
}

/* Ends because a lane that comes back from the finish has a lower handover than before, down to the
 * tolerance, at which the dynamics are done themselves; and is moved away from what they reach few times.
 * What Newton alone finds is not judged. */
static epx_err settle(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudge, double *y,
                      epx_lane_record *records) {
  epx_finish_mode mode = {.polish = population->options.method != EPX_NEWTON};
  for (;;) {
    if (any_at(records, lanes, EPX_LANE_READY)) polish(population, lanes, nudge, mode, y, records);
    if (!mode.polish) set_judged(lanes, records);
    mode.polish = true;
    epx_stability_judge(population->stability, lanes, nudge, epx_finish_get_start(population->finish), y,
                        records);
    if (!any_at(records, lanes, EPX_LANE_RUNNING)) return EPX_OK;
    EPX_TRY(epx_relaxation_solve(population->relaxation, lanes, nudge, y, records));
  }
}

/** Keeps the free equilibria and the factors near them for the learning phases. */
static void set_rest(epx_population *population, const epx_lanes *lanes, const double *y) {
  memcpy(population->rest, y, (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y);
  population->settled = lanes;
}

/** Sets a lane's certificate from its record. */
static void set_certificate(const epx_lane_record *record, epx_certificate *certificate) {
  const bool oscillates = record->outcome == EPX_OSCILLATES;
  *certificate = (epx_certificate){
      .outcome = record->outcome,
      .residual = record->residual,
      .settling_time = NAN,
      .abscissa = NAN,
      .period = oscillates ? record->oscillation.period : NAN,
      .amplitude = oscillates ? record->oscillation.amplitude : NAN,
  };
}

static void certify(epx_population *population, const epx_lane_record *record, epx_certificate *certificate) {
  set_certificate(record, certificate);
  population->equilibria++;
  if (record->outcome != EPX_OK) population->failures++;
}

/** Gives the padding what the last used lane got. */
static void fill_padding(const epx_lanes *lanes, double *y, epx_certificate *certificate) {
  const size_t n_lanes = (size_t)lanes->n_lanes, last = (size_t)lanes->n_used - 1;
  for (size_t lane = last + 1; lane < n_lanes; lane++) {
    certificate[lane] = certificate[last];
    for (size_t i = 0; i < (size_t)lanes->network->n_state; i++)
      y[i * n_lanes + lane] = y[i * n_lanes + last];
  }
}

/** Certifies the lanes that were asked for. */
static void certify_lanes(epx_population *population, const epx_lanes *lanes, const epx_lane_record *records,
                          double *y, epx_certificate *certificate) {
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (!is_idle(population, lane)) certify(population, &records[lane], &certificate[lane]);
  }
  fill_padding(lanes, y, certificate);
}

epx_err epx_population_solve(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudge,
                             double *y, epx_certificate *certificate) {
  epx_lane_record *records = population->records[0];
  EPX_TRY(check_lanes(population, lanes));
  init_records(population, lanes, records);
  if (nudge) finish_from_rest(population, lanes, 1, nudge, &y);
  if (!nudge) population->settled = NULL;
  if (!nudge) epx_finish_begin(population->finish);
  EPX_TRY(settle(population, lanes, nudge, y, records));
  if (!nudge) set_rest(population, lanes, y);
  certify_lanes(population, lanes, records, y, certificate);
  return EPX_OK;
}

/** Takes lanes out of the second side of a pair that have failed on the first. */
static void leave_out(const epx_population *population, const epx_lanes *lanes) {
  for (int lane = 0; lane < lanes->n_used; lane++) {
    const epx_lane_record *first = &population->records[0][lane];
    if (first->stage == EPX_LANE_OUT) population->records[1][lane] = *first;
  }
}

epx_err epx_population_solve_pair(epx_population *population, const epx_lanes *lanes, const epx_nudge *nudges,
                                  double *const *y, epx_certificate *const *certificates) {
  EPX_TRY(check_lanes(population, lanes));
  for (int s = 0; s < EPX_FINISH_SIDES; s++)
    init_records(population, lanes, population->records[s]);
  finish_from_rest(population, lanes, EPX_FINISH_SIDES, nudges, y);
  for (int s = 0; s < EPX_FINISH_SIDES; s++) {
    if (s > 0) leave_out(population, lanes);
    EPX_TRY(settle(population, lanes, &nudges[s], y[s], population->records[s]));
    certify_lanes(population, lanes, population->records[s], y[s], certificates[s]);
  }
  return EPX_OK;
}

epx_err epx_population_solve_dynamics(epx_population *population, const epx_lanes *lanes,
                                      const unsigned char *chosen, double *y, epx_certificate *certificate) {
  EPX_TRY(check_lanes(population, lanes));
  epx_lane_record *records = population->records[0];
  init_records(population, lanes, records);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    epx_lane_record *record = &records[lane];
    record->stage = lane < lanes->n_used && chosen[lane] ? EPX_LANE_RUNNING : EPX_LANE_PADDING;
    record->handover = population->options.tolerance;
  }
  EPX_TRY(epx_relaxation_solve(population->relaxation, lanes, NULL, y, records));
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (chosen[lane]) set_certificate(&records[lane], &certificate[lane]);
  }
  return EPX_OK;
}

/** Makes what measuring needs, where it has not been asked before. */
static epx_err create_measuring(epx_population *population) {
  const size_t lanes = (size_t)population->max_lanes, n = (size_t)population->network->n_state * lanes;
  if (!population->settling) EPX_TRY(EPX_ARRAY(population->settling, population->kinds.n * lanes));
  if (!population->ends) EPX_TRY(EPX_ARRAY(population->ends, n));
  return population->way ? EPX_OK : EPX_ARRAY(population->way, n);
}

/** Inits the records of the lanes whose settling is asked for: running, as in a phase that hands over. */
static void init_measured(const epx_population *population, const epx_lanes *lanes,
                          const epx_certificate *certificate, epx_lane_record *records) {
  init_records(population, lanes, records);
  for (int lane = 0; lane < lanes->n_lanes; lane++) {
    const bool asked = records[lane].stage != EPX_LANE_PADDING && certificate[lane].outcome == EPX_OK;
    records[lane].stage = asked ? EPX_LANE_RUNNING : EPX_LANE_PADDING;
    records[lane].handover = population->options.handover;
  }
}

/** Sets the settling times of the measured lanes. Returns whether some of them have come to rest elsewhere: they are
 * left running, with that for their end. */
static bool set_settling(const epx_population *population, const epx_lanes *lanes, epx_lane_record *records,
                         epx_certificate *certificate) {
  const size_t n_kinds = population->kinds.n, n_lanes = (size_t)lanes->n_lanes;
  bool any = false;
  for (int lane = 0; lane < lanes->n_used; lane++) {
    double size[EPX_KIND_COUNT];
    if (records[lane].stage != EPX_LANE_READY) continue;
    for (size_t kind = 0; kind < n_kinds; kind++)
      size[kind] = records[lane].kinds[kind].size;
    const double time =
        epx_settling_eval_time(&population->kinds, population->settling + (size_t)lane * n_kinds, size,
                               population->options.tolerance);
    certificate[lane].settling_time = time;
    records[lane].stage = isnan(time) ? EPX_LANE_RUNNING : EPX_LANE_DONE;
    any = any || isnan(time);
    for (size_t row = 0; isnan(time) && row < (size_t)lanes->network->n_state; row++)
      population->ends[row * n_lanes + (size_t)lane] = population->way[row * n_lanes + (size_t)lane];
  }
  return any;
}

/* Where equilibria are not alone, as those of phases that nothing holds, a closer look ends at another one: a second
 * one then counts from there. */
epx_err epx_population_eval_settling(epx_population *population, const epx_lanes *lanes, const double *start,
                                     const double *y, epx_certificate *certificate) {
  enum { MOST_PASSES = 2 };
  const size_t size = (size_t)lanes->network->n_state * (size_t)lanes->n_lanes * sizeof *y;
  epx_lane_record *records = population->records[0];
  bool any = true;
  EPX_TRY(check_lanes(population, lanes));
  EPX_TRY(create_measuring(population));
  init_measured(population, lanes, certificate, records);
  memcpy(population->ends, y, size);
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (records[lane].stage == EPX_LANE_RUNNING) certificate[lane].settling_time = NAN;
  }
  for (int pass = 0; any && pass < MOST_PASSES; pass++) {
    memcpy(population->way, start, size);
    for (int lane = 0; lane < lanes->n_used; lane++) {
      memset(records[lane].kinds, 0, sizeof records[lane].kinds);
      records[lane].elapsed = 0;
    }
    EPX_TRY(epx_relaxation_measure(population->relaxation, lanes, population->ends, population->way, records,
                                   population->settling));
    any = set_settling(population, lanes, records, certificate);
  }
  return EPX_OK;
}

epx_err epx_population_solve_linear(epx_population *population, const epx_lanes *lanes, const double *y,
                                    bool transposed, const double *b, double *x) {
  EPX_TRY(check_lanes(population, lanes));
  const size_t n_lanes = (size_t)lanes->n_lanes;
  double sign[EPX_LANE_WIDTH];
  for (size_t first = 0; first < n_lanes; first += EPX_LANE_WIDTH) {
    epx_linear_factor(population->linear, population->n_slots, lanes, NULL, y, (int)first, NULL, sign);
    epx_linear_solve(population->linear, population->n_slots, transposed, b + first, n_lanes,
                     population->solution);
    for (size_t i = 0; i < (size_t)population->network->n_state; i++) {
      for (size_t w = 0; w < EPX_LANE_WIDTH; w++) {
        x[i * n_lanes + first + w] = sign[w] == 0 ? NAN : population->solution[i * EPX_LANE_WIDTH + w];
      }
    }
  }
  return EPX_OK;
}

epx_err epx_population_eval_stability(epx_population *population, const epx_lanes *lanes, const double *y,
                                      epx_certificate *certificate) {
  EPX_TRY(check_lanes(population, lanes));
  for (int lane = 0; lane < lanes->n_used; lane++) {
    if (certificate[lane].outcome != EPX_OK) continue;
    certificate[lane].abscissa = epx_spectrum_eval_abscissa(population->spectrum, lanes, NULL, y, lane);
  }
  return EPX_OK;
}

void epx_population_eval_spectrum(epx_population *population, const epx_lanes *lanes, const double *y,
                                  int lane, double *real, double *imaginary) {
  epx_spectrum_eval(population->spectrum, lanes, y, lane, real, imaginary);
}

epx_population_counts epx_population_get_counts(const epx_population *population) {
  const epx_finish_counts finish = epx_finish_get_counts(population->finish);
  const epx_stability_counts stability = epx_stability_get_counts(population->stability);
  epx_population_counts counts = {.equilibria = population->equilibria,
                                  .failures = population->failures,
                                  .newton_iterations = finish.iterations,
                                  .factorisations = finish.factorisations,
                                  .newton_halvings = finish.halvings,
                                  .basin_departures = finish.departures + stability.departures,
                                  .spectra = stability.spectra};
  epx_relaxation_get_counts(population->relaxation, &counts.steps, &counts.field_evaluations);
  return counts;
}
