/** @internal @file
 * Schema: the rows of networks that are distributed over ranks.
 */
#ifndef EPILUX_IO_SCHEMA_SCHEMA_DISTRIBUTED_H
#define EPILUX_IO_SCHEMA_SCHEMA_DISTRIBUTED_H

#define ENGINE_ROW                                                                                           \
  {"equilibrium.engine", WORD(engine), .fallback = "auto",                                                   \
   .meaning = "solve many small networks together, or one large network over ranks; `epilux list engines`"},

#define RANKS_ROW                                                                                            \
  {"population.ranks_per_network", COUNT, .low = 1, .fallback = "1",                                         \
   .meaning = "ranks that solve each distributed network together; results with different numbers of ranks " \
              "agree to the solver's tolerance, not bit by bit"},

#define PETSC_ROWS                                                                                           \
  {"petsc", EPX_SCHEMA_SECTION, .meaning = "the solvers of distributed networks"},                           \
      {"petsc.options", EPX_SCHEMA_TEXT, .optional = true, .example = "-ksp_type bcgs -log_view",            \
       .meaning = "options as on PETSc's command line (default: none); `epilux run --petsc` adds to them"},

#define FIELDS_ROW                                                                                           \
  {"keep_fields", EPX_SCHEMA_BOOLEAN, .fallback = "false",                                                   \
   .applies = "network.topology.kind: lattice; equilibrium.engine: auto distributed",                        \
   .meaning = "save amplitudes, drives and parameters of a distributed lattice after training (first "       \
              "instance of each point, first sample) to RESULTS.h5.fields.POINT.h5 and .xdmf"},

#endif
