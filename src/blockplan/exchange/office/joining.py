"""
Rows of tables joined to parcels by number, near misses included and listed.

Numbers are compared without width, case and spaces first; then as they look: O for 0, l for 1, other
dashes, zeros that a spreadsheet dropped, dates that it made of 1-2.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.rows import PLACE, about_row
from blockplan.exchange.office.source import SECTION, Findings, SourceFinding
from blockplan.exchange.office.texts import SIZES, facilities_in
from blockplan.exchange.office.values import Amount, text_of

if TYPE_CHECKING:
    from blockplan.exchange.office.rows import Row

#: Amounts that differ by less than this share of themselves say the same.
SAME = 0.005
_LOOKS = str.maketrans({"O": "0", "I": "1", "L": "1", "|": "1"})
_DASHES = re.compile(r"[\s\-_—–－‐‑.·/\\~,，、()（）#号地块]+")
#: Signs between facilities, not inside brackets.
_BETWEEN = re.compile(r"(?:[、，;；\n]|,(?!\d{3}))+(?![^(（]*[)）])")


@lru_cache(maxsize=100_000)
def key(number: str) -> str:
    """A number as it is compared first: half width, upper case, without spaces."""
    return "".join(text_of(number).upper().split())


def looks(number: str) -> str:
    """
    A number as it looks: without dashes and leading zeros, O as 0.

    Examples
    --------
    >>> looks("A－O1-02"), looks("A-1-2"), looks("A-12")
    ('A-1-2', 'A-1-2', 'A-12')
    """
    parts = [part.translate(_LOOKS) for part in _DASHES.split(key(number)) if part]
    return "-".join(re.sub(r"(?<!\d)0+(?=\d)", "", part) for part in parts)


def match_numbers(wanted: list[str], there: list[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """
    For each wanted number the one that is there; and the numbers that look like several.

    Examples
    --------
    >>> match_numbers(["a-01", "A-O2", "A-9"], ["A-01", "A-02"])
    ({'a-01': 'A-01', 'A-O2': 'A-02'}, {})
    """
    exact: dict[str, str] = {}
    for number in there:
        exact.setdefault(key(number), number)
    found = {number: exact[key(number)] for number in wanted if key(number) in exact}
    missing = [number for number in wanted if number not in found]
    alike: dict[str, list[str]] = {}
    for number in there if missing else ():
        alike.setdefault(looks(number), []).append(number)
    several: dict[str, list[str]] = {}
    for number in missing:
        options = alike.get(looks(number), [])
        if len(options) == 1:
            found[number] = options[0]
        elif options:
            several[number] = options
    return found, several


def join(parcels: list[Row], table: list[Row], prefer: str, findings: Findings) -> int:
    """
    Fill rows of parcels from rows of a table; gives the number of parcels that it reached.

    What the two say differently is a finding; `prefer` (``layer`` or ``table``) counts.
    """
    by_number: dict[str, Row] = {}
    for row in parcels:
        by_number.setdefault(str(row.get("parcel_id", "")), row)
    there = [number for number in by_number if number]
    named = [row for row in table if row.get("parcel_id")]
    wanted = _wanted(named, there, findings)
    found, several = match_numbers(list(dict.fromkeys(wanted)), there)
    reached: dict[str, Row] = {}
    for row, number in zip(named, wanted, strict=True):
        if number not in found:
            findings.append(_astray(row, number, several.get(number, [])))
            continue
        parcel = found[number]
        if key(number) != key(parcel) or number == row.get("_bare"):
            findings.append(_near(row, parcel))
        if parcel in reached:
            _again(row, reached[parcel], by_number[parcel], parcel, findings)
            continue
        reached[parcel] = row
        _fill(by_number[parcel], row, prefer, findings)
    return len(reached)


def _wanted(table: list[Row], there: list[str], findings: Findings) -> list[str]:
    """The numbers of a table's rows; with the name of block or sheet before them where only so they fit."""
    plain = [str(row["parcel_id"]) for row in table]
    plain = [_as_there(row, number, there) for row, number in zip(table, plain, strict=True)]
    fits = len(match_numbers(plain, there)[0])
    if fits >= 0.5 * len(set(plain)):
        return plain
    for source in ("section", "sheet", "subblock", "block"):
        heads = [_head(row, source) for row in table]
        for mark in ("-", ""):
            full = [
                f"{head}{mark}{number}" if head else number for head, number in zip(heads, plain, strict=True)
            ]
            if len(match_numbers(full, there)[0]) >= 0.8 * len(set(full)):
                file, layer, _ = table[0][PLACE]
                message = worded("table_numbers_count_within", source=source, plain=plain[0], full=full[0])
                findings.add("office-number", "note", message, file=file, layer=layer)
                return full
    return plain


def _head(row: Row, source: str) -> str:
    text = row[PLACE][1] if source == "sheet" else row.get(SECTION if source == "section" else f"{source}_id")
    return block_named(text_of(text))


def block_named(text: str) -> str:
    """
    A block by the name of what holds its parcels: a sheet, a section, a folder.

    Examples
    --------
    >>> block_named("A街坊"), block_named("02街区 地块指标表")
    ('A', '02')
    """
    return re.sub(r"街区|街坊|单元|片区|组团|区块|分区|地块|指标表?|一览表|[\s()（）:：]", "", text)


def _as_there(row: Row, number: str, there: list[str]) -> str:
    """A number without a footnote's mark, or that a spreadsheet took for a date (1-2 became 2 January)."""
    bare, day = row.get("_bare"), row.get("_date")
    if bare and not match_numbers([number], there)[0] and match_numbers([bare], there)[0]:
        return str(bare)
    if day is None:
        return number
    options = [
        f"{day.month}-{day.day}",
        f"{day.month:02d}-{day.day:02d}",
        f"{day.year % 100:02d}-{day.month:02d}-{day.day:02d}",
    ]
    return next((option for option in options if match_numbers([option], there)[0]), number)


def _place(row: Row) -> dict[str, Any]:
    file, layer, place = row[PLACE]
    return {"file": file, "layer": layer, "id": place}


def _near(row: Row, parcel: str) -> SourceFinding:
    written = str(row.get("_written", row["parcel_id"]))
    message = worded("number_written_otherwise_in_table", written=written, parcel=parcel)
    return SourceFinding(
        "office-near-miss", "warning", message, value=written, **_place(row) | {"id": parcel}
    )


def _astray(row: Row, number: str, options: list[str]) -> SourceFinding:
    like = worded("number_looks_like_several", options=", ".join(options[:5])) if options else ""
    message = worded("row_of_table_without_parcel", number=number, like=like)
    return about_row(row, "office-unjoined", "warning", message, value=number)


#: Columns in which rows of one parcel differ that list its uses one below the other.
_OF_USES = frozenset({"land_use", "land_use_name", "floor_area_m2"})


def _again(row: Row, first: Row, parcel: Row, number: str, findings: Findings) -> None:
    differs = [
        column
        for column, value in row.items()
        if not column.startswith(("_", "=")) and column in first and not same(value, first[column])
    ]
    uses = row[PLACE][:2] == first[PLACE][:2] and {"land_use", "land_use_name"} & set(differs)
    if uses and _OF_USES.issuperset(differs):
        for column in differs:
            mine, whole = first[column], _together(first[column], row[column])
            first[column] = whole
            if same(parcel.get(column, ""), mine):
                parcel[column] = whole
        message = worded("parcel_is_listed_with_several_uses", number=number)
    else:
        message = worded("parcel_stands_twice_in_the_table", number=number, columns=", ".join(differs[:5]))
    if differs:
        findings.add("office-twice", "warning", message, **_place(row) | {"id": number})
    for column, value in row.items():
        first.setdefault(column, value)


def _together(one: Any, other: Any) -> Any:
    """Amounts added, uses side by side."""
    if isinstance(one, Amount) and isinstance(other, Amount):
        return replace(one, value=one.value + other.value)
    return f"{one}/{other}"


def same(one: Any, other: Any) -> bool:
    """
    Whether two values say the same: texts without width, case and spaces, amounts to half a percent or as
    half a unit of the last digit in which the coarser one is written.
    """
    if isinstance(one, Amount) and isinstance(other, Amount):
        greater = max(abs(one.value), abs(other.value), 1e-9)
        digits = max(one.half, other.half) * (1 + 1e-9)
        return abs(one.value - other.value) <= max(SAME * greater, digits)
    return key(str(one)) == key(str(other))


def facilities_of_both(one: str, other: str) -> str:
    """
    What two texts name of facilities, each once: of the same facilities the text that says more sizes.

    Examples
    --------
    >>> facilities_of_both("幼儿园", "幼儿园（9班）")
    '幼儿园（9班）'
    >>> facilities_of_both("幼儿园（9班）、公厕", "公厕、菜市场")
    '幼儿园（9班）、公厕、菜市场'
    >>> facilities_of_both("幼儿园、公厕", "幼儿园（9班、用地0.5公顷）、小学（24班）")
    '幼儿园（9班、用地0.5公顷）、公厕、小学（24班）'
    """
    if _kinds(one) == _kinds(other):
        return other if _sizes(other) > _sizes(one) else one
    left, parts = _kinds(one), _parts(one)
    for part in _parts(other):
        named = _kinds(part)
        if not named or not named <= left:
            parts += [part] if part not in one else []
            continue
        left -= named
        less = [at for at, said in enumerate(parts) if _kinds(said) == named and _sizes(said) < _sizes(part)]
        if less and part not in parts:
            parts[less[0]] = part
    return "、".join(parts)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def _kinds(text: str) -> Counter[str]:
    return Counter(one.service or one.name for one in facilities_in(text)[0])


def _sizes(text: str) -> int:
    """How many sizes a text says of its facilities."""
    return sum(getattr(one, size) is not None for one in facilities_in(text)[0] for size in SIZES)


#: Texts that are not held against each other: one says more than the other.
_UNCOMPARED = frozenset(
    {"parcel_id", "remarks", "facilities_text", "land_use_name", "block_id", "subblock_id"}
)


def _fill(parcel: Row, row: Row, prefer: str, findings: Findings) -> None:
    for column, value in row.items():
        if column.startswith("_"):
            continue
        if column not in parcel:
            parcel[column] = value
            continue
        if column.startswith("=") or column in _UNCOMPARED or same(parcel[column], value):
            if column in {"facilities_text", "remarks"} and not same(parcel[column], value):
                both = text_of(parcel[column]), text_of(value)
                parcel[column] = "、".join(both) if column == "remarks" else facilities_of_both(*both)
            continue
        said = [text_of(one.value if isinstance(one, Amount) else one) for one in (parcel[column], value)]
        counts = said[1] if prefer == "table" else said[0]
        message = worded(
            "drawing_and_table_differ",
            column=column,
            parcel=parcel["parcel_id"],
            drawn=said[0],
            table=said[1],
            counts=counts,
            prefer=prefer,
        )
        findings.add(
            "office-differs",
            "warning",
            message,
            column=column,
            value=said[1],
            **_place(row) | {"id": str(parcel["parcel_id"])},
        )
        if prefer == "table":
            parcel[column] = value
