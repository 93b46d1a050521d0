"""
What an office says of a whole, held against the sum of its parcels.

Nothing is changed, each difference is told. A block or the planned land may say its residents and dwellings,
and a text of the folder its residents (`规划人口规模1.2万人`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from blockplan.exchange.office.residents import COUNTS, HOMES, blocks_of, is_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from blockplan.exchange.office.source import Findings

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
            homes = there[there["land_use"].fillna("").str.startswith(HOMES)]
            _hold(
                float(said), 0.0, (f"{what} {place} says", column), (there[column], homes[column]), findings
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
    homes = land[land["land_use"].fillna("").str.startswith(HOMES)] if "land_use" in land else land
    count, about = next(iter(totals.items()))
    if "residents" not in land or not land["residents"].notna().any():
        message = (
            f"A text says {count:,.0f} residents ({about[1]!r}), but no parcel, block or building says any; "
            "they stay unknown. Write them into a field 人口 of parcels, blocks or the planned land."
        )
        findings.add("office-residents", "warning", message)
        return
    total = float(land["residents"].sum())
    if any(abs(total - said) <= max(SAME * said, rounded) for said, (rounded, _) in totals.items()):
        return
    who = f"a text ({about[1]!r}) says"
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
    lacking = f"; {silent} of {len(of_homes)} parcels of homes say none" if silent else ""
    message = (
        f"The parcels have {total:,.0f} {column} together, but {who} {said:,.0f}{lacking}. The parcels "
        "count; see which is right."
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
