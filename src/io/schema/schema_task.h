/** @internal @file
 * Schema: the rows of the section task.
 */
#ifndef EPILUX_IO_SCHEMA_SCHEMA_TASK_H
#define EPILUX_IO_SCHEMA_SCHEMA_TASK_H

#define TASK_ROWS                                                                                            \
  {"task", EPX_SCHEMA_SECTION, .meaning = "the task to learn; `epilux list tasks`"},                         \
      {"task.name", WORD(task), .required = true, .example = "xor", .meaning = "name of the task"},          \
      {"task.path",                                                                                          \
       EPX_SCHEMA_TEXT,                                                                                      \
       .required = true,                                                                                     \
       .example = "samples.csv",                                                                             \
       .applies = "task.name: csv npz idx",                                                                  \
       .meaning = "file of the samples (csv, npz) or images (idx), path from the working folder"},           \
      {"task.goal", WORD(goal), .fallback = "numbers for sine and with `targets`, else classes",             \
       .derived = "task.name", .meaning = "what the outputs are to say of a sample; `epilux list goals`"},   \
      {"task.targets",                                                                                       \
       .type = EPX_SCHEMA_WORDS,                                                                             \
       .required = true,                                                                                     \
       .example = "[y]",                                                                                     \
       .applies = "task.name: csv npz; task.goal: numbers",                                                  \
       .meaning = "columns of the real targets, one per output: names from the header, or numbers from 1 "   \
                  "(npz: names of arrays); "                                                                 \
                  "the other columns are features"},                                                         \
      {"task.target_scaling", WORD(scaling), .fallback = "none", .applies = "task.goal: numbers",            \
       .meaning =                                                                                            \
           "scaling of the real targets to what outputs can reach; errors are in the data's own unit"},      \
      {"task.features", EPX_SCHEMA_TEXT, .fallback = "X", .applies = "task.name: npz",                       \
       .meaning = "array of the features, one sample for each index of its first axis"},                     \
      {"task.label",                                                                                         \
       EPX_SCHEMA_TEXT,                                                                                      \
       .optional = true,                                                                                     \
       .example = "class",                                                                                   \
       .applies = "task.name: csv npz; task.goal: classes features",                                         \
       .meaning = "column of the class: a name from the header, or a number from 1 (default: the last "      \
                  "column); npz: name of an array (default: y)"},                                            \
      {"task.header", WORD(csv_header), .fallback = "auto", .applies = "task.name: csv",                     \
       .meaning =                                                                                            \
           "whether the first line contains the names of the columns; auto: decided from the contents"},     \
      {"task.labels",                                                                                        \
       EPX_SCHEMA_TEXT,                                                                                      \
       .required = true,                                                                                     \
       .example = "labels.idx",                                                                              \
       .applies = "task.name: idx",                                                                          \
       .meaning = "file of the labels"},                                                                     \
      {"task.test_path",                                                                                     \
       EPX_SCHEMA_TEXT,                                                                                      \
       .optional = true,                                                                                     \
       .example = "t10k-images-idx3-ubyte.gz",                                                               \
       .applies = "task.name: idx",                                                                          \
       .meaning = "file of the held-out images, which are all used; instead of `test_fraction`"},            \
      {"task.test_labels",                                                                                   \
       EPX_SCHEMA_TEXT,                                                                                      \
       .optional = true,                                                                                     \
       .example = "t10k-labels-idx1-ubyte.gz",                                                               \
       .applies = "task.name: idx",                                                                          \
       .meaning = "file of the labels of the held-out images"},                                              \
      {"task.classes",                                                                                       \
       EPX_SCHEMA_INTEGERS,                                                                                  \
       .unit = "1",                                                                                          \
       .low = 0,                                                                                             \
       .high = INT_MAX,                                                                                      \
       .optional = true,                                                                                     \
       .example = "[0, 1, 2, 3, 4]",                                                                         \
       .applies = "task.goal: classes features",                                                             \
       .meaning = "classes to keep, by their numbers in `epilux check` (idx: by their labels); the first "   \
                  "one belongs to the first output (default: all)"},                                         \
      {"task.samples", COUNT, .low = 0, .fallback = "0",                                                     \
       .meaning = "number of samples to use, drawn by the seed; 0: all (moons: 200; sine: 64 to train on)"}, \
      {"task.optimum",                                                                                       \
       REAL,                                                                                                 \
       ANY,                                                                                                  \
       .optional = true,                                                                                     \
       .example = "-20",                                                                                     \
       .applies = "task.name: ground-state",                                                                 \
       .meaning =                                                                                            \
           "energy of the ground state, in the values of the edge list, where it is known (default: of "     \
           "up to 24 spins found by trying all states)"},                                                    \
      {"task.noise",                                                                                         \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "0.1",                                                                                    \
       .applies = "task.name: moons",                                                                        \
       .meaning = "standard deviation added to both coordinates"},                                           \
      {"task.test_fraction",                                                                                 \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .below = true,                                                                                        \
       .fallback = "that of the task (0.2; xor and sine: 0), or 0 with `test_path`",                         \
       .derived = "task.name task.test_path",                                                                \
       .meaning = "fraction of each class that is held out for the metrics of the result"},                  \
      {"task.validation_fraction",                                                                           \
       REAL,                                                                                                 \
       .low = 0,                                                                                             \
       .high = 1,                                                                                            \
       .below = true,                                                                                        \
       .fallback = "0",                                                                                      \
       .meaning = "fraction of the other samples of each class that is used for validation: for early "      \
                  "stopping, and to select hyperparameters"},                                                \
      {"task.constant", EPX_SCHEMA_BOOLEAN, .fallback = "false",                                             \
       .meaning = "add a last feature that is 1 in every sample: a constant drive"},                         \
      {"task.scaling", WORD(scaling), .fallback = "the task's", .derived = "task.name",                      \
       .meaning = "scaling of the features"},                                                                \
      {"task.encoding", EPX_SCHEMA_SECTION,                                                                  \
       .meaning = "how the number of features is reduced to the number of inputs"},                          \
      {"task.encoding.reduction", WORD(reduction), .fallback = "none",                                       \
       .meaning =                                                                                            \
           "reduction of the scaled features, before the constant one is added; `epilux list reductions`"},  \
      {"task.encoding.ports",                                                                                \
       COUNT,                                                                                                \
       .low = 1,                                                                                             \
       .required = true,                                                                                     \
       .example = "10",                                                                                      \
       .applies = "task.encoding.reduction: pca",                                                            \
       .meaning = "number of principal components; each becomes one feature"},                               \
      {"task.encoding.whiten", EPX_SCHEMA_BOOLEAN, .fallback = "false",                                      \
       .applies = "task.encoding.reduction: pca",                                                            \
       .meaning = "scale each component by its own standard deviation, instead of that of the first"},       \
      {"task.encoding.window",                                                                               \
       COUNT,                                                                                                \
       .low = 1,                                                                                             \
       .required = true,                                                                                     \
       .example = "4",                                                                                       \
       .applies = "task.encoding.reduction: mean-pooling",                                                   \
       .meaning = "edge of the windows in pixels"},                                                          \
      {"task.encoding.copies", COUNT, .low = 1, .fallback = "1",                                             \
       .meaning = "number of copies of each feature (all features, then all again), each on its own node; "  \
                  "made before the constant feature is added"},

#endif
