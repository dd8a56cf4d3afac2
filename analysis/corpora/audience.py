"""Who could read a post, from the words in which platforms name an audience.

What must not be here: a vendor's field names, or a guess: a word that is not listed is `UNKNOWN`.
"""

from collections.abc import Iterable

from analysis.corpora.posts import Visibility

_WORDS = {
    Visibility.PUBLIC: ("public", "everyone", "anyone", "world", "open", "public_to_everyone"),
    Visibility.UNLISTED: ("unlisted", "quiet_public", "logged_in", "link", "anyone_with_link"),
    Visibility.FOLLOWERS: (
        "private", "protected", "followers", "follower_of_creator", "friends", "all_friends", "friends_of_friends",
        "mutual_follow_friends", "close_friends", "members", "limited", "subscribers", "acquaintances", "custom",
    ),
    Visibility.DIRECT: ("direct", "self", "self_only", "only_me", "me", "specified"),
}  # fmt: skip
_VISIBILITY = {word: visibility for visibility, words in _WORDS.items() for word in words}
_OPENNESS = tuple(Visibility)


def audience(value: object) -> Visibility:
    """The visibility that a platform's word means; `UNKNOWN` for every other value, a missing one included."""
    if not isinstance(value, str):
        return Visibility.UNKNOWN
    if value in _VISIBILITY:
        return _VISIBILITY[value]
    return _VISIBILITY.get("_".join(value.replace("-", " ").casefold().split()), Visibility.UNKNOWN)


def protected(value: object) -> Visibility:
    """The visibility of an account's posts by its protection: true, false, or not said."""
    if isinstance(value, bool):
        return Visibility.FOLLOWERS if value else Visibility.PUBLIC
    words = {"true": Visibility.FOLLOWERS, "false": Visibility.PUBLIC}
    return words.get(str(value).strip().casefold(), Visibility.UNKNOWN)


def narrowest(visibilities: Iterable[Visibility]) -> Visibility:
    """The most private of several; one unknown among them leaves a public post unknown."""
    found = set(visibilities)
    private = [each for each in _OPENNESS[1:-1] if each in found]
    if private:
        return private[-1]
    return Visibility.PUBLIC if found == {Visibility.PUBLIC} else Visibility.UNKNOWN
