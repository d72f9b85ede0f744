#include "study/energy/energy.h"

#include <math.h>

static const epx_quantity optimistic_quantities[] = {
#define ROW(member, unit, best, real, today, low, high, assumed, source, bought, meaning)                    \
  EPX_QUANTITY(epx_energy_case, member, unit, best, low, high, assumed, source, meaning),
    EPX_ENERGIES(ROW)
#undef ROW
};

static const epx_quantity budgeted_quantities[] = {
#define ROW(member, unit, best, real, today, low, high, assumed, source, bought, meaning)                    \
  EPX_QUANTITY(epx_energy_case, member, unit, real, low, high, assumed, source, meaning),
    EPX_ENERGIES(ROW)
#undef ROW
};

/* Most are assumed; a source says so itself. */
static const epx_quantity today_quantities[] = {
#define ROW(member, unit, best, real, today, low, high, assumed, source, bought, meaning)                    \
  EPX_QUANTITY(epx_energy_case, member, unit, today, low, high, true, bought, meaning),
    EPX_ENERGIES(ROW)
#undef ROW
};

enum { N_QUANTITIES = sizeof optimistic_quantities / sizeof *optimistic_quantities };

const epx_device epx_energy_device[EPX_ENERGY_CASES] = {
    {"optimistic", "optimistic case: the best published components", N_QUANTITIES, optimistic_quantities},
    {"budgeted", "budgeted case: with the losses, margins and read-outs of a complete system", N_QUANTITIES,
     budgeted_quantities},
    {"today", "case of today: parts that one can buy", N_QUANTITIES, today_quantities}};

void epx_energy_init(epx_energy_spec *spec) {
  *spec = (epx_energy_spec){0};
  for (int k = 0; k < EPX_ENERGY_CASES; k++)
    epx_device_init(&epx_energy_device[k], &spec->cases[k]);
}

/* The five parts that run while light is on. */
typedef struct {
  double laser, heaters, modulators, receivers, converters;
} parts;

/* What is done: phases of a free and of a nudged length, each read by so many detectors, so many times; nudges set errors. */
typedef struct {
  double free, nudged; /* lengths [s] */
  double n_others;     /* phases beside the free one */
  bool sets_errors;    /* in these */
  double n_read, n_averages;
} load;

static double eval_laser(const epx_energy_case *c, const epx_energy_work *work, const load *l, double T) {
  const epx_machine *m = &work->machine;
  const double loss = c->coupler_loss + c->modulator_loss + c->waveguide_loss + c->margin +
                      m->splitters * c->splitter_loss + m->meshes * c->mesh_loss + m->passed * c->ring_loss;
  const double least = work->n_outputs * c->detector_power; /* of the drives, for the outputs to be read */
  const double drives = T * fmax(work->optical_power, least);
  const double steady = l->n_read * work->reference + m->lines * m->division * c->detector_power;
  const double pumps = T * (m->laser_pump * c->laser_threshold + m->opo_pump * c->opo_threshold);
  return ((drives + T * steady) * pow(10, loss / 10) + pumps) / c->wall_plug;
}

static parts eval_parts(const epx_energy_case *c, const epx_energy_work *work, const load *l) {
  const epx_machine *m = &work->machine;
  const double reading = l->n_averages * c->read_time, T_others = l->n_others * (l->nudged + reading),
               T = l->free + reading + T_others;
  const double n_nudged = l->sets_errors ? l->n_others : 0, T_nudged = l->sets_errors ? T_others : 0;
  const double rings = isnan(work->ring_heaters) ? m->locked * c->ring_heater : work->ring_heaters;
  const double n_errors = (double)work->n_outputs * work->components;
  return (parts){.laser = eval_laser(c, work, l, T),
                 .heaters = T * (rings + m->shifters * c->weight_heater),
                 .modulators = work->n_inputs * (T * c->modulator_bias + c->modulator_energy) +
                               T * m->drivers * c->driver_power +
                               n_errors * (T_nudged * c->modulator_bias + n_nudged * c->modulator_energy),
                 .receivers = T * (l->n_read + m->receivers) * c->receiver_power,
                 .converters = (work->n_inputs + n_nudged * n_errors) * c->dac_energy +
                               (1 + l->n_others) * l->n_read * l->n_averages * c->adc_energy};
}

static double eval_sum(const parts *p) {
  return p->laser + p->heaters + p->modulators + p->receivers + p->converters;
}

static double eval_macs(const epx_energy_case *c, const epx_energy_work *work) {
  return c->iterations * work->components * (2 * work->n_links + work->n_nodes) * c->mac_energy;
}

static double eval_memory(const epx_energy_case *c, const epx_energy_work *work) {
  const double words = 2 * work->n_links + work->components * work->n_nodes;
  return c->iterations * words * c->buffer_energy + (work->n_links + work->n_nodes) * c->memory_energy;
}

static void set_digital(const epx_energy_case *c, const epx_energy_work *work, int k, epx_energy *energy) {
  double(*value)[EPX_ENERGY_CASES] = energy->value;
  const double macs = eval_macs(c, work), memory = eval_memory(c, work);
  const double update = 6 * work->n_trained / work->batch * (c->buffer_energy + c->memory_energy);
  value[EPX_ENERGY_DIGITAL_INFERENCE_MACS][k] = macs;
  value[EPX_ENERGY_DIGITAL_INFERENCE_MEMORY][k] = memory;
  value[EPX_ENERGY_DIGITAL_INFERENCE_ENERGY][k] = macs + memory + work->input[k];
  value[EPX_ENERGY_DIGITAL_STEP_MACS][k] = 3 * macs;
  value[EPX_ENERGY_DIGITAL_STEP_MEMORY][k] = 3 * memory + update;
  const double step = 3 * (macs + memory) + update + work->input[k];
  value[EPX_ENERGY_DIGITAL_STEP_ENERGY][k] = step;
  value[EPX_ENERGY_DIGITAL_TRAINING_ENERGY][k] = (work->steps + work->elsewhere) * step;
}

static void set_inference(const epx_energy_case *c, const epx_energy_work *work, int k, epx_energy *energy) {
  const parts p = eval_parts(
      c, work, &(load){work->inference_time, 0, 0, false, (double)work->n_outputs * work->detectors, 1});
  energy->value[EPX_ENERGY_INFERENCE_LASER][k] = p.laser;
  energy->value[EPX_ENERGY_INFERENCE_HEATERS][k] = p.heaters;
  energy->value[EPX_ENERGY_INFERENCE_MODULATORS][k] = p.modulators;
  energy->value[EPX_ENERGY_INFERENCE_RECEIVERS][k] = p.receivers;
  energy->value[EPX_ENERGY_INFERENCE_CONVERTERS][k] = p.converters;
  energy->value[EPX_ENERGY_INFERENCE_INPUT][k] = work->input[k];
  energy->value[EPX_ENERGY_INFERENCE_ENERGY][k] = eval_sum(&p) + work->input[k];
}

/* The detectors that a step reads. */
static double count_step_reads(const epx_energy_case *c, const epx_energy_work *work) {
  const double others = c->nodes_read * (work->n_nodes - work->n_outputs);
  return work->reads_states ? work->components * (work->n_outputs + others)
                            : (double)work->n_outputs * work->detectors;
}

static double eval_footprint(const epx_energy_case *c, const epx_energy_work *work) {
  const epx_machine *m = &work->machine;
  const bool reads = work->steps > 0 && !work->computed;
  const double n_read = reads ? count_step_reads(c, work) : (double)work->n_outputs * work->detectors;
  return m->locked * c->ring_area + m->interferometers * c->mesh_area + m->lasers * c->laser_area +
         (work->n_inputs + m->drivers) * c->modulator_area + (n_read + m->receivers) * c->receiver_area;
}

static void set_size(const epx_energy_case *c, const epx_energy_work *work, int k, epx_energy *energy) {
  const epx_machine *m = &work->machine;
  const double latency = work->inference_time + c->read_time;
  const double rings = isnan(work->ring_heaters) ? c->ring_heater : work->ring_heaters;
  energy->value[EPX_ENERGY_LATENCY][k] = latency;
  energy->value[EPX_ENERGY_THROUGHPUT][k] = 1 / latency;
  energy->value[EPX_ENERGY_TOPS][k] = 2 * (2 * work->n_links + work->n_nodes) / latency * 1e-12;
  energy->value[EPX_ENERGY_FOOTPRINT][k] = eval_footprint(c, work);
  energy->value[EPX_ENERGY_HEATERS][k] =
      (rings > 0 ? m->locked : 0) + (c->weight_heater > 0 ? m->shifters : 0);
}

static void set_step(const epx_energy_case *c, const epx_energy_work *work, int k, epx_energy *energy) {
  const double n_read = count_step_reads(c, work);
  const double all = work->n_trained * work->writes * c->write_energy;
  parts p = eval_parts(
      c, work,
      &(load){work->free_time, work->nudged_time, work->phases, work->nudged, n_read, work->averages});
  if (work->computed) p = (parts){0};
  const double digital = energy->value[EPX_ENERGY_DIGITAL_STEP_ENERGY][k];
  const double arithmetic = work->computed ? 0 : work->arithmetic[k],
               input = work->computed ? 0 : work->input[k];
  const double step = work->computed ? digital : eval_sum(&p) + arithmetic + input;
  const double updates = work->steps > 0 ? all / work->steps : NAN;
  const double none = work->steps > 0 ? 0 : NAN; /* a step that was not taken */
  energy->value[EPX_ENERGY_STEP_LASER][k] = p.laser + none;
  energy->value[EPX_ENERGY_STEP_HEATERS][k] = p.heaters + none;
  energy->value[EPX_ENERGY_STEP_MODULATORS][k] = p.modulators + none;
  energy->value[EPX_ENERGY_STEP_RECEIVERS][k] = p.receivers + none;
  energy->value[EPX_ENERGY_STEP_CONVERTERS][k] = p.converters + none;
  energy->value[EPX_ENERGY_STEP_UPDATES][k] = updates;
  energy->value[EPX_ENERGY_STEP_INPUT][k] = input + none;
  energy->value[EPX_ENERGY_STEP_ARITHMETIC][k] = arithmetic + none;
  energy->value[EPX_ENERGY_STEP_ENERGY][k] = step + updates;
  energy->value[EPX_ENERGY_TRAINING_ENERGY][k] = work->steps * step + all + work->elsewhere * digital;
}

void epx_energy_eval(const epx_energy_spec *spec, const epx_energy_work *work, epx_energy *energy) {
  for (int k = 0; k < EPX_ENERGY_CASES; k++) {
    set_digital(&spec->cases[k], work, k, energy);
    set_inference(&spec->cases[k], work, k, energy);
    set_step(&spec->cases[k], work, k, energy);
    set_size(&spec->cases[k], work, k, energy);
  }
}
