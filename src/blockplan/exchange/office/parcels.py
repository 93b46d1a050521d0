"""Parcels from an office's layers: numbers that stand twice or nowhere, broken outlines, codes, bounds."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from blockplan.exchange.office import codes
from blockplan.exchange.office.bounds import (
    AMOUNTS,
    KINDS,
    TEXTS,
    allowed_beside,
    bounded,
    figures_beside,
    setbacks_in,
    states,
    status_of,
)
from blockplan.exchange.office.duplicate_files import refuse_two_drawings
from blockplan.exchange.office.features import OURS, as_given, beside, parcels_at
from blockplan.exchange.office.joining import block_named, key, same
from blockplan.exchange.office.kilometres import refuse_specks
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.residents import of_households
from blockplan.exchange.office.rows import PLACE, about_row, read_rows
from blockplan.exchange.office.values import Amount, text_of
from blockplan.plan.model.frames import only_areas

if TYPE_CHECKING:
    from blockplan.exchange.office.mapping import CodeChoice, LayerChoice, OfficeMapping
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.rows import Row
    from blockplan.exchange.office.source import Findings, SourceLayer

#: A shape smaller than this, or nowhere wider than the second, is a sliver.
SLIVER_M2, SLIVER_M = 1.0, 0.05
#: Two shapes of one number that share this much of the smaller one are one parcel drawn twice.
DOUBLE_SHARE = 0.9
#: Tags of a map that say the use of an area where `landuse` does not.
TAGS = ("=amenity", "=leisure", "=tourism", "=natural")
#: Land that is built on: a bound of zero there is a field that nobody filled in.
BUILT = ("07", "08", "09", "10", "11", "13")
#: Numbers of which fewer than this share are different count within something; with it nearly all differ.
ANEW, DISTINCT = 0.7, 0.95
NATIONAL = codes.NATIONAL


@dataclass(slots=True)
class ImportedParcels:
    """Rows of the parcels with their shapes, the codes that came up, and what was healed."""

    rows: list[Row] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    codes: list[CodeChoice] = field(default_factory=list)
    healed: list[dict[str, Any]] = field(default_factory=list)


def gather(
    layers: list[tuple[SourceLayer, LayerChoice]],
    mapping: OfficeMapping,
    profile: Profile,
    areas: dict[str, gpd.GeoDataFrame],
    findings: Findings,
) -> ImportedParcels:
    """
    The parcels of all layers, each with one number of its own; broken outlines are fixed and listed.

    Parameters
    ----------
    areas
        Drawn ``blocks`` and ``subblocks``, in which numbers may count anew.
    """
    found = ImportedParcels()
    count = 0
    for layer, choice in layers:
        count += len(layer.frame)
        rows = read_rows(layer, choice, profile, findings)
        shapes: Any = layer.frame.geometry.to_numpy()
        if choice.role == "road_areas":
            for row in rows:
                row["land_use"], row["_standard"] = "1207", NATIONAL
        else:
            _tagged(layer, rows, findings)
            _named_after(layer, rows, findings)
        _sound(found, rows, shapes, findings)
    refuse_specks(count, len(found.rows))
    _numbered(found, mapping, areas, findings)
    return found


def _tagged(layer: SourceLayer, rows: list[Row], findings: Findings) -> None:
    """Of a map's areas (OpenStreetMap) that say no `landuse`, another tag of theirs says the use."""
    silent = [row for row in rows if not row.get("land_use") and not row.get("land_use_name")]
    said = [(row, next((row[tag] for tag in TAGS if row.get(tag)), None)) for row in silent]
    told = [(row, tag) for row, tag in said if tag]
    for row, tag in told:
        row["land_use_name"] = str(tag)
    if told:
        names = ", ".join(tag[1:] for tag in TAGS if any(tag in row for row, _ in told))
        message = worded("areas_use_from_other_tag", n=len(told), names=names)
        findings.add("office-code", "note", message, **layer.place)


def _named_after(layer: SourceLayer, rows: list[Row], findings: Findings) -> None:
    """Of a layer a class (`R2二类居住用地`, `居住用地`), whose features say no use, the name says it."""
    if not rows or any(row.get("land_use") or row.get("land_use_name") for row in rows):
        return
    code = codes.use_named(layer.name)
    bare = re.sub(r"[\d_\-]+$", "", layer.name)
    name = bare if not code and re.search(r".(?:用地|绿地|水域)$", bare) else ""
    if not code and codes.translate("", NATIONAL, name).to is None:
        return
    for row in rows:
        row["land_use" if code else "land_use_name"] = code or name
    message = worded("use_from_name_of_layer", use=code or name)
    findings.add("office-code", "note", message, value=code or name, **layer.place)


def _sound(found: ImportedParcels, rows: list[Row], shapes: Any, findings: Findings) -> None:
    valid = shapely.is_valid(shapes)
    areas = shapely.area(shapes)
    for at, row in enumerate(rows):
        shape = shapes[at]
        if not valid[at]:
            fixed = only_areas(shapely.make_valid(shape))
            x, y = _point(shape)
            message = worded("outline_fixed", name=row[PLACE][2], area=fixed.area)
            findings.append(
                about_row(row, "office-outline", "warning", message, measured=fixed.area, x=x, y=y)
            )
            found.healed.append(
                {
                    "layer": row[PLACE][1],
                    "id": row[PLACE][2],
                    "what": worded("outline_crosses_itself"),
                    "x": x,
                    "y": y,
                    "area_m2": round(fixed.area, 2),
                }
            )
            shape = fixed
            areas[at] = fixed.area
        if shape.is_empty or shape.geom_type not in {"Polygon", "MultiPolygon"}:
            findings.append(
                about_row(
                    row,
                    "office-outline",
                    "warning",
                    worded("shape_encloses_no_land", name=row[PLACE][2]),
                )
            )
            continue
        if areas[at] < SLIVER_M2 or (areas[at] < 50 and shape.buffer(-SLIVER_M / 2).is_empty):
            x, y = _point(shape)
            message = worded("sliver_left_out", name=row[PLACE][2], area=areas[at])
            findings.append(
                about_row(row, "office-sliver", "warning", message, measured=float(areas[at]), x=x, y=y)
            )
            continue
        found.rows.append(row)
        found.shapes.append(shape)


def _point(shape: Any) -> tuple[float, float]:
    try:
        point = shape.representative_point()
    except shapely.errors.GEOSException:
        point = shape.envelope.centroid
    return (round(point.x, 3), round(point.y, 3)) if not point.is_empty else (0.0, 0.0)


# Numbers


def _lying_in(found: ImportedParcels, areas: dict[str, gpd.GeoDataFrame]) -> None:
    """Enter the block or subblock in which each parcel lies."""
    for layer, column in (("subblocks", "subblock_id"), ("blocks", "block_id")):
        if layer in areas and found.rows:
            drawn = areas[layer].rename(columns={column: "parcel_id"})
            middles = [shape.representative_point() for shape in found.shapes]
            for row, name in zip(found.rows, parcels_at(middles, drawn), strict=True):
                if name:
                    row[column] = name
            return


def _within_blocks(found: ImportedParcels, areas: dict[str, gpd.GeoDataFrame], findings: Findings) -> None:
    """Numbers that begin anew in each block (01, 02 ...) stand behind the name of it, its file or folder."""
    numbered = [row for row in found.rows if row.get("parcel_id") and "_standard" not in row]
    plain_count = len({key(str(row["parcel_id"])) for row in numbered})
    if not numbered or plain_count > ANEW * len(numbered):
        return
    if not any(row.get("subblock_id") or row.get("block_id") for row in numbered):
        _lying_in(found, areas)
    if not any(row.get("subblock_id") or row.get("block_id") for row in numbered):
        blocks = _block_of_layers({row[PLACE][:2] for row in numbered})
        for row in numbered if blocks else ():
            row["block_id"] = blocks[row[PLACE][:2]]
    for column in ("subblock_id", "block_id"):
        whole = [
            f"{row[column]}-{row['parcel_id']}" if row.get(column) else str(row["parcel_id"])
            for row in numbered
        ]
        if len({key(one) for one in whole}) < DISTINCT * len(numbered):
            continue
        file, layer, _ = numbered[0][PLACE]
        message = worded("parcel_numbers_count_within_block", plain=numbered[0]["parcel_id"], full=whole[0])
        findings.add("office-number", "note", message, file=file, layer=layer)
        for row, number in zip(numbered, whole, strict=True):
            row["parcel_id"] = number
        return


def _block_of_layers(places: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """
    What the names of layers, files or folders call the block of each, where they tell all apart.

    Examples
    --------
    >>> sorted(_block_of_layers({("A街坊/用地.shp", "用地"), ("B街坊/用地.shp", "用地")}).values())
    ['A', 'B']
    """
    if len(places) < 2:
        return {}
    parts = {place: [place[1], *reversed(PurePath(place[0]).with_suffix("").parts)] for place in places}
    for depth in range(min(map(len, parts.values()))):
        named = {place: block_named(one[depth]) for place, one in parts.items()}
        if all(named.values()) and len(set(named.values())) == len(places):
            return named
    return {}


def _numbered(
    found: ImportedParcels,
    mapping: OfficeMapping,
    areas: dict[str, gpd.GeoDataFrame],
    findings: Findings,
) -> None:
    _within_blocks(found, areas, findings)
    by_number: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(found.rows):
        by_number[key(str(row.get("parcel_id", "")))].append(at)
    gone: set[int] = set()
    without = by_number.pop("", [])
    if mapping.choices.double_numbers == "parts":
        refuse_two_drawings([[found.shapes[at] for at in rows] for rows in by_number.values()])
    taken = set(by_number)
    for rows in by_number.values():
        if len(rows) > 1:
            _twice(found, rows, gone, mapping.choices.double_numbers, findings)
    without = _called_by_blocks(found.rows, without, taken, findings)
    number = 0
    called: dict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for at in without:
        while not number or key(f"N{number:04d}") in taken:
            number += 1
        taken.add(key(f"N{number:04d}"))
        row = found.rows[at]
        row["parcel_id"] = f"N{number:04d}"
        called[(*row[PLACE][:2], row.get("_standard") == NATIONAL)].append(at)
    for (_, _, quiet), there in called.items():
        first, last = found.rows[there[0]], found.rows[there[-1]]
        x, y = _point(found.shapes[there[0]])
        names = worded(
            "called_first_to_last",
            first=first["parcel_id"],
            last=last["parcel_id"],
            name=first[PLACE][2],
        )
        one = worded("parcel_without_number", name=first[PLACE][2], id=first["parcel_id"])
        message = one if len(there) == 1 else worded("parcels_without_number", n=len(there), called=names)
        about = {"measured": float(len(there)), "x": x, "y": y}
        findings.append(about_row(first, "office-number", "note" if quiet else "warning", message, **about))
    keep = [at for at in range(len(found.rows)) if at not in gone]
    found.rows = [found.rows[at] for at in keep]
    found.shapes = [found.shapes[at] for at in keep]


def _called_by_blocks(
    rows: list[dict[str, Any]], without: list[int], taken: set[str], findings: Findings
) -> list[int]:
    """Give parcels without a number that of their block, where each stands for one; gives those left."""
    blocks = [str(rows[at].get("block_id") or "") for at in without]
    if len(blocks) < 2 or not all(blocks) or len({key(one) for one in blocks} - taken) < len(blocks):
        return without
    for at, block in zip(without, blocks, strict=True):
        rows[at]["parcel_id"] = block
        taken.add(key(block))
    message = worded("parcels_without_number_by_block", n=len(blocks))
    findings.append(about_row(rows[without[0]], "office-number", "note", message, value=blocks[0]))
    return []


def _twice(found: ImportedParcels, rows: list[int], gone: set[int], choice: str, findings: Findings) -> None:
    """Features of one number: drawn twice, parts of one parcel, or different parcels."""
    first, *others = rows
    number = str(found.rows[first]["parcel_id"])
    count = 1
    for at in others:
        mine, theirs = found.shapes[first], found.shapes[at]
        x, y = _point(theirs)
        about: dict[str, Any] = {"measured": float(theirs.area), "x": x, "y": y}
        shared = shapely.intersection(mine, theirs).area
        if shared >= DOUBLE_SHARE * min(mine.area, theirs.area):
            gone.add(at)
            message = worded("drawn_twice", number=number)
            findings.append(about_row(found.rows[at], "office-twice", "warning", message, **about))
        elif choice == "parts" and _parts(found, first, at):
            found.shapes[first] = (
                shapely.multipolygons([*shapely.get_parts(mine), *shapely.get_parts(theirs)])
                if not shared
                else shapely.union_all([mine, theirs])
            )
            gone.add(at)
            message = worded("number_at_shapes_same_values", number=number, n=len(rows))
            findings.append(about_row(found.rows[at], "office-parts", "note", message, **about))
        else:
            count += 1
            found.rows[at]["parcel_id"] = f"{number}#{count}"
            message = worded(
                "number_at_shapes_other_values", number=number, n=len(rows), new=number, count=count
            )
            findings.append(about_row(found.rows[at], "office-number", "error", message, **about))


def _parts(found: ImportedParcels, first: int, at: int) -> bool:
    one, other = found.rows[first], found.rows[at]
    columns = {column for row in (one, other) for column in row if not column.startswith(("_", "="))}
    if any(
        not same(one.get(column, ""), other.get(column, "")) for column in columns if column != "parcel_id"
    ):
        return False
    said = other.get("declared_area_m2")
    # Each with its own area right is two parcels, whatever the number says.
    own = isinstance(said, Amount) and abs(said.value - found.shapes[at].area) <= 0.01 * said.value
    alone = isinstance(said, Amount) and abs(said.value - found.shapes[first].area) <= 0.01 * said.value
    return not (own and alone)


# Columns


_PLAIN = ("land_use", "land_use_given", "land_use_given_list", *TEXTS, "setbacks_text", "facilities_text")


def frame(found: ImportedParcels, profile: Profile, list_name: str, findings: Findings) -> gpd.GeoDataFrame:
    """The layer `parcels` of the plan; the office's other fields stay beside under their own names."""
    known = profile.of_role("parcels")
    records = [_record(row, known, list_name, findings) for row in found.rows]
    of_households(records, found.rows, findings)
    columns = list(dict.fromkeys(column for record in records for column in record))
    own = {beside(name) for row in found.rows for name in row if name.startswith("=")} - OURS
    table = {column: [record.get(column) for record in records] for column in columns}
    table |= {column: as_given(table[column]) for column in columns if column in own}
    return gpd.GeoDataFrame(table, geometry=np.array(found.shapes, dtype=object))


def _record(row: Row, known: Any, list_name: str, findings: Findings) -> dict[str, Any]:
    record: dict[str, Any] = {"parcel_id": str(row["parcel_id"]), "land_use_list": NATIONAL}
    record |= {column: row[column] for column in _PLAIN if row.get(column)}
    for base in KINDS:
        record |= bounded(row, base, known)
    for base, (amount, words) in figures_beside(text_of(row.get("remarks"))).items():
        if not {base, f"{base}_min", f"{base}_max"} & record.keys():
            record |= bounded({base: amount}, base, known)
            message = worded("figure_in_remarks", words=words, id=row["parcel_id"], column=base)
            findings.append(about_row(row, "office-text", "note", message, column=base, value=words))
    record |= {column: row[column].value for column in AMOUNTS if isinstance(row.get(column), Amount)}
    if row.get("setbacks_text"):
        record = setbacks_in(row["setbacks_text"]) | record
    _unfilled(record, row, findings)
    record |= _status(row, findings) | _uses_beside(row, record.get("land_use"), list_name)
    record |= _permitted(row, list_name)
    if "existing_land_use" in record:
        given = str(record["existing_land_use"])
        record["existing_land_use"] = codes.translate(given, list_name).to or given
    for name, value in row.items():
        own = beside(name) if name.startswith("=") else ""
        if own and own not in record:
            record[own] = text_of(value) if own in OURS else value
    return {column: value for column, value in record.items() if value not in ("", None)}


def _unfilled(record: dict[str, Any], row: Row, findings: Findings) -> None:
    """
    On land to build on, a bound of zero is a field that nobody filled in, and
    homes for nobody likewise.
    """
    use = str(record.get("land_use", ""))
    zero = [
        base for base in ("far", "height_m", "coverage_ratio") if use[:2] in BUILT and record.get(base) == 0
    ]
    if use[:4] in {"0701", "0703"} and record.get("residents") == 0 and not record.get("dwellings"):
        zero.append("residents")
    for base in zero:
        for column in (base, f"{base}_min", f"{base}_max", KINDS.get(base, "")):
            record.pop(column, None)
        message = worded("zero_taken_as_not_filled_in", column=base, id=record["parcel_id"], use=use)
        findings.append(about_row(row, "office-zero", "note", message, column=base, value="0"))


def _status(row: Row, findings: Findings) -> dict[str, str]:
    if not row.get("status"):
        # A remark that says nothing else is the state of the parcel.
        if not row.get("remarks"):
            return {}
        items = re.split(r"[,，;；、。\s]+", text_of(row["remarks"]))
        said = next((item for item in items if states(item)), "")
        return {"status": status_of(said) or ""} if said else {}
    found = status_of(str(row["status"]))
    if found is None:
        message = worded("state_of_development_unknown", status=row["status"], id=row.get("parcel_id"))
        findings.append(
            about_row(row, "office-value", "note", message, column="status", value=str(row["status"]))
        )
        return {"status_given": str(row["status"])}
    return {"status": found}


def _uses_beside(row: Row, main: Any, list_name: str) -> dict[str, str]:
    """Uses that may stand beside the main one: those of a mixed code, and those that the office lists."""
    beside = list(row.get("_beside", ()))
    given = str(row.get("compatible_uses") or "")
    split = ""
    if not given and row.get("remarks"):
        given, split = allowed_beside(text_of(row["remarks"]))
        given, split = (given, split) if _uses(given, list_name) else ("", "")
    if given:
        beside += _uses(given, list_name)
    found = ",".join(dict.fromkeys(code for code in beside if code != main))
    said = {"compatible_uses": found, "compatible_uses_given": given if given != found else ""}
    return said | ({"compatible_split": split} if split and not row.get("compatible_split") else {})


def _permitted(row: Row, list_name: str) -> dict[str, str]:
    """Uses that the parcel may take instead; words of which not all are known stay beside as they are."""
    given = text_of(row.get("permitted"))
    found = ",".join(dict.fromkeys(_uses(given, list_name))) if given else ""
    return {"permitted": found, "permitted_given": given if given != found else ""}


def _uses(text: str, list_name: str) -> list[str]:
    """Codes of 2023 of the uses that a text lists, by codes or by names."""
    listed = codes.codes_in(text)
    done = [codes.translate(code, list_name) for code in listed]
    if not listed:
        done = [
            codes.translate("", list_name, part)
            for part in re.split(r"[、,，/+;；和及与]", text)
            if part.strip()
        ]
    return [one.to for one in done if one.to]
