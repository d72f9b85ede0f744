#!/bin/sh
# Compiles each public header alone, and twice over: headers.sh INCLUDE_FOLDER COMPILER [FLAG]...
set -eu
include=$1
shift
n=0
failed=0
cd "$include"
for header in $(find epilux -name '*.h' | sort); do
  n=$((n + 1))
  printf '#include "%s"\n#include "%s"\nextern int epx_unit_is_not_empty;\n' "$header" "$header" |
    "$@" -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -I. -fsyntax-only -x c - || {
    echo "$header does not compile alone"
    failed=$((failed + 1))
  }
done
echo "$n headers, $failed do not compile alone"
[ "$n" -gt 0 ] && [ "$failed" -eq 0 ]
