#!/bin/sh
# The Debian package in a fresh Debian: builds it, installs it with what it needs into a system that debootstrap makes, runs the
# quickstart there from /usr, and removes it again:
#   debian.sh CMAKE SOURCE_FOLDER WORK_FOLDER [DEB]
# Root only; some minutes, and several hundred MB from Debian's mirror. DEB: a package that is there already.
set -eu
cmake=$1
source=$2
work=$3
deb=${4:-}
if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "skipped: needs root, and Debian's debootstrap"
  exit 77
fi
root=$work/root
mkdir -p "$work"

if [ -z "$deb" ]; then
  echo "== package"
  "$cmake" -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DBUILD_SHARED_LIBS=ON -DBUILD_TESTING=OFF -DEPX_INSTALL_ZSH=share/zsh/vendor-completions >"$work/configure.txt"
  "$cmake" --build "$work/build" --target package >"$work/build.txt" || { tail -n 30 "$work/build.txt"; exit 1; }
  deb=$(ls "$work"/build/epilux_*.deb)
fi
dpkg-deb --info "$deb" | grep -E '^ (Package|Version|Depends):'

echo "== a fresh Debian"
if [ ! -x "$root/usr/bin/apt-get" ]; then
  . /etc/os-release
  debootstrap --variant=minbase "$VERSION_CODENAME" "$root" >"$work/debootstrap.txt" || { tail "$work/debootstrap.txt"; exit 1; }
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp "$deb" "$root/root/epilux.deb"
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
trap 'umount "$root/proc" "$root/dev"' EXIT
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 sh -euc "cd /root; $1"; }
inside 'apt-get update -qq && apt-get install -y -qq --no-install-recommends ./epilux.deb python3-h5py python3-numpy python3-matplotlib python3-yaml' \
  >"$work/install.txt" 2>&1 || { tail -n 30 "$work/install.txt"; exit 1; }
inside 'epilux --version | head -n 1; epilux verify P3 | tail -n 1'
inside 'test -f /usr/share/man/man1/epilux.1 && test -f /usr/share/bash-completion/completions/epilux && test -f /usr/share/zsh/vendor-completions/_epilux'

echo "== quickstart, from /usr"
inside 'mpirun --oversubscribe -n 2 epilux run /usr/share/epilux/inputs/quickstart.yaml -o quickstart.h5 --quiet --force'
inside 'epilux status quickstart.h5'
inside 'python3 /usr/share/epilux/postproc/report.py quickstart.h5 && test -s quickstart.html && python3 -c "import epilux"'

echo "== removed"
inside 'apt-get purge -y -qq epilux' >"$work/remove.txt" 2>&1
left=$(find "$root/usr" "$root/etc" "$root/var/lib" -path "$root/var/lib/dpkg" -prune -o -iname '*epilux*' -print)
[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
echo "the package installs, runs, and leaves nothing behind"
