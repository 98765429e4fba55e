#!/usr/bin/env bash
# Breaks the engine on purpose, one promise at a time, and looks whether the simulator sees it.
#
#   mutants.sh            every patch beside this script
#   mutants.sh 07 12      those whose names begin so
#
# Each is applied to a copy of the checkout, built, and run until a run breaks a promise, 1,000 runs at most (PAWL_SIM_RUNS). One that
# survives, does not fit any more or does not build fails the script.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
(cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$copy")
cd "$copy" || exit 1

patches=()
if [[ $# -eq 0 ]]; then
  patches=("$here"/*.patch)
else
  for name in "$@"; do patches+=("$here/$name"*.patch); done
fi

project=tests/Pawl.Simulation.Tests
bad=0
for patch in "${patches[@]}"; do
  name=$(basename "$patch" .patch)
  if ! patch -p1 -s < "$patch"; then
    verdict='does not fit'
  elif ! log=$(dotnet build "$project" -v q -p:RunAnalyzers=false 2>&1); then
    verdict="does not build: $(grep -m 1 error <<< "$log")"
  elif verdict=$(dotnet run --no-build --project "$project" -- hunt "${PAWL_SIM_RUNS:-1000}"); then
    verdict="SURVIVED $verdict"
  else
    verdict="killed by $verdict"
  fi
  patch -p1 -s -R < "$patch"
  [[ $verdict == killed* ]] || bad=$((bad + 1))
  printf '%-42s %s\n' "$name" "$verdict"
done
echo "${#patches[@]} mutants, $bad not killed"
[[ $bad -eq 0 ]]
