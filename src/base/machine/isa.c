/** @file
 * Instruction sets: the levels of the x86-64 psABI, asked of the processor through the compiler's built-ins.
 */
#include "base/machine/isa.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[EPX_ISA_COUNT] = {"plain", "x86-64-v2", "x86-64-v3", "x86-64-v4"};

static atomic_int in_use = -1;

#if defined(__x86_64__) && defined(__clang__) && __clang_major__ < 17
/* Older clang knows the levels' features alone, and not all of them: movbe, lzcnt and f16c come with these. */
#define HAS(feature) __builtin_cpu_supports(feature)
#define HAS_V2 (HAS("ssse3") && HAS("sse4.2") && HAS("popcnt"))
#define HAS_V3 (HAS_V2 && HAS("avx2") && HAS("fma") && HAS("bmi") && HAS("bmi2"))
#define HAS_V4                                                                                               \
  (HAS_V3 && HAS("avx512f") && HAS("avx512bw") && HAS("avx512cd") && HAS("avx512dq") && HAS("avx512vl"))
#elif defined(__x86_64__)
#define HAS_V2 __builtin_cpu_supports("x86-64-v2")
#define HAS_V3 __builtin_cpu_supports("x86-64-v3")
#define HAS_V4 __builtin_cpu_supports("x86-64-v4")
#endif

static epx_isa get_highest(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (HAS_V4) return EPX_ISA_V4;
  if (HAS_V3) return EPX_ISA_V3;
  if (HAS_V2) return EPX_ISA_V2;
#endif
  return EPX_ISA_PLAIN;
}

epx_err epx_isa_set_from_environment(void) {
  const epx_isa highest = get_highest();
  const char *wanted = getenv("EPILUX_ISA");
  if (!wanted || !*wanted) {
    in_use = (int)highest;
    return EPX_OK;
  }
  for (int i = 0; i < EPX_ISA_COUNT; i++) {
    if (strcmp(wanted, names[i]) != 0) continue;
    if (i > (int)highest) {
      return EPX_RAISE(EPX_EINPUT, "EPILUX_ISA=%s: this processor has no more than %s", wanted,
                       names[highest]);
    }
    in_use = i;
    return EPX_OK;
  }
  return EPX_RAISE(EPX_EINPUT, "EPILUX_ISA=%s: must be plain, x86-64-v2, x86-64-v3 or x86-64-v4", wanted);
}

epx_isa epx_isa_get(void) {
  int isa = atomic_load_explicit(&in_use, memory_order_relaxed);
  if (isa < 0) {
    isa = (int)get_highest();
    in_use = isa;
  }
  return (epx_isa)isa;
}

const char *epx_isa_get_name(epx_isa isa) {
  return names[isa];
}
