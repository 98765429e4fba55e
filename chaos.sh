#!/usr/bin/env bash
# Breaks everything that can be broken, and proves from the outside that the promises held. For a machine that does nothing else.
#
#   ./chaos.sh          every fault, as often as the promises say (up to 60 minutes), with a table of what came of each
#   ./chaos.sh quick    the counts of test.sh
#   ./chaos.sh sweep    five scenarios: how much of the rate before comes back after
#
# The table is kept in artifacts/chaos/report.md. Ends with 0 only if every row is valid.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 PAWL_TEST_ALL=1
project=tests/Pawl.Chaos.Tests
rows=$PWD/artifacts/chaos/rows
report=artifacts/chaos/report.md
export PAWL_CHAOS_REPORT=$rows PAWL_TEST_HISTORIES=$PWD/artifacts/chaos/histories

mode=${1-full}
case $mode in
  full) export PAWL_TEST_FULL=1 PAWL_TEST_KILLS=100 filter=(--filter-not-trait 'run=sweep') ;;
  quick) filter=(--filter-not-trait 'run=sweep' --filter-not-trait 'run=full') ;;
  sweep) export PAWL_TEST_FULL=1 filter=(--filter-trait 'run=sweep') ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac

# A row for each fault that left none: who proves it, or that nobody does. One that should have run and did not has failed.
the_others() {
  local fault what how verdict n=0
  while IFS='|' read -r fault what how; do
    fault=${fault// /} how=${how# } n=$((n + 1))
    [[ $fault == F* ]] || continue
    case $how in
      quick | full)
        compgen -G "$rows/$fault[-.]*" > /dev/null && continue
        verdict=failed
        [[ $how == quick || $mode == full ]] || verdict='not run: ./chaos.sh full'
        ;;
      'not built')
        compgen -G "$rows/$fault[-.]*" > /dev/null && continue
        verdict=$how
        ;;
      'not built'*) verdict=$how ;;
      *) verdict="proved by ${how% *} (${how##* })" ;;
    esac
    echo "| $fault |$what| - | - | - | - | - | - | - | $verdict |" > "$rows/$fault-~$n.md"
  done < "$project/Report/Faults.txt"
}

. tests/needs.sh
need_faults
rm -rf artifacts/chaos
mkdir -p "$rows" "$PAWL_TEST_HISTORIES"
if ! dotnet build "$project"; then
  echo "chaos.sh: the build failed." >&2
  exit 1
fi

dotnet test --project "$project" --no-build -- "${filter[@]}"
code=$?
[[ $mode == sweep ]] || the_others
{
  if [[ $mode == sweep ]]; then
    echo '| Scenario | Before | After | After / before | Verdict |'
    echo '|---|---|---|---|---|'
  else
    echo '| Fault | What | Store | Count | Lost | Unexpected | Repeated: explained / not | Stale accepted | Max. recovery | Verdict |'
    echo '|---|---|---|---|---|---|---|---|---|---|'
  fi
  find "$rows" -name '*.md' | sort -V | xargs -r cat
} > "$report"
echo
cat "$report"
! grep -qE '\| (failed|invalid|unknown) \|$' "$report" && [[ $code -eq 0 ]]
