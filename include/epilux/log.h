/** @file
 * Log: messages for the person who runs the program. The library never prints: it hands each line to a sink
 * that the program sets (standard error in `epilux`); without a sink, lines are dropped.
 */
#ifndef EPILUX_LOG_H
#define EPILUX_LOG_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { EPX_LOG_ERROR, EPX_LOG_WARNING, EPX_LOG_INFO, EPX_LOG_DEBUG } epx_log_level;

/** Receives one line without its newline. `tag` is the module's name. */
typedef void (*epx_log_sink)(void *context, epx_log_level level, const char *tag, const char *line);

/** Sets the process's sink and the highest level that reaches it. Not thread safe: call it once, first. */
void epx_log_set_sink(epx_log_sink sink, void *context, epx_log_level highest);

/** Writes one line, printf style, cut at 1023 characters. */
void epx_log_write(epx_log_level level, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Writes a line unless it is one of the last 16 that this function wrote to the sink: for a warning that is
 * found again for each object, but should be shown once. */
void epx_log_write_once(epx_log_level level, const char *tag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif
