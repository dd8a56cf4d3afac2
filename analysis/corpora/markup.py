"""HTML and entities to plain text: what a reader of the page would have seen, and the addresses behind its links.

What must not be here: scrubbing, shortening, or repairing a text.
"""

import html
import re
from html.parser import HTMLParser

from analysis.corpora.made_often import made_often

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_USUAL, _BREAK, _GAP = re.compile(r"</?p>|<br ?/?>"), re.compile(r"<br ?/?>"), re.compile(r"\n{3,}")
_PLAIN_TAG = re.compile(
    r"<(/?)(p|br|a|span|em|strong|b|i|u|del|code|pre|ul|ol|li|blockquote|div)((?: [a-z-]+=\"[^\"<>&]*\")*)( ?/)?>"
)
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
"""Tags as servers write them; a reference inside an attribute is left to the parser."""
_LINES = ("br", "hr")
_PARAGRAPHS = ("p", "div", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
_UNSEEN = ("script", "style")


@made_often
class PlainText:
    """A text without markup, and the addresses of its links in order."""

    text: str
    links: tuple[str, ...]


def unescape(text: str) -> str:
    """Decode complete entities once; a bare ampersand stays what it is."""
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def plain_text(markup: str, without_class: str = "") -> PlainText:
    """The visible text of an HTML fragment: paragraphs and line breaks become line ends.

    Elements of the class `without_class`, which a server adds to what its author wrote, are left out with their links.
    """
    if "<" not in markup:
        return PlainText(_settled(html.unescape(markup)), ())
    if "<" not in _USUAL.sub("", markup):
        return PlainText(_settled(html.unescape(_as_lines(markup))), ())
    reader = _TextReader(without_class)
    reader.read(markup)
    return PlainText(_settled("".join(reader.pieces)), tuple(reader.links))


def _as_lines(markup: str) -> str:
    """Markup of paragraphs and breaks alone."""
    return _BREAK.sub("\n", markup.replace("</p>", "").replace("<p>", "\n\n"))


def _settled(text: str) -> str:
    return (_GAP.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


class _TextReader(HTMLParser):
    """Collects text and link addresses."""

    def __init__(self, without_class: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._without_class = without_class
        self._unseen = 0
        self._left_out: list[str] = []

    def read(self, markup: str) -> None:
        """Take a whole fragment; plain tags are told apart here, all others by the parser of the standard library."""
        if "<" in _PLAIN_TAG.sub("", markup):
            self.feed(markup)
            self.close()
            return
        place = 0
        for tag in _PLAIN_TAG.finditer(markup):
            self._take_data(markup[place : tag.start()])
            self._take_tag(*tag.groups())
            place = tag.end()
        self._take_data(markup[place:])

    def _take_data(self, data: str) -> None:
        if data:
            self.handle_data(html.unescape(data))

    def _take_tag(self, closes: str, name: str, attributes: str, closes_itself: str) -> None:
        if not closes:
            self.handle_starttag(name, _ATTRIBUTE.findall(attributes))
        if closes or closes_itself:
            self.handle_endtag(name)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if self._left_out or (self._without_class and self._without_class in classes):
            self._left_out += [] if tag in _LINES else [tag]
            return
        if tag in _LINES:
            self.pieces.append("\n")
        elif tag in _PARAGRAPHS and self.pieces:
            self.pieces.append("\n\n" if tag == "p" else "\n")
        self._unseen += tag in _UNSEEN
        self.links += [address for name, address in attrs if tag == "a" and name == "href" and address]

    def handle_endtag(self, tag: str) -> None:
        if self._left_out:
            if tag in self._left_out:
                del self._left_out[len(self._left_out) - 1 - self._left_out[::-1].index(tag) :]
        elif tag in _UNSEEN and self._unseen:
            self._unseen -= 1

    def handle_data(self, data: str) -> None:
        if not (self._unseen or self._left_out):
            self.pieces.append(data)
