#include "study/fabrication/fabricated.h"

#include <string.h>

static const epx_fabricated_column columns[] = {
    {"wafer", "1", "index of the wafer", false},
    {"die_x", "m", "middle of the die from that of the wafer, along x", false},
    {"die_y", "m", "middle of the die from that of the wafer, along y", false},
#define COLUMN(name, text, unit, meaning) {text, unit, "deviation " meaning, true},
    EPX_DEVIATIONS(COLUMN)
#undef COLUMN
        {"resonance", "m", "shift of the resonance's wavelength from its design, as fabricated", true},
    {"remedied_resonance", "m", "the same after trimming and heating", true},
};

enum {
  N_COLUMNS = sizeof columns / sizeof *columns,
  N_BY_NODE = EPX_DEVIATION_COUNT + 2,
  N_BY_INSTANCE = N_COLUMNS - N_BY_NODE
};

const epx_fabricated_column *epx_fabricated_get_column(int i) {
  return i >= 0 && i < N_COLUMNS ? &columns[i] : NULL;
}

size_t epx_fabricated_get_size(int n_nodes) {
  return N_BY_INSTANCE + N_BY_NODE * (size_t)n_nodes;
}

void epx_fabricated_eval(const epx_fabrication *fabrication, double *values) {
  const epx_process *process = epx_fabrication_get_process(fabrication);
  const epx_wafer *wafer = epx_process_get_wafer(process);
  const epx_origin origin = epx_fabrication_get_origin(fabrication);
  const epx_placed middle = {.x = wafer->spec.origin_x + wafer->spec.die_width / 2,
                             .y = wafer->spec.origin_y + wafer->spec.die_height / 2};
  const size_t n_nodes = (size_t)epx_process_get_n_devices(process);
  values[0] = origin.wafer;
  epx_wafer_eval_position(wafer, (int)origin.die, &middle, &values[1], &values[2]);
  double *row = values + N_BY_INSTANCE;
  memcpy(row, epx_fabrication_get_deviations(fabrication), EPX_DEVIATION_COUNT * n_nodes * sizeof *row);
  row += EPX_DEVIATION_COUNT * n_nodes;
  memcpy(row, epx_fabrication_get_drawn_shifts(fabrication), n_nodes * sizeof *row);
  memcpy(row + n_nodes, epx_fabrication_get_shifts(fabrication), n_nodes * sizeof *row);
}
