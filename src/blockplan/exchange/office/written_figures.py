"""
Figures as an office writes them in a whole field: with a decimal comma (`0,4`), two at once as zoning tables
do (`建蔽率・容積率`: `60/200`), and bare counts of people (`1.23`) that are in 10,000s (万人).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.residents import SAME, stated
from blockplan.exchange.office.titles import name_and_unit
from blockplan.exchange.office.values import Amount, read_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import FieldChoice
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.source import Findings, SourceLayer

_UNIT = r"\s*(?:%|m2t/m2s|m²t/m²s|m2|m²|㎡|m|ha)?"
#: Nothing but a decimal comma stands behind a nought alone, or before two digits in every value of a field.
_SURE = re.compile(rf"[≤≥<>]?\s*0,\d{{1,2}}{_UNIT}")
_TWO_DIGITS = re.compile(rf"[≤≥<>]?\s*\d+,\d\d{_UNIT}")
_COMMA = re.compile(rf"([≤≥<>]?\s*(?:\d{{1,3}}(?:\.\d{{3}})+|\d+)),(\d{{1,2}}{_UNIT})")
_POINT = re.compile(rf"[≤≥<>]?\s*\d+\.\d+{_UNIT}")


def with_points(layers: Sequence[SourceLayer], findings: Findings) -> None:
    """
    Put points for the decimal commas of files that have such; each layer changed is told.

    One number with a nought before its comma must stand somewhere, or a field whose numbers all have two
    digits behind it; and in the layer none with a point.
    """
    texts = [_texts(layer) for layer in layers]
    given = [many for fields in texts for many in fields.values()]
    if not any(any(map(_SURE.fullmatch, many)) or all(map(_TWO_DIGITS.fullmatch, many)) for many in given):
        return
    for layer, fields in zip(layers, texts, strict=True):
        said = {text for many in fields.values() for text in many}
        if any(map(_POINT.fullmatch, said)) or not any(map(_COMMA.fullmatch, said)):
            continue
        layer.frame = layer.frame.copy(deep=False)
        for name, many in fields.items():
            if any(map(_COMMA.fullmatch, many)):
                layer.frame[name] = [
                    f"{found[1].replace('.', '')}.{found[2]}"
                    if isinstance(one, str) and (found := _COMMA.fullmatch(one))
                    else one
                    for one in layer.frame[name]
                ]
        message = worded("commas_are_decimal_points")
        findings.add("office-value", "note", message, **layer.place)


def _texts(layer: SourceLayer) -> dict[str, set[str]]:
    """The short texts that each field holds."""
    found = {}
    for name in layer.fields:
        there = {one for one in layer.frame[name].tolist() if isinstance(one, str) and len(one) < 20}
        if there:
            found[name] = there
    return found


_SIGNS = "/・·&+,、|和"
_TWO = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*%?\s*/\s*(\d+(?:[.,]\d+)?)\s*%?\s*")


def take_apart(layers: Sequence[SourceLayer], profile: Profile, findings: Findings) -> None:
    """
    Give each of two figures in one field a field of its own; each field taken apart is told.

    The field's name must be the names of floor area ratio and of coverage, one behind the other, and each of
    its values two numbers.
    """
    columns = profile.of_role("parcels")
    known = {name for column in ("far", "coverage_ratio") for name in columns[column].names}
    for layer in layers:
        for field in layer.fields:
            names = _two_names(field, known)
            if names is None:
                continue
            values = [value for value in layer.frame[field] if isinstance(value, str) and value.strip()]
            if not values or not all(map(_TWO.fullmatch, values)):
                continue
            found = [
                _TWO.fullmatch(value) if isinstance(value, str) else None for value in layer.frame[field]
            ]
            at = list(layer.frame.columns).index(field)
            layer.frame = layer.frame.copy(deep=False)
            for behind, name in enumerate(names):
                figures = [one[behind + 1] if one else None for one in found]
                layer.frame.insert(at + 1 + behind, name, figures)
            message = worded(
                "field_says_two_figures",
                field=field,
                figure=values[0],
                columns=joined(names, " and "),
            )
            findings.add("office-value", "note", message, column=field, **layer.place)


def _two_names(field: str, known: set[str]) -> tuple[str, str] | None:
    """The two names of which a field's name is made, as they are written; None where it is not."""
    for at in range(1, len(field)):
        one, other = field[:at].strip(_SIGNS + " _"), field[at:].strip(_SIGNS + " _")
        if name_and_unit(one)[0] in known and name_and_unit(other)[0] in known and one != other:
            return one, other
    return None


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
            one.why += worded("people_in_ten_thousands")
            message = worded(
                "people_with_decimals",
                field=one.field,
                column=column,
                sample=one.sample,
                n=float(np.nansum(values)) * 10000.0,
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
