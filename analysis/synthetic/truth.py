"""The values that the fictional world was made with, by estimand: what an estimator has to recover.

Finite-population values of the population and the posts as drawn, and design values where the world is made by a rule.
An estimand whose identifier names a real day is written for `shock 1` and `shock 2` instead.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.synthetic import answers as asked
from analysis.synthetic import posts as written
from analysis.synthetic.posts import Channels, Posts
from analysis.synthetic.world import HOSTS, Bools, Population

HEADER = ("estimand_id", "truth_group_text", "truth_quantity_text", "truth_value")


@dataclass(frozen=True)
class Truth:
    """One value: estimand, group of the fictional population, what the value is, the value."""

    estimand_id: str
    group: str
    quantity: str
    value: float


def truths(population: Population, channels: Channels, posts: Posts) -> list[Truth]:
    """Every value, sorted by estimand, group and quantity."""
    found = [*_of_people(population), *_of_effects(population), *_of_posts(channels, posts)]
    return sorted(found, key=lambda truth: (truth.estimand_id, truth.group, truth.quantity))


def truth_csv(found: list[Truth]) -> bytes:
    """The values as CSV with six decimals."""
    sink = io.StringIO()
    rows = [(truth.estimand_id, truth.group, truth.quantity, f"{truth.value:.6f}") for truth in found]
    csv.writer(sink, lineterminator="\n").writerows([HEADER, *rows])
    return sink.getvalue().encode()


def _groups(population: Population) -> dict[str, Bools]:
    everybody = np.ones(population.size, dtype=bool)
    hosts = {host: population.host == code for code, host in enumerate(HOSTS)}
    service = population.in_service_household
    return {"all": everybody, **hosts, "service household": service, "no service household": ~service}


def _of_people(population: Population) -> Iterator[Truth]:
    public = population.approves & population.speaks_in_public
    shares = {
        "K20_approval_share": ("share that approves of the regime", population.approves),
        "K21_defence_share": ("share that backs the defence of the country", population.defends),
        "K22_expression_share": ("share that speaks in public", population.speaks_in_public),
        "K23_exposure_share": ("share exposed to outreach", population.is_exposed),
        "E13a_share_not_favourable": ("share that does not approve", ~population.approves),
        "E01b_public_support_service_household": ("share that approves and speaks in public", public),
    }
    for group, belongs in _groups(population).items():
        for estimand, (quantity, trait) in shares.items():
            yield Truth(estimand, group, quantity, float(trait[belongs].mean()))
        defenders = belongs & population.defends
        yield Truth("E03_regime_given_defence", group, "share of the defenders that approves",
                    float(population.approves[defenders].mean()))  # fmt: skip
        speakers = belongs & population.speaks_in_public
        difference = float(population.approves[speakers].mean() - population.approves[belongs].mean())
        yield Truth("E07a_public_minus_private", group, "approval among those who speak minus among all", difference)
        yield Truth("K25_mean_degree", group, "mean number of acquaintances", float(population.degree[belongs].mean()))
    yield Truth("K26_service_household_share", "all", "share in a service household",
                float(population.in_service_household.mean()))  # fmt: skip


def _of_effects(population: Population) -> Iterator[Truth]:
    """Effects that the rules of the world imply."""
    defenders = population.defends * asked.SUPPORT_RESPONSE_IF_DEFENDS
    label = float(np.mean(defenders * ~population.approves * asked.TRUE_LABEL_EFFECT))
    yield Truth("E03b_label_effect", "all", "drop in support when the authorities' forces are named", label)
    yield Truth("E04_exposure_within_person", "all", "effect of exposure on approval", 0.0)
    yield Truth("K46_message_seen", "all", "share that saw a given message", 0.6 * float(population.is_exposed.mean()))
    yield Truth("E11_differential_backlash", "all", "effect of a shock on unfair treatment", 0.0)
    yield Truth("E16_disillusion_x_contact", "all", "interaction of disillusion and contact", 0.0)
    yield Truth("K27_endorsement_effect", "approvers", "shift on the 5-point scale by the authorities' endorsement",
                asked.ENDORSEMENT_EFFECT)  # fmt: skip
    # Approvers move up and the others down by the same step; answers cut at the ends of the scale move less.
    moved = asked.ENDORSEMENT_EFFECT * (2 * float(population.approves.mean()) - 1)
    for endorser, shift in (("current authorities", moved), ("UN agency", 0.0), ("diaspora council", 0.0)):
        yield Truth("K47_endorsement_shift", endorser, "mean shift on the 5-point scale when it is named", shift)
    yield Truth("K28_bogus_share", "opt-in panel", "share of bogus respondents", asked.BOGUS_SHARE)
    for shock, week in enumerate(written.SHOCK_WEEKS, start=1):
        yield Truth("E08_jump_in_approval", f"shock {shock}, week {week}", "jump in the share that approves", 0.0)


def _of_posts(channels: Channels, posts: Posts) -> Iterator[Truth]:
    kind = channels.kind[posts.channel]
    for name in (written.INSTITUTIONAL, written.CONSENTED):
        chosen = kind == name
        for frame in written.FRAMES:
            share = float((posts.frame[chosen] == frame).mean())
            yield Truth("E06_frame_share", f"{name}, frame {frame}", "share of posts", share)
        for stance in written.STANCES:
            share = float((posts.stance[chosen] == stance).mean())
            yield Truth("K30_stance_share", f"{name}, {stance}", "share of posts", share)
    for shock, week in enumerate(written.SHOCK_WEEKS, start=1):
        for frame in written.FRAMES:
            factor = 1 + written.SHOCK_LIFT if frame == "FE" else 1.0
            yield Truth("E06_frame_change", f"shock {shock}, week {week}, frame {frame}",
                        "weekly volume in the week of the shock, by that of a week without one", factor)  # fmt: skip
    yield Truth("K31_planted_cluster", "institutional", "channels that share the same objects within seconds",
                float(len(np.unique(posts.channel[posts.is_planted_cluster]))))  # fmt: skip
