#!/bin/sh
# Installs what is missing, builds, and runs every test: all but the benchmarks and those before a release on the release build in build/, then
# the unit tests again under the address and undefined-behaviour sanitizers in build-asan/.
#   sh tests/run.sh
set -eu
cd "$(dirname "$0")/.."

sh jobs/install-debian.sh tests
. jobs/environment.sh
PYTHON=$(find_python h5py numpy matplotlib yaml xarray)
export PYTHON

passed=0
failed=0

# Prints one number of a JUnit file's first element, as in: read_count build/tests.xml failures
read_count() {
  sed -n '/<testsuite/,/>/s/.*[[:space:]]'"$2"'="\([0-9]*\)".*/\1/p' "$1" | head -n 1
}

# Builds PRESET in FOLDER and runs the tests that the other arguments choose; adds to the totals.
run_tests() {
  preset=$1
  folder=$2
  shift 2
  printf '\n== %s, in %s/\n' "$preset" "$folder"
  cmake --preset "$preset" -DEPX_WERROR=ON
  cmake --build "$folder"
  counts=$PWD/$folder/tests.xml
  rm -f "$counts"
  status=0
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --output-junit "$counts" "$@" </dev/null || status=$?
  if [ ! -s "$counts" ]; then
    echo "ctest left no $counts: counted as a failure"
    failed=$((failed + 1))
    return 0
  fi
  n_tests=$(read_count "$counts" tests)
  n_failed=$(read_count "$counts" failures)
  n_skipped=$(($(read_count "$counts" skipped) + $(read_count "$counts" disabled)))
  if [ "$status" -ne 0 ] && [ "$n_failed" -eq 0 ]; then
    echo "ctest failed with status $status, and no test did: counted as a failure"
    n_failed=1
    n_tests=$((n_tests + 1))
  fi
  [ "$n_skipped" -eq 0 ] || echo "$n_skipped skipped: see above for which, and why they cannot run here"
  passed=$((passed + n_tests - n_failed - n_skipped))
  failed=$((failed + n_failed))
}

run_tests release build -j "$CMAKE_BUILD_PARALLEL_LEVEL" -LE "bench|release"
run_tests asan build-asan -j "$CMAKE_BUILD_PARALLEL_LEVEL" -L unit

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
