"""
Scenarios without code: changes named one by one, listed in a table, or drawn in a copy of the plan's layers.

Each way ends in the same list of changes, and a scenario keeps the rows that they touch.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blockplan.errors import PlanDataError, UsageError
from blockplan.exchange import workbooks
from blockplan.exchange.office.profile import load_profile
from blockplan.exchange.office.sheets import read_csv, read_workbook
from blockplan.exchange.office.sizes import check_size
from blockplan.exchange.office.source import ROW, SECTION
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import Amount, read_amount, text_of
from blockplan.plan.files import formats
from blockplan.plan.files.package import read
from blockplan.plan.files.scenarios import check_name, put_scenario
from blockplan.plan.model.crs import to_plan_crs
from blockplan.plan.model.frames import FALSE, TRUE, same_shape, tidy
from blockplan.plan.model.layers import LAYERS
from blockplan.propose.changes import GEOMETRY, Change, follow, new_feature, value_of
from blockplan.propose.takeover import on_top

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from blockplan.exchange.office.profile import FieldNames
    from blockplan.exchange.office.source import SourceLayer
    from blockplan.plan import Plan

_SET = re.compile(r"(?P<layer>[a-z_]+):(?P<id>.+?)\.(?P<column>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_FEATURE = re.compile(r"([a-z_]+):(.+)", re.DOTALL)
#: Texts that take a value away.
UNKNOWN = frozenset({"null", "none", "空", "无"})
#: Shapes whose points lie this close are the same, m.
SAME_M = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """
    What a scenario changes.

    Attributes
    ----------
    sets, removes
        ``LAYER:ID.COLUMN=VALUE`` (an empty value takes it away), and ``LAYER:ID``.
    sources
        Tables of changed rows (workbooks, ``.csv``), or layer files that hold whole layers of the plan
        (``.gpkg``), compared by id: a row that the file has not is gone.
    """

    sets: Sequence[str] = ()
    removes: Sequence[str] = ()
    sources: Sequence[str | Path] = ()


def new_scenario(
    path: str | Path, name: str, edits: Edits, based_on: str | None = None, title: str = ""
) -> list[Change]:
    """
    Save a scenario of the plan at `path`.

    Parameters
    ----------
    based_on
        Scenario to start from; None starts from the plan as drawn.

    Raises
    ------
    UsageError
        If a text names what is not there, or nothing differs.
    PlanDataError
        If a file cannot be read, or its rows do not fit the plan.
    """
    check_name(name)
    plan = read(path)
    before = read(path, based_on)
    if name in plan.manifest.scenarios:
        raise UsageError(
            f"Plan {plan.manifest.id} has a scenario {name!r} already. Choose another name, or drop it "
            "first: "
            f"blockplan scenario drop {path} {name}"
        )
    found = [one for text in edits.sets for one in set_change(before, text)]
    found += [removal(before, text) for text in edits.removes]
    for source in edits.sources:
        found += from_file(before, Path(source))
    found += follow(before, found)
    if not found:
        raise UsageError("Nothing differs from the plan, so there is no scenario to save. Name a change.")
    start = plan.manifest.scenarios.get(str(based_on), "as drawn")
    put_scenario(
        path, name, title or f"{start}, {len(_features(found))} features changed", on_top(plan, before, found)
    )
    return found


def _features(changes: Iterable[Change]) -> set[tuple[str, str]]:
    return {(one.layer, one.id) for one in changes}


def set_change(plan: Plan, text: str) -> list[Change]:
    """
    The change that ``LAYER:ID.COLUMN=VALUE`` names; none where the value is there already.

    Raises
    ------
    UsageError
        If layer, feature or column are not in the plan, or the value is not of the column's kind.
    """
    found = _SET.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{text!r} is no change. Write LAYER:ID.COLUMN=VALUE, such as parcels:A-01.land_use=1401."
        )
    layer, id_, column = found["layer"], found["id"], found["column"]
    _check_feature(plan, layer, id_)
    new = typed(plan, layer, column, found["value"])
    return _change(plan, layer, id_, column, new)


def removal(plan: Plan, text: str) -> Change:
    """The change that takes ``LAYER:ID`` away."""
    found = _FEATURE.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} names no feature. Write LAYER:ID, such as facilities:F-3.")
    _check_feature(plan, found[1], found[2])
    return Change(found[1], found[2], _id_column(found[1]), found[2], None)


def _check_feature(plan: Plan, layer: str, id_: str) -> None:
    _id_column(layer)
    if id_ not in plan.layer(layer).index:
        near = get_close_matches(id_, list(plan.layer(layer).index), 3, 0.6)
        hint = f" Do you mean {' or '.join(map(repr, near))}?" if near else ""
        raise UsageError(f"The layer {layer} of plan {plan.manifest.id} has no {id_!r}.{hint}")


def _id_column(layer: str) -> str:
    spec = LAYERS.get(layer)
    if spec is None or spec.id_column is None:
        named = ", ".join(name for name, one in LAYERS.items() if one.id_column)
        raise UsageError(f"A scenario cannot change {layer!r}. Layers whose features have ids: {named}.")
    return spec.id_column


def typed(plan: Plan, layer: str, column: str, text: str) -> Any:
    """
    A value as its column holds it; None where the text takes it away.

    Raises
    ------
    UsageError
        If the layer has no such column, or the text is not of its kind.
    """
    kind = LAYERS[layer].columns.get(column)
    if column in {GEOMETRY, _id_column(layer)}:
        raise UsageError(f"{layer}.{column} is not set by hand. Edit a copy of the layer, and name the file.")
    if kind is None and column not in plan.layer(layer).columns:
        near = get_close_matches(
            column, [*LAYERS[layer].columns, *map(str, plan.layer(layer).columns)], 3, 0.5
        )
        hint = f" Do you mean {' or '.join(near)}?" if near else ""
        raise UsageError(f"The layer {layer} has no column {column!r}.{hint}")
    plain = text.strip()
    if not plain or plain.lower() in UNKNOWN:
        return None
    if kind == "number":
        try:
            number = float(plain)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise UsageError(
                f"{layer}.{column} is a number, and {plain!r} is none. Write digits, with a point before "
                "decimals and nothing between thousands (1200.5)."
            )
        return number
    if kind == "flag":
        if plain.lower() not in TRUE | FALSE:
            raise UsageError(f"{layer}.{column} is yes or no, and {plain!r} is neither.")
        return plain.lower() in TRUE
    return plain


def _change(plan: Plan, layer: str, id_: str, column: str, new: Any) -> list[Change]:
    old = value_of(plan, layer, id_, column)
    return [] if _same(old, new) else [Change(layer, id_, column, old, new)]


def _same(old: Any, new: Any) -> bool:
    if old is None or new is None or isinstance(old, bool) or isinstance(new, bool):
        return bool(old == new)
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=1e-9, abs_tol=1e-9)
    return str(old) == str(new)


# From files


def from_file(plan: Plan, path: Path) -> list[Change]:
    """
    The changes that a table of rows or a file of layers makes to a plan.

    Raises
    ------
    PlanDataError
        If the file cannot be read, or its rows do not fit the plan.
    UsageError
        If it holds nothing that is one of the plan's layers.
    """
    ending = path.suffix.lower()
    if ending in {".csv", *workbooks.ENDINGS}:
        if not path.is_file():
            raise PlanDataError(f"There is no file {path}.\nCheck the name.")
        known = load_profile()
        check_size(path, path.name)
        reading = (read_csv if ending == ".csv" else read_workbook)(path, path.name, _Headings(known))
        tables = [(table, layer) for table in reading.layers if (layer := _layer_of(table)) is not None]
        if not tables:
            raise UsageError(
                f"{path} holds no table of changed rows. Its heading needs the id column of a layer "
                "(parcel_id, or 地块编号) and the columns that change."
            )
        return [one for table, layer in tables for one in table_changes(plan, table, layer)]
    names = [name for name in formats.list_layers(path) if name in LAYERS and LAYERS[name].id_column]
    if not names:
        raise UsageError(
            f"{path} holds none of the plan's layers. Its layers must have their names: parcels, facilities."
        )
    single = len(formats.list_layers(path)) == 1
    return [
        one
        for name in names
        for one in layer_changes(plan, name, formats.read_layer(path, None if single else name))
    ]


class _Headings:
    """Names of fields: an office's, and the plan's own."""

    def __init__(self, profile: Any) -> None:
        self.profile = profile
        self.own = {_plain(column) for spec in LAYERS.values() for column in spec.columns}

    def knows(self, name: str) -> bool:
        return name in self.own or self.profile.knows(name)

    def names_parcels(self, name: str) -> bool:
        return name == "parcelid" or self.profile.names_parcels(name)


def _plain(column: str) -> str:
    return column.replace("_", "")


def _layer_of(table: SourceLayer) -> str | None:
    """The layer whose id column stands in a table's heading; an office's table is of parcels."""
    for name, spec in LAYERS.items():
        if spec.id_column in table.fields and (
            name == table.name or name not in {"water", "woodland", "rail"}
        ):
            return name
    known = load_profile()
    return "parcels" if any(known.names_parcels(_title(one)) for one in table.fields) else None


def _title(field: str) -> str:
    return name_and_unit(field)[0]


def table_changes(plan: Plan, table: SourceLayer, layer: str) -> list[Change]:
    """
    The changes of a table: one row a feature, an empty cell leaves what is there.

    Headings are the plan's own columns, or an office's words for parcels (``容积率``, ``用地代码``).

    Raises
    ------
    UsageError
        If a row names a feature that is not there, or a cell cannot be read.
    """
    columns = {field: one for field in table.fields if (one := _column(field, layer)) is not None}
    id_field = next((field for field, (column, _) in columns.items() if column == _id_column(layer)), None)
    if id_field is None:
        raise UsageError(f"{table.file}: the table {table.name!r} has no column {_id_column(layer)}.")
    strange = [field for field in table.fields if field not in columns and field not in {ROW, SECTION}]
    if strange:
        raise UsageError(
            f"{table.file}: {layer} has no column {strange[0]!r}. Take it out of the table, or give it its "
            "name."
        )
    units = {field: _unit(table, field, office) for field, (_, office) in columns.items()}
    found: list[Change] = []
    seen: dict[str, Any] = {}
    for _, row in table.frame.iterrows():
        id_ = text_of(row[id_field])
        try:
            _check_feature(plan, layer, id_)
            if id_ in seen:
                raise UsageError(f"{id_!r} stands in row {seen[id_]} already. Leave one of its rows.")
            seen[id_] = row[ROW]
            for field, (column, office) in columns.items():
                if field != id_field and text_of(row[field]):
                    new = _cell(plan, layer, column, row[field], office, units[field])
                    found += _change(plan, layer, id_, column, new)
        except UsageError as error:
            raise UsageError(f"{table.file}, row {row[ROW]}: {error}") from None
    return found


def _column(field: str, layer: str) -> tuple[str, FieldNames | None] | None:
    if field in LAYERS[layer].columns:
        return field, None
    if layer != "parcels":
        return None
    name = _title(field)
    found = next((one for one in load_profile().of_role("parcels").values() if name in one.names), None)
    return (found.column, found) if found is not None and found.column in LAYERS[layer].columns else None


def _unit(table: SourceLayer, field: str, office: FieldNames | None) -> str:
    """The unit of a column: said in its heading, or % where its shares are above 1."""
    said = table.units.get(field, "")
    if said or office is None or office.quantity != "share":
        return said
    read = [read_amount(value, "share") for value in table.frame[field]]
    bare = [one.value for one in read if isinstance(one, Amount) and not one.unit]
    above, below = [one for one in bare if one > 1], [one for one in bare if 0 < one <= 1]
    if above and below:
        raise UsageError(
            f"{table.file}: {field} holds {above[0]:g} and {below[0]:g}, so nobody knows which are per cent. "
            f"Say the unit in the heading: {field}(%)."
        )
    return "%" if above else ""


def _cell(plan: Plan, layer: str, column: str, value: Any, office: FieldNames | None, unit: str) -> Any:
    if office is None or LAYERS[layer].columns[column] != "number":
        return typed(plan, layer, column, text_of(value))
    if text_of(value).lower() in UNKNOWN:
        return None
    number = read_amount(value, office.quantity, unit)
    if not isinstance(number, Amount):
        raise UsageError(f"{text_of(value)!r} cannot be read as {column}.")
    return number.value


def layer_changes(plan: Plan, layer: str, frame: pd.DataFrame) -> list[Change]:
    """
    What differs between a layer of the plan and an edited copy of it, row by row by id.

    Columns that the copy has not stay as they are; a row that it has not is gone.

    Raises
    ------
    PlanDataError
        If rows of the copy have no id, or share one.
    """
    id_column = _id_column(layer)
    if GEOMETRY in frame and hasattr(frame, "crs"):
        frame = to_plan_crs(frame, plan.crs, f"The edited layer {layer}")
    given = [str(column) for column in frame.columns]
    edited, faults = tidy(layer, frame)
    if faults:
        raise PlanDataError(f"The edited layer {layer}: {faults[0].message}")
    _check_ids(layer, id_column, edited)
    there = plan.layer(layer)
    found = [
        Change(layer, str(id_), id_column, str(id_), None) for id_ in there.index.difference(edited.index)
    ]
    for id_, row in edited.iterrows():
        values = {column: _value(row.get(column)) for column in given if column != id_column}
        if id_ not in there.index:
            found += new_feature(layer, str(id_), values)
            continue
        for column, new in values.items():
            if column == GEOMETRY:
                old = there.geometry[id_]
                if not same_shape(old, row[GEOMETRY], SAME_M):
                    found.append(Change(layer, str(id_), GEOMETRY, None if old is None else old.wkt, new))
            elif column in LAYERS[layer].columns or column in there.columns or new is not None:
                found += _change(plan, layer, str(id_), column, new)
    return found


def _check_ids(layer: str, id_column: str, edited: pd.DataFrame) -> None:
    unnamed = edited[id_column].isna() if id_column in edited else edited.index == edited.index
    twice = edited.index[edited.index.duplicated()]
    if unnamed.any():
        raise PlanDataError(
            f"{int(unnamed.sum())} rows of the edited layer {layer} have no {id_column}.\n"
            "Give each feature that was drawn anew an id of its own."
        )
    if len(twice):
        raise PlanDataError(
            f"{len(set(twice))} ids stand more than once in the edited layer {layer} (first: {twice[0]!r}).\n"
            "A feature that was split needs a new id for each further part."
        )


def _value(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>":
        return None
    if hasattr(value, "wkt"):
        return value.wkt
    return value.item() if hasattr(value, "item") else value
