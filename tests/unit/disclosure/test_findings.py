"""The report and the refusal say everything that was found, and nothing else."""

import json

from analysis.disclosure.audit.findings import Finding, refusal, report

FOUND = [Finding("strings", "a.html", "holds 'x'"), Finding("checksums", "ü.csv", "listed but missing")]


def test_the_report_lists_findings_under_their_attack():
    data = report(FOUND, ["checksums", "strings", "verbatim"])
    assert json.loads(data) == {
        "passed": False,
        "attacks": [
            {
                "attack": "checksums",
                "findings": [{"attack": "checksums", "file": "ü.csv", "text": "listed but missing"}],
            },
            {"attack": "strings", "findings": [{"attack": "strings", "file": "a.html", "text": "holds 'x'"}]},
            {"attack": "verbatim", "findings": []},
        ],
    }
    assert "ü.csv".encode() in data
    assert data.startswith(b'{\n  "passed": false,\n')
    assert data.endswith(b"}\n")


def test_a_report_without_findings_passed():
    assert report([], ["strings"]) == (
        b'{\n  "passed": true,\n  "attacks": [\n'
        b'    {\n      "attack": "strings",\n      "findings": []\n    }\n  ]\n}\n'
    )


def test_the_refusal_counts_and_names_what_was_found():
    assert refusal("the release", FOUND) == (
        "the audit found 2 leak(s) in the release; mend the source and rebuild:\n"
        "  strings: a.html: holds 'x'\n"
        "  checksums: ü.csv: listed but missing"
    )
