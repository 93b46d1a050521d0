"""
What a file gives to the door: named layers of features with attributes, and what was wrong in reading them.

A reader knows one kind of file and nothing of plans. It is called with a path and gives a `SourceReading`;
`READERS` in `blockplan.exchange.office.readers` lists them by ending. A drawing reader that
finds parcels by their outlines gives them as polygons with the texts inside as attributes, like a Shapefile.

What the layers of an office became: layers of the plan, keys of its manifest, what was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import geopandas as gpd

from blockplan.jsontext import JsonRecord

if TYPE_CHECKING:
    import pandas as pd

    from blockplan.exchange.office.mapping import CodeChoice
    from blockplan.exchange.office.messages import Message
    from blockplan.plan.model.faults import Grade

#: Column of a table that says in which row of the sheet a line stands (counted from 1).
ROW = "_row"
#: Column of a table that holds the heading under which a line stands (`A-01街区`).
SECTION = "_section"


@dataclass(frozen=True, slots=True)
class SourceFinding(JsonRecord):
    """
    One thing that is wrong, doubtful or lost, with its place in the office's files.

    Attributes
    ----------
    rule
        What kind of thing (``office-value``, ``cad-unclosed``).
    grade
        ``error``, ``warning`` or ``note``.
    message
        One sentence: what, and what was done about it.
    file, layer, id, column, value
        Where: file and layer of the office, parcel number or row, field, what stands there.
    measured, x, y
        Size (m, m2 or the number read) and place, where there is one.
    """

    rule: str
    grade: Grade
    message: Message
    file: str = ""
    layer: str = ""
    id: str | None = None
    column: str | None = None
    value: str | None = None
    measured: float | None = None
    x: float | None = None
    y: float | None = None
    #: In JSON it has the shape of a verdict: a rule of the import that the files fail.
    outcome: ClassVar[str] = "fail"
    KEYS: ClassVar = (
        "rule", "outcome", "grade", "measured", "x", "y", "file", "layer", "id", "column", "value", "message",
    )  # fmt: skip


class Findings(list[SourceFinding]):
    """What is wrong, doubtful or lost, in the order in which it was found."""

    def add(self, rule: str, grade: Grade, message: Message, **where: Any) -> None:
        """Add a finding; `where` are the other attributes of `SourceFinding`."""
        self.append(SourceFinding(rule, grade, message, **where))


@dataclass(slots=True, eq=False)
class SourceLayer:
    """
    One layer or table of an office's file.

    Attributes
    ----------
    file
        Name of the file, below what the caller named.
    frame
        Features (GeoDataFrame, x and y as they stand in the file) or rows; values as they stand, decoded.
    units
        Field -> unit that its heading says (``ha``, ``%``).
    title
        Alias that the file has for the layer beside its name.
    titles
        Field -> alias or comment that the file has for it beside its name.
    shared
        (row, field) -> number of rows that share the cell, where a sheet merges it.
    remarks
        Texts beside the table: title, notes, datum.
    role
        What the reader knows the layer to be; "" that it is nothing of a plan; None leaves it to be
        recognised.
    why
        Why the reader leaves the layer out, where it does (role ``ignored``).
    tiles
        Whether the model of the file says that the parcels cover the plan, so that a gap is no road.
    """

    file: str
    name: str
    frame: pd.DataFrame
    units: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    shared: dict[tuple[int, str], int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    role: str | None = None
    title: str = ""
    why: str = ""
    tiles: bool = False

    @property
    def place(self) -> dict[str, Any]:
        """Where a finding about the layer is: ``file`` and ``layer``."""
        return {"file": self.file, "layer": self.name}

    @property
    def drawn(self) -> bool:
        """Whether the layer has geometry."""
        return isinstance(self.frame, gpd.GeoDataFrame)

    @property
    def fields(self) -> list[str]:
        """Names of the fields, in their order."""
        return [str(name) for name in self.frame.columns if name not in {"geometry", ROW, SECTION}]


@dataclass(slots=True)
class SourceReading:
    """
    The layers of one file, what was wrong in it, texts that say something of all (datum, date), and what was
    healed within the user's tolerance (layer, what, x, y, measured_m); of a file after a published data model
    the number of features and the area, m2, of each class.
    """

    layers: list[SourceLayer] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    remarks: list[str] = field(default_factory=list)
    healed: list[dict[str, Any]] = field(default_factory=list)
    classes: dict[str, tuple[int, float]] = field(default_factory=dict)


@dataclass(slots=True)
class AssembledPlan:
    """
    Layers of the plan, keys of its manifest, the codes, and what was made (for
    JSON and for ``plan.toml``).
    """

    layers: dict[str, pd.DataFrame] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)
    codes: list[CodeChoice] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    title: str = ""
