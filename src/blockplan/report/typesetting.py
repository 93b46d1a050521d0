"""Sets a page with typst: a template, its data, its pictures, the fonts cut down to what they say."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typst

from blockplan.report import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def typeset(folder: Path, template: str, data: dict[str, Any], lang: str, day: dt.date) -> bytes:
    """
    A document as the bytes of a PDF/A-2b file.

    Parameters
    ----------
    folder
        Holds the pictures (SVG) that the data name.
    template
        File in ``templates/`` that reads ``data.json``.
    lang
        Language whose forms of characters are taken.
    day
        The document's date: the same plan gives the same bytes.
    """
    pdf = typst.compile(
        **_laid(folder, template, data, lang),
        format="pdf",
        pdf_standards=STANDARD,
        timestamp=dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
    )
    return bytes(pdf)


def ask(folder: Path, template: str, data: dict[str, Any], lang: str, name: str) -> list[Any]:
    """
    What a template states under a label, in its order; nothing of it stays in memory.

    Parameters
    ----------
    folder, template, data, lang
        As for `typeset`.
    name
        The label of the template's metadata.
    """
    stated = typst.query(selector=f"<{name}>", field="value", **_laid(folder, template, data, lang))
    forget()
    return list(json.loads(stated))


def forget() -> None:
    """Let go what the typesetter has kept of the documents before."""
    for _ in range(KEPT_FOR):
        typst.compile(b"", ignore_system_fonts=True)


def _laid(folder: Path, template: str, data: dict[str, Any], lang: str) -> dict[str, Any]:
    """Data, template and fonts in the folder, as the typesetter is told of them."""
    said = fonts.printable(json.dumps(data, ensure_ascii=False))
    (folder / "data.json").write_text(said, encoding="utf-8")
    source = resources.files("blockplan.report").joinpath("templates", template)
    (folder / template).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    faces = folder / "fonts"
    faces.mkdir(exist_ok=True)
    for weight, font in fonts.whole(lang).items():
        (faces / f"{weight}.otf").write_bytes(font)
    return {
        "input": str(folder / template),
        "root": str(folder),
        "font_paths": [str(faces)],
        "ignore_system_fonts": True,
    }


def raster(picture: str, lang: str, width_mm: float, width_px: int) -> bytes:
    """
    An SVG picture as PNG.

    Parameters
    ----------
    picture
        The SVG file; its letters are taken from the vendored fonts.
    width_mm, width_px
        Its width on paper, and how many pixels that is to be.
    """
    with desk() as folder:
        (folder / "picture.svg").write_text(fonts.printable(picture), encoding="utf-8")
        faces = folder / "fonts"
        faces.mkdir()
        for weight, font in fonts.whole(lang).items():
            (faces / f"{weight}.otf").write_bytes(font)
        source = (
            f'#set page(width: {width_mm}mm, height: auto, margin: 0mm)\n#image("picture.svg", width: 100%)\n'
        )
        (folder / "picture.typ").write_text(source, encoding="utf-8")
        png = typst.compile(
            str(folder / "picture.typ"),
            root=str(folder),
            font_paths=[str(faces)],
            ignore_system_fonts=True,
            format="png",
            ppi=width_px / width_mm * MM_PER_INCH,
        )
    return bytes(png)
