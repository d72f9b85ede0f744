/** @file
 * Catalogue.
 */
#include "cli/print/catalogue.h"

#include <math.h>

#include "photonic/device/material.h"
#include "photonic/fabrication/layout.h"

static void begin(epx_document *document, const char *name, const char *meaning) {
  epx_document_open(document, NULL, '{');
  epx_document_set_text(document, "name", name);
  epx_document_set_text(document, "meaning", meaning);
}

static void end(epx_document *document) {
  epx_document_close(document, '{');
}

void epx_catalogue_set_row(epx_document *document, const char *kind, const char *name, const char *meaning) {
  begin(document, name, meaning);
  if (kind) epx_document_set_text(document, "kind", kind);
  end(document);
}

static void set_parameters(epx_document *document, const epx_family *family) {
  epx_document_open(document, "parameters", '[');
  for (int p = 0; p < family->n_parameters; p++) {
    const epx_parameter *parameter = &family->parameters[p];
    begin(document, parameter->name, parameter->meaning);
    epx_document_set_text(document, "unit", parameter->unit);
    epx_document_set_text(document, "of", parameter->site == EPX_SITE_LINK ? "link" : "node");
    epx_document_set_number(document, "default", parameter->fallback);
    epx_document_set_number(document, "low", parameter->low);
    epx_document_set_number(document, "high", parameter->high);
    epx_document_set_boolean(document, "trainable", parameter->trainable);
    epx_document_set_boolean(document, "trained", parameter->trained);
    end(document);
  }
  epx_document_close(document, '[');
}

static void set_responses(epx_document *document, const epx_family *family) {
  epx_document_open(document, "responses", '[');
  for (int r = 0; family->n_devices > 0 && r < family->n_responses; r++) {
    const epx_family_response *row = &family->responses[r];
    epx_document_open(document, NULL, '{');
    epx_document_set_text(document, "parameter", family->parameters[row->parameter].name);
    epx_document_set_text(document, "device", family->devices[row->device].name);
    epx_document_set_boolean(document, "paired", family->devices[row->device].paired);
    epx_document_set_text(document, "equation", epx_layout_get_equation(row->follow));
    epx_document_set_number(document, "factor", row->factor);
    end(document);
  }
  epx_document_close(document, '[');
}

void epx_catalogue_set_family(epx_document *document, const epx_family *family) {
  begin(document, family->name, family->summary);
  epx_document_set_text(document, "equation", family->equation);
  epx_document_set_text(document, "units", family->units);
  epx_document_set_text(document, "source", family->source);
  epx_document_set_boolean(document, "inputs_fix_nodes", family->clamps_inputs);
  epx_document_set_number(document, "input_scale", family->input_scale);
  epx_document_set_number(document, "coupling_spread", family->coupling_spread);
  epx_document_set_text(document, "nudge", family->nudge);
  epx_document_set_text(document, "exact", family->exact);
  epx_document_set_text(document, "readout", epx_network_get_readout_name(family->readout));
  epx_document_open(document, "readouts", '[');
  for (int k = 0; k < EPX_READ_COUNT; k++)
    if (epx_family_get_readouts(family) & EPX_READS(k))
      epx_document_set_text(document, NULL, epx_network_get_readout_name((epx_readout_kind)k));
  epx_document_close(document, '[');
  epx_document_open(document, "presets", '[');
  for (int k = 0; k < family->n_presets; k++)
    epx_catalogue_set_row(document, NULL, family->presets[k].name, family->presets[k].summary);
  epx_document_close(document, '[');
  set_parameters(document, family);
  set_responses(document, family);
  end(document);
}

void epx_catalogue_set_task(epx_document *document, const epx_task_kind *task) {
  begin(document, task->name, task->summary);
  epx_document_set_number(document, "held_out", task->test_fraction);
  epx_document_set_text(document, "scaling", epx_task_get_scaling_name(task->scaling));
  epx_document_set_text(document, "source", task->source);
  end(document);
}

void epx_catalogue_set_estimator(epx_document *document, const epx_estimator *estimator) {
  begin(document, estimator->name, estimator->summary);
  epx_document_set_boolean(document, "nudged", estimator->nudged);
  epx_document_set_text(document, "source", estimator->source);
  epx_document_open(document, "families", '[');
  for (int f = 0; epx_family_get(f); f++)
    if (!estimator->get_refusal(epx_family_get(f)))
      epx_document_set_text(document, NULL, epx_family_get(f)->name);
  epx_document_close(document, '[');
  end(document);
}

void epx_catalogue_set_metric(epx_document *document, const char *name, const char *unit,
                              const char *meaning) {
  begin(document, name, meaning);
  epx_document_set_text(document, "unit", unit);
  end(document);
}

void epx_catalogue_set_device(epx_document *document, const epx_device *device) {
  begin(document, device->name, device->summary);
  epx_document_set_text(document, "kind", "device");
  epx_document_open(document, "quantities", '[');
  for (int k = 0; k < device->n_quantities; k++) {
    const epx_quantity *q = &device->quantities[k];
    begin(document, q->name, q->meaning);
    epx_document_set_text(document, "unit", q->unit);
    epx_document_set_number(document, "default", q->fallback);
    epx_document_set_number(document, "low", q->low);
    epx_document_set_number(document, "high", q->high);
    epx_document_set_boolean(document, "assumed", q->assumed);
    epx_document_set_text(document, "source", q->source);
    end(document);
  }
  epx_document_close(document, '[');
  end(document);
}

void epx_catalogue_set_waveguide(epx_document *document, const epx_waveguide_range *range) {
  begin(document, epx_material_get(range->core)->name,
        "a table of modes in silicon dioxide at 1550 nm, lengths in m");
  epx_document_set_text(document, "kind", "waveguide");
  epx_document_set_number(document, "thickness", range->thickness);
  epx_document_set_number(document, "slab", range->slab);
  epx_document_set_number(document, "width_low", range->width_low);
  epx_document_set_number(document, "width_high", range->width_high);
  epx_document_set_number(document, "gap_low", range->gap_low);
  epx_document_set_number(document, "gap_high", range->gap_high);
  epx_document_set_text(document, "source", range->source);
  end(document);
}

void epx_catalogue_set_energy(epx_document *document, const epx_quantity *optimistic,
                              const epx_quantity *budgeted, const epx_quantity *today) {
  begin(document, optimistic->name, optimistic->meaning);
  epx_document_set_text(document, "unit", optimistic->unit);
  epx_document_set_number(document, "optimistic", optimistic->fallback);
  epx_document_set_number(document, "budgeted", budgeted->fallback);
  epx_document_set_number(document, "today", today->fallback);
  epx_document_set_boolean(document, "assumed", optimistic->assumed);
  epx_document_set_text(document, "source", optimistic->source);
  epx_document_set_text(document, "today_source", today->source);
  end(document);
}

void epx_catalogue_set_preset(epx_document *document, const epx_process_preset *preset) {
  begin(document, preset->name, preset->meaning);
  epx_document_set_text(document, "kind", "preset");
  epx_document_set_boolean(document, "assumed", preset->assumed);
  epx_document_set_text(document, "source", preset->source);
  epx_document_set_text(document, "date", preset->date);
  epx_document_set_text(document, "fitted", preset->fitted);
  end(document);
}

static const char *get_type_name(epx_schema_type type) {
  static const char *const names[] = {[EPX_SCHEMA_SECTION] = "section",
                                      [EPX_SCHEMA_TEXT] = "text",
                                      [EPX_SCHEMA_WORD] = "word",
                                      [EPX_SCHEMA_BOOLEAN] = "boolean",
                                      [EPX_SCHEMA_INTEGER] = "integer",
                                      [EPX_SCHEMA_REAL] = "quantity",
                                      [EPX_SCHEMA_INTEGERS] = "list of integers",
                                      [EPX_SCHEMA_REALS] = "list of quantities",
                                      [EPX_SCHEMA_WORDS] = "list of words",
                                      [EPX_SCHEMA_VALUE] = "value",
                                      [EPX_SCHEMA_ROWS] = "list of rows",
                                      [EPX_SCHEMA_FACTORS] = "factors",
                                      [EPX_SCHEMA_POINTS] = "list of points"};
  return names[type];
}

void epx_catalogue_set_key(epx_document *document, const epx_schema_entry *entry) {
  char conditions[1024] = "";
  const bool is_number = entry->type == EPX_SCHEMA_INTEGER || entry->type == EPX_SCHEMA_INTEGERS ||
                         entry->type == EPX_SCHEMA_REAL || entry->type == EPX_SCHEMA_REALS;
  if (entry->applies) epx_schema_view_conditions(entry->applies, conditions, sizeof conditions);
  begin(document, entry->path, entry->meaning);
  epx_document_set_text(document, "type", get_type_name(entry->type));
  epx_document_set_text(document, "unit", entry->unit);
  epx_document_set_text(document, "default", entry->fallback);
  epx_document_set_text(document, "derived_from", entry->derived);
  epx_document_set_boolean(document, "required", entry->required);
  epx_document_set_number(document, "low", is_number ? entry->low : NAN);
  epx_document_set_number(document, "high", is_number ? entry->high : NAN);
  epx_document_set_text(document, "applies", entry->applies ? conditions : NULL);
  epx_document_open(document, "words", '[');
  for (int i = 0; entry->words && entry->words(NULL, i); i++)
    epx_document_set_text(document, NULL, entry->words(NULL, i));
  epx_document_close(document, '[');
  end(document);
}

void epx_catalogue_set_command(epx_document *document, const epx_command *command) {
  begin(document, command->name, command->summary);
  epx_document_set_text(document, "arguments", command->arguments);
  epx_document_set_text(document, "details", command->details);
  epx_document_set_text(document, "example", command->example);
  epx_document_set_boolean(document, "parallel", command->parallel);
  epx_document_open(document, "options", '[');
  for (int i = 0; epx_command_get_option(command, i); i++) {
    const epx_option *option = epx_command_get_option(command, i);
    const char letter[2] = {option->letter, '\0'};
    begin(document, option->name, option->meaning);
    epx_document_set_text(document, "argument", option->argument);
    epx_document_set_text(document, "letter", option->letter ? letter : NULL);
    end(document);
  }
  epx_document_close(document, '[');
  end(document);
}
