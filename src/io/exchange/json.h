/** @file
 * JSON: texts, numbers and keys of what is written for other programs.
 */
#ifndef EPILUX_IO_EXCHANGE_JSON_H
#define EPILUX_IO_EXCHANGE_JSON_H

#include <stdbool.h>
#include <stdio.h>

/** Writes a text between quotation marks, what JSON wants escaped; a byte that is not UTF-8, as file names may have, becomes
 * U+FFFD. */
void epx_json_write_text(FILE *out, const char *text);

/** Writes a number with the digits that give it back, at most 17; null where it is not finite, which JSON has no word for. */
void epx_json_write_number(FILE *out, double value);

/** Writes the key of an object's next member, after a comma where it is not the first. */
void epx_json_write_key(FILE *out, const char *key, bool first);

#endif
