/** @file
 * Log: one sink for the process, because the person who reads is one.
 */
#include "epilux/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
  epx_log_sink write;
  void *context;
  epx_log_level highest;
} log_sink;

void epx_log_set_sink(epx_log_sink sink, void *context, epx_log_level highest) {
  log_sink.write = sink;
  log_sink.context = context;
  log_sink.highest = highest;
}

void epx_log_write(epx_log_level level, const char *tag, const char *format, ...) {
  if (!log_sink.write || level > log_sink.highest) return;
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  log_sink.write(log_sink.context, level, tag, line);
}
