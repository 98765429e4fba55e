#!/usr/bin/env bash
# Brings what this machine lacks for the tests, builds, and runs them all.
#
#   ./test.sh          every test project
#   ./test.sh quick    tests/Pawl.Tests alone, built alone
#
# Ends with "N passed, N failed, N skipped" alone on the last line, and with 0 only if all is well. A step that fails before or
# around the tests (no SDK, a restore, a build, a project without a test) counts as one failed.
#
# Tests that fail, three in a project at most, run once more without the others. Who fails again has failed. Who passes then is counted
# as passed and named as unsteady before the last line: its first failure stands above, and is to be understood, not to be lived with.
# PAWL_TEST_ONCE=1 gives no second chance.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
export PAWL_TEST_ALL=1   # what cannot run here is a failure, not a skip
results=artifacts/test-results
passed=0 failed=0 skipped=0 unsteady=()

. tests/needs.sh

finish() {
  echo
  [[ ${#unsteady[@]} -eq 0 ]] || printf 'unsteady: %s\n' "${unsteady[@]}"
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 && $passed -gt 0 ]]
  exit
}

broken() {
  echo "test.sh: $1" >&2
  failed=$((failed + 1))
}

step() {
  echo
  echo "== $*"
  "$@"
}

install_git() {
  command -v git > /dev/null && return
  if ! install git; then
    broken "git is missing and could not be installed; the tidy tests read the list of files from it."
    finish
  fi
}

# The browser tests drive the system's Chromium. Without it they say so themselves.
install_chromium() {
  [[ -n ${PAWL_TEST_CHROMIUM-} ]] || [[ -x /usr/bin/chromium ]] || install chromium || true
}

# promtool reads the metrics as Prometheus does. Without it those tests say so themselves, each as a failure.
install_promtool() {
  command -v promtool > /dev/null || install prometheus || true
}

# Completion scripts are loaded in the shells that are there; bash always is.
install_shells() {
  for shell in zsh fish; do
    command -v "$shell" > /dev/null || install "$shell" || true
  done
}

# global.json takes any SDK of .NET 10; `dotnet --version` fails where none is there.
need_sdk() {
  if ! command -v dotnet > /dev/null; then
    broken "the .NET 10 SDK is missing. Install it from https://dot.net/download and put dotnet on the PATH."
    finish
  fi
  if ! dotnet --version > /dev/null 2>&1; then
    broken "dotnet is here, but no .NET 10 SDK: $(dotnet --list-sdks | tr '\n' ' '). Install it from https://dot.net/download."
    finish
  fi
}

# Runs tests of a project into a report; what takes an hour runs in chaos.sh.
run_into() {
  local project=$1 report=$2
  shift 2
  rm -f "$results/$report"
  step dotnet test --project "$project" --no-build --results-directory "$results" --report-xunit --report-xunit-filename "$report" \
    -- --filter-not-trait run=full --filter-not-trait run=sweep "$@"
}

# The failed tests of a report, a line each: class.method.
failures_of() {
  grep -o '<test [^>]*result="Fail"[^>]*>' "$1" | sed -n 's/.* type="\([^"]*\)" method="\([^"]*\)".*/\1.\2/p' | sort -u
}

# Whether the failed tests of a project pass without the others.
pass_alone() {
  local project=$1 name=$2 tests=() filter=()
  mapfile -t tests < <(failures_of "$results/$name.xml")
  [[ ${#tests[@]} -gt 0 && ${#tests[@]} -le 3 && -z ${PAWL_TEST_ONCE-} ]] || return 1
  for test in "${tests[@]}"; do
    filter+=(--filter-method "$test")
  done
  run_into "$project" "$name.again.xml" "${filter[@]}" || return 1
  unsteady+=("${tests[@]}")
}

# The counts stand in the first <assembly> tag of xunit's report; its exit code says what the counts do not.
run_tests() {
  local project=$1 name report tag code total
  if [[ -z $(find "$(dirname "$project")" -name '*.cs' -print -quit) ]]; then
    echo "$project holds no test yet."
    return
  fi

  name=$(basename "$project" .csproj)
  report=$results/$name.xml
  run_into "$project" "$name.xml"
  code=$?
  tag=$(grep -o -m 1 '<assembly [^>]*>' "$report" 2> /dev/null)
  if [[ -z $tag ]]; then
    broken "$name left no report (exit code $code)."
    return
  fi

  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<< "$tag"; }
  total=$(count total)
  local bad=$(($(count failed) + $(count errors)))
  if [[ $bad -gt 0 && $(count errors) -eq 0 ]] && pass_alone "$project" "$name"; then
    passed=$((passed + bad)) bad=0 code=0
  fi
  passed=$((passed + $(count passed)))
  failed=$((failed + bad))
  skipped=$((skipped + $(count skipped) + $(count not-run)))
  if [[ $total -eq 0 ]]; then
    broken "$name ran no test."
  elif [[ $code -ne 0 && $bad -eq 0 ]]; then
    broken "$name ended with exit code $code although no test failed."
  fi
}

case ${1-} in
  '') target=Pawl.slnx projects=(tests/*.Tests/*.csproj tests/Pawl.Tidy/*.csproj) ;;
  quick) target=tests/Pawl.Tests projects=(tests/Pawl.Tests/Pawl.Tests.csproj) ;;
  *)
    sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 2
    ;;
esac

need_sdk
install_git
[[ $target != Pawl.slnx ]] || need_faults
[[ $target != Pawl.slnx ]] || install_shells
install_promtool
[[ $target != Pawl.slnx ]] || install_chromium
if ! step dotnet restore "$target" --locked-mode; then
  broken "the restore failed."
  finish
fi
if ! step dotnet build "$target" --no-restore; then
  broken "the build failed."
  finish
fi
if [[ ${CI-} == true && $target == Pawl.slnx ]] && ! step dotnet format --verify-no-changes --no-restore; then
  broken "dotnet format would change something."
fi
for project in "${projects[@]}"; do
  run_tests "$project"
done
finish
