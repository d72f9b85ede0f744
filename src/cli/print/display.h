/** @internal @file
 * Display: shows the progress of a run as a line that is redrawn, or as lines of a log; writes it to a file;
 * and prints a summary at the end.
 */
#ifndef EPILUX_CLI_PRINT_DISPLAY_H
#define EPILUX_CLI_PRINT_DISPLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/commands/run.h"

typedef struct {
  bool terminal, quiet;
  double next;      /* s of the run when the next line is due */
  FILE *file;       /* that others can follow; NULL: none */
  double next_file; /* s of the run when its next line is due */
  bool failed;      /* the file could not be written, and that was said */
} epx_display;

/** Creates the display, with the options --quiet and --progress. Lines are appended to the progress file, so
 * that it covers all jobs of a campaign. results: path of the results file. Errors: EPX_EFILE: the file of --progress
 * cannot be written; EPX_EINPUT: it is the deck, the results, or anything else that is no progress file. */
epx_err epx_display_create(const epx_call *call, const epx_channel *channel, const char *results,
                           epx_display *display);
void epx_display_destroy(epx_display *display);

/** Views the progress, if the next line is due; an epx_progress_watcher. */
void epx_display_view_progress(void *display, const epx_progress *progress);

/** Views the end of the run: the summary, the yield, and the next command. */
void epx_display_view_end(epx_display *display, const epx_run_job *job, const epx_coordinator_report *report);

#endif
