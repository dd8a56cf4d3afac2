"""Throw damaged and invented input at readers, ledger and scrubber for minutes: `./run fuzz --seconds 300`.

Whatever comes in, an error of our own family or a result comes out. A failure prints the target and the seed, and
`./run fuzz --target T --seed N` does the same again; `--target formats --rounds 1000` takes every format in turn.
"""

import argparse
import contextlib
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from analysis.corpora.census import take_census
from analysis.corpora.detect import FORMATS
from analysis.corpora.exports import open_export
from analysis.custody.ledger import effective_consents, head, read_ledger, standing_consents
from analysis.custody.manifest import load_manifest
from analysis.custody.scrub import KINDS, find, scrub, scrub_batch
from analysis.errors import AnalysisError
from analysis.synthetic.fiction import Sizes, write_fiction
from tests.formats.miniatures import MINIATURES
from tests.formats.repositories import repository
from tests.formats.test_bluesky_repository import RECORDS
from tests.formats.test_containers import MEMBERS, SUBMISSIONS, zipped
from tests.privacy.planted import plant
from tests.studies import INSTRUMENT

Target = Callable[[random.Random], None]
NASTY = (
    b"\x00", b"\xff", b'"', b"{", b"}", b"[", b"]", b",", b"\n", b"\r", b"null", b"true", b"1e999", b"-1", b"9" * 40,
    b"\\ud800", b"NaN", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\u0000", b"'", b";", b"\t", b"PK\x03\x04", b"{}" * 9,
)  # fmt: skip
ALPHABET = "abcXYZ0123456789۰۱۲۳٤٥٦ آبپښڼې\u200c\u200e\u200f\u202e\u00ad@#+./:-_()[]،٫\n\x00\ud800😀ﬁＡ１²"
SCRAPS = ("t.me/", "https://", "wa.me/", "@", "+49", "0093", "IBAN ", "DE89", "[PHONE]", "(at)", "geo:", "0x", "bc1q",
          "::", "%40", "xn--", "پاسپورت", "شماره", "mailto:")  # fmt: skip
WORLD = write_fiction(5, Sizes(population=600, respondents=60, posts=400)).files


def damaged(data: bytes, source: random.Random) -> bytes:
    """The bytes with a few places cut, doubled, replaced or torn off."""
    for _ in range(source.randint(1, 8)):
        place, width = source.randrange(len(data) + 1), source.choice((0, 1, 4, 40, 400))
        piece = source.choice((*NASTY, b"", data[place : place + width] * 2, source.randbytes(3)))
        data = data[:place] + piece + data[place + width :]
        if source.random() < 0.05:
            data = data[: source.randrange(len(data) + 1)]
    return data


def with_file(data: bytes, use: Callable[[Path], object]) -> None:
    """Hand the bytes over as a file; our own errors are answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        with contextlib.suppress(AnalysisError):
            use(path)


def readers(source: random.Random) -> None:
    """Every format: miniatures and the fictional world's exports, detected or insisted on."""
    exports = [content for name, content in WORLD.items() if name.startswith("exports/")]
    code = source.choice(list(FORMATS))
    data = MINIATURES[code] if source.random() < 0.7 else source.choice(exports)[:200_000]
    stated = source.choice((None, code, source.choice(list(FORMATS))))
    instrument = INSTRUMENT if source.random() < 0.2 else None
    with_file(damaged(data, source), lambda path: take_census(open_export(path, stated), instrument, lambda _: ()))


def ledger(source: random.Random) -> None:
    """A ledger with damaged lines: it is refused, or every consent in it is one of the sound ledger's."""
    whole = WORLD["synthetic_ledger.jsonl"]
    from datetime import date

    def use(path: Path) -> None:
        entries = read_ledger(path)
        assert all(entry in SOUND for entry in entries), "a changed line was taken for sound"
        head(entries)
        standing = standing_consents(entries, date(2026, 1, 1))
        assert standing.keys() <= effective_consents(entries, date(2026, 1, 1)).keys()

    with_file(damaged(whole, source), use)


def _sound_entries() -> frozenset[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        path.write_bytes(WORLD["synthetic_ledger.jsonl"])
        return frozenset(read_ledger(path))


SOUND = _sound_entries()


def manifest(source: random.Random) -> None:
    """A manifest with damaged bytes."""
    with_file(damaged(WORLD["synthetic_sources.yml"][:3_000], source), load_manifest)


def scrubber(source: random.Random) -> None:
    """Invented texts: spans are in order, the rest is untouched, twice is once, a column is its texts."""
    import pyarrow as pa

    texts = [invented(source) for _ in range(20)]
    for text in texts:
        spans = find(text)
        assert all(0 <= a.start < a.end <= len(text) and a.type in KINDS for a in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))
        once = scrub(text).text
        assert scrub(once).text == once
        assert scrubbed_by_hand(text, spans) == once
    storable = [text for text in texts if "\ud800" not in text]
    assert scrub_batch(pa.array(storable, pa.string())).texts.to_pylist() == [scrub(text).text for text in storable]


def scrubbed_by_hand(text: str, spans: tuple) -> str:
    for span in reversed(spans):
        text = f"{text[: span.start]}[{span.type}]{text[span.end :]}"
    return text


def invented(source: random.Random) -> str:
    """Letters of all scripts with scraps of identifiers, or a planted one that was damaged."""
    if source.random() < 0.3:
        text = list(plant(source).text)
        for _ in range(source.randint(0, 4)):
            text[source.randrange(len(text))] = source.choice(ALPHABET)
        return "".join(text)
    return "".join(
        source.choice(SCRAPS) if source.random() < 0.15 else source.choice(ALPHABET)
        for _ in range(source.randint(0, 80))
    )


TARGETS: dict[str, Target] = {"readers": readers, "ledger": ledger, "manifest": manifest, "scrubber": scrubber}


def of_format(data: bytes, code: str | None) -> Target:
    """Damaged copies of one miniature, detected or insisted on."""

    def target(source: random.Random) -> None:
        stated = source.choice((None, code))
        with_file(damaged(data, source), lambda path: take_census(open_export(path, stated), None, lambda _: ()))

    return target


FORMAT_TARGETS: dict[str, Target] = {code: of_format(data, code) for code, data in MINIATURES.items()} | {
    "a repository": of_format(repository(RECORDS), "bluesky"),
    "an archive": of_format(zipped(form_dot_csv=SUBMISSIONS, form_members_dot_csv=MEMBERS), None),
}
"""A target for every format, and for what formats come in."""


def fuzz(targets: dict[str, Target], seconds: float, first_seed: int, least: int = 1) -> dict[str, int]:
    """Rounds per target, `least` or more of each; the first failure ends the run.

    Raises
    ------
    SystemExit
        A target failed: after the traceback, one line says how to see it again.
    """
    rounds = dict.fromkeys(targets, 0)
    end = time.monotonic() + seconds
    seed = first_seed
    while time.monotonic() < end or min(rounds.values()) < least:
        for name, target in targets.items():
            try:
                target(random.Random(f"{name} {seed}"))  # noqa: S311
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                traceback.print_exc()
                sys.exit(
                    f"error: {name} failed; see it again with: ./run fuzz --target {name} --seed {seed} --seconds 0"
                )
            rounds[name] += 1
        seed += 1
    return rounds


def main() -> None:
    """Fuzz from the command line."""
    parser = argparse.ArgumentParser(prog="./run fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    parser.add_argument("--rounds", type=int, default=1, help="of each target, however long that takes")
    parser.add_argument("--target", choices=(*TARGETS, "formats", *FORMAT_TARGETS))
    asked = parser.parse_args()
    known = TARGETS | FORMAT_TARGETS
    chosen = (
        {asked.target: known[asked.target]} if asked.target in known else FORMAT_TARGETS if asked.target else TARGETS
    )
    rounds = fuzz(chosen, asked.seconds, asked.seed, asked.rounds)
    counts = ", ".join(f"{name} {count:,}" for name, count in rounds.items())
    print(f"no crash; rounds from seed {asked.seed}: {counts}")  # noqa: T201


if __name__ == "__main__":
    main()
