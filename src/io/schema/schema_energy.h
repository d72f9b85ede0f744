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
#define OPTIMISTIC_ROW(member, text, best, real, today, from, to, assumed, source, bought, what)             \
  ENERGY_ROW("optimistic", member, text, best, from, to, what)
#define BUDGETED_ROW(member, text, best, real, today, from, to, assumed, source, bought, what)               \
  ENERGY_ROW("budgeted", member, text, real, from, to, what)
#define TODAY_ROW(member, text, best, real, today, from, to, assumed, source, bought, what)                  \
  ENERGY_ROW("today", member, text, today, from, to, what)

#define ENERGY_ROWS                                                                                          \
  {"energy", EPX_SCHEMA_SECTION, .optional = true,                                                           \
   .meaning = "energy cost of each part, for the metrics in J; defaults as listed here, sources in `epilux " \
              "list energies`"},                                                                             \
      {"energy.rate_unit",                                                                                   \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "s-1",                                                                                        \
       POSITIVE,                                                                                             \
       .optional = true,                                                                                     \
       .example = "1e10",                                                                                    \
       .meaning = "SI value of a rate of 1 (default: the family's own, or from network.device; kerr "        \
                  "without: 1e10, assumed)"},                                                                \
      {"energy.power_unit",                                                                                  \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "W",                                                                                          \
       POSITIVE,                                                                                             \
       .optional = true,                                                                                     \
       .example = "1e-3",                                                                                    \
       .meaning = "SI value of a power of 1 (default: the family's own, or from network.device; kerr "       \
                  "without: 1e-3, assumed)"},                                                                \
      {"energy.optimistic", EPX_SCHEMA_SECTION,                                                              \
       .meaning = "optimistic case: the best published components"},                                         \
      EPX_ENERGIES(OPTIMISTIC_ROW){                                                                          \
          "energy.budgeted", EPX_SCHEMA_SECTION,                                                             \
          .meaning = "budgeted case: with the losses, margins and read-outs of a complete system"},          \
      EPX_ENERGIES(BUDGETED_ROW){"energy.today", EPX_SCHEMA_SECTION,                                         \
                                 .meaning = "case of today: parts that one can buy"},                        \
      EPX_ENERGIES(TODAY_ROW)
