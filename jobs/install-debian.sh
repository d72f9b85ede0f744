#!/bin/sh
# Installs what Epilux needs from Debian's own packages, and only what is missing. The names are those of Debian 12 and 13 and of
# Ubuntu 24.04 alike.
#   sh jobs/install-debian.sh         what building and running it needs
#   sh jobs/install-debian.sh tests   that, and what its tests need
set -eu

packages='build-essential cmake git pkg-config
  libopenmpi-dev openmpi-bin libpetsc-real-dev libslepc-real-dev libsundials-dev libhdf5-openmpi-dev
  libyaml-dev libudunits2-dev librandom123-dev libgsl-dev liblapacke-dev libopenblas-dev libfftw3-dev libcmocka-dev
  zlib1g-dev
  python3 python3-h5py python3-numpy python3-matplotlib python3-yaml'
packages_tests='python3-xarray python3-h5netcdf python3-netcdf4 python3-pandas python3-scipy python3-optuna
  python3-jsonschema python3-nbclient python3-ipykernel python3-setuptools python3-wheel octave hdf5-tools
  slurm-wlm munge clang-format mandoc zsh chromium
  python3-sphinx python3-myst-parser python3-breathe doxygen libmpich-dev'

case ${1:-} in
  '') ;;
  tests) packages="$packages $packages_tests" ;;
  *) echo "usage: sh jobs/install-debian.sh [tests]" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "This is no Debian: going on with what is here. Where something is missing, CMake will name it." >&2
  exit 0
fi

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root='env DEBIAN_FRONTEND=noninteractive'
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These Debian packages are missing:$missing" >&2
    echo "Only root may install them, and there is no sudo here. As root, run: sh jobs/install-debian.sh ${1:-}" >&2
    exit 1
  fi
  as_root="sudo $as_root"
  [ -t 0 ] || as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
fi

# The lists of a fresh system are empty, those of an old one name versions that are gone: then they are fetched anew.
install_missing() {
  # shellcheck disable=SC2086 # both are words
  $as_root apt-get install -y --no-install-recommends $missing </dev/null
}
echo "Installing:$missing"
# shellcheck disable=SC2086
if ! { apt-cache show $missing >/dev/null 2>&1 && install_missing; }; then
  $as_root apt-get update </dev/null
  install_missing
fi
