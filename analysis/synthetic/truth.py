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

SEEN_SHARE, OFTEN_SHARE = 0.6, 0.75
"""Of the exposed, who saw a given message; of those, who saw it at least weekly: rules of the world."""

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
    found = [*survey_truths(population), *_of_posts(channels, posts)]
    return sorted(found, key=lambda truth: (truth.estimand_id, truth.group, truth.quantity))


def survey_truths(population: Population) -> list[Truth]:
    """Values that the survey is about."""
    return [*_of_people(population), *_of_effects(population), *_of_comparisons(population)]


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
        difference = float(public[belongs].mean() - population.approves[belongs].mean())
        yield Truth("E07a_public_minus_private", group, "share that approves and says so minus share that approves",
                    difference)  # fmt: skip
        yield Truth("K25_mean_degree", group, "mean number of acquaintances", float(population.degree[belongs].mean()))
    yield Truth("K26_service_household_share", "all", "share in a service household",
                float(population.in_service_household.mean()))  # fmt: skip


def _of_effects(population: Population) -> Iterator[Truth]:
    """Effects that the rules of the world imply."""
    defenders = population.defends * asked.SUPPORT_RESPONSE_IF_DEFENDS
    label = float(np.mean(defenders * ~population.approves * asked.TRUE_LABEL_EFFECT))
    yield Truth("E03b_label_effect", "all", "drop in support when the authorities' forces are named", label)
    yield Truth("E04_exposure_within_person", "all", "effect of exposure on approval", 0.0)
    yield Truth(
        "K46_message_seen", "all", "share that saw a given message", SEEN_SHARE * float(population.is_exposed.mean())
    )
    yield Truth("E11_differential_backlash", "all", "effect of a shock on unfair treatment", 0.0)
    yield Truth("E16_disillusion_x_contact", "all", "interaction of disillusion and contact", 0.0)
    yield Truth("K27_endorsement_effect", "approvers", "shift on the 5-point scale by the authorities' endorsement",
                asked.ENDORSEMENT_EFFECT)  # fmt: skip
    # Approvers move up and the others down by the same step; answers cut at the ends of the scale move less.
    moved = asked.ENDORSEMENT_EFFECT * (2 * float(population.approves.mean()) - 1)
    for endorser, shift in (("current authorities", moved), ("UN agency", 0.0), ("diaspora council", 0.0)):
        yield Truth("K47_endorsement_shift", endorser, "mean shift on the 5-point scale when it is named", shift)
    yield Truth("K28_bogus_share", "opt-in panel", "share of bogus respondents", asked.BOGUS_SHARE)


def _of_comparisons(population: Population) -> Iterator[Truth]:
    """Changes in a world that stands still, and what follows from its rules for messages and motives."""
    yield Truth("E02_change_public_support", "all", "change in the share that approves and says so", 0.0)
    yield Truth("E08a_jump", "all", "change in the share that approves, first to second third", 0.0)
    yield Truth("E08b_jump", "all", "change in the share that approves, second to last third", 0.0)
    seen = SEEN_SHARE * float(population.is_exposed.mean())
    yield Truth("E05b_reach_net_of_foil", "all", "share that saw a real message often minus the same of the foil",
                OFTEN_SHARE * (seen - asked.FOIL_CLAIM_SHARE))  # fmt: skip
    traits = np.column_stack([np.ones(population.size), population.status_motive, population.approves])
    slope = np.linalg.lstsq(traits, population.speaks_in_public.astype(np.float64), rcond=None)[0][1]
    yield Truth("E07b_status_gradient", "all", "rise of speaking in public per standard deviation of the motive",
                float(slope * population.status_motive.std()))  # fmt: skip


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
