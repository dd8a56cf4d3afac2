"""The papers that lie beside the exports: manifest, key and README, each saying that all of it is made up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from analysis.synthetic.world import HOSTS

LEDGER_FILE = "synthetic_ledger.jsonl"
KEY_FILE = "synthetic_pseudonym_test_key.txt"
TEST_KEY = b"published test key of the synthetic study: it protects nobody"
FIRST_DAY = "2100-01-01"

TERMS = {
    "telegram_desktop": "account_holder_export",
    "x_api_v2": "research_interface_agreement",
    "youtube_comment_threads": "research_interface_agreement",
    "mastodon": "written_permission",
    "bluesky": "account_holder_export",
    "meta_content_library": "research_library_agreement",
}
SAMPLES = {"spss": "rds", "stata": "rds", "kobo": "rds", "qualtrics": "opt_in", "limesurvey": "opt_in"}
MODES = {"kobo": "face_to_face"}
DURATIONS = {"qualtrics": "Duration (in seconds)"}
DAYS = {"qualtrics": "EndDate", "kobo": "end", "limesurvey": "submitdate"}


def manifest(surveys: Sequence[str], accounts: Mapping[str, list[dict[str, str]]]) -> bytes:
    """The manifest of all exports, by their paths."""
    content = {
        "week_zero": FIRST_DAY,
        "hosts": list(HOSTS),
        "ledger": LEDGER_FILE,
        "surveys": [_survey(path) for path in surveys],
        "posts": [_posts(path, listed) for path, listed in accounts.items()],
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    # The day is a day, not a text.
    return (HEADING + text.replace(f"'{FIRST_DAY}'", FIRST_DAY)).encode()


HEADING = "# Fictional exports, written by analysis/synthetic: nobody was asked, nobody posted.\n"


def _survey(path: str) -> dict[str, Any]:
    source = path.rpartition("/")[2].partition(".")[0]
    vendor = source.removeprefix("synthetic_survey_")
    variables = {"consent_subject": "consent_key", "respondent": "respondent_id"}
    if SAMPLES[vendor] == "rds":
        variables |= {"recruiter": "recruiter_id", "wave": "wave"}
    variables["duration"] = DURATIONS.get(vendor, "interview_seconds")
    variables["interviewed"] = DAYS.get(vendor, "interview_day")
    return {
        "source_id": source,
        "file": path,
        "sample_source": SAMPLES[vendor],
        "mode": MODES.get(vendor, "web"),
        "variables": variables,
    }


def _posts(path: str, accounts: Iterable[dict[str, str]]) -> dict[str, Any]:
    source = path.rpartition("/")[2].rpartition(".")[0]
    terms = TERMS.get(source.removeprefix("synthetic_posts_"))
    return {"source_id": source, "file": path, "platform_terms_basis": terms, "accounts": list(accounts)}


def readme(respondents: int, posts: int) -> bytes:
    """What this folder is, and what nobody may do with it."""
    return README.format(respondents=respondents, posts=posts).encode()


README = """# A fictional world

Nothing in this folder is about anybody. A program drew a population of made-up persons, let {respondents} of them
answer a questionnaire and {posts} posts be written, and wrote both out the way real survey systems and platforms
export them. It exists so that the whole pipeline can be run, tested and attacked without one real row.

* Hosts are `Host A` to `Host F`. Posts and interviews carry days of the year 2100, consents days of the year 1900.
  Shares were chosen far from any published figure. No number from here says anything about a real country, group,
  person or day.
* `exports/surveys`, `exports/posts`: the exports. Among their rows are repeated ones, broken ones, previews,
  interviews that were never submitted, respondents who withdrew or never consented, bogus respondents, accounts
  that may not be read, and a source without a basis in its platform's terms.
* `synthetic_sources.yml`: which file is what. A study on real exports keeps the same kind of file in its vault.
* `synthetic_ledger.jsonl`: the consents.
* `{key}`: the key of the pseudonyms. It is printed in the source code: it protects nobody, and here there is nobody
  to protect. A real study keeps its key outside the project.
* `synthetic_canaries.json`: made-up names, telephone numbers, addresses, phrases and ids that were planted. Those
  under `everywhere` may stand nowhere outside this folder; those under `restricted_text` only in the texts of
  posts, which never leave the restricted tier.
* `synthetic_annotations.csv`, `synthetic_predictions.csv`: what annotators made of a sample of the posts, and what four
  made-up classifiers, all of which lean to one side, say of every post. A study on real exports keeps the same kinds
  of file in its vault as `annotations.csv` and `predictions.csv`.
* `synthetic_margins.csv`: the totals of the population by host, sex and age band, as a statistical office would give
  them. A study on real exports keeps the same kind of file in its vault as `margins.csv`.
* `synthetic_truth.csv`: the values with which the world was made, by estimand.

The telephone numbers are of ranges that regulators keep for fiction; internet and mail addresses are reserved for
documentation.
""".replace("{key}", KEY_FILE)
