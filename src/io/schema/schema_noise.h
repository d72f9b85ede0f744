/** @internal @file
 * Schema: the rows of `noise`. Included by schema.c alone, whose shorthands it uses.
 */
#define NOISE_ROWS                                                                                           \
  {"noise", EPX_SCHEMA_SECTION, .optional = true,                                                            \
   .meaning = "white noise in the dynamics, in phases of a fixed length (equilibrium.duration): ds/dt = "    \
              "F(s) + xi, "                                                                                  \
              "<xi(t) xi(t')> = 2 D delta(t - t') of every component"},                                      \
      {"noise.step",                                                                                         \
       REAL,                                                                                                 \
       POSITIVE,                                                                                             \
       .required = true,                                                                                     \
       .example = "0.02",                                                                                    \
       .meaning = "step of the integrator (stochastic Heun, weak order 2), in the family's unit of time; "   \
                  "shortened so that a phase is whole steps"},                                               \
      {"noise.diffusion", REAL, NOT_NEGATIVE, .fallback = "0",                                               \
       .meaning =                                                                                            \
           "D of amplitudes and of each quadrature: squared amplitude over time; the temperature, in "       \
           "the unit of the energy, where the family has one"},                                              \
      {"noise.linewidth", REAL, NOT_NEGATIVE, .fallback = "0",                                               \
       .meaning = "of families of phases: full width at half maximum of a free oscillator's line, in rad "   \
                  "over time; D = linewidth / 2"},                                                           \
      {"noise.photons", REAL, NOT_NEGATIVE, .fallback = "0",                                                 \
       .meaning =                                                                                            \
           "families kerr and opo: number of photons at |a|^2 = 1, for the noise of vacuum that comes "      \
           "in by every loss, D += loss (2 thermal_photons + 1) / (8 photons); 0: none"},                    \
      {"noise.thermal_photons", REAL, NOT_NEGATIVE, .fallback = "0",                                         \
       .meaning = "photons in a mode of the surroundings, beside noise.photons"},                            \
      {"noise.window", REAL, NOT_NEGATIVE, .fallback = "0",                                                  \
       .meaning =                                                                                            \
           "states and outputs are read as means over so much of the end of each phase; 0: at its end"},     \
      {"noise.start", REAL, NOT_NEGATIVE, .fallback = "0",                                                   \
       .meaning = "standard deviation of normal starts, drawn for each instance and sample: of amplitudes "  \
                  "from 0, of angles from the family's start; 0: the family's start"},                       \
      {"noise.anneal", EPX_SCHEMA_SECTION, .optional = true,                                                 \
       .meaning = "what changes during a free phase, in a straight line"},                                   \
      {"noise.anneal.length",                                                                                \
       REAL,                                                                                                 \
       POSITIVE,                                                                                             \
       .required = true,                                                                                     \
       .example = "20",                                                                                      \
       .meaning = "time over which it changes; then it stays"},                                              \
      {"noise.anneal.parameter", WORD(parameter), .optional = true, .example = "pump",                       \
       .meaning = "parameter of nodes that begins at `from` and comes to its own value"},                    \
      {"noise.anneal.from", REAL, ANY, .fallback = "0",                                                      \
       .meaning = "where that parameter begins, in its own unit"},                                           \
      {"noise.anneal.left", REAL, NOT_NEGATIVE, .fallback = "1",                                             \
       .meaning = "share of the noise's D that is left at the end"},
