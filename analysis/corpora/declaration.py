"""What a format declares about itself: the one text that detection, messages and the book's table are made from.

What must not be here: reading. A format's module has `ABOUT`, `recognises` and `read`, and nothing else names it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """A vendor's format.

    Parameters
    ----------
    code, title : str
        Its code, and a person's name for it.
    rank : int
        Formats are tried in this order; one whose signature is a part of another's comes after it.
    fields : tuple of str
        Vendor's names of what is read.
    never : tuple of str
        What the files hold about people, and nothing here reads.
    seen_by : str
        Who could read an item, or whether an interview counts: the rule.
    standing : str
        Whether an item still stands: the rule; "" for surveys.
    times : str
        What is done about zones.
    set_aside : str
        What is quarantined beside what every format sets aside.
    checked : tuple of (version, source)
        Versions of the vendor's export or description that the reader was checked against.
    is_survey : bool
        Respondents, not posts.
    network : str
        Shared by formats that know a post under one id, so that deletions are heard in all; "" for the code.
    """

    code: str
    title: str
    rank: int
    fields: tuple[str, ...]
    never: tuple[str, ...]
    seen_by: str
    times: str
    set_aside: str
    checked: tuple[tuple[str, str], ...]
    standing: str = ""
    is_survey: bool = False
    network: str = ""
