#!/usr/bin/env bash
# Takes a picture of every page of the dashboard: light and dark; with an empty store, with much going on, and with a store that is away.
#
#   docs/screenshots.sh [FOLDER]      default: artifacts/screenshots
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(realpath -m "${1:-artifacts/screenshots}")
mkdir -p "$folder"
PAWL_SCREENSHOTS=$folder dotnet test --project tests/Pawl.Browser.Tests -- --filter-class '*PagesTests'
echo "$(find "$folder" -name '*.png' | wc -l) pictures are in $folder"
