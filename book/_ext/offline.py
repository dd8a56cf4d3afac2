"""Keep the book to itself: no script that calls another host, no font or file that no page uses."""

import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

UNWANTED = "fontawesome|thebe|searchindex|searchtools|language_data"
SCRIPTS = re.compile(rf'[ \t]*<script\b[^>]*\bsrc="[^"]*(?:{UNWANTED})[^"]*"[^>]*></script>\n?')
THEBE_BLOCKS = re.compile(
    r'[ \t]*<script type="text/x-thebe-config">.*?</script>\s*(?:<script>kernelName = [^<]*</script>\n?)?', re.DOTALL
)
SUMMARY = '<summary><span class="toctree-toggle"'
NAMED_SUMMARY = '<summary aria-label="Pages of this chapter"><span class="toctree-toggle"'
UNUSED = (
    "scripts/fontawesome.js",
    "scripts/fontawesome.js.map",
    "vendor/fontawesome/webfonts/fa-brands-400.ttf",
    "vendor/fontawesome/webfonts/fa-brands-400.woff2",
    "vendor/fontawesome/webfonts/fa-regular-400.ttf",
    "vendor/fontawesome/webfonts/fa-regular-400.woff2",
    "vendor/fontawesome/webfonts/fa-solid-900.ttf",
    "locales",
)


def tidied(html: str) -> str:
    """A page without foreign scripts, and with a name for every toggle of the table of contents."""
    return THEBE_BLOCKS.sub("", SCRIPTS.sub("", html)).replace(SUMMARY, NAMED_SUMMARY)


def tidy_pages(app: Sphinx, error: Exception | None) -> None:
    """Tidy every finished page, and remove the files that none of them asks for."""
    if error is not None:
        return
    for path in sorted(Path(app.outdir).rglob("*.html")):
        path.write_text(tidied(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    for name in UNUSED:
        path = Path(app.outdir) / "_static" / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register, and declare a setting that the book's configuration writes although its extension is not loaded."""
    app.add_config_value("comments_config", {}, "html")
    app.connect("build-finished", tidy_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
