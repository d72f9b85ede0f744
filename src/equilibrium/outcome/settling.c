#include "equilibrium/outcome/settling.h"

#include <math.h>
#include <stdbool.h>

double epx_settling_eval_time(double settled, double before, double after, double time, double step) {
  const bool fell = step > 0 && before > settled && before > after && after > 0;
  return fell ? time - step * fmin(log(settled / after) / log(before / after), 1) : time;
}
