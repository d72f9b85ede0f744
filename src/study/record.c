#include "study/record.h"

#include <math.h>

void epx_record_init(const epx_record_layout *layout, double *record) {
  record[0] = EPX_STATE_PENDING;
  for (size_t i = 1; i < layout->size; i++)
    record[i] = NAN;
}

const char *epx_record_get_state_name(int state) {
  if (state == EPX_STATE_PENDING) return "pending";
  if (state == EPX_STATE_DONE) return "done";
  if (state >= EPX_SLOW && state < EPX_STATES) return epx_error_get_text(state);
  return "unknown";
}
