"""
The layers of one plan from the chosen layers of an office: parcels, tables,
roads, facilities, outlines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from blockplan.exchange.office import codes, features, parcels, roads, translation
from blockplan.exchange.office.blocks import derived_blocks, numbered_by_parcels
from blockplan.exchange.office.duplicate_files import without_twins
from blockplan.exchange.office.facilities import facilities
from blockplan.exchange.office.greens import entrances, greens, greens_beside_parcels
from blockplan.exchange.office.joining import join
from blockplan.exchange.office.mapping import FieldChoice, Question
from blockplan.exchange.office.messages import worded
from blockplan.exchange.office.network_lines import partition
from blockplan.exchange.office.residents import compare_with_parcels, residents_source, scope_of, share_out
from blockplan.exchange.office.road_remarks import CROSSING, language_of, road_remark
from blockplan.exchange.office.rows import read_rows
from blockplan.exchange.office.source import AssembledPlan, Findings
from blockplan.exchange.office.streets import streets as drawn_streets
from blockplan.exchange.office.streets import with_widths
from blockplan.exchange.office.titles import says_before
from blockplan.exchange.office.values import text_of
from blockplan.exchange.office.without_parcels import without_parcels
from blockplan.plan.model.plan import DERIVED

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyproj

    from blockplan.exchange.office.features import Chosen
    from blockplan.exchange.office.mapping import OfficeMapping
    from blockplan.exchange.office.profile import Profile
    from blockplan.exchange.office.rows import Row

#: Field that parcels take from the labels that stand in them.
LABEL = "label"
#: A layer of water of which this share lies on no parcel is planned land of its own.
FREE_SHARE = 0.5
#: A smaller gap comes from rounding and is none, m2.
LEAST_GAP_M2 = 0.01


def assemble(
    layers: list[Chosen],
    mapping: OfficeMapping,
    profile: Profile,
    crs: pyproj.CRS | None,
    findings: Findings,
    ask: Callable[[Question], int] | None = None,
) -> AssembledPlan:
    """All layers of the plan."""
    layers, twins = without_twins(layers, findings)

    def of(*roles: str) -> list[Chosen]:
        return [(layer, choice) for layer, choice in layers if choice.role in roles]

    built = AssembledPlan()
    tables = {role: _rows(of(role), profile, findings) for role in ("street_table", "block_table")}
    made = _others(of, tables, profile, findings)
    if not of("parcels", "road_areas"):
        roles = ("boundary", "facilities", "facility_table", "green_entrances")
        drawn = {role: of(role) for role in roles}
        return without_parcels(made, drawn, crs, mapping, profile, findings)
    _numbers_of_labels(of("parcels"), of("labels"), findings)
    found = parcels.gather(of("parcels", "road_areas"), mapping, profile, made, findings)
    built.made["joined"] = _join_tables(
        found.rows,
        [*_of_the_plan(of("parcel_table"), findings), *_as_tables(twins)],
        mapping,
        profile,
        findings,
    )
    list_name = _code_list(found, mapping, findings, ask)
    translation.translate_codes(found, list_name, mapping, findings)
    built.codes = found.codes
    frame = parcels.frame(found, profile, list_name, findings)
    _floor_areas(frame, mapping, built, findings)
    frame = _with_water(frame, of("water_areas"), profile, findings)
    scope = features.outlines(of("boundary"), profile, findings, worded("boundary"))
    boundary = _given_boundary(scope, mapping)
    built.title = _name_of_land(scope, twins, profile)
    frame, outline = _roads(frame, made.get("streets"), boundary, mapping, built, findings)
    _existing(frame, of("existing_land"), list_name, profile, findings)
    made["facilities"] = facilities(
        of("facilities"), of("facility_table"), frame, profile, mapping.choices, findings
    )
    frame = frame.drop(columns=[column for column in frame.columns if frame[column].isna().all()])
    _on_parcels(made, frame)
    same = greens_beside_parcels(made, frame, findings)
    if of("green_entrances"):
        entrances(of("green_entrances"), made, frame, same, profile, findings)
    numbered_by_parcels(made, frame, findings)
    derived_blocks(made, frame, tables["block_table"], findings)
    block, land = worded("block"), worded("the_planned_land")
    built.said |= share_out(frame, made.get("blocks"), block, findings) or share_out(
        frame, scope_of(scope), land, findings
    )
    compare_with_parcels(frame, made.get("blocks"), block, findings)
    compare_with_parcels(frame, scope_of(scope), land, findings)
    made |= {"boundary": outline, "parcels": frame}
    built.layers = {name: layer.set_crs(crs, allow_override=True) for name, layer in made.items()}
    built.made |= {
        "healed": found.healed,
        "code_list": list_name,
        "codes": [one.model_dump() for one in found.codes],
        "facilities_from_texts": int((made["facilities"].get("read_from", np.array([])) == "text").sum())
        if len(made["facilities"])
        else 0,
    }
    built.said["code_list"] = codes.LISTS[list_name][0]
    built.manifest = residents_source(frame, made.get("buildings"), mapping)
    return built


def _numbers_of_labels(chosen: list[Chosen], labels: list[Chosen], findings: Findings) -> None:
    """Parcels that say no number take that of the one label which stands in them."""
    texts = [
        (shape if shape.geom_type == "Point" else shape.representative_point(), text_of(value))
        for layer, choice in labels
        if (one := choice.column("text")) is not None
        for shape, value in zip(layer.frame.geometry, layer.frame[one.field], strict=True)
        if re.search(r"\d", text_of(value))
    ]
    if not texts:
        return
    tree = shapely.STRtree([point for point, _ in texts])
    for layer, choice in chosen:
        number = choice.column("parcel_id")
        if number is not None and number.field != LABEL:
            continue
        found = [
            {texts[at][1] for at in tree.query(shape, predicate="intersects")}
            for shape in layer.frame.geometry
        ]
        layer.frame = layer.frame.copy(deep=False)
        layer.frame[LABEL] = [one.pop() if len(one) == 1 else None for one in found]
        why = worded("the_one_label_in_each_parcel")
        choice.field = [one for one in choice.field if one.field != LABEL]
        choice.field.append(FieldChoice(field=LABEL, column="parcel_id", confidence=0.8, why=why))
        message = worded("parcel_numbers_from_labels", n=layer.frame[LABEL].notna().sum())
        findings.add("office-number", "note", message, **layer.place)


def _rows(chosen: list[Chosen], profile: Profile, findings: Findings) -> list[Row]:
    return [row for layer, choice in chosen for row in read_rows(layer, choice, profile, findings)]


def _of_the_plan(tables: list[Chosen], findings: Findings) -> list[Chosen]:
    """The tables but those called after what stands today or was before, where there are others."""
    kept = [(layer, choice) for layer, choice in tables if not says_before(layer.name)]
    if not kept:
        return tables
    for layer, _ in tables:
        if says_before(layer.name):
            message = worded("table_of_existing_state")
            findings.add("office-layer", "note", message, **layer.place)
    return kept


def _join_tables(
    rows: list[Row],
    tables: list[Chosen],
    mapping: OfficeMapping,
    profile: Profile,
    findings: Findings,
) -> list[dict[str, Any]]:
    joined = []
    for layer, choice in tables:
        table = read_rows(layer, choice, profile, findings)
        n = join(rows, table, mapping.choices.prefer, findings)
        joined.append({"file": layer.file, "layer": layer.name, "rows": len(table), "parcels": n})
    return joined


def _as_tables(twins: list[Chosen]) -> list[Chosen]:
    """What another form of the parcels says of them, for what the first form leaves out."""
    return [(layer, choice) for layer, choice in twins if choice.role == "parcels"]


def _code_list(
    found: parcels.ImportedParcels,
    mapping: OfficeMapping,
    findings: Findings,
    ask: Callable[[Question], int] | None,
) -> str:
    list_name, sure, close = translation.code_list(found.rows, mapping)
    if close:
        options = [list_name, close]
        titles = [codes.LISTS[one][0] for one in options]
        if ask is not None:
            list_name = options[ask(Question(worded("ask_list_of_land_use_codes"), titles))]
        else:
            message = worded("codes_fit_two_lists", taken=titles[0], kind=titles[1])
            findings.add("office-close", "warning", message, measured=round(sure, 2))
    mapping.choices.code_list = list_name  # type: ignore[assignment]
    return list_name


def _floor_areas(
    frame: gpd.GeoDataFrame, mapping: OfficeMapping, built: AssembledPlan, findings: Findings
) -> None:
    """The floor area of a parcel that says none: FAR times the site that it says, or that is drawn."""
    if mapping.choices.floor_area == "none" or "far" not in frame:
        return
    own = frame["floor_area_m2"].astype("float64") if "floor_area_m2" in frame else np.nan
    said = frame["declared_area_m2"].astype("float64") if "declared_area_m2" in frame else np.nan
    site = np.where(np.isnan(said), frame.geometry.area, said)
    upper = frame["far_kind"].isin(["upper", "range", "guide"]).to_numpy()
    computed = np.where(upper, frame["far"].astype("float64") * site, np.nan)
    made = np.isnan(np.broadcast_to(own, computed.shape)) & ~np.isnan(computed)
    if made.any():
        frame["floor_area_m2"] = np.where(made, np.round(computed, 1), own)
        built.said["floor_area"] = worded("floor_area_is_far_times_site_area", n=int(made.sum()))
        message = worded("floor_area_taken_as_far_times_site_area", n=int(made.sum()))
        findings.add("office-floor-area", "note", message, layer="parcels", measured=float(made.sum()))


def _with_water(
    frame: gpd.GeoDataFrame, chosen: list[Chosen], profile: Profile, findings: Findings
) -> gpd.GeoDataFrame:
    """Water drawn on land that no parcel covers is planned land too: it becomes parcels of class 17."""
    drawn = features.outlines(chosen, profile, findings)
    if not drawn or not len(frame):
        return frame
    ground = shapely.union_all(frame.geometry.to_numpy())
    free = [(row, shapely.difference(shape, ground)) for row, shape in drawn]
    rows = [
        (row, shape)
        for (row, shape), (_, whole) in zip(free, drawn, strict=True)
        if shape.area > FREE_SHARE * whole.area
    ]
    rows = [
        (row, part)
        for row, shape in rows
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area > parcels.SLIVER_M2
    ]
    if not rows:
        return frame
    more = gpd.GeoDataFrame(
        {
            "parcel_id": _free_ids(
                [str(row.get("id") or f"W{at:03d}") for at, (row, _) in enumerate(rows, start=1)], frame
            ),
            "land_use": "17",
            "land_use_list": parcels.NATIONAL,
        },
        geometry=[shape for _, shape in rows],
    )
    return _stacked(frame, more)


def _free_ids(wanted: list[str], frame: gpd.GeoDataFrame) -> list[str]:
    taken = set(frame["parcel_id"])
    ids = []
    for name in wanted:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}-{number}"
        taken.add(free)
        ids.append(free)
    return ids


def _stacked(frame: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    columns = list(dict.fromkeys([*frame.columns, *more.columns]))
    parts = [
        part.reindex(columns=columns).astype({c: "object" for c in columns if c != "geometry"})
        for part in (frame, more)
    ]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry")


def _others(
    of: Callable[..., list[Chosen]],
    tables: dict[str, list[Row]],
    profile: Profile,
    findings: Findings,
) -> dict[str, gpd.GeoDataFrame]:
    made: dict[str, gpd.GeoDataFrame] = {}
    if of("streets"):
        made["streets"] = drawn_streets(of("streets"), tables["street_table"], profile, findings)
    for role, name, make in (
        ("buildings", "buildings", features.buildings),
        ("stops", "stops", features.stops),
        ("setbacks", "setbacks", features.setbacks),
        ("accesses", "accesses", features.accesses),
        ("greens", "greens", greens),
    ):
        if of(role):
            made[name] = make(of(role), profile, findings)
    if of("control_lines", "road_edges"):
        made["control_lines"] = features.control_lines(of("control_lines", "road_edges"), profile, findings)
    for role, name, prefix in (("water_areas", "water", "W"), ("rail", "rail", "R")):
        if of(role):
            made[name] = features.simple(of(role), profile, findings, prefix)
    for role in ("blocks", "subblocks"):
        if of(role):
            made[role] = features.areas(of(role), tables["block_table"], role, profile, findings)
    return made


def _existing(
    frame: gpd.GeoDataFrame,
    chosen: list[Chosen],
    list_name: str,
    profile: Profile,
    findings: Findings,
) -> None:
    """Existing land use of each parcel that says none, from a layer of what stands, at the parcel's point."""
    if not chosen or not len(frame):
        return
    drawn = features.outlines(chosen, profile, findings, worded("existing_land_use"))
    tree = shapely.STRtree([shape for _, shape in drawn])
    points = frame.geometry.representative_point().to_numpy()
    at, there = tree.query(points, predicate="intersects")
    uses: list[Any] = (
        list(frame["existing_land_use"]) if "existing_land_use" in frame else [None] * len(frame)
    )
    for parcel, index in zip(at.tolist(), there.tolist(), strict=True):
        row = drawn[index][0]
        given, name = str(row.get("land_use") or ""), str(row.get("land_use_name") or "")
        uses[parcel] = uses[parcel] or codes.translate(given, list_name, name).to or given or name or None
    frame["existing_land_use"] = uses


def _name_of_land(drawn: list[tuple[Row, Any]], twins: list[Chosen], profile: Profile) -> str:
    """What the planned land is called: of two files that draw the same one, either may name it."""
    copies = [one for one in twins if one[1].role == "boundary"]
    named = [*drawn, *features.outlines(copies, profile, Findings(), worded("boundary"))]
    return next((name for row, _ in named if (name := features.name_of(row))), "")


def _given_boundary(drawn: list[tuple[Row, Any]], mapping: OfficeMapping) -> Any | None:
    """The planned land as the office draws it."""
    if not drawn or mapping.choices.boundary == "derived":
        return None
    return shapely.union_all([shape for _, shape in drawn])


def _roads(
    frame: gpd.GeoDataFrame,
    streets: gpd.GeoDataFrame | None,
    boundary: Any | None,
    mapping: OfficeMapping,
    built: AssembledPlan,
    findings: Findings,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Road parcels from the remainder, and the boundary; both are said in `made` and `said`."""
    lines = streets if streets is not None and len(streets) else None
    given = roads.RoadLines(
        np.array([], dtype=object) if lines is None else lines.geometry.to_numpy(),
        [] if lines is None else lines["name_zh"].fillna("").astype(str).tolist(),
        np.empty(0)
        if lines is None
        else lines["red_line_width_m"].to_numpy(dtype="float64", na_value=np.nan),
    )
    made = roads.remainder(frame.geometry.to_numpy(), given, boundary, mapping.choices.gaps_up_to_m2)
    wanted = mapping.choices.roads == "remainder"
    if wanted and made.pieces:
        shapes, made.land = partition([*frame.geometry, *(shape for shape, _ in made.pieces)], made.land)
        frame = frame.set_geometry(shapes[: len(frame)])
        # (what only a thread held together is two road parcels)
        made.pieces = roads.without_slivers(
            [
                (part, name)
                for shape, (_, name) in zip(shapes[len(frame) :], made.pieces, strict=True)
                for part in shapely.get_parts(shape)
            ]
        )
        frame = _stacked(frame, _road_parcels(made, frame))
    _say_roads(made, wanted, lines is not None, built, findings)
    if lines is not None and made.measured.any():
        with_widths(lines, made, findings)
    mapping.choices.boundary = "given" if boundary is not None else "derived"
    built.made["boundary"] = mapping.choices.boundary
    words = (
        worded("as_drawn_by_the_office")
        if boundary is not None
        else worded("boundary_about_parcels_and_roads", derived=DERIVED)
    )
    built.said["boundary"] = words
    land = made.land if wanted or boundary is not None else shapely.union_all(frame.geometry.to_numpy())
    name = words if boundary is None else None
    return frame, gpd.GeoDataFrame({"name": [name]}, geometry=[land])


def _road_parcels(made: roads.Roads, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Land of streets as parcels; an id is a code that any city's database takes, the name is a remark."""
    names = [name for _, name in made.pieces]
    named = dict.fromkeys(name for name in names if name and name != CROSSING)
    streets = {name: at for at, name in enumerate(named, start=1)}
    counts: dict[str, int] = {}
    wanted = []
    for name in names:
        head = "RX" if name == CROSSING else f"RD-{streets[name]:02d}" if name else "RD"
        counts[head] = counts.get(head, 0) + 1
        wanted.append(f"{head}-{counts[head]:02d}")
    written = [frame[column].dropna() for column in ("facilities_text", "remarks") if column in frame]
    lang = language_of("".join(str(said) for words in (streets, *written) for said in words))
    return gpd.GeoDataFrame(
        {
            "parcel_id": _free_ids(wanted, frame),
            "land_use": "1207",
            "land_use_list": parcels.NATIONAL,
            "remarks": [road_remark(name, lang) for name in names],
        },
        geometry=[shape for shape, _ in made.pieces],
    )


def _say_roads(
    made: roads.Roads, wanted: bool, drawn: bool, built: AssembledPlan, findings: Findings
) -> None:
    area = made.area_m2 if wanted else 0.0
    built.made |= {
        "roads_ha": round(area / 1e4, 4),
        "road_parcels": len(made.pieces) if wanted else 0,
        "crossings": sum(name == CROSSING for _, name in made.pieces) if wanted else 0,
        "gaps": [],
    }
    built.said["roads"] = (
        worded(
            "roads_made_as_remainder",
            area=area / 10000.0,
            how=worded("remainder_along_centre_lines")
            if drawn
            else worded("remainder_of_strips_between_parcels"),
        )
        if area
        else worded("no_roads_made")
    )
    if area:
        message = worded("roads_made_with_small_pieces", made=built.said["roads"], pieces=made.joined_m2)
        findings.add("office-roads", "note" if drawn else "warning", message, measured=round(area, 1))
    for gap in (one for one in made.gaps if one.area >= LEAST_GAP_M2):
        digits = 0 if gap.area >= 10 else 2
        point = gap.representative_point()
        place = {"x": round(point.x, 3), "y": round(point.y, 3)}
        built.made["gaps"].append({"area_m2": round(gap.area, 1), **place})
        message = worded("land_neither_parcel_nor_road", area=f"{gap.area:,.{digits}f}")
        findings.add("office-gap", "warning", message, measured=round(gap.area, 1), **place)


def _on_parcels(made: dict[str, gpd.GeoDataFrame], frame: gpd.GeoDataFrame) -> None:
    """Buildings, setbacks and accesses find their parcel by place where they say none that is there."""
    ids = set(frame["parcel_id"])
    for name in ("buildings", "setbacks", "accesses"):
        layer = made.get(name)
        if layer is None or not len(layer):
            continue
        places = features.parcels_at(list(layer.geometry), frame)
        layer["parcel_id"] = [
            own if own in ids else place for own, place in zip(layer["parcel_id"], places, strict=True)
        ]
