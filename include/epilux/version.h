/** @file
 * Version: what this library is and how it was built, for the results file and for `epilux --version`; and
 * where its data lie. All texts are the library's own and live as long as the program.
 */
#ifndef EPILUX_VERSION_H
#define EPILUX_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/** Gets the version, as in "0.2.0". */
const char *epx_version_get(void);

/** Gets the git commit the library was built from, 12 hexadecimal digits, with "-dirty" where a tracked file
 * was changed; "unknown" for a build outside a git checkout. */
const char *epx_version_get_revision(void);

/** Gets the compiler and its version, as in "GNU 12.2.0". */
const char *epx_version_get_compiler(void);

/** Gets the compiler's flags. Kernels have those of their instruction set on top: see epx_isa_get_name(). */
const char *epx_version_get_flags(void);

/** Gets the build type, as in "Release". */
const char *epx_version_get_build_type(void);

/** Gets the libraries the build found, as in "GSL 2.7.1, HDF5 1.10.8, SUNDIALS 6.4.1". */
const char *epx_version_get_libraries(void);

/** The most folders that epx_version_get_data_dirs() gives. */
#define EPX_VERSION_MAX_DATA_DIRS 3

/** Gets the folders where a shipped dataset may lie, in the order in which to look: the environment variable
 * EPILUX_DATA if it is set and not empty, the installed folder, the source tree's inputs/data.
 *   dirs [EPX_VERSION_MAX_DATA_DIRS]  out; absolute, but for EPILUX_DATA, which is as the user wrote it and
 * is borrowed until the environment changes. Returns how many there are; not all of them need exist. */
int epx_version_get_data_dirs(const char *dirs[EPX_VERSION_MAX_DATA_DIRS]);

#ifdef __cplusplus
}
#endif

#endif
