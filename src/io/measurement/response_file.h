/** @file
 * Response file: writes the response of a network's ports, for circuit simulators.
 *
 *   NAME.csv  offset, in the family's unit of rate, then Re and Im of every S(out, in): offset,S1_1_re,S1_1_im,S1_2_re,…
 *   NAME.sNp  Touchstone 1.1, N the number of ports: Hz, S, RI, R 50; time as e^(i omega t), so that S is the conjugate of
 *             epx_response.s; frequency = c / wavelength + offset rate / 2 pi
 */
#ifndef EPILUX_IO_MEASUREMENT_RESPONSE_FILE_H
#define EPILUX_IO_MEASUREMENT_RESPONSE_FILE_H

#include "study/simulation/response.h"

/** Checks that a file of this name can be written for a number of ports. Errors: EPX_EINPUT: it ends neither in .csv nor in
 * .sNp, or N is another number; of Touchstone: wavelength [m] or rate [1/s], what a rate of 1 is, NAN: not known. */
epx_err epx_response_file_check(const char *path, int n_ports, double rate, double wavelength);

/** Writes the file, in place of what stands there. Errors: as epx_response_file_check(); EPX_EFILE. */
epx_err epx_response_file_write(const char *path, const epx_response *response, double rate,
                                double wavelength);

#endif
