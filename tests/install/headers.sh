#!/bin/sh
# Compiles each installed header alone, and twice over, as C11 and as C++17: headers.sh INCLUDE_FOLDER COMPILER
set -eu
cd "$1"
shift
n=0
failed=0
for header in $(find epilux -name '*.h' | sort); do
  n=$((n + 1))
  text=$(printf '#include "%s"\n#include "%s"\nextern int epx_unit_is_not_empty;' "$header" "$header")
  for language in 'c -std=c11 -Wstrict-prototypes' 'c++ -std=c++17'; do
    # shellcheck disable=SC2086 # the language is words
    echo "$text" | "$@" -x $language -Wall -Wextra -Wpedantic -Werror -I. -fsyntax-only - || {
      echo "$header does not compile alone as $language"
      failed=$((failed + 1))
    }
  done
done
echo "$n headers, $failed failures"
[ "$n" -gt 0 ] && [ "$failed" -eq 0 ]
