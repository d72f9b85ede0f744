/** @file
 * epilux verify: the reference cases, each number beside the one expected.
 */
#include <stdio.h>

#include "base/nearest.h"
#include "cli/command.h"
#include "cli/print/document.h"
#include "cli/print/table.h"
#include "study/verification/verify.h"

enum { N_CASES_MAX = 64, N_COLUMNS = 9 };

/* How `got` is to stand to `expected`, by epx_verify_relation. */
static const char *const relations[] = {"=", ">=", "<="};

static epx_err check_names(const epx_call *call) {
  for (int k = 0; k < call->n_arguments; k++) {
    if (epx_verify_get_by_name(call->arguments[k])) continue;
    const char *names[N_CASES_MAX];
    int n = 0;
    for (; n < N_CASES_MAX && epx_verify_get(n); n++)
      names[n] = epx_verify_get(n)->name;
    const char *nearest = epx_nearest_get(call->arguments[k], n, names);
    return EPX_RAISE(EPX_EINPUT, "verify: there is no case %s; did you mean %s?", call->arguments[k],
                     nearest ? nearest : names[0]);
  }
  return EPX_OK;
}

/** Sets the cells of one case's rows. */
static epx_err set_rows(const epx_verify_case *verify_case, const epx_verify_report *report, bool csv,
                        epx_table *table) {
  const int digits = csv ? 17 : 9;
  for (int i = 0; i < report->n_checks; i++) {
    const epx_verify_check *check = &report->check[i];
    EPX_TRY(epx_table_set_next(table, "%s", verify_case->name));
    EPX_TRY(epx_table_set_next(table, "%s", check->quantity));
    EPX_TRY(epx_table_set_next(table, "%s", relations[check->relation]));
    EPX_TRY(epx_table_set_next(table, "%.*g", digits, check->expected));
    EPX_TRY(epx_table_set_next(table, "%.*g", digits, check->got));
    EPX_TRY(epx_table_set_next(table, "%.2g", check->error));
    EPX_TRY(epx_table_set_next(table, "%.2g", check->tolerance));
    EPX_TRY(epx_table_set_next(table, "%s", epx_verify_get_origin_name(check->origin)));
    EPX_TRY(epx_table_set_next(table, "%s", check->passed ? "pass" : "FAIL"));
  }
  return EPX_OK;
}

static epx_err set_heads(epx_table *table) {
  static const char *const heads[N_COLUMNS] = {"case",  "quantity",  "is",     "expected", "got",
                                               "error", "tolerance", "origin", "result"};
  for (int i = 0; i < N_COLUMNS; i++)
    EPX_TRY(epx_table_set_next(table, "%s", heads[i]));
  return EPX_OK;
}

static epx_err view_csv_report(const epx_verify_case *verify_case, const epx_verify_report *report,
                               epx_table *table) {
  EPX_TRY(set_rows(verify_case, report, true, table));
  return EPX_OK;
}

static epx_err view_report(const epx_verify_case *verify_case, bool full, const epx_verify_report *report) {
  epx_table *table;
  printf("%s  %s\n    source: %s\n", verify_case->name, verify_case->title, verify_case->source);
  if (verify_case->short_form && !full)
    printf("    short form: %s (long form with --full)\n", verify_case->short_form);
  EPX_TRY(epx_table_create(N_COLUMNS, &table));
  int code = set_heads(table);
  if (code == EPX_OK) code = set_rows(verify_case, report, false, table);
  if (code == EPX_OK) epx_table_view(table, false);
  epx_table_destroy(&table);
  printf("\n");
  return code;
}

static void write_report(epx_document *document, const epx_verify_case *verify_case, bool full,
                         const epx_verify_report *report) {
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "case", verify_case->name);
  epx_document_set_text(document, "title", verify_case->title);
  epx_document_set_text(document, "source", verify_case->source);
  epx_document_set_text(document, "short_form", full ? NULL : verify_case->short_form);
  epx_document_set_boolean(document, "passed", epx_verify_is_passed(report));
  epx_document_open(document, "checks", '[');
  for (int i = 0; i < report->n_checks; i++) {
    const epx_verify_check *check = &report->check[i];
    epx_document_open(document, NULL, '{');
    epx_document_set_text(document, "quantity", check->quantity);
    epx_document_set_text(document, "is", relations[check->relation]);
    epx_document_set_number(document, "expected", check->expected);
    epx_document_set_number(document, "got", check->got);
    epx_document_set_number(document, "error", check->error);
    epx_document_set_number(document, "tolerance", check->tolerance);
    epx_document_set_text(document, "origin", epx_verify_get_origin_name(check->origin));
    epx_document_set_boolean(document, "passed", check->passed);
    epx_document_close(document, '{');
  }
  epx_document_close(document, '[');
  epx_document_close(document, '{');
}

static bool is_asked_for(const epx_call *call, const epx_verify_case *verify_case) {
  for (int k = 0; k < call->n_arguments; k++) {
    if (epx_verify_get_by_name(call->arguments[k]) == verify_case) return true;
  }
  return call->n_arguments == 0;
}

/** Solves the cases asked for; they go into `table`, or into `document`, or where both are NULL each case is printed
 * as it ends. */
static epx_err solve_cases(const epx_call *call, epx_table *table, epx_document *document, int *n_failed) {
  const bool full = epx_call_is_set(call, "--full");
  int n_cases = 0, n_checks = 0;
  for (int i = 0; epx_verify_get(i); i++) {
    const epx_verify_case *verify_case = epx_verify_get(i);
    epx_verify_report report;
    if (!is_asked_for(call, verify_case)) continue;
    EPX_TRY(epx_verify_solve(verify_case, full, &report));
    if (table)
      EPX_TRY(view_csv_report(verify_case, &report, table));
    else if (document)
      write_report(document, verify_case, full, &report);
    else
      EPX_TRY(view_report(verify_case, full, &report));
    fflush(stdout);
    n_cases++;
    n_checks += report.n_checks;
    *n_failed += !epx_verify_is_passed(&report);
  }
  if (!table && !document) printf("%d cases, %d checks: %d cases failed\n", n_cases, n_checks, *n_failed);
  return EPX_OK;
}

static epx_err solve_csv(const epx_call *call, int *n_failed) {
  epx_table *table;
  EPX_TRY(epx_table_create(N_COLUMNS, &table));
  int code = set_heads(table);
  if (code == EPX_OK) code = solve_cases(call, table, NULL, n_failed);
  if (code == EPX_OK) epx_table_view(table, true);
  epx_table_destroy(&table);
  return code;
}

static epx_err solve_json(const epx_call *call, int *n_failed) {
  epx_document document;
  epx_document_begin(&document, stdout, "verify");
  epx_document_open(&document, "cases", '[');
  EPX_TRY(solve_cases(call, NULL, &document, n_failed));
  epx_document_close(&document, '[');
  epx_document_set_number(&document, "failed", *n_failed);
  epx_document_end(&document);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  int n_failed = 0;
  EPX_TRY(check_names(call));
  *status = EPX_EXIT_FAILED;
  if (epx_call_is_set(call, "--csv"))
    EPX_TRY(solve_csv(call, &n_failed));
  else if (epx_call_is_set(call, "--json"))
    EPX_TRY(solve_json(call, &n_failed));
  else
    EPX_TRY(solve_cases(call, NULL, NULL, &n_failed));
  *status = n_failed > 0 ? EPX_EXIT_FAILED : EPX_EXIT_DONE;
  return EPX_OK;
}

static const char *get_word(int i) {
  return epx_verify_get(i) ? epx_verify_get(i)->name : NULL;
}

static const epx_option options[] = {
    {"--csv", NULL, "print comma-separated values with all digits", 0},
    EPX_OPTION_JSON,
    {"--full", NULL, "run the long form of the cases that have one", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_verify = {
    .name = "verify",
    .arguments = "[CASE]...",
    .n_min = 0,
    .n_max = N_CASES_MAX,
    .summary = "solve the reference cases of the literature: expected, got, error, tolerance, pass or fail",
    .details = "Without a name, all cases run. Expected numbers are exact (they follow from the equations), "
               "published (they stand in\n"
               "the paper or its authors' code) or computed (by an independent program). Exit status 1 if "
               "any number is wrong.",
    .example = "epilux verify P1 P5",
    .options = options,
    .get_word = get_word,
    .solve = solve,
};
