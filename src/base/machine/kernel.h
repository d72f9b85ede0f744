/** @file
 * Kernels: one source compiled once for each instruction set (epx_add_kernel in src/CMakeLists.txt).
 *
 * In the kernel's source:      void EPX_KERNEL(epx_coupling_apply)(...) { ... }
 * Where the kernel is called:  EPX_KERNEL_TABLE(epx_coupling_apply, (arguments)); defines a static array of
 *                              pointers indexed by epx_isa, called as EPX_KERNEL_CALL(epx_coupling_apply)(...).
 */
#ifndef EPILUX_BASE_MACHINE_KERNEL_H
#define EPILUX_BASE_MACHINE_KERNEL_H

#include "base/machine/isa.h"

#define EPX_KERNEL_JOIN_(name, set) name##_##set
#define EPX_KERNEL_JOIN(name, set) EPX_KERNEL_JOIN_(name, set)
#define EPX_KERNEL(name) EPX_KERNEL_JOIN(name, EPX_KERNEL_SET)

#if defined(__x86_64__)
#define EPX_KERNEL_TABLE(name, arguments)                                                                    \
  void name##_plain arguments;                                                                               \
  void name##_v2 arguments;                                                                                  \
  void name##_v3 arguments;                                                                                  \
  void name##_v4 arguments;                                                                                  \
  static void(*const name##_table[EPX_ISA_COUNT]) arguments = {name##_plain, name##_v2, name##_v3, name##_v4}
#else
#define EPX_KERNEL_TABLE(name, arguments)                                                                    \
  void name##_plain arguments;                                                                               \
  static void(*const name##_table[EPX_ISA_COUNT])                                                            \
      arguments = {name##_plain, name##_plain, name##_plain, name##_plain}
#endif

#define EPX_KERNEL_CALL(name) name##_table[epx_isa_get()]

/** One vector of lanes. Arrays of lanes are aligned to it (EPX_ALIGNMENT) and padded to it (EPX_LANE_WIDTH). */
typedef double epx_vector __attribute__((vector_size(EPX_LANE_WIDTH * sizeof(double)), may_alias));

/** One register of the instruction set that a kernel is compiled for, of which a vector of lanes takes EPX_LANE_WIDTH /
 * EPX_REGISTER_WIDTH. Kernels that calculate should use it: the compiler spills vectors wider than registers. */
#if defined(__AVX512F__)
#define EPX_REGISTER_WIDTH 8
#elif defined(__AVX__)
#define EPX_REGISTER_WIDTH 4
#else
#define EPX_REGISTER_WIDTH 2
#endif
typedef double epx_register __attribute__((vector_size(EPX_REGISTER_WIDTH * sizeof(double)), may_alias));

#endif
