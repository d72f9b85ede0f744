#!/bin/sh
# The code that runs threads under the thread sanitizer: channels, runs, signals, and campaigns in which rank 0 both
# coordinates and solves, of populations and of distributed networks.
#   cmake --preset tsan && cmake --build build-tsan && sh tests/threads.sh [BUILD, build-tsan]
# Exits with 1 where a test fails or the sanitizer finds a race; its log is BUILD/threads/NAME.log. MPI and HDF5 are not
# instrumented: what they do is not looked at.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$(cd "${1:-build-tsan}" && pwd) || exit 1
folder=$build/threads
mkdir -p "$folder"
export TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
failed=0

look() {
  name=$1
  shift
  if timeout 600 "$@" >"$folder/$name.log" 2>&1; then
    echo "$name: clean"
  else
    echo "$name: see $folder/$name.log"
    failed=1
  fi
}

cat >"$folder/deck.yaml" <<'DECK'
network: {family: kerr, topology: {kind: chain, nodes: 4}}
task: {name: xor}
learning: {epochs: 3}
design: {factors: {network.parameters.loss: {values: [0.5, 2]}}}
population: {instances: 4}
run: {checkpoint: 1 ms}
DECK
for test in test_error test_channel test_run test_signals test_store test_archive; do
  [ -x "$build/tests/unit/$test" ] && look "$test" "$build/tests/unit/$test"
done
for n in 1 2; do
  for engine in population distributed; do
    look "run_${engine}_$n" mpirun -n "$n" "$build/epilux" run "$folder/deck.yaml" -o "$folder/r.h5" --force --quiet \
      --checkpoint 1ms --set equilibrium.engine="$engine"
  done
done
exit $failed
