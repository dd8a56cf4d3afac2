#!/bin/sh
# pip 22.3 to 23.2.1 stop at a complete lock with hashes once a package that another asks for with an extra has a newer
# release; pip 23.3 installs the same lock.
#
# The lock below pins every package, with its hash. pytest-cov 5.0.0 asks for `coverage[toml]>=5.2.1`. The older pip does not
# see that `coverage==7.6.0` answers that: it goes to the index, meets the newest coverage, and says that the versions are
# not all pinned. On the day on which the lock was made its coverage was the newest, and the same pip took it. So a lock
# that was tested stops to install later although nothing in it has changed, on every machine whose Python brings that pip
# (3.11.0 brings 22.3, Debian 12 23.0.1, 3.12.0 23.2.1). `--no-deps` is what makes a lock a list.
# Seen with CPython 3.11 on x86-64 Linux. Exit 0: as described; 1: it has changed; 3: no package index.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
python="$folder/venv/bin/python"
unset PIP_CONSTRAINT PIP_REQUIRE_HASHES PIP_NO_DEPS 2>/dev/null || true

set -- coverage==7.6.0 pytest-cov==5.0.0 pytest==8.3.3 iniconfig==2.0.0 packaging==24.1 pluggy==1.5.0
"$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$folder/files" "$@" 2>/dev/null || exit 3
for pinned in "$@"; do
    file=$(ls "$folder/files" | grep "^$(echo "${pinned%%==*}" | tr - _)-")
    echo "$pinned --hash=sha256:$(sha256sum "$folder/files/$file" | cut -d' ' -f1)" >> "$folder/lock.txt"
done

outcome() {
    "$python" -m pip install --quiet "pip==$1" 2>/dev/null || exit 3
    shift
    if "$python" -m pip install --dry-run --require-hashes "$@" -r "$folder/lock.txt" > "$folder/said.txt" 2>&1; then
        echo installs
    elif grep -q 'all requirements must have their versions pinned' "$folder/said.txt"; then
        echo 'refuses: not all pinned'
    else
        cat "$folder/said.txt" >&2
        echo other
    fi
}

changed=0
expect() {
    echo "$1: $3"
    [ "$2" = "$3" ] || { echo "  expected: $2"; changed=1; }
}
expect 'pip 22.3' 'refuses: not all pinned' "$(outcome 22.3)"
expect 'pip 23.2.1' 'refuses: not all pinned' "$(outcome 23.2.1)"
expect 'pip 23.2.1 with --no-deps' installs "$(outcome 23.2.1 --no-deps)"
expect 'pip 23.3' installs "$(outcome 23.3)"
exit $changed
