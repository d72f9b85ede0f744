#!/bin/sh
# The program's manners: exit statuses, what goes to which stream, and what it says to a mistake.
#   sh test_cli.sh PROGRAM SOURCE_DIR
set -u
epilux=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect STATUS STREAM WORDS ARGUMENT...: runs the program; its status, and words that must stand in "out" or "err".
expect() {
  status=$1
  stream=$2
  words=$3
  shift 3
  "$epilux" "$@" >"$work/out" 2>"$work/err" </dev/null
  got=$?
  if [ "$got" -ne "$status" ]; then
    echo "FAIL: epilux $*: exit $got, not $status: $(cat "$work/err")"
    failures=$((failures + 1))
  elif ! grep -qF -e "$words" "$work/$stream"; then
    echo "FAIL: epilux $*: no '$words' on standard $stream: $(cat "$work/$stream")"
    failures=$((failures + 1))
  elif [ "$status" -eq 2 ] && [ $# -gt 0 ] && [ "$(wc -l <"$work/err")" -ne 1 ]; then
    echo "FAIL: epilux $*: not one line: $(cat "$work/err")"
    failures=$((failures + 1))
  fi
}

cat >"$work/good.yaml" <<'EOF'
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
design: {factors: {network.parameters.loss: {values: [0.1, 2]}, learning.estimator: {values: [plain, backprop]}}}
EOF
cat >"$work/bad.yaml" <<'EOF'
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning:
  epohcs: 3
EOF
head -c 100000 /dev/urandom >"$work/garbage.yaml"
: >"$work/empty.yaml"

expect 0 out "commands:" --help
expect 0 out "epilux 0." --version
expect 2 err "usage: epilux"
expect 2 err "unknown command chekc; did you mean check?" chekc
expect 2 err "unknown command xyzzy" xyzzy
expect 2 err "there is no benchmark equilibrum; did you mean equilibrium?" bench equilibrum
expect 0 out "Benchmarks: equilibrium" bench --help
expect 0 out "900 modes, uniform" bench lattice --modes 400 --modes 900
expect 2 err "must be a number from 100 to 10^8" bench lattice --modes many
expect 2 err "give the sizes in rising order" bench lattice --modes 900 --modes 400

cat >"$work/moved.yaml" <<'EOF'
network:
  family: kerr
  topology: {nodes: 2}
  parameters: {coupling: 0, detuning: -3, kerr: 1, loss: 2, bias: 1.5}
  inputs: {scale: 0}
task: {name: xor}
continuation: {parameter: network.parameters.bias, from: 1.4, to: 2.6, steps: 12}
EOF
cat >"$work/along.yaml" <<'EOF'
network: {family: kerr, topology: {nodes: 2}, parameters: {coupling: 0}}
task: {name: xor}
design: {factors: {network.parameters.loss: {values: [1, 2], along: {network.inputs.scale: [0.5, 1]}}}}
continuation: {parameter: network.inputs.scale, from: 0.1, to: 0.4, steps: 3}
EOF
expect 0 out "stable: largest real part of the spectrum" simulate "$work/good.yaml" -o "$work/transient.h5"
expect 2 err "exists; choose another name" simulate "$work/good.yaml" -o "$work/transient.h5"
expect 0 out "transient.h5: " simulate "$work/good.yaml" -o "$work/transient.h5" --force --point 3 --instance 1 --sample 2
expect 2 err "samples 0 to 3" simulate "$work/good.yaml" --sample 4
expect 2 err "--point 4: give a whole number from 0 to 3" simulate "$work/good.yaml" --point 4
expect 0 out "jumps at 2.25" simulate "$work/moved.yaml" -o "$work/ways.h5"
expect 2 err "did you mean 'bias'" simulate "$work/moved.yaml" --set continuation.parameter=network.parameters.bais
expect 2 err "changes the size of the network" simulate "$work/moved.yaml" --set continuation.parameter=network.topology.nodes --set continuation.from=2 --set continuation.to=4 --set continuation.steps=2
expect 2 err "does not change the dynamics of this network" simulate "$work/moved.yaml" --set continuation.parameter=equilibrium.max_time
expect 2 err "changes along with factor network.parameters.loss" simulate "$work/along.yaml" --point 1
expect 0 out "no jump" simulate "$work/along.yaml"

i=0
for command in $("$epilux" --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
  expect 0 out "example:" "$command" --help
  expect 2 err "--hepl; did you mean --help?" "$command" --hepl
  i=$((i + 1))
done
[ "$i" -ge 3 ] || { echo "FAIL: epilux --help lists $i commands"; failures=$((failures + 1)); }

expect 0 out "3 checks: 0 cases failed" verify P3
expect 0 out "P3,\"dC/dtheta, exact" verify --csv P3
expect 2 err "there is no case P99; did you mean P9?" verify P99

expect 0 out "kind: all-to-all" check "$work/good.yaml" --pilot 0
expect 0 out "# trials      128 = 4 points x 32 instances" check "$work/good.yaml" --pilot 0
expect 0 out "= 4 points x 8 instances" check "$work/good.yaml" --pilot 0 --set population.instances=8
expect 0 out "seed: 7" check --pilot 0 --set study.seed=7 -- "$work/good.yaml"
expect 2 err "$work/bad.yaml:4: unknown key 'epohcs' in learning; did you mean 'epochs'?" check "$work/bad.yaml"
expect 2 err "--set learning.epohcs=3: unknown key" check "$work/good.yaml" --set learning.epohcs=3
expect 2 err "--set needs a value: --set PATH=VALUE" check "$work/good.yaml" --set
expect 2 err "did you mean --set?" check "$work/good.yaml" --sett x=1
expect 2 err "too few arguments: epilux check DECK" check
expect 2 err "too many arguments: epilux check DECK" check a b
expect 2 err "no-such.yaml: cannot be read" check no-such.yaml
expect 2 err "cannot be read: Is a directory" check "$work"
expect 2 err "empty.yaml:1: empty" check "$work/empty.yaml"
expect 2 err "not YAML" check "$work/garbage.yaml"
expect 0 out "point  network.parameters.loss  learning.estimator" plan "$work/good.yaml"
expect 0 out "3,2,backprop" plan "$work/good.yaml" --csv
expect 2 err "plan: --csv takes no value" plan "$work/good.yaml" --csv=yes
expect 0 out "1                        2                     1" plan "$work/along.yaml"
expect 0 err "1 of 3 design points repeat" plan "$work/along.yaml" --set design.method=one-at-a-time

# What a yield is of: the process, lots of it, or one wafer.
cat >"$work/chips.yaml" <<'EOF'
network: {family: kerr, topology: {nodes: 4}, device: {material: silicon-nitride}}
task: {name: xor}
learning: {epochs: 0}
process: {preset: siepic}
population: {instances: 6}
metrics: [accuracy]
yield: {metric: accuracy, at_least: 0.75}
EOF
expect_of() {
  "$epilux" run "$work/chips.yaml" -o "$work/chips.h5" --force --quiet --set population.sampling="$1"
  expect 0 out "$2" show "$work/chips.h5"
}
expect_of process "yield: accuracy at least 0.75"
expect_of wafer "yield of this wafer: accuracy at least 0.75, with its 95 % interval (6 of its 241 dies)"
expect_of '{lots: 3}' "yield of the process: accuracy at least 0.75, with its 95 % interval (Student's t on 3 lots: rough, below 10)"
expect_of '{lots: 1}' "yield of this lot: accuracy at least 0.75, with its 95 % interval: not available, because 1 wafer says nothing about other ones"
expect 0 out "families" list
expect 2 err "did you mean families?" list familys
expect 2 err "not an HDF5 file" show "$work/good.yaml"
for topic in $("$epilux" list | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  expect 0 out "" list "$topic"
done
expect 0 out "phase-conjugate" list estimators

# What check prints is a deck, and the same one, but for the memory of the process, which is measured.
"$epilux" check "$work/good.yaml" --pilot 0 >"$work/resolved.yaml" &&
  "$epilux" check "$work/resolved.yaml" --pilot 0 | grep -v "^# memory " >"$work/twice.yaml"
grep -v "^# memory " "$work/resolved.yaml" >"$work/once.yaml"
cmp "$work/once.yaml" "$work/twice.yaml" || { echo "FAIL: the resolved deck is not its own"; failures=$((failures + 1)); }

# The time is of trials that are solved here, whole and in part, of a population and over PETSc; it says of how many.
expect 0 out " of 4 blocks of trials, timed here in " check "$work/good.yaml" --set population.instances=8 \
  --set population.block=8 --set learning.epochs=2
expect 0 out " on one core" check "$work/good.yaml" --pilot 0.3
expect 0 out " extrapolated from " check "$work/good.yaml" --pilot 0.1 --set learning.epochs=100000
expect 0 out " of 4 blocks of trials, timed here in " check "$source/tests/mpi/lattice.yaml"
expect 0 out "# time        not measured (--pilot 0)" check "$work/good.yaml" --pilot 0
expect 2 err "--pilot soon: not a time such as 2h" check "$work/good.yaml" --pilot soon

# No options for PETSc are none, wherever they stand, and then no words of a population's deck.
for deck in "$work/good.yaml" "$source/tests/mpi/lattice.yaml"; do
  (cat "$deck" && echo 'petsc: {options: ""}') >"$work/unoptioned.yaml"
  expect 0 out "# Size of the campaign" check "$work/unoptioned.yaml" --pilot 0
  expect 0 out " done" run "$deck" -o "$work/unoptioned.h5" --force --set population.instances=1 --set learning.epochs=1 --petsc ""
done
expect 2 err "--set learning.epochs=: the value is missing" check "$work/good.yaml" --set learning.epochs=

# A trained network is kept, and read again it is what it was: untrained, it has the same loss.
cat >"$work/iris.yaml" <<'END'
study: {name: iris, seed: 1}
network: {family: kerr, topology: {nodes: 5}, parameters: {loss: 2, kerr: 0.3}}
task: {name: iris}
learning: {epochs: 2, batch: 30, estimator: phase-conjugate}
variation: [{parameter: detuning, sigma: 0.1}]
population: {instances: 2}
metrics: [accuracy, loss]
keep_parameters: true
END
expect 0 out "2 done" run "$work/iris.yaml" -o "$work/trained.h5"
"$epilux" show "$work/trained.h5" --metric loss --csv >"$work/first"
expect 0 out "1 done" run "$work/iris.yaml" -o "$work/again.h5" --set network.start.parameters="$work/trained.h5" \
  --set network.start.instance=1 --set learning.epochs=0 --set population.instances=1 --set variation.detuning.sigma=0
loss=$("$epilux" show "$work/again.h5" --metric loss --csv | sed -n '2s/^[^,]*,[^,]*,[^,]*,\([^,]*\).*/\1/p')
grep -q "${loss:-no loss}" "$work/first" || {
  echo "FAIL: a trained network read again has loss $loss:"; cat "$work/first"; failures=$((failures + 1)); }
expect 2 err "none.h5: cannot be read" check "$work/iris.yaml" --set network.start.parameters=none.h5
expect 2 err "network.start.point: 3, but" check "$work/iris.yaml" --set network.start.parameters="$work/trained.h5" \
  --set network.start.point=3
expect 2 err "network.start.instance: 2, but" check "$work/iris.yaml" \
  --set network.start.parameters="$work/trained.h5" --set network.start.instance=2
expect 2 err "give one, or one for each of the 15 links" check "$work/iris.yaml" \
  --set network.start.parameters="$work/trained.h5" --set network.topology.nodes=6
expect 0 out "instance 1 as trained" simulate "$work/iris.yaml" --parameters "$work/trained.h5" --instance 1
expect 2 err "none.h5: cannot be read" simulate "$work/iris.yaml" --parameters none.h5
"$epilux" simulate "$work/iris.yaml" --set variation.detuning.sigma=0 --set network.start.instance=1 \
  --set network.start.parameters="$work/trained.h5" | tail -n +2 >"$work/started"
"$epilux" simulate "$work/iris.yaml" --parameters "$work/trained.h5" --instance 1 | tail -n +2 | cmp - "$work/started" || {
  echo "FAIL: simulate --parameters takes another network than network.start"; failures=$((failures + 1)); }
expect 0 out "2 done" run "$work/iris.yaml" -o "$work/unkept.h5" --set keep_parameters=false
expect 2 err "contains no coupling; it must come from a deck of the same family" check "$work/iris.yaml" \
  --set network.start.parameters="$work/unkept.h5"

# The shipped decks hold.
for deck in "$source"/inputs/*.yaml "$source"/inputs/families/*.yaml "$source"/inputs/studies/*.yaml \
  "$source"/inputs/studies/table/*.yaml; do
  # MNIST's files are the user's, and the plugin is built by test_plugin.sh.
  case $deck in *'*'* | *mnist*.yaml | */plugin.yaml) continue ;; esac
  expect 0 out "# Size of the campaign" check "$deck" --pilot 0
done

# An error is told once, its trace only when asked for; other ranks than the first are silent.
EPILUX_TRACE=1 "$epilux" check "$work/bad.yaml" 2>"$work/err"
grep -q "deck/" "$work/err" || { echo "FAIL: no trace with EPILUX_TRACE=1"; failures=$((failures + 1)); }
OMPI_COMM_WORLD_RANK=1 "$epilux" check "$work/bad.yaml" >"$work/out" 2>&1
[ ! -s "$work/out" ] || { echo "FAIL: rank 1 speaks"; failures=$((failures + 1)); }

# A full disk is a failure, not a silence.
if [ -w /dev/full ]; then
  "$epilux" check "$work/good.yaml" --pilot 0 >/dev/full 2>"$work/err"
  [ $? -eq 1 ] || { echo "FAIL: a full disk goes unnoticed"; failures=$((failures + 1)); }
fi

[ "$failures" -eq 0 ]
