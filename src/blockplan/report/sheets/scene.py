"""A window of a map with what it has shown so far, and the legend that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from blockplan.report.maps.svg import FONT
from blockplan.report.sheets.canvas import attributes, circle, rect, segment
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from blockplan.report.sheets.canvas import Canvas, Style
    from blockplan.report.sheets.facts import Facts

TEXTS = Catalog("blockplan.report.sheets", "texts.toml")
#: Size of a swatch, mm.
SWATCH_MM = (8.0, 4.0)


@dataclass(frozen=True, slots=True)
class LegendLine:
    """One line of a legend: its place in the order, a swatch (SVG), what it means, how much there is."""

    order: tuple[int, str]
    swatch: str
    said: str
    amount: tuple[str, ...] = ()

    def file(self) -> str:
        """The swatch as an SVG file."""
        width, height = SWATCH_MM
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}mm" '
            f'height="{height:g}mm" font-family="{FONT}">{self.swatch}</svg>'
        )


@dataclass
class Scene:
    """
    What is being drawn.

    Attributes
    ----------
    legend
        Entries by key: a legend lists what the window shows, and nothing else.
    labelled
        Parcels that bear a label here.
    """

    canvas: Canvas
    facts: Facts
    scale: int
    legend: dict[str, LegendLine] = field(default_factory=dict)
    labelled: set[str] = field(default_factory=set)

    def say(self, key: str, **values: object) -> str:
        """Words of the sheets in the reader's language."""
        return TEXTS(key, self.facts.view.words.lang, **values)

    def show(
        self, key: str, rank: int, swatch: str, said: str | None = None, amount: tuple[str, ...] = ()
    ) -> None:
        """Put an entry into the legend."""
        self.legend.setdefault(
            key, LegendLine((rank, key), swatch, self.say(f"legend.{key}") if said is None else said, amount)
        )


def said(lang: str, key: str, **values: object) -> str:
    """Words of the sheets."""
    return TEXTS(key, lang, **values)


def fill_swatch(fill: str, **style: Style) -> str:
    """A filled box."""
    look: dict[str, Style] = {"stroke": "#6b6b66", "stroke_width": 0.15, **style}
    return rect(0.3, 0.4, 7.4, 3.2, fill=fill, **look)


def line_swatch(**style: Style) -> str:
    """A line."""
    return segment(0.2, 2.0, 7.8, 2.0, **style)


def dot_swatch(fill: str, stroke: str = "#ffffff") -> str:
    """A dot."""
    return circle(4, 2, 1.2, fill=fill, stroke=stroke, stroke_width=0.25)


def sign_swatch(markup: str) -> str:
    """A sign that is drawn around the middle of the swatch."""
    return f"<g{attributes({})}>{markup}</g>"


def lighter(colour: str, share: float) -> str:
    """A ``#rrggbb`` colour mixed with white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)
