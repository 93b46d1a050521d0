"""
A Sphinx parser that shows a notebook as a page.

Text cells are MyST as on any other page, code cells are shown as code, and the
outputs that the notebook holds stand below them. Nothing is run here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from myst_parser.parsers.sphinx_ import MystParser

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

FENCE = "`````"


class NotebookParser(MystParser):
    """Reads ``.ipynb`` files."""

    supported = ("ipynb",)

    def parse(self, inputstring: str, document: nodes.document) -> None:
        """Parse a notebook as the MyST page that says the same."""
        super().parse(page_of(json.loads(inputstring)), document)


def page_of(notebook: dict[str, Any]) -> str:
    """A notebook as MyST."""
    parts = []
    for cell in notebook["cells"]:
        source = text_of(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif cell["cell_type"] == "code":
            parts.append(f"{FENCE}python\n{source}\n{FENCE}")
            parts += [shown(output) for output in cell["outputs"]]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown(output: dict[str, Any]) -> str:
    """One output: a table or picture as it is, anything else as text."""
    data = output.get("data", {})
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            # A table takes the look of the tables of all pages, and scrolls where the page is narrow.
            said = text_of(data[kind]).replace("<table>", '<table class="docutils align-default">')
            return f'{FENCE}{{raw}} html\n<div class="table-wrapper">{said}</div>\n{FENCE}'
    said = text_of(output.get("text") or data.get("text/plain") or "").rstrip()
    return f"{FENCE}text\n{said}\n{FENCE}" if said else ""


def text_of(lines: str | list[str]) -> str:
    """A text that a notebook keeps whole or in lines."""
    return lines if isinstance(lines, str) else "".join(lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the parser known."""
    app.add_source_suffix(".ipynb", "ipynb")
    app.add_source_parser(NotebookParser)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
