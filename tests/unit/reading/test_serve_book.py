import threading
import urllib.error
import urllib.request

import pytest

from analysis.commands.serve_book import LOOPBACK, book_server, serve_book
from analysis.errors import ReleaseError


def test_the_book_is_served_on_the_loopback_address_only(tmp_path):
    (tmp_path / "index.html").write_text("hello")
    with book_server(tmp_path, 0) as server:
        host, port = server.server_address
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/index.html") as answer:
            assert answer.read() == b"hello"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://{LOOPBACK}:{port}/missing.html")
        server.shutdown()
    assert host == "127.0.0.1"


def test_a_taken_port_is_named(tmp_path):
    with book_server(tmp_path, 0) as server, pytest.raises(ReleaseError, match="choose another with --port"):
        book_server(tmp_path, server.server_address[1])


def test_a_book_that_is_not_built_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReleaseError, match=r"no built book; run `\./run repro`"):
        serve_book()
