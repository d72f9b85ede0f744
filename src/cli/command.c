/** @file
 * Commands: their table, their --help, and how a command line is taken apart.
 */
#define _POSIX_C_SOURCE 200809L
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/nearest.h"

#define EPX_COMMAND(name) extern const epx_command epx_command_##name;
#include "cli/commands.def"
#undef EPX_COMMAND

static const epx_command *const commands[] = {
#define EPX_COMMAND(name) &epx_command_##name,
#include "cli/commands.def"
#undef EPX_COMMAND
    NULL};

enum { N_NAMES_MAX = 64 };

const epx_command *epx_command_get(int i) {
  return commands[i];
}

const epx_command *epx_command_get_by_name(const char *name) {
  for (int i = 0; commands[i]; i++)
    if (strcmp(commands[i]->name, name) == 0) return commands[i];
  return NULL;
}

const epx_option *epx_command_get_option(const epx_command *command, int i) {
  static const epx_option help = {"--help", NULL, "show this help", 0};
  const epx_option *option = command->options;
  for (; option && option->name; option++)
    if (i-- == 0) return option;
  return i == 0 ? &help : NULL;
}

int epx_command_get_rank(void) {
  const char *rank = getenv("OMPI_COMM_WORLD_RANK");
  if (!rank) rank = getenv("PMIX_RANK");
  return rank ? atoi(rank) : 0;
}

void epx_command_let_others_say(int code) {
  static const struct timespec courtesy = {.tv_nsec = 200000000};
  if (code != EPX_OK && !*epx_error_get_message()) nanosleep(&courtesy, NULL);
}

const char *epx_call_get_value(const epx_call *call, const char *name, int i) {
  for (int k = 0; k < call->n_options; k++)
    if (strcmp(call->options[k].option->name, name) == 0 && i-- == 0) return call->options[k].value;
  return NULL;
}

bool epx_call_is_set(const epx_call *call, const char *name) {
  for (int k = 0; k < call->n_options; k++)
    if (strcmp(call->options[k].option->name, name) == 0) return true;
  return false;
}

/* The option that a word starts, `length` letters of it being the name. */
static const epx_option *get_option(const epx_command *command, const char *word, size_t length) {
  for (const epx_option *option = command->options; option && option->name; option++) {
    if (strlen(option->name) == length && strncmp(option->name, word, length) == 0) return option;
    if (length == 2 && word[1] != '-' && word[1] == option->letter) return option;
  }
  return NULL;
}

static epx_err raise_unknown_option(const epx_command *command, const char *word, size_t length) {
  const char *names[N_NAMES_MAX];
  int n = 0;
  for (; n < N_NAMES_MAX && epx_command_get_option(command, n); n++)
    names[n] = epx_command_get_option(command, n)->name;
  char cut[64];
  snprintf(cut, sizeof cut, "%.*s", (int)length, word);
  const char *nearest = epx_nearest_get(cut, n, names);
  if (nearest)
    return EPX_RAISE(EPX_EINPUT, "%s: unknown option %s; did you mean %s?", command->name, cut, nearest);
  return EPX_RAISE(EPX_EINPUT, "%s: unknown option %s; `epilux %s --help` lists the options", command->name,
                   cut, command->name);
}

/* Reads the option at words[i]: "--name value", "--name=value", "-o value"; *n_used words belong to it. */
static epx_err read_option(const epx_command *command, int n_left, char **words, struct epx_given *given,
                           int *n_used) {
  const char *equals = strncmp(words[0], "--", 2) == 0 ? strchr(words[0], '=') : NULL;
  const size_t length = equals ? (size_t)(equals - words[0]) : strlen(words[0]);
  const epx_option *option = get_option(command, words[0], length);
  if (!option) return raise_unknown_option(command, words[0], length);
  *n_used = 1;
  given->option = option;
  given->value = NULL;
  if (!option->argument) {
    if (equals) return EPX_RAISE(EPX_EINPUT, "%s: %s takes no value", command->name, option->name);
    return EPX_OK;
  }
  if (equals) {
    given->value = equals + 1;
  } else {
    if (n_left < 2)
      return EPX_RAISE(EPX_EINPUT, "%s: %s needs a value: %s %s", command->name, option->name, option->name,
                       option->argument);
    given->value = words[1];
    *n_used = 2;
  }
  return EPX_OK;
}

epx_err epx_call_read(const epx_command *command, int n_words, char **words, epx_call *call) {
  bool only_arguments = false;
  call->command = command;
  call->n_arguments = call->n_options = 0;
  for (int i = 0; i < n_words;) {
    int n_used = 1;
    if (!only_arguments && strcmp(words[i], "--") == 0) {
      only_arguments = true;
    } else if (!only_arguments && words[i][0] == '-' && words[i][1]) {
      EPX_TRY(read_option(command, n_words - i, words + i, &call->options[call->n_options], &n_used));
      call->n_options++;
    } else {
      call->arguments[call->n_arguments++] = words[i];
    }
    i += n_used;
  }
  if (call->n_arguments < command->n_min || call->n_arguments > command->n_max)
    return EPX_RAISE(EPX_EINPUT, "%s: too %s arguments: epilux %s %s", command->name,
                     call->n_arguments < command->n_min ? "few" : "many", command->name, command->arguments);
  return EPX_OK;
}

static void view_option(const epx_option *option) {
  char left[64];
  if (option->letter)
    snprintf(left, sizeof left, "-%c, %s%s%s", option->letter, option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
  else
    snprintf(left, sizeof left, "%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
  printf("  %-24s %s\n", left, option->meaning);
}

void epx_command_view(const epx_command *command) {
  printf("usage: epilux %s%s%s [OPTION]...\n\n%s\n", command->name, *command->arguments ? " " : "",
         command->arguments, command->summary);
  if (command->details) printf("\n%s\n", command->details);
  printf("\noptions:\n");
  for (int i = 0; epx_command_get_option(command, i); i++)
    view_option(epx_command_get_option(command, i));
  printf("\nexample:\n  %s\n", command->example);
}
