#!/bin/sh
# Finds C that clang-format would lay out otherwise (.clang-format): format.sh ROOT. Mend it with `clang-format -i FILE`.
set -eu
if ! command -v clang-format >/dev/null; then
  echo "clang-format is not installed (sh jobs/install-debian.sh tests)"
  exit 77
fi
cd "$1"
find src include tests inputs -name '*.[ch]' | sort | xargs clang-format --dry-run --Werror
