/* Quotas by class first, in whole numbers so that no rounding decides; then a permutation of each class. */
#include "learning/task/split.h"

#include <string.h>

#include "base/array.h"
#include "base/numbers/random.h"

typedef struct {
  int *size, *quota;          /* [n_classes] */
  int *members, *permutation; /* [n] */
} workspace;

/* Gives one sample after the other to the class that lags its share most. */
static void set_quotas(const workspace *work, int n, int n_classes, int n_chosen, int n_kept) {
  for (int i = 0; i < n_chosen; i++) {
    int best = -1;
    long long best_lag = 0;
    for (int k = 0; k < n_classes; k++) {
      const long long lag = (long long)n_chosen * work->size[k] - (long long)work->quota[k] * n;
      const int has_room = work->quota[k] + n_kept < work->size[k];
      if (has_room && (best < 0 || lag > best_lag)) {
        best = k;
        best_lag = lag;
      }
    }
    if (best < 0) return;
    work->quota[best]++;
  }
}

static void choose(const workspace *work, int n, const int *labels, int n_classes, const epx_random *stream,
                   unsigned char *chosen) {
  memset(chosen, 0, (size_t)n);
  for (int k = 0; k < n_classes; k++) {
    int n_members = 0;
    for (int i = 0; i < n; i++) {
      if (labels[i] == k) work->members[n_members++] = i;
    }
    epx_random_eval_permutation(stream, EPX_RANDOM_ANY, (uint32_t)k, EPX_RANDOM_ANY, n_members,
                                work->permutation);
    for (int i = 0; i < work->quota[k]; i++)
      chosen[work->members[work->permutation[i]]] = 1;
  }
}

epx_err epx_split_eval(int n, const int *labels, int n_classes, int n_chosen, int n_kept, uint64_t seed,
                       const char *purpose, unsigned char *chosen) {
  int *memory = NULL;
  EPX_TRY(EPX_ARRAY(memory, 2 * (size_t)n_classes + 2 * (size_t)n));
  const workspace work = {memory, memory + n_classes, memory + 2 * (size_t)n_classes,
                          memory + 2 * (size_t)n_classes + n};
  for (int i = 0; i < n; i++)
    work.size[labels[i]]++;
  set_quotas(&work, n, n_classes, n_chosen, n_kept);
  const epx_random stream = epx_random_init(seed, purpose);
  choose(&work, n, labels, n_classes, &stream, chosen);
  epx_array_destroy(&memory);
  return EPX_OK;
}
