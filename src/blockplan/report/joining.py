"""Joins the parts of a document, each a PDF/A-2b file, into one file that still is one."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdf import PdfReader, PdfWriter

#: What the root of a PDF/A-2b file says of the whole of it; the parts are of one document and agree.
OF_THE_WHOLE = ("/Metadata", "/OutputIntents", "/Lang", "/ViewerPreferences")
#: Ties of a page to the tree of tags, which goes when parts are joined (level B asks for none).
TAGS = ("/StructParents", "/StructParent", "/Tabs")


def starts(part: bytes) -> tuple[list[int], int]:
    """The page (from 0) of each bookmark of a PDF file in their order, and how many pages it has."""
    from pypdf import PdfReader  # noqa: PLC0415 (loaded where a document is long)

    reader = PdfReader(io.BytesIO(part))
    return _pages(reader, reader.outline), len(reader.pages)


def _pages(reader: PdfReader, outline: Sequence[Any]) -> list[int]:
    found: list[int] = []
    for one in outline:
        if isinstance(one, list):
            found += _pages(reader, one)
        else:
            number = reader.get_destination_page_number(one)
            found.append(-1 if number is None else number)
    return found


def joined(parts: Sequence[bytes]) -> bytes:
    """
    One file of all parts, with their bookmarks, text and fonts; the same parts give the same bytes.

    Parameters
    ----------
    parts
        PDF/A-2b files with the same title, date and colours.

    References
    ----------
    ISO 19005-2:2011, 6.1.3 (identifier), 6.2.3 (output intent), 6.6.2 (metadata).
    """
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 (as above)
    from pypdf.generic import ArrayObject, ByteStringObject, NameObject  # noqa: PLC0415

    writer = PdfWriter()
    digest = hashlib.sha256()
    for number, part in enumerate(parts):
        digest.update(part)
        reader = PdfReader(io.BytesIO(part))
        writer.append(reader, import_outline=True)
        if number == 0:
            root = reader.root_object
            for key in OF_THE_WHOLE:
                if key in root:
                    value = root.raw_get(key)
                    writer.root_object[NameObject(key)] = value.clone(writer)
            writer.metadata = reader.metadata
    _untie(writer)
    writer.pdf_header = "%PDF-1.7"
    name = ByteStringObject(digest.digest()[:16])
    writer._ID = ArrayObject((name, name))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _untie(writer: PdfWriter) -> None:
    for page in writer.pages:
        annotations = [one.get_object() for one in page.get("/Annots", ())]
        for holder in (page, *annotations):
            for key in TAGS:
                holder.pop(key, None)
