"""A window of a map with what it has shown so far, and the legend that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import shapely

from blockplan.report.document import LegendEntry
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from blockplan.report.maps.canvas import Canvas, MapWindow
    from blockplan.report.sheets.facts import Facts

TEXTS = Catalog("blockplan.report.sheets", "texts.toml")


@dataclass(frozen=True, slots=True)
class LegendLine(LegendEntry):
    """One line of a legend, its place in the order, and amounts that stand in columns."""

    order: tuple[int, str] = (0, "")
    amounts: tuple[str, ...] = ()


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
    windows
        The ground that each window of the map shows.
    unwritten
        How many junctions of its streets bear no coordinates.
    """

    canvas: Canvas
    facts: Facts
    scale: int
    legend: dict[str, LegendLine] = field(default_factory=dict)
    labelled: set[str] = field(default_factory=set)
    windows: Sequence[MapWindow] = ()
    unwritten: int = 0

    def layer(self, name: str) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """The features of a layer that meet the window: rows, and shapes on paper."""
        return self.canvas.layer(self.facts.view.ground, name)

    def parts_of(self, row: int) -> list[BaseGeometry]:
        """What each window of the map shows of a parcel, as large as on paper."""
        frames = [one.frame for one in self.windows]
        boxes = [shapely.box(one.west, one.south, one.east, one.north) for one in frames]
        seen = shapely.intersection(self.facts.shapes[row], boxes)
        unit = self.canvas.cell.unit  # one scale for all of them
        return list(shapely.transform(seen, lambda points: points / unit))

    def say(self, key: str, **values: object) -> str:
        """Words of the sheets in the reader's language."""
        return TEXTS(key, self.facts.view.words.lang, **values)

    def show(
        self, key: str, rank: int, swatch: str, said: str | None = None, amount: tuple[str, ...] = ()
    ) -> None:
        """Put an entry into the legend."""
        told = self.say(f"legend.{key}") if said is None else said
        self.legend.setdefault(key, LegendLine(swatch, told, order=(rank, key), amounts=amount))


def said(lang: str, key: str, **values: object) -> str:
    """Words of the sheets."""
    return TEXTS(key, lang, **values)


def lighter(colour: str, share: float) -> str:
    """A ``#rrggbb`` colour mixed with white."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * share):02x}" for part in parts)
