#!/bin/bash
# From a fresh clone in a new folder to the end of the play, with downloads, in under four minutes.
# Then checks what the play came to.  Needs what `make test` needs, in the repository it is run from.
set -euo pipefail

SECONDS_MAX=240
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
folder=$(mktemp -d /tmp/relance-clone-XXXXXX)
trap 'rm -rf "$folder"' EXIT

start=$(date +%s)
git clone --quiet "$repository" "$folder/relance"
env -u RELANCE_HOME -u PYTHONPATH PIP_NO_CACHE_DIR=1 \
    make -C "$folder/relance" up ARGS=--stop-after-play
seconds=$(($(date +%s) - start))
echo "from the clone to the end of the play: $seconds s (at most $SECONDS_MAX)"

cd "$repository"
.venv/bin/python -m tests.journeys.long look "$folder/relance/.relance"
((seconds <= SECONDS_MAX))
