"""
Rows of a layer or table as values of the plan's columns, with a finding for each that could not be read.

A row is a dict: column -> `Amount` for quantities, text for the rest. What a cell leaves open is absent.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.messages import Message, worded
from blockplan.exchange.office.source import ROW, SECTION, Findings, SourceFinding
from blockplan.exchange.office.texts import service_of
from blockplan.exchange.office.values import (
    Amount,
    Unread,
    in_units,
    is_blank,
    read_amount,
    read_elevation,
    rounding,
    text_of,
    without_footnote,
)

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import FieldChoice, LayerChoice
    from blockplan.exchange.office.profile import FieldNames, Profile
    from blockplan.exchange.office.source import SourceLayer
    from blockplan.plan.model.faults import Grade

Row = dict[str, Any]
#: Key of a row that holds where it stands: (file, layer, row in words).
PLACE = "_place"
NUMBERS = frozenset({"area", "signed_area", "far", "share", "height", "elevation", "length", "count"})
#: Quantities that a merged cell gives for all its rows together, not for each.
EXTENSIVE = frozenset({"area", "signed_area", "count"})
#: Column -> words of a value that counts something else.
_COUNTED = {
    "residents": re.compile(r"\d\s*[户戶戸套]"),
    "dwellings": re.compile(r"\d\s*(?:万|千)?人"),
}
#: Columns whose texts list several things.
_LISTED = frozenset({"facilities_text", "remarks"})
#: Numbers in circles; folded to half width they would be digits of what they stand before.
_CIRCLED = re.compile(r"\s*[①-⑳⑴-⒇❶-❿]\s*")
_SIZE = re.compile(
    r"[≥>约]?\s*\d+(?:\.\d+)?\s*(?:m2|㎡|平方米|平米|公顷|hm2|ha|个?班|张?床|个?学位|class|beds?)",
    re.IGNORECASE,
)


def read_rows(layer: SourceLayer, choice: LayerChoice, profile: Profile, findings: Findings) -> list[Row]:
    """
    All rows of a layer, in its order; fields that give no column come under their own name, prefixed with
    ``=``.
    """
    columns = profile.of_role(choice.role)
    rows: list[Row] = [{PLACE: place} for place in _places(layer, choice)]
    for one in choice.field:
        if one.field not in layer.frame.columns:
            continue
        values = layer.frame[one.field].tolist()
        column = columns.get(one.column)
        if column is None:
            _kept(rows, one.column or one.field, values)
        elif column.quantity in NUMBERS:
            _numbers(rows, values, (layer, one, column), findings)
        else:
            _texts(rows, values, one, column)
    if SECTION in layer.frame.columns:
        for row, section in zip(rows, layer.frame[SECTION], strict=True):
            if section is not None and not is_blank(section):
                row[SECTION] = text_of(section)
    return rows


def about_row(row: Row, rule: str, grade: Grade, message: Message, **more: Any) -> SourceFinding:
    """A finding about a row, with its place in the office's files."""
    file, layer, place = row[PLACE]
    return SourceFinding(rule, grade, message, file=file, layer=layer, id=place, **more)


def _places(layer: SourceLayer, choice: LayerChoice) -> list[tuple[str, str, str]]:
    number = choice.column("parcel_id") or choice.column("street_id") or choice.column("facility_id")
    at = layer.frame[ROW].tolist() if ROW in layer.frame.columns else range(1, len(layer.frame) + 1)
    word = "row" if ROW in layer.frame.columns else "record"
    ids = (
        [text_of(value) for value in layer.frame[number.field].tolist()]
        if number is not None and number.field in layer.frame.columns
        else [""] * len(layer.frame)
    )
    return [
        (layer.file, layer.name, name or worded(word, n=line)) for name, line in zip(ids, at, strict=True)
    ]


def _kept(rows: list[Row], name: str, values: list[Any]) -> None:
    for row, value in zip(rows, values, strict=True):
        if not is_blank(value):
            row[f"={name}"] = value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def _texts(rows: list[Row], values: list[Any], one: FieldChoice, column: FieldNames) -> None:
    for row, value in zip(rows, values, strict=True):
        if is_blank(value):
            continue
        if isinstance(value, str) and not value.isascii() and column.column in _LISTED:
            value = _CIRCLED.sub("；", value).strip("；")  # noqa: PLW2901
        text = value.date().isoformat() if isinstance(value, dt.datetime) else text_of(value)
        if column.meanings and text not in column.meanings:
            row[f"={one.field}"] = text
            continue
        text = column.meanings.get(text, text)
        if column.column in row and column.column in {"facilities_text", "remarks"}:
            # A text of more than 254 bytes goes on in the next field.
            # A size in a field of its own (a heading in two: name, size) belongs to what was named before.
            between = (
                " " if column.quantity == "facilities" and _sizes_one(str(row[column.column]), text) else "、"
            )
            text = f"{row[column.column]}{between}{text}" if text != row[column.column] else text
        row[column.column] = text
        if column.quantity == "id" and isinstance(value, dt.datetime):
            row["_date"] = value
        elif column.quantity == "id" and (bare := without_footnote(value)):
            row["_bare"], row["_written"] = bare, value


def _sizes_one(named: str, text: str) -> bool:
    """Whether a text is the size of the one facility that was named before it, and names none itself."""
    one = not re.search(r"[、，,；;\n]", named + text)
    return one and _SIZE.match(text) is not None and service_of(text) is None


def _numbers(
    rows: list[Row],
    values: list[Any],
    about: tuple[SourceLayer, FieldChoice, FieldNames],
    findings: Findings,
) -> None:
    layer, one, column = about
    cache: dict[Any, Amount | Unread | None] = {}
    merged: list[Row] = []
    half = rounding(values, column.quantity)
    for at, (row, value) in enumerate(zip(rows, values, strict=True)):
        joint = layer.shared.get((at, one.field), 1)
        if joint > 1 and column.quantity in EXTENSIVE and not is_blank(value):
            merged.append(row)
            # (a cell ends where its rows do, or where those that are none of a parcel left it short)
            if (
                len(merged) == joint
                or layer.shared.get((at + 1, one.field)) != joint
                or value != values[at + 1]
            ):
                findings.append(_merged(merged, one, value, joint))
                merged = []
            continue
        amount = _amount(row, value, about, cache, findings)
        if column.quantity == "height" and isinstance(value, str):
            elevation = read_elevation(value)
            if elevation is not None:
                row.setdefault("elevation_max_m", Amount(elevation))
                if isinstance(amount, Unread):
                    continue
        if isinstance(amount, Unread):
            findings.append(unread(row, one.field, value, amount.why))
            row.setdefault(f"={one.field}", text_of(value))
        elif amount is not None:
            row[column.column] = in_units(half, amount, one.unit, column.quantity)
            ranged = column.bare and not column.column.endswith(("_min", "_max"))
            if amount.kind == "range" and not ranged:
                findings.append(_upper_end(row, one.field, value, amount))


def _amount(
    row: Row,
    value: Any,
    about: tuple[SourceLayer, FieldChoice, FieldNames],
    cache: dict[Any, Amount | Unread | None],
    findings: Findings,
) -> Amount | Unread | None:
    """A cell as the quantity of its column; what was done with it beyond reading is told."""
    _, one, column = about
    key = value if isinstance(value, str | int | float) else text_of(value)
    if key not in cache:
        cache[key] = read_amount(value, column.quantity, one.unit)
    amount = cache[key]
    other = _COUNTED.get(column.column)
    if other is not None and isinstance(value, str) and other.search(value):
        return Unread(worded("counts_something_else_than", column=column.column))
    if not isinstance(amount, Amount):
        return amount
    if amount.beside:
        findings.append(_not_read(row, one.field, value, amount.beside))
    small = column.quantity == "share" and one.unit == "%" and not amount.unit and 0 < amount.value < 0.01
    return _of_percent(row, one.field, value, amount, findings) if small else amount


def _of_percent(row: Row, field: str, value: Any, amount: Amount, findings: Findings) -> Amount:
    """A share such as 0.35 in a column of percent: nobody plans a third of one percent."""
    low, high = (None if end is None else round(end * 100, 10) for end in (amount.low, amount.high))
    message = worded(
        "value_among_percentages",
        field=field,
        name=row[PLACE][2],
        value=text_of(value),
        read=amount.value * 100,
    )
    findings.append(_about(row, "warning", field, value, message))
    return replace(amount, value=round(amount.value * 100, 10), low=low, high=high)


def _not_read(row: Row, field: str, value: Any, beside: str) -> SourceFinding:
    message = worded(
        "value_in_brackets",
        field=field,
        name=row[PLACE][2],
        value=text_of(value)[:60],
        beside=beside,
    )
    return _about(row, "warning", field, value, message)


def _about(row: Row, grade: Grade, field: str, value: Any, message: Message) -> SourceFinding:
    return about_row(row, "office-value", grade, message, column=field, value=text_of(value)[:200])


def _upper_end(row: Row, field: str, value: Any, amount: Amount) -> SourceFinding:
    message = worded("range_for_one_number", field=field, value=text_of(value), upper=amount.value)
    return about_row(row, "office-value", "note", message, column=field, value=text_of(value)[:60])


def unread(row: Row, field: str, value: Any, why: str) -> SourceFinding:
    """The finding of a value that could not be read."""
    message = worded(
        "value_unknown_because", value=text_of(value)[:60], why=why, field=field, name=row[PLACE][2]
    )
    return about_row(row, "office-value", "warning", message, column=field, value=text_of(value)[:200])


def _merged(there: list[Row], one: FieldChoice, value: Any, joint: int) -> SourceFinding:
    place = there[0][PLACE][2]
    last = there[-1][PLACE][2]
    of = (
        worded("names_of_many_are", first=place, last=last)
        if last != place
        else worded("name_of_one_is", name=place)
    )
    message = worded("merged_cell_for_rows", field=one.field, figure=text_of(value), n=joint, of=of)
    return about_row(
        there[0],
        "office-merged",
        "warning",
        message,
        column=one.field,
        value=text_of(value)[:200],
        measured=float(len(there)),
    )
