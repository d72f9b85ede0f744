#!/bin/sh
# Unit tests under valgrind's memcheck: reads of what nobody wrote, accesses outside, memory that is lost.
#   sh tests/valgrind.sh [BUILD, build] [NAME..., all of tests/unit that are one process]
# A test at a time, ten to a hundred times as slow as alone. The kernels run as x86-64-v3, for valgrind does not know
# AVX-512. Exits with 1 where a test fails or memcheck finds anything; its log is BUILD/valgrind/NAME.log.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build}
[ $# -gt 0 ] && shift
command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
mkdir -p "$build/valgrind"
export EPILUX_ISA=x86-64-v3 OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
failed=0
if [ $# -eq 0 ]; then
  for program in "$build"/tests/unit/test_*; do
    case ${program##*/} in
    test_distributed* | test_fields | test_plugin) ;; # MPI and child processes
    *) [ -x "$program" ] && set -- "$@" "${program##*/}" ;;
    esac
  done
fi
for name in "$@"; do
  log=$build/valgrind/$name.log
  if timeout "${SECONDS_EACH:-900}" valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
    --errors-for-leak-kinds=definite "$build/tests/unit/$name" >"$log" 2>&1; then
    echo "$name: clean"
  else
    echo "$name: see $log"
    failed=1
  fi
done
exit $failed
