#include "study/metric.h"

#include <math.h>
#include <string.h>

#include "study/measured.h"

/* One function a row: its value. */
#define EPX_METRIC(NAME, text, unit, needs, value, meaning)                                                  \
  static double eval_##NAME(const epx_measured *m, int k) {                                                  \
    (void)k;                                                                                                 \
    return value;                                                                                            \
  }
#include "study/metrics.def"

static const struct {
  const char *name, *unit, *meaning;
  unsigned needs;
  double (*eval)(const epx_measured *, int);
} table[EPX_METRIC_COUNT] = {
#define EPX_METRIC(NAME, text, unit, needs, value, meaning)                                                  \
  {text, unit, meaning, EPX_NEEDS_##needs, eval_##NAME},
#include "study/metrics.def"
};

int epx_metric_get(const char *name) {
  for (int i = 0; i < EPX_METRIC_COUNT; i++)
    if (strcmp(name, table[i].name) == 0) return i;
  return -1;
}

const char *epx_metric_get_name(epx_metric metric) {
  return table[metric].name;
}

/* Units that families have: of time, with their inverse, and of a power times it. */
static const struct {
  const char *power, *time, *rate, *energy;
} family_units[] = {{"uW", "us", "1/us", "uW us"}, {"nW", "ns", "1/ns", "nW ns"},
                    {"mW", "ns", "1/ns", "mW ns"}, {"W", "s", "1/s", "W s"},
                    {"1", "ns", "1/ns", "1"},      {"1", "us", "1/us", "1"},
                    {"1", "ms", "1/ms", "1"},      {"1", "s", "1/s", "1"}};

const char *epx_metric_get_unit(epx_metric metric, const epx_family *family, bool described) {
  const char *unit = table[metric].unit;
  const bool time = strcmp(unit, EPX_UNIT_TIME) == 0, rate = strcmp(unit, EPX_UNIT_RATE) == 0,
             energy = strcmp(unit, EPX_UNIT_ENERGY) == 0;
  if (!family || (!time && !rate && !energy)) return unit;
  if (described) return time ? "ns" : rate ? "1/ns" : "pJ";
  for (size_t i = 0; i < sizeof family_units / sizeof *family_units; i++) {
    const bool power = !energy || strcmp(family_units[i].power, epx_family_get_power_unit(family)) == 0;
    if (!power || strcmp(family_units[i].time, epx_family_get_time_unit(family)) != 0) continue;
    return time ? family_units[i].time : rate ? family_units[i].rate : family_units[i].energy;
  }
  return "1";
}

const char *epx_metric_get_meaning(epx_metric metric) {
  return table[metric].meaning;
}

bool epx_metric_stands(epx_metric metric) {
  return table[metric].needs == EPX_NEEDS_SHARES;
}

unsigned epx_metric_get_needs(const epx_metric *metric, int n) {
  unsigned needs = 0;
  for (int i = 0; i < n; i++)
    needs |= table[metric[i]].needs;
  return needs;
}

double epx_metric_eval(epx_metric metric, const epx_measured *measured, int k) {
  if (table[metric].needs & ~measured->needs) return NAN;
  return table[metric].eval(measured, k);
}
