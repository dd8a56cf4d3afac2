"""The attacks on persons find nothing in a protected file and succeed on a careless one."""

import numpy as np
import pytest

from analysis.disclosure.audit.linkage import Target, attack_persons, attribute_inference, linkage, membership

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
