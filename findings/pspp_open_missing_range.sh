#!/bin/sh
# PSPP's `EXPORT` writes `MISSING VALUES v (98 THRU HI)` to a portable file with the wrong end of the range: the file says
# "from the largest number there is", so that 98 and 99 count as answers. The mean goes from 1.00 to 66.00, without a word.
#
# A range that is open above is how refusals (98) and don't-knows (99) are declared at a stroke. One that is open below
# (`LO THRU -98`), a closed one and single values survive, and in a system file (`SAVE`, `GET`) this one does too. The loss
# is in what is written: record A of the file holds the largest number and no 98, so no reader can mend it.
# Seen with PSPP 1.6.2 as Debian 12 packs it (1.6.2-2). Exit 0: as described; 1: it has changed; 3: PSPP is not installed
# (it is in no package index of Python; on Debian: apt-get install pspp).
set -eu
command -v pspp > /dev/null || { echo 'skipped: pspp is not installed'; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export LC_ALL=C
pspp --version | head -1

# $1: what is declared; $2, $3: write and read again; $4: the codes that are not answers. Prints the means before and after.
means() {
    {
        printf 'DATA LIST LIST NOTABLE / V (F8.2).\nBEGIN DATA\n%s\nEND DATA.\n' "$4"
        printf "MISSING VALUES V (%s).\nDESCRIPTIVES V /STATISTICS=MEAN.\n%s.\nNEW FILE.\n%s.\n" "$1" "$2" "$3"
        printf 'DESCRIPTIVES V /STATISTICS=MEAN.\n'
    } > syntax.sps
    pspp -O format=csv syntax.sps | sed -n 's/^V,[0-9]*,//p' | tr '\n' ' ' | sed 's/ $//'
}

changed=0
expect() {
    seen=$(means "$2" "$3 /OUTFILE='answers'" "$4 /FILE='answers'" "$(printf '1\n%s\n%s' "$5" "$6")")
    echo "$3, $2: mean before and after: $seen"
    [ "$seen" = "$1" ] || { echo "  expected: $1"; changed=1; }
}
expect '1.00 66.00' '98 THRU HI' EXPORT IMPORT 98 99
expect '1.00 1.00' '98 THRU 99' EXPORT IMPORT 98 99
expect '1.00 1.00' '98, 99' EXPORT IMPORT 98 99
expect '1.00 1.00' 'LO THRU -98' EXPORT IMPORT -98 -99
expect '1.00 1.00' '98 THRU HI' SAVE GET 98 99
exit $changed
