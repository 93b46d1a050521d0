"""
Sets a page with typst: a template, its data, its pictures, the fonts cut down to what they say.

Joins the parts of a document, each a PDF/A-2b file, into one file that still is one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typst

from blockplan.report import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DictionaryObject

STANDARD: Literal["a-2b"] = "a-2b"
MM_PER_INCH = 25.4
#: The typesetter keeps what it worked out until it has set so many documents without needing it.
KEPT_FOR = 11
#: Whose forms of characters a language takes.
REGIONS = {"zh": "cn", "en": "gb", "ja": "jp"}


@contextmanager
def desk() -> Iterator[Path]:
    """A folder for the pictures of one document; it goes when the document is set."""
    with tempfile.TemporaryDirectory(prefix="blockplan-") as name:
        yield Path(name)


def typeset(
    folder: Path, template: str, data: dict[str, Any], lang: str, day: dt.date, *, tags: bool = True
) -> bytes:
    """
    A document as the bytes of a PDF/A-2b file.

    Parameters
    ----------
    folder
        Holds the pictures (SVG) that the data name.
    template
        File in ``templates/`` that reads the data from the file that ``sys.inputs.data`` names.
    lang
        Language whose forms of characters are taken.
    day
        The document's date: the same plan gives the same bytes.
    tags
        Whether the file holds the tree of tags; parts that are to be joined do without it.
    """
    pdf = typst.compile(
        **_laid(folder, template, data, lang),
        format="pdf",
        pdf_standards=STANDARD,
        pdf_tags=tags,
        timestamp=dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    )
    return bytes(pdf)


def ask(
    folder: Path, template: str, several: Sequence[dict[str, Any]], lang: str, name: str
) -> list[list[Any]]:
    """
    What a template states under a label, in its order, of each of several data that are set side by side.

    Parameters
    ----------
    folder, template, lang
        As for `typeset`.
    several
        The data, each on a thread of its own; nothing of them stays in the typesetter's memory.
    name
        The label of the template's metadata.
    """
    laid = [_laid(folder, template, data, lang, f"data-{at}.json") for at, data in enumerate(several)]
    with ThreadPoolExecutor(max(1, len(laid))) as threads:
        stated = list(threads.map(lambda one: typst.query(selector=f"<{name}>", field="value", **one), laid))
    forget()
    return [list(json.loads(one)) for one in stated]


def forget() -> None:
    """Let go what the typesetter has kept of the documents before."""
    for _ in range(KEPT_FOR):
        typst.compile(b"", ignore_system_fonts=True)


def _laid(
    folder: Path, template: str, data: dict[str, Any], lang: str, name: str = "data.json"
) -> dict[str, Any]:
    """Data, template and fonts in the folder, as the typesetter is told of them."""
    said = fonts.printable(json.dumps(data, ensure_ascii=False))
    (folder / name).write_text(said, encoding="utf-8")
    source = resources.files("blockplan.report").joinpath("templates", template)
    (folder / template).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    return {"input": str(folder / template), "sys_inputs": {"data": name}} | _world(folder, lang)


def _world(folder: Path, lang: str) -> dict[str, Any]:
    """What the typesetter may read: the folder, with the fonts of a language in it, and no other fonts."""
    faces = folder / "fonts"
    if not faces.exists():
        faces.mkdir()
        for weight, font in fonts.whole(lang).items():
            (faces / f"{weight}.otf").write_bytes(font)
    return {"root": str(folder), "font_paths": [str(faces)], "ignore_system_fonts": True}


def raster(picture: str, lang: str, width_mm: float, width_px: int) -> bytes:
    """An SVG picture as PNG; see `rasters`."""
    return rasters([picture], lang, width_mm, width_px)[0]


def rasters(pictures: Sequence[str], lang: str, width_mm: float, width_px: int) -> list[bytes]:
    """
    SVG pictures of one width as PNG, set in one go.

    Parameters
    ----------
    pictures
        The SVG files, one or more; their letters are taken from the vendored fonts.
    width_mm, width_px
        Their width on paper, and how many pixels that is to be.
    """
    with desk() as folder:
        source = [f"#set page(width: {width_mm}mm, height: auto, margin: 0mm)"]
        for at, picture in enumerate(pictures):
            (folder / f"{at}.svg").write_text(fonts.printable(picture), encoding="utf-8")
            source.append(f'#page(image("{at}.svg", width: 100%))')
        (folder / "pictures.typ").write_text("\n".join(source), encoding="utf-8")
        made: Any = typst.compile(  # the bytes of one page, or a list of several
            str(folder / "pictures.typ"),
            format="png",
            ppi=width_px / width_mm * MM_PER_INCH,
            **_world(folder, lang),
        )
    return made if isinstance(made, list) else [made]


#: What the root of a PDF/A-2b file says of the whole of it; the parts are of one document and agree.
OF_THE_WHOLE = ("/Metadata", "/OutputIntents", "/Lang", "/ViewerPreferences")
#: Ties of a page to the tree of tags, which goes when parts are joined (level B asks for none).
TAGS = ("/StructParents", "/StructParent", "/Tabs")

#: What a link to a page of the whole is called in a part, which does not hold that page.
OF_PAGE = "page:"


def starts(part: bytes | Path) -> tuple[list[int], int]:
    """The page (from 0) of each bookmark of a PDF file in their order, and how many pages it has."""
    from pypdf import PdfReader  # noqa: PLC0415 (loaded where a document is long)

    reader = PdfReader(io.BytesIO(part) if isinstance(part, bytes) else part)
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


def joined(parts: Sequence[Path], names: Sequence[str]) -> bytes:
    """
    One file of all parts, with their bookmarks, text and fonts; the same parts give the same bytes.

    A link to ``page:N`` leads to page N of the whole, from 1; pages are labelled as by `paged`.

    Parameters
    ----------
    parts
        PDF/A-2b files with the same title, date and colours.
    names
        One for each bookmark, in their order.

    References
    ----------
    ISO 19005-2:2011, 6.1.3 (identifier), 6.2.3 (output intent), 6.6.2 (metadata).
    """
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415 (as above)
    from pypdf.generic import ArrayObject, ByteStringObject, NameObject  # noqa: PLC0415

    writer = PdfWriter()
    digest, pages = hashlib.sha256(), list[int]()
    for number, part in enumerate(parts):
        digest.update(part.read_bytes())
        reader = PdfReader(part)
        pages += [len(writer.pages) + page for page in _pages(reader, reader.outline)]
        writer.append(reader, import_outline=True)
        if number == 0:
            root = reader.root_object
            for key in OF_THE_WHOLE:
                if key in root:
                    value = root.raw_get(key)
                    writer.root_object[NameObject(key)] = value.clone(writer)
            writer.metadata = reader.metadata
    _untie(writer)
    _lead(writer)
    writer.root_object[NameObject("/PageLabels")] = _labels(names, pages, len(writer.pages))
    writer.pdf_header = "%PDF-1.7"
    name = ByteStringObject(digest.digest()[:16])
    writer._ID = ArrayObject((name, name))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def paged(pdf: bytes, names: Sequence[str]) -> bytes:
    """
    The file with labels of its pages: the name of the bookmark that begins there, then ``name, 2`` and so on.

    Parameters
    ----------
    names
        One for each bookmark, in their order; what is added stands behind the file as it was.

    References
    ----------
    ISO 32000-1:2008, 12.4.2 (page labels), 7.5.6 (incremental updates); ISO 19005-2:2011, 6.1.9 (lines).
    """
    from pypdf import PdfReader  # noqa: PLC0415 (as above)
    from pypdf.generic import DictionaryObject, NameObject, NumberObject  # noqa: PLC0415

    pdf = pdf.rstrip() + b"\n"  # an object begins on a line of its own
    reader = PdfReader(io.BytesIO(pdf))
    pages, count = _pages(reader, reader.outline), len(reader.pages)
    root, trailer = reader.root_object, reader.trailer
    held: dict[Any, Any] = {key: root.raw_get(key) for key in root}
    held[NameObject("/PageLabels")] = _labels(names, pages, count)
    number = trailer.raw_get("/Root").idnum
    out = io.BytesIO(pdf)
    out.seek(len(pdf))
    out.write(b"%d 0 obj\n" % number)
    DictionaryObject(held).write_to_stream(out)
    out.write(b"\nendobj\n")
    told = out.tell()
    out.write(b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n" % (number, len(pdf)))
    kept = {key: trailer.raw_get(key) for key in ("/Size", "/Root", "/Info", "/ID") if key in trailer}
    before = NumberObject(pdf[pdf.rindex(b"startxref") :].split()[1])
    DictionaryObject(
        {NameObject(key): one for key, one in kept.items()} | {NameObject("/Prev"): before}
    ).write_to_stream(out)
    out.write(b"\nstartxref\n%d\n%%%%EOF\n" % told)
    return out.getvalue()


def _labels(names: Sequence[str], pages: Sequence[int], count: int) -> DictionaryObject:
    """The labels of so many pages: what begins on which of them."""
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject  # noqa: PLC0415
    from pypdf.generic import TextStringObject as Said  # noqa: PLC0415

    key, further = NameObject("/P"), {NameObject("/S"): NameObject("/D"), NameObject("/St"): NumberObject(2)}
    labels = ArrayObject()
    for name, first, end in zip(names, pages, [*pages[1:], count], strict=True):
        labels += [NumberObject(first), DictionaryObject({key: Said(name)})]
        if end > first + 1:
            labels += [NumberObject(first + 1), DictionaryObject({key: Said(f"{name}, ")} | further)]
    return DictionaryObject({NameObject("/Nums"): labels})


def _lead(writer: PdfWriter) -> None:
    from pypdf.generic import ArrayObject, NameObject  # noqa: PLC0415 (as above)

    for page in writer.pages:
        for link in (one.get_object() for one in page.get("/Annots", ())):
            if (to := str(link.get("/A", {}).get("/URI", ""))).startswith(OF_PAGE):
                del link["/A"]
                on = writer.pages[int(to.removeprefix(OF_PAGE)) - 1].indirect_reference
                link[NameObject("/Dest")] = ArrayObject((on, NameObject("/Fit")))


def _untie(writer: PdfWriter) -> None:
    for page in writer.pages:
        annotations = [one.get_object() for one in page.get("/Annots", ())]
        for holder in (page, *annotations):
            for key in TAGS:
                holder.pop(key, None)
