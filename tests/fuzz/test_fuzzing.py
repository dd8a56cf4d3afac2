"""The fuzzer itself: a few rounds pass, and a target that falls over is reported with its seed."""

import pytest

from tests.fuzz.fuzzing import FORMAT_TARGETS, TARGETS, fuzz


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_rounds_pass(name):
    assert fuzz({name: TARGETS[name]}, seconds=3, first_seed=1)[name] >= 1


@pytest.mark.deep
@pytest.mark.parametrize("name", FORMAT_TARGETS)
def test_a_thousand_rounds_of_every_format_pass(name):
    assert fuzz({name: FORMAT_TARGETS[name]}, seconds=0, first_seed=1, least=1_000)[name] >= 1_000


def test_a_crash_is_reported_with_its_seed():
    def falls_over(source):
        if source.random() < 0.5:
            raise KeyError("not one of ours")

    with pytest.raises(SystemExit, match=r"falls failed; see it again with: \./run fuzz --target falls --seed"):
        fuzz({"falls": falls_over}, seconds=5, first_seed=1)
