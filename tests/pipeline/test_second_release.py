"""A withdrawal and a second release: one person's going shows in no number and no verdict, and the history has both."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import command_line
from analysis.admission.identities import PLANTED
from analysis.commands.rehearsal_pipeline import KEY
from analysis.custody.ledger import read_ledger, standing_consents
from tests.pipeline.conftest import made_through_run
from tests.rehearsals import PLANS

RESPONDENTS, TO = 900, "audit_tables"
LINK = "C50,E50_vote_share,true,true,,The Team,2026-11-02,Invented and matched by hand\n"


class Project:
    """A rehearsed project whose vault is treated as a real one."""

    def __init__(self, out: Path) -> None:
        self.out, self.folder = out, out / "project"

    def run(self, *words: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(self.folder), "STUDY_KEY_FILE": str(self.out / KEY)}
        command = [sys.executable, "-m", "analysis", *words]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def build(self, version: str, day: date) -> None:
        path = self.folder / "params.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        place = lines.index("release:")
        lines[place + 1 : place + 3] = [f"  version: {version}", f'  date: "{day}"']
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.run("repro", "--", TO)

    def tables(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "data/release/tables").glob("*.csv")}

    def verdicts(self) -> pd.DataFrame:
        return pd.read_csv(self.folder / "data/release/tables/open__verdict_history.csv")


@pytest.mark.deep
def test_a_withdrawal_shows_in_no_number_and_no_verdict_of_the_next_release(tmp_path):
    made_through_run()
    words = ["rehearse", str(PLANS / "election"), "--respondents", str(RESPONDENTS), "--to", str(tmp_path / "out")]
    command_line(["rehearse"])(words, standalone_mode=False)
    project = Project(tmp_path / "out")
    vault = project.folder / "data/vault"
    with (vault / "evidence_links.csv").open("a", encoding="utf-8") as links:
        links.write(LINK)
    today = datetime.now(UTC).date()
    project.build("1.0.0", today)
    first = project.tables()
    # What a rehearsal's audit looks for is the invented people themselves, one of whom is about to be erased.
    (vault / Path(PLANTED).name).unlink(missing_ok=True)
    project.run("archive-release")
    consents = standing_consents(read_ledger(vault / "ledger.jsonl"), today)
    gone = sorted(subject for subject, consent in consents.items() if "survey_analysis" in consent.scopes)[0]
    assert "Nothing of the person is left" in project.run("withdraw", gone, "--erase")
    project.build("1.1.0", today)
    second = project.tables()
    moved = {name for name in first if first[name] != second[name]}
    assert "open__verdict_history.csv" in moved
    assert not [name for name in moved if "vault_" in name or "claim_verdicts" in name]
    own = project.verdicts().query("claim_id == 'C50'")
    assert own.release_version_text.tolist() == ["1.0.0", "1.1.0"]
    assert own.verdict_code.nunique() == 1
    assert own.verdict_code.iloc[0] in ("supported", "contradicted", "inconclusive")
