/** @file
 * Scan file: reads a measured scan, from comma-separated text or a Touchstone file.
 *
 * CSV: a header of column names, each with its unit behind an underscore or in brackets, then a point a row: wavelength
 * (wavelength_nm, wavelength (um)) or frequency (frequency_THz); the through port's power (power_dBm, transmission_dB,
 * transmission (1), power_uW); optionally the drop port's, in the same unit, as third column. Lines that are blank or begin
 * with # are skipped. Decibels become powers; points come in any order.
 *
 * Touchstone 1.1 (NAME.sNp): S-parameters in RI, MA or DB; frequencies in Hz to GHz, and THz, which is no standard but
 * common for light. Of N ports, `through` and `drop` say which S is which. Two ports stand as S11 S21 S12 S22, others row by row.
 */
#ifndef EPILUX_IO_MEASUREMENT_SCAN_FILE_H
#define EPILUX_IO_MEASUREMENT_SCAN_FILE_H

#include "measurement/scan.h"

/** Which S-parameters of a Touchstone file are read: out, in, counted from 1; drop_out 0: none. With a drop port, powers are
 * read, without phases. */
typedef struct {
  int through_out, through_in, drop_out, drop_in;
} epx_scan_ports;

/** Reads a scan; memory grows with the file's length. Errors: EPX_EFILE, EPX_EINPUT: as epx_file_read(); EPX_EINPUT with
 * FILE:LINE: no header, a column or unit that is not known, another number of cells, no number, a wavelength outside 100 nm
 * … 100 um, fewer than 16 points; of a Touchstone file: another version or kind of parameters, ports that it does not
 * have, an incomplete point, frequencies that do not rise; EPX_EMEMORY. */
epx_err epx_scan_file_read(const char *path, const epx_scan_ports *ports, epx_scan **out);

/** Reads a port name such as "S21", or "S2,1" where a port has two digits. Errors: EPX_EINPUT. */
epx_err epx_scan_file_read_port(const char *text, int *out, int *in);

#endif
