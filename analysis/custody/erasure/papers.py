"""The manifest without one person's accounts, its comments and its order kept.

What must not be here: which accounts are theirs.
"""

import io
from collections.abc import Collection
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from analysis.errors import CustodyError

WIDEST = 2**16
"""Columns before a line would be broken: none is."""


def without_accounts(content: bytes, name: str, subject: str, gone: Collection[str]) -> bytes:
    """The manifest without the accounts of a ledger's key, and without sources of which no file is left.

    Parameters
    ----------
    content, name : bytes, str
    subject : str
        The key.
    gone : collection of str
        Files, as the manifest names them, that go as a whole.

    Raises
    ------
    CustodyError
        It is not YAML.
    """
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, WIDEST
    try:
        tree: Any = yaml.load(content)
    except YAMLError as error:
        raise CustodyError(f"{name}: not YAML ({type(error).__name__})") from error
    posts = tree.get("posts") or []  # a study of a survey alone has none
    _keep(posts, lambda source: source["file"] not in gone)
    for source in posts:
        if source.get("accounts"):
            _keep(source["accounts"], lambda account: account.get("consent_subject") != subject)
    sink = io.BytesIO()
    yaml.dump(tree, sink)
    return sink.getvalue()


def _keep(items: Any, wanted: Any) -> None:
    for number in reversed(range(len(items))):
        if not wanted(items[number]):
            del items[number]
