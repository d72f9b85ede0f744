/** @internal @file
 * Schema: the rows of `reference`. Included by schema.c alone, whose shorthands it uses.
 */
#define REFERENCE_ROWS                                                                                       \
  {"reference", EPX_SCHEMA_SECTION, .optional = true, .applies = "task.goal: classes",                       \
   .meaning = "digital models that light is held against at equal accuracy, for the metrics reference_... "  \
              "and `epilux reference`"},                                                                     \
      {"reference.target",                                                                                   \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .above = true,                                                                                        \
       .required = true,                                                                                     \
       .example = "0.93",                                                                                    \
       .meaning = "accuracy over held-out samples that a model must reach, and where its training stops on " \
                  "the validation part: the mean accuracy of the networks of light"},                        \
      {"reference.margin",                                                                                   \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .above = true,                                                                                        \
       .high = 1,                                                                                            \
       .fallback = "0.01",                                                                                   \
       .meaning = "a model reaches the target where the lower end of its accuracy's interval is at most "    \
                  "this below; trainings also stop at the target plus one and two margins"},                 \
      {"reference.confidence",                                                                               \
       REAL,                                                                                                 \
       .low = 0.5,                                                                                           \
       .high = 1,                                                                                            \
       .below = true,                                                                                        \
       .fallback = "0.95",                                                                                   \
       .meaning = "confidence of that lower end, one-sided; 0.5: the mean decides"},                         \
      {"reference.splits",                                                                                   \
       EPX_SCHEMA_INTEGER,                                                                                   \
       .unit = "1",                                                                                          \
       .low = 2,                                                                                             \
       .high = 1000,                                                                                         \
       .fallback = "10",                                                                                     \
       .meaning = "random splits of the samples on which every model is trained; the first is the task's"},  \
      {"reference.batch", COUNT, .low = 1, .fallback = "32", .meaning = "samples an update"},                \
      {"reference.widths",                                                                                   \
       EPX_SCHEMA_INTEGERS,                                                                                  \
       .unit = "1",                                                                                          \
       .low = 1,                                                                                             \
       .high = 1000000,                                                                                      \
       .fallback = "[1, 2, 4, 8, 16, 32, 64, 128, 256]",                                                     \
       .meaning = "hidden units of the networks of one hidden layer, rising; tried after models without, "   \
                  "up to the one behind the first that reaches the target"},
