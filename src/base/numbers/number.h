/** @file
 * Number: the one grammar of numbers, for decks, options and every reader of files.
 *
 *   [+|-] digits [. digits] [e|E [+|-] digits]      with a digit before the exponent; also ".5" and "5."
 *
 * Nothing else is a number: no hexadecimal, no infinity, no NaN, no blanks inside, no comma.
 */
#ifndef EPILUX_BASE_NUMBERS_NUMBER_H
#define EPILUX_BASE_NUMBERS_NUMBER_H

#include <stdbool.h>

/** Reads the number that `text` begins with, after blanks; *rest is what follows it. False, and *value and
 * *rest left alone, where there is none or no double holds it. */
bool epx_number_read(const char *text, double *value, const char **rest);

/** Reads a text that is a number and nothing else, but for blanks around it. False: as above. */
bool epx_number_read_whole(const char *text, double *value);

#endif
