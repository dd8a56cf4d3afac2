r"""Plain shapes, found in a whole column at once: links, mail addresses, handles and telephone numbers between blanks.

What most posts hold is one of these and nothing else. Each shape is narrower than the rule it stands for, and is taken
only where the word behind it begins with a letter, so that no rule reaches across its border but by what is kept of it:
its last letters, or the last digits of its last number. A text is settled when nothing else in it is suspect; every
other text goes to the finders, which are the specification, and the oracle of the tests. What must not be here: a shape
that the finders would not find, or would call something else.
"""

import numpy as np
import pyarrow as pa

from analysis.custody.scrub.alphabet import ARABIC_FIRST, BARRIER
from analysis.custody.scrub.column import FoldedColumn, Places, TracedColumn
from analysis.custody.scrub.kinds import RULES, accounts, case_files, documents, emails, links, phones
from analysis.custody.scrub.kinds import handles as accounts_named
from analysis.custody.scrub.kinds.domains import KNOWN
from analysis.custody.scrub.kinds.emails import SIGN
from analysis.custody.scrub.prefilter import has_cue
from analysis.custody.scrub.rules import DIGITS, LATIN, Flags, Rule, RuleSet, binary_column
from analysis.custody.scrub.runs import RUN
from analysis.texts.columns import Spans, column_of, cut, numbers_of, put
from analysis.texts.patterns import has_any

INERT = -1
"""A date or an amount: nothing is found in it, and nothing beside it can be by its digits."""
KINDS = ("URL", "EMAIL", "HANDLE", "PHONE")
NATURAL = np.array(
    [
        RULES.mask_of(rules)
        for rules in (
            (links.SCHEME, links.BARE, links.DEFANGED),
            (emails.PLAIN, accounts_named.AT, accounts_named.JOINED, links.BARE, links.DEFANGED),
            (accounts_named.AT,),
            (RUN,),
            (RUN,),
        )
    ]
)
"""Rules that match in a shape of each kind, the inert one last, and of which none reaches a letter behind a blank."""
KEPT_DIGITS = 4
"""Digits kept of a number at the end of a shape: one beside a word may tell something, five could be a number."""
END = r"[,!]?[ \n]?$"
LINK = Rule(
    r"^https?://[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){0,6}\.[a-z]{2,24}"
    r"(?:/(?:[A-Za-z0-9_~=&?%/-]{0,199}[A-Za-z0-9_~=&%/-])?)?" + END,
    cased=True,
)
NOT_A_LINK = Rule(r"(?:\bt|telegram)[.-](?:me|dog)\b|telesco|joinchat|[^a-z0-9][a-z]{2}\d{2}")
"""What makes another kind of a link, or may begin an account number that goes on behind it."""
MAIL = Rule(
    r"^(?:[a-z][a-z._+-]{0,40}|[a-z]{4}[a-z0-9._+-]{0,40})@(?:[a-z0-9-]{1,40}\.){1,4}"
    rf"(?:{'|'.join(sorted(KNOWN))}),?[ \n]?$"
)
"""No digit near its beginning, which could be the number of a house behind a street."""
HANDLE = Rule(r"^@[a-z][a-z0-9_]{2,30}" + END)
A_SIGN = Rule(rf"^(?:{SIGN})[ \n]$")
"""A word before a mail address that may belong to it."""
PLUS = Rule(r"^\+[1-9]\d{0,14}" + END)
GROUP = Rule(r"^\d{2,15}" + END)
AN_EXTENSION = Rule(r"^(?:ext|extension|x|durchwahl|dw|app|داخلی)[.:]{0,2}(?:\d|[ \n]|$)")
OTHER_NUMBERS = RuleSet(
    (
        *(documents.NAMED, documents.LOOSELY_NAMED),
        *(rule for rule, _, _ in documents.LONG),
        *(accounts_named.NUMBERED, accounts_named.NAMELESS),
        *(case_files.HOME_OFFICE, case_files.ALIEN),
        Rule(rf"(?:^|[^a-z0-9])(?:{accounts.IBAN.written})"),
    )
)
"""Rules that may call a number with a zero in front something else than a telephone, and need no word of a cue."""
YEAR = r"(?:13\d\d|14[0-4]\d|1450|19\d\d|20\d\d)"
DAY, MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
AMOUNT_OR_DATE = Rule(
    r"^(?:[1-9]\d{0,2}(?:,\d{3}){1,3}|"
    + "|".join(rf"{DAY}{mark}{MONTH}{mark}{YEAR}|{YEAR}{mark}{MONTH}{mark}{DAY}" for mark in (r"\.", "/", "-"))
    + ")"
    + END
)
POINTED = Rule(rf"^[1-9]\d?\.\d{{1,2}}\.{YEAR}" + END)
"""Like a date that no calendar has: nothing but a telephone, and that only beside a word for one."""
SHAPES = RuleSet((LINK, MAIL, HANDLE, PLUS, GROUP, AMOUNT_OR_DATE, POINTED))
A_WORD = RuleSet((phones.WORDS,))
_BARRIER = bytes([BARRIER])
_IS_LETTER = np.isin(np.arange(256), [*LATIN, *range(ARABIC_FIRST, 256)])
_IS_DIGIT = np.isin(np.arange(256), list(DIGITS))
_IS_TAIL = np.isin(np.arange(256), [*LATIN, *b"_-"])
_IS_SIGN = _IS_DIGIT | np.isin(np.arange(256), list(b"@:"))


def settled(column: TracedColumn) -> tuple[Spans, Flags]:
    """Plain shapes of a column, and the texts that hold some, and in which they are all there is to find.

    Parameters
    ----------
    column
        Texts that are worth a look.

    Returns
    -------
    shapes, settled
        Spans of the settled texts only; one flag for each text.
    """
    shapes = _shapes(column)
    marked = shapes.ends[column.is_marked[shapes.ends - 1]]
    unclear = np.ones(len(column.offsets) - 1, bool)
    rows = np.unique(column.rows_of(shapes.starts))
    masked = _masked(column, shapes)
    unclear[rows] = has_cue(masked.picked(rows), column.picked(rows))
    rows = rows[unclear[rows]]
    unclear[rows] = _may_be_more(column, masked, shapes, rows)
    unclear |= column.is_spelled_out
    unclear[column.rows_of(marked - 1)] = True
    chosen = ~unclear[column.rows_of(shapes.starts)] & (shapes.kinds != INERT)
    return Spans(shapes.starts[chosen], shapes.ends[chosen], shapes.kinds[chosen]), ~unclear


def _may_be_more(column: FoldedColumn, masked: FoldedColumn, shapes: Spans, rows: Places) -> Flags:
    """Whether a finder's rule matches in each of some texts that is none of its shapes', or one of these elsewhere."""
    own = np.zeros((len(column.offsets) - 1, len(NATURAL[0])), np.uint64)
    np.bitwise_or.at(own, column.rows_of(shapes.starts), NATURAL[shapes.kinds])
    found, left = (RULES.masks(each.picked(rows).texts) for each in (column, masked))
    return has_any((found & ~own[rows]) | (left & own[rows]))


def _shapes(column: FoldedColumn) -> Spans:
    words = Words(column)
    urls, mails, handles = words.matching(LINK), words.matching(MAIL), words.matching(HANDLE)
    urls = urls[~words.are(NOT_A_LINK, urls)]
    mails = mails[~words.are_behind(A_SIGN, mails)]
    found = [
        words.spans(rows, rows, kind)
        for kind, rows in enumerate(_apart(words, rows, handles) for rows in (urls, mails, handles))
    ]
    found.append(words.spans(*_telephones(words), KINDS.index("PHONE")))
    found.append(_inert(words, np.concatenate([shapes.starts for shapes in found])))
    return Spans.together(found)


def _apart(words: "Words", rows: Places, handles: Places) -> Places:
    """Those of some words beyond whose end no rule can reach."""
    is_before_tag, is_before_letters = words.are_before_tag(rows), words.are_before_letters(rows)
    apart = words.are_before_letter(rows) | is_before_tag | np.isin(rows + 1, handles)
    apart &= words.have_few_digits(rows) | is_before_letters | is_before_tag
    return rows[apart & ~words.are_before(AN_EXTENSION, rows)]


def _inert(words: "Words", found: Places) -> Spans:
    """Dates and amounts; a date of no calendar only where no word for a telephone is near, nor comes near by a loss."""
    known, pointed = (_alone(words, words.matching(rule)) for rule in (AMOUNT_OR_DATE, POINTED))
    pointed = pointed[~words.stand_with(pointed, found) | ~words.are_beside(pointed, A_WORD)]
    pointed = pointed[~words.are_near(pointed, phones.WORDS)]
    rows = np.union1d(known, pointed)
    return words.spans(rows, rows, INERT)


def _alone(words: "Words", rows: Places) -> Places:
    return rows[words.are_behind_letter(rows) & words.are_before_letters(rows)]


def _telephones(words: "Words") -> tuple[Places, Places]:
    """First and last words of numbers in one piece or in groups, with a plus or a trunk zero, that some plan has."""
    first, last = words.groups()
    apart = np.flatnonzero(words.are_behind_letter(first) & words.are_before_letters(last))
    first, last = first[apart], last[apart]
    numbers = words.digits(first, last).dictionary_encode()
    known = np.array([_is_telephone(number.decode()) for number in numbers.dictionary.to_pylist()], np.uint8)
    of_number = known[numbers_of(numbers.indices)]
    has_plus = words.begin_with(first, "+")
    is_one = np.where(has_plus, of_number & 1, of_number & 2).astype(bool) & ~words.are_before(AN_EXTENSION, last)
    trunked = np.flatnonzero(is_one & ~has_plus)
    is_one[trunked] = ~words.are_beside(first[trunked], OTHER_NUMBERS)
    return first[is_one], last[is_one]


def _is_telephone(digits: str) -> int:
    """1 where the digits are a number behind a plus, 2 where they are one with a trunk zero, 3 for both."""
    behind_plus = 7 <= len(digits) <= 15 and digits[0] != "0" and phones.is_after_plus(digits)
    has_trunk_zero = 9 <= len(digits) <= 12 and digits[0] == "0" and not digits.startswith(("00", "011"))
    return behind_plus + 2 * (has_trunk_zero and bool(phones.trunked_regions(digits)))


def _masked(column: FoldedColumn, shapes: Spans) -> FoldedColumn:
    """The column with each shape collapsed into a barrier and what is kept of its end."""
    heads = Spans(shapes.starts, _tails(column, shapes), np.zeros(len(shapes.starts), np.int64))
    return FoldedColumn(*put(column.data, column.offsets, heads, (_BARRIER,)), column.is_spelled_out)


def _tails(column: FoldedColumn, shapes: Spans) -> Places:
    """Where what is kept of each shape begins: its last digits, or else its last letters."""
    first = shapes.starts + 1
    digits = shapes.ends.copy()
    for _ in range(KEPT_DIGITS):
        digits -= _IS_DIGIT[column.data[digits - 1]] & (digits > first)
    letters, going_on = shapes.ends.copy(), np.arange(len(first))
    while len(going_on):
        before = letters[going_on] - 1
        going_on = going_on[_IS_TAIL[column.data[before]] & (before >= first[going_on])]
        letters[going_on] -= 1
    return np.where(digits < shapes.ends, digits, letters)


class Words:
    """What stands between blanks in the texts of a column; a word has its blank at its end, if there is one."""

    def __init__(self, column: FoldedColumn) -> None:
        """Cut at blanks and at the ends of texts."""
        data = column.data
        bounds = np.zeros(len(data) + 1, bool)
        bounds[1:] = (data == ord(" ")) | (data == ord("\n"))
        ends_of_texts = np.zeros(len(data) + 1, bool)
        ends_of_texts[column.offsets] = True
        bounds |= ends_of_texts
        places = np.flatnonzero(bounds)
        self._column, self._data = column, np.append(data, np.full(2, BARRIER, np.uint8))
        self.starts, self.stops = places[:-1], places[1:]
        self._is_first, self._is_last = ends_of_texts[self.starts], ends_of_texts[self.stops]
        self._texts = binary_column(data, places)
        has_sign = np.logical_or.reduceat(_IS_SIGN[data], self.starts) if len(data) else np.zeros(0, bool)
        self._signed = np.flatnonzero(has_sign)
        self._shapes = SHAPES.found_in(self._texts.take(column_of(self._signed)))

    def matching(self, shape: Rule) -> Places:
        """The words of a shape; each has a digit, an `@` or a colon."""
        rows: Places = self._signed[self._shapes[shape]]
        return rows

    def are(self, rule: Rule, rows: Places) -> Flags:
        """Whether each of some words matches a rule."""
        return rule.is_in_each(self._texts.take(column_of(rows)))

    def are_behind(self, rule: Rule, rows: Places) -> Flags:
        """Whether the word before each of some words matches a rule; none stands before the first of a text."""
        return self.are(rule, np.maximum(rows - 1, 0)) & ~self._is_first[rows]

    def are_before(self, rule: Rule, rows: Places) -> Flags:
        """Whether the word behind each of some words matches a rule; none stands behind the last of a text."""
        return self.are(rule, np.minimum(rows + 1, len(self.starts) - 1)) & ~self._is_last[rows]

    def are_before_letter(self, rows: Places) -> Flags:
        """Whether the word behind each, if there is one, begins with a letter."""
        return self._is_last[rows] | self._letters(self.stops[rows], rows)

    def are_before_letters(self, rows: Places) -> Flags:
        """Whether it begins with two."""
        both = self._letters(self.stops[rows], rows) & self._letters(self.stops[rows] + 1, rows)
        return self._is_last[rows] | both

    def are_before_tag(self, rows: Places) -> Flags:
        """Whether a sign for a tag and a letter follow each of some words."""
        tags: Flags = (self._data[self.stops[rows]] == ord("#")) & self._letters(self.stops[rows] + 1, rows)
        return tags

    def are_behind_letter(self, rows: Places) -> Flags:
        """Whether the word before each, if there is one, ends with a letter, or with a comma or colon behind one."""
        last, before = self._data[self.starts[rows] - 2], self._letters(self.starts[rows] - 3, rows)
        is_pause = ((last == ord(",")) | (last == ord(":"))) & before
        apart: Flags = self._is_first[rows] | self._letters(self.starts[rows] - 2, rows) | is_pause
        return apart

    def have_few_digits(self, rows: Places) -> Flags:
        """Whether each of some words has too few digits for a number of a document or an account."""
        data, bounds = cut(self._data, self.starts[rows], self.stops[rows])
        counted = np.concatenate([[0], np.cumsum(_IS_DIGIT[data])])
        few: Flags = np.diff(counted[bounds]) <= KEPT_DIGITS
        return few

    def stand_with(self, rows: Places, places: Places) -> Flags:
        """Whether each of some words stands in the text of one of some places."""
        return np.isin(self._column.rows_of(self.starts[rows]), self._column.rows_of(places))

    def groups(self) -> tuple[Places, Places]:
        """First and last words of rows of digits with single blanks between them, begun by a plus or a zero."""
        plus, group = self.matching(PLUS), self.matching(GROUP)
        rows = np.union1d(plus, group)
        ends = self.stops[rows]
        is_open = (self._data[ends - 1] == ord(" ")) & _IS_DIGIT[self._data[ends - 2]] & ~self._is_last[rows]
        is_linked = is_open & np.isin(rows + 1, group)
        first, last = rows[~np.isin(rows - 1, rows[is_linked])], rows[~is_linked]
        begun = self.begin_with(first, "+") | self.begin_with(first, "0")
        return first[begun], last[begun]

    def begin_with(self, rows: Places, sign: str) -> Flags:
        """Whether each of some words begins with a sign."""
        begun: Flags = self._data[self.starts[rows]] == ord(sign)
        return begun

    def digits(self, first: Places, last: Places) -> pa.BinaryArray:
        """The digits from one word to another."""
        data, bounds = cut(self._data, self.starts[first], self.stops[last])
        is_digit = _IS_DIGIT[data]
        counted = np.concatenate([[0], np.cumsum(is_digit)])
        return binary_column(data[is_digit], counted[bounds])

    def are_near(self, rows: Places, rule: Rule) -> Flags:
        """Whether a rule matches in what the finders look at before or behind each of some words."""
        texts = self._column.rows_of(self.starts[rows])
        firsts, lasts = self._column.offsets[texts], self._column.offsets[texts + 1]
        starts, ends = self.starts[rows], self.spans(rows, rows, INERT).ends
        before = cut(self._data, np.maximum(starts - phones.REACH_BEFORE, firsts), starts)
        behind = cut(self._data, ends, np.minimum(ends + phones.REACH_BEHIND, lasts))
        return rule.is_in_each(binary_column(*before)) | rule.is_in_each(binary_column(*behind))

    def are_beside(self, rows: Places, rules: RuleSet) -> Flags:
        """Whether one of some rules matches anywhere in the text of each of some words."""
        texts = self._column.rows_of(self.starts[rows])
        return rules.in_each(self._column.texts.take(column_of(texts)))

    def spans(self, first: Places, last: Places, kind: int) -> Spans:
        """Words from one to another as a shape, without blank, comma and exclamation mark at the end."""
        ends = self.stops[last].copy()
        for closing in (b" \n", b",!"):
            ends -= np.isin(self._data[ends - 1], list(closing))
        return Spans(self.starts[first], ends, np.full(len(first), kind))

    def _letters(self, places: Places, rows: Places) -> Flags:
        """Whether a letter of each word's own text stands at a place; the bytes of other texts lie beside it."""
        is_own = self._column.rows_of(places) == self._column.rows_of(self.starts[rows])
        letters: Flags = _IS_LETTER[self._data[places]] & is_own
        return letters
