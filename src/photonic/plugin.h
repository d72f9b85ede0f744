/** @file
 * Plugins: a family of networks of the user's own, in a shared object that is loaded at run time.
 *
 * The object defines one struct, of the layout of EPX_FAMILY_ABI,
 *
 *   const epx_family epx_plugin_family = {.abi = EPX_FAMILY_ABI, .name = "…", …};
 *
 * against the installed headers; what it calls of the library (epx_lanes_…) it may leave undefined, the
 * program brings it. See inputs/plugins/ for one.
 */
#ifndef EPILUX_PHOTONIC_PLUGIN_H
#define EPILUX_PHOTONIC_PLUGIN_H

#include "epilux/family.h"

/** The name of the struct. */
#define EPX_PLUGIN_SYMBOL "epx_plugin_family"

/** Reads a plugin: *family is the object's struct, valid until the process ends; the same for the same path.
 *
 * The first time it is tried in a child process, so that what crashes or hangs there is an error here:
 * loaded, its struct checked, and its field and Jacobian evaluated at the start of a network of four nodes
 * with default parameters, in each node a component, and compared by differences. Errors: EPX_EINPUT: PATH
 * and why: it cannot be loaded, has no such struct, another ABI, a member missing or out of range, a field or
 * Jacobian that is not finite, or is not the other's; it crashed, ended the process or did not come back in
 * 20 s; EPX_EMEMORY. */
epx_err epx_plugin_read(const char *path, const epx_family **family);

/** Checks a struct as epx_plugin_read() does, in this process. Errors: EPX_EINPUT, what is wrong;
 * EPX_EMEMORY. */
epx_err epx_plugin_check(const epx_family *family);

#endif
