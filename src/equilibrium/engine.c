/** @file
 * Engine: what a network must be to be distributed, in words that name the key to change.
 */
#include "equilibrium/engine.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *name, *meaning;
} table[EPX_ENGINE_COUNT] = {
#define ROW(enumerator, text, meaning) {text, meaning},
    EPX_ENGINES(ROW)
#undef ROW
};

const char *epx_engine_get_name(epx_engine engine) {
  return table[engine].name;
}

const char *epx_engine_get_meaning(epx_engine engine) {
  return table[engine].meaning;
}

bool epx_engine_is_large(const epx_network *network) {
  const double degree = 2 * (double)network->topology->n_links / network->n_nodes;
  return network->n_nodes >= EPX_ENGINE_LARGE && degree <= EPX_ENGINE_SPARSE;
}

epx_err epx_engine_check(const epx_network *network, int n_ranks) {
  const epx_family *family = network->family;
  if (!family->link_law || family->components > EPX_LINK_MAX_ROWS || family->input_rows > EPX_LINK_MAX_ROWS)
    return EPX_RAISE(EPX_EINPUT,
                     "network.family: %s does not define the effect of a single link, so its networks cannot "
                     "be distributed; use equilibrium.engine: population",
                     family->name);
  if (network->readout == EPX_READ_PORT_INTENSITY || network->readout == EPX_READ_PORT_QUADRATURE)
    return EPX_RAISE(EPX_EINPUT, "network.outputs.readout: a distributed network cannot be read at ports; "
                                 "read intensity or quadrature, or use equilibrium.engine: population");
  if (network->readout == EPX_READ_BALANCED)
    return EPX_RAISE(EPX_EINPUT, "network.outputs.readout: a distributed network has no balanced pairs; read "
                                 "intensity, or use equilibrium.engine: population");
  if (network->encoding != EPX_ENCODE_AMPLITUDE)
    return EPX_RAISE(EPX_EINPUT, "network.inputs.encoding: a distributed network has encoding amplitude "
                                 "only; use it, or equilibrium.engine: population");
  if (network->n_free < n_ranks)
    return EPX_RAISE(EPX_EINPUT,
                     "population.ranks_per_network: %d free nodes cannot be spread over %d ranks; use at "
                     "most %d",
                     network->n_free, n_ranks, network->n_free);
  if (network->topology->n_links > INT_MAX / 2)
    return EPX_RAISE(EPX_EINPUT, "network.topology: %zu links, at most %d can be distributed",
                     network->topology->n_links, INT_MAX / 2);
  return EPX_OK;
}

epx_err epx_engine_check_parameters(const epx_network *network, const double *theta) {
  const epx_family *family = network->family;
  for (int p = 0; p < family->n_parameters; p++) {
    if (family->parameters[p].site != EPX_SITE_LINK || p == network->coupling) continue;
    for (size_t k = 0; k < network->count[p]; k++) {
      if (theta[network->offset[p] + k] != 0)
        return EPX_RAISE(EPX_EINPUT,
                         "network.parameters.%s: a distributed network has only %s on its links; set this to "
                         "0, or use equilibrium.engine: population",
                         family->parameters[p].name, family->parameters[network->coupling].name);
    }
  }
  return EPX_OK;
}

/** Takes the next word of a text, up to `size` characters of it. Returns its length, 0 at the end. */
static size_t take_word(const char **at, char *word, size_t size) {
  *at += strspn(*at, " \t\n");
  const size_t length = strcspn(*at, " \t\n");
  snprintf(word, size, "%.*s", (int)(length < size ? length : size - 1), *at);
  *at += length;
  return length;
}

/** Tells an option from a value, which may be a negative number. */
static bool is_option(const char *word) {
  return word[0] == '-' && (isalpha((unsigned char)word[1]) || word[1] == '-');
}

static epx_err check_options_file(const char *option, const char *path) {
  if (strncmp(option, "-options_file", strlen("-options_file")) != 0) return EPX_OK;
  FILE *file = fopen(path, "r");
  if (!file) return EPX_RAISE(EPX_EINPUT, "petsc.options: %s %s: the file cannot be read", option, path);
  fclose(file);
  return EPX_OK;
}

epx_err epx_engine_check_options(const char *options) {
  char word[256], option[256] = "";
  int n = 0;
  if (strlen(options) > EPX_ENGINE_MAX_TEXT)
    return EPX_RAISE(EPX_EINPUT,
                     "petsc.options: %zu characters, at most %d are taken; -options_file reads more",
                     strlen(options), EPX_ENGINE_MAX_TEXT);
  for (const char *at = options; take_word(&at, word, sizeof word) > 0; n++) {
    if (is_option(word)) {
      snprintf(option, sizeof option, "%s", word);
      continue;
    }
    if (!option[0])
      return EPX_RAISE(
          EPX_EINPUT, "petsc.options: '%s' is neither an option, which begins with '-', nor the value of one",
          word);
    EPX_TRY(check_options_file(option, word));
    option[0] = '\0';
  }
  if (n > EPX_ENGINE_MAX_WORDS)
    return EPX_RAISE(EPX_EINPUT, "petsc.options: %d words, at most %d are taken; -options_file reads more", n,
                     EPX_ENGINE_MAX_WORDS);
  return EPX_OK;
}
