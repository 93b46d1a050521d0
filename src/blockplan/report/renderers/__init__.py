"""
How a `blockplan.report.document.Document` is shown: as HTML, PDF or DOCX (`cli.common`: on a terminal).

`render` asks for one by the ending of a file's name; each is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.report.document import Document

ENDINGS = (".html", ".pdf", ".docx")


def render(document: Document, ending: str, template: Path | str | None = None) -> bytes:
    """
    The document as the bytes of a file.

    Parameters
    ----------
    ending
        ``.html``, ``.pdf`` or ``.docx``.
    template
        For DOCX: a file whose styles are taken.

    Raises
    ------
    UsageError
        If there is no such kind of file, or the template cannot be read.
    """
    match ending.lower():
        case ".html":
            from blockplan.report.renderers.html import page  # noqa: PLC0415

            return page(document).encode("utf-8")
        case ".pdf":
            from blockplan.report.renderers.typst import pdf  # noqa: PLC0415

            return pdf(document)
        case ".docx":
            from blockplan.report.renderers.docx import docx  # noqa: PLC0415

            return docx(document, template)
    raise UsageError(f"A document cannot be written as {ending!r}. Known endings: {', '.join(ENDINGS)}.")
