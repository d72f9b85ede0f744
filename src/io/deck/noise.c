/** @file
 * Deck: the section noise.
 */
#include "io/deck/reader.h"
#include "io/schema/words.h"

/* A network with noise has no equilibrium: everything needs the clock. */
static epx_err check_lengths(const epx_reader *r, const epx_tree *section) {
  const epx_equilibrium_options *options = &r->settings->equilibrium;
  const bool trains = r->settings->learning.epochs > 0;
  if (options->duration_free == 0)
    return epx_tree_raise(
        section,
        "noise: a network with noise never rests, so that equilibrium.method %s has nothing "
        "to find; give the length of its phases, equilibrium.duration",
        epx_reader_get(r, "equilibrium.method")->text);
  if (trains && options->duration_nudged == 0)
    return epx_tree_raise(section, "noise: a learning phase with noise never rests; give its length, "
                                   "equilibrium.duration.nudged, or set learning.epochs to 0");
  if (options->duration_step > 0)
    return epx_tree_raise(
        epx_reader_get(r, "equilibrium.duration.step"),
        "equilibrium.duration.step: %g, but with a section noise noise.step is the step; leave one "
        "of them out",
        options->duration_step);
  if (options->noise.window > options->duration_free ||
      (trains && options->noise.window > options->duration_nudged))
    return epx_tree_raise(epx_reader_get(r, "noise.window"),
                          "noise.window: %g is longer than a phase; equilibrium.duration is %g and %g",
                          options->noise.window, options->duration_free, options->duration_nudged);
  if (options->noise.step > options->duration_free ||
      (trains && options->noise.step > options->duration_nudged))
    return epx_tree_raise(epx_reader_get(r, "noise.step"),
                          "noise.step: %g is longer than a phase; equilibrium.duration is %g and %g",
                          options->noise.step, options->duration_free, options->duration_nudged);
  return EPX_OK;
}

/* What is computed from equilibria has no meaning where there are none. */
static epx_err check_users(const epx_reader *r) {
  static const unsigned at_rest =
      EPX_NEEDS_GRADIENT | EPX_NEEDS_TRAINED_GRADIENT | EPX_NEEDS_SPECTRUM | EPX_NEEDS_STARTS;
  const epx_settings *settings = r->settings;
  if (settings->learning.estimator->computed && settings->learning.epochs > 0)
    return epx_tree_raise(epx_reader_get(r, "learning.estimator"),
                          "learning.estimator: %s is computed of states without noise; with a section noise "
                          "use a rule that measures, such as plain or phase-conjugate",
                          settings->learning.estimator->name);
  for (int i = 0; i < settings->n_metrics; i++)
    if (epx_metric_get_needs(&settings->metric[i], 1) & at_rest)
      return epx_tree_raise(
          epx_reader_get(r, "metrics"),
          "metrics: %s is of equilibria, and a network with noise has none; name metrics without it",
          epx_metric_get_name(settings->metric[i]));
  return EPX_OK;
}

static epx_err read_anneal(const epx_reader *r, epx_noise_spec *noise) {
  const epx_family *family = r->settings->network.family;
  const epx_tree *parameter = epx_reader_get(r, "noise.anneal.parameter");
  noise->anneal.parameter = -1;
  if (!epx_reader_get(r, "noise.anneal")) return EPX_OK;
  noise->anneal.length = epx_reader_get_real(r, "noise.anneal.length");
  noise->anneal.from = epx_reader_get_real(r, "noise.anneal.from");
  noise->anneal.left = epx_reader_get_real(r, "noise.anneal.left");
  if (!parameter) return EPX_OK;
  noise->anneal.parameter = epx_family_get_parameter(family, parameter->text);
  if (family->parameters[noise->anneal.parameter].site != EPX_SITE_NODE)
    return epx_tree_raise(parameter,
                          "noise.anneal.parameter: %s is of links; name one of nodes, such as pump",
                          parameter->text);
  return EPX_OK;
}

epx_err epx_reader_read_noise(epx_reader *r) {
  epx_noise_spec *noise = &r->settings->equilibrium.noise;
  const epx_tree *section = epx_reader_get(r, "noise");
  if (!section) return EPX_OK;
  *noise = (epx_noise_spec){.step = epx_reader_get_real(r, "noise.step"),
                            .window = epx_reader_get_real(r, "noise.window"),
                            .diffusion = epx_reader_get_real(r, "noise.diffusion"),
                            .linewidth = epx_reader_get_real(r, "noise.linewidth"),
                            .photons = epx_reader_get_real(r, "noise.photons"),
                            .thermal = epx_reader_get_real(r, "noise.thermal_photons"),
                            .start = epx_reader_get_real(r, "noise.start")};
  EPX_TRY(read_anneal(r, noise));
  const int code = epx_noise_check(noise, r->settings->network.family);
  if (code == EPX_EINPUT) return epx_tree_raise(section, "%s", epx_error_get_message());
  EPX_TRY(code);
  EPX_TRY(check_lengths(r, section));
  return check_users(r);
}
