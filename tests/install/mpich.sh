#!/bin/sh
# The layers that call MPI themselves compile without a warning with MPICH's headers too; Debian's PETSc is Open MPI's alone, so
# that no program can be linked here: mpich.sh C_COMPILER SOURCE_FOLDER BUILD_FOLDER
set -eu
cc=$1
source=$2
build=$3
mpich=$(find /usr/include -path '*/mpich/mpi.h' 2>/dev/null | head -n 1)
if [ -z "$mpich" ]; then
  echo "skipped: no headers of MPICH (Debian: libmpich-dev)"
  exit 77
fi
hdf5=$(pkg-config --cflags-only-I hdf5-openmpi 2>/dev/null || pkg-config --cflags-only-I hdf5)
n=0
for file in "$source"/src/parallel/*.c "$source"/src/parallel/*/*.c "$source"/src/api/*.c "$source"/src/cli/commands/run.c; do
  # shellcheck disable=SC2086 # the folders are words
  "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$(dirname "$mpich")" -I "$source/src" -I "$source/include" \
    -I "$build/src" $hdf5 "$file"
  n=$((n + 1))
done
printf '#include <mpi.h>\n#ifndef MPICH_VERSION\n#error not MPICH\n#endif\n' | "$cc" -fsyntax-only -I "$(dirname "$mpich")" -x c -
echo "$n files compile with $mpich"
[ "$n" -gt 5 ]
