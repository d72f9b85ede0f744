/** @file
 * Energy: what one inference and one training step cost on a photonic network, part by part, and what the same network
 * costs when a digital machine emulates it. The emulation is no rival: study/reference has that. Every number three times: with
 * components as good as published ones get (optimistic), with the losses, margins and read-outs that a system needs
 * (budgeted), and with parts that one can buy on both sides (today): there a digital multiplication is that of a whole board in
 * full use, so that memory costs nothing more.
 *
 * Of one sample, with T the sum of the lengths of its phases, each with averages * read_time [s]: of an inference how long its
 * outputs take (inference_time), of a training step its free phase and the rule's n_phi - 1 others (free_time, nudged_time;
 * learner.h says how they are measured), m the parts inside the network (machine.h), and n_read the detectors that read: of an
 * inference one an output, two of a balanced pair; of a rule that wants states one for every component (two
 * quadratures are two receivers) of each output, and of the share nodes_read of the other nodes:
 *
 *   laser       [T (P + n_read P_r) 10^(L/10) + T lines division detector_power 10^(L/10)
 *                + T (laser_pump laser_threshold + opo_pump opo_threshold)] / wall_plug,
 *               P = max(light that the drives deliver, mean over samples, n_outputs detector_power),
 *               P_r the reference of a homodyne receiver, which every detector beats with,
 *               L = coupler + modulator + waveguide + margin + splitters splitter_loss + meshes mesh_loss
 *                   + passed ring_loss [dB]
 *   heaters     T (locked ring_heater + shifters weight_heater); what a process's own heaters take replaces the first
 *   modulators  T n_inputs modulator_bias + n_inputs modulator_energy + T drivers driver_power; of each nudged phase as
 *               many again for every component of an output: they set the error
 *   receivers   T (n_read + receivers) receiver_power
 *   converters  n_inputs dac_energy + n_read averages adc_energy; of each nudged phase a dac_energy for every component of
 *               an output
 *   updates     writes a sample: write_energy each
 *   input       what a digital machine does to a sample before it enters, arithmetic what it does to what is read: by the
 *               same prices as every digital model (study/reference/digital_cost.h)
 *   footprint   locked ring_area + interferometers mesh_area + lasers laser_area + (n_inputs + drivers) modulator_area
 *                 + (n_read + receivers) receiver_area; n_read of a step where one is taken in situ
 *   latency     inference_time + read_time
 *
 * T, receivers and converters of a step count n_phi times, the drive once. Digitally, with
 * M = components (2 n_links + n_nodes) multiplications an iteration of the dynamics and W = 2 n_links + components
 * n_nodes words of two bytes moved,
 *
 *   macs    iterations M mac_energy
 *   memory  iterations W buffer_energy + (n_links + n_nodes) memory_energy
 *
 * and a step three times that (forwards, the adjoint, the gradient), and six words an update of a weight. A rule that
 * is computed, not measured, costs the digital step and the updates.
 */
#ifndef EPILUX_STUDY_ENERGY_ENERGY_H
#define EPILUX_STUDY_ENERGY_ENERGY_H

#include <stdbool.h>
#include <stddef.h>

#include "photonic/device/device.h"
#include "study/energy/machine.h"

/** X(member, unit, optimistic, budgeted, today, low, high, assumed, source, source of today, meaning) */
#define EPX_ENERGIES(X)                                                                                      \
  X(wall_plug, "1", 0.2, 0.1, 0.05, 1e-3, 1, false,                                                          \
    "Mukherjee2026: 10 ... 15 % typical, 20 % a common assumption",                                          \
    "assumed: cooled module, 50 mW of light for 1 W", "optical power of the laser per electrical power")     \
  X(coupler_loss, "dB", 0.6, 2, 3, 0, 60, false, "Mukherjee2026: edge couplers, 0.6 ... 2 dB",               \
    "assumed: couplers of a multi-project wafer, 3 dB", "coupling loss from the laser to the chip")          \
  X(modulator_loss, "dB", 1, 2.5, 5, 0, 60, false, "Mukherjee2026: ring modulators, 1 ... 2.5 dB",           \
    "assumed: travelling-wave modulator of a multi-project wafer, 5 dB",                                     \
    "insertion loss of the input modulator")                                                                 \
  X(waveguide_loss, "dB", 0.03, 0.3, 2, 0, 60, true,                                                         \
    "Mukherjee2026: nitride, 0.03 dB/cm; that it is 1 and 10 cm of it is assumed",                           \
    "assumed: 1 cm of silicon strip at 2 dB/cm", "waveguide loss on the chip")                               \
  X(splitter_loss, "dB", 0.05, 0.3, 0.3, 0, 60, false, "Mukherjee2026: Y branches, 0.05 ... 0.3 dB",         \
    "assumed: as budgeted", "excess loss of splitters, beyond the division of power")                        \
  X(mesh_loss, "dB", 0.1, 0.5, 0.5, 0, 60, true,                                                             \
    "common engineering knowledge: two splitters and two shifters in a row", "assumed: as budgeted",         \
    "loss of one interferometer of a mesh")                                                                  \
  X(ring_loss, "dB", 0.01, 0.1, 0.1, 0, 60, true,                                                            \
    "common engineering knowledge: a ring of another wavelength", "assumed: as budgeted",                    \
    "loss of passing one ring of a bank of weights")                                                         \
  X(margin, "dB", 0, 5, 5, 0, 60, false, "Mukherjee2026: 2 + 3 dB", "assumed: as budgeted",                  \
    "margin of the link budget")                                                                             \
  X(detector_power, "W", 3.2e-6, 28e-6, 40e-6, 0, 1, false,                                                  \
    "Zhu2024: sensitivity of -25 dBm; Mukherjee2026: 2 uA of noise, signal to noise 7, 1 A/W",               \
    "TexasInstruments2011: sensitivity of -14 dBm at 10.3 Gb/s",                                             \
    "least optical power at the detector of an output")                                                      \
  X(laser_threshold, "W", 0.1e-3, 2e-3, 20e-3, 0, 1e3, true,                                                 \
    "common engineering knowledge: thresholds of surface emitters, 0.1 ... 1 mA at some 2 V; as light, "     \
    "before wall_plug",                                                                                      \
    "assumed: edge emitter, 10 mA at 2 V",                                                                   \
    "pump power at which one laser of the families laser and laser-b begins to emit")                        \
  X(opo_threshold, "W", 30e-6, 1e-3, 20e-3, 0, 1e3, true,                                                    \
    "Lu2021: 30 uW, lithium niobate ring; budgeted: common engineering knowledge",                           \
    "assumed: tens of mW, as nitride rings need",                                                            \
    "pump power at which one parametric oscillator begins to emit")                                          \
  X(ring_heater, "W", 2.4e-3, 4.6e-3, 12.5e-3, 0, 1, false, "Mukherjee2026: lock of a ring, 2.4 ... 4.6 mW", \
    "assumed: half of a metal heater's P_pi of 25 mW", "heater power per node")                              \
  X(weight_heater, "W", 0, 2.8e-3, 12.5e-3, 0, 1, true,                                                      \
    "0: weights that stay; half of an efficient P_pi of 5.6 mW; Mukherjee2026: undercut, 2.8 mW",            \
    "assumed: half of a metal heater's P_pi of 25 mW", "heater power that holds one trained parameter")      \
  X(modulator_bias, "W", 0, 1.2e-3, 1.2e-3, 0, 1, false, "Zhu2024: ring modulator, 1.2 mW",                  \
    "assumed: as budgeted", "bias power of one input modulator")                                             \
  X(modulator_energy, "J", 42e-15, 419e-15, 50e-12, 0, 1, false,                                             \
    "Zhu2024: 42 fJ a bit; Mukherjee2026: transmitter of four bits, 419 fJ",                                 \
    "assumed: driver of 0.5 W at 10 GS/s", "energy of setting one input")                                    \
  X(driver_power, "W", 0.42e-3, 4.19e-3, 0.5, 0, 10, true,                                                   \
    "Zhu2024, Mukherjee2026: modulator_energy at 10 GS/s; that analogue drivers take as much is assumed",    \
    "assumed: driver of 10 GS/s", "driver of one modulator inside the network")                              \
  X(receiver_power, "W", 3e-3, 85e-3, 0.1, 0, 10, false,                                                     \
    "Zhu2024: 3 mW; Mukherjee2026: linear, four bits, 85 mW",                                                \
    "assumed: amplifier of 10 Gb/s, 30 mA at 3.3 V", "receiver power per detector that is read")             \
  X(dac_energy, "J", 3.6e-12, 3.6e-12, 0.64e-9, 0, 1, false, "Zhu2024: 50 mW at 14 GS/s, 8 bit",             \
    "AnalogDevices2013: 135 mW at 210 MS/s, 14 bit", "energy of setting one input")                          \
  X(adc_energy, "J", 1.1e-12, 1.48e-12, 0.5e-9, 0, 1, false,                                                 \
    "Chan2015: 5.5 mW at 5 GS/s, 6 bit; Liu2022 in Zhu2024: 14.8 mW at 10 GS/s, 8 bit",                      \
    "TexasInstruments2017: 2 W at 4 GS/s, 12 bit", "converter energy of one read of one component")          \
  X(read_time, "s", 1e-10, 1e-10, 2.5e-10, 0, 1, false, "Liu2022: a converter of 10 GS/s",                   \
    "TexasInstruments2017: 4 GS/s", "duration of one read")                                                  \
  X(nodes_read, "1", 0, 1, 1, 0, 1, true, "0: a local rule in analogue hardware; 1: all states are read",    \
    "assumed: as budgeted", "fraction of the other nodes that is read by a rule that needs their states")    \
  X(write_energy, "J", 0.96e-12, 3.6e-12, 0.64e-9, 0, 1, false,                                              \
    "Gao2025: GST, 0.96 pJ; a converter of 8 bit, 3.6 pJ", "AnalogDevices2013: a converter of 14 bit",       \
    "energy of one write of a weight")                                                                       \
  X(mac_energy, "J", 25e-15, 150e-15, 0.71e-12, 0, 1, true,                                                  \
    "8 bit, the multiplier alone, 25 fJ: no source is known; Mukherjee2026: 4 bit, 16 nm, 150 fJ",           \
    "Lockwood2026: H100, 700 W at 1979 TOPS of 8 bit, all of it in use: the whole board, memory too",        \
    "digital: energy of one multiply-add")                                                                   \
  X(mac16_energy, "J", 0.59e-12, 2e-12, 1.41e-12, 0, 1, true,                                                \
    "Jouppi2021: 7 nm, bfloat16 product 0.21, 32-bit sum 0.38 pJ, not looked up again; Horowitz2014: 45 "    \
    "nm, 16-bit product 1.1, 32-bit sum 0.9 pJ",                                                             \
    "Lockwood2026: H100, 700 W at 989 TFLOPS of bfloat16, all of it in use: the whole board, memory too",    \
    "digital: energy of one multiply-add in 16-bit words with a 32-bit sum")                                 \
  X(register_energy, "J", 0.15e-12, 0.61e-12, 0, 0, 1, false,                                                \
    "Sze2017: registers of 1 kB cost a sixth of a buffer", "0: in mac_energy",                               \
    "digital: energy of reading two bytes from registers, where all words take at most 1 kB")                \
  X(buffer_energy, "J", 0.92e-12, 3.66e-12, 0, 0, 1, false,                                                  \
    "Zhu2024: global buffer 0.92 pJ; larger one and network on chip 1.66 + 2.0 pJ", "0: in mac_energy",      \
    "digital: energy of reading two bytes from the buffer")                                                  \
  X(memory_energy, "J", 0, 62e-12, 0, 0, 1, false, "0: all stays on chip; Zhu2024: DRAM 62 pJ",              \
    "0: in mac_energy", "digital: energy of reading two bytes from memory")                                  \
  X(iterations, "1", 10, 40, 40, 1, 1e9, true,                                                               \
    "common engineering knowledge: few steps of Newton's kind; 40 crude steps settle a network of 74 rings", \
    "assumed: as budgeted", "digital: iterations to the equilibrium")                                        \
  X(ring_area, "mm2", 4e-4, 0.01, 0.04, 0, 1e6, true,                                                        \
    "common engineering knowledge: radius of 5 um; with a pad of its heater at a pitch of 100 um",           \
    "assumed: pitch of 200 um", "footprint of a ring with its heater and pad")                               \
  X(mesh_area, "mm2", 0.01, 0.05, 0.2, 0, 1e6, true,                                                         \
    "common engineering knowledge: arms of 100 um; pads of two heaters at a pitch of 100 um",                \
    "assumed: two pads at a pitch of 200 um and isolated arms",                                              \
    "footprint of one interferometer of a mesh with its heaters and pads")                                   \
  X(modulator_area, "mm2", 4e-4, 0.01, 0.9, 0, 1e6, true, "common engineering knowledge: ring modulators",   \
    "assumed: travelling-wave modulator, 3 mm by 0.3 mm", "footprint of a modulator with its pad")           \
  X(laser_area, "mm2", 0.01, 0.25, 0.25, 0, 1e6, true,                                                       \
    "common engineering knowledge: surface emitters at a pitch of 100 um; edge emitters, 1 mm by 0.25 mm",   \
    "assumed: as budgeted", "footprint of a laser")                                                          \
  X(receiver_area, "mm2", 4e-4, 0.01, 0.04, 0, 1e6, true,                                                    \
    "common engineering knowledge: photodiode of 20 um; with a pad at a pitch of 100 um",                    \
    "assumed: pad at a pitch of 200 um", "footprint of a photodiode with its pad")

typedef struct {
#define EPX_ENERGY_MEMBER(member, unit, optimistic, budgeted, today, low, high, assumed, source, bought,     \
                          meaning)                                                                           \
  double member;
  EPX_ENERGIES(EPX_ENERGY_MEMBER)
#undef EPX_ENERGY_MEMBER
} epx_energy_case;

/** The cases. M(X, name, text, meaning) */
#define EPX_ENERGY_KINDS(M, X)                                                                               \
  M(X, OPTIMISTIC, "optimistic", "optimistic case")                                                          \
  M(X, BUDGETED, "budgeted", "loss-budgeted case")                                                           \
  M(X, TODAY, "today", "case of parts that one can buy")

typedef enum {
#define EPX_ENERGY_KIND(none, name, text, meaning) EPX_##name,
  EPX_ENERGY_KINDS(EPX_ENERGY_KIND, )
#undef EPX_ENERGY_KIND
      EPX_ENERGY_CASES
} epx_energy_kind;

/** The cases as components with quantities: defaults, ranges, sources. */
extern const epx_device epx_energy_device[EPX_ENERGY_CASES];

typedef struct {
  double rate;  /* what a rate of 1 is [1/s]; 0: the family's or the device's */
  double power; /* what a power of 1 is [W]; 0: likewise */
  epx_energy_case cases[EPX_ENERGY_CASES];
} epx_energy_spec;

/** What is evaluated of each case. M(X, name, metric, unit, meaning), X for M to use */
#define EPX_ENERGY_ENTRIES(M, X)                                                                             \
  M(X, INFERENCE_LASER, "inference_laser", "J", "lasers of one inference")                                   \
  M(X, INFERENCE_HEATERS, "inference_heaters", "J", "heaters of one inference")                              \
  M(X, INFERENCE_MODULATORS, "inference_modulators", "J", "modulators of one inference")                     \
  M(X, INFERENCE_RECEIVERS, "inference_receivers", "J", "receivers of one inference")                        \
  M(X, INFERENCE_CONVERTERS, "inference_converters", "J", "converters of one inference")                     \
  M(X, INFERENCE_INPUT, "inference_input", "J",                                                              \
    "digital way of one sample to the inputs: its words, and a reduction such as pca")                       \
  M(X, INFERENCE_ENERGY, "inference_energy", "J", "electrical energy of one inference")                      \
  M(X, STEP_LASER, "step_laser", "J", "lasers of a training step, a sample")                                 \
  M(X, STEP_HEATERS, "step_heaters", "J", "heaters of a training step, a sample")                            \
  M(X, STEP_MODULATORS, "step_modulators", "J", "modulators of a training step, a sample")                   \
  M(X, STEP_RECEIVERS, "step_receivers", "J", "receivers of a training step, a sample")                      \
  M(X, STEP_CONVERTERS, "step_converters", "J", "converters of a training step, a sample")                   \
  M(X, STEP_UPDATES, "step_updates", "J", "writes of the weights in a training step, a sample")              \
  M(X, STEP_INPUT, "step_input", "J", "digital way to the inputs in a training step, a sample")              \
  M(X, STEP_ARITHMETIC, "step_arithmetic", "J",                                                              \
    "arithmetic and memory of the gradient and the update in a training step, a sample")                     \
  M(X, STEP_ENERGY, "step_energy", "J",                                                                      \
    "electrical energy of a training step in situ, a sample; of rules that are computed the digital step "   \
    "and "                                                                                                   \
    "the updates")                                                                                           \
  M(X, TRAINING_ENERGY, "training_energy", "J",                                                              \
    "electrical energy of an instance's training: in situ, by digital steps where it was trained "           \
    "elsewhere, and of writing what came from there")                                                        \
  M(X, DIGITAL_INFERENCE_MACS, "digital_inference_macs", "J", "multiplications of one inference, computed")  \
  M(X, DIGITAL_INFERENCE_MEMORY, "digital_inference_memory", "J",                                            \
    "memory traffic of one inference, computed")                                                             \
  M(X, DIGITAL_INFERENCE_ENERGY, "digital_inference_energy", "J", "energy of one inference, computed")       \
  M(X, DIGITAL_STEP_MACS, "digital_step_macs", "J",                                                          \
    "multiplications of a backprop step, a sample, computed")                                                \
  M(X, DIGITAL_STEP_MEMORY, "digital_step_memory", "J",                                                      \
    "memory traffic of a backprop step, a sample, computed")                                                 \
  M(X, DIGITAL_STEP_ENERGY, "digital_step_energy", "J", "energy of a backprop step, a sample, computed")     \
  M(X, DIGITAL_TRAINING_ENERGY, "digital_training_energy", "J",                                              \
    "energy of as many backprop steps as were trained, in situ and elsewhere")                               \
  M(X, LATENCY, "latency", "s", "time from a sample's light to its reading: an inference and one read")      \
  M(X, THROUGHPUT, "throughput", "1/s", "samples a second, one after another: the inverse of latency")       \
  M(X, TOPS, "tops", "1e12 1/s",                                                                             \
    "operations a second as accelerators count them: two for each coupling and decay that light meets in "   \
    "an inference, over latency")                                                                            \
  M(X, FOOTPRINT, "footprint", "mm2",                                                                        \
    "footprint of the rings, interferometers, modulators, lasers and receivers, without guides and "         \
    "electronics")                                                                                           \
  M(X, HEATERS, "heaters", "1",                                                                              \
    "heaters that hold a ring, an interferometer or a weight; weights without heater power need none")

typedef enum {
#define EPX_ENERGY_ENUM(none, name, metric, unit, meaning) EPX_ENERGY_##name,
  EPX_ENERGY_ENTRIES(EPX_ENERGY_ENUM, )
#undef EPX_ENERGY_ENUM
      EPX_ENERGY_ENTRY_COUNT
} epx_energy_entry;

/** What one instance did. */
typedef struct {
  double inference_time, free_time, nudged_time; /* lengths of phases, one clock for all samples [s] */
  double optical_power;                          /* that the drives deliver, mean over samples [W] */
  double reference;                              /* of a homodyne receiver, of each detector [W]; 0: none */
  double ring_heaters;                           /* of a process [W]; NaN: none, ring_heater of each node */
  int n_nodes, components, n_inputs, n_outputs;
  int detectors; /* that read one output of an inference */
  double n_links, n_trained;
  epx_machine machine;                 /* parts inside the network */
  bool computed;                       /* the rule reads nothing */
  bool nudged;                         /* the rule sets an error at the outputs in its phases */
  bool reads_states;                   /* the rule wants states, not the cost alone */
  double input[EPX_ENERGY_CASES];      /* digital way of a sample to the inputs [J] */
  double arithmetic[EPX_ENERGY_CASES]; /* of a gradient in situ and its share of an update, a sample [J] */
  double phases;                       /* of a training step beside the free one, a sample */
  double averages;                     /* of each read in training */
  double batch;                        /* samples an update */
  double steps;                        /* samples trained on in situ, each as often as it was; 0: none */
  double elsewhere; /* samples trained on by a digital model, each as often as it was; 0: none */
  double writes;    /* of one trained parameter, over all of that */
} epx_energy_work;

typedef struct {
  double value[EPX_ENERGY_ENTRY_COUNT][EPX_ENERGY_CASES]; /* in the entry's unit */
} epx_energy;

/** Inits the cases to their defaults, and the units to the device's. */
void epx_energy_init(epx_energy_spec *spec);

/** Evaluates every entry of every case. Entries of a step are NaN where nothing was trained in situ. */
void epx_energy_eval(const epx_energy_spec *spec, const epx_energy_work *work, epx_energy *energy);

#endif
