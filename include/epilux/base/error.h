/** @file
 * The old name of epilux/error.h, for plugins written before version 0.2.
 */
#ifndef EPILUX_BASE_ERROR_H
#define EPILUX_BASE_ERROR_H

#include "epilux/error.h"

#endif
