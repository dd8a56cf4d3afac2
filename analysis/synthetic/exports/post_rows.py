"""The fictional posts as plain rows, which `vendors` writes in the formats of platforms."""

from analysis.synthetic.posts import EPOCH_SECONDS, Channels, Posts, Texts
from analysis.vendors import POST_WRITERS
from analysis.vendors.post import PostRow

VENDORS = {code: f"posts/synthetic_posts_{code}{ending}" for code, (ending, _) in POST_WRITERS.items()}
"""Format → file under the exports folder."""


def post_rows(posts: Posts, channels: Channels, text: Texts) -> list[PostRow]:
    """Every post as a vendor would hand it out; `text` replaces the posts' own, so that identifiers can be planted."""
    links = [f"https://fiction.example/object/{shared}" if shared >= 0 else "" for shared in posts.shared_object]
    return [
        PostRow(
            number=number,
            channel_number=int(channel),
            handle=str(channels.handle[channel]),
            followers=int(channels.followers[channel]),
            at=EPOCH_SECONDS + int(second),
            language=str(language),
            text=str(words),
            link=link,
        )
        for number, (channel, second, language, words, link) in enumerate(
            zip(posts.channel, posts.second, posts.language, text, links, strict=True)
        )
    ]
