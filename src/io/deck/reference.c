/** @file
 * Deck: the section reference.
 */
#include "io/deck/reader.h"

/* The first metric that needs a reference, NULL: none does. */
static const epx_tree *find_metric(const epx_reader *r) {
  for (int i = 0; i < r->settings->n_metrics; i++)
    if (epx_metric_get_needs(&r->settings->metric[i], 1) & EPX_NEEDS_REFERENCE)
      return epx_reader_get(r, "metrics")->items[i];
  return NULL;
}

static epx_err check(const epx_reader *r, const epx_tree *section) {
  const epx_task_spec *task = &r->settings->task;
  const epx_digital_reference_spec *spec = &r->settings->reference;
  if (task->validation_fraction == 0)
    return epx_tree_raise(
        section, "reference: models stop by their accuracy over the validation part, and there is none; "
                 "set task.validation_fraction, such as 0.2");
  if (task->test_fraction == 0 && !task->test_path)
    return epx_tree_raise(section, "reference: nothing is held out, so that no accuracy can be told; set "
                                   "task.test_fraction, such as 0.2");
  for (int i = 1; i < spec->n_widths; i++)
    if (spec->widths[i] <= spec->widths[i - 1])
      return epx_tree_raise(epx_reader_get(r, "reference.widths")->items[i],
                            "reference.widths: %d does not lie above %d; widths rise", spec->widths[i],
                            spec->widths[i - 1]);
  return EPX_OK;
}

epx_err epx_reader_read_reference(epx_reader *r) {
  epx_digital_reference_spec *spec = &r->settings->reference;
  const epx_tree *section = epx_reader_get(r, "reference"), *metric = find_metric(r);
  if (!section && metric)
    return epx_tree_raise(metric,
                          "metrics: %s needs the section reference with its target, such as "
                          "reference: {target: 0.93}",
                          metric->text);
  if (!section) return EPX_OK;
  spec->asked = true;
  spec->target = epx_reader_get_real(r, "reference.target");
  spec->margin = epx_reader_get_real(r, "reference.margin");
  spec->confidence = epx_reader_get_real(r, "reference.confidence");
  spec->splits = epx_reader_get_integer(r, "reference.splits");
  spec->batch = epx_reader_get_integer(r, "reference.batch");
  EPX_TRY(epx_reader_read_integers(r, "reference.widths", &spec->n_widths, &spec->widths));
  return check(r, section);
}
