/** @file
 * epilux list: what there is to choose from, read off the tables of the library.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/nearest.h"
#include "base/numbers/distribution.h"
#include "cli/command.h"
#include "cli/print/catalogue.h"
#include "cli/print/command_pages.h"
#include "design/design.h"
#include "equilibrium/equilibrium.h"
#include "io/schema/schema.h"
#include "learning/estimators/estimator.h"
#include "learning/task/task.h"
#include "learning/training/optimizer.h"
#include "photonic/fabrication/fabrication.h"
#include "photonic/network.h"
#include "study/metric.h"
#include "study/settings.h"

/* Lists print to standard output, or where there is a document set its entries. */

static void print_row(epx_document *document, const char *name, const char *meaning) {
  if (document)
    epx_catalogue_set_row(document, NULL, name, meaning);
  else
    printf("  %-24s %s\n", name, meaning);
}

/** Widths of the columns that families fill differently. */
typedef struct {
  int name, unit;
} widths;

static widths get_widths(const epx_family *family) {
  widths widest = {14, 5};
  for (int p = 0; p < family->n_parameters; p++) {
    const int name = (int)strlen(family->parameters[p].name), unit = (int)strlen(family->parameters[p].unit);
    if (name > widest.name) widest.name = name;
    if (unit > widest.unit) widest.unit = unit;
  }
  return widest;
}

static void print_parameter(const epx_parameter *parameter, widths widest) {
  char low[32], high[32];
  snprintf(low, sizeof low, isfinite(parameter->low) ? "%g" : "any", parameter->low);
  snprintf(high, sizeof high, isfinite(parameter->high) ? "%g" : "any", parameter->high);
  printf("  %-*s %-*s %-5s %8g  %4s … %-5s %-9s %s\n", widest.name, parameter->name, widest.unit,
         parameter->unit, parameter->site == EPX_SITE_LINK ? "link" : "node", parameter->fallback, low, high,
         parameter->trained     ? "yes"
         : parameter->trainable ? "if asked"
                                : "no",
         parameter->meaning);
}

/* A text of several lines, each indented. */
static void print_indented(const char *text) {
  while (*text) {
    const int length = (int)strcspn(text, "\n");
    printf("    %.*s\n", length, text);
    text += length + (text[length] == '\n');
  }
}

static void print_readouts(const epx_family *family) {
  printf("  readouts:");
  for (int k = 0; k < EPX_READ_COUNT; k++) {
    if (epx_family_get_readouts(family) & EPX_READS(k))
      printf(" %s%s", epx_network_get_readout_name((epx_readout_kind)k),
             family->readout == (epx_readout_kind)k ? " (default)" : "");
  }
  printf("\n");
}

static void print_presets(const epx_family *family) {
  for (int k = 0; k < family->n_presets; k++)
    printf("  preset %s: %s\n", family->presets[k].name, family->presets[k].summary);
}

/* What fabrication moves, row by row: "detuning <- ring: p + …". */
static void print_responses(const epx_family *family) {
  if (family->n_devices == 0) return;
  printf("\n  fabrication (`process`), p the parameter:\n");
  for (int r = 0; r < family->n_responses; r++) {
    const epx_family_response *row = &family->responses[r];
    const epx_family_device *device = &family->devices[row->device];
    printf("  %-13s by its %s%s, %s", family->parameters[row->parameter].name, device->name,
           device->paired ? " (two guides)" : "", epx_layout_get_equation(row->follow));
    if (row->factor != 1) printf("; f = %g", row->factor);
    printf("\n");
  }
}

static epx_err list_families(epx_document *document) {
  for (int i = 0; epx_family_get(i); i++) {
    const epx_family *family = epx_family_get(i);
    if (document) {
      epx_catalogue_set_family(document, family);
      continue;
    }
    printf("%s: %s\n", family->name, family->summary);
    print_indented(family->equation);
    printf("  units: %s\n  source: %s\n  inputs %s their nodes, by default with %g per unit of feature\n",
           family->units, family->source, family->clamps_inputs ? "fix" : "drive", family->input_scale);
    printf("  nudge: %s\n  plain equilibrium propagation is exact %s\n", family->nudge, family->exact);
    printf("  coupling_spread by default %g\n", family->coupling_spread);
    print_readouts(family);
    print_presets(family);
    printf("\n");
    const widths widest = get_widths(family);
    printf("  %-*s %-*s %-5s %8s  %-12s %-9s %s\n", widest.name, "parameter", widest.unit, "unit", "of",
           "default", "range", "trained", "meaning");
    for (int p = 0; p < family->n_parameters; p++)
      print_parameter(&family->parameters[p], widest);
    print_responses(family);
    printf("%s", epx_family_get(i + 1) ? "\n" : "");
  }
  return EPX_OK;
}

static epx_err list_topologies(epx_document *document) {
  for (int i = 0; i < EPX_TOPOLOGY_COUNT; i++)
    print_row(document, epx_topology_get_name((epx_topology_kind)i),
              epx_topology_get_meaning((epx_topology_kind)i));
  return EPX_OK;
}

static epx_err list_readouts(epx_document *document) {
  for (int i = 0; i < EPX_READ_COUNT; i++)
    print_row(document, epx_network_get_readout_name((epx_readout_kind)i),
              epx_network_get_readout_meaning((epx_readout_kind)i));
  return EPX_OK;
}

static epx_err list_tasks(epx_document *document) {
  for (int i = 0; epx_task_get_kind(i); i++) {
    const epx_task_kind *task = epx_task_get_kind(i);
    if (document) {
      epx_catalogue_set_task(document, task);
      continue;
    }
    print_row(document, task->name, task->summary);
    printf("  %-24s held out %g, scaling %s%s%s\n", "", task->test_fraction,
           epx_task_get_scaling_name(task->scaling), *task->source ? "; source: " : "", task->source);
  }
  return EPX_OK;
}

static epx_err list_encodings(epx_document *document) {
#define PRINT_ENCODING(name, text, meaning) print_row(document, text, meaning);
  EPX_ENCODINGS(PRINT_ENCODING)
#undef PRINT_ENCODING
  return EPX_OK;
}

static epx_err list_goals(epx_document *document) {
  for (int i = 0; i < EPX_GOAL_COUNT; i++)
    print_row(document, epx_task_get_goal_name((epx_goal)i), epx_task_get_goal_meaning((epx_goal)i));
  return EPX_OK;
}

static epx_err list_reductions(epx_document *document) {
#define PRINT_REDUCTION(name, text, meaning) print_row(document, text, meaning);
  EPX_REDUCTIONS(PRINT_REDUCTION)
#undef PRINT_REDUCTION
  return EPX_OK;
}

static epx_err list_estimators(epx_document *document) {
  for (int i = 0; epx_estimator_get(i); i++) {
    const epx_estimator *estimator = epx_estimator_get(i);
    if (document) {
      epx_catalogue_set_estimator(document, estimator);
      continue;
    }
    print_row(document, estimator->name, estimator->summary);
    printf("  %-24s for", "");
    for (int f = 0; epx_family_get(f); f++)
      if (!estimator->get_refusal(epx_family_get(f))) printf(" %s", epx_family_get(f)->name);
    printf("%s%s%s\n", estimator->nudged ? "; nudged by learning.nudge" : "",
           *estimator->source ? "; source: " : "", estimator->source);
  }
  return EPX_OK;
}

static epx_err list_protocols(epx_document *document) {
  for (int i = 0; i < EPX_PROTOCOL_COUNT; i++)
    print_row(document, epx_protocol_get_name((epx_protocol_kind)i),
              epx_protocol_get_meaning((epx_protocol_kind)i));
  return EPX_OK;
}

static epx_err list_costs(epx_document *document) {
  for (int i = 0; i < EPX_COST_COUNT; i++)
    print_row(document, epx_cost_get_name((epx_cost_kind)i), epx_cost_get_meaning((epx_cost_kind)i));
  return EPX_OK;
}

static epx_err list_optimizers(epx_document *document) {
  for (int i = 0; i < EPX_OPTIMIZER_COUNT; i++)
    print_row(document, epx_optimizer_get_name((epx_optimizer_kind)i),
              epx_optimizer_get_meaning((epx_optimizer_kind)i));
  return EPX_OK;
}

static epx_err list_designs(epx_document *document) {
  for (int i = 0; epx_design_get_method(i); i++)
    print_row(document, epx_design_get_method(i)->name, epx_design_get_method(i)->summary);
  return EPX_OK;
}

static epx_err list_schedules(epx_document *document) {
#define PRINT_SCHEDULE(name, text, meaning) print_row(document, text, meaning);
  EPX_RATES(PRINT_SCHEDULE)
#undef PRINT_SCHEDULE
  return EPX_OK;
}

static epx_err list_engines(epx_document *document) {
  for (int i = 0; i < EPX_ENGINE_COUNT; i++)
    print_row(document, epx_engine_get_name((epx_engine)i), epx_engine_get_meaning((epx_engine)i));
  return EPX_OK;
}

static epx_err list_methods(epx_document *document) {
#define PRINT_METHOD(name, text, meaning) print_row(document, text, meaning);
  EPX_METHODS(PRINT_METHOD)
#undef PRINT_METHOD
  return EPX_OK;
}

static epx_err list_metrics(epx_document *document) {
  for (int i = 0; i < EPX_METRIC_COUNT; i++) {
    const char *name = epx_metric_get_name((epx_metric)i), *meaning = epx_metric_get_meaning((epx_metric)i);
    const char *unit = epx_metric_get_unit((epx_metric)i, NULL, false);
    if (document)
      epx_catalogue_set_metric(document, name, unit, meaning);
    else
      printf("  %-24s [%s] %s\n", name, unit, meaning);
  }
  return EPX_OK;
}

static epx_err list_curves(epx_document *document) {
#define PRINT_CURVE(name, text, meaning) print_row(document, text, meaning);
  EPX_CURVES(PRINT_CURVE)
#undef PRINT_CURVE
  return EPX_OK;
}

static epx_err list_distributions(epx_document *document) {
  print_row(document, "normal", "mean, sigma");
  print_row(document, "lognormal", "mean (the median), sigma (of the logarithm)");
  print_row(document, "uniform", "low, high");
  print_row(document, "truncated-normal", "mean, sigma, low, high");
  print_row(document, "triangular", "low, high, mean (the mode)");
  return EPX_OK;
}

static void print_device(const epx_device *device) {
  printf("%s: %s\n", device->name, device->summary);
  for (int k = 0; k < device->n_quantities; k++) {
    const epx_quantity *q = &device->quantities[k];
    printf("  %-16s %8g %-8s %s; %g … %g; %s%s\n", q->name, q->fallback, q->unit, q->meaning, q->low, q->high,
           q->assumed ? "ASSUMED: " : "source: ", q->source);
  }
  printf("\n");
}

static epx_err list_devices(epx_document *document) {
  epx_waveguide_range range;
  for (int i = 0; epx_device_get(i); i++) {
    if (document)
      epx_catalogue_set_device(document, epx_device_get(i));
    else
      print_device(epx_device_get(i));
  }
  if (!document) printf("waveguides: tables of modes in silicon dioxide at 1550 nm\n");
  for (int i = 0; epx_waveguide_get_range(i, &range) == 0; i++) {
    if (document) {
      epx_catalogue_set_waveguide(document, &range);
      continue;
    }
    printf("  %-16s %g nm thick, slab %g nm: width %g … %g nm, gap %g … %g nm; source: %s\n",
           epx_material_get(range.core)->name, range.thickness * 1e9, range.slab * 1e9, range.width_low * 1e9,
           range.width_high * 1e9, range.gap_low * 1e9, range.gap_high * 1e9, range.source);
  }
  return EPX_OK;
}

static epx_err list_energies(epx_document *document) {
  const epx_device *best = &epx_energy_device[EPX_OPTIMISTIC], *real = &epx_energy_device[EPX_BUDGETED],
                   *today = &epx_energy_device[EPX_TODAY];
  if (!document) printf("  %-18s %-3s %10s %10s %10s\n", "quantity", "", best->name, real->name, today->name);
  for (int i = 0; i < best->n_quantities; i++) {
    const epx_quantity *q = &best->quantities[i], *bought = &today->quantities[i];
    if (document) {
      epx_catalogue_set_energy(document, q, &real->quantities[i], bought);
      continue;
    }
    printf("  %-18s %-3s %10g %10g %10g %s\n  %-18s %s%s\n", q->name, q->unit, q->fallback,
           real->quantities[i].fallback, bought->fallback, q->meaning, "",
           q->assumed ? "ASSUMED: " : "source: ", q->source);
    printf("  %-18s today: %s\n", "", bought->source);
  }
  if (!document)
    printf("  families with a table of their parts: %s; others, and plugins, have no metrics in J\n",
           epx_machine_get_names());
  return EPX_OK;
}

static void print_preset(epx_document *document, const epx_process_preset *preset) {
  if (document) {
    epx_catalogue_set_preset(document, preset);
    return;
  }
  print_row(NULL, preset->name, preset->meaning);
  if (*preset->source)
    printf("  %-24s %s%s, %s; fitted to %s\n", "",
           preset->assumed ? "ASSUMED in part: " : "source: ", preset->source, preset->date, preset->fitted);
}

/* A row of a list that has several kinds of them. */
static void print_kind(epx_document *document, const char *kind, const char *name, const char *meaning) {
  if (document)
    epx_catalogue_set_row(document, kind, name, meaning);
  else
    print_row(NULL, name, meaning);
}

static epx_err list_processes(epx_document *document) {
  for (int i = 0; epx_process_get_preset(i); i++)
    print_preset(document, epx_process_get_preset(i));
  if (!document) printf("\nterms\n");
  for (int i = 0; i < EPX_TERM_COUNT; i++)
    print_kind(document, "term", epx_process_get_term_name((epx_process_term)i),
               epx_process_get_term_meaning((epx_process_term)i));
  if (!document) printf("\nquantities\n");
  for (int i = 0; i < EPX_DEVIATION_COUNT; i++)
    print_kind(document, "quantity", epx_deviation_get_name((epx_deviation)i),
               epx_deviation_get_meaning((epx_deviation)i));
  return EPX_OK;
}

static epx_err list_corners(epx_document *document) {
#define PRINT_CORNER(name, text, width, thickness, meaning) print_row(document, text, meaning);
  EPX_CORNERS(PRINT_CORNER)
#undef PRINT_CORNER
  return EPX_OK;
}

static epx_err list_kernels(epx_document *document) {
  for (int i = 0; i < EPX_CORRELATION_COUNT; i++)
    print_row(document, epx_correlation_get_name((epx_correlation_kind)i),
              epx_correlation_get_formula((epx_correlation_kind)i));
  return EPX_OK;
}

static epx_err print_created(epx_err (*create)(char **text)) {
  char *text;
  EPX_TRY(create(&text));
  printf("%s", text);
  epx_array_destroy(&text);
  return EPX_OK;
}

static epx_err print_schema(void) {
  return print_created(epx_schema_create_json);
}

static epx_err list_deck(epx_document *document) {
  if (!document) return print_created(epx_schema_create_reference);
  for (int i = 0; epx_schema_get(i); i++)
    if (epx_schema_get(i)->type != EPX_SCHEMA_VALUE) epx_catalogue_set_key(document, epx_schema_get(i));
  return EPX_OK;
}

static epx_err list_commands(epx_document *document) {
  for (int i = 0; epx_command_get(i); i++) {
    if (document)
      epx_catalogue_set_command(document, epx_command_get(i));
    else
      print_row(NULL, epx_command_get(i)->name, epx_command_get(i)->summary);
  }
  return EPX_OK;
}

static const struct {
  const char *name, *meaning;
  epx_err (*list)(epx_document *document);
} topics[] = {
    {"families", "kinds of networks: equations, parameters, units, defaults, sources", list_families},
    {"topologies", "which nodes are linked", list_topologies},
    {"readouts", "what the detectors measure at the output nodes", list_readouts},
    {"tasks", "tasks to learn", list_tasks},
    {"encodings", "how features enter the network", list_encodings},
    {"goals", "what the outputs are to say of a sample", list_goals},
    {"reductions", "how the number of features is reduced", list_reductions},
    {"estimators", "rules that turn equilibria into gradients", list_estimators},
    {"protocols", "where training takes place, and how its settings reach the fabricated instances",
     list_protocols},
    {"costs", "cost functions: how wrong an answer is", list_costs},
    {"optimizers", "optimisers: how parameters follow a gradient", list_optimizers},
    {"schedules", "how the learning rate follows the epochs", list_schedules},
    {"engines", "how networks are solved: together on one core, or one over many ranks", list_engines},
    {"methods", "methods to find an equilibrium", list_methods},
    {"distributions", "distributions of nominal values and of fabrication", list_distributions},
    {"designs", "methods to choose the design points", list_designs},
    {"metrics", "what is measured on a trained network", list_metrics},
    {"curves", "learning curves: what can be saved per epoch", list_curves},
    {"devices", "rings, heaters, detectors, …: defaults, ranges, sources, and what is assumed", list_devices},
    {"energies", "energy cost of each part: two cases, sources, and what is assumed", list_energies},
    {"processes", "fabrication: presets, terms, quantities", list_processes},
    {"corners", "fabrication: corners of a process, in place of chance", list_corners},
    {"kernels", "correlation of random fields as a function of distance", list_kernels},
    {"deck", "every key of a deck: inputs/reference.yaml", list_deck},
    {"commands", "commands of the program", list_commands},
};

enum { N_TOPICS = sizeof topics / sizeof *topics };

static epx_err list_topics(epx_document *document) {
  if (!document) printf("`epilux list WHAT` lists\n");
  for (int i = 0; i < N_TOPICS; i++)
    print_row(document, topics[i].name, topics[i].meaning);
  if (!document)
    printf("Sources are keys of references.bib (in the source tree, and installed in share/epilux).\n");
  return EPX_OK;
}

/* In a form of its own, of one topic. */
static const struct {
  const char *option, *topic;
  epx_err (*print)(void);
} forms[] = {{"--schema", "deck", print_schema},
             {"--man", "commands", epx_command_pages_view_man},
             {"--bash", "commands", epx_command_pages_view_bash},
             {"--zsh", "commands", epx_command_pages_view_zsh}};

static epx_err list(const epx_call *call, epx_err (*print)(epx_document *document), const char *name) {
  epx_document document;
  if (!epx_call_is_set(call, "--json")) return print(NULL);
  epx_document_begin(&document, stdout, "list");
  epx_document_set_text(&document, "list", name);
  epx_document_open(&document, "entries", '[');
  EPX_TRY(print(&document));
  epx_document_close(&document, '[');
  epx_document_end(&document);
  return EPX_OK;
}

static epx_err solve(const epx_call *call, int *status) {
  const char *names[N_TOPICS], *what = call->n_arguments > 0 ? call->arguments[0] : NULL;
  (void)status;
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (!epx_call_is_set(call, forms[i].option)) continue;
    if (call->n_options == 1 && what && strcmp(what, forms[i].topic) == 0) return forms[i].print();
    return EPX_RAISE(EPX_EINPUT, "list: %s goes with `%s` alone: epilux list %s %s", forms[i].option,
                     forms[i].topic, forms[i].topic, forms[i].option);
  }
  if (!what) return list(call, list_topics, NULL);
  for (int i = 0; i < N_TOPICS; i++) {
    names[i] = topics[i].name;
    if (strcmp(topics[i].name, what) == 0) return list(call, topics[i].list, what);
  }
  const char *nearest = epx_nearest_get(what, N_TOPICS, names);
  if (nearest) return EPX_RAISE(EPX_EINPUT, "list: no list is named %s; did you mean %s?", what, nearest);
  return EPX_RAISE(EPX_EINPUT, "list: no list is named %s; `epilux list` shows all", what);
}

static const char *get_word(int i) {
  return i < N_TOPICS ? topics[i].name : NULL;
}

static const epx_option options[] = {
    {"--schema", NULL, "with deck: print the keys as JSON Schema, by which editors complete and check decks",
     0},
    {"--man", NULL, "with commands: print the manual page, in troff", 0},
    {"--bash", NULL, "with commands: print the completion for bash", 0},
    {"--zsh", NULL, "with commands: print the completion for zsh", 0},
    EPX_OPTION_JSON,
    {NULL, NULL, NULL, 0}};

const epx_command epx_command_list = {
    .name = "list",
    .arguments = "[WHAT]",
    .n_min = 0,
    .n_max = 1,
    .summary = "list families, tasks, estimators, designs, metrics, …, or every key of a deck",
    .details = "Without a word it lists what can be listed.",
    .example = "epilux list families",
    .options = options,
    .get_word = get_word,
    .solve = solve,
};
