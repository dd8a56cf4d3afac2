"""`sheet draw --by-doubt`: doubtful posts more often, chances in the key, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from analysis.commands import sheet
from analysis.errors import InputError

N = 3000
POSTS = pd.DataFrame(
    {
        "post_pseudonym": [f"{number:032x}" for number in range(N)],
        "account_kind_code": np.where(np.arange(N) % 3 == 0, "foundation", "person"),
        "language_code": "en",
        "post_text": [f"text {number}" for number in range(N)],
    }
)
SHARE = np.where(np.arange(N) % 2 == 0, 0.5, 0.02)


@pytest.fixture
def draw(tmp_path, monkeypatch):
    """Runs the command on a vault with these posts; predictions are written as given."""
    plan = SimpleNamespace(
        stances=[SimpleNamespace(code="hostile", words="hostile")],
        read_kinds=[SimpleNamespace(code=k) for k in ("foundation", "person")],
    )
    monkeypatch.setattr(sheet, "_opened", lambda: SimpleNamespace(root=tmp_path, plan=plan))
    monkeypatch.setattr(sheet, "_readable", lambda study: POSTS)
    (tmp_path / "data/vault").mkdir(parents=True)

    def run(*more, predictions=None):
        if predictions is not None:
            predictions.to_csv(tmp_path / "data/vault/predictions.csv", index=False)
        given = ["draw", "--seed", "3", "--probability", "foundation=0.4", "--probability", "person=0.1", *more]
        result = CliRunner().invoke(sheet.app, given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return pd.read_csv(tmp_path / "data/vault/sheets/key.csv").set_index("item").inclusion_probability

    return run


def predicted(share=SHARE, rows=slice(None)):
    made = pd.DataFrame({"item": POSTS.post_pseudonym, "label": "hostile", "model": share})
    return made[rows]


def test_doubtful_posts_are_drawn_more_often_and_kinds_keep_their_mean(draw):
    key = draw("--by-doubt", "model=hostile", predictions=predicted())
    doubtful = POSTS.set_index("post_pseudonym").index[SHARE == 0.5]
    kinds = POSTS.set_index("post_pseudonym").account_kind_code[key.index]
    for kind, mean in (("foundation", 0.4), ("person", 0.1)):
        of_kind = key[kinds == kind]
        expected = mean * (POSTS.account_kind_code == kind).sum()
        assert abs(len(of_kind) - expected) < 4 * np.sqrt(expected)
        # Horvitz-Thompson: the inverse chances add up to the posts of the kind.
        assert (1 / of_kind).sum() == pytest.approx((POSTS.account_kind_code == kind).sum(), rel=0.15)
        assert of_kind[of_kind.index.isin(doubtful)].min() > 2 * of_kind[~of_kind.index.isin(doubtful)].max()
        assert of_kind.min() >= 0.3 * mean


def test_a_floor_of_one_and_no_predictions_are_the_same_draw(draw, tmp_path):
    equal = draw("--by-doubt", "model=hostile", "--floor", "1", predictions=predicted())
    (tmp_path / "data/vault/sheets/key.csv").unlink()
    assert equal.round(12).equals(draw().round(12))


@pytest.mark.parametrize(
    ("options", "predictions", "message"),
    [
        (("--by-doubt", "model=hostile"), None, "predictions.csv: no such file; --by-doubt needs"),
        (("--by-doubt", "model=kind"), predicted(), "--by-doubt is 'model=kind'; .* has model=hostile"),
        (
            ("--by-doubt", "model=hostile"),
            predicted(rows=slice(0, 2999)),
            "1 of 1000 posts have no prediction|1 of 2000",
        ),
        (("--by-doubt", "model=hostile", "--floor", "0"), predicted(), "floor 0; give both above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(draw, tmp_path, options, predictions, message):
    with pytest.raises(InputError, match=message):
        draw(*options, predictions=predictions)
    assert not (tmp_path / "data/vault/sheets").exists()
