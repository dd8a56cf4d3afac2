"""Run by the validators' own Python: is this folder a valid RO-Crate 1.1? The context comes from the rocrate package.

The validator fetches the JSON-LD context from the network; here the copy that `rocrate` carries answers instead.
"""

import json
import sys
from pathlib import Path

import rdflib.plugins.shared.jsonld.context as jsonld_context
import rocrate
from rocrate_validator import services
from rocrate_validator.utils.http import HttpRequester

CONTEXT_ADDRESS = "https://w3id.org/ro/crate/1.1/context"
CONTEXT = (Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_text(encoding="utf-8")


class Response:
    status_code = 200
    ok = True
    text = CONTEXT
    content = CONTEXT.encode()
    headers = {"Content-Type": "application/ld+json"}  # noqa: RUF012

    def json(self):
        return json.loads(CONTEXT)

    def raise_for_status(self):
        return None


def answered(address, *arguments, **options):
    if str(address) != CONTEXT_ADDRESS:
        raise OSError(f"no network here: {address}")
    return Response()


def main(folder):
    requester = HttpRequester()
    requester.get = requester.head = answered
    original = jsonld_context.source_to_json
    jsonld_context.source_to_json = lambda source, *rest, **named: (
        (json.loads(CONTEXT), None) if source == CONTEXT_ADDRESS else original(source, *rest, **named)
    )
    result = services.validate(
        services.ValidationSettings(
            rocrate_uri=folder, profile_identifier="ro-crate-1.1", requirement_severity=services.Severity.REQUIRED
        )
    )
    sys.stdout.writelines(f"{issue.message}\n" for issue in result.get_issues())
    return 0 if result.passed() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
