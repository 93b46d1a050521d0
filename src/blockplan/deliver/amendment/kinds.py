"""Which of the six kinds of filing an amendment is, and by what."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.compare.changes import changes
from blockplan.deliver.pairs import BARE, pair_of
from blockplan.errors import MappingError
from blockplan.exchange.office.bounds import KINDS
from blockplan.figures import known
from blockplan.jsontext import JsonRecord
from blockplan.plan.model.dependent_values import following_outline
from blockplan.yamlfile import read_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.compare.changes import RowChange
    from blockplan.plan import Plan

NEW, OVERHAUL, MAJOR, ORDINARY, CORRECTION, ADDITION = 1, 2, 3, 4, 5, 6
#: Layers that are drawn over the plan and regulate nothing by themselves.
UNREGULATED = frozenset({"trees", "canopy", "statements", "extent", "structure"})
MORE = 1e-9
#: What a bound is called, by its place in a pair.
SIDES = ("lower", "upper")


@dataclass(frozen=True, slots=True)
class FilingGround(JsonRecord):
    """One thing that makes an amendment of a kind: what, of which feature and columns, from what to what."""

    why: str
    layer: str
    id: str
    was: Any = field(default=None, metadata={"json": "old"})
    now: Any = field(default=None, metadata={"json": "new"})
    columns: tuple[str, ...] = ()


@cache
def thresholds() -> dict[str, Any]:
    """What tells the kinds apart: ``kinds.yaml``."""
    return read_map(Path(__file__).with_name("kinds.yaml"), MappingError)


def kind_of(base: Plan, new: Plan) -> tuple[int | None, list[FilingGround]]:
    """
    The kind of filing (1 to 6), and its grounds; None where nothing differs.

    A plan without parcels has no predecessor (1). What only adds land beside the planned land, and grows
    the outlines around it, is a local addition (6). What changes anything rigid is major: an overhaul (2)
    where it touches much of the planned land, else of parcels (3). What only redraws within the tolerance
    or corrects words is a correction (5). All else is ordinary (4).
    """
    if not len(base.layer("parcels")):
        return NEW, []
    found = [one for one in changes("new", base, new) if one.layer not in UNREGULATED]
    if not found:
        return None, []
    if all(_beside(base, new, one) for one in found):
        added = [one for one in found if one.layer == "parcels"] or found
        return ADDITION, [FilingGround("added_land", one.layer, one.id) for one in added]
    rigid = list(_rigid(base, new, found))
    if rigid:
        share = _touched_share(base, new, found)
        return (OVERHAUL if share >= thresholds()["overhaul_share"] else MAJOR), rigid
    if all(_is_correction(base, new, one) for one in found):
        return CORRECTION, [_ground("correction", one) for one in found]
    return ORDINARY, [_ground("guidance", one) for one in found if not _is_correction(base, new, one)]


def _ground(why: str, one: RowChange) -> FilingGround:
    return FilingGround(why, one.layer, one.id, columns=tuple(column for column, _, _ in one.fields))


def _beside(base: Plan, new: Plan, one: RowChange) -> bool:
    """Whether a change only adds land or things outside what was planned."""
    if one.kind != "added":
        return (
            one.kind == "changed" and one.layer in {"boundary", "areas", "blocks"} and _grown(base, new, one)
        )
    shape = new.layers[one.layer].geometry.get(one.id) if "geometry" in new.layers[one.layer] else None
    planned = _planned(base)
    return (
        shape is not None
        and shapely.intersection(shape, planned).area <= 1.0
        and not (shapely.get_dimensions(shape) < 2 and planned.buffer(-1).intersects(shape))
    )


def _grown(base: Plan, new: Plan, one: RowChange) -> bool:
    """Whether an outline only takes in more land, of which nothing was planned."""
    if {column for column, _, _ in one.fields} != {"geometry"}:
        return False
    was, now = (plan.layers[one.layer].geometry.get(one.id) for plan in (base, new))
    if not isinstance(was, shapely.Geometry) or not isinstance(now, shapely.Geometry):
        return False
    more = shapely.difference(now, was)
    return bool(
        more.area > 1.0 >= shapely.difference(was, now).area
        and shapely.intersection(more, _planned(base)).area <= 1.0
    )


def _planned(plan: Plan) -> Any:
    return plan.cached(
        "amendment:planned", lambda: shapely.union_all([one for one in plan.layer("parcels").geometry if one])
    )


def touched(base: Plan, new: Plan, found: list[RowChange]) -> set[str]:
    """Parcels that differ, or on which a facility differs."""
    ids = {one.id for one in found if one.layer == "parcels"}
    for one in found:
        if one.layer == "facilities":
            for plan in (base, new):
                frame = plan.layer("facilities")
                ids |= {str(frame.loc[one.id, "parcel_id"])} if one.id in frame.index else set()
    return ids - {"None"}


def _touched_share(base: Plan, new: Plan, found: list[RowChange]) -> float:
    ids = touched(base, new, found)
    frame = base.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    whole = float(np.nansum(areas))
    return float(np.nansum(areas[frame.index.isin(ids)])) / whole if whole else 1.0


def _rigid(base: Plan, new: Plan, found: list[RowChange]) -> Iterator[FilingGround]:
    for one in found:
        if one.layer == "parcels":
            yield from _of_parcel(base, new, one)
        elif one.layer == "facilities":
            yield from _of_facility(base, new, one)
        elif one.layer == "blocks" and one.kind == "changed":
            yield from _of_block(one)
        elif one.layer in {"control_lines", "greens"} or (
            one.layer == "boundary" and not _beside(base, new, one) and not _words_alone(one)
        ):
            yield FilingGround(one.layer, one.layer, one.id)


def _of_parcel(base: Plan, new: Plan, one: RowChange) -> Iterator[FilingGround]:
    rules = thresholds()
    if one.kind != "changed":
        if one.kind == "removed" or not _beside(base, new, one):
            yield FilingGround(f"parcel_{one.kind}", "parcels", one.id)
        return
    for column, was, now in one.fields:
        if column in rules["rigid"]:
            yield FilingGround(column, "parcels", one.id, was, now)
    if any(column == "geometry" for column, _, _ in one.fields) and not _is_correction(base, new, one):
        yield FilingGround("parcel_shape", "parcels", one.id)
    before, after = (plan.layer("parcels").loc[one.id] for plan in (base, new))
    for base_column, side in (*((c, 1) for c in rules["not_more"]), *((c, 0) for c in rules["not_less"])):
        was, now = _binding(before, base_column, side), _binding(after, base_column, side)
        # No bound is more than any upper bound, and less than any lower one.
        if was is not None and (now is None or (now - was if side else was - now) > MORE):
            yield FilingGround(base_column, "parcels", one.id, was, now)


def _binding(row: Any, base: str, side: int) -> float | None:
    """What binds as lower (0) or upper (1) bound: that of the pair, or the number itself if tighter."""
    value, kind = row[base], row[KINDS[base]]
    pair = pair_of(value, kind, row[f"{base}_min"], row[f"{base}_max"], base=base)
    alone = (kind if isinstance(kind, str) else BARE[base]) == SIDES[side]
    given = [one for one in (pair[side], known(value) if alone else None) if one is not None]
    return (min if side else max)(given, default=None)


def _of_block(one: RowChange) -> Iterator[FilingGround]:
    rules = thresholds()
    for column, *values in one.fields:
        if column not in {*rules["blocks_rigid"], *rules["blocks_not_more"]}:
            continue
        was, now = map(known, values)
        more = was is not None and (now is None or now - was > MORE)
        if more or column in rules["blocks_rigid"]:
            yield FilingGround(column, "blocks", one.id, was, now)


def _of_facility(base: Plan, new: Plan, one: RowChange) -> Iterator[FilingGround]:
    before, after = base.layer("facilities"), new.layer("facilities")
    if one.id not in before.index or before.loc[one.id, "service"] not in thresholds()["services"]:
        return
    if one.id not in after.index:
        yield FilingGround("facility_removed", "facilities", one.id)
        return
    was, now = before.loc[one.id], after.loc[one.id]
    if was["service"] != now["service"] or was["parcel_id"] != now["parcel_id"]:
        yield FilingGround("facility_moved", "facilities", one.id, was["parcel_id"], now["parcel_id"])
    for column in ("floor_area_m2", "site_area_m2", "beds", "places", "classes"):
        if was[column] > (now[column] if now[column] == now[column] else 0.0):
            yield FilingGround(
                "facility_smaller", "facilities", one.id, float(was[column]), known(now[column])
            )


def _words_alone(one: RowChange) -> bool:
    return one.kind == "changed" and {column for column, _, _ in one.fields} <= set(thresholds()["words"])


def _is_correction(base: Plan, new: Plan, one: RowChange) -> bool:
    if one.kind != "changed":
        return False
    rules = thresholds()
    columns = {column for column, _, _ in one.fields}
    if "geometry" in columns:
        was, now = (plan.layers[one.layer].geometry.loc[one.id] for plan in (base, new))
        if was is None or now is None or shapely.get_dimensions(was) != shapely.get_dimensions(now):
            return False
        moved = shapely.symmetric_difference(was, now).area if was.area else was.hausdorff_distance(now)
        if moved > rules["technical_area"] * (was.area or 100.0):
            return False
        if one.layer == "parcels":
            row = {str(column): value for column, value in base.layers["parcels"].loc[one.id].items()}
            follows = following_outline(row, float(was.area), float(now.area))
            after = new.layers["parcels"].loc[one.id]
            columns -= {column for column, value in follows.items() if after[column] == value}
    return columns - {"geometry"} <= set(rules["words"])
