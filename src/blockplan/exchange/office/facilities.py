"""Facilities: drawn, listed in a table, or only named in a parcel's text; and which parcel each is on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.exchange.office.bounds import status_of
from blockplan.exchange.office.features import Chosen, collect, framed, name_of, parcels_at, unique, value
from blockplan.exchange.office.joining import key, match_numbers
from blockplan.exchange.office.messages import Message, joined, worded
from blockplan.exchange.office.rows import PLACE, about_row, read_rows
from blockplan.exchange.office.source import Findings, SourceFinding
from blockplan.exchange.office.texts import (
    SIZES,
    Named,
    facilities_by_name,
    facilities_in,
    facilities_remarked,
    level_of,
    service_of,
    services,
    sized,
)
from blockplan.exchange.office.values import text_of
from blockplan.plan.model.codes import landuse

if TYPE_CHECKING:
    import geopandas as gpd

    from blockplan.exchange.office.mapping import Choices
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.rows import Row
    from blockplan.plan.model.faults import Grade

ROAD = "1207"
#: Service -> land uses whose parcel is all its site.
OWN_LAND = {
    "kindergarten": ("080404",), "primary_school": ("080403",), "secondary_school": ("080403",),
    "nine_year_school": ("080403",), "hospital": ("080601", "0806"), "clinic": ("080602",),
    "nursing_home": ("080701", "0807"), "culture": ("0803",), "library": ("080301",), "sport": ("0805",),
    "fire": ("1310",),
}  # fmt: skip


#: A number of a parcel among words.
_PLACES = re.compile(r"[A-Za-z0-9]+(?:[-—–－_.][A-Za-z0-9]+)*")
#: What is one and no distance or storey (`30m`, `2F`).
_NUMBER = re.compile(r"[A-Za-z]+.*\d|\d+[-—–－_]\w")


def facilities(
    drawn: list[Chosen],
    tables: list[Chosen],
    parcels: gpd.GeoDataFrame,
    profile: Profile,
    choices: Choices,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """All facilities of a plan; the same one drawn and named in its parcel's text is one facility."""
    rows, shapes = collect(drawn, profile, findings)
    made = [_record(row, "drawing", findings) for row in rows]
    for record, place, row in zip(made, parcels_at(shapes, parcels), rows, strict=True):
        record["parcel_id"] = place or _named_parcel(row, parcels, findings)
    listed = zip(*_listed(tables, parcels, profile, findings), strict=True)
    fresh = _not_drawn(made, list(listed), findings, choices.prefer)
    rows, shapes, made = (
        [*there, *(one[at] for one in fresh)] for at, there in enumerate((rows, shapes, made))
    )
    if choices.texts:
        text_rows, text_shapes, text_made = _from_texts(parcels, made, findings)
        rows, shapes, made = rows + text_rows, shapes + text_shapes, made + text_made
    for record, id_ in zip(made, unique(rows, "facility_id", "F"), strict=True):
        record["facility_id"] = id_
    _own_sites(made, parcels)
    return framed(rows, shapes, made)


def _record(row: Row, source: str, findings: Findings) -> dict[str, Any]:
    name = name_of(row) or text_of(row.get("service"))
    kind = _kind(name, text_of(row.get("service")))
    if kind is None:
        message = worded("service_of_facility_unknown", name=name)
        findings.append(about_row(row, "office-facility", "note", message, value=name))
    service, level = kind or (None, None)
    written = text_of(row.get("level"))
    said = sized(name, f"{text_of(row.get('scale_text'))} {written} {name}", (service, level))
    record: dict[str, Any] = {
        "facility_id": None,
        "parcel_id": None,
        "service": service,
        "level": level or level_of(written) or (None if re.search(r"\d", written) else written or None),
        "name_zh": name or None,
        "status": status_of(str(row["status"])) if row.get("status") else None,
        "read_from": source,
    }
    for size in SIZES:
        own = value(row, size)
        record[size] = own if own is not None and own > 0 else getattr(said, size)
    # The places of a home (定員) are those of people who live there.
    if service == "nursing_home" and record["beds"] is None:
        record["beds"], record["places"] = record["places"], None
    return record


def _kind(name: str, said: str) -> tuple[str, str | None] | None:
    """
    Service and level by the name; by the kind that is said where the name tells no more than "other", or
    the same service without a level.
    A service as a plan of ours calls it is one.
    """
    kind, by_kind = service_of(name), service_of(said.replace("_", " "))
    if own := services().get(said):
        return kind if kind and kind[0] == own else (own, None)
    if kind is None or (by_kind and (kind[0] == "other" or kind == (by_kind[0], None))):
        return by_kind
    return kind


def _named_parcel(row: Row, parcels: gpd.GeoDataFrame, findings: Findings) -> str | None:
    """The parcel whose number a facility says, where it lies in none."""
    number = row.get("parcel_id")
    if not number:
        return _parcel_of_block(row, parcels)
    found = match_numbers([str(number)], parcels["parcel_id"].tolist())[0].get(str(number))
    if found is None:
        message = worded("facility_names_no_parcel", number=number, name=name_of(row) or row[PLACE][2])
        findings.append(about_row(row, "office-unjoined", "warning", message, value=str(number)))
    return found


def _parcel_of_block(row: Row, parcels: gpd.GeoDataFrame) -> str | None:
    """The parcel of the block that a facility says, where the block is one parcel."""
    if not row.get("block_id") or "block_id" not in parcels:
        return None
    said = key(str(row["block_id"]))
    blocks = zip(parcels["parcel_id"], parcels["block_id"], strict=True)
    there = [str(parcel) for parcel, block in blocks if block and key(str(block)) == said]
    return there[0] if len(there) == 1 else None


def _listed(
    tables: list[Chosen], parcels: gpd.GeoDataFrame, profile: Profile, findings: Findings
) -> tuple[list[Row], list[Any], list[dict[str, Any]]]:
    """Facilities of tables: at the parcel whose number they say, each; without one they have no place."""
    points = (
        dict(zip(parcels["parcel_id"], parcels.geometry.representative_point(), strict=True))
        if tables and len(parcels)
        else {}
    )
    kept: tuple[list[Row], list[Any], list[dict[str, Any]]] = ([], [], [])
    for layer, choice in tables:
        for row in read_rows(layer, choice, profile, findings):
            if not name_of(row) and not row.get("service"):
                continue
            for one in _each_place(row, parcels, findings):
                parcel = _named_parcel(one, parcels, findings)
                record = _record(one, "table", findings) | {"parcel_id": parcel}
                if parcel is not None:
                    for part, entry in zip(kept, (one, points[parcel], record), strict=True):
                        part.append(entry)
                elif not one.get("parcel_id"):
                    message = worded("facility_of_table_without_parcel", name=record["name_zh"])
                    findings.append(about_row(one, "office-unjoined", "warning", message))
    return kept


def _not_drawn(
    drawn: list[dict[str, Any]],
    listed: list[tuple[Row, Any, dict[str, Any]]],
    findings: Findings,
    prefer: str = "layer",
) -> list[tuple[Row, Any, dict[str, Any]]]:
    """
    The facilities of tables that no layer draws.

    One that is drawn takes what the table says and the layer does not; of a size that both say, what
    `prefer` (``layer`` or ``table``) says.
    """
    waiting = defaultdict(list)
    for record in drawn:
        waiting[record["parcel_id"]].append(record)
    fresh, same = [], 0
    for row, shape, record in listed:
        there = waiting[record["parcel_id"]]
        known = [one for one in there if _is_same(one, record)]
        known.sort(key=lambda one: one["name_zh"] != record["name_zh"])
        if not known:
            fresh.append((row, shape, record))
            continue
        there[:] = [one for one in there if one is not known[0]]
        _fill(known[0], record, (row, prefer), findings)
        same += 1
    if same:
        message = worded("facilities_listed_and_drawn", n=same)
        findings.add("office-facility", "note", message, measured=float(same))
    return fresh


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """
    Whether two facilities of one parcel are one: of one service, and one's name holds the other's.

    Where neither has a parcel they have to bear one name; of two unknown services one name has to say which.
    """
    names = [key(record["name_zh"] or "") for record in (one, other)]
    services = {record["service"] for record in (one, other)}
    if len(services - {None}) > 1 or (services == {None} and not all(names)):
        return False
    if not one["parcel_id"]:
        return names[0] == names[1] != ""
    return names[0] in names[1] or names[1] in names[0]


def _fill(drawn: dict[str, Any], listed: dict[str, Any], about: tuple[Row, str], findings: Findings) -> None:
    row, prefer = about
    for column in ("service", "level", "status", "name_zh", *SIZES):
        said, own = listed[column], drawn[column]
        if own is None:
            drawn[column] = said
        elif column in SIZES and said is not None and said != own:
            name = drawn["name_zh"]
            counts = said if prefer == "table" else own
            drawn[column] = counts
            message = worded(
                "facility_sizes_differ",
                name=name,
                column=column,
                drawn=own,
                said=said,
                counts=counts,
                prefer=prefer,
            )
            findings.append(about_row(row, "office-value", "warning", message, column=column))


def _each_place(row: Row, parcels: gpd.GeoDataFrame, findings: Findings) -> list[Row]:
    """The row for each parcel that it names (`A-01、E-02`, `A-03地块东侧`), with its size if it says one."""
    said = text_of(row.get("parcel_id"))
    there = parcels["parcel_id"].tolist() if len(parcels) else []
    if not said or match_numbers([said], there)[0]:
        return [row]
    words = _PLACES.findall(said)
    found = match_numbers(words, there)[0]
    alone = not re.search(r"\w", _PLACES.sub("", said))
    places = [word for word in dict.fromkeys(words) if word in found and (alone or re.search(r"\D", word))]
    if not places:
        return [row]
    for word in dict.fromkeys(words):
        if word not in found and (alone or _NUMBER.match(word)):
            _named_parcel(row | {"parcel_id": word}, parcels, findings)
    sizes = [part for part in re.split(r"[、,，;；/和及]", text_of(row.get("scale_text"))) if part.strip()]
    shared = dict.fromkeys((*SIZES, "scale_text"))
    if len(places) == 1:
        return [row | {"parcel_id": places[0]}]
    if len(sizes) == len(places):
        pairs = zip(places, sizes, strict=True)
        return [row | shared | {"parcel_id": place, "scale_text": size} for place, size in pairs]
    size = any(row.get(column) for column in shared)
    unknown = worded("size_of_each_or_of_all") if size else ""
    message = worded(
        "facility_in_several_parcels",
        name=name_of(row) or row[PLACE][2],
        n=len(places),
        count=len(places),
        unknown=unknown,
    )
    findings.append(about_row(row, "office-value", "warning", message, value=said))
    return [row | shared | {"parcel_id": place} for place in places]


def _from_texts(
    parcels: gpd.GeoDataFrame, there: list[dict[str, Any]], findings: Findings
) -> tuple[list[Row], list[Any], list[dict[str, Any]]]:
    """Facilities that only a parcel's text names; one that is drawn there takes the text's sizes instead."""
    rows: list[Row] = []
    shapes: list[Any] = []
    made: list[dict[str, Any]] = []
    open_: dict[Any, list[dict[str, Any]]] = {}
    for record in there:
        open_.setdefault(record["parcel_id"], []).append(record)
    nothing = [None] * len(parcels)
    texts, remarks = (parcels.get(column, nothing) for column in ("facilities_text", "remarks"))
    # What a road parcel remarks is where it comes from.
    remarks = [
        None if use == ROAD else remark
        for use, remark in zip(parcels.get("land_use", nothing), remarks, strict=True)
    ]
    uses = parcels.get("land_use", nothing)
    for number, use, text, remark, shape in zip(
        parcels["parcel_id"], uses, texts, remarks, parcels.geometry.to_numpy(), strict=True
    ):
        found, unread = facilities_in(text) if isinstance(text, str) else ([], [])
        findings += [_unread(number, str(text), item) for item in unread]
        for one in [*found, *_remarked((number, use), remark, found, findings)]:
            listed = any(one is other for other in found)
            column = "facilities_text" if listed else "remarks"
            findings += _of_several(number, column, str(text if listed else remark), one)
            same = _taken(open_, number, one)
            if same is not None:
                for size in SIZES:
                    same[size] = getattr(one, size) if same[size] is None else same[size]
                continue
            rows.append({PLACE: ("", "parcels", number)})
            shapes.append(shape.representative_point())
            made.append(_named(one, number))
    return rows, shapes, made


def _taken(there: dict[Any, list[dict[str, Any]]], number: str, one: Named) -> dict[str, Any] | None:
    """
    The facility of a parcel that its text names, taken from those that wait there: of the same name, or
    else of the same service.
    """
    waiting = there.get(number, [])
    same = [record for record in waiting if key(record["name_zh"] or "") == key(one.name)]
    kind = one.service or one.name
    same += [record for record in waiting if (record["service"] or record["name_zh"]) == kind]
    if not same:
        return None
    there[number] = [record for record in waiting if record is not same[0]]
    return same[0]


def _remarked(parcel: tuple[str, Any], remark: Any, named: list[Named], findings: Findings) -> list[Named]:
    """
    Facilities that a parcel's remarks name beyond its list of facilities; each is told. On land for their own
    use a name of its own will do (`海棠小学` on land of schools).
    """
    if not remark:
        return []
    number, use = parcel
    known = {one.service for one in named}
    said = facilities_remarked(remark)
    national, there = landuse(), {one.service for one in said}
    said += [
        one
        for one in facilities_by_name(remark)
        if one.service not in there
        and any(national.within(use or "", own) for own in OWN_LAND.get(one.service or "", ()))
    ]
    more = [one for one in said if one.service not in known]
    findings += [
        SourceFinding(
            "office-text",
            "note",
            worded("facility_in_remarks", name=one.name, number=number),
            layer="parcels",
            id=number,
            column="remarks",
            value=str(remark)[:200],
        )
        for one in more
    ]
    return more


def _named(one: Named, number: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "facility_id": None,
        "parcel_id": number,
        "service": one.service,
        "level": one.level,
        "name_zh": one.name,
        "status": "planned",
        "read_from": "text",
    }
    return record | {size: getattr(one, size) for size in SIZES}


def _unread(number: str, text: str, item: str) -> SourceFinding:
    message = worded("facility_text_unknown", item=item, number=number)
    return SourceFinding(
        "office-text", "note", message, layer="parcels", id=number, column="facilities_text", value=text[:200]
    )


def _of_several(number: str, column: str, text: str, one: Named) -> list[SourceFinding]:
    """What was done with a size that a text says of several facilities at once."""
    about = worded("title_of_parcel", title=text[:60], number=number)
    told: list[tuple[Grade, Message]] = []
    if one.shared:
        told.append(
            (
                "note",
                worded(
                    "amount_shared_out_evenly",
                    about=about,
                    things=joined(map(worded, one.shared), ", "),
                ),
            )
        )
    if one.unclear:
        told.append(
            (
                "warning",
                worded("amount_of_each_unknown", about=about, things=joined(map(worded, one.unclear), ", ")),
            )
        )
    return [
        SourceFinding(
            "office-text", grade, message, layer="parcels", id=number, column=column, value=text[:200]
        )
        for grade, message in told
    ]


def _own_sites(made: list[dict[str, Any]], parcels: gpd.GeoDataFrame) -> None:
    """A facility alone on land of its own use has the whole parcel as its site."""
    national = landuse()
    uses = dict(zip(parcels["parcel_id"], parcels.get("land_use", [None] * len(parcels)), strict=True))
    areas = dict(
        zip(parcels["parcel_id"], np.round(shapely.area(parcels.geometry.to_numpy()), 1), strict=True)
    )
    on, any_on = Counter[str](), Counter(record["parcel_id"] for record in made)
    for record in made:
        if record["service"] and _own(record, uses, national):
            on[record["parcel_id"]] += 1
    for record in made:
        parcel = record["parcel_id"]
        alone = on[parcel] == 1 and record["service"] and _own(record, uses, national)
        # Service land of homes (R22) is a kindergarten's where nothing else stands on it.
        service = record["service"] == "kindergarten" and national.within(uses.get(parcel) or "", "0702")
        alone = alone or (service and any_on[parcel] == 1)
        if alone and record["site_area_m2"] is None:
            record["site_area_m2"] = float(areas[record["parcel_id"]])


def _own(record: dict[str, Any], uses: dict[str, Any], national: Any) -> bool:
    use = uses.get(record["parcel_id"])
    return any(national.within(use, own) for own in OWN_LAND.get(record["service"], ())) if use else False
