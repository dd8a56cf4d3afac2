"""Whether a text of X breaks off: what its interfaces and archives leave where they cut a long post.

What must not be here: a vendor's field names, or the rest of a text: only another field or file holds that.
"""

import re
from collections.abc import Iterable

LIMIT = 280
"""Characters after which a post is a long one, whose text stands whole elsewhere only."""
LONGEST_WORD = 15
"""Characters before the limit at which the interface stops so as not to cut a word."""
_SHORTENED = "https://t.co/"
_LINKS = re.compile(r"(?:\s*https://t\.co/\w+)+\s*$")


def is_cut(text: str, post_id: str, links: Iterable[str] = ()) -> bool:
    """Whether a text of X shows that it is the beginning of a longer one.

    It ends in an ellipsis before a short link or at the limit, stops at the limit in the middle of a sentence, or links
    to its own post for the rest.

    Parameters
    ----------
    text : str
        The text as the export has it.
    post_id : str
        The post's own id.
    links : iterable of str
        Whole addresses behind the text.

    Examples
    --------
    >>> is_cut("so it begins… https://t.co/abc", "1"), is_cut("they said… and left", "1")
    (True, False)
    """
    words = _LINKS.sub("", text) if _SHORTENED in text else text
    if words.endswith("…") and (words != text or reaches_limit(text)):
        return True
    stops = len(words) in (LIMIT - 1, LIMIT) and words[-1].isalnum()
    own = f"/i/web/status/{post_id}"
    return stops or any([link.rstrip("/").endswith(own) for link in links])


def reaches_limit(text: str) -> bool:
    """Whether a text is as long as those are that the interface cuts at the end of a word, which shows nowhere else."""
    return len(text) >= LIMIT - LONGEST_WORD
