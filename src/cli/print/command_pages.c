/** @file
 * Command pages.
 */
#include "cli/print/command_pages.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "epilux/version.h"

/* ---- manual page */

/* A text of troff: no dot or quote at the start of a line is a request, no hyphen is made a dash. */
static void print_troff(const char *text) {
  for (const char *c = text; *c; c++) {
    const bool starts = c == text || c[-1] == '\n';
    if (starts && (*c == '.' || *c == '\'')) fputs("\\&", stdout);
    if (*c == '\\')
      fputs("\\e", stdout);
    else if (*c == '-')
      fputs("\\-", stdout);
    else
      putchar(*c);
  }
}

static void print_troff_line(const char *macro, const char *text) {
  fputs(macro, stdout);
  print_troff(text);
  putchar('\n');
}

static void print_troff_option(const epx_option *option) {
  printf(".TP\n");
  if (option->letter) printf("\\fB\\-%c\\fR, ", option->letter);
  fputs("\\fB", stdout);
  print_troff(option->name);
  fputs("\\fR", stdout);
  if (option->argument) {
    fputs(" \\fI", stdout);
    print_troff(option->argument);
    fputs("\\fR", stdout);
  }
  print_troff_line("\n", option->meaning);
}

static void print_troff_command(const epx_command *command) {
  printf(".SS epilux %s %s\n", command->name, command->arguments);
  print_troff_line("", command->summary);
  if (command->details) print_troff_line(".PP\n", command->details);
  for (int i = 0; epx_command_get_option(command, i); i++)
    print_troff_option(epx_command_get_option(command, i));
  print_troff_line(".PP\nExample:\n.PP\n.nf\n.RS\n", command->example);
  printf(".RE\n.fi\n");
}

epx_err epx_command_pages_view_man(void) {
  printf(".TH EPILUX 1 \"\" \"epilux %s\" \"User Commands\"\n", epx_version_get());
  printf(".SH NAME\nepilux \\- populations of simulated photonic neural networks, trained without "
         "backpropagation\n"
         ".SH SYNOPSIS\n.B epilux\n.I COMMAND\n.RI [ ARGUMENT ]...\n.RI [ OPTION ]...\n.SH DESCRIPTION\n");
  print_troff_line("", EPX_PROGRAM_SUMMARY);
  printf(
      "A study is one YAML file, a deck; its results are one HDF5 file. Results go to standard output, "
      "messages and progress to standard error. Every command runs alone or under\n.B mpirun\nor\n.BR srun "
      ".\n.SH COMMANDS\n");
  for (int i = 0; epx_command_get(i); i++)
    print_troff_command(epx_command_get(i));
  printf(".SH EXIT STATUS\n.TP\n%d\ndone\n.TP\n%d\nthe run failed; what was finished is saved\n.TP\n%d\nbad "
         "input; nothing was run\n.TP\n%d\nstopped early, saved, resumable\n",
         EPX_EXIT_DONE, EPX_EXIT_FAILED, EPX_EXIT_INPUT, EPX_EXIT_STOPPED);
  printf(".SH ENVIRONMENT\n.TP\n.B EPILUX_DATA\nthe folder with the datasets of built\\-in tasks, in place "
         "of the "
         "installed one\n.TP\n.B EPILUX_SITE\nthe site of\n.B submit\nwhere\n.B \\-\\-site\nis not "
         "given\n.TP\n.B "
         "EPILUX_TRACE\n");
  print_troff_line("", EPX_PROGRAM_TRACE);
  return EPX_OK;
}

/* ---- completion */

/* Which files an argument may be, by what the usage line calls it: a pattern of the shell; "" for any. */
static const char *get_pattern(const char *argument) {
  if (strstr(argument, ".h5")) return "h5";
  return strstr(argument, "DECK") ? "yaml" : "";
}

static void print_names(void) {
  for (int i = 0; epx_command_get(i); i++)
    printf("%s%s", i ? " " : "", epx_command_get(i)->name);
}

static void print_words(const epx_command *command) {
  for (int i = 0; command->get_word(i); i++)
    printf("%s%s", i ? " " : "", command->get_word(i));
}

static void print_bash_command(const epx_command *command) {
  printf("    %s)\n      options='", command->name);
  for (int i = 0; epx_command_get_option(command, i); i++)
    printf("%s%s", i ? " " : "", epx_command_get_option(command, i)->name);
  printf("'\n      valued='");
  for (int i = 0; epx_command_get_option(command, i); i++) {
    const epx_option *option = epx_command_get_option(command, i);
    if (option->argument) printf(" %s ", option->name);
    if (option->argument && option->letter) printf(" -%c ", option->letter);
  }
  printf("'\n      words='");
  if (command->get_word) print_words(command);
  printf("'\n      pattern='%s' ;;\n", get_pattern(command->arguments));
}

epx_err epx_command_pages_view_bash(void) {
  printf("# Completion of epilux for bash, written by: epilux list commands --bash\n"
         "_epilux() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options valued words "
         "pattern\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '");
  print_names();
  printf(" --help --version' -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n");
  for (int i = 0; epx_command_get(i); i++)
    print_bash_command(epx_command_get(i));
  printf("    *) return ;;\n  esac\n"
         "  if [[ $valued == *\" $before \"* ]]; then\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  elif [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
         "  elif [ -n \"$words\" ]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  elif [ -n \"$pattern\" ]; then\n"
         "    COMPREPLY=($(compgen -f -X \"!*.$pattern\" -- \"$word\") $(compgen -d -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _epilux epilux\n");
  return EPX_OK;
}

/* A text between single quotes, of an option's description: without what _arguments would read. */
static void print_zsh_text(const char *text) {
  for (; *text; text++) {
    if (*text == '\'')
      fputs("'\\''", stdout);
    else if (strchr("[]:\\", *text))
      printf("\\%c", *text);
    else
      putchar(*text);
  }
}

static void print_zsh_option(const epx_option *option) {
  const char *repeat = "*"; /* several may be given */
  printf(" \\\n        '%s%s", repeat, option->name);
  putchar('[');
  print_zsh_text(option->meaning);
  putchar(']');
  if (option->argument) {
    putchar(':');
    print_zsh_text(option->argument);
    fputs(":_files", stdout);
  }
  putchar('\'');
}

static void print_zsh_command(const epx_command *command) {
  const char *pattern = get_pattern(command->arguments);
  printf("    %s)\n      _arguments", command->name);
  for (int i = 0; epx_command_get_option(command, i); i++)
    print_zsh_option(epx_command_get_option(command, i));
  if (command->get_word) {
    printf(" \\\n        '*:argument:(");
    print_words(command);
    printf(")'");
  } else {
    printf(" \\\n        '*:file:_files -g \"*.%s\"'", pattern);
  }
  printf(" ;;\n");
}

epx_err epx_command_pages_view_zsh(void) {
  printf("#compdef epilux\n# Completion of epilux for zsh, written by: epilux list commands --zsh\n"
         "_epilux() {\n"
         "  local -a commands\n"
         "  commands=(\n");
  for (int i = 0; epx_command_get(i); i++) {
    printf("    '%s:", epx_command_get(i)->name);
    print_zsh_text(epx_command_get(i)->summary);
    printf("'\n");
  }
  printf("  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    _arguments '--help[show the commands]' '--version[show the version]'\n"
         "    return\n"
         "  fi\n"
         "  local command=${words[2]}\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n");
  for (int i = 0; epx_command_get(i); i++)
    print_zsh_command(epx_command_get(i));
  printf("  esac\n}\n_epilux \"$@\"\n");
  return EPX_OK;
}
