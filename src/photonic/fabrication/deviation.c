#include "photonic/fabrication/deviation.h"

static const struct {
  const char *name, *unit, *meaning;
} rows[EPX_DEVIATION_COUNT] = {
#define ROW(name, text, unit, meaning) [name] = {text, unit, meaning},
    EPX_DEVIATIONS(ROW)
#undef ROW
};

const char *epx_deviation_get_name(epx_deviation kind) {
  return rows[kind].name;
}

const char *epx_deviation_get_unit(epx_deviation kind) {
  return rows[kind].unit;
}

const char *epx_deviation_get_meaning(epx_deviation kind) {
  return rows[kind].meaning;
}
