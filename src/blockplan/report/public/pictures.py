"""
Static pictures of a plan for its notice: the map with legend, scale bar, north, source and marks in one file.

Each picture has a sentence for who cannot see it, and a table that says the same. It is an SVG file that
needs nothing else (`Picture.svg`), or PNG (`Picture.png`). A draft says that it is one, and so does invented
geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import escape

from blockplan.report.document import SWATCH
from blockplan.report.maps import svg
from blockplan.report.maps.svg import FONT, wrapped
from blockplan.report.public.furigana import bare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blockplan.report.document import LegendEntry, Table
    from blockplan.report.maps.basemap import Ground
    from blockplan.report.maps.drawing import (
        Drawing,
    )
    from blockplan.report.public.speech import Speech

#: States of a plan in which its pictures are marked as a draft.
DRAFTS = frozenset({"draft", "on_notice", "closed", "answered", "restarted"})
MARGIN_MM, GAP_MM = 4.0, 4.0
TITLE_MM, TEXT_MM, SMALL_MM = 4.4, 2.9, 2.4
#: Width of the legend beside a map that is a strip, and of a column of the legend below another.
LEGEND_MM = 58.0
LINE_MM = 4.9
QUIET, ALARM = "#55606e", "#8c1d18"


@dataclass(frozen=True)
class Picture:
    """
    A picture of a plan.

    Attributes
    ----------
    id
        ``landuse``, ``structure``, ``facilities``, or ``locator-KIND-ID``.
    title, alt
        Its heading, and a sentence for who cannot see it.
    body
        What is drawn, in millimetres.
    width_mm, height_mm
        Its size on paper.
    """

    id: str
    title: str
    alt: str
    table: Table
    lang: str
    body: str = field(repr=False)
    width_mm: float
    height_mm: float

    @property
    def svg(self) -> str:
        """The picture as an SVG file; letters come from the reader's own fonts."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width_mm:.2f} {self.height_mm:.2f}" '
            f'width="{self.width_mm:.2f}mm" height="{self.height_mm:.2f}mm" role="img" '
            f'font-family="{FONT}, sans-serif"><title>{escape(self.title)}</title>'
            f"<desc>{escape(self.alt)}</desc>{self.body}</svg>"
        )

    def png(self, width_px: int = 1200) -> bytes:
        """The picture as PNG, so many pixels wide."""
        from blockplan.report.typesetting import raster  # noqa: PLC0415 (the typesetter is slow to load)

        return raster(self.svg, self.lang, self.width_mm, width_px)


def picture(drawing: Drawing, speech: Speech, alt: str, table: Table, *, key: str | None = "") -> Picture:
    """
    A drawing with everything that a notice asks of a map around it.

    Parameters
    ----------
    alt, table
        The same for who cannot see it.
    key
        A small map of the whole plan, put above the legend; as SVG in millimetres, `LEGEND_MM` wide at most.
        None puts the legend below the map, whatever its shape.
    """
    wide, high = drawing.size_mm
    ground = drawing.canvas.ground
    beside = key is not None and (drawing.narrow or bool(key))
    width = 2 * MARGIN_MM + wide + (GAP_MM + LEGEND_MM if beside else 0.0)
    body, top = _head(drawing.title, ground, speech, width)
    body.append(drawing.nested(MARGIN_MM, top))
    if beside:
        left = MARGIN_MM + wide + GAP_MM
        below = top + (key_height(key) + GAP_MM if key else 0.0)
        if key:
            body.append(f'<g transform="translate({left:.2f} {top:.2f})">{key}</g>')
        if drawing.legend:
            body.append(line(left, below + 2, ground.words("map.legend"), TEXT_MM, weight="700"))
        legend, end = _legend(drawing.legend, left, below + 4.5, LEGEND_MM)
        bottom = max(top + high, end)
    else:
        legend, bottom = _legend(drawing.legend, MARGIN_MM, top + high + GAP_MM, wide)
    body += legend
    body_foot, height = _foot(ground, speech, width, bottom + GAP_MM)
    body += body_foot
    paper = svg.box(0, 0, width, height, fill="#ffffff")
    return Picture(drawing.id, drawing.title, alt, table, speech.lang, paper + "".join(body), width, height)


def plain_picture(drawing: Drawing, speech: Speech, alt: str, table: Table) -> Picture:
    """A drawing with scale bar and north alone, for a page that says the rest itself."""
    wide, high = drawing.size_mm
    paper = svg.box(0, 0, wide, high, fill="#ffffff")
    body = paper + drawing.nested(0.0, 0.0)
    return Picture(drawing.id, drawing.title, alt, table, speech.lang, body, wide, high)


def key_height(key: str) -> float:
    """The height of a small map, mm, as it says itself."""
    return float(key.partition('data-height="')[2].partition('"')[0])


def line(x: float, y: float, said: str, size: float, **style: svg.Style) -> str:
    """A line of text in millimetres; `y` is its middle."""
    return svg.text(x, y, said, size, **{"anchor": "start"} | style)


def _head(title: str, ground: Ground, speech: Speech, width: float) -> tuple[list[str], float]:
    """Heading, the plan's title, and the marks of a draft and of invented geometry; where the map begins."""
    manifest, words = ground.plan.manifest, ground.words
    out, y = [], MARGIN_MM + TITLE_MM / 2
    room = width - 2 * MARGIN_MM
    marks = []
    if manifest.status in DRAFTS:
        marks.append(words("sheet.draft"))
    if manifest.synthetic:
        marks.append(words("head.synthetic_title"))
    right = width - MARGIN_MM
    for mark in reversed(marks):
        size = svg.text_width(mark, SMALL_MM) + 3.0
        out.append(
            f'<rect x="{right - size:.2f}" y="{y - 2.3:.2f}" width="{size:.2f}" height="4.6" rx="0.8" '
            f'fill="none" stroke="{ALARM}" stroke-width="0.35"/>'
        )
        out.append(line(right - size / 2, y, mark, SMALL_MM, fill=ALARM, anchor="middle", weight="700"))
        right -= size + 2.0
    for said in wrapped(title, right - MARGIN_MM, TITLE_MM):
        out.append(line(MARGIN_MM, y, said, TITLE_MM, weight="700"))
        y += TITLE_MM * 1.25
    for said in wrapped(words.pick(manifest.title), room, TEXT_MM):
        out.append(line(MARGIN_MM, y, said, TEXT_MM, fill=QUIET))
        y += TEXT_MM * 1.35
    return out, y + 1.0


def _entry(entry: LegendEntry, left: float, y: float, width: float) -> tuple[list[str], float]:
    """A line of a legend, and its height."""
    across, up = SWATCH
    wide, high = 6.6, 6.6 * up / across
    out = [
        f'<svg x="{left:.2f}" y="{y - high / 2:.2f}" width="{wide:.2f}" height="{high:.2f}" '
        f'viewBox="0 0 {across:.0f} {up:.0f}">{entry.swatch}</svg>'
    ]
    amount = svg.text_width(entry.amount, SMALL_MM) + 2.0 if entry.amount else 0.0
    said = wrapped(entry.said, width - wide - 2.0 - amount, SMALL_MM)
    for at, text in enumerate(said):
        out.append(line(left + wide + 1.6, y + at * SMALL_MM * 1.25, text, SMALL_MM))
    if entry.amount:
        out.append(line(left + width, y, entry.amount, SMALL_MM, anchor="end", fill=QUIET))
    return out, LINE_MM + max(len(said) - 1, 0) * SMALL_MM * 1.25


def _legend(entries: Sequence[LegendEntry], left: float, top: float, width: float) -> tuple[list[str], float]:
    """A legend in as many columns as have room, and where the longest ends."""
    count = max(1, int((width + GAP_MM) // (LEGEND_MM + GAP_MM)))
    each = (width - (count - 1) * GAP_MM) / count
    per = -(-len(entries) // count)
    out: list[str] = []
    bottom = top
    for column in range(count):
        y = top + 2.0
        for entry in entries[column * per : (column + 1) * per]:
            made, height = _entry(entry, left + column * (each + GAP_MM), y, each)
            out += made
            y += height
        bottom = max(bottom, y)
    return out, bottom


def _foot(ground: Ground, speech: Speech, width: float, top: float) -> tuple[list[str], float]:
    """Where the data come from and how the plan stands, and the height of the whole picture."""
    manifest, words = ground.plan.manifest, ground.words
    said = [words(f"status.{manifest.status}")]
    if manifest.status in DRAFTS:
        said.append(bare(speech("plain.what.draft")))
    if manifest.synthetic:
        said.append(words("head.synthetic"))
    if manifest.attribution:
        said.append(words("head.attribution", source=words.pick(manifest.attribution)))
    out, y = [], top
    for text in said:
        for part in wrapped(text, width - 2 * MARGIN_MM, SMALL_MM):
            out.append(line(MARGIN_MM, y, part, SMALL_MM, fill=QUIET))
            y += SMALL_MM * 1.4
    return out, y + MARGIN_MM - SMALL_MM
