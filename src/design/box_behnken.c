/** @file
 * Box-Behnken design, for a second-order model without corners: the factors of each block run through all combinations of
 * their ends while the others stand in the middle; then centres. Blocks are all pairs of up to five factors, and the
 * balanced blocks of three of six and seven. Source: BoxBehnken1960.
 */
#include <stddef.h>

#include "design/method.h"

enum { N_FACTORS_MIN = 3, N_PAIRS_MAX = 5, N_FACTORS_MAX = 7, N_BLOCKS_MAX = 10 };

typedef struct {
  int n_blocks, size; /* of a block */
  int factor[N_BLOCKS_MAX][3];
} block_list;

static block_list get_blocks(int n_factors) {
  static const block_list six = {6, 3, {{0, 1, 3}, {1, 2, 4}, {2, 3, 5}, {0, 3, 4}, {1, 4, 5}, {0, 2, 5}}};
  static const block_list seven = {
      7, 3, {{3, 4, 5}, {0, 5, 6}, {1, 4, 6}, {0, 1, 3}, {2, 3, 6}, {0, 2, 4}, {1, 2, 5}}};
  block_list pairs = {.size = 2};
  if (n_factors > N_PAIRS_MAX) return n_factors == 6 ? six : seven;
  for (int a = 0; a < n_factors; a++)
    for (int b = a + 1; b < n_factors; b++, pairs.n_blocks++) {
      pairs.factor[pairs.n_blocks][0] = a;
      pairs.factor[pairs.n_blocks][1] = b;
    }
  return pairs;
}

static void fill_row(const block_list *blocks, const epx_factor *factors, int n, int i_row, double *row) {
  const int n_corners = 1 << blocks->size, block = i_row / n_corners, corner = i_row % n_corners;
  for (int i = 0; i < n; i++)
    row[i] = epx_design_eval_corner(&factors[i], 0);
  for (int j = 0; block < blocks->n_blocks && j < blocks->size; j++) {
    const int i = blocks->factor[block][j];
    row[i] = epx_design_eval_corner(&factors[i], corner >> j & 1 ? 1 : -1);
  }
}

static epx_err create(const epx_design_spec *spec, const epx_factor *factors, epx_design *design) {
  const int n = design->n_factors;
  EPX_TRY(epx_design_check_corners("a Box-Behnken design", factors, n, 3));
  if (n < N_FACTORS_MIN || n > N_FACTORS_MAX)
    return EPX_RAISE(EPX_EINPUT,
                     "a Box-Behnken design of %d factors: %d to %d are wanted; central-composite takes "
                     "other numbers",
                     n, N_FACTORS_MIN, N_FACTORS_MAX);
  if (spec->n_centers < 0)
    return EPX_RAISE(EPX_EINPUT, "a Box-Behnken design of %d centres: 0 or more are wanted", spec->n_centers);
  const block_list blocks = get_blocks(n);
  EPX_TRY(epx_design_set_n_points(design, (int64_t)blocks.n_blocks * (1 << blocks.size) + spec->n_centers));
  for (int k = 0; k < design->n_points; k++)
    fill_row(&blocks, factors, n, k, design->value + (size_t)k * (size_t)n);
  return EPX_OK;
}

const epx_design_method epx_box_behnken_method = {
    "box-behnken", "middles of the edges and centres, three levels a factor, for a second-order model",
    create};
