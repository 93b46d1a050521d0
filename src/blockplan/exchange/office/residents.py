"""
Residents and dwellings that an office says of blocks, shared out over the parcels of homes in each block.

What parcels say themselves stays: a block any of whose parcels says its own is left alone, and told.

Where a brought plan's residents come from: the first column filled in, or homes times people.

What an office says of a whole, held against the sum of its parcels.

Nothing is changed, each difference is told. A block or the planned land may say its residents and dwellings,
and a text of the folder its residents (`规划人口规模1.2万人`).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from blockplan.exchange.office.features import name_of, parcels_at, value
from blockplan.exchange.office.messages import joined, worded
from blockplan.exchange.office.source import Findings, SourceFinding
from blockplan.exchange.office.values import Amount
from blockplan.figures import shared_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import Findings

#: Classes of land on which people live, but for the land of their services (R12, R22, village services).
HOMES, SERVICES = ("07",), ("0702", "0704")
COUNTS = ("residents", "dwellings")
#: Marks the planned land, where it is taken for blocks.
SCOPE = "is_scope"
NO_HOMES = worded("block_without_homes")
NO_LAND = worded("homes_without_land")


def share_out(
    frame: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame | None, what: str, findings: Findings
) -> dict[str, str]:
    """
    Give parcels of homes what their block says, in whole numbers that sum to it.

    Gives what was done, by column.

    Parameters
    ----------
    frame
        Parcels, with ``parcel_id``, ``land_use`` and, where they say it, ``block_id``; changed in place.
    blocks
        Blocks or the planned land, with ``block_id`` and what they say of ``residents`` and ``dwellings``.
    what
        What one of them is called in a finding.
    """
    if blocks is None or not len(blocks) or "land_use" not in frame:
        return {}
    within = blocks_of(frame, blocks)
    done: dict[str, str] = {}
    for column in COUNTS:
        if column not in blocks or not blocks[column].notna().any():
            continue
        own = list(frame[column]) if column in frame else [None] * len(frame)
        ways: set[str] = set()
        count = 0
        for block, said in zip(blocks["block_id"], blocks[column], strict=True):
            if said is None or math.isnan(float(said)):
                continue
            there = [at for at, one in enumerate(within) if one == block]
            homes = [at for at in there if is_home(frame["land_use"].iloc[at])]
            if any(is_known(own[at]) for at in there):
                continue
            weights, way = _weights(frame, homes)
            if not sum(weights) > 0:
                findings.append(_told(what, block, column, said, NO_LAND if homes else NO_HOMES))
                continue
            for at, part in zip(homes, shared_out(weights, round(float(said))), strict=True):
                own[at] = float(part)
            ways.add(way)
            count += 1
        if count:
            frame[column] = own
            done[column] = worded("blocks_shared_out", n=count, ways=_and(ways))
            message = worded("blocks_say_parcels_do_not", n=count, column=worded(column), ways=_and(ways))
            findings.add("office-residents", "warning", message, layer="blocks")
    return done


def scope_of(drawn: Sequence[tuple[Row, Any]]) -> gpd.GeoDataFrame:
    """The planned land as blocks that no parcel names, with what its outlines say."""
    records = [
        {
            "block_id": name_of(row) or f"scope {at}",
            SCOPE: True,
            **{column: value(row, column) for column in COUNTS},
        }
        for at, (row, _) in enumerate(drawn, start=1)
    ]
    return gpd.GeoDataFrame(records, geometry=[shape for _, shape in drawn])


def blocks_of(frame: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame) -> list[Any]:
    """The block of each parcel: the one it names, else (of a scope always) that in which its middle lies."""
    shapes = [shape.representative_point() for shape in frame.geometry]
    names = "block_id" in frame and SCOPE not in blocks
    named = list(frame["block_id"]) if names else [None] * len(frame)
    places = parcels_at(shapes, blocks.rename(columns={"block_id": "parcel_id"}))
    return [one if isinstance(one, str) and one else place for one, place in zip(named, places, strict=True)]


def is_home(use: Any) -> bool:
    """
    Whether people live on land of a class.

    Examples
    --------
    >>> [is_home(one) for one in ("070102", "07", "0702", "0703", "0901", None)]
    [True, True, False, True, False, False]
    """
    code = use if isinstance(use, str) else ""
    return code.startswith(HOMES) and not code.startswith(SERVICES)


def is_known(value: Any) -> bool:
    """Whether a count is one."""
    return value is not None and not math.isnan(float(value))


def _weights(frame: gpd.GeoDataFrame, homes: Sequence[int]) -> tuple[list[float], str]:
    """What each parcel weighs: its floor area where each of them says one, else the land that it covers."""
    if "floor_area_m2" in frame:
        floors = [frame["floor_area_m2"].iloc[at] for at in homes]
        if all(is_known(one) and float(one) > 0 for one in floors):
            return [float(one) for one in floors], worded("floor_area")
    return [float(frame.geometry.iloc[at].area) for at in homes], worded("land")


def _and(ways: set[str]) -> str:
    return joined(sorted(ways), " or ")


def _told(what: str, block: Any, column: str, said: Any, why: str) -> SourceFinding:
    message = worded(
        "block_says_why_unknown", what=what, block=block, n=float(said), column=worded(column), why=why
    )
    return SourceFinding("office-residents", "warning", message, layer="blocks", id=str(block), column=column)


def residents_source(
    frame: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame | None, mapping: OfficeMapping
) -> dict[str, Any]:
    """Where the residents come from: the column that the office filled in, of parcels before buildings."""
    if "residents" in mapping.plan:
        return {}

    def said(layer: gpd.GeoDataFrame | None, column: str) -> bool:
        return layer is not None and column in layer and bool(layer[column].notna().any())

    if said(frame, "residents"):
        return {"residents": {"source": "parcels"}}
    if said(buildings, "residents"):
        return {"residents": {"source": "buildings", "by": "residents"}}
    if said(frame, "dwellings"):
        return {"residents": {"source": "dwellings"}}
    if said(buildings, "dwellings"):
        return {"residents": {"source": "buildings", "by": "dwellings"}}
    return {}


def of_households(records: list[dict[str, Any]], rows: list[Row], findings: Findings) -> None:
    """Residents of parcels that say dwellings and people in each, and no residents."""
    made = 0
    for record, row in zip(records, rows, strict=True):
        size, homes = row.get("household_size"), record.get("dwellings")
        if homes and isinstance(size, Amount) and "residents" not in record:
            record["residents"], made = float(round(homes * size.value)), made + 1
    if made:
        message = worded("residents_from_dwellings", n=made)
        findings.add("office-residents", "note", message, layer="parcels")


#: A sum that differs by less than this share is the same.
SAME = 0.01
_PEOPLE = re.compile(
    r"(?<!就业)(?<!流动)(?<!现状)(?<!户均)(?<!服务)人口(?:规模|总量|容量|总数)?"
    r"(?:约|为|达到?|控制在|不超过|[:：=≈\s])*(?P<number>\d+(?:,\d{3})*(?:\.(?P<digits>\d+))?)\s*(?P<unit>万人?|人)(?![/每／口均])"
)
_EXISTING = re.compile(r"现状|现有|[一-龥]*就业")


def compare_with_parcels(
    frame: gpd.GeoDataFrame, places: gpd.GeoDataFrame | None, what: str, findings: Findings
) -> None:
    """
    Tell where what places say differs from what their parcels say together.

    Parameters
    ----------
    frame
        Parcels, with ``parcel_id``, ``land_use`` and what they say of ``residents`` and ``dwellings``.
    places
        Blocks or the planned land, with ``block_id`` and what they say of the same.
    what
        What a place is called in the finding.
    """
    if places is None or not len(places) or "land_use" not in frame:
        return
    within = blocks_of(frame, places)
    for column in (one for one in COUNTS if one in places and one in frame):
        for place, said in zip(places["block_id"], places[column], strict=True):
            there = frame[[one == place for one in within]]
            if not is_known(said) or not there[column].notna().any():
                continue
            homes = there[there["land_use"].map(is_home)]
            _hold(
                float(said),
                0.0,
                (worded("what_place_says", what=what, place=place), column),
                (there[column], homes[column]),
                findings,
            )


def compare_with_texts(
    land: gpd.GeoDataFrame, manifest: dict[str, Any], texts: Iterable[str], findings: Findings
) -> None:
    """
    Tell where the residents that texts of the folder state are not those of the parcels together.

    Parameters
    ----------
    land
        Parcels; nothing is told where the plan's `manifest` takes residents from elsewhere.
    """
    totals = dict(one for text in texts for one in stated(text))
    source = manifest.get("residents", {}).get("source", "parcels")
    if not totals or source != "parcels":
        return
    homes = land[land["land_use"].map(is_home)] if "land_use" in land else land
    count, about = next(iter(totals.items()))
    if "residents" not in land or not land["residents"].notna().any():
        message = worded("text_says_residents_nobody_else_does", n=count, words=about[1])
        findings.add("office-residents", "warning", message)
        return
    total = float(land["residents"].sum())
    if any(abs(total - said) <= max(SAME * said, rounded) for said, (rounded, _) in totals.items()):
        return
    who = worded("a_text_says", words=about[1])
    _hold(count, about[0], (who, "residents"), (land["residents"], homes["residents"]), findings)


def _hold(
    said: float,
    rounded: float,
    about: tuple[str, str],
    values: tuple[Any, Any],
    findings: Findings,
) -> None:
    who, column = about
    each, of_homes = values
    total = float(each.sum())
    if abs(total - said) <= max(SAME * said, rounded):
        return
    silent = int(of_homes.isna().sum())
    lacking = worded("homes_that_say_none", n=silent, total=len(of_homes)) if silent else ""
    message = worded(
        "parcels_together_differ_from_total",
        total=total,
        column=worded(column),
        who=who,
        n=said,
        lacking=lacking,
    )
    findings.add("office-residents", "warning", message, column=column)


def stated(text: str) -> list[tuple[float, tuple[float, str]]]:
    """Residents that a text states: how many, to how many they are rounded, and its words."""
    found = []
    for one in _PEOPLE.finditer(text):
        if _EXISTING.search(text[max(0, one.start() - 8) : one.start()]):
            continue
        factor = 1e4 if one["unit"].startswith("万") else 1.0
        rounded = 0.5 * factor / 10 ** len(one["digits"] or "") if factor > 1 else 0.0
        words = text[max(0, one.start() - 4) : one.end()].strip()
        found.append((float(one["number"].replace(",", "")) * factor, (rounded, words)))
    return found
