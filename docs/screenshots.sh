#!/usr/bin/env bash
# Takes a picture of every page of the dashboard: light and dark; with an empty store, with much going on, and with a store that is away.
# It needs the .NET 10 SDK and Chromium (/usr/bin/chromium, or the one that PAWL_TEST_CHROMIUM names), and nothing built before.
#
#   docs/screenshots.sh [FOLDER]      default: artifacts/screenshots
set -euo pipefail
folder=$(realpath -m "${1:-$(dirname "${BASH_SOURCE[0]}")/../artifacts/screenshots}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chromium=${PAWL_TEST_CHROMIUM:-/usr/bin/chromium}
if [[ ! -x $chromium ]]; then
  echo "screenshots.sh: there is no Chromium at $chromium. Install it, or name one in PAWL_TEST_CHROMIUM." >&2
  exit 1
fi

mkdir -p "$folder"
code=0
PAWL_SCREENSHOTS=$folder dotnet test --project tests/Pawl.Browser.Tests -- --filter-class '*PagesTests' || code=$?
echo "$(find "$folder" -name '*.png' | wc -l) pictures are in $folder"
exit "$code"
