#!/bin/sh
# `dvc repro` writes the hash of an input as it is when the stage ENDS. An input that changes while its stage runs is locked
# beside an output that was made of the old one, and from then on `dvc status` and `dvc repro` call the pair up to date.
#
# One would expect the hash of what the stage could read (taken before it starts, as for the decision to run it), or a
# refusal when the two differ. Editing a file during a long run is everyday; the lock then vouches for a result that no
# input in the project's history gives, and a colleague who runs the same commit gets another output under the same lock.
# Seen with DVC 3.67.1, CPython 3.11, Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --only-binary :all: dvc==3.67.1 2>/dev/null ||
    "$folder/venv/bin/python" -m pip install --quiet dvc==3.67.1 2>/dev/null || exit 3
mkdir "$folder/project"
cd "$folder/project"
export DVC_NO_ANALYTICS=1 DVC_GLOBAL_CONFIG_DIR="$folder" DVC_SYSTEM_CONFIG_DIR="$folder" DVC_SITE_CACHE_DIR="$folder/site"
dvc() { "$folder/venv/bin/python" -m dvc "$@"; }
dvc init --no-scm --quiet
printf 'stages:\n  copy:\n    cmd: cat input > output && touch has_read && sleep 5\n    deps: [input]\n    outs: [output]\n' > dvc.yaml
printf old > input
dvc repro --quiet &
until [ -e has_read ]; do sleep 0.2; done
printf new > input
wait $!
echo "input: $(cat input); output: $(cat output)"
echo "lock, input: $(sed -n '/path: input/{n;n;p;}' dvc.lock | sed 's/.*md5: //'); md5 of 'new': $(printf new | md5sum | cut -c1-32)"
told=$(dvc status 2>&1)
echo "dvc status: $told"
again=$(dvc repro 2>&1 | tail -1)
echo "dvc repro: $again; output: $(cat output)"
[ "$(cat output)" = old ] && grep -q "$(printf new | md5sum | cut -c1-32)" dvc.lock && case $told in *"up to date"*) ;; *) exit 1 ;; esac
