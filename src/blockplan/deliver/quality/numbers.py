"""Rules of numbers: ranges, lower and upper bounds, floor area, sums, population, the balance of land."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.deliver.quality.finding import PackageFault, balance_of, point_of
from blockplan.deliver.shapes import valid_areas
from blockplan.figures import MOST_DECIMALS, fixed, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.profile import CheckedSum, FieldSpec
    from blockplan.deliver.quality.finding import PackageFacts

M2_PER = {"m2": 1.0, "ha": 1e4}
#: Floor area is written in whole m2 and areas to decimals: what both round away, m2 and share.
SLACK_M2, SLACK_SHARE = 1.0, 0.001
#: What coordinates round away of land that is drawn without overlap or gap, m2.
SLACK_DRAWN_M2 = 0.05
#: The balance is shared out by largest remainder. Of a small plan it has four decimals; even so a gap of
#: some square metres is the fault of its own rule alone.
PRINTED_HA = 0.0101


def ranges(facts: PackageFacts) -> Iterator[PackageFault]:
    """Numbers outside what they may be."""
    unbounded = facts.package.profile.pairs.no_upper
    for spec, layer, one in facts.cells(lambda one: one.range):
        for at, value in enumerate(layer.cells[one.name]):
            low, high = one.range or (0.0, 0.0)
            if (
                isinstance(value, int | float)
                and not low <= value <= high
                and not _open(one, value, unbounded)
            ):
                words = {"field": one.name, "value": _plain(value), "low": _plain(low), "high": _plain(high)}
                yield facts.fault(spec, layer, at, words, float(value))


def _open(one: FieldSpec, value: float, unbounded: float | None) -> bool:
    return value == unbounded and isinstance(one.source, str) and one.source.startswith("upper:")


def bounds(facts: PackageFacts) -> Iterator[PackageFault]:
    """Lower bounds above their upper bound."""
    layer, spec = facts.parcels, facts.package.profile.parcels
    for one in spec.fields if layer else ():
        side, _, base = str(one.source).partition(":")
        upper = spec.carrying("parcels", f"upper:{base}")
        if (
            layer is None
            or side != "lower"
            or upper is None
            or not {one.name, upper.name} <= set(layer.fields)
        ):
            continue
        pairs = zip(layer.cells[one.name], layer.cells[upper.name], strict=True)
        for at, (low, high) in enumerate(pairs):
            if isinstance(low, float) and isinstance(high, float) and low > high:
                words = {"lower": one.name, "low": _plain(low), "upper": upper.name, "high": _plain(high)}
                yield facts.fault(spec, layer, at, words, low - high)


def floor_area(facts: PackageFacts) -> Iterator[PackageFault]:
    """Floor areas that are not floor area ratio times area, or not between both bounds of it."""
    layer, spec, profile = facts.parcels, facts.package.profile.parcels, facts.package.profile
    named = [
        spec.carrying("parcels", binding) for binding in ("floor_area_m2", "area", "upper:far", "lower:far")
    ]
    floor, area, upper, lower = ["" if one is None else one.name for one in named]
    if layer is None or not {floor, area, upper} <= set(layer.fields):
        return
    empty = [None] * len(layer.shapes)
    rows = zip(
        layer.cells[floor],
        layer.cells[area],
        layer.cells[upper],
        layer.cells.get(lower, empty),
        strict=True,
    )
    for at, (said, size, high, low) in enumerate(rows):
        if not isinstance(said, float) or not isinstance(size, float) or not isinstance(high, float):
            continue
        land, slack = size * M2_PER[profile.area.unit], SLACK_M2 + SLACK_SHARE * said
        most = float("inf") if high == profile.pairs.no_upper else high * land
        least = (low or 0.0) * land if isinstance(low, float) else most if not lower else 0.0
        if (most != float("inf") and said > most + slack) or (least != float("inf") and said < least - slack):
            right = "~".join(fixed(one, 0) for one in dict.fromkeys((least, most)))
            words = {"value": fixed(said, 0), "right": right}
            yield facts.fault(spec, layer, at, words, said)


def sums(facts: PackageFacts) -> Iterator[PackageFault]:
    """Wholes that are not the sum of their parts."""
    for one in facts.package.profile.sums:
        yield from _sum(facts, one)


def _sum(facts: PackageFacts, one: CheckedSum) -> Iterator[PackageFault]:
    whole, parts = facts.layer(one.whole), facts.layer(one.parts)
    spec = facts.package.profile.layer(one.whole)
    if whole is None or parts is None or spec is None:
        return
    rows = _chosen(parts.cells, one.parts_where, len(parts.shapes))
    of = _chosen(whole.cells, one.whole_where, len(whole.shapes))
    amounts, totals = parts.cells.get(one.parts_field), whole.cells.get(one.whole_field)
    if not rows or not of or amounts is None or totals is None:
        return
    held: dict[int, list[Any]] = defaultdict(list)
    drawn: dict[int, float] = defaultdict(float)
    spots = [point_of(parts.shapes[row]) for row in rows]
    lands = valid_areas(whole.shapes[at] for at in of)
    for spot, at in zip(*shapely.STRtree(lands).query(spots, predicate="intersects"), strict=True):
        held[of[int(at)]].append(amounts[rows[int(spot)]])
        drawn[of[int(at)]] += valid_areas([parts.shapes[rows[int(spot)]]])[0].area
    field = spec.field(one.whole_field)
    for at, found in held.items():
        apart = abs(drawn[at] - lands[of.index(at)].area)
        if field is not None and field.source == "area" and apart > SLACK_DRAWN_M2:
            continue  # what overlaps, is left out or lies outside is named by the rules of geometry
        total, known = totals[at], [value for value in found if isinstance(value, int | float)]
        if not isinstance(total, int | float):
            continue
        rest = total - sum(known)
        # Parts that say nothing may be anything but less than nothing.
        if abs(rest) > one.slack * (len(found) + 1) and (rest < 0 or len(known) == len(found)):
            words = {
                "field": one.whole_field, "value": _plain(total), "right": _plain(sum(known)),
                "parts": one.parts,
            }  # fmt: skip
            yield facts.fault(spec, whole, at, words, round(rest, 6))


def _chosen(values: dict[str, list[Any]], where: dict[str, str], count: int) -> list[int]:
    return [
        row
        for row in range(count)
        if all(name in values and values[name][row] == value for name, value in where.items())
    ]


def population(facts: PackageFacts) -> Iterator[PackageFault]:
    """Residents that are not households times the size of a household in the filing form."""
    layer, spec = facts.parcels, facts.package.profile.parcels
    people, homes = spec.carrying("parcels", "residents"), spec.carrying("parcels", "dwellings")
    size = (facts.package.form or {}).get("hjrk")
    if layer is None or people is None or homes is None or not isinstance(size, int | float):
        return
    rows = zip(layer.cells.get(people.name, []), layer.cells.get(homes.name, []), strict=False)
    for at, (residents, households) in enumerate(rows):
        if not isinstance(residents, float) or not isinstance(households, float):
            continue
        right = households * size
        if abs(residents - right) > max(1.0, 0.5 * size):
            words = {"value": fixed(residents, 0), "right": fixed(right, 0), "size": _plain(size)}
            yield facts.fault(spec, layer, at, words, residents - right)


def balance(facts: PackageFacts) -> Iterator[PackageFault]:
    """Lines of the balance of land that are not the sum of their parcels."""
    layer, spec, profile = facts.parcels, facts.package.profile.parcels, facts.package.profile
    code, area = spec.carrying("parcels", "land_use"), spec.carrying("parcels", "area")
    printed = balance_of(facts.package.place("tables"))
    if layer is None or code is None or area is None or not {code.name, area.name} <= set(layer.fields):
        return
    drawn: dict[str, float] = defaultdict(float)
    for use, shape in zip(layer.cells[code.name], facts.parcel_shapes, strict=True):
        drawn[str(use)] += shape.area / M2_PER["ha"]
    for use, ha in printed.items():
        own = [size for known, size in drawn.items() if known.startswith(use)]
        if own and abs(sum(own) - ha) > PRINTED_HA + 1e-4 * len(own) * (profile.area.rule == "ellipsoidal"):
            words = {"code": use, "value": fixed(ha, 2), "right": fixed(sum(own), 2)}
            yield PackageFault(spec.name, "", None, round(ha - sum(own), 4), words)


def _plain(value: float) -> str:
    """A value of a cell, with the digits that a package may hold."""
    return number(value, MOST_DECIMALS)
