/** @file
 * epilux plan: the design table, aligned for a person or as CSV. Simulates nothing.
 */
#include <stdio.h>
#include <string.h>

#include "cli/deck_arguments.h"
#include "cli/print/table.h"

enum { CELL_SIZE = 64, N_COLUMNS_MAX = 128 };

static void set_cell(const epx_factor *factor, double value, bool exact, char *cell) {
  if (factor->categorical)
    snprintf(cell, CELL_SIZE, "%s", factor->names[(int)value]);
  else
    snprintf(cell, CELL_SIZE, exact ? "%.17g" : "%.6g", value);
}

static void set_head(const epx_factor *factor, char *head) {
  if (factor->unit && strcmp(factor->unit, "1") != 0)
    snprintf(head, CELL_SIZE, "%.45s (%.14s)", factor->path, factor->unit);
  else
    snprintf(head, CELL_SIZE, "%.62s", factor->path);
}

static void print_csv(const epx_factor *factors, const epx_design *design) {
  char cell[CELL_SIZE];
  printf("point");
  for (int k = 0; k < design->n_factors; k++) {
    set_head(&factors[k], cell);
    printf(",");
    epx_table_view_csv_cell(cell);
  }
  printf("\n");
  for (int i = 0; i < design->n_points; i++) {
    printf("%d", i);
    for (int k = 0; k < design->n_factors; k++) {
      const double value = design->value[(size_t)i * (size_t)design->n_factors + (size_t)k];
      set_cell(&factors[k], value, true, cell);
      printf(",");
      epx_table_view_csv_cell(factors[k].categorical ? factors[k].names[(int)value] : cell);
    }
    printf("\n");
  }
}

static int get_width(const epx_factor *factor, const epx_design *design, int k) {
  char cell[CELL_SIZE];
  set_head(factor, cell);
  size_t width = strlen(cell);
  for (int i = 0; i < design->n_points; i++) {
    set_cell(factor, design->value[(size_t)i * (size_t)design->n_factors + (size_t)k], false, cell);
    if (strlen(cell) > width) width = strlen(cell);
  }
  return (int)width;
}

static void print_table(const epx_factor *factors, const epx_design *design) {
  int width[N_COLUMNS_MAX];
  const int n = design->n_factors < N_COLUMNS_MAX ? design->n_factors : N_COLUMNS_MAX;
  char cell[CELL_SIZE];
  printf("point");
  for (int k = 0; k < n; k++) {
    width[k] = get_width(&factors[k], design, k);
    set_head(&factors[k], cell);
    printf("  %*s", width[k], cell);
  }
  printf("\n");
  for (int i = 0; i < design->n_points; i++) {
    printf("%5d", i);
    for (int k = 0; k < n; k++) {
      set_cell(&factors[k], design->value[(size_t)i * (size_t)design->n_factors + (size_t)k], false, cell);
      printf("  %*s", width[k], cell);
    }
    printf("\n");
  }
}

/* On standard error: the table is for other programs, too. */
static epx_err print_repeats(const epx_design *design) {
  int n;
  EPX_TRY(epx_design_count_repeats(design, &n));
  if (n > 0)
    fprintf(stderr, "epilux: %d of %d design points repeat the values of an earlier one\n", n,
            design->n_points);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  epx_deck *deck;
  epx_design *design;
  const epx_factor *factors;
  int n_factors;
  (void)status;
  EPX_TRY(epx_call_read_deck(call, &deck));
  int code = epx_deck_eval_design(deck, &factors, &n_factors, &design);
  if (code == EPX_OK) (epx_call_is_set(call, "--csv") ? print_csv : print_table)(factors, design);
  if (code == EPX_OK) code = print_repeats(design);
  epx_design_destroy(&design);
  epx_deck_destroy(&deck);
  return code;
}

static const epx_option options[] = {
    EPX_OPTION_SET,
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_plan = {
    .name = "plan",
    .arguments = "DECK",
    .n_min = 1,
    .n_max = 1,
    .summary = "print the design table: one row per point, one column per factor; nothing is simulated",
    .example = "epilux plan inputs/quickstart.yaml",
    .options = options,
    .solve = solve,
};
