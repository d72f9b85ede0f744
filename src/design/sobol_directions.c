/** @file
 * Joe and Kuo's numbers for Sobol's sequence: the first 1,024 dimensions of their file new-joe-kuo-6.21201, the
 * set that their paper recommends (search criterion D(6)), from https://web.maths.unsw.edu.au/~fkuo/sobol/ by
 * way of SciPy 1.10, with each polynomial's first and last coefficients written out. Source: JoeKuo2008.
 *
 * Licence pertaining to sobol.cc and the accompanying sets of direction numbers:
 *
 * Copyright (c) 2008, Frances Y. Kuo and Stephen Joe
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification, are permitted provided
 * that the following conditions are met:
 *
 *     * Redistributions of source code must retain the above copyright notice, this list of conditions and
 * the following disclaimer.
 *
 *     * Redistributions in binary form must reproduce the above copyright notice, this list of conditions and
 * the following disclaimer in the documentation and/or other materials provided with the distribution.
 *
 *     * Neither the names of the copyright holders nor the names of the University of New South Wales and the
 *       University of Waikato and its contributors may be used to endorse or promote products derived from
 * this software without specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS ``AS IS'' AND ANY EXPRESS OR IMPLIED WARRANTIES,
 * INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR
 * PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDERS BE LIABLE FOR ANY DIRECT, INDIRECT,
 * INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF
 * SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND
 * ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR
 * OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH
 * DAMAGE.
 */
#include "design/sobol_directions.h"

const epx_sobol_dimension epx_sobol_dimensions[EPX_SOBOL_N_DIMENSIONS] = {
#define EPX_SOBOL_DIMENSION(POLYNOMIAL, ...) {POLYNOMIAL, {__VA_ARGS__}},
#include "design/sobol_directions.def"
#undef EPX_SOBOL_DIMENSION
};
