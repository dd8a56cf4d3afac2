"""SPSS portable files by hand: numbers to the base of thirty, lines of eighty bytes."""

TABLE = (
    b"0" * 64
    + b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ."
    + b"<(+|&[]!$*);^-/|,%_>?`:$@'=\"000000~-0000123456789000-()0{}\\00000"
    + b"0" * 64
)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"


def whole(number: int) -> bytes:
    digits = ""
    left = abs(number)
    while left or not digits:
        left, digit = divmod(left, 30)
        digits = DIGITS[digit] + digits
    return b"-" * (number < 0) + digits.encode() + b"/"


def text(value: str | bytes) -> bytes:
    data = value if isinstance(value, bytes) else value.encode()
    return whole(len(data)) + data


def variable(name: str, width: int = 0, form: int = 5, missing: bytes = b"", label: str = "") -> bytes:
    size = whole(width or 8)
    formats = (whole(form) + size + whole(0)) * 2
    return b"7" + whole(width) + text(name) + formats + missing + (b"C" + text(label) if label else b"")


def labels(names: list[str], pairs: list[tuple[bytes, str]]) -> bytes:
    named = b"".join(map(text, names))
    return b"D" + whole(len(names)) + named + whole(len(pairs)) + b"".join(code + text(label) for code, label in pairs)


def header(*variables: bytes, after: bytes = b"", count: int | None = None) -> bytes:
    start = b"ASCII SPSS PORT FILE".ljust(40) * 5 + TABLE + b"SPSSPORT" + b"A" + text("20300101") + text("000000")
    number = whole(len(variables) if count is None else count)
    return start + b"1" + text("Invented") + b"4" + number + b"5" + whole(11) + b"".join(variables) + after + b"F"


def lines(content: bytes, end: bytes = b"\r\n") -> bytes:
    """Lines of eighty bytes; the last is filled with Z."""
    padded = content + b"Z" * (80 - len(content) % 80)
    return b"".join(padded[at : at + 80] + end for at in range(0, len(padded), 80))


VARIABLES = (
    variable("CASEID", form=5),
    variable("TA1", missing=b"B" + whole(97) + whole(99), label="How do you view …"),
    variable("NOTE", 40, 1),
    variable("MINUTES", form=25),
)
MINIATURE = lines(
    header(*VARIABLES, after=labels(["TA1"], [(whole(1), "very unfavourable"), (whole(98), "refused")]))
    + b"".join(
        whole(number) + answer + text(note) + time
        for number, answer, note, time in [
            (1, whole(1), "متن", whole(26 * 3600)),
            (2, whole(98), "", b"*."),
            (3, b"*.", "x", whole(-60)),
        ]
    )
)
