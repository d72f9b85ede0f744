#!/bin/sh
# Installs the build into a folder of its own and builds a small project against it, found in both ways:
#   package.sh CMAKE COMPILER BUILD_FOLDER
set -eu
cmake=$1
compiler=$2
build=$3
consumer=$(cd "$(dirname "$0")/consumer" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

"$cmake" --install "$build" --prefix "$prefix" >"$work/install.txt"
for file in include/epilux/error.h include/epilux/family.h share/epilux/data/iris.csv share/epilux/data/digits.csv.gz share/epilux/references.bib; do
  [ -f "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
package=$(find "$prefix" -name epilux.pc)
PKG_CONFIG_PATH=$(dirname "$package")
export PKG_CONFIG_PATH
version=$(pkg-config --modversion epilux)

echo "== program"
"$prefix/bin/epilux" --version | tee "$work/version.txt"
[ "$(head -n 1 "$work/version.txt")" = "epilux $version" ] || { echo "epilux.pc says $version"; exit 1; }

echo "== find_package"
"$cmake" -S "$consumer" -B "$work/consumer" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix"
"$cmake" --build "$work/consumer"
"$work/consumer/consumer" "$version"

echo "== pkg-config"
flags=$(pkg-config --cflags --libs epilux)
echo "$flags"
# shellcheck disable=SC2086 # the flags are words
"$compiler" -std=c11 -o "$work/consumer-pc" "$consumer/consumer.c" $flags
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH") "$work/consumer-pc" "$version"
