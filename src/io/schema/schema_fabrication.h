/** @internal @file
 * Schema: the rows of `network.device` and of `process`. Included by schema.c alone, whose shorthands it uses; what a
 * table of photonic/ says of a quantity is taken from there.
 */
#define DEVICE_ROW(member, text, silicon, nitride, from, to, assumed, source, what)                          \
  {"network.device." #member,                                                                                \
   EPX_SCHEMA_REAL,                                                                                          \
   .unit = text,                                                                                             \
   .low = from,                                                                                              \
   .high = to,                                                                                               \
   .fallback = #silicon " in silicon, " #nitride " in silicon nitride",                                      \
   .derived = "network.device.material",                                                                     \
   .meaning = what},

#define DEVICE_ROWS                                                                                          \
  {"network.device", EPX_SCHEMA_SECTION, .optional = true,                                                   \
   .meaning = "geometry of the devices, the ring of each node or the guide of each phase shifter: what "     \
              "`process` changes, and of family kerr the SI units of the parameters (`epilux check`); "      \
              "`epilux list devices`"},                                                                      \
      {"network.device.material", WORD(material), .fallback = "silicon", .meaning = "material of the core"}, \
      EPX_RINGS(DEVICE_ROW)

#define SENSITIVITY_ROW(member, text, silicon, nitride, from, to, assumed, source, what)                     \
  {"process.sensitivity." #member,                                                                           \
   EPX_SCHEMA_REAL,                                                                                          \
   .unit = text,                                                                                             \
   .low = from,                                                                                              \
   .high = to,                                                                                               \
   .fallback = #silicon " in silicon, " #nitride " in silicon nitride",                                      \
   .derived = "process.sensitivity.material",                                                                \
   .meaning = what},

#define QUANTITY_ROW(section, member, text, value, from, to, what)                                           \
  {section #member, EPX_SCHEMA_REAL,    .unit = text,   .low = from,                                         \
   .high = to,      .fallback = #value, .meaning = what},
#define WAFER_ROW(member, text, value, from, to, assumed, source, what)                                      \
  QUANTITY_ROW("process.wafer.", member, text, value, from, to, what)
#define TRIM_ROW(member, text, value, from, to, assumed, source, what)                                       \
  QUANTITY_ROW("process.trim.", member, text, value, from, to, what)
#define HEATER_ROW(member, text, value, from, to, assumed, source, what)                                     \
  QUANTITY_ROW("process.heating.", member, text, value, from, to, what)

#define TERM(quantity, key, text, range, what)                                                               \
  {"process." quantity "." key, EPX_SCHEMA_REAL, .unit = text, range, .optional = true, .meaning = what},
#define TERM_ROWS(name, quantity, text, what)                                                                \
  {"process." quantity, EPX_SCHEMA_SECTION, .optional = true,                                                \
   .meaning = "deviation [" text "] " what "; values given here replace those of the preset"},               \
      TERM(quantity, "lot", text, NOT_NEGATIVE, "sigma of one draw per lot")                                 \
          TERM(quantity, "wafer", text, NOT_NEGATIVE, "sigma of one draw per wafer") TERM(                   \
              quantity, "die", text, NOT_NEGATIVE, "sigma of one draw per die"){                             \
              "process." quantity ".radial",                                                                 \
              EPX_SCHEMA_REALS,                                                                              \
              .unit = text,                                                                                  \
              ANY,                                                                                           \
              .optional = true,                                                                              \
              .example = "[0, 0]",                                                                           \
              .meaning =                                                                                     \
                  "up to four coefficients, of (r/R), (r/R)^2, ..., where R is the radius of the wafer"},    \
      TERM(quantity, "tilt_x", text, ANY, "change from the wafer's middle to its edge, along x")             \
          TERM(quantity, "tilt_y", text, ANY, "change from the wafer's middle to its edge, along y")         \
              TERM(quantity, "systematic", text, NOT_NEGATIVE, "sigma of a map over the reticle"){           \
                  "process." quantity ".systematic_kernel", WORD(kernel), .optional = true,                  \
                  .example = "gaussian", .meaning = "kernel of that map"},                                   \
      TERM(quantity, "systematic_length", "m", POSITIVE, "correlation length of that map")                   \
          TERM(quantity, "local", text, NOT_NEGATIVE, "sigma of a correlated field"){                        \
              "process." quantity ".kernel", WORD(kernel), .optional = true, .example = "exponential",       \
              .meaning = "kernel of that field; `epilux list kernels`"},                                     \
      TERM(quantity, "length", "m", POSITIVE,                                                                \
           "correlation length L of that field, as in the formula of the kernel")                            \
          TERM(quantity, "slope", SQUARE_##name, NOT_NEGATIVE,                                               \
               "kernel random-walk, instead of `local`: variance of a difference over the distance"){        \
              "process." quantity ".distances",                                                              \
              EPX_SCHEMA_REALS,                                                                              \
              .unit = "m",                                                                                   \
              NOT_NEGATIVE,                                                                                  \
              .optional = true,                                                                              \
              .example = "[0, 0.001, 0.002]",                                                                \
              .meaning = "kernel table: distances, rising from 0"},                                          \
      {"process." quantity ".correlations",                                                                  \
       EPX_SCHEMA_REALS,                                                                                     \
       .unit = "1",                                                                                          \
       .low = -1,                                                                                            \
       .high = 1,                                                                                            \
       .optional = true,                                                                                     \
       .example = "[1, 0.5, 0]",                                                                             \
       .meaning = "kernel table: correlations there, from 1 to 0"},                                          \
      TERM(quantity, "white", text, NOT_NEGATIVE, "sigma of one draw per device")                            \
          TERM(quantity, "white_length", "m", NOT_NEGATIVE,                                                  \
               "device length at which `white` holds; it falls with the square root of the length "          \
               "(default: any length)")

#define SQUARE_EPX_DEVIATION_WIDTH "m2/m"
#define SQUARE_EPX_DEVIATION_THICKNESS "m2/m"
#define SQUARE_EPX_DEVIATION_GAP "m2/m"
#define SQUARE_EPX_DEVIATION_ETCH "m2/m"
#define SQUARE_EPX_DEVIATION_LOSS "1/m"
#define SQUARE_EPX_DEVIATION_INDEX "1/m"
#define SQUARE_EPX_DEVIATION_TEMPERATURE "K2/m"
#define SQUARE_EPX_DEVIATION_CURRENT "1/m"

#define PROCESS_ROWS                                                                                         \
  {"process", EPX_SCHEMA_SECTION, .optional = true,                                                          \
   .meaning = "fabrication statistics from lot to wafer, die and device, applied before `variation`"},       \
      {"process.preset", WORD(process_preset), .fallback = "none",                                           \
       .meaning = "published process; `epilux list processes`"},                                             \
      {"process.without", WORDS(term), .fallback = "[]",                                                     \
       .meaning = "terms to leave out, for all quantities"},                                                 \
      {"process.corner", WORD(corner), .fallback = "none",                                                   \
       .meaning =                                                                                            \
           "in place of chance: all devices of all chips off by the same, at a corner of the process; "      \
           "none: chips are drawn; `epilux list corners`"},                                                  \
      {"process.corner_sigma",                                                                               \
       REAL,                                                                                                 \
       NOT_NEGATIVE,                                                                                         \
       .fallback = "3",                                                                                      \
       .applies = "process.corner: typical fast slow thick thin",                                            \
       .meaning = "how far a corner is out, in sigma of all random terms together"},                         \
      {"process.correlation",                                                                                \
       REAL,                                                                                                 \
       .low = -1,                                                                                            \
       .high = 1,                                                                                            \
       .fallback = "0",                                                                                      \
       .meaning = "correlation of width and thickness, in every random term"},                               \
      {"process.sampler", WORD(sampler), .fallback = "devices",                                              \
       .meaning =                                                                                            \
           "how local fields are drawn: devices (dies independent), or wafer (correlated over the wafer)"},  \
      {"process.padding",                                                                                    \
       REAL,                                                                                                 \
       .low = 1,                                                                                             \
       .high = 64,                                                                                           \
       .fallback = "2",                                                                                      \
       .applies = "process.sampler: wafer",                                                                  \
       .meaning =                                                                                            \
           "size of the periodic field relative to the wafer; larger for longer correlation lengths"},       \
      {"process.sensitivity", EPX_SCHEMA_SECTION, .applies = "network.device: none",                         \
       .meaning = "what a deviation does, stated where network.device gives no geometry; the defaults are "  \
                  "those of a common guide, or of the preset"},                                              \
      {"process.sensitivity.material", WORD(material), .derived = "network.preset",                          \
       .fallback = "silicon, or the preset's", .meaning = "of the guides; the defaults below are its"},      \
      EPX_SENSITIVITIES(SENSITIVITY_ROW){                                                                    \
          "process.placement", EPX_SCHEMA_SECTION,                                                           \
          .meaning = "position of each device on its die, kind after kind; `epilux list families` says "     \
                     "what they are"},                                                                       \
      {"process.placement.kind", WORD(placement), .fallback = "grid",                                        \
       .meaning =                                                                                            \
           "a grid, row by row, or a CSV file with columns name, x_um, y_um and optionally radius_um"},      \
      {"process.placement.path",                                                                             \
       EPX_SCHEMA_TEXT,                                                                                      \
       .required = true,                                                                                     \
       .example = "placement.csv",                                                                           \
       .applies = "process.placement.kind: csv",                                                             \
       .meaning = "path of the file, from the working folder"},                                              \
      {"process.placement.columns",                                                                          \
       COUNT,                                                                                                \
       .low = 0,                                                                                             \
       .fallback = "0",                                                                                      \
       .applies = "process.placement.kind: grid",                                                            \
       .meaning = "columns of the grid; 0: as many as rows"},                                                \
      {"process.placement.pitch",                                                                            \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "m",                                                                                          \
       POSITIVE,                                                                                             \
       .fallback = "1e-4",                                                                                   \
       .applies = "process.placement.kind: grid",                                                            \
       .meaning = "distance between devices"},                                                               \
      {"process.placement.left",                                                                             \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "m",                                                                                          \
       ANY,                                                                                                  \
       .fallback = "2e-4",                                                                                   \
       .applies = "process.placement.kind: grid",                                                            \
       .meaning = "position of the first device"},                                                           \
      {"process.placement.bottom",                                                                           \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "m",                                                                                          \
       ANY,                                                                                                  \
       .fallback = "2e-4",                                                                                   \
       .applies = "process.placement.kind: grid",                                                            \
       .meaning = "position of the first device"},                                                           \
      {"process.placement.arms",                                                                             \
       EPX_SCHEMA_REAL,                                                                                      \
       .unit = "m",                                                                                          \
       POSITIVE,                                                                                             \
       .fallback = "2.5e-5",                                                                                 \
       .applies = "process.placement.kind: grid",                                                            \
       .meaning = "distance between the two guides of an interferometer"},                                   \
      {"process.wafer", EPX_SCHEMA_SECTION,                                                                  \
       .meaning = "instance k is die k mod n of wafer k / n, n the dies that lie whole on a wafer"},         \
      EPX_WAFERS(WAFER_ROW) EPX_DEVIATIONS(TERM_ROWS){                                                       \
          "process.laser", WORD(laser), .fallback = "fixed",                                                 \
          .meaning = "wavelength of the laser, which is the target of all heaters: as designed, or at the "  \
                     "mean or the reddest resonance of the chip"},                                           \
      {"process.trim", EPX_SCHEMA_SECTION, .optional = true,                                                 \
       .meaning = "permanent trimming of each resonance towards its design"},                                \
      EPX_TRIMS(TRIM_ROW){                                                                                   \
          "process.heating", EPX_SCHEMA_SECTION, .optional = true,                                           \
          .meaning =                                                                                         \
              "heaters tune each resonance to the laser, by red shift only; see metric heater_power"},       \
      EPX_HEATERS(HEATER_ROW){"process.heating.wraps", EPX_SCHEMA_BOOLEAN, .fallback = "false",              \
                              .meaning = "a ring that is too red uses its next resonance"},                  \
      {"process.heating.crosstalk", EPX_SCHEMA_BOOLEAN, .fallback = "false",                                 \
       .meaning = "heaters also warm their neighbours, depending on the distance (from 7 um)"},              \
      {"process.heating.compensated", EPX_SCHEMA_BOOLEAN, .fallback = "true",                                \
       .meaning = "heaters are set to compensate the heat of the others; false: each is set as if alone"},
