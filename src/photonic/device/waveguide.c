/** @file
 * Waveguide: a table is found by its cross-section, then read between two neighbouring widths.
 */
#include "photonic/device/waveguide.h"

#include <math.h>
#include <stdio.h>

#include "photonic/device/waveguide_table.h"

/** Where a width stands in a table: (1 - share) of row `low`, share of the next. */
typedef struct {
  const epx_waveguide_table *table;
  const epx_waveguide_row *low, *high;
  double share;
} place;

static epx_err raise_no_table(const epx_waveguide *guide) {
  char known[256] = "";
  size_t used = 0;
  for (int i = 0; i < epx_waveguide_n_tables && used < sizeof known; i++) {
    const epx_waveguide_table *t = &epx_waveguide_tables[i];
    if (t->core != guide->core) continue;
    used += (size_t)snprintf(known + used, sizeof known - used, "%s%g/%g", used ? ", " : "", t->thickness,
                             t->slab);
  }
  return EPX_RAISE(
      EPX_EINPUT,
      "no table of a %s guide %g nm thick with a slab of %g nm; there are (thickness/slab, nm) %s",
      epx_material_get(guide->core)->name, guide->thickness * 1e9, guide->slab * 1e9, known);
}

static epx_err find_place(const epx_waveguide *guide, place *at) {
  const epx_waveguide_table *table = NULL;
  for (int i = 0; i < epx_waveguide_n_tables; i++) {
    const epx_waveguide_table *t = &epx_waveguide_tables[i];
    if (t->core == guide->core && fabs(t->thickness - guide->thickness * 1e9) < 0.01 &&
        fabs(t->slab - guide->slab * 1e9) < 0.01)
      table = t;
  }
  if (!table) return raise_no_table(guide);
  const double width = guide->width * 1e9, low = table->rows[0].width,
               high = table->rows[table->n_rows - 1].width;
  if (!(width >= low - 1e-6 && width <= high + 1e-6)) {
    return EPX_RAISE(EPX_EINPUT,
                     "width %g nm: the table of %s %g nm thick, slab %g nm, goes from %g to %g nm", width,
                     epx_material_get(guide->core)->name, table->thickness, table->slab, low, high);
  }
  int i = 0;
  while (i + 2 < table->n_rows && table->rows[i + 1].width < width)
    i++;
  const epx_waveguide_row *row = &table->rows[i];
  *at = (place){table, row, row + 1, (width - row->width) / (row[1].width - row->width)};
  return EPX_OK;
}

static double mix(const place *at, double low, double high) {
  return low + at->share * (high - low);
}

epx_err epx_waveguide_eval(const epx_waveguide *guide, epx_mode *mode) {
  place at;
  EPX_TRY(find_place(guide, &at));
  const epx_waveguide_row *low = at.low, *high = at.high;
  *mode = (epx_mode){
      .n_eff = mix(&at, low->n_eff, high->n_eff),
      .n_g = mix(&at, low->n_g, high->n_g),
      .shift_width = mix(&at, low->shift_width, high->shift_width),
      .shift_thickness = mix(&at, low->shift_thickness, high->shift_thickness),
      .shift_slab = mix(&at, low->shift_slab, high->shift_slab),
      .shift_temperature = 1e-12 * mix(&at, low->shift_temperature, high->shift_temperature),
      .confinement = mix(&at, low->confinement, high->confinement),
      .area = 1e-12 * mix(&at, low->area, high->area),
  };
  return EPX_OK;
}

epx_err epx_waveguide_eval_index(const epx_mode *mode, double wavelength, double *n_eff) {
  if (!(wavelength >= EPX_WAVEGUIDE_WAVELENGTH_LOW && wavelength <= EPX_WAVEGUIDE_WAVELENGTH_HIGH)) {
    return EPX_RAISE(EPX_EINPUT, "wavelength %g nm: the tables of waveguides hold from %g to %g nm",
                     wavelength * 1e9, EPX_WAVEGUIDE_WAVELENGTH_LOW * 1e9,
                     EPX_WAVEGUIDE_WAVELENGTH_HIGH * 1e9);
  }
  *n_eff = mode->n_eff +
           (mode->n_eff - mode->n_g) * (wavelength - EPX_WAVEGUIDE_WAVELENGTH) / EPX_WAVEGUIDE_WAVELENGTH;
  return EPX_OK;
}

epx_err epx_waveguide_eval_transfer(const epx_waveguide *guide, double gap, double *transfer, double *decay,
                                    double *width_slope) {
  place at;
  EPX_TRY(find_place(guide, &at));
  const double *gaps = at.table->gap, nm = gap * 1e9;
  if (!(nm >= gaps[0] - 1e-6 && nm <= gaps[EPX_WAVEGUIDE_GAPS - 1] + 1e-6)) {
    return EPX_RAISE(EPX_EINPUT, "gap %g nm: the table of %s %g nm thick, slab %g nm, goes from %g to %g nm",
                     nm, epx_material_get(guide->core)->name, at.table->thickness, at.table->slab, gaps[0],
                     gaps[EPX_WAVEGUIDE_GAPS - 1]);
  }
  int k = 0;
  while (k + 2 < EPX_WAVEGUIDE_GAPS && gaps[k + 1] < nm)
    k++;
  const double narrow = mix(&at, log(at.low->transfer[k]), log(at.high->transfer[k]));
  const double wide = mix(&at, log(at.low->transfer[k + 1]), log(at.high->transfer[k + 1]));
  const double step = gaps[k + 1] - gaps[k], share = (nm - gaps[k]) / step;
  const double low = log(at.low->transfer[k]) * (1 - share) + log(at.low->transfer[k + 1]) * share;
  const double high = log(at.high->transfer[k]) * (1 - share) + log(at.high->transfer[k + 1]) * share;
  *transfer = 1e-6 * exp(narrow + share * (wide - narrow));
  *decay = 1e9 * (wide - narrow) / step;
  *width_slope = 1e9 * (high - low) / (at.high->width - at.low->width);
  return EPX_OK;
}

int epx_waveguide_get_range(int i, epx_waveguide_range *range) {
  if (i < 0 || i >= epx_waveguide_n_tables) return -1;
  const epx_waveguide_table *t = &epx_waveguide_tables[i];
  *range = (epx_waveguide_range){
      .core = t->core,
      .thickness = 1e-9 * t->thickness,
      .slab = 1e-9 * t->slab,
      .width_low = 1e-9 * t->rows[0].width,
      .width_high = 1e-9 * t->rows[t->n_rows - 1].width,
      .gap_low = 1e-9 * t->gap[0],
      .gap_high = 1e-9 * t->gap[EPX_WAVEGUIDE_GAPS - 1],
      .source = "computed, full-vector mode solver on Yee's grid (ZhuBrown2002), about 5 %",
  };
  return 0;
}
