/** @internal @file
 * Schema, the section decide: how many trials a campaign runs, decided while it runs.
 */
#ifndef EPILUX_IO_SCHEMA_SCHEMA_DECIDE_H
#define EPILUX_IO_SCHEMA_SCHEMA_DECIDE_H

#define DECIDE_ROWS                                                                                          \
  {"decide", EPX_SCHEMA_SECTION, .optional = true,                                                           \
   .meaning =                                                                                                \
       "how many instances each point gets, at most population.instances, decided while the campaign "       \
       "runs; without this section all get all"},                                                            \
      {"decide.rule", WORD(stopping), .required = true, .example = "target",                                 \
       .meaning = "half-width: until the yield's interval is narrow enough; target: until the yield is "     \
                  "decided against a target; halving: rounds that keep the best points and double their "    \
                  "instances; doubling: of a sobol or halton design twice as many points, until the mean "   \
                  "yield over the design is known well enough"},                                             \
      {"decide.half_width",                                                                                  \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 0.5,                                                                                          \
       .above = true,                                                                                        \
       .required = true,                                                                                     \
       .example = "0.05",                                                                                    \
       .applies = "decide.rule: half-width doubling",                                                        \
       .meaning = "half of the interval's width"},                                                           \
      {"decide.target",                                                                                      \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .above = true,                                                                                        \
       .below = true,                                                                                        \
       .required = true,                                                                                     \
       .example = "0.9",                                                                                     \
       .applies = "decide.rule: target",                                                                     \
       .meaning = "the yield that points are compared with"},                                                \
      {"decide.keep",                                                                                        \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .above = true,                                                                                        \
       .below = true,                                                                                        \
       .fallback = "0.5",                                                                                    \
       .applies = "decide.rule: halving",                                                                    \
       .meaning = "share of the points that goes to the next round"},                                        \
      {"decide.first", COUNT, .low = 1, .fallback = "16",                                                    \
       .meaning = "instances of a point at its first look, then twice as many at each (half-width: a "       \
                  "quarter more); of doubling, "                                                             \
                  "points to begin with"},                                                                   \
      {"decide.budget",                                                                                      \
       COUNT,                                                                                                \
       .low = 1,                                                                                             \
       .optional = true,                                                                                     \
       .example = "4096",                                                                                    \
       .applies = "decide.rule: half-width target",                                                          \
       .meaning = "trials in all; points that are nearest to a decision go on first"},

#endif
