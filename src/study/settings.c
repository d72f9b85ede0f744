#include "study/settings.h"

#include "base/array.h"

void epx_settings_destroy(epx_settings **address) {
  epx_settings *settings = *address;
  if (!settings) return;
  for (size_t i = 0; i < settings->n_owned; i++)
    epx_array_destroy(&settings->owned[i]);
  epx_array_destroy(&settings->owned);
  epx_array_destroy(address);
}
