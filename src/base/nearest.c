/** @file
 * Nearest: the table of distances between all beginnings of two words, three of its rows at a time.
 */
#include "base/nearest.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { N_LETTERS_MAX = 63 };

static int min(int a, int b) {
  return a < b ? a : b;
}

/* Copies in small letters, cut; returns the length. */
static int copy_lower(const char *text, char copy[N_LETTERS_MAX + 1]) {
  int n = 0;
  for (; n < N_LETTERS_MAX && text[n]; n++)
    copy[n] = (char)tolower((unsigned char)text[n]);
  copy[n] = '\0';
  return n;
}

int epx_nearest_eval_distance(const char *first, const char *second) {
  char a[N_LETTERS_MAX + 1], b[N_LETTERS_MAX + 1];
  const int n = copy_lower(first, a), m = copy_lower(second, b);
  int row[3][N_LETTERS_MAX + 1];
  for (int j = 0; j <= m; j++)
    row[0][j] = j;
  for (int i = 1; i <= n; i++) {
    int *now = row[i % 3];
    const int *above = row[(i + 2) % 3], *two_above = row[(i + 1) % 3];
    now[0] = i;
    for (int j = 1; j <= m; j++) {
      now[j] = min(min(above[j], now[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = min(now[j], two_above[j - 2] + 1);
    }
  }
  return row[n % 3][m];
}

const char *epx_nearest_get(const char *name, int n, const char *const *candidates) {
  const char *nearest = NULL;
  int least = 0;
  for (int i = 0; i < n; i++) {
    const int distance = epx_nearest_eval_distance(name, candidates[i]);
    const size_t own = strlen(name), other = strlen(candidates[i]);
    if (2 * (size_t)distance > (own > other ? own : other)) continue;
    if (!nearest || distance < least) {
      nearest = candidates[i];
      least = distance;
    }
  }
  return nearest;
}
