/** @file
 * Errors: one table of codes, one trace.
 *
 * Every fallible function returns epx_err. The sign has meaning:
 *   = 0  done;
 *   > 0  this trial failed (no equilibrium): a result to record. The numbers are those of `/trials/state` in
 *        the results file;
 *   < 0  the run is broken (input, memory, file, MPI, solver library): pass it up to main, which prints it
 * once. Nothing in the library exits, aborts or prints.
 */
#ifndef EPILUX_ERROR_H
#define EPILUX_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, code, text): the one table. */
#define EPX_ERRORS(X)                                                                                        \
  X(EPX_OK, 0, "done")                                                                                       \
  X(EPX_SLOW, 2, "did not settle")                                                                           \
  X(EPX_OSCILLATES, 3, "oscillates")                                                                         \
  X(EPX_DIVERGED, 4, "diverged")                                                                             \
  X(EPX_FAILED, 5, "failed")                                                                                 \
  X(EPX_LOST, 6, "lost")                                                                                     \
  X(EPX_EINPUT, -1, "bad input")                                                                             \
  X(EPX_EMEMORY, -2, "out of memory")                                                                        \
  X(EPX_EFILE, -3, "file error")                                                                             \
  X(EPX_EMPI, -4, "MPI error")                                                                               \
  X(EPX_ESOLVER, -5, "solver library error")                                                                 \
  X(EPX_EFORMAT, -6, "not a file of this kind")                                                              \
  X(EPX_EMISMATCH, -7, "file of another campaign")                                                           \
  X(EPX_EBUSY, -8, "in use by another run")                                                                  \
  X(EPX_EINTERRUPTED, -9, "interrupted")

typedef enum {
#define EPX_ERROR_ENUM(name, code, text) name = code,
  EPX_ERRORS(EPX_ERROR_ENUM)
#undef EPX_ERROR_ENUM
} epx_error_code;

/** The return type of a fallible function: a code of the table that the caller may not ignore. A variable
 * that holds one is an int. */
#define epx_err __attribute__((warn_unused_result)) int

/** Returns the table's text for a code; "unknown error" for a number that is not in the table. */
const char *epx_error_get_text(int code);

/** Clears this thread's trace and starts it with a message (printf style, cut at 1023 characters) and returns `code`.
 * The arguments may hold epx_error_get_message(), to say more about an error on its way up. Use EPX_RAISE. */
int epx_error_raise(int code, const char *function, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** Adds a place to this thread's trace when `code` is < 0, and returns `code`. Use EPX_TRY. Keeps the
 * first 16. */
int epx_error_trace(int code, const char *function, const char *file, int line);

/** Returns the message of the last EPX_RAISE of this thread, "" when there was none. Borrowed until the next
 * raise. */
const char *epx_error_get_message(void);

/** Returns the places the last error passed through, one a line, innermost first, "" when none. Borrowed. */
const char *epx_error_get_trace(void);

/** Forgets this thread's message and trace. */
void epx_error_reset(void);

/** An expression: records the message and gives the code, as in `return EPX_RAISE(EPX_EINPUT, "...")`. The
 * code is evaluated twice: so the compiler sees that a raised error is one, and does not warn of outputs left
 * unset. */
#define EPX_RAISE(code, ...) (epx_error_raise((code), __func__, __FILE__, __LINE__, __VA_ARGS__), (code))

/** A statement: passes any code but EPX_OK up, adding this place to the trace of a broken run. */
#define EPX_TRY(call)                                                                                        \
  do {                                                                                                       \
    const int epx_try_code_ = (call);                                                                        \
    if (epx_try_code_ != EPX_OK) {                                                                           \
      epx_error_trace(epx_try_code_, __func__, __FILE__, __LINE__);                                          \
      return epx_try_code_;                                                                                  \
    }                                                                                                        \
  } while (0)

#ifdef __cplusplus
}
#endif

#endif
