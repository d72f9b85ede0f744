#!/bin/sh
# A program that calls the library, over 1 and 3 ranks, and the program itself: the same bits; networks over ranks, too.
#   test_api.sh API EPILUX MPIEXEC SOURCE_FOLDER
set -eu
api=$1
epilux=$2
mpiexec=$3
source=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

"$api" "$source/tests/mpi/deck.yaml" one.h5 >one.txt
"$mpiexec" -n 3 "$api" "$source/tests/mpi/deck.yaml" three.h5 >three.txt
[ -s one.txt ]
cmp one.txt three.txt || { echo "other bits on three ranks"; exit 1; }
"$epilux" run "$source/tests/mpi/deck.yaml" -o program.h5 --quiet
"$epilux" show program.h5 --metric loss --csv >program.csv
"$epilux" show three.h5 --metric loss --csv >three.csv
cmp program.csv three.csv || { echo "other results than the program's"; exit 1; }

# Two ranks solve each network of the lattice together.
"$mpiexec" -n 2 "$api" "$source/tests/mpi/lattice.yaml" lattice.h5 >lattice.txt
grep -q '^0 0 1 ' lattice.txt || { echo "no lattice: $(cat lattice.txt)"; exit 1; }
