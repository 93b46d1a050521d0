"""Two amendments of one plan joined: what both say, or the conflict by its name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from blockplan.compare.transition import SAME_PLACE_M
from blockplan.jsontext import JsonRecord
from blockplan.live.rows import joined
from blockplan.plan import Plan, validate
from blockplan.plan.model.derived import EVERYTHING
from blockplan.plan.model.frames import same_shape
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import manifest_from

if TYPE_CHECKING:
    from blockplan.plan import Fault
    from blockplan.plan.model.manifest import Manifest

GEOMETRY, MANIFEST = "geometry", "plan.toml"
#: Keys of ``plan.toml`` that hold keys of the office's choice.
OPEN = ("title", "parameters", "scenarios")


@dataclass(frozen=True, slots=True)
class Conflict(JsonRecord):
    """
    What two amendments disagree about: a value of a feature, or land that both redraw.

    ``column`` is ``*`` where one removes what the other changes, and ``geometry`` for shapes. Of the
    manifest, ``layer`` is ``plan.toml``, ``id`` the plan's and ``column`` the key.
    """

    layer: str
    id: str
    column: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class MergedPlans(JsonRecord):
    """The merged plan, or None and the conflicts; ``faults`` are those that only the merged plan has."""

    plan: Plan | None
    conflicts: tuple[Conflict, ...]
    faults: tuple[Fault, ...] = ()

    KEYS = ("content_hash=plan.content_hash", "conflicts", "faults")


def merge(base: Plan, ours: Plan, theirs: Plan) -> MergedPlans:
    """
    Join two amendments of the same plan, value by value.

    A value that only one of them changes is taken; one that both change alike is taken once; one that they
    change otherwise is a conflict. A row that one removes and the other changes is one as well. Where no
    value clashes but land does (one redraws a border that the other keeps), the faults of the merged plan
    name it, and there is no merged plan. ``plan.toml`` is joined likewise, key by key; where both give the
    plan another id, ours stays, and of two days of drawing the later.
    """
    layers: dict[str, pd.DataFrame] = {}
    conflicts: list[Conflict] = []
    manifest = _manifest((base.manifest, ours.manifest, theirs.manifest), conflicts)
    for layer in dict.fromkeys([*base.layers, *ours.layers, *theirs.layers]):
        layers[layer] = _layer(layer, (base, ours, theirs), conflicts)
    if conflicts:
        return MergedPlans(None, tuple(conflicts))
    kept = {name: frame for name, frame in layers.items() if len(frame) or name in base.layers}
    merged = Plan(manifest, kept)
    known = {_named(fault) for plan in (base, ours, theirs) for fault in validate(plan)}
    fresh = tuple(
        fault for fault in validate(merged) if fault.grade == "error" and _named(fault) not in known
    )
    return MergedPlans(None if fresh else merged, (), fresh)


def _manifest(three: tuple[Manifest, Manifest, Manifest], conflicts: list[Conflict]) -> Manifest:
    """The manifest that two others make of one; what they disagree about is kept as it was."""
    base, ours, theirs = map(_keys, three)
    found: dict[str, Any] = {}
    for key in dict.fromkeys([*ours, *theirs, *base]):
        was, mine, yours = base.get(key), ours.get(key), theirs.get(key)
        if mine in (yours, was):
            value = yours
        elif yours == was or key == ("id",):
            value = mine
        elif key == ("drawn_on",):
            value = max(ours[key], theirs[key])
        else:
            value = was
            shown = (None if one is None else _plain(one) for one in (was, mine, yours))
            conflicts.append(Conflict(MANIFEST, three[0].id, ".".join(key), *shown))
        if len(key) == 1:
            found[key[0]] = value
        elif value is not None:
            found.setdefault(key[0], {})[key[1]] = value
    return manifest_from(found, MANIFEST)


def _keys(manifest: Manifest) -> dict[tuple[str, ...], Any]:
    """Key -> value of a manifest; what holds keys of its own is told key by key."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in manifest.model_dump().items():
        if name in OPEN:
            found |= {(name, key): one for key, one in value.items()}
        else:
            found[name,] = value
    return found


def _plain(value: Any) -> Any:
    """A value of a manifest as JSON writes it."""
    return json.loads(json.dumps(value, default=str))


def _named(fault: Fault) -> tuple[Any, ...]:
    return fault.rule, fault.layer, fault.id


def _layer(layer: str, plans: tuple[Plan, Plan, Plan], conflicts: list[Conflict]) -> pd.DataFrame:
    base, ours, theirs = (_frame(plan, layer) for plan in plans)
    columns = list(dict.fromkeys([*ours.columns, *theirs.columns, *base.columns]))
    rows, ids = [], []
    for id_ in dict.fromkeys([*base.index, *ours.index, *theirs.index]):
        row = _row(layer, str(id_), [_of(frame, id_) for frame in (base, ours, theirs)], conflicts)
        if row is not None:
            rows.append(row)
            ids.append(id_)
    made = pd.DataFrame(rows, columns=columns, index=pd.Index(ids, dtype="object"))
    spec = LAYERS.get(layer)
    if spec is not None and spec.id_column is not None:
        made[spec.id_column] = [None if str(id_).startswith("(row ") else id_ for id_ in ids]
    if GEOMETRY in columns:
        made = gpd.GeoDataFrame(made, geometry=GEOMETRY, crs=getattr(ours, "crs", None))
    return made


def _frame(plan: Plan, layer: str) -> pd.DataFrame:
    """A layer whose rows have names of their own: the second of a name bears a number."""
    frame = plan.layers.get(layer)
    if frame is None:
        return pd.DataFrame()
    if frame.index.is_unique:
        return frame
    nth = frame.groupby(level=0, sort=False).cumcount()
    names = [
        id_ if again == 0 else f"{id_} ({again + 1})" for id_, again in zip(frame.index, nth, strict=True)
    ]
    return frame.set_axis(names, axis=0)


def _of(frame: pd.DataFrame, id_: Any) -> dict[str, Any] | None:
    return dict(frame.loc[id_]) if id_ in frame.index else None


def _row(
    layer: str, id_: str, three: list[dict[str, Any] | None], conflicts: list[Conflict]
) -> dict[str, Any] | None:
    base, ours, theirs = three
    row, clashes = joined(base, ours, theirs, alike=_alike)
    for column in clashes:
        if column == EVERYTHING:
            said = ["there", *("removed" if one is None else "changed" for one in three[1:])]
        else:
            said = [_shown((one or {}).get(column)) for one in three]
        conflicts.append(Conflict(layer, id_, column, *said))
    return row


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, shapely.Geometry) and isinstance(other, shapely.Geometry):
        return same_shape(one, other, SAME_PLACE_M)
    empty = [
        value is None or (not isinstance(value, shapely.Geometry) and pd.isna(value))
        for value in (one, other)
    ]
    if any(empty):
        return all(empty)
    return bool(one == other)


def _shown(value: Any) -> Any:
    if isinstance(value, shapely.Geometry):
        size, length = float(shapely.area(value)), float(shapely.length(value))
        place = {"x": round(value.x, 3), "y": round(value.y, 3)} if isinstance(value, shapely.Point) else {}
        return {"area_m2": round(size, 2), "length_m": round(length, 2), **place}
    if value is None or pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value
