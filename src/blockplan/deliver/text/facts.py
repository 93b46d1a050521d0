"""What a plan says in figures: of objects, tables and measures, by the words that name them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.deliver.to_profile import blocks_of
from blockplan.measure import MEASURES, measure
from blockplan.measure.indicators.loads import loads
from blockplan.measure.indicators.streets import lengths_on_planned_land
from blockplan.measure.inputs.homes import residents
from blockplan.measure.measurement import RATIOS
from blockplan.notice.intake.places import KINDS
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.office.facilities import CATEGORIES
from blockplan.report.office.land_balance import land_balance
from blockplan.report.office.streets import ON_FOOT
from blockplan.report.sheets.facts import ROADS
from blockplan.texts import LANGUAGES, pick, toml_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from blockplan.measure.indicators.loads import Loads
    from blockplan.plan import Plan
    from blockplan.report.view import View

DATA = toml_table("blockplan.deliver.text", "words.toml")
#: Words for a quantity, in three languages; the longest that stands in a text counts.
WORDS: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["quantity"].items()}
#: What texts call the kinds of facilities.
SERVICES = KINDS["facilities"]
#: Layers whose objects a text counts.
LAYERS: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["layer"].items()}
LAND: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["land"].items()}
#: What texts call a measure beside its title.
CALLED: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["measure"].items()}
#: Quantity -> dimension of its figures.
DIMENSIONS: dict[str, str] = {key: kind for kind, keys in DATA["dimension"].items() for key in keys}
#: Limits of parcels, figures of parcels that are summed, and figures of facilities: column, quantity.
PARCEL = (
    ("far", "far"), ("far", "far_percent"), ("height_m", "height_m"), ("coverage_ratio", "coverage_ratio"),
    ("green_ratio", "green_ratio"),
)  # fmt: skip
SUMS = (
    ("residents", "people"), ("dwellings", "homes"), ("floor_area_m2", "floor"),
    ("parking_spaces", "parking"), ("jobs", "jobs"),
)  # fmt: skip
FACILITY = (
    ("beds", "beds"), ("places", "places"), ("classes", "classes"), ("floor_area_m2", "floor"),
    ("site_area_m2", "area"),
)  # fmt: skip
#: Measures of so much for each, and those of each parcel, which tell the middle one: no figure of the plan.
_PER, _EACH = re.compile(r"_per_|^dwelling_"), ("parcel_", "street_block_", "building_")
OF_OBJECTS = {said for words in (*WORDS.values(), *SERVICES.values()) for said in words}
#: Unit of a measure -> dimension, and base units of one.
OF_UNIT = {
    "m2": ("area", 1.0), "ha": ("area", 1e4), "km2": ("area", 1e6), "million m2": ("area", 1e6),
    "m": ("length", 1.0), "1": ("share", 1.0), "person": ("person", 1.0), "job": ("job", 1.0),
    "person/ha": ("person/ha", 1.0), "km/km2": ("density", 1.0), "park": ("count", 1.0),
    "dwelling": ("dwelling", 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """
    One figure that a text may state.

    Attributes
    ----------
    bound_to
        ``object:ID/column``, ``table:NAME/line/column``, ``measure:ID`` or ``manifest:KEY``.
    subjects
        Words that name what it is of; none for the plan as a whole.
    amounts
        In base units; where a table prints another rounding, that stands beside.
    asked
        Whether only its own words name it, never the unit alone: existing land beside planned land.
    least
        Whether the plan is silent on a part of it, so that more is no contradiction.
    bare
        Words that name what it is of only right before the figure: 科研62公顷.
    """

    bound_to: str
    subjects: tuple[str, ...]
    words: tuple[str, ...]
    dimension: str
    amounts: tuple[float, ...]
    asked: bool = False
    least: bool = False
    bare: tuple[str, ...] = ()


def facts_of(view: View) -> Iterator[Fact]:
    """What a text may state of parcels, facilities, streets, areas, land, and by measures."""
    plan = view.plan
    yield from (*_parcels(plan), *_facilities(plan), *_streets(plan), *_lengths(plan), *_areas(plan))
    yield from (*_land(view), *_whole(plan), *_measures(plan))


def stated(bound_to: str, subjects: tuple[str, ...], quantity: str, *values: Any, **more: Any) -> Fact:
    """A fact of a quantity: its words and its dimension are those of that."""
    amounts = tuple(float(value) for value in values if value is not None and not pd.isna(value))
    return Fact(bound_to, subjects, WORDS[quantity], DIMENSIONS[quantity], amounts, **more)


def _parcels(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    bounds = {column: bounds_of(frame, column) for column, _ in PARCEL}
    for at, id_ in enumerate(map(str, frame.index)):
        row, of = frame.iloc[at], (id_,)
        yield stated(f"object:{id_}/area", of, "area", areas[at], row["declared_area_m2"])
        for column, quantity in PARCEL:
            low, high = bounds[column][0][at], bounds[column][1][at]
            yield stated(f"object:{id_}/{column}", of, quantity, high, low)
        for column, quantity in SUMS:
            values = (row[column], row["floor_area_m2_max"] if quantity == "floor" else None)
            yield stated(f"object:{id_}/{column}", of, quantity, *values)


def _facilities(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("facilities")
    rows = frame.to_dict("records")
    for id_, row in zip(map(str, frame.index), rows, strict=True):
        of = tuple(dict.fromkeys(name for name in (*called(row), id_) if name))
        for column, quantity in (*FACILITY, ("places", "capacity_people")):
            yield stated(f"object:{id_}/{column}", of, quantity, row[column])
    for service, of in SERVICES.items():
        own = [row for row in rows if row["service"] == service]
        # A kind that its category is called after may be meant with all of it: 文化设施 with libraries.
        wider = [row for row in rows if row["service"] in CATEGORIES.get(service, (service,))]
        place = f"table:facilities/{service}"
        for word in of:
            # "卫生服务站" are some of the clinics only, where one is called otherwise.
            named = sum(any(word.lower() in name.lower() for name in called(row)) for row in own) or len(own)
            yield stated(f"{place}/count", (word,), "count", named, len(own), len(wider))
        for column, quantity in FACILITY:
            known = [row[column] for row in own]
            if len(set(known)) == 1 and len(known) > 1:
                yield stated(f"{place}/each_{column}", of, quantity, known[0], asked=True)
            if known and not any(map(pd.isna, known)) and column != "site_area_m2":
                more = [row[column] for row in wider]
                whole = None if any(map(pd.isna, more)) else sum(more)
                yield stated(f"{place}/{column}", of, quantity, sum(known), whole)


def _streets(plan: Plan) -> Iterator[Fact]:
    widths: dict[str, set[float]] = defaultdict(set)
    named: dict[str, tuple[str, ...]] = {}
    for row in plan.layer("streets").to_dict("records"):
        names = called(row)
        if names and not pd.isna(row["red_line_width_m"]):
            widths[names[0]].add(float(row["red_line_width_m"]))
            named[names[0]] = names
    for name, found in widths.items():
        yield stated(f"table:streets/{name}/red_line_width_m", named[name], "width", *sorted(found))


def _lengths(plan: Plan) -> Iterator[Fact]:
    """How long the streets of a name are on the planned land, as the office's table says, and all of them."""
    frame = plan.layer("streets")
    if not len(frame):
        return
    frame = frame.assign(length_m=lengths_on_planned_land(plan))
    for said, rows in frame.groupby(
        [f"name_{lang}" for lang in LANGUAGES if f"name_{lang}" in frame], dropna=False
    ):
        names = tuple(dict.fromkeys(name for name in said if isinstance(name, str) and name))
        if names and rows["length_m"].sum() > 0:
            of = f"table:streets/{names[0]}/length_m"
            yield stated(of, names, "length", rows["length_m"].sum(), asked=True)
    driven = frame.loc[frame["class"] != ON_FOOT, "length_m"].sum()
    yield stated("table:streets/total/length_m", (), "length_whole", driven, frame["length_m"].sum())


def called(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """The names of an object in the languages that it has one in."""
    return tuple(dict.fromkeys(name for lang in LANGUAGES if (name := row.get(f"name_{lang}"))))


def _numbered(layer: str, id_: str) -> tuple[str, ...]:
    """How an area is called by its number; "01" alone is a class of land, a month or a count."""
    if not (id_.isdigit() and len(id_) <= 2):
        return (id_,)
    if layer != "blocks":
        return ()
    names = [name for noun in ("街区", "街坊") for name in (f"{id_}{noun}", f"{id_}号{noun}", f"{noun}{id_}")]
    return (*names, f"block {id_}", f"Block {id_}")


def area_names(plan: Plan, layer: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The id of each area, block or subblock, and what it is called."""
    frame = plan.layer(layer)
    for id_, row in zip(map(str, frame.index), frame.to_dict("records"), strict=True):
        yield id_, (*called(row), *_numbered(layer, id_))


def _areas(plan: Plan) -> Iterator[Fact]:
    parcels, blocks = plan.layer("parcels"), plan.layer("blocks")
    within = {"blocks": parcels["block_id"], "subblocks": parcels["subblock_id"]}
    within["areas"] = parcels["block_id"].map(blocks["area_id"].to_dict())
    of_subblocks = blocks_of(plan)
    # How many a block has is known where that of each is.
    of_subblocks = of_subblocks if of_subblocks.notna().all() else of_subblocks.iloc[:0]
    subblocks = {"blocks": of_subblocks, "areas": of_subblocks.map(blocks["area_id"].to_dict())}
    land, no_road = parcels.geometry.area, ~is_road(parcels)
    for layer, ids in within.items():
        frame = plan.layer(layer)
        # Of its land a text tells the outline, or what its parcels sum up to, with roads or without.
        sites = [one.groupby(ids).sum() for one in (land, land[no_road])]
        sums = parcels[[column for column, _ in SUMS]].groupby(ids).sum(min_count=1)
        silent = pd.DataFrame({column: is_silent(parcels, column) for column, _ in SUMS}).groupby(ids).any()
        numbers = ids.value_counts(), ids[no_road].value_counts()
        divided: Any = subblocks[layer].value_counts() if layer in subblocks else {}
        for id_, row in zip(map(str, frame.index), frame.to_dict("records"), strict=True):
            of = (*called(row), *_numbered(layer, id_))
            if not of:
                continue
            if row["geometry"] is not None:
                net = (one.get(id_) for one in sites)
                yield stated(f"object:{id_}/area", of, "area", row["geometry"].area, *net)
            for column, quantity in SUMS if id_ in sums.index else ():
                least = bool(silent.loc[id_, column])
                # What the parcels say together, and the cap of the block itself.
                cap = row.get("floor_area_m2_max") if quantity == "floor" else None
                yield stated(f"object:{id_}/{column}", of, quantity, sums.loc[id_, column], cap, least=least)
            if id_ in numbers[0].index:
                counts = (one.get(id_) for one in numbers)
                yield stated(f"object:{id_}/parcel_count", of, "parcel_count", *counts, asked=True)
            if id_ in divided:
                yield stated(f"object:{id_}/subblock_count", of, "subblock_count", divided[id_], asked=True)


def _land(view: View) -> Iterator[Fact]:
    """The balance of land: hectares and shares of each class, as measured and as printed."""
    plan = view.plan
    frame = plan.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    whole = float(areas.sum())
    printed: dict[str, tuple[Any, ...]] = {}
    for line in land_balance(view).lines:
        code = str(line.cells[0] or "")
        if code and code not in printed:
            printed[code] = line.cells[2:8]
    for code, (old, old_share, ha, share, built, each) in printed.items():
        own = areas[[bool(use and use.startswith(code)) for use in frame["land_use"]]].sum()
        names = (*class_names(code), *((code,) if len(code) > 2 else ()))
        place = f"table:land_balance/{code}"
        if own > 0:
            bare = tuple(_stems(names))
            yield stated(f"{place}/planned_ha", names, "area", own, ha * 1e4, bare=bare)
            yield stated(f"{place}/planned_share", names, "share", own / whole, share / 100)
            yield stated(f"{place}/per_person_m2", names, "per_person", each)
            if isinstance(built, float):
                yield stated(f"{place}/construction_share", names, "share_built", built / 100, asked=True)
        if old is not None:
            yield stated(f"{place}/existing_ha", names, "existing", old * 1e4, asked=True)
            yield stated(f"{place}/existing_share", names, "existing_share", old_share / 100, asked=True)


def _stems(names: Iterable[str]) -> Iterator[str]:
    """What a list of land calls its classes for short: 科研, 城镇住宅."""
    for name in names:
        stem = re.sub("(?:设施)?用地$", "", name)
        if 1 < len(stem) < len(name):
            yield stem


def use_codes(uses: Iterable[str]) -> list[str]:
    """The classes of land at each level."""
    return sorted({use[:size] for use in uses for size in (2, 4, 6) if len(use) >= size})


def class_names(code: str) -> tuple[str, ...]:
    """What a class of land is called, in three languages."""
    of = next((name for name in (DEFAULT_LIST, *LISTS) if landuse(name).known(code)), None)
    if of is None:
        return ()
    labels = (landuse(of).label(code, lang).removeprefix(f"{code} ") for lang in LANGUAGES)
    return tuple(dict.fromkeys(label for label in (*labels, *LAND.get(code, ())) if label and label != code))


def _whole(plan: Plan) -> Iterator[Fact]:
    parcels = plan.layer("parcels")
    drawn = float(shapely.area(parcels.geometry.to_numpy()).sum())
    outline = [shape.area for shape in plan.layer("boundary").geometry if shape is not None]
    yield stated("measure:land_balance", (), "planned", drawn, sum(outline) or None)
    yield stated("measure:residents", (), "people", residents(plan).total)
    counts = len(parcels), int((~is_road(parcels)).sum())
    yield stated("layer:parcels/parcel_count", (), "parcel_count", *counts, asked=True)
    silent = bool(np.isnan(stated_parking(loads(plan))).any())
    for column, quantity in SUMS[1:]:
        known = parcels[column].dropna()
        if len(known):
            least = silent if quantity == "parking" else bool(is_silent(parcels, column).any())
            yield stated(f"layer:parcels/{column}", (), quantity, known.sum(), least=least)
        elif column == "jobs":
            jobs = measure(plan, "jobs")[0]
            least = bool(jobs.number("not_counted_parcels"))
            yield stated("measure:jobs", (), quantity, jobs.value, least=least)
    for layer, said in LAYERS.items():
        frame = plan.layer(layer)
        # A stop of the metro is one of buses, or none.
        buses = (frame["modes"] == "bus").sum() if layer == "stops" else None
        built_on = counts[1] if layer == "parcels" else None
        if len(frame):
            yield stated(f"layer:{layer}/count", said, "count", len(frame), buses, built_on)
    services = plan.layer("facilities")["service"]
    for category, own in CATEGORIES.items():
        found, of = int(services.isin(own).sum()), f"table:facilities/{category}/count"
        bare = tuple(OFFICE(f"per_thousand.{category}", lang) for lang in ("zh", "ja"))
        if found:
            yield stated(of, (), "count", found, bare=bare)


def is_road(parcels: pd.DataFrame) -> pd.Series:
    """Which parcels are land of roads, which an office seldom counts among them."""
    return parcels["land_use"].fillna("").astype(str).str.startswith(ROADS)


def is_silent(parcels: pd.DataFrame, column: str) -> pd.Series:
    """Which parcels say nothing in a column that others of their class, or their floor area ratio, fill."""
    uses, said = parcels["land_use"], parcels[column].notna()
    own = uses.isin(uses[said]) | ((parcels["far"] > 0) & (column == "floor_area_m2"))
    return own & ~said


def stated_parking(found: Loads) -> NDArray[np.float64]:
    """Parking spaces of each parcel; NaN where only a factor, or nothing, tells of them."""
    return np.where(found.estimated["parking"], np.nan, found.by_parcel["parking"])


def named_parts(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Scope of a part of a measure (``block:A``) -> what the area, block or subblock is called."""
    return {
        f"{layer.removesuffix('s')}:{id_}": names
        for layer in ("areas", "blocks", "subblocks")
        for id_, names in area_names(plan, layer)
    }


def _measures(plan: Plan) -> Iterator[Fact]:
    """Measures of one value, by their titles; those that tell no single number are left out."""
    parts = named_parts(plan)
    for found in measure(plan, *[name for name in MEASURES if MEASURES[name].unit in OF_UNIT]):
        titles = {re.split(r"[（(]", pick(MEASURES[found.id].title, lang))[0].strip() for lang in LANGUAGES}
        said = tuple(sorted(title for title in titles if len(title) > 3 and title.lower() not in OF_OBJECTS))
        said += CALLED.get(found.id, ())
        if found.value is not None and said and not found.id.startswith(_EACH):
            dimension, factor = OF_UNIT[found.unit]
            if found.unit == "m2" and _PER.search(found.id):
                dimension = "area/person"
            if found.id in RATIOS:
                dimension = ""
            each = _PER.search(found.id) is not None
            yield Fact(f"measure:{found.id}", (), said, dimension, (found.value * factor,), each)
            for part in found.by:
                if part.value is not None and part.scope in parts:
                    of, amounts = f"measure:{found.id}/{part.scope}", (part.value * factor,)
                    yield Fact(of, parts[part.scope], said, dimension, amounts, each)
