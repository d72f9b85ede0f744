# shellcheck shell=sh
# What the scripts agree on; they read it with `.` from the root of the tree.

# Ninja where it is there; a build folder that exists keeps what it has.
if [ -z "${CMAKE_GENERATOR:-}" ] && command -v ninja >/dev/null; then
  export CMAKE_GENERATOR=Ninja
fi
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(env -u OMP_NUM_THREADS nproc)}"

# One thread for each rank: the ranks are the parallelism.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

# Open MPI: more ranks than cores may share them, and do it kindly; no word about networks this machine lacks; and in a
# container, where everybody is root, no refusal.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_base_warn_component_unused=0
if [ "$(id -u)" -eq 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

# Prints the first Python that has the modules named: the one first on the path need not be Debian's.
find_python() {
  for candidate in "${PYTHON:-python3}" /usr/bin/python3; do
    if "$candidate" -c "import $(echo "$*" | tr ' ' ',')" >/dev/null 2>&1; then
      echo "$candidate"
      return 0
    fi
  done
  echo "No python3 has the modules $*. On Debian, sh jobs/install-debian.sh installs them; elsewhere, name yours: PYTHON=…" >&2
  return 1
}
