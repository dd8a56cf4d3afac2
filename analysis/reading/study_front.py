"""The front page of a team's own study: the study is the subject of its book, the article's register stands behind.

What must not be here: a word of any study; the page of the article, which is a chapter.
"""

from analysis.reading.fragments import div, escaped
from analysis.reading.parts import has_part, parts_sentence
from analysis.reading.register_tiles import tile_board, tiles
from analysis.reading.tables import Release
from analysis.reading.terms import terms
from analysis.reading.wording import is_own_claim, sentence_case

FOUND = {
    "survey": (
        "survey_results",
        "What was answered",
        "Every estimate with its interval, and the checks that it passed.",
    ),
    "posts": ("posts", "What was written", "Shares of posts, week by week, and what of them may be said."),
}
ALWAYS = (
    ("questionnaire", "What was asked", "Every item, and what may be answered."),
    ("corpora", "Who is in it", "What became of every row of the exports, and who was left out."),
    ("method", "How it is measured", "From a sentence to a rule to a verdict, and what stops a number that fails."),
    ("use_the_dataset", "Use the data", "Every table as a download, a worked example, and how to cite it."),
)
NO_CLAIMS = "This study brings no claims of its own: its numbers stand in the chapters above."
REGISTER = (
    "The program comes with a register of claims that {{ text_article }} makes ([what it says](article.md)). They are "
    "no part of this study. They are judged in every book by the same rules, and an estimate of this study bears on "
    "one only where its investigators wrote down that population and period match."
)


def study_front(release: Release) -> str:
    """The page `index` of a team's own study."""
    said, found = terms(release, "study"), tiles(release)
    own = [tile for tile in found if is_own_claim(tile.claim_id)]
    others = [tile for tile in found if tile not in own]
    sections = (
        f"# {escaped(said['title'])}",
        f"**Who.** {escaped(sentence_case(said['population']))}. **When.** {escaped(sentence_case(said['period']))}. "
        f"**By what.** {escaped(said['provenance'])}.\n\n{parts_sentence(release)}",
        _doors(release),
        f"## Claims of this study\n\n{tile_board(release, own) if own else NO_CLAIMS}",
        f"## Claims of the article\n\n{REGISTER}\n\n{tile_board(release, others)}",
        "Nothing in this book scores, labels or lists a person or an account. "
        "[What we hold about people](privacy.md) says the rest.",
    )
    return "\n\n".join(sections) + "\n"


def _doors(release: Release) -> str:
    rows = [*(door for part, door in FOUND.items() if has_part(release, part)), *ALWAYS]
    doors = [div("door", f"[{name}]({page}.md)\n\n{words}", ":::") for page, name, words in rows]
    return div("doors", "\n\n".join(doors), "::::")
