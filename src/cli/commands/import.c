/** @file
 * epilux import: a deck, with its couplings and placement, from a netlist.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/command.h"
#include "io/netlist/netlist.h"
#include "io/recovery/output.h"

static epx_err write_file(const char *path, const char *text) {
  FILE *out;
  EPX_TRY(epx_output_open_stream(path, &out));
  fputs(text, out);
  EPX_TRY(epx_output_close_stream(path, out));
  printf("%s\n", path);
  return EPX_OK;
}

static epx_err check_new(const epx_call *call, const char *path) {
  if (epx_output_is_beside(path))
    return EPX_RAISE(EPX_EINPUT, "%s: the name of a file beside results; choose another", path);
  const char *components = epx_call_get_value(call, "--components", 0);
  if (epx_output_is_same(path, call->arguments[0]) || (components && epx_output_is_same(path, components)))
    return EPX_RAISE(EPX_EINPUT, "%s: it is what is read; choose another name", path);
  if (!epx_call_is_set(call, "--force") && access(path, F_OK) == 0)
    return EPX_RAISE(EPX_EBUSY, "%s exists; choose another name, or overwrite it with --force", path);
  return EPX_OK;
}

/* The deck DECK.yaml, its couplings DECK.mtx and places DECK.csv; the deck last, when what it names is there. */
static epx_err write_all(const epx_call *call, const char *path, const epx_netlist *net) {
  char name[3][4096];
  epx_text text[3] = {{0}, {0}, {0}};
  const size_t n = strlen(path);
  if (n < 6 || n > 4000 || strcmp(path + n - 5, ".yaml") != 0 || strpbrk(path, "\"\\"))
    return EPX_RAISE(EPX_EINPUT, "-o %.60s: the name of a deck ends in .yaml, without quotes or backslashes",
                     path);
  for (int k = 0; k < 3; k++) {
    snprintf(name[k], sizeof name[k], "%.*s%s", (int)(n - 5), path,
             k == 0   ? ".mtx"
             : k == 1 ? ".csv"
                      : ".yaml");
    if (k != 1 || net->placed) EPX_TRY(check_new(call, name[k]));
  }
  epx_netlist_write_links(net, &text[0]);
  if (net->placed) epx_netlist_write_placement(net, &text[1]);
  epx_netlist_write_deck(net, name[0], net->placed ? name[1] : NULL, &text[2]);
  int code = EPX_OK;
  for (int k = 0; k < 3; k++) {
    char *made = NULL;
    const int got = epx_text_get(&text[k], &made);
    if (code == EPX_OK) code = got;
    if (code == EPX_OK && (k != 1 || net->placed)) code = write_file(name[k], made);
    epx_array_destroy(&made);
  }
  return code;
}

static epx_err view(const epx_call *call, const epx_netlist *net) {
  const char *path = epx_call_get_value(call, "--output", 0);
  epx_text text = {0};
  char *deck;
  if (path) return write_all(call, path, net);
  epx_netlist_write_deck(net, NULL, NULL, &text);
  EPX_TRY(epx_text_get(&text, &deck));
  fputs(deck, stdout);
  epx_array_destroy(&deck);
  return EPX_OK;
}

static epx_err read_family(const epx_call *call, const epx_family **family) {
  const char *name = epx_call_get_value(call, "--family", 0);
  if (!name) name = "kerr";
  if (strcmp(name, "kerr") != 0 && strcmp(name, "silicon-ring") != 0)
    return EPX_RAISE(EPX_EINPUT, "--family %s: rings are of kerr or silicon-ring", name);
  *family = epx_family_get_by_name(name);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  const epx_family *family;
  epx_netlist net;
  (void)status;
  EPX_TRY(read_family(call, &family));
  int code = epx_netlist_read(call->arguments[0], epx_call_get_value(call, "--components", 0), family, &net);
  if (code == EPX_OK) code = view(call, &net);
  epx_netlist_destroy(&net);
  return code;
}

static const epx_option options[] = {
    {"--output", "DECK.yaml", "write the deck, its couplings to DECK.mtx and its rings' places to DECK.csv",
     'o'},
    {"--family", "FAMILY", "kerr or silicon-ring (default kerr)", 0},
    {"--components", "FILE",
     "what components of other names are: NAME: {is: ring, ports: [[o1, o2], [o3, o4]]}", 0},
    {"--force", NULL, "overwrite files that exist", 0},
    {NULL, NULL, NULL, 0},
};

const epx_command epx_command_import = {
    .name = "import",
    .arguments = "NETLIST",
    .n_min = 1,
    .n_max = 1,
    .summary = "make a deck of a netlist of coupled rings, as gdsfactory and SAX write them (YAML)",
    .details = "Rings are nodes, with the family's parameters as settings; couplers are links, with the "
               "setting coupling.\n"
               "Without -o the deck is printed, its couplings as a matrix and without places.",
    .example = "epilux import inputs/netlists/ring-bank.yaml -o bank.yaml",
    .options = options,
    .solve = solve,
};
