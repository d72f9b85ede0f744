/** @file
 * Line: texts of others as one line that a terminal only shows.
 */
#ifndef EPILUX_BASE_LINE_H
#define EPILUX_BASE_LINE_H

/** Sets every control character of a text to '?': line ends, escape sequences of terminals, also those of two bytes in UTF-8.
 */
void epx_line_set_printable(char *text);

#endif
