/** @file
 * Log: one sink for the process, because the person who reads is one.
 */
#include "epilux/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

enum { LINE_SIZE = 1024, N_SAID = 16 };

static struct {
  epx_log_sink write;
  void *context;
  epx_log_level highest;
  char said[N_SAID][LINE_SIZE]; /* the last lines of epx_log_write_once() */
  int n_said;                   /* since the sink was set */
} log_sink;

void epx_log_set_sink(epx_log_sink sink, void *context, epx_log_level highest) {
  log_sink.write = sink;
  log_sink.context = context;
  log_sink.highest = highest;
  log_sink.n_said = 0;
}

void epx_log_write(epx_log_level level, const char *tag, const char *format, ...) {
  if (!log_sink.write || level > log_sink.highest) return;
  char line[LINE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  epx_line_set_printable(line);
  log_sink.write(log_sink.context, level, tag, line);
}

void epx_log_write_once(epx_log_level level, const char *tag, const char *format, ...) {
  char line[LINE_SIZE] = "";
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  for (int k = 0; k < N_SAID && k < log_sink.n_said; k++) {
    if (strcmp(log_sink.said[k], line) == 0) return;
  }
  memcpy(log_sink.said[log_sink.n_said++ % N_SAID], line, sizeof line);
  epx_log_write(level, tag, "%s", line);
}
