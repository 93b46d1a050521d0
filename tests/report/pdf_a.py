"""What ISO 19005-2 level B asks of a PDF file, as far as its objects show it."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Actions and files that a PDF/A-2 file may not hold (6.5.1, 6.9, 6.11).
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition",
    "/Trans", "/GoTo3DView", "/JavaScript",
}  # fmt: skip
BLEND_MODES = {
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge",
    "/ColorBurn", "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color",
    "/Luminosity",
}  # fmt: skip
PRINT, HIDDEN = 4, 1 | 2 | 32


def faults(pdf: bytes) -> list[str]:
    """Each breach with the clause that it breaks; empty where none was found."""
    reader = PdfReader(io.BytesIO(pdf))
    return [
        *_file(pdf, reader),
        *_metadata(reader),
        *_colours(reader),
        *(fault for number, page in enumerate(reader.pages, 1) for fault in _page(number, page)),
        *_objects(reader),
    ]


def _file(pdf: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\s+%[\x80-\xff]{4}", pdf):
        yield "6.1.2 header"
    if re.search(rb"[^\s\d]\d+ \d+ obj\b|\b\d+ \d+ obj[^\r\n]", pdf):
        yield "6.1.9 an object that begins within a line"
    if "/ID" not in reader.trailer:
        yield "6.1.3 file identifier"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3 encryption"
    if "/AA" in reader.root_object or "/Requirements" in reader.root_object:
        yield "6.5.2 additional actions of the file"
    if "/Names" in reader.root_object and "/JavaScript" in reader.root_object["/Names"]:
        yield "6.5.1 scripts"
    if "/Names" in reader.root_object and "/EmbeddedFiles" in reader.root_object["/Names"]:
        yield "6.8 embedded files"


def _metadata(reader: PdfReader) -> Iterator[str]:
    if "/Metadata" not in reader.root_object:
        yield "6.6.2 no XMP"
        return
    stream = reader.root_object["/Metadata"].get_object()
    if "/Filter" in stream:
        yield "6.6.2 XMP is filtered"
    xmp = html.unescape(stream.get_data().decode("utf-8"))
    for name, value in (("part", "2"), ("conformance", "B")):
        if f"<pdfaid:{name}>{value}<" not in xmp and f'pdfaid:{name}="{value}"' not in xmp:
            yield f"6.6.4 pdfaid:{name}"
    for key, value in (reader.metadata or {}).items():
        if key in {"/Title", "/Creator", "/Producer", "/Author"} and str(value) not in xmp:
            yield f"6.6.3 {key} of Info is not in XMP"


def _colours(reader: PdfReader) -> Iterator[str]:
    intents = reader.root_object.get("/OutputIntents", ())
    if not any(one.get_object().get("/S") == "/GTS_PDFA1" for one in intents):
        yield "6.2.3 output intent"
    profiles = {one.get_object().raw_get("/DestOutputProfile").idnum for one in intents}
    if len(profiles) != 1:
        yield "6.2.3 one profile for all output intents"
    for one in intents:
        profile = one.get_object()["/DestOutputProfile"].get_object()
        if profile.get_data()[36:40] != b"acsp" or profile["/N"] not in {1, 3, 4}:
            yield "6.2.3 profile"


def _page(number: int, page: Any) -> Iterator[str]:
    if "/AA" in page:
        yield f"6.5.2 page {number}: additional actions"
    for annotation in page.get("/Annots", ()):
        one = annotation.get_object()
        flags = int(one.get("/F", 0))
        if not flags & PRINT or flags & HIDDEN:
            yield f"6.3.2 page {number}: flags of an annotation"
        if one.get("/A", {}).get("/S") in FORBIDDEN_ACTIONS:
            yield f"6.5.1 page {number}: action"


def _objects(reader: PdfReader) -> Iterator[str]:
    for one in _every(reader):
        kind = one.get("/Type")
        if kind == "/Font" and one.get("/Subtype") != "/Type0" and one.get("/Subtype") != "/Type3":
            yield from _embedded(one)
        if one.get("/S") in FORBIDDEN_ACTIONS or "/JS" in one:
            yield "6.5.1 action"
        modes = one.get("/BM", ())
        if not set([modes] if isinstance(modes, str) else modes) <= BLEND_MODES:
            yield "6.2.10 blend mode"
        if one.get("/Interpolate", False) == True:  # noqa: E712 (an object of the reader)
            yield "6.2.8 interpolated picture"
        if kind == "/ExtGState" and ("/TR" in one or "/HTP" in one):
            yield "6.2.5 transfer function or halftone"
        yield from _foreign(one)
        if isinstance(one, StreamObject):
            filters = one.get("/Filter", ())
            if "/LZWDecode" in filters or "/F" in one:
                yield "6.1.7 stream"


def _foreign(one: DictionaryObject) -> Iterator[str]:
    """What lies outside the page, or is no form, group or layer that a PDF/A-2 file may have."""
    if one.get("/Subtype") == "/PS" or {"/OPI", "/Ref", "/Alternates"} & set(one):
        yield "6.2.9 a form of another file, PostScript or alternate pictures"
    if (
        one.get("/Type") == "/Filespec"
        or "/XFA" in one
        or (one.get("/Type") == "/Group" and one.get("/CS") == "/DeviceCMYK")
    ):
        yield "6.8, 6.4.2, 6.2.10 file beside the page, form of another kind, group of other colours"
    if one.get("/Type") == "/OCG" and not one.get("/Name"):
        yield "6.9 layer without a name"


def _embedded(font: DictionaryObject) -> Iterator[str]:
    below = font.get("/FontDescriptor", DictionaryObject()).get_object()
    if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(below):
        yield f"6.2.11.4 {font.get('/BaseFont')} is not embedded"


def _every(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the trailer."""
    seen: set[int] = set()
    todo: list[Any] = [reader.trailer]
    while todo:
        one = todo.pop()
        number = getattr(one, "idnum", None)
        if number is not None:
            if number in seen:
                continue
            seen.add(number)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            todo += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            todo += list(one)
