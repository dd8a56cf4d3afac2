"""The grammar of a formula: what may be written in one is listed here, and nothing else reaches the package behind.

That package evaluates the calls of a formula as Python, so a formula that somebody was sent could run anything. What
must not be here: evaluating a formula.

    formula  := term { (+ - * : / ^ **) term }      term := [+ -] ( number | column | `column` | (formula) | call )
    call     := function ( value { , [name =] literal } )
    value    := part { (+ - * /) part } [** digit]  part := number | column | `column` | (value) | call
    literal  := number | 'text' | True | False | None | [literal, …] | contr.kind[('text')]
"""

import re
from dataclasses import dataclass

from analysis.errors import InputError

FUNCTIONS = (
    "C", "bs", "cc", "center", "cr", "cs", "exp", "exp10", "exp2", "log", "log10", "log2", "poly", "scale", "sqrt",
    "standardize",
)  # fmt: skip
CODINGS = ("treatment", "sum", "helmert", "poly", "SAS", "diff")
LONGEST = 2_000
"""Characters of a formula."""
LARGEST_NUMBER = 10_000
"""Of a number in a formula: degrees and powers of that size no design has; a spline's knots are smaller or rescaled."""
HIGHEST_POWER = 5
MOST_PRODUCTS = 8
"""Each `*` doubles the terms."""
DEEPEST = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<name>[^\W\d]\w*)|(?P<column>`[^`]+`)|"
    r"(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<sign>\*\*|[-+*:/^(),=\[\].]))"
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


END = _Token("end", "", -1)


def columns_of(formula: str, option: str = "--covariates") -> tuple[str, ...]:
    """Name the columns of a formula, and refuse whatever is none of columns, numbers and the functions listed here.

    Parameters
    ----------
    formula : str
        Right-hand side, such as "age + C(region)".
    option : str
        How the formula was given, for the message.

    Returns
    -------
    tuple of str
        In alphabetical order; the package behind would leave out those that stand only in `poly`, `bs` or `scale`.

    Raises
    ------
    InputError
        Anything else: another function, an attribute, braces, a comparison, a formula too long or too deep.

    Examples
    --------
    >>> columns_of("poly(age, 2) + C(region, levels=['a', 'b']) : log(income + 1)")
    ('age', 'income', 'region')
    """
    if len(formula) > LONGEST:
        raise InputError(f"{option} is {len(formula)} characters long; write a formula of at most {LONGEST}")
    parser = _Parser(_tokens(formula, option), option)
    parser.formula(0)
    parser.demand(END.text)
    if parser.products > MOST_PRODUCTS:
        raise InputError(
            f"{option} multiplies {parser.products} times (* or ^); at most {MOST_PRODUCTS}: write terms out"
        )
    return tuple(sorted(parser.columns))


def _tokens(formula: str, option: str) -> list[_Token]:
    found, at = [], 0
    text = formula.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise _refusal(option, at, "a sign that no formula has")
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return [*found, END]


def _refusal(option: str, at: int, what: str) -> InputError:
    place = f"at character {at + 1}" if at >= 0 else "at its end"
    return InputError(
        f"{option} cannot be parsed, it holds {what} {place}; a formula is columns and numbers joined by + - * : / ^ "
        f"and parentheses, and calls of {', '.join(FUNCTIONS)}"
    )


class _Parser:
    """Follows the grammar token by token; notes the columns, builds nothing."""

    def __init__(self, tokens: list[_Token], option: str) -> None:
        self.tokens, self.option, self.place, self.products = tokens, option, 0, 0
        self.columns: set[str] = set()

    @property
    def next(self) -> _Token:
        """The token at hand."""
        return self.tokens[self.place]

    def take(self) -> _Token:
        """The token at hand, and on to the one behind it."""
        token = self.next
        self.place += token is not END
        return token

    def takes(self, *texts: str) -> bool:
        """Whether the token at hand is one of these signs, which is then taken."""
        if self.next.kind == "sign" and self.next.text in texts:
            self.take()
            return True
        return False

    def demand(self, text: str) -> None:
        """Take a token that has to stand here."""
        token = self.take()
        if token.text != text or token.kind in ("text", "column"):
            raise _refusal(self.option, token.at, "something that does not belong")

    def formula(self, depth: int) -> None:
        """Terms and what joins them."""
        self._bound(depth)
        while True:
            while self.takes("+", "-"):
                pass
            self._term(depth)
            if self.takes("^", "**"):
                self._power()
            self.products += self.next.text == "*"
            if not self.takes("+", "-", "*", ":", "/"):
                return

    def _bound(self, depth: int) -> None:
        if depth > DEEPEST:
            raise _refusal(self.option, self.next.at, f"parentheses deeper than {DEEPEST}")

    def _power(self) -> None:
        token = self.take()
        if token.kind != "number" or not token.text.isdigit() or not 1 <= int(token.text) <= HIGHEST_POWER:
            raise _refusal(self.option, token.at, f"a power that is no whole number from 1 to {HIGHEST_POWER}")
        self.products += int(token.text)

    def _term(self, depth: int) -> None:
        if self.takes("("):
            self.formula(depth + 1)
            self.demand(")")
        else:
            self._atom(depth)

    def _atom(self, depth: int) -> None:
        """A number, a column, or a call."""
        token = self.take()
        if token.kind == "number":
            self._demand_small(token)
        elif token.kind == "name" and self.takes("("):
            self._call(token, depth + 1)
        elif token.kind not in ("name", "column") or self.next.text in (".", "[", "="):
            raise _refusal(self.option, token.at, "something that is no column, number or call")
        else:
            self.columns.add(token.text.strip("`"))

    def _demand_small(self, token: _Token) -> None:
        if float(token.text) > LARGEST_NUMBER:
            raise _refusal(self.option, token.at, f"a number above {LARGEST_NUMBER}")

    def _call(self, function: _Token, depth: int) -> None:
        if function.text not in FUNCTIONS:
            raise _refusal(self.option, function.at, "a call of another function")
        self._value(depth)
        while self.takes(","):
            if self.next.kind == "name" and self.tokens[self.place + 1].text == "=":
                self.take()
                self.take()
            self._literal(depth)
        self.demand(")")

    def _value(self, depth: int) -> None:
        """Arithmetic of columns inside a call."""
        self._bound(depth)
        while True:
            self.takes("-")
            if self.takes("("):
                self._value(depth + 1)
                self.demand(")")
            else:
                self._atom(depth)
            if self.takes("**"):
                self._power()
            if not self.takes("+", "-", "*", "/"):
                return

    def _literal(self, depth: int) -> None:
        self._bound(depth)
        if self.takes("["):
            while not self.takes("]"):
                self._literal(depth + 1)
                if not self.takes(","):
                    self.demand("]")
                    return
            return
        self.takes("-")
        token = self.take()
        if token.kind == "number":
            self._demand_small(token)
        elif token.text == "contr":
            self._coding(token)
        elif token.kind != "text" and token.text not in ("True", "False", "None"):
            raise _refusal(self.option, token.at, "something that is no number, text or list")

    def _coding(self, token: _Token) -> None:
        """How the levels of a column are coded, by the name that the package knows."""
        self.demand(".")
        kind = self.take()
        if kind.text not in CODINGS:
            raise _refusal(self.option, kind.at, "a coding of another kind")
        if self.takes("(") and not self.takes(")"):
            self._literal(DEEPEST)
            self.demand(")")
