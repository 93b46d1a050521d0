"""
What a rule of quality finds, and what all rules look at.

What the tables of a package say: the balance of land, the parcels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import shapely

from blockplan.deliver.shapes import valid_areas
from blockplan.exchange.workbooks import Workbook
from blockplan.jsontext import JsonRecord
from blockplan.plan.model.layers import LAYERS
from blockplan.texts import Catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import numpy as np

    from blockplan.deliver.geodatabase import ReadLayer
    from blockplan.deliver.package import Package
    from blockplan.deliver.profile import DeliveredLayer, FieldSpec
    from blockplan.plan import Plan


#: Sheets that rules hold against the layers.
SHEETS = ("land_balance", "parcels")


def titled(sheet: str) -> str:
    """What a sheet is called in a package; a workbook of `report` has its English name."""
    from blockplan.report.office.columns import TEXTS as OFFICE  # noqa: PLC0415

    return OFFICE(f"title.{sheet}", "zh")


def _rows(path: Path, sheet: str) -> list[list[Any]]:
    if not path.is_file():
        return []
    try:
        with Workbook(path) as book:
            there = next((name for name in (titled(sheet), sheet) if name in book.visible), None)
            cells = book.sheet(there).cells if there else []
    except ValueError:  # a workbook that cannot be read says nothing
        return []
    # What stands alone in a row below the last line is a note.
    lines = [at for at, row in enumerate(cells) if sum(cell not in (None, "") for cell in row) > 1]
    return cells[: max([0, *lines]) + 1]


def unread(path: Path) -> Iterator[str]:
    """Sheets that cannot be read, are not there, or have no line below their headings."""
    for sheet in SHEETS:
        if not _rows(path, sheet)[1:]:
            yield titled(sheet)


def balance_of(path: Path) -> dict[str, float]:
    """Code of land use -> planned hectares, as the balance prints them."""
    found: dict[str, float] = {}
    for row in filter(None, _rows(path, "land_balance")[1:]):
        code, ha = str(row[0] or ""), row[4] if len(row) > 4 else None
        if code and isinstance(ha, int | float):
            found[code] = found.get(code, 0.0) + float(ha)  # a class may stand in two groups
    return found


def parcels_of(path: Path) -> dict[str, dict[str, Any]]:
    """Number of a parcel -> its line in the table of indicators, by column: code, far_max, floor_area_m2."""
    rows = _rows(path, "parcels")
    columns = {"code": 3, "far_max": 6, "floor_area_m2": 8, "height_max_m": 11}
    return {
        str(row[0]): {name: row[at] for name, at in columns.items() if at < len(row)}
        for row in rows[1:]
        if row and row[0] not in (None, "")
    }


#: 不可忽略, 可忽略, 提示.
Grade = Literal["blocking", "ignorable", "note"]
TEXTS = Catalog("blockplan.deliver.quality", "texts.toml")


@dataclass(frozen=True, slots=True)
class PackageFault:
    """
    One fault: the layer and feature, the place, how much, and what fills the rule's sentence.

    What fills it may be a text in each language. ``ids`` names every feature where one fault is of many;
    ``message`` and ``remedy`` are the keys of what is said and of what to do about it.
    """

    layer: str = ""
    id: str = ""
    at: Any = None
    measured: float | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    remedy: str = "remedy"
    message: str = "message"


@dataclass(frozen=True, slots=True)
class QualityRule:
    """A rule: its id, group, grade, and what looks for its faults. Words stand in ``texts.toml``."""

    id: str
    group: str
    grade: Grade
    find: Callable[[PackageFacts], Iterable[PackageFault]]
    #: What must be there for the rule to be judged, beyond the database.
    needs: Literal["", "upper", "scope", "lines", "whole", "tables"] = ""


@dataclass(frozen=True, slots=True)
class Check(JsonRecord):
    """A fault as it is reported."""

    rule: str
    grade: Grade
    layer: str
    id: str
    x: float | None
    y: float | None
    measured: float | None
    message: dict[str, str]
    remedy: dict[str, str]
    ids: tuple[str, ...] = ()


def check_of(rule: QualityRule, found: PackageFault) -> Check:
    """A fault with its words."""
    x, y = (None, None) if found.at is None else (round(found.at.x, 3), round(found.at.y, 3))
    said = {"layer": found.layer, "id": found.id} | dict(found.said)
    message, remedy = (
        {lang: text.strip() for lang, text in TEXTS.text(f"{rule.id}.{key}", **said).items()}
        for key in (found.message, found.remedy)
    )
    return Check(rule.id, rule.grade, found.layer, found.id, x, y, found.measured, message, remedy, found.ids)


@dataclass
class PackageFacts:
    """
    A package and what may be held against it.

    Attributes
    ----------
    upper
        The master plan: ``boundary``, ``farmland``, ``blue``, ``green``, ``yellow``, ``purple`` -> shapes.
    whole
        Whether report and list of digests are written already.
    """

    package: Package
    plan: Plan | None = None
    upper: Mapping[str, list[Any]] = field(default_factory=dict)
    whole: bool = True

    @cached_property
    def layers(self) -> list[tuple[DeliveredLayer, ReadLayer]]:
        """The layers of the profile that the database holds."""
        found = self.package.layers
        return [(spec, found[spec.name]) for spec in self.package.profile.layers if spec.name in found]

    @property
    def tolerance(self) -> float:
        """Metres that coordinates may differ by."""
        return self.package.profile.reference.tolerance_m

    def layer(self, name: str) -> ReadLayer | None:
        """A layer of the database, or None."""
        return self.package.layers.get(name)

    @cached_property
    def parcels(self) -> ReadLayer | None:
        """The layer of parcels, or None."""
        return self.layer(self.package.profile.numbering.parcel_layer)

    @cached_property
    def parcel_shapes(self) -> np.ndarray[Any, Any]:
        """Shapes of the parcels, made valid where they are not, polygons only."""
        return valid_areas(self.parcels.shapes if self.parcels else [])

    @cached_property
    def scope(self) -> Any:
        """The planned land as drawn; None where no layer draws it."""
        for spec in self.package.profile.of("boundary"):
            layer = self.layer(spec.name)
            shapes = [one for one in layer.shapes if one is not None] if layer else []
            if shapes:
                return shapely.union_all(valid_areas(shapes))
        return None

    @cached_property
    def upper_fits(self) -> bool:
        """Whether there is a master plan, and it lies where the parcels lie."""
        drawn = shapely.union_all(
            [shapely.box(*one.bounds) for shapes in self.upper.values() for one in shapes]
        )
        return any(not one.is_empty and drawn.intersects(one) for one in self.parcel_shapes)

    def name(self, spec: DeliveredLayer, layer: ReadLayer, at: int) -> str:
        """What a feature is called: the parcel's number, the id that it carries, else its row."""
        names = [one.name for one in spec.fields if one.source and _is_id(one, spec)]
        for name in [self.package.profile.numbering.parcel, *names]:
            values = layer.cells.get(name)
            if spec.field(name) is not None and values and values[at] not in (None, ""):
                return str(values[at])
        return f"(row {at + 1})"

    def fault(
        self,
        spec: DeliveredLayer,
        layer: ReadLayer,
        at: int,
        said: Mapping[str, Any],
        measured: float | None = None,
        place: Any = None,
    ) -> PackageFault:
        """A fault of one feature; at a point of it where `place` is no other shape."""
        point = point_of(layer.shapes[at] if place is None else place)
        return PackageFault(spec.name, self.name(spec, layer, at), point, measured, said)

    def cells(
        self, wanted: Callable[[FieldSpec], Any]
    ) -> Iterator[tuple[DeliveredLayer, ReadLayer, FieldSpec]]:
        """Fields of the profile that are in the database and for which `wanted` holds."""
        for spec, layer in self.layers:
            for one in spec.fields:
                if one.name in layer.fields and wanted(one):
                    yield spec, layer, one


def _is_id(one: FieldSpec, spec: DeliveredLayer) -> bool:
    return any(one.binding(rows.layer) == LAYERS[rows.layer].id_column for rows in spec.rows)


def point_of(shape: Any) -> Any:
    """A point in a shape; None for none."""
    return None if shape is None or shape.is_empty else shape.representative_point()
