#!/bin/sh
# Installs the build into a folder of its own; builds the programs of inputs/programs and a plugin against it, as C and
# as C++, found by CMake and by pkg-config; and runs them:
#   package.sh CMAKE C_COMPILER CXX_COMPILER SOURCE_FOLDER BUILD_FOLDER [PYTHON]
# With a Python that has the packages, the Python package is used as installed and as a wheel, too.
set -eu
cmake=$1
cc=$2
cxx=$3
source=$4
build=$5
python=${6:-python3}
programs=$source/inputs/programs
plugin=$source/inputs/plugins/anharmonic.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix

"$cmake" --install "$build" --prefix "$prefix" >"$work/install.txt"
for file in include/epilux/epilux.h include/epilux/family.h share/epilux/data/iris.csv share/epilux/data/digits.csv.gz \
  share/epilux/references.bib share/epilux/programs/rest.c share/epilux/forms/show.json share/man/man1/epilux.1 \
  share/bash-completion/completions/epilux share/zsh/site-functions/_epilux \
  share/modulefiles/epilux/$(sed -n 's/^project(epilux VERSION \([^ ]*\).*/\1/p' "$source/CMakeLists.txt"); do
  [ -f "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done
package=$(find "$prefix" -name epilux.pc)
PKG_CONFIG_PATH=$(dirname "$package")
export PKG_CONFIG_PATH
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
export LD_LIBRARY_PATH
version=$(pkg-config --modversion epilux)

echo "== program"
"$prefix/bin/epilux" --version | tee "$work/version.txt"
[ "$(head -n 1 "$work/version.txt")" = "epilux $version" ] || { echo "epilux.pc says $version"; exit 1; }

echo "== Python"
if "$python" -c 'import h5py, matplotlib, setuptools, wheel, xarray' 2>"$work/python.txt"; then
  "$prefix/bin/epilux" run "$source/inputs/01-one-network.yaml" --set learning.epochs=1 -o "$work/one.h5" --quiet
  cat >"$work/use.py" <<'END'
import sys
import epilux
ds = epilux.open(sys.argv[1])
print(epilux.__version__, epilux.__file__, epilux.find_program())
assert epilux.__version__ == sys.argv[2] == ds.attrs["epilux_version"], (epilux.__version__, sys.argv[2])
assert epilux.__file__.startswith(sys.argv[3]), epilux.__file__
assert epilux.find_program() == sys.argv[4], epilux.find_program()
END
  folder=$(dirname "$(find "$prefix/lib" -path '*-packages/epilux/__init__.py')")
  (cd "$work" && PATH=/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${folder%/epilux} \
    "$python" use.py one.h5 "$version" "$prefix" "$(readlink -f "$prefix/bin/epilux")")
  (cd "$work" && PYTHONDONTWRITEBYTECODE=1 "$python" "$prefix/share/epilux/postproc/learning_curves.py" one.h5 -o curves.svg)
  mkdir "$work/wheel"
  cp -R "$source/postproc" "$work/source"
  (cd "$work/source" && "$python" -c 'from setuptools import build_meta; build_meta.build_wheel("../wheel")') >"$work/wheel.txt" 2>&1 ||
    { cat "$work/wheel.txt"; exit 1; }
  (cd "$work" && "$python" -m zipfile -e "wheel/epilux-$version-py3-none-any.whl" unpacked &&
    EPILUX=$prefix/bin/epilux PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$work/unpacked \
    "$python" use.py one.h5 "$version" "$work/unpacked" "$prefix/bin/epilux")
else
  echo "left out: $(tail -n 1 "$work/python.txt")"
fi

# The yields of the campaign's two design points follow from the deck and the seed: both must be those of the program.
run_programs() {
  folder=$1
  suffix=$2
  "$folder/version$suffix" "$version"
  "$folder/rest$suffix"
  "$folder/gradient$suffix"
  "$folder/campaign$suffix" "$work/family.so" "$work/campaign$suffix.h5" | tee "$work/campaign.txt"
  [ "$(grep -c '^point' "$work/campaign.txt")" -eq 2 ] || { echo "campaign: not two points"; exit 1; }
  "$prefix/bin/epilux" status "$work/campaign$suffix.h5" | grep -q '16 of 16 trials finished, complete'
}

echo "== find_package"
"$cmake" -S "$source/tests/install/programs" -B "$work/cmake" -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_PREFIX_PATH="$prefix" -DPROGRAMS="$programs" -DPLUGIN="$plugin" >"$work/cmake.txt"
"$cmake" --build "$work/cmake" >"$work/cmake-build.txt" || { cat "$work/cmake-build.txt"; exit 1; }
cp "$work/cmake/family.so" "$work/family.so"
run_programs "$work/cmake" ''
run_programs "$work/cmake" -cpp

echo "== pkg-config"
cflags=$(pkg-config --cflags epilux)
libs=$(pkg-config --libs epilux)
echo "$cflags $libs"
mkdir "$work/pc"
# shellcheck disable=SC2086 # the flags are words
"$cc" -std=c11 -shared -fPIC -o "$work/family.so" "$plugin" $cflags
for file in "$source/tests/install/programs/version.c" "$programs"/*.c; do
  name=$(basename "$file" .c)
  # shellcheck disable=SC2086
  "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$work/pc/$name" "$file" $cflags $libs -lm
  # shellcheck disable=SC2086
  "$cxx" -std=c++17 -Wall -Wextra -Werror -x c++ -o "$work/pc/$name-cpp" "$file" -x none $cflags $libs -lm
done
run_programs "$work/pc" ''
run_programs "$work/pc" -cpp

echo "== uninstall"
"$cmake" -DMANIFEST="$build/install_manifest.txt" -P "$source/src/uninstall.cmake"
left=$(find "$prefix" -type f -o -type l -o -name '*epilux*')
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
