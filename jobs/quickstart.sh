#!/bin/sh
# From a fresh Debian to a result: installs what is missing, builds into build/, runs inputs/quickstart.yaml on two
# ranks and writes its report. Run again, it goes on where it stopped; what is finished is not run a second time.
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

# `epilux status` knows whether a campaign is finished (0) or has more to do (75); a journal alone is one barely begun.
again=
if [ -e "$results" ] || [ -e "$results.journal" ]; then
  status=0
  build/epilux status "$results" >/dev/null || status=$?
  case $status in
    0) again=finished ;;
    75) again=--resume ;;
    *)
      echo "$results is here and is not a campaign that can go on. Move it away, and run this again." >&2
      exit "$status"
      ;;
  esac
fi

if [ "$again" = finished ]; then
  say "$results is finished already: only its report is made anew. Remove it to run the campaign again"
else
  say "Running inputs/quickstart.yaml on 2 ranks${again:+, from where it stopped} (Ctrl-C stops it; run this again to go on)"
  # mpirun puts a pipe between a rank and the terminal: the program cannot see that somebody watches.
  [ ! -t 2 ] || export EPILUX_PROGRESS=terminal
  status=0
  # shellcheck disable=SC2086 # an empty option is no word
  mpirun --quiet -n 2 build/epilux run inputs/quickstart.yaml -o "$results" $again || status=$?
  case $status in
    0) ;;
    75) echo "Stopped early and saved. To go on: sh jobs/quickstart.sh" >&2; exit 75 ;;
    *) echo "The campaign ended with status $status. To go on: sh jobs/quickstart.sh" >&2; exit "$status" ;;
  esac
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
