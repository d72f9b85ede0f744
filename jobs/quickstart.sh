#!/bin/sh
# From a fresh Debian to a result: installs what is missing, builds into build/, runs inputs/quickstart.yaml on two
# ranks and writes its report. Run again, it continues where it stopped; finished trials are not run a second time.
#   sh jobs/quickstart.sh
set -eu
cd "$(dirname "$0")/.."
results=quickstart.h5

say() { printf '\n== %s\n' "$*"; }

say "Installing what is missing"
sh jobs/install-debian.sh
. jobs/environment.sh
PYTHON=$(find_python h5py numpy matplotlib yaml)

say "Building into build/"
cmake --preset release
cmake --build build --target epilux_program

# Is the campaign finished (0), or has it more to do (75)? Asked of the results, for mpirun's own status does not tell:
# after Ctrl-C it is 1. A journal alone is a campaign barely begun.
get_status() {
  status=0
  build/epilux status "$results" >/dev/null || status=$?
}

again=
if [ -e "$results" ] || [ -e "$results.journal" ]; then
  get_status
  case $status in
    0) again=finished ;;
    75) again=--resume ;;
    *)
      echo "$results exists and is not a campaign that can be continued. Move it away, and run this again." >&2
      exit "$status"
      ;;
  esac
fi

if [ "$again" = finished ]; then
  say "$results is already finished: only its report is written again. Remove it to run the campaign again"
else
  say "Running inputs/quickstart.yaml on 2 ranks${again:+, from where it stopped} (Ctrl-C stops it; run this again to continue)"
  # mpirun puts a pipe between a rank and the terminal: the program cannot see that somebody watches.
  [ ! -t 2 ] || export EPILUX_PROGRESS=terminal
  trap : INT
  failed=0
  # shellcheck disable=SC2086 # an empty option is no word
  mpirun --quiet -n 2 build/epilux run inputs/quickstart.yaml -o "$results" $again || failed=$?
  trap - INT
  if [ "$failed" -ne 0 ]; then
    [ -e "$results" ] || [ -e "$results.journal" ] || exit "$failed"
    get_status
    case $status in
      0) ;;
      75) echo "Stopped early and saved. To continue: sh jobs/quickstart.sh" >&2; exit 75 ;;
      *) exit "$failed" ;;
    esac
  fi
fi

say "Writing the report"
"$PYTHON" postproc/report.py "$results" --figures quickstart-figures

say "Done"
cat <<END
quickstart.html      the report: open it in a browser
quickstart-figures/  its figures, one by one
$results        the results: build/epilux show $results, or xarray.open_dataset
build/epilux         the program: build/epilux --help
END
