"""`bench scrub`: the same posts through our scrubber, through two others in environments of their own, through nothing.

A peer whose environment cannot be made, for lack of an index or of a wheel, is skipped with the reason. What must not
be here: a judgement on what the peers find.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.commands.cpu_time import cpu_seconds
from analysis.custody.scrub import find_all, placed, scrub_batch
from analysis.synthetic import canaries
from benchmarks.report import Comparison

POSTS = 50_000
PACE = "posts per CPU second"
SEED = 3
VOCABULARY = 4_000
LETTERS = {
    "fa": "ابپتجچحخدرزژسشصطعغفقکگلمنوهی",
    "ps": "ابپتټجچځحدډرړزژږسشښعغفقکګلمنڼوهیې",
    "en": "abcdefghijklmnopqrstuvwxyz",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
}
LANGUAGE_SHARES = (0.40, 0.32, 0.20, 0.08)
EXTRAS = (
    ("20{:02d}", 0.04), ("{},500", 0.03), ("12.{}.2024", 0.03), ("#tag{}", 0.14),
    ("https://fiction.example/object/{}", 0.125),
)  # fmt: skip
"""What is put between the words, and in which share of posts."""

ENVIRONMENTS = Path("build/peers")
LONGEST_MAKING_SECONDS = 900

_FRAME = """
import json, sys, time
texts = json.load(open(sys.argv[1], encoding="utf-8"))
{prepare}
clean(texts[0])
start = time.process_time()
found = sum(clean(text) != text for text in texts)
print(json.dumps({{"seconds": time.process_time() - start, "changed": found}}))
"""
PRESIDIO = _FRAME.format(
    prepare="""
import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine
class Blank(SpacyNlpEngine):
    # Patterns only: its language model, which finds names, would cost more.
    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}
    def load(self):
        pass
analyzer, anonymizer = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"]), AnonymizerEngine()
def clean(text):
    return anonymizer.anonymize(text, analyzer.analyze(text, language="en")).text
"""
)
SCRUBADUB = _FRAME.format(prepare="import scrubadub\nscrubber = scrubadub.Scrubber()\nclean = scrubber.clean\n")
PEERS = {
    "presidio": (("presidio-analyzer", "presidio-anonymizer", "spacy"), PRESIDIO),
    "scrubadub": (("scrubadub", "setuptools<81"), SCRUBADUB),
}
"""Peer → what it needs, and how it is run."""


def measure(size: int = POSTS) -> list[Comparison]:
    """Ours beside reading and writing alone and beside the peers, on the same posts, one after the other."""
    texts = bench_posts(size)
    column = pa.array(texts)
    parquet = _parquet(pa.table({"text": column}))
    # What is made once, patterns and readers, is made before the clock runs.
    _read_scrub_write(_parquet(pa.table({"text": column.slice(0, 1_000)})))
    alone = cpu_seconds(lambda: _parquet(pq.read_table(io.BytesIO(parquet))))
    ours = cpu_seconds(lambda: scrub_batch(column))
    whole = cpu_seconds(lambda: _read_scrub_write(parquet))
    what = f"scrubbing {size:,} posts"
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "texts.json"
        file.write_text(json.dumps(texts), encoding="utf-8")
        peers = [_peer(name, file) for name in PEERS]
    paces = [Comparison(what, name, PACE, size / ours, s and size / s, why) for name, s, why in peers]
    return [
        Comparison(
            f"{what}, read and written", "reading and writing alone", PACE, size / whole, size / alone, kind="limit"
        ),
        *paces,
        _with_identifiers(column),
    ]


def _with_identifiers(column: pa.StringArray) -> Comparison:
    """Posts that all hold an identifier, beside the finders that every such post would need without plain shapes."""
    held = column.filter(pc.not_equal(scrub_batch(column).texts, column))
    texts = held.to_pylist()
    wanted: list[str] = []
    alone = cpu_seconds(lambda: wanted.extend(map(placed, texts, find_all(texts))))
    ours = cpu_seconds(lambda: scrub_batch(held))
    different = sum(one != other for one, other in zip(scrub_batch(held).texts.to_pylist(), wanted, strict=True))
    what, note = f"scrubbing {len(held):,} posts with identifiers", f"{different:,} texts scrubbed otherwise"
    return Comparison(what, "the finders alone", PACE, len(held) / ours, len(held) / alone, note, kind="own")


def bench_posts(size: int) -> list[str]:
    """Posts of made-up words in four languages, the same for everybody.

    5 to 40 words, a tenth with a year, a price or a date, a seventh with a hashtag, an eighth with a link, and a few
    with a planted name, number, address and handle.
    """
    generator = np.random.default_rng(SEED)
    language = generator.choice(list(LETTERS), size, p=LANGUAGE_SHARES)
    vocabulary = {name: _words(letters, generator) for name, letters in LETTERS.items()}
    texts = []
    for spoken, length in zip(language, generator.integers(5, 41, size), strict=True):
        words = list(generator.choice(vocabulary[str(spoken)], length))
        for extra, share in EXTRAS:
            if generator.random() < share:
                words.insert(int(generator.integers(0, length)), extra.format(generator.integers(1, 99)))
        texts.append(" ".join(words))
    text, _ = canaries.plant(np.array(texts), language, np.ones(size, dtype=bool), generator)
    return [str(each) for each in text]


def _words(letters: str, generator: np.random.Generator) -> list[str]:
    """Made-up words of two to nine letters."""
    lengths = generator.integers(2, 10, VOCABULARY)
    return ["".join(generator.choice(list(letters), length)) for length in lengths]


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _read_scrub_write(parquet: bytes) -> bytes:
    texts = pq.read_table(io.BytesIO(parquet)).column("text").combine_chunks()
    return _parquet(pa.table({"text": scrub_batch(texts).texts}))


def _peer(name: str, file: Path) -> tuple[str, float | None, str]:
    """Name, CPU seconds for all posts, and the reason where there are none."""
    packages, script = PEERS[name]
    try:
        python = _environment(name, packages)
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(python), "-c", script, str(file)]
        result = subprocess.run(command, env=alone, capture_output=True, text=True, check=True)
        return name, float(json.loads(result.stdout.splitlines()[-1])["seconds"]), ""
    except subprocess.CalledProcessError as error:
        return name, None, f"skipped: {(error.stderr or 'no message').strip().splitlines()[-1][:200]}"
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return name, None, f"skipped: {error}"


def _environment(name: str, packages: tuple[str, ...]) -> Path:
    """A virtual environment that holds one peer; made once."""
    folder = ENVIRONMENTS / name
    python = (folder / "bin/python").absolute()
    if (folder / "complete").is_file():
        return python
    uv = shutil.which("uv")
    target, own = str(folder), str(python)
    make = [uv, "venv", "--quiet", "--clear", target] if uv else [sys.executable, "-m", "venv", "--clear", target]
    install = [uv, "pip", "install", "--quiet", "--python", own] if uv else [own, "-m", "pip", "install", "-q"]
    for command in (make, [*install, *packages]):
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=LONGEST_MAKING_SECONDS)
    (folder / "complete").touch()
    return python
