/** @file
 * Energy: what one inference and one training step cost on a photonic network, part by part, and what the same network
 * costs when a digital machine emulates it. The emulation is no rival: study/reference has that. Every number twice: with
 * components as good as published ones get (optimistic), and with the losses, margins and read-outs that a system needs
 * (budgeted).
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

/** X(member, unit, optimistic, budgeted, low, high, assumed, source, meaning) */
#define EPX_ENERGIES(X)                                                                                      \
  X(wall_plug, "1", 0.2, 0.1, 1e-3, 1, false,                                                                \
    "Mukherjee2026: 10 ... 15 % typical, 20 % a common assumption",                                          \
    "optical power of the laser per electrical power")                                                       \
  X(coupler_loss, "dB", 0.6, 2, 0, 60, false, "Mukherjee2026: edge couplers, 0.6 ... 2 dB",                  \
    "coupling loss from the laser to the chip")                                                              \
  X(modulator_loss, "dB", 1, 2.5, 0, 60, false, "Mukherjee2026: ring modulators, 1 ... 2.5 dB",              \
    "insertion loss of the input modulator")                                                                 \
  X(waveguide_loss, "dB", 0.03, 0.3, 0, 60, true,                                                            \
    "Mukherjee2026: nitride, 0.03 dB/cm; that it is 1 and 10 cm of it is assumed",                           \
    "waveguide loss on the chip")                                                                            \
  X(splitter_loss, "dB", 0.05, 0.3, 0, 60, false, "Mukherjee2026: Y branches, 0.05 ... 0.3 dB",              \
    "excess loss of splitters, beyond the division of power")                                                \
  X(mesh_loss, "dB", 0.1, 0.5, 0, 60, true,                                                                  \
    "common engineering knowledge: two splitters and two shifters in a row",                                 \
    "loss of one interferometer of a mesh")                                                                  \
  X(ring_loss, "dB", 0.01, 0.1, 0, 60, true, "common engineering knowledge: a ring of another wavelength",   \
    "loss of passing one ring of a bank of weights")                                                         \
  X(margin, "dB", 0, 5, 0, 60, false, "Mukherjee2026: 2 + 3 dB", "margin of the link budget")                \
  X(detector_power, "W", 3.2e-6, 28e-6, 0, 1, false,                                                         \
    "Zhu2024: sensitivity of -25 dBm; Mukherjee2026: 2 uA of noise, signal to noise 7, 1 A/W",               \
    "least optical power at the detector of an output")                                                      \
  X(laser_threshold, "W", 0.1e-3, 2e-3, 0, 1e3, true,                                                        \
    "common engineering knowledge: thresholds of surface emitters, 0.1 ... 1 mA at some 2 V; as light, "     \
    "before wall_plug",                                                                                      \
    "pump power at which one laser of the families laser and laser-b begins to emit")                        \
  X(opo_threshold, "W", 30e-6, 1e-3, 0, 1e3, true,                                                           \
    "Lu2021: 30 uW, lithium niobate ring; budgeted: common engineering knowledge",                           \
    "pump power at which one parametric oscillator begins to emit")                                          \
  X(ring_heater, "W", 2.4e-3, 4.6e-3, 0, 1, false, "Mukherjee2026: lock of a ring, 2.4 ... 4.6 mW",          \
    "heater power per node")                                                                                 \
  X(weight_heater, "W", 0, 2.8e-3, 0, 1, true,                                                               \
    "0: weights that stay; half of an efficient P_pi of 5.6 mW; Mukherjee2026: undercut, 2.8 mW",            \
    "heater power that holds one trained parameter")                                                         \
  X(modulator_bias, "W", 0, 1.2e-3, 0, 1, false, "Zhu2024: ring modulator, 1.2 mW",                          \
    "bias power of one input modulator")                                                                     \
  X(modulator_energy, "J", 42e-15, 419e-15, 0, 1, false,                                                     \
    "Zhu2024: 42 fJ a bit; Mukherjee2026: transmitter of four bits, 419 fJ", "energy of setting one input")  \
  X(driver_power, "W", 0.42e-3, 4.19e-3, 0, 10, true,                                                        \
    "Zhu2024, Mukherjee2026: modulator_energy at 10 GS/s; that analogue drivers take as much is assumed",    \
    "driver of one modulator inside the network")                                                            \
  X(receiver_power, "W", 3e-3, 85e-3, 0, 10, false,                                                          \
    "Zhu2024: 3 mW; Mukherjee2026: linear, four bits, 85 mW", "receiver power per detector that is read")    \
  X(dac_energy, "J", 3.6e-12, 3.6e-12, 0, 1, false, "Zhu2024: 50 mW at 14 GS/s, 8 bit",                      \
    "energy of setting one input")                                                                           \
  X(adc_energy, "J", 1.1e-12, 1.48e-12, 0, 1, false,                                                         \
    "Chan2015: 5.5 mW at 5 GS/s, 6 bit; Liu2022 in Zhu2024: 14.8 mW at 10 GS/s, 8 bit",                      \
    "converter energy of one read of one component")                                                         \
  X(read_time, "s", 1e-10, 1e-10, 0, 1, false, "Liu2022: a converter of 10 GS/s", "duration of one read")    \
  X(nodes_read, "1", 0, 1, 0, 1, true, "0: a local rule in analogue hardware; 1: all states are read",       \
    "fraction of the other nodes that is read by a rule that needs their states")                            \
  X(write_energy, "J", 0.96e-12, 3.6e-12, 0, 1, false,                                                       \
    "Gao2025: GST, 0.96 pJ; a converter of 8 bit, 3.6 pJ", "energy of one write of a weight")                \
  X(mac_energy, "J", 25e-15, 150e-15, 0, 1, true,                                                            \
    "8 bit, the multiplier alone, 25 fJ: no source is known; Mukherjee2026: 4 bit, 16 nm, 150 fJ",           \
    "digital: energy of one multiply-add")                                                                   \
  X(mac16_energy, "J", 0.59e-12, 2e-12, 0, 1, true,                                                          \
    "Jouppi2021: 7 nm, bfloat16 product 0.21, 32-bit sum 0.38 pJ, not looked up again; Horowitz2014: 45 "    \
    "nm, 16-bit product 1.1, 32-bit sum 0.9 pJ",                                                             \
    "digital: energy of one multiply-add in 16-bit words with a 32-bit sum")                                 \
  X(register_energy, "J", 0.15e-12, 0.61e-12, 0, 1, false,                                                   \
    "Sze2017: registers of 1 kB cost a sixth of a buffer",                                                   \
    "digital: energy of reading two bytes from registers, where all words take at most 1 kB")                \
  X(buffer_energy, "J", 0.92e-12, 3.66e-12, 0, 1, false,                                                     \
    "Zhu2024: global buffer 0.92 pJ; larger one and network on chip 1.66 + 2.0 pJ",                          \
    "digital: energy of reading two bytes from the buffer")                                                  \
  X(memory_energy, "J", 0, 62e-12, 0, 1, false, "0: all stays on chip; Zhu2024: DRAM 62 pJ",                 \
    "digital: energy of reading two bytes from memory")                                                      \
  X(iterations, "1", 10, 40, 1, 1e9, true,                                                                   \
    "common engineering knowledge: few steps of Newton's kind; 40 crude steps settle a network of 74 rings", \
    "digital: iterations to the equilibrium")

typedef struct {
#define EPX_ENERGY_MEMBER(member, unit, optimistic, budgeted, low, high, assumed, source, meaning)           \
  double member;
  EPX_ENERGIES(EPX_ENERGY_MEMBER)
#undef EPX_ENERGY_MEMBER
} epx_energy_case;

typedef enum { EPX_OPTIMISTIC, EPX_BUDGETED, EPX_ENERGY_CASES } epx_energy_kind;

/** The two cases as components with quantities: defaults, ranges, sources. */
extern const epx_device epx_energy_device[EPX_ENERGY_CASES];

typedef struct {
  double rate;  /* what a rate of 1 is [1/s]; 0: the family's or the device's */
  double power; /* what a power of 1 is [W]; 0: likewise */
  epx_energy_case cases[EPX_ENERGY_CASES];
} epx_energy_spec;

/** What is evaluated of each case, in J. M(X, name, metric, meaning), X for M to use */
#define EPX_ENERGY_ENTRIES(M, X)                                                                             \
  M(X, INFERENCE_LASER, "inference_laser", "lasers of one inference")                                        \
  M(X, INFERENCE_HEATERS, "inference_heaters", "heaters of one inference")                                   \
  M(X, INFERENCE_MODULATORS, "inference_modulators", "modulators of one inference")                          \
  M(X, INFERENCE_RECEIVERS, "inference_receivers", "receivers of one inference")                             \
  M(X, INFERENCE_CONVERTERS, "inference_converters", "converters of one inference")                          \
  M(X, INFERENCE_INPUT, "inference_input",                                                                   \
    "digital way of one sample to the inputs: its words, and a reduction such as pca")                       \
  M(X, INFERENCE_ENERGY, "inference_energy", "electrical energy of one inference")                           \
  M(X, STEP_LASER, "step_laser", "lasers of a training step, a sample")                                      \
  M(X, STEP_HEATERS, "step_heaters", "heaters of a training step, a sample")                                 \
  M(X, STEP_MODULATORS, "step_modulators", "modulators of a training step, a sample")                        \
  M(X, STEP_RECEIVERS, "step_receivers", "receivers of a training step, a sample")                           \
  M(X, STEP_CONVERTERS, "step_converters", "converters of a training step, a sample")                        \
  M(X, STEP_UPDATES, "step_updates", "writes of the weights in a training step, a sample")                   \
  M(X, STEP_INPUT, "step_input", "digital way to the inputs in a training step, a sample")                   \
  M(X, STEP_ARITHMETIC, "step_arithmetic",                                                                   \
    "arithmetic and memory of the gradient and the update in a training step, a sample")                     \
  M(X, STEP_ENERGY, "step_energy",                                                                           \
    "electrical energy of a training step in situ, a sample; of rules that are computed the digital step "   \
    "and "                                                                                                   \
    "the updates")                                                                                           \
  M(X, TRAINING_ENERGY, "training_energy",                                                                   \
    "electrical energy of an instance's training: in situ, by digital steps where it was trained "           \
    "elsewhere, and of writing what came from there")                                                        \
  M(X, DIGITAL_INFERENCE_MACS, "digital_inference_macs", "multiplications of one inference, computed")       \
  M(X, DIGITAL_INFERENCE_MEMORY, "digital_inference_memory", "memory traffic of one inference, computed")    \
  M(X, DIGITAL_INFERENCE_ENERGY, "digital_inference_energy", "energy of one inference, computed")            \
  M(X, DIGITAL_STEP_MACS, "digital_step_macs", "multiplications of a backprop step, a sample, computed")     \
  M(X, DIGITAL_STEP_MEMORY, "digital_step_memory", "memory traffic of a backprop step, a sample, computed")  \
  M(X, DIGITAL_STEP_ENERGY, "digital_step_energy", "energy of a backprop step, a sample, computed")          \
  M(X, DIGITAL_TRAINING_ENERGY, "digital_training_energy",                                                   \
    "energy of as many backprop steps as were trained, in situ and elsewhere")

typedef enum {
#define EPX_ENERGY_ENUM(none, name, metric, meaning) EPX_ENERGY_##name,
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
  double value[EPX_ENERGY_ENTRY_COUNT][EPX_ENERGY_CASES]; /* [J] */
} epx_energy;

/** Inits both cases to their defaults, and the units to the device's. */
void epx_energy_init(epx_energy_spec *spec);

/** Evaluates every entry of both cases. Entries of a step are NaN where nothing was trained in situ. */
void epx_energy_eval(const epx_energy_spec *spec, const epx_energy_work *work, epx_energy *energy);

#endif
