#!/bin/sh
# A deck with a family of one's own: built with the headers alone, run, refused when its file changes.
#   test_plugin.sh EPILUX SOURCE COMPILER [MPIEXEC]; with MPIEXEC also a rank that cannot load it.
set -u
epilux=$1
source=$2
compiler=$3
mpiexec=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() {
  echo "FAIL: $1"
  failures=$((failures + 1))
}
build() {
  "$compiler" -std=c11 "$@" -shared -fPIC -I "$source/include" "$source/inputs/plugins/anharmonic.c" -o anharmonic.so ||
    fail "the example does not compile"
}

sed 's|epilux/family.h|epilux/photonic/lanes.h|' "$source/inputs/plugins/anharmonic.c" >old.c
"$compiler" -std=c11 -Wall -Werror -fsyntax-only -I "$source/include" old.c || fail "a plugin written for the old header names does not compile"

sed 's/epochs: 300/epochs: 5/' "$source/inputs/families/plugin.yaml" >deck.yaml
build -O2
"$epilux" run deck.yaml -o results.h5 --quiet 2>err || fail "the example does not run: $(cat err)"
"$epilux" check deck.yaml >resolved.yaml || fail "the example is refused"
grep -q 'plugin_checksum: crc64-' resolved.yaml || fail "no checksum in the resolved deck"
"$epilux" check resolved.yaml >/dev/null || fail "the resolved deck is refused"

# The file's content is part of the deck.
build -O2 -DANOTHER=1 -g
"$epilux" check resolved.yaml 2>err && fail "another file is taken for the same"
grep -q 'resolved.yaml:7: network.plugin_checksum: .* the file has changed' err || fail "not said: $(cat err)"
"$epilux" run deck.yaml -o results.h5 --resume --quiet 2>err && fail "a campaign goes on with another plugin"
grep -q 'plugin_checksum' err || fail "not said: $(cat err)"

# What cannot be loaded is one line and status 2.
"$epilux" check deck.yaml --set network.plugin=nothing.so 2>err
[ $? -eq 2 ] || fail "a plugin that is not there: another status than 2"
[ "$(grep -c '' err)" -eq 1 ] || fail "not one line: $(cat err)"
grep -q 'nothing.so cannot be loaded' err || fail "not said: $(cat err)"
grep -v 'plugin: anharmonic' deck.yaml >without.yaml
"$epilux" check without.yaml 2>err
[ $? -eq 2 ] || fail "no plugin: another status than 2"
grep -q 'without.yaml:.* network.plugin is missing' err || fail "not said: $(cat err)"

# A rank that does not find the file ends the run for all, before anything is computed.
if [ -n "$mpiexec" ]; then
  build -O2
  mkdir elsewhere
  cat >rank.sh <<'END'
#!/bin/sh
[ "${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}" = 1 ] && cd elsewhere
exec "$@"
END
  chmod +x rank.sh
  "$mpiexec" -n 3 "$epilux" run "$work/deck.yaml" -o "$work/ranks.h5" --quiet 2>err || fail "ranks do not run: $(cat err)"
  "$mpiexec" -n 3 ./rank.sh "$epilux" run "$work/deck.yaml" -o "$work/lost.h5" --quiet 2>err
  [ $? -eq 2 ] || fail "a rank without the plugin: another status than 2"
  [ "$(grep -c 'deck.yaml:.* anharmonic.so cannot be loaded' err)" -eq 1 ] || fail "not said once: $(cat err)"
  [ ! -e lost.h5 ] || fail "results of a run that could not be"
fi
[ "$failures" -eq 0 ]
