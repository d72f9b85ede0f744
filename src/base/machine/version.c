/** @file
 * Version. The configured header holds what CMake knew; the revision has a header of its own, written at each build,
 * so that a new commit recompiles this file alone.
 */
#include "epilux/version.h"

#include <stdlib.h>

#include "base/machine/build.h"
#include "base/machine/revision.h"

const char *epx_version_get(void) {
  return EPX_BUILD_VERSION;
}

const char *epx_version_get_revision(void) {
  return EPX_BUILD_REVISION;
}

const char *epx_version_get_compiler(void) {
  return EPX_BUILD_COMPILER;
}

const char *epx_version_get_flags(void) {
  return EPX_BUILD_FLAGS;
}

const char *epx_version_get_build_type(void) {
  return EPX_BUILD_TYPE;
}

const char *epx_version_get_libraries(void) {
  return EPX_BUILD_LIBRARIES;
}

int epx_version_get_data_dirs(const char *dirs[EPX_VERSION_MAX_DATA_DIRS]) {
  int n = 0;
  const char *own = getenv("EPILUX_DATA");
  if (own != NULL && own[0] != '\0') dirs[n++] = own;
  dirs[n++] = EPX_DATA_INSTALL_DIR;
  dirs[n++] = EPX_DATA_SOURCE_DIR;
  return n;
}
