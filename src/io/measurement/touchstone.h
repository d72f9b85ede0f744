/** @internal Touchstone: the reader of scan_file.h for NAME.sNp. */
#ifndef EPILUX_IO_MEASUREMENT_TOUCHSTONE_H
#define EPILUX_IO_MEASUREMENT_TOUCHSTONE_H

#include "io/measurement/scan_file.h"

/** Gets the number of ports that a file's name says, as 2 of "a.s2p"; 0: no Touchstone file. */
int epx_touchstone_get_n_ports(const char *path);

/** Reads it; as epx_scan_file_read(). */
epx_err epx_touchstone_read(const char *path, int n_ports, const epx_scan_ports *ports, epx_scan **out);

#endif
