"""One Markdown text as one HTML page that needs nothing beside it.

What must not be here: words of a page.
"""

from html import escape

from markdown_it import MarkdownIt

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "div{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem}"
    "th,td{border:1px solid #8888;padding:.3rem .5rem;text-align:left;vertical-align:top}"
)


def page(markdown: str, title: str) -> str:
    """A complete page; tables scroll sideways on a narrow screen."""
    body = MarkdownIt("commonmark").enable("table").render(markdown)
    body = body.replace("<table>", '<div tabindex="0" role="region" aria-label="table"><table>')
    body = body.replace("</table>", "</table></div>")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
