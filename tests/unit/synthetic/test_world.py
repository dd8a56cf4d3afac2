import numpy as np
import pytest

from analysis.synthetic import answers, posts, recruitment, world

SIZE = 20_000


def population(seed=1):
    return world.populate(SIZE, np.random.default_rng(seed))


def sample(seed=1, size=1200):
    generator = np.random.default_rng(seed)
    people = world.populate(SIZE, generator)
    return people, recruitment.recruit(people, size, generator), generator


def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    first, again, other = population(1), population(1), population(2)
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in vars(first))
    assert not np.array_equal(first.host, other.host)


def test_attitudes_are_correlated_and_not_equal():
    people = population()
    both = np.corrcoef(people.approves, people.defends)[0, 1]
    assert 0.1 < both < 0.5
    assert people.defends.mean() - people.approves.mean() > 0.2


def test_recruitment_is_a_forest_in_which_nobody_comes_twice():
    _, recruits, _ = sample()
    assert len(np.unique(recruits.person)) == len(recruits.person)
    recruited = recruits.recruiter >= 0
    assert (recruits.recruiter[recruited] < np.flatnonzero(recruited)).all()
    assert (recruits.wave[recruited] == recruits.wave[recruits.recruiter[recruited]] + 1).all()
    assert (np.bincount(recruits.recruiter[recruited]) <= recruitment.COUPONS).all()
    assert (~recruited).sum() >= recruitment.SEEDS


def test_recruits_know_more_people_and_share_a_host_with_their_recruiter():
    people, recruits, _ = sample()
    assert people.degree[recruits.person].mean() > 1.3 * people.degree.mean()
    recruited = recruits.recruiter >= 0
    pairs = recruits.person[recruited], recruits.person[recruits.recruiter[recruited]]
    assert (people.host[pairs[0]] == people.host[pairs[1]]).mean() > recruitment.HOST_HOMOPHILY


def test_direct_answers_miss_in_both_directions_and_the_list_does_not():
    people, recruits, generator = sample(size=4000)
    opt_in = generator.choice(people.size, 4000, replace=False)
    given = answers.interview(people, recruits, opt_in, generator)
    truth = people.approves[given.person]
    favourable = np.isin(given.by_item["TA1"], ["3", "4"])
    honest = ~given.is_bogus
    assert (truth & ~favourable & honest).any()
    assert (~truth & favourable & honest).any()
    count, arm = given.by_item["LX1"].astype(int), given.by_item["LX1_arm"] == "treatment"
    difference = count[honest & arm].mean() - count[honest & ~arm].mean()
    error = np.sqrt(
        count[honest & arm].var() / (honest & arm).sum() + count[honest & ~arm].var() / (honest & ~arm).sum()
    )
    assert abs(difference - truth[honest].mean()) < 4 * error


def test_bogus_respondents_exist_in_the_panel_only_and_say_yes():
    people, recruits, generator = sample()
    given = answers.interview(people, recruits, generator.choice(people.size, 1200, replace=False), generator)
    assert set(given.source[given.is_bogus]) == {"opt_in"}
    assert set(given.by_item["EX3"][given.is_bogus]) == {"yes"}


@pytest.fixture(scope="module")
def published():
    generator = np.random.default_rng(3)
    channels = posts.open_channels(generator)
    return channels, posts.publish(channels, 20_000, generator)


def test_the_defence_frame_jumps_at_each_shock(published):
    _, found = published
    weekly = np.bincount(found.week[found.frame == "FE"], minlength=posts.WEEKS)
    for shock in posts.SHOCK_WEEKS:
        assert weekly[shock] > 1.5 * weekly[shock - 8 : shock].mean()
    other = np.bincount(found.week[found.frame == "WR"], minlength=posts.WEEKS)
    assert other[posts.SHOCK_WEEKS[0]] < 2 * other.mean()


def test_the_planted_cluster_shares_within_seconds_and_is_institutional(published):
    channels, found = published
    planted = found.is_planted_cluster
    assert planted.sum() == posts.CLUSTER_SIZE * posts.CLUSTER_OBJECTS
    assert set(channels.kind[found.channel[planted]]) == {posts.INSTITUTIONAL}
    for shared in np.unique(found.shared_object[planted]):
        assert np.ptp(found.second[planted & (found.shared_object == shared)]) < posts.CLUSTER_WINDOW_SECONDS


@pytest.mark.parametrize(("host", "approves"), [(None, None), (1, None), (None, True), (1, True)])
def test_a_group_is_met_as_often_as_it_is_large(host, approves):
    """The draw is `Generator.choice` with probabilities, whose stream the worlds were made from."""
    sizes = {(h, view): 3 * h + 2 * view for h in range(len(world.HOSTS)) for view in (False, True)}
    wanted = [key for key in sizes if host in (None, key[0]) and approves in (None, key[1])]
    shares = np.array([sizes[key] for key in wanted], dtype=float)
    for seed in range(40):
        groups = {key: [key] * size for key, size in sizes.items()}
        met = recruitment._met(groups, np.random.default_rng(seed), host, approves)
        chosen = np.random.default_rng(seed).choice(len(wanted), p=shares / shares.sum())
        assert met == wanted[int(chosen)]


def test_where_a_wanted_group_is_used_up_anybody_is_met():
    groups = {(h, view): [h] if h == 2 else [] for h in range(len(world.HOSTS)) for view in (False, True)}
    assert recruitment._met(groups, np.random.default_rng(1), 0, True) == 2


@pytest.mark.parametrize("numbers", [[0, 7, 9_999], [-3, 4], [12_345, 6], [2**40]])
def test_whole_numbers_are_written_as_they_are(numbers):
    assert answers._codes(np.array(numbers)).tolist() == [str(number) for number in numbers]
