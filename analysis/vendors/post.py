"""A post as every platform's export receives it: plain values, nothing of the world behind it."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class PostRow:
    """One post. Numbers are written as text where a vendor does so; `at` is seconds since 1970, UTC."""

    number: int
    channel_number: int
    handle: str
    followers: int
    at: int
    language: str
    text: str
    link: str

    @property
    def post_id(self) -> str:
        """A 19-digit identifier, beyond what a double holds exactly."""
        return str(9_000_000_000_000_000_000 + self.number)

    @property
    def account_id(self) -> str:
        """A 13-digit identifier."""
        return str(9_000_000_000_000 + self.channel_number)

    @property
    def when(self) -> datetime:
        """Time of publication."""
        return datetime.fromtimestamp(self.at, tz=UTC)

    @property
    def full_text(self) -> str:
        """The text with its link, as a reader sees it."""
        return f"{self.text} {self.link}".strip()
