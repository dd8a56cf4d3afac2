"""Which posts are public words that still stand: one decision, by default no.

A post enters when anybody could read it and when it is there as its author left it. What an export says is gone is gone
in every file of the study. What must not be here: consent, accounts, texts.
"""

from dataclasses import dataclass, field

from analysis.corpora.posts import Gone, Post, PostState, Visibility
from analysis.custody.manifest import PostSource

NOT_PUBLIC = {
    Visibility.UNLISTED: "not_public_unlisted",
    Visibility.FOLLOWERS: "not_public_followers",
    Visibility.DIRECT: "not_public_direct",
    Visibility.UNKNOWN: "visibility_unknown",
}
NOT_STANDING = {
    PostState.EDITED: "earlier_version",
    PostState.DELETED: "deleted_by_author",
    PostState.REMOVED: "removed_by_platform",
}
REFUSALS = (*NOT_PUBLIC.values(), *NOT_STANDING.values())
_GRAVITY = tuple(PostState)


def refusal(post: Post, source: PostSource | None) -> str | None:
    """Why a post may not enter, whoever wrote it; None for one that is public and stands.

    A post whose visibility is unknown counts as public only where the manifest states why its source is.
    """
    if post.state is not PostState.PRESENT:
        return NOT_STANDING[post.state]
    is_stated = post.visibility is Visibility.UNKNOWN and source is not None and bool(source.public_because)
    return None if post.visibility is Visibility.PUBLIC or is_stated else NOT_PUBLIC[post.visibility]


def key_of(post: Post) -> str:
    """What versions of one post share: container and id, whatever kind of post it is taken for."""
    container = post.container_id if isinstance(post.container_id, str) else ""
    return f"{container}\x1f{post.post_id}"


@dataclass(frozen=True)
class Names:
    """Under what names a deletion may speak of an admitted post and of its account, within one network."""

    network: str
    post: tuple[str, ...]
    account: tuple[str, ...]


def names_of(network: str, post: Post) -> Names:
    """The names of a post that is about to enter."""
    accounts = tuple(each for each in (post.author_id, post.author_handle) if isinstance(each, str))
    return Names(network, (key_of(post), post.post_id, *post.other_names), accounts)


@dataclass
class Departures:
    """What the files of a study say is gone: posts by name, accounts by name with the latest word about each."""

    posts: dict[tuple[str, str], PostState] = field(default_factory=dict)
    accounts: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def hear(self, network: str, gone: Gone) -> None:
        """Note what an export says."""
        if gone.is_account:
            word = (gone.since, _GRAVITY.index(gone.state))
            self.accounts[network, gone.name] = max(word, self.accounts.get((network, gone.name), word))
        elif gone.state is not PostState.PRESENT:
            self.posts[network, gone.name] = gone.state

    def read(self, network: str, post: Post) -> None:
        """Note what a post says of itself and of its earlier versions."""
        if post.state is not PostState.PRESENT:
            self.posts[network, key_of(post)] = post.state
        for name in post.replaces:
            if name != post.post_id:
                self.posts.setdefault((network, name), PostState.EDITED)

    def outcome(self, names: Names) -> str | None:
        """Why an admitted post has to leave again, or None."""
        found = [self.posts[names.network, each] for each in names.post if (names.network, each) in self.posts]
        found += [
            _GRAVITY[self.accounts[names.network, each][1]]
            for each in names.account
            if (names.network, each) in self.accounts
        ]
        gravest = max(found, key=_GRAVITY.index, default=PostState.PRESENT)
        return NOT_STANDING.get(gravest)
