"""Bare counts of people, homes and jobs with digits behind the point (`1.23`) that are in 10,000s (万人)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.exchange.office.stated_totals import SAME, stated
from blockplan.exchange.office.values import Amount, read_amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import FieldChoice
    from blockplan.exchange.office.source import Findings, SourceLayer

COUNTED, BESIDE = ("residents", "dwellings", "jobs"), {"residents": "dwellings", "dwellings": "residents"}
#: Ten thousands of a part of a plan are fewer; so many live or work on a hectare; so many people are a home.
FEWER, PER_HA, IN_HOME = 50.0, (20.0, 2000.0), (1.0, 8.0)


def take_ten_thousands(layers: list[Chosen], texts: Iterable[str], findings: Findings) -> None:
    """
    Set the unit of such fields, and tell it, where people would be too few else.

    Households times 3.2 give digits behind the point as well: never of buildings, and of parcels only where
    homes, a total that `texts` state, or floor area or land in square metres bear it out.
    """
    totals = [(said, rounded) for text in texts for said, (rounded, _) in stated(text)]
    for layer, choice in layers:
        own = {
            one.column: (one, values)
            for one in choice.field
            if one.column in COUNTED and one.unit == "1" and not layer.units.get(one.field)
            if choice.role != "buildings" and _may_be(values := _numbers(layer, one, "count"))
        }
        areas = [choice.column(name) for name in ("floor_area_m2", "declared_area_m2")]
        for column, (one, values) in own.items():
            other = choice.column(BESIDE.get(column, ""))
            homes = (values, _numbers(layer, other, "count")) if other and other.column not in own else None
            grounds = [_numbers(layer, area, "area") for area in areas if area]
            grounds += [shapely.area(layer.frame.geometry.to_numpy())] if layer.drawn else []
            whole = choice.role not in {"parcels", "parcel_table"}
            said = totals if column == "residents" else []
            if not _borne_out(values, homes, grounds, said, whole):
                continue
            one.unit = "1e4"
            one.why += "; people come whole: in 10,000s"
            message = (
                f"{one.field!r} says {column} with digits behind the point and no unit; they were taken as "
                f"10,000s: {one.sample} as {float(np.nansum(values)) * 1e4:,.0f} together. If they are "
                f'single, say unit = "1" in mapping.toml.'
            )
            findings.add("office-value", "warning", message, column=one.field, **layer.place)


def _numbers(layer: SourceLayer, one: FieldChoice, quantity: str) -> np.ndarray:
    read = [read_amount(value, quantity, one.unit) for value in layer.frame[one.field]]
    return np.array([found.value if isinstance(found, Amount) else np.nan for found in read])


def _may_be(values: np.ndarray) -> bool:
    there = values[~np.isnan(values)]
    return bool(len(there)) and there.max() < FEWER and bool((there % 1 > 0).any())


def _borne_out(
    values: np.ndarray,
    homes: tuple[np.ndarray, np.ndarray] | None,
    grounds: list[np.ndarray],
    totals: list[tuple[float, float]],
    whole: bool,
) -> bool:
    """By people and homes on the same rows, else a total, else by hectare; of a `whole`, if few."""
    if homes is not None and (both := (homes[0] > 0) & (homes[1] > 0)).any():
        share = float(homes[0][both].sum() / homes[1][both].sum()) * 1e4
        # (people in a home, or homes for each)
        return any(IN_HOME[0] <= one <= IN_HOME[1] for one in (share, 1 / share))
    total = float(np.nansum(values)) * 1e4
    if any(abs(total - said) <= max(SAME * said, rounded) for said, rounded in totals):
        return True
    for ground in grounds:
        both = (values > 0) & (ground > 0)
        if both.any():
            per_ha = float(values[both].sum() / ground[both].sum()) * 1e4
            return per_ha < 1 and (whole or PER_HA[0] <= per_ha * 1e4 <= PER_HA[1])
    return whole
