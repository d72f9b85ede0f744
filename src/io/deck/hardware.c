/** @file
 * Deck: the section hardware, and the protocol of learning.
 */
#include <stdlib.h>
#include <string.h>

#include "io/deck/reader.h"
#include "io/schema/words.h"

static double get_number(const epx_reader *r, const char *path) {
  return epx_reader_is_set(r, path) ? epx_reader_get_real(r, path) : 0;
}

static int get_parameter(const epx_reader *r, const char *path) {
  if (!epx_reader_is_set(r, path)) return 0;
  return epx_family_get_parameter(r->settings->network.family, epx_reader_get(r, path)->text);
}

static void read_detector(const epx_reader *r, epx_detector *detector) {
  const epx_tree *map = epx_reader_get(r, "hardware.readout.detector");
  epx_device_init(&epx_detector_device, detector);
  for (int i = 0; map && i < epx_detector_device.n_quantities; i++) {
    const epx_quantity *q = &epx_detector_device.quantities[i];
    const epx_tree *given = epx_tree_get(map, q->name);
    if (!given) continue;
    const double number = strtod(given->text, NULL);
    memcpy((char *)detector + q->offset, &number, sizeof number);
  }
}

static void read_readout(const epx_reader *r, epx_reading_spec *reading) {
  reading->noise = get_number(r, "hardware.readout.noise");
  reading->averages = epx_reader_get_integer(r, "hardware.readout.averages");
  reading->bits = epx_reader_get_integer(r, "hardware.readout.bits");
  reading->range = get_number(r, "hardware.readout.range");
  reading->shot = epx_reader_get_boolean(r, "hardware.readout.shot");
  reading->thermal = epx_reader_get_boolean(r, "hardware.readout.thermal");
  reading->rin = epx_reader_get_boolean(r, "hardware.readout.rin");
  reading->power = get_number(r, "hardware.readout.power");
  reading->reference = get_number(r, "hardware.readout.reference");
  read_detector(r, &reading->detector);
}

/* Tells whether any rule reads states at this point; where none does, what the deck says of it is for other
 * points of the design, and its defaults are not there. */
static bool is_measured(const epx_settings *settings) {
  const epx_protocol_kind protocol = settings->protocol.kind;
  return !settings->learning.estimator->computed &&
         (protocol == EPX_PROTOCOL_IN_SITU || protocol == EPX_PROTOCOL_FINETUNE);
}

static void read_measurement(const epx_reader *r, epx_hardware_spec *hardware) {
  if (epx_reader_is_set(r, "hardware.readout")) read_readout(r, &hardware->reading);
  hardware->drift = (epx_drift_spec){.parameter = get_parameter(r, "hardware.drift.parameter"),
                                     .common = get_number(r, "hardware.drift.common"),
                                     .local = get_number(r, "hardware.drift.local")};
}

static void read_weights(const epx_reader *r, epx_tuning_spec *tuning) {
  tuning->bits = epx_reader_get_integer(r, "hardware.weights.bits");
  tuning->range = get_number(r, "hardware.weights.range");
  tuning->noise = get_number(r, "hardware.weights.noise");
  tuning->granularity = get_number(r, "hardware.weights.granularity");
  tuning->endurance = get_number(r, "hardware.weights.endurance");
  tuning->stochastic = epx_reader_is_set(r, "hardware.weights.rounding") &&
                       epx_reader_get_word(r, "hardware.weights.rounding", epx_words_get_rounding) == 1;
}

static epx_err read_crosstalk(const epx_reader *r, epx_tuning_spec *tuning) {
  const epx_tree *parameter = epx_reader_get(r, "hardware.crosstalk.parameter");
  if (!parameter) return EPX_OK;
  tuning->parameter = get_parameter(r, "hardware.crosstalk.parameter");
  tuning->pitch = get_number(r, "hardware.crosstalk.pitch");
  tuning->n_columns = epx_reader_get_integer(r, "hardware.crosstalk.columns");
  tuning->isolation = get_number(r, "hardware.crosstalk.isolation");
  if (!r->settings->learning.train[tuning->parameter])
    return epx_tree_raise(parameter,
                          "hardware.crosstalk.parameter: %s is not trained, so no heater sets it; add it to "
                          "learning.train, or name another parameter here",
                          parameter->text);
  if (r->settings->network.family->parameters[tuning->parameter].site != EPX_SITE_NODE)
    return epx_tree_raise(
        parameter,
        "hardware.crosstalk.parameter: heaters set parameters of nodes, but %s is a parameter of links",
        parameter->text);
  return EPX_OK;
}

static epx_err read_protocol(const epx_reader *r) {
  epx_protocol_spec *protocol = &r->settings->protocol;
  const epx_tree *calibrated = epx_reader_get(r, "learning.calibration.parameters");
  protocol->kind = (epx_protocol_kind)epx_reader_get_word(r, "learning.protocol", epx_words_get_protocol);
  protocol->finetune = epx_reader_get_integer(r, "learning.finetune");
  protocol->n_random = epx_reader_get_integer(r, "learning.random_instances");
  protocol->calibration_error = get_number(r, "learning.calibration.error");
  if (protocol->kind != EPX_PROTOCOL_CALIBRATE) return EPX_OK;
  if (calibrated->n == 0)
    return epx_tree_raise(epx_reader_get(r, "learning.protocol"),
                          "learning.protocol: calibrate corrects known deviations of trained parameters, but "
                          "detuning is not trained; name others in learning.calibration.parameters");
  for (int i = 0; i < calibrated->n; i++) {
    const int p = epx_family_get_parameter(r->settings->network.family, calibrated->items[i]->text);
    if (!r->settings->learning.train[p])
      return epx_tree_raise(
          calibrated->items[i],
          "learning.calibration.parameters: %s is not trained, so nothing sets it; add it to learning.train",
          calibrated->items[i]->text);
    protocol->calibrated[p] = true;
  }
  return EPX_OK;
}

/* Says what the layer below refuses at the line of the section. */
static epx_err check(const epx_reader *r, const char *path, int code) {
  if (code != EPX_EINPUT) return code;
  return epx_tree_raise(epx_reader_get(r, path), "%s: %s", path, epx_error_get_message());
}

epx_err epx_reader_read_hardware(epx_reader *r) {
  epx_hardware_spec *hardware = &r->settings->learning.hardware;
  EPX_TRY(read_protocol(r));
  if (!epx_reader_is_set(r, "hardware")) return EPX_OK;
  if (is_measured(r->settings)) read_measurement(r, hardware);
  if (epx_reader_is_set(r, "hardware.weights")) read_weights(r, &hardware->tuning);
  EPX_TRY(read_crosstalk(r, &hardware->tuning));
  hardware->drive_bits = epx_reader_get_integer(r, "hardware.drive.bits");
  hardware->drive_range = get_number(r, "hardware.drive.range");
  hardware->dead.nodes = get_number(r, "hardware.dead.nodes");
  hardware->dead.links = get_number(r, "hardware.dead.links");
  EPX_TRY(check(r, "hardware.readout", epx_reading_check(&hardware->reading)));
  EPX_TRY(check(r, "hardware.weights", epx_tuning_check(&hardware->tuning)));
  return check(r, "hardware", epx_hardware_check(hardware, r->settings->network.family));
}
