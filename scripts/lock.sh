#!/usr/bin/env bash
# Make requirements.lock anew from requirements.in and scripts/overrides.txt.
#
# The resolver is asked for Python 3.10, the last version Rasa 3.6 declares;
# the result is installed on 3.11 with --no-deps --ignore-requires-python.
# Needs `uv` on PATH (a tool of the maintainer, not of the user).
set -euo pipefail
cd "$(dirname "$0")/.."
full=$(mktemp)
uv pip compile -q --python-version 3.10 --override scripts/overrides.txt --generate-hashes \
  --no-annotate --no-header requirements.in -o "$full"
python3 scripts/trim_lock.py "$full" >requirements.lock
rm -f "$full"
grep -c '==' requirements.lock | sed 's/$/ packages in requirements.lock/'
