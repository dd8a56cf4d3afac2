"""The attacks on persons find nothing in a protected file and succeed on a careless one."""

import numpy as np
import pytest
from scipy import stats

from analysis.disclosure.audit.findings import Finding
from analysis.disclosure.audit.linkage import (
    NOISE_SHARE,
    Target,
    attack_persons,
    attribute_inference,
    linkage,
    membership,
)

N = 3000


def population(seed, ages=4, towns=3):
    generator = np.random.default_rng(seed)
    keys = list(
        zip(generator.integers(0, ages, 2 * N).tolist(), generator.integers(0, towns, 2 * N).tolist(), strict=True)
    )
    answers = generator.choice(["for", "against", "neither"], 2 * N).tolist()
    return Target(keys[:N], answers[:N]), Target(keys[N:], answers[N:])


@pytest.mark.parametrize("seed", range(3))
def test_a_coarse_file_gives_nothing_away(seed):
    members, controls = population(seed)
    assert attack_persons(members, members, controls, np.random.default_rng(0)) == []


def test_fine_keys_are_linked_inferred_and_told_apart():
    """The mutant: keys as fine as an exact age and a village."""
    members, controls = population(1, ages=70, towns=90)
    found = {finding.attack for finding in attack_persons(members, members, controls, np.random.default_rng(0))}
    assert found == {"linkage", "attribute_inference", "membership"}


def test_a_single_unique_record_is_found():
    members, _ = population(1)
    product = Target([*members.keys, (9, 9)], [*members.answers, "for"])
    texts = [finding.text for finding in linkage(product, members, np.random.default_rng(0))]
    assert texts == [
        "a record is unique on 1 key(s)",
        "a record is unique on 1 key(s)",
        "a record is unique on 2 key(s)",
    ]


def test_a_homogeneous_class_is_an_inference_only_about_its_members():
    members, controls = population(2)
    told = Target(
        members.keys, ["for" if row == (0, 0) else a for row, a in zip(members.keys, members.answers, strict=True)]
    )
    assert attribute_inference(told, told, controls)
    assert attribute_inference(told, told, told) == []


def test_members_and_controls_alike_cannot_be_told_apart():
    members, controls = population(3)
    assert membership(members, members, controls) == []
    assert membership(members, controls, controls) == []


def same(*rows):
    """Rows as a target: keys and answers in turn."""
    return Target([(key,) for key, _ in rows], [answer for _, answer in rows])


@pytest.mark.parametrize(("size", "texts"), [(11, ["0.091"]), (12, [])])
def test_matches_are_one_over_the_class(size, texts):
    product = same(*[("a", "for")] * size)
    found = linkage(product, product, np.random.default_rng(0))
    assert found[:1] == [
        Finding("linkage", "restricted file", f"expected share of right matches on 1 key(s) is {text}")
        for text in texts
    ]


def test_a_person_who_is_not_in_the_file_is_matched_with_nobody():
    product = same(*[("a", "for")] * 5)
    half = same(*[("a", "for")] * 5, *[("b", "for")] * 5)
    exact = linkage(product, half, np.random.default_rng(0))[0]
    assert exact.text == "expected share of right matches on 1 key(s) is 0.100"


def test_wrong_knowledge_matches_fewer():
    product = same(*[("a", "for")] * 5)
    known = np.mean(np.random.default_rng(7).random((2, 5))[1] >= NOISE_SHARE)
    texts = [finding.text for finding in linkage(product, product, np.random.default_rng(7))]
    assert texts == [f"expected share of right matches on 1 key(s) is {0.2 * share:.3f}" for share in (1, known)]


def test_every_set_of_keys_is_tried():
    product = Target([(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)] * 2, ["for"] * 16)
    texts = [finding.text for finding in linkage(product, product, np.random.default_rng(0))]
    exact = [f"expected share of right matches on {n} key(s) is {2**n / 16:.3f}" for n in (1, 1, 1, 2, 2, 2, 3)]
    assert texts[::2] == exact


def test_the_excess_of_right_guesses_is_bounded_as_by_hand():
    """Members are always guessed right, others half the time: .5 ± 1.645·√(.25·10/9/10)."""
    product = same(*[("a", "for")] * 9, *[("b", "against")] * 8)
    controls = same(*[("c", "for"), ("c", "against")] * 5)
    upper = 0.5 + stats.norm.ppf(0.95) * np.sqrt(0.25 * 10 / 9 / 10)
    assert attribute_inference(product, product, controls) == [
        Finding(
            "attribute_inference", "restricted file",
            f"answers of persons in the file are guessed better by up to {upper:.3f} than those of others",
        )
    ]  # fmt: skip
    assert attribute_inference(product, controls, product) == []
    assert f"{upper:.3f}" == "0.774"


def test_a_guess_follows_the_class_and_not_the_whole():
    product = same(*[("a", "for")] * 3, *[("a", "against")] * 2, *[("b", "against")] * 4)
    members = same(("a", "for"), ("a", "against"), ("b", "against"), ("b", "against"))
    controls = same(("a", "against"), ("b", "for"), ("c", "for"), ("c", "for"))
    (found,) = attribute_inference(product, members, controls)
    upper = 0.75 - 0.0 + stats.norm.ppf(0.95) * np.sqrt(0.75 * 0.25 * 4 / 3 / 4)
    assert found.text.split()[-5:] == [f"{upper:.3f}", "than", "those", "of", "others"]


@pytest.mark.parametrize(("others", "area"), [(("b", "for"), 1.0), (("a", "against"), 1.0), (("a", "for"), None)])
def test_the_area_is_bounded_as_by_hand(others, area):
    product = same(*[("a", "for")] * 10)
    controls = same(*[others] * 40)
    found = membership(product, product, controls)
    upper = (area or 0.5) + stats.norm.ppf(0.95) * np.sqrt((10 + 40 + 1) / (12 * 10 * 40))
    text = f"members can be told from others with an area of up to {upper:.3f}"
    assert found == [Finding("membership", "restricted file", text)]


def test_many_persons_make_the_area_certain():
    product = same(*[("a", "for")] * 4000)
    assert membership(product, product, product) == []


def test_every_attack_is_made():
    product = same(*[("a", "for")] * 5, *[("b", "against")] * 5)
    controls = same(*[("a", "against")] * 5, *[("b", "for")] * 5)
    found = attack_persons(product, product, controls, np.random.default_rng(0))
    assert [finding.attack for finding in found] == ["linkage", "linkage", "attribute_inference", "membership"]


def test_as_many_matches_as_are_allowed_are_no_finding():
    """Nine of a hundred persons meet the one record of their class: .09."""
    product = same(("a", "for"))
    members = same(*[("a", "for")] * 9, *[("b", "for")] * 91)
    texts = [finding.text for finding in linkage(product, members, np.random.default_rng(0))]
    assert texts == ["a record is unique on 1 key(s)"]
    ten = same(*[("a", "for")] * 10, *[("b", "for")] * 90)
    assert linkage(product, ten, np.random.default_rng(0))[1].text.endswith("is 0.100")
