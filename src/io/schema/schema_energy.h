/** @internal @file
 * Schema: the rows of `energy`. Included by schema.c alone, whose shorthands it uses; quantities are those of
 * study/energy.h.
 */
#define ENERGY_ROW(section, member, text, value, from, to, what)                                             \
  {"energy." section "." #member,                                                                            \
   EPX_SCHEMA_REAL,                                                                                          \
   .unit = text,                                                                                             \
   .low = from,                                                                                              \
   .high = to,                                                                                               \
   .fallback = #value,                                                                                       \
   .meaning = what},
#define OPTIMISTIC_ROW(member, text, best, real, from, to, assumed, source, what)                            \
  ENERGY_ROW("optimistic", member, text, best, from, to, what)
#define BUDGETED_ROW(member, text, best, real, from, to, assumed, source, what)                              \
  ENERGY_ROW("budgeted", member, text, real, from, to, what)

#define ENERGY_ROWS                                                                                          \
  {"energy", EPX_SCHEMA_SECTION, .optional = true,                                                           \
   .meaning = "what parts cost, for the metrics in J; without the section, as here; `epilux list energies` " \
              "says where each number comes from"},                                                          \
      {"energy.rate_unit",                                                                                   \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "s-1",                                                                                        \
       POSITIVE,                                                                                             \
       .optional = true,                                                                                     \
       .example = "1e10",                                                                                    \
       .meaning = "what a rate of 1 is; without: what network.device says, else 1e10"},                      \
      {"energy.power_unit",                                                                                  \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "W",                                                                                          \
       POSITIVE,                                                                                             \
       .optional = true,                                                                                     \
       .example = "1e-3",                                                                                    \
       .meaning = "what a power of 1 is; without: what network.device says, else 1e-3"},                     \
      {"energy.optimistic", EPX_SCHEMA_SECTION, .meaning = "components as good as published ones get"},      \
      EPX_ENERGIES(OPTIMISTIC_ROW){"energy.budgeted", EPX_SCHEMA_SECTION,                                    \
                                   .meaning = "with the losses, margins and read-outs that a system needs"}, \
      EPX_ENERGIES(BUDGETED_ROW)
