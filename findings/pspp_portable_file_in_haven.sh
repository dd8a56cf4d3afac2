#!/bin/sh
# R's `haven::read_por` reads no portable file that PSPP exports, however small: "Invalid file, or file has unsupported
# features". With eleven bytes of the file's table of characters blanked, the same file is read in full.
#
# A portable file opens with a table that says which byte stands for which of 256 characters. PSPP gives the bytes of 1 to 9
# and of the hyphen again, as next best, for superscript digits and dashes. haven takes the last entry of a byte, so that
# each number of the file becomes a superscript one ("⁸/"), which it cannot parse: the length of the date at the top is the
# first. PSPP itself, R's foreign 0.8.84 and pyreadstat 1.3.7 read such a file as exported.
# Seen with PSPP 1.6.2 and haven 2.5.1 as Debian 12 packs them; later ones were not tried. Exit 0: as described; 1: it has
# changed; 3: PSPP, or R with its haven, is not installed (neither is in a package index of Python).
set -eu
command -v pspp > /dev/null || { echo 'skipped: pspp is not installed'; exit 3; }
Rscript -e 'stopifnot(requireNamespace("haven", quietly = TRUE))' > /dev/null 2>&1 ||
    { echo 'skipped: R with its package haven is not installed'; exit 3; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export LC_ALL=C
pspp --version | head -1
cat > export.sps <<'SYNTAX'
DATA LIST LIST NOTABLE / answer (F8.0).
BEGIN DATA
1
-9
END DATA.
MISSING VALUES answer (-9).
EXPORT /OUTFILE='exported.por'.
SYNTAX
pspp export.sps
sed 's/~-0000123456789000-()/~000000000000000000()/' exported.por > blanked.por
echo "bytes of the table that are blanked: $(cmp -l exported.por blanked.por | wc -l)"
Rscript --vanilla - <<'R'
cat("haven", as.character(packageVersion("haven")), "\n")
outcome <- function(name) {
  tryCatch(
    paste("reads", paste(unclass(haven::read_por(name, user_na = TRUE)$ANSWER), collapse = ", ")),
    error = function(error) sub("^.*exported.por: ", "refuses: ", conditionMessage(error))
  )
}
expected <- c(exported.por = "refuses: Invalid file, or file has unsupported features.", blanked.por = "reads 1, -9")
said <- capture.output(seen <- vapply(names(expected), outcome, ""))  # haven prints what it could not parse
cat(paste0(names(seen), ": ", seen, "\n"), sep = "")
quit(status = as.integer(!identical(seen, expected)))
R
