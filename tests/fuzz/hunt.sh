#!/bin/sh
# Fuzzes the readers one after the other, each until it has run as often as is asked of it, and prints what came of it:
#   cmake --preset fuzz && cmake --build build-fuzz
#   sh tests/fuzz/hunt.sh [BUILD, build-fuzz] [FOLDER, BUILD/hunt] [READER[=RUNS]...]
# FOLDER/READER keeps the inputs that reached new code, so that a second hunt goes on from them; FOLDER/READER.log what
# libFuzzer said; FOLDER/READER-* inputs that crash, hang, leak or ask for more than 2 GiB: mend what they show, then add them
# to tests/fuzz/corpus/READER, which CI replays. Exits with 1 where there is any.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build-fuzz}
folder=${2:-$build/hunt}
if [ $# -gt 1 ]; then shift 2; else shift $#; fi
corpus=tests/fuzz/corpus
mkdir -p "$folder"
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
# shellcheck disable=SC2046 # words are wanted
[ $# -gt 0 ] || set -- $(sed -n 's/^X(\(.*\))$/\1/p' tests/fuzz/readers.def)
found=0

# How often a reader runs at least: a deck is resolved, or files are written, each time.
count_runs() {
  case $1 in
  results) echo 10000 ;;
  deck | journal | checkpoint) echo 100000 ;;
  *) echo 1000000 ;;
  esac
}

printf '%-12s %12s %9s %10s %26s %8s\n' reader executions seconds coverage 'runs since new coverage' findings
for word in "$@"; do
  reader=${word%%=*}
  case $word in *=*) runs=${word#*=} ;; *) runs=$(count_runs "$reader") ;; esac
  mkdir -p "$folder/$reader"
  log=$folder/$reader.log
  start=$(date +%s)
  # What UDUNITS forgets of texts that it refuses would be looked into each time.
  case $reader in units | set | deck) leaks=0 ;; *) leaks=1 ;; esac
  "$build/tests/fuzz/fuzz_$reader" -runs="$runs" -detect_leaks=$leaks -max_len=16384 -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$folder/$reader-" "$folder/$reader" "$corpus/$reader" >"$log" 2>&1
  end=$(date +%s)
  n=$(find "$folder" -maxdepth 1 -name "$reader-*" | wc -l)
  found=$((found + n))
  awk -v reader="$reader" -v seconds=$((end - start)) -v n="$n" '
    /^#[0-9]+.* cov: / { at = substr($1, 2) + 0; for (i = 2; i < NF; i++) if ($i == "cov:") { if ($(i + 1) > most) { most = $(i + 1); new = at } } }
    /stat::number_of_executed_units/ { runs = $2 }
    END { printf "%-12s %12d %9d %10d %26d %8d\n", reader, runs, seconds, most, runs - new, n }' "$log"
done
[ "$found" -eq 0 ]
