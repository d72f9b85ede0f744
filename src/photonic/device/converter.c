#include "photonic/device/converter.h"

#include <math.h>

static const epx_quantity converter_quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_converter, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_CONVERTERS(ROW)
#undef ROW
};

static const epx_quantity cell_quantities[] = {
#define ROW(member, unit, fallback, low, high, assumed, source, meaning)                                     \
  EPX_QUANTITY(epx_cell, member, unit, fallback, low, high, assumed, source, meaning),
    EPX_CELLS(ROW)
#undef ROW
};

const epx_device epx_converter_device = {"converter", "digital-to-analogue or analogue-to-digital converter",
                                         sizeof converter_quantities / sizeof converter_quantities[0],
                                         converter_quantities};
const epx_device epx_cell_device = {"cell", "weight in phase-change material",
                                    sizeof cell_quantities / sizeof cell_quantities[0], cell_quantities};

static epx_err check_levels(const char *what, double bits, double low, double high) {
  if (bits == floor(bits) && low < high) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s: bits %g must be a whole number, low %g below high %g", what, bits, low,
                   high);
}

epx_err epx_converter_check(const epx_converter *converter) {
  EPX_TRY(epx_device_check(&epx_converter_device, converter));
  EPX_TRY(check_levels("converter", converter->bits, converter->low, converter->high));
  return EPX_OK;
}

double epx_converter_eval_step(const epx_converter *converter) {
  return (converter->high - converter->low) / (exp2(converter->bits) - 1);
}

double epx_converter_eval(const epx_converter *converter, double value) {
  const double step = epx_converter_eval_step(converter);
  const double inside = fmin(fmax(value, converter->low), converter->high);
  return fmin(converter->low + step * nearbyint((inside - converter->low) / step), converter->high);
}

epx_err epx_cell_check(const epx_cell *cell) {
  EPX_TRY(epx_device_check(&epx_cell_device, cell));
  EPX_TRY(check_levels("cell", cell->bits, cell->low, cell->high));
  return EPX_OK;
}

double epx_cell_eval(const epx_cell *cell, double value, double normal) {
  const epx_converter levels = {.bits = cell->bits, .low = cell->low, .high = cell->high};
  const double written = epx_converter_eval(&levels, value) + cell->noise * (cell->high - cell->low) * normal;
  return fmin(fmax(written, cell->low), cell->high);
}
