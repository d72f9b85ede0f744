#include "study/fabrication/fabricated.h"

#include <string.h>

static const epx_fabricated_column columns[] = {
    {"wafer", "1", "index of the wafer", EPX_FABRICATED_INSTANCE},
    {"die_x", "m", "middle of the die from that of the wafer, along x", EPX_FABRICATED_INSTANCE},
    {"die_y", "m", "middle of the die from that of the wafer, along y", EPX_FABRICATED_INSTANCE},
#define COLUMN(name, text, unit, meaning) {text, unit, "deviation " meaning, EPX_FABRICATED_GUIDE},
    EPX_DEVIATIONS(COLUMN)
#undef COLUMN
        {"resonance", "m", "shift of the resonance's wavelength from its design, as fabricated",
         EPX_FABRICATED_DEVICE},
    {"remedied_resonance", "m", "the same after trimming and heating", EPX_FABRICATED_DEVICE},
};

enum {
  N_COLUMNS = sizeof columns / sizeof *columns,
  N_BY_DEVICE = 2,
  N_BY_INSTANCE = N_COLUMNS - EPX_DEVIATION_COUNT - N_BY_DEVICE
};

const epx_fabricated_column *epx_fabricated_get_column(int i) {
  return i >= 0 && i < N_COLUMNS ? &columns[i] : NULL;
}

size_t epx_fabricated_get_size(int n_guides, int n_devices) {
  return N_BY_INSTANCE + EPX_DEVIATION_COUNT * (size_t)n_guides + N_BY_DEVICE * (size_t)n_devices;
}

void epx_fabricated_eval(const epx_fabrication *fabrication, double *values) {
  const epx_process *process = epx_fabrication_get_process(fabrication);
  const epx_wafer *wafer = epx_process_get_wafer(process);
  const epx_origin origin = epx_fabrication_get_origin(fabrication);
  const epx_placed middle = {.x = wafer->spec.origin_x + wafer->spec.die_width / 2,
                             .y = wafer->spec.origin_y + wafer->spec.die_height / 2};
  const epx_layout *layout = epx_fabrication_get_layout(fabrication);
  const size_t n_guides = (size_t)epx_layout_get_n_guides(layout),
               n_devices = (size_t)epx_layout_get_n_devices(layout);
  values[0] = origin.wafer;
  epx_wafer_eval_position(wafer, (int)origin.die, &middle, &values[1], &values[2]);
  double *row = values + N_BY_INSTANCE;
  memcpy(row, epx_fabrication_get_deviations(fabrication), EPX_DEVIATION_COUNT * n_guides * sizeof *row);
  row += EPX_DEVIATION_COUNT * n_guides;
  memcpy(row, epx_fabrication_get_drawn_shifts(fabrication), n_devices * sizeof *row);
  memcpy(row + n_devices, epx_fabrication_get_shifts(fabrication), n_devices * sizeof *row);
}
