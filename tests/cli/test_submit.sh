#!/bin/sh
# epilux submit without a Slurm: the script it writes for each site, what it says to a mistake, and which command lines it
# calls, by an sbatch that only notes them.
#   sh test_submit.sh PROGRAM SOURCE_DIR
set -u
epilux=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
cd "$work" || exit 1
export EPILUX_JOBS="$source/jobs" IDRPROJ=abc LUMI_PROJECT=project_465000000
unset EPILUX_SITE

fail() {
  echo "FAIL: $*"
  failures=$((failures + 1))
}

# refuse WORDS ARGUMENT...: exit status 2, one line of standard error, with the words.
refuse() {
  words=$1
  shift
  env PATH="${searched:-$PATH}" "$epilux" submit "$@" >out 2>err </dev/null
  status=$?
  grep -v "asks for\|pilot:" err >lines
  [ "$status" -eq 2 ] || fail "submit $*: exit $status: $(cat err)"
  [ "$(wc -l <lines)" -eq 1 ] || fail "submit $*: not one line: $(cat err)"
  grep -qF -e "$words" lines || fail "submit $*: no '$words': $(cat err)"
}

# submit ARGUMENT...: exit status 0.
submit() {
  "$epilux" submit deck.yaml "$@" >out 2>err </dev/null || fail "submit $*: exit $?: $(cat err)"
}

# has FILE WORDS: a line is just that.
has() {
  grep -qxF -e "$2" "$1" || fail "no line '$2' in $1: $(cat "$1")"
}

cat >deck.yaml <<'END'
study: {name: it's a study}
network: {family: kerr, topology: {nodes: 4}}
task: {name: xor}
learning: {epochs: 3}
design: {factors: {network.parameters.loss: {values: [0.1, 1, 2]}}}
population: {instances: 8, block: 4}
END
sed 's/epochs/epohcs/' deck.yaml >bad.yaml
mkdir bin empty
cat >bin/sbatch <<'END'
#!/bin/sh
echo "$*" >>"$SBATCH_CALLS"
[ -z "${SBATCH_REFUSES:-}" ] || { echo "sbatch: error: $SBATCH_REFUSES" >&2; exit 1; }
echo "$((100 + $(wc -l <"$SBATCH_CALLS")));cluster"
END
chmod +x bin/sbatch
export SBATCH_CALLS="$work/calls"

# Each site's script is one that a shell reads and shellcheck finds nothing in.
for file in "$source"/jobs/sites/*.env; do
  site=$(basename "$file" .env)
  submit --site "$site" --pilot 0 --ranks 4 --time 90min --dry-run --set "study.name=a b" -o r.h5
  bash -n out || fail "bash does not read the script of $site"
  if command -v shellcheck >/dev/null; then shellcheck -s bash out || fail "shellcheck, $site"; fi
  has out "#SBATCH --time=0-01:30:00"
  has out "#SBATCH --ntasks=4"
  has out "settings=(--set 'study.name=a b')"
  if grep -n '{{\|}}' out; then fail "$site: a place is left open"; fi
  [ ! -e r.sbatch ] || fail "--dry-run writes r.sbatch"
done
submit --site jean-zay --pilot 0 --ranks 80 --time 30h --dry-run
has out "#SBATCH --account=abc@cpu"
has out "#SBATCH --nodes=2"
has out "#SBATCH --time=0-20:00:00"
submit --site lumi --pilot 0 --ranks 4 --time 1h --account mine --partition small --dry-run
has out "#SBATCH --account=mine"
has out "#SBATCH --partition=small"
has out "launcher='srun -K1' # how ranks are started; must speak the MPI that the program was built with"

# The pilot chooses; the numbers are of this machine, so that only their kind is checked.
submit --dry-run --pilot 1s
grep -q "pilot: [0-9]* blocks of 4 trials" err || fail "no pilot: $(cat err)"
grep -qx "#SBATCH --ntasks=2" out || fail "a small campaign is not for two ranks: $(grep ntasks out)"
grep -qE "^#SBATCH --mem-per-cpu=[0-9]+M$" out || fail "no memory is asked for"
"$epilux" submit "$source/tests/mpi/lattice.yaml" --dry-run --pilot 1s >out 2>err || fail "networks over PETSc: $(cat err)"
grep -q "pilot: [0-9]* blocks* of 1 trial timed, " err || fail "no pilot of networks over PETSc: $(cat err)"
submit --dry-run --pilot 0 --ranks 64 --time 1h
grep -q "6 blocks of work for 64 ranks" err || fail "nothing said of idle ranks: $(cat err)"

# What is called: once; an array and what joins it; a chain.
PATH="$work/bin:$PATH"
submit --pilot 0 --ranks 2 --time 1h -o "one two.h5" --sbatch=--mail-type=END
has out "job 101: $work/one two.sbatch"
has calls "--parsable $work/one two.sbatch"
has "one two.sbatch" "#SBATCH --mail-type=END"
has "one two.sbatch" "#SBATCH --output=\"$work/one two-%j.log\""
has "one two.sbatch" "#SBATCH --job-name=it_s_a_study"
: >calls
submit --pilot 0 --ranks 2 --time 1h -o s.h5 --shards 3
has calls "--parsable --array=1-3 $work/s.sbatch"
has calls "--parsable --dependency=afterany:101 --nodes=1 --ntasks=1 $work/s.sbatch merge"
: >calls
submit --pilot 0 --ranks 2 --time 1h -o c.h5 --chain 3
has calls "--parsable --dependency=afterany:102 $work/c.sbatch"
[ "$(wc -l <calls)" -eq 3 ] || fail "a chain of three: $(cat calls)"
grep -q "^again=leave" c.sbatch || fail "a chain's job goes back into the queue"

# Mistakes.
SBATCH_REFUSES="invalid account" refuse "sbatch refused the job: sbatch: error: invalid account" deck.yaml --pilot 0 --ranks 2 \
  --time 1h
refuse "unknown site lumy; did you mean lumi?" deck.yaml --site lumy
refuse "unknown site xyzzy; there are jean-zay, lumi, plain in " deck.yaml --site xyzzy
refuse "bad.yaml:4: unknown key 'epohcs' in learning; did you mean 'epochs'?" bad.yaml --dry-run
refuse "--ranks 0: not a whole number above zero" deck.yaml --ranks 0
refuse "--ranks 2x: not a whole number above zero" deck.yaml --ranks 2x
refuse "--time soon: not a time" deck.yaml --time soon
refuse "--grace (60 s) must be shorter than --time (30 s)" deck.yaml --time 30s
refuse "without a pilot, give --ranks and --time" deck.yaml --pilot 0
refuse "give --chain or --shards, not both" deck.yaml --chain 2 --shards 2
refuse "--sites; did you mean --site?" deck.yaml --sites lumi
refuse "no/where/r.h5: cannot be made" deck.yaml -o no/where/r.h5 --dry-run
searched="$work/empty"
refuse "sbatch was not found" deck.yaml
searched=
unset LUMI_PROJECT
refuse "lumi.env:13: \$LUMI_PROJECT is not set" deck.yaml --site lumi
EPILUX_JOBS=$work refuse "there is no epilux.sbatch" deck.yaml

i=0
while IFS='|' read -r line words; do
  i=$((i + 1))
  printf '# a site\n%s\n' "$line" >my.env
  refuse "$work/my.env:2: $words" deck.yaml --site "$work/my.env" --dry-run
done <<'END'
partitoin=x|unknown name partitoin; did you mean partition?
partition|not NAME=value
cores_per_node=many|cores_per_node=many is not a number above zero
memory_per_core=2000X|memory_per_core=2000X is not a size such as 2000M or 4G
max_time=long|max_time=long is not a time
whole_nodes=maybe|whole_nodes=maybe is neither yes nor no
again=never|again=never is none of: requeue resubmit leave
account=$NO_SUCH|$NO_SUCH is not set
END
[ "$i" -eq 8 ] || fail "$i mistakes of a site were tried"
cp "$source/jobs/epilux.sbatch" . && echo '{{color}}' >>epilux.sbatch && mkdir sites && cp "$source"/jobs/sites/* sites/
EPILUX_JOBS=$work "$epilux" submit deck.yaml --pilot 0 --ranks 2 --time 1h --dry-run >out 2>err
grep -q "epilux.sbatch:[0-9]*: there is no value for {{color}}" err || fail "an unknown place: $(cat err)"

# Results that are finished, or another campaign's.
"$epilux" run deck.yaml -o r.h5 --quiet || fail "no results to try"
refuse "r.h5: is finished" deck.yaml -o r.h5 --dry-run
refuse "r.h5: contains results of another deck or seed" deck.yaml -o r.h5 --set study.seed=9 --dry-run

# Watching ends when all trials are finished, also of a file that comes later, and by jobs one after the other.
timeout 50 "$epilux" status --watch --every 0.2s later.h5 >watched &
watcher=$!
sleep 0.5
"$epilux" run deck.yaml -o later.h5 --quiet --progress later.progress || fail "no results to watch"
wait "$watcher" || fail "status --watch: exit $?"
has watched "later.h5: does not exist yet"
grep -q "^later.h5: 24 of 24 trials finished, " watched || fail "the watch did not see the end: $(cat watched)" # its writer may still be there
grep -q " begins: 1 rank, the first on " later.progress || fail "the file of --progress has no beginning: $(cat later.progress)"
grep -q " finished: 24/24 trials, 100 %" later.progress || fail "the file of --progress has no end: $(cat later.progress)"
"$epilux" status r.h5 --every 2s 2>err
[ $? -eq 2 ] || fail "--every without --watch is taken"
"$epilux" run deck.yaml -o p.h5 --progress no/where 2>err
[ $? -eq 2 ] || fail "a file of --progress that cannot be written: $(cat err)"
[ ! -e p.h5 ] || fail "a refused run leaves results"

[ "$failures" -eq 0 ]
