#include "study/fabrication/protocol.h"

#include <stddef.h>

int epx_protocol_get_epochs(const epx_protocol_spec *spec, int epochs) {
  if (spec->kind == EPX_PROTOCOL_IN_SITU) return epochs;
  return spec->kind == EPX_PROTOCOL_FINETUNE ? spec->finetune : 0;
}

static const struct {
  const char *name, *meaning;
} table[] = {
#define ROW(name, text, meaning) [name] = {text, meaning},
    EPX_PROTOCOLS(ROW)
#undef ROW
};

const char *epx_protocol_get_name(epx_protocol_kind kind) {
  return (unsigned)kind < EPX_PROTOCOL_COUNT ? table[kind].name : NULL;
}

const char *epx_protocol_get_meaning(epx_protocol_kind kind) {
  return (unsigned)kind < EPX_PROTOCOL_COUNT ? table[kind].meaning : NULL;
}
