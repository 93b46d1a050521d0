"""From the layers of a delivered database to a plan: the way back of `carrying`."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.deliver.filing import LEVEL, LEVELS
from blockplan.deliver.pairs import columns_of
from blockplan.deliver.profile import MADE, SCALES
from blockplan.deliver.shapes import valid_areas
from blockplan.deliver.to_profile import CarriedTable, day_of
from blockplan.exchange.evaluate import as_code
from blockplan.exchange.office.law import packs_of
from blockplan.plan import Plan
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.plan.model.frames import one_part
from blockplan.plan.model.layers import LAYERS, VALUES
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from blockplan.deliver.profile import DeliveredLayer, DeliveryProfile, FieldSpec, RowFilter

FLAGS = {"是": True, "否": False}
_ID = re.compile(r"[^A-Za-z0-9_.-]+")


def restore(
    tables: Mapping[str, CarriedTable],
    profile: DeliveryProfile,
    form: Mapping[str, Any],
    crs: str,
    today: str,
) -> Plan:
    """
    The plan that delivered layers say.

    Parameters
    ----------
    tables
        Layer name -> values and shapes; layers that are missing have no rows.
    today
        The day that stands for the plan's where the form names none.

    Raises
    ------
    PlanDataError
        If what the form says is nothing that a plan can be.
    """
    layers: dict[str, pd.DataFrame] = {}
    for name in LAYERS:
        found = list(_features(name, tables, profile))
        if found:
            records = [_record(spec, rows, row, profile) for spec, _, rows, row in found]
            shapes = [one_part(tables[spec.name].shapes[at]) for spec, at, _, _ in found]
            layers[name] = _frame(name, records, shapes, profile)
    if "boundary" not in layers and "parcels" in layers:
        whole = shapely.union_all(valid_areas(layers["parcels"].geometry))
        layers["boundary"] = gpd.GeoDataFrame({"name": [None]}, geometry=[one_part(whole)])
    manifest = _manifest(profile, form, crs, today)
    if "boundary" in layers:
        manifest.setdefault("packs", packs_of(crs, layers)[0])
    return Plan(manifest_from(manifest, "filing form"), layers)


def origins(
    tables: Mapping[str, CarriedTable], profile: DeliveryProfile
) -> dict[tuple[str, int], tuple[str, int]]:
    """
    Which row of the plan each feature becomes.

    Returns
    -------
    dict
        (layer of the profile, feature) -> (layer of the plan, row), both counted from 0.
    """
    return {
        (spec.name, at): (layer, row)
        for layer in LAYERS
        for row, (spec, at, _, _) in enumerate(_features(layer, tables, profile))
    }


def _features(
    layer: str, tables: Mapping[str, CarriedTable], profile: DeliveryProfile
) -> Iterator[tuple[DeliveredLayer, int, RowFilter, dict[str, Any]]]:
    """The features that become rows of a layer of the plan, in their order: layer, number, rows, values."""
    for spec in profile.of(layer):
        table = tables.get(spec.name)
        if table is None:
            continue
        for at in range(len(table.shapes)):
            row = {name: values[at] for name, values in table.cells.items()}
            rows = _rows_of(spec, row)
            if rows is not None and rows.layer == layer:
                yield spec, at, rows, row


def _rows_of(spec: DeliveredLayer, row: dict[str, Any]) -> RowFilter | None:
    """Which rows of the plan a feature belongs to: what is fixed in it, or what its codes belong to."""
    if len(spec.rows) < 2:
        return spec.rows[0] if spec.rows else None
    for rows in spec.rows:
        if rows.fixed:
            if all(row.get(name) == value for name, value in rows.fixed.items()):
                return rows
        elif any(_belongs(one, rows.layer, row.get(one.name)) for one in spec.fields if one.words):
            return rows
    return next((rows for rows in spec.rows if not rows.fixed), None)


def _belongs(one: FieldSpec, layer: str, value: Any) -> bool:
    return inverse(one, value) in VALUES.get((layer, one.binding(layer)), frozenset())


def inverse(one: FieldSpec, value: Any) -> Any:
    """The plan's word for what a field says; what is no word of the profile stays as it is."""
    for word, office in one.words.items():
        if value == office or (isinstance(office, list) and value in office):
            return word
    return value


def _record(
    spec: DeliveredLayer, rows: RowFilter, row: dict[str, Any], profile: DeliveryProfile
) -> dict[str, Any]:
    found: dict[str, Any] = {column: values[0] for column, values in rows.where.items() if len(values) == 1}
    pairs: dict[str, dict[str, float | None]] = {}
    code = spec.carrying(rows.layer, "land_use")
    use = None if code is None else row.get(code.name)
    built_on = profile.built_on(use, _list_of(use, profile))

    def free(one: FieldSpec) -> float | None:
        """What a field holds where the plan says nothing of land that is not built on."""
        return None if built_on else one.unbuilt

    for one in spec.fields:
        kind, _, rest = one.binding(rows.layer).partition(":")
        value = row.get(one.name)
        if kind in {"upper", "lower"}:
            number = _number(value, one)
            no_bound = (one.unbounded, profile.pairs.no_upper if kind == "upper" else None, free(one))
            if number is not None and value in no_bound:
                number = None
            if pairs.setdefault(rest, {}).get(kind) is None:
                pairs[rest][kind] = number
        elif kind and not rest and kind not in MADE and one.name not in rows.fixed:
            if one.phrase and (value := _out_of(one.phrase, value)) is None:
                continue
            said = _value(value, one, LAYERS[rows.layer].columns[kind])
            found[kind] = None if said is not None and said == free(one) else said
    for base, sides in pairs.items():
        found |= columns_of((sides.get("lower"), sides.get("upper")), base)
    return found


def _out_of(phrase: str, note: Any) -> str | None:
    """The value that a note states, or None where it states none: 分期：{} and 分期：1 give 1."""
    before, _, behind = phrase.partition("{}")
    said = str(note or "")
    if not (said.startswith(before) and said.endswith(behind)):
        return None
    return said[len(before) : len(said) - len(behind)] or None


def _value(value: Any, one: FieldSpec, kind: str) -> Any:
    if value is None or value == "":
        return None
    if kind == "number":
        return _number(value, one)
    if kind == "flag":
        return FLAGS.get(str(value))
    return inverse(one, value) if one.words else as_code(value)


def _number(value: Any, one: FieldSpec) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if one.decimals is not None:
        number = round(number, one.decimals)
    scale = SCALES[one.scale]
    return number / scale if scale >= 1 else number * round(1 / scale)


def _frame(
    layer: str, records: list[dict[str, Any]], shapes: list[Any], profile: DeliveryProfile
) -> pd.DataFrame:
    columns = list(dict.fromkeys(column for record in records for column in record))
    frame: pd.DataFrame = gpd.GeoDataFrame(
        {column: [record.get(column) for record in records] for column in columns}, geometry=shapes
    )
    id_column = LAYERS[layer].id_column
    if id_column is not None:
        frame[id_column] = _ids(layer, records, id_column)
    if layer == "parcels":
        _lists(frame, profile)
    return frame


def _ids(layer: str, records: list[dict[str, Any]], column: str) -> list[Any]:
    """The ids of features: what their field says, and numbers of our own where no field or note says one."""
    given = {record.get(column) for record in records}
    own = (name for n in count(1) if (name := f"{layer}-{n:04d}") not in given)
    return [record[column] if column in record else next(own) for record in records]


def _lists(frame: pd.DataFrame, profile: DeliveryProfile) -> None:
    """The list of land uses of each parcel where no field says it: the profile's, else the one that knows."""
    if "land_use_list" in frame or "land_use" not in frame:
        return
    found = [_list_of(code, profile) for code in frame["land_use"]]
    frame["land_use_list"] = [None if name == DEFAULT_LIST else name for name in found]


def _list_of(code: Any, profile: DeliveryProfile) -> str | None:
    """The list of land uses that knows a code, the profile's first."""
    return next((name for name in (profile.land_use_list, *LISTS) if landuse(name).known(code)), None)


def _manifest(profile: DeliveryProfile, form: Mapping[str, Any], crs: str, today: str) -> dict[str, Any]:
    table: dict[str, Any] = {"crs": crs, "level": "parcel"}
    for one in profile.filing.form:
        kind, _, key = one.source.partition(":")
        value = form.get(one.key)
        if kind != "plan" or key == "crs" or value in (None, ""):
            continue
        if value in FLAGS:
            value = FLAGS[value]
        elif one.source == LEVEL:
            value = LEVELS.get(value, value)
        node = table
        *above, last = key.split(".")
        for part in above:
            node = node.setdefault(part, {})
        node[last] = value
    table["id"] = _ID.sub("-", str(table.get("id") or profile.id)).strip("-.") or profile.id
    if day_of(str(table.get("drawn_on"))) is None:  # nobody states one
        table |= {"drawn_on": today, "imported": {"drawn_on": today}}
    return table
