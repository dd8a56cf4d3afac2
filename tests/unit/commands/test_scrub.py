import json
from pathlib import Path

import pytest

from tests.unit.commands import told

ROOT = Path(__file__).resolve().parents[3]


def run(path, *options):
    return told.run("scrub", path, *options)


def written(tmp_path, content):
    path = tmp_path / "texts.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_lines_come_back_in_order_with_offsets_into_the_original(tmp_path):
    path = written(tmp_path, '\ufeff{"id": "a", "text": "سلام @example_user"}\n\n{"id": "b", "text": "hello"}\n')
    result = run(path, "--json")
    assert result.returncode == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "a", "text": "سلام [HANDLE]", "spans": [{"start": 5, "end": 18, "type": "HANDLE"}]},
        {"id": "b", "text": "hello", "spans": []},
    ]


def test_the_summary_counts_and_shows_no_text(tmp_path):
    result = run(written(tmp_path, '{"id": "a", "text": "call 0701234567"}\n'))
    assert result.returncode == 0
    assert "PHONE" in result.stdout
    assert "0701234567" not in result.stdout


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a"}', "line 2: key 'text' is missing"),
        (b'{"text": "a"}', "line 2: key 'id' is missing"),
        (b'{"id": "a", "text": null}', "line 2: 'text' is null"),
        (b'{"id": true, "text": "a"}', "line 2: 'id' is true or false"),
        (b'["secret"]', "line 2: got a list"),
        (b'{"id": "a", "text": ', "line 2: not JSON"),
        (b'{"id": "a", "text": "\xff"}', "line 2: not UTF-8 at byte 22"),
        (b"[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_malformed_line_is_one_error(tmp_path, line, reason):
    result = run(written(tmp_path, b'{"id": "1", "text": "x"}\n' + line + b"\n"), "--json")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("error: ")
    assert reason in result.stderr
    assert "secret" not in result.stderr
    assert "want one object" in result.stderr


def test_a_missing_file_is_one_error(tmp_path):
    result = run(tmp_path / "none.jsonl", "--json")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "cannot be read" in result.stderr
