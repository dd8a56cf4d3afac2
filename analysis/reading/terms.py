"""What the study's plan says to readers for the codes of its tables. What must not be here: a word of any study."""

from analysis.reading.tables import Release

NAME = "study_terms"


def terms(release: Release, kind: str) -> dict[str, str]:
    """Code → words of one kind, in the order of the plan; empty where the study has none."""
    rows = release.table(NAME).sort_values("term_rank")
    rows = rows[rows.term_kind_code == kind]
    return dict(zip(rows.term_text, rows.words_text, strict=True))


def only(release: Release, kind: str) -> tuple[str, str]:
    """Code and words of a kind that a plan names once, and empty texts where it names none."""
    return next(iter(terms(release, kind).items()), ("", ""))


def own_title(release: Release) -> str:
    """The title of a team's own study; empty for the study that the project ships."""
    return terms(release, "study")["title"] if release.study == "vault" else ""
