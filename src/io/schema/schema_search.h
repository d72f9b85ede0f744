/** @internal @file
 * Schema, the section search: the design's points are searched for while the campaign runs.
 */
#ifndef EPILUX_IO_SCHEMA_SCHEMA_SEARCH_H
#define EPILUX_IO_SCHEMA_SCHEMA_SEARCH_H

#define SEARCH_ROWS                                                                                          \
  {"search", EPX_SCHEMA_SECTION, .optional = true,                                                           \
   .meaning = "the campaign looks for the best point: design.method: halton begins it, points are all "      \
              "evaluations; the last two are the best point and point 0 on fresh instances"},                \
      {"search.minimise", EPX_SCHEMA_TEXT, .optional = true, .example = "loss",                              \
       .meaning = "a metric of the deck"},                                                                   \
      {"search.maximise", EPX_SCHEMA_TEXT, .optional = true, .example = "yield",                             \
       .meaning = "a metric of the deck, or yield; instead of `minimise`"},                                  \
      {"search.statistic", WORD(statistic), .fallback = "mean",                                              \
       .meaning = "of the metric over the instances; tail: the mean of the worst"},                          \
      {"search.level",                                                                                       \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .above = true,                                                                                        \
       .below = true,                                                                                        \
       .fallback = "0.9",                                                                                    \
       .applies = "search.statistic: quantile tail",                                                         \
       .meaning = "probability of the quantile; share of instances that are not in the tail"},               \
      {"search.yield_at_least",                                                                              \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .above = true,                                                                                        \
       .optional = true,                                                                                     \
       .example = "0.9",                                                                                     \
       .meaning = "yield that a point must have"},                                                           \
      {"search.method", WORD(search), .fallback = "bayesian",                                                \
       .meaning = "bayesian: a Gaussian process and the expected improvement; design: the points of the "    \
                  "design to the end, to compare with"},                                                     \
      {"search.batch", COUNT, .low = 1, .fallback = "4",                                                     \
       .meaning = "point i is chosen from the results of points 0 to i - batch, so that so many are under "  \
                  "way at once"},

#endif
