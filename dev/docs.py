"""The pages of the manual that *Help* shows in Odoo, as HTML: ``docs/`` -> ``static/doc/``.

Odoo shows no Markdown and serves nothing outside ``static``. ``make docs`` runs this; the
tests look whether it was run.
"""

import posixpath
import re
from hashlib import sha256
from html import escape
from pathlib import Path

ADDON = Path(__file__).resolve().parents[1]
DOCS, SERVED = ADDON / "docs", ADDON / "static/doc"
# In the order of the bar on top; the first one is opened by *Help*.
PAGES = ("day-to-day", "moodle-setup", "rules", "troubleshooting", "glossary")

PAGE = """<!DOCTYPE html>
<!-- Made by `make docs` from docs/{name}.md. Source: {source} -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Moodle Attendance Sync</title>
<style>
body {{ max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #212529; }}
nav a {{ margin-right: 1rem; }}
nav a[aria-current] {{ color: inherit; font-weight: bold; text-decoration: none; }}
img {{ max-width: 100%; }}
table {{ display: block; overflow-x: auto; border-collapse: collapse; }}
th, td {{ padding: .25rem .5rem; border: 1px solid #ced4da; text-align: left; vertical-align: top; }}
pre {{ overflow-x: auto; padding: .5rem; background: #f1f3f5; }}
</style>
</head>
<body>
<nav>
{bar}
</nav>
<main>
{content}</main>
</body>
</html>
"""


def title(name):
    return (DOCS / f"{name}.md").read_text().partition("\n")[0].removeprefix("# ")


def slug(heading):
    """:return: the anchor of a heading, as code hosts make it"""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def source(name):
    """What a page was made from, to see without the renderer whether it is up to date."""
    parts = [(DOCS / f"{name}.md").read_bytes(), Path(__file__).read_bytes()]
    return sha256(b"\0".join([*parts, "\n".join(map(title, PAGES)).encode()])).hexdigest()


def address(link):
    """:param link: as it stands on a page of ``docs/``
    :return: where the same is in ``static/doc/``
    """
    path, hash_sign, anchor = link.partition("#")
    if not path or "://" in path:
        return link
    if path.endswith(".md") and path[:-3] in PAGES:
        return f"{path[:-3]}.html{hash_sign}{anchor}"
    # The set-up has the role file to download, so it is served already.
    path = path if path != "moodle-role.xml" else f"../static/{path}"
    if not path.startswith("../static/"):
        raise ValueError(f"{link} is not served by Odoo")
    return posixpath.relpath(path.removeprefix("../"), "static/doc")


def page(name):
    """:return: the page as HTML; needs the package markdown-it-py"""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse((DOCS / f"{name}.md").read_text())
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before and before.type == "heading_open":
            before.attrSet("id", slug("".join(part.content for part in token.children)))
        for part in token.children or ():
            for attribute in {"href", "src"} & part.attrs.keys():
                part.attrSet(attribute, address(part.attrGet(attribute)))
    content = markdown.renderer.render(tokens, markdown.options, {})
    bar = "\n".join(
        f'<a href="{one}.html"{" aria-current=page" * (one == name)}>{escape(title(one))}</a>'
        for one in PAGES
    )
    return PAGE.format(
        name=name, source=source(name), title=escape(title(name)), bar=bar, content=content
    )


if __name__ == "__main__":
    SERVED.mkdir(exist_ok=True)
    for name in PAGES:
        (SERVED / f"{name}.html").write_text(page(name))
