/** @file
 * Time limit.
 */
#include "cli/time_limit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "epilux/units.h"

static const double reserve = 20; /* s kept free before a batch job ends */

/* "[days-]hours:minutes:seconds", as Slurm writes it; false when it is not that. */
static int read_clock(const char *text, double *seconds) {
  double days = 0;
  unsigned hours, minutes, s;
  int n = 0;
  const char *dash = text;
  while (*dash >= '0' && *dash <= '9')
    dash++;
  if (*dash == '-' && dash > text) {
    days = atof(text);
    text = dash + 1;
  }
  if (sscanf(text, "%3u:%2u:%2u%n", &hours, &minutes, &s, &n) != 3 || text[n] != '\0' || minutes > 59 ||
      s > 59)
    return 0;
  *seconds = 86400 * days + 3600.0 * hours + 60.0 * minutes + s;
  return 1;
}

epx_err epx_time_limit_read(const char *option, const char *text, double *seconds) {
  if (!read_clock(text, seconds) && epx_units_eval(text, "s", seconds) != EPX_OK)
    return EPX_RAISE(EPX_EINPUT, "%s %s: not a time such as 2h, 90min or 00:10:00", option, text);
  if (*seconds > 0) return EPX_OK;
  return EPX_RAISE(EPX_EINPUT, "%s %s: not above zero", option, text);
}

double epx_time_limit_get_from_job(void) {
  const char *end = getenv("SLURM_JOB_END_TIME");
  if (!end || atof(end) <= 0) return INFINITY;
  return fmax(0, difftime((time_t)atoll(end), time(NULL)) - reserve);
}
