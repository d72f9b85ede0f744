#include "study/metric.h"

#include <string.h>

static const struct {
  const char *name, *unit, *meaning;
} table[EPX_METRIC_COUNT] = {
#define ROW(enumerator, text, unit, meaning) {text, unit, meaning},
    EPX_METRICS(ROW)
#undef ROW
};

int epx_metric_get(const char *name) {
  for (int i = 0; i < EPX_METRIC_COUNT; i++)
    if (strcmp(name, table[i].name) == 0) return i;
  return -1;
}

const char *epx_metric_get_name(epx_metric metric) {
  return table[metric].name;
}

const char *epx_metric_get_unit(epx_metric metric) {
  return table[metric].unit;
}

const char *epx_metric_get_meaning(epx_metric metric) {
  return table[metric].meaning;
}
