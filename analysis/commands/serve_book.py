"""`book`: serve the built book on this machine only."""

import functools
import http.server
from pathlib import Path
from typing import Annotated

import typer

from analysis.errors import ReleaseError

LOOPBACK = "127.0.0.1"


def serve_book(port: Annotated[int, typer.Option(help="Port on this machine; 0 takes a free one")] = 8000) -> None:
    """Serve `dist/book` on the loopback address until interrupted."""
    book = Path.cwd() / "dist" / "book"
    if not (book / "index.html").is_file():
        raise ReleaseError(f"{book}: there is no built book; run `./run repro`")
    with book_server(book, port) as server:
        print(f"the book is at http://{LOOPBACK}:{server.server_address[1]}/ (Ctrl+C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped")


def book_server(book: Path, port: int) -> http.server.ThreadingHTTPServer:
    """A server of one folder that no other machine can reach; ReleaseError when the port is taken."""
    handler = functools.partial(_QuietHandler, directory=str(book))
    try:
        return http.server.ThreadingHTTPServer((LOOPBACK, port), handler)
    except OSError as error:
        raise ReleaseError(
            f"port {port} on {LOOPBACK}: {error.strerror}; choose another with --port, 0 takes a free one"
        ) from error


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's business."""
