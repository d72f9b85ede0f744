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

/** Reads the number at the start of `text`, after blanks; *rest is the text after it. False, with *value and
 * *rest unchanged, if there is no number or a double cannot hold it. */
bool epx_number_read(const char *text, double *value, const char **rest);

/** Reads a text that is a number, with blanks around it at most. False: as above. */
bool epx_number_read_whole(const char *text, double *value);

#endif
