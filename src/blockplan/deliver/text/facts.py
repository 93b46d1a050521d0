"""What a plan says in figures: of objects, tables and measures, by the words that name them."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.measure import MEASURES, measure
from blockplan.measure.indicators.loads import loads
from blockplan.measure.indicators.streets import lengths_on_planned_land
from blockplan.measure.inputs.homes import residents
from blockplan.measure.measurement import RATIOS
from blockplan.plan.model.codes import DEFAULT_LIST, LISTS, landuse
from blockplan.report.office.columns import TEXTS as OFFICE
from blockplan.report.office.facilities import CATEGORIES
from blockplan.report.office.land_balance import land_balance
from blockplan.report.office.streets import ON_FOOT
from blockplan.texts import LANGUAGES, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from blockplan.measure.indicators.loads import Loads
    from blockplan.plan import Plan
    from blockplan.report.view import View

DATA = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
#: Words for a quantity, in three languages; the longest that stands in a text counts.
WORDS: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["quantity"].items()}
SERVICES: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["service"].items()}
#: Layers whose objects a text counts.
LAYERS: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["layer"].items()}
LAND: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["land"].items()}
#: What texts call a measure beside its title.
CALLED: dict[str, tuple[str, ...]] = {key: tuple(said) for key, said in DATA["measure"].items()}
#: Column of a parcel -> dimensions that its figure is written in, with the words of each.
PARCEL = (
    ("far", "", WORDS["far"]), ("far", "share", WORDS["far_percent"]),
    ("height_m", "length", WORDS["height_m"]), ("coverage_ratio", "share", WORDS["coverage_ratio"]),
    ("green_ratio", "share", WORDS["green_ratio"]),
)  # fmt: skip
#: Columns of parcels that are summed, of the plan and of its parts: words, dimension.
SUMS = (
    ("residents", WORDS["people"], "person"), ("dwellings", WORDS["homes"], "dwelling"),
    ("floor_area_m2", WORDS["floor"], "area"), ("parking_spaces", WORDS["parking"], "parking"),
    ("jobs", WORDS["jobs"], "job"),
)  # fmt: skip
#: Measures of so much for each, and those of each parcel, which tell the middle one: no figure of the plan.
_PER, _EACH = re.compile(r"_per_|^dwelling_"), ("parcel_", "street_block_", "building_")
_OF_OBJECTS = {said for words in (*WORDS.values(), *SERVICES.values()) for said in words}
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


def _fact(
    bound_to: str, subjects: tuple[str, ...], words: tuple[str, ...], dimension: str, *values: Any
) -> Fact:
    return Fact(
        bound_to,
        subjects,
        words,
        dimension,
        tuple(float(v) for v in values if v is not None and not pd.isna(v)),
    )


def _parcels(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("parcels")
    areas = shapely.area(frame.geometry.to_numpy())
    bounds = {column: bounds_of(frame, column) for column, _, _ in PARCEL}
    for at, id_ in enumerate(map(str, frame.index)):
        row, of = frame.iloc[at], (id_,)
        yield _fact(f"object:{id_}/area", of, WORDS["area"], "area", areas[at], row["declared_area_m2"])
        for column, dimension, words in PARCEL:
            low, high = bounds[column][0][at], bounds[column][1][at]
            yield _fact(f"object:{id_}/{column}", of, words, dimension, high, low)
        yield _fact(
            f"object:{id_}/floor_area_m2",
            of,
            WORDS["floor"],
            "area",
            row["floor_area_m2"],
            row["floor_area_m2_max"],
        )
        yield _fact(f"object:{id_}/residents", of, WORDS["people"], "person", row["residents"])
        yield _fact(f"object:{id_}/dwellings", of, WORDS["homes"], "dwelling", row["dwellings"])
        yield _fact(f"object:{id_}/jobs", of, WORDS["jobs"], "job", row["jobs"])
        yield _fact(f"object:{id_}/parking_spaces", of, WORDS["parking"], "parking", row["parking_spaces"])


def _facilities(plan: Plan) -> Iterator[Fact]:
    frame = plan.layer("facilities")
    sums: dict[tuple[str, str], list[float]] = defaultdict(list)
    for id_, row in zip(map(str, frame.index), frame.to_dict("records"), strict=True):
        of = tuple(dict.fromkeys(name for name in (*_called(row), id_) if name))
        for column, words, dimension in (
            ("floor_area_m2", WORDS["floor"], "area"), ("site_area_m2", WORDS["area"], "area"),
            ("beds", WORDS["beds"], "bed"),
            ("places", WORDS["places"], "place"), ("places", WORDS["capacity_people"], "person"),
            ("classes", WORDS["classes"], "class"),
        ):  # fmt: skip
            yield _fact(f"object:{id_}/{column}", of, words, dimension, row[column])
            if dimension != "person":
                sums[str(row["service"]), column].append(row[column])
    for service, of in SERVICES.items():
        total = len(sums.get((service, "beds"), []))
        called = [_called(row) for row in frame.to_dict("records") if row["service"] == service]
        for word in of:
            # "卫生服务站" are some of the clinics only, where one is called otherwise.
            named = sum(any(word.lower() in name.lower() for name in names) for names in called) or total
            yield _fact(f"table:facilities/{service}/count", (word,), WORDS["count"], "count", named, total)
        for column, said, dimension in (
            ("beds", WORDS["beds"], "bed"),
            ("places", WORDS["places"], "place"),
            ("classes", WORDS["classes"], "class"),
            ("floor_area_m2", WORDS["floor"], "area"),
            ("site_area_m2", WORDS["area"], "area"),
        ):
            known = sums.get((service, column), [])
            if len(set(known)) == 1 and len(known) > 1:
                each = f"table:facilities/{service}/each_{column}"
                yield replace(_fact(each, of, said, dimension, known[0]), asked=True)
            if known and not any(pd.isna(value) for value in known) and column != "site_area_m2":
                yield _fact(f"table:facilities/{service}/{column}", of, said, dimension, sum(known))


def _streets(plan: Plan) -> Iterator[Fact]:
    widths: dict[str, set[float]] = defaultdict(set)
    called: dict[str, tuple[str, ...]] = {}
    for row in plan.layer("streets").to_dict("records"):
        names = _called(row)
        if names and not pd.isna(row["red_line_width_m"]):
            widths[names[0]].add(float(row["red_line_width_m"]))
            called[names[0]] = names
    for name, found in widths.items():
        yield _fact(
            f"table:streets/{name}/red_line_width_m", called[name], WORDS["width"], "length", *sorted(found)
        )


def _lengths(plan: Plan) -> Iterator[Fact]:
    """How long the streets of a name are on the planned land, as the office's table says, and all of them."""
    frame = plan.layer("streets")
    if not len(frame):
        return
    frame = frame.assign(length_m=lengths_on_planned_land(plan))
    for names, rows in frame.groupby(
        [f"name_{lang}" for lang in LANGUAGES if f"name_{lang}" in frame], dropna=False
    ):
        called = tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))
        if called and rows["length_m"].sum() > 0:
            of = f"table:streets/{called[0]}/length_m"
            yield replace(_fact(of, called, WORDS["length"], "length", rows["length_m"].sum()), asked=True)
    driven = frame.loc[frame["class"] != ON_FOOT, "length_m"].sum()
    yield _fact(
        "table:streets/total/length_m", (), WORDS["length_whole"], "length", driven, frame["length_m"].sum()
    )


def _called(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """The names of an object in the languages that it has one in."""
    return tuple(dict.fromkeys(name for lang in LANGUAGES if (name := row.get(f"name_{lang}"))))


def _areas(plan: Plan) -> Iterator[Fact]:
    parcels, blocks = plan.layer("parcels"), plan.layer("blocks")
    within = {"blocks": parcels["block_id"], "subblocks": parcels["subblock_id"]}
    within["areas"] = parcels["block_id"].map(blocks["area_id"].to_dict())
    for layer, ids in within.items():
        frame = plan.layer(layer)
        sums = parcels[[column for column, *_ in SUMS]].groupby(ids).sum(min_count=1)
        silent = pd.DataFrame({column: _silent(parcels, column) for column, *_ in SUMS}).groupby(ids).any()
        for id_, row in zip(map(str, frame.index), frame.to_dict("records"), strict=True):
            of = (*_called(row), id_)
            if row["geometry"] is not None:
                yield _fact(f"object:{id_}/area", of, WORDS["area"], "area", row["geometry"].area)
            for column, words, dimension in SUMS if id_ in sums.index else ():
                own = _fact(f"object:{id_}/{column}", of, words, dimension, sums.loc[id_, column])
                yield replace(own, least=bool(silent.loc[id_, column]))


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
            planned = _fact(f"{place}/planned_ha", names, WORDS["area"], "area", own, ha * 1e4)
            yield replace(planned, bare=tuple(_stems(names)))
            yield _fact(f"{place}/planned_share", names, WORDS["share"], "share", own / whole, share / 100)
            yield _fact(f"{place}/per_person_m2", names, WORDS["per_person"], "area/person", each)
            if isinstance(built, float):
                of = f"{place}/construction_share"
                yield replace(_fact(of, names, WORDS["share_built"], "share", built / 100), asked=True)
        if old is not None:
            yield replace(
                _fact(f"{place}/existing_ha", names, WORDS["existing"], "area", old * 1e4), asked=True
            )
            share_then = _fact(
                f"{place}/existing_share", names, WORDS["existing_share"], "share", old_share / 100
            )
            yield replace(share_then, asked=True)


def _stems(names: Iterable[str]) -> Iterator[str]:
    """What a list of land calls its classes for short: 科研, 城镇住宅."""
    for name in names:
        stem = re.sub("(?:设施)?用地$", "", name)
        if 1 < len(stem) < len(name):
            yield stem


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
    yield _fact("measure:land_balance", (), WORDS["planned"], "area", drawn, sum(outline) or None)
    yield _fact("measure:residents", (), WORDS["people"], "person", residents(plan).total)
    silent = bool(np.isnan(stated_parking(loads(plan))).any())
    for column, words, dimension in SUMS[1:]:
        known = parcels[column].dropna()
        if len(known):
            whole = _fact(f"layer:parcels/{column}", (), words, dimension, known.sum())
            least = silent if dimension == "parking" else bool(_silent(parcels, column).any())
            yield replace(whole, least=least)
    for layer, said in LAYERS.items():
        frame = plan.layer(layer)
        # A stop of the metro is one of buses, or none.
        buses = (frame["modes"] == "bus").sum() if layer == "stops" else None
        if len(frame):
            yield _fact(f"layer:{layer}/count", said, WORDS["count"], "count", len(frame), buses)
    services = plan.layer("facilities")["service"]
    for category, own in CATEGORIES.items():
        found, of = int(services.isin(own).sum()), f"table:facilities/{category}/count"
        bare = (OFFICE(f"per_thousand.{category}", "zh"), OFFICE(f"per_thousand.{category}", "ja"))
        if found:
            yield replace(_fact(of, (), WORDS["count"], "count", found), bare=bare)


def _silent(parcels: pd.DataFrame, column: str) -> pd.Series:
    """Which parcels say nothing in a column that others of their class, or their floor area ratio, fill."""
    uses, said = parcels["land_use"], parcels[column].notna()
    own = uses.isin(uses[said]) | ((parcels["far"] > 0) & (column == "floor_area_m2"))
    return own & ~said


def stated_parking(found: Loads) -> NDArray[np.float64]:
    """Parking spaces of each parcel; NaN where only a factor, or nothing, tells of them."""
    return np.where(found.estimated["parking"], np.nan, found.by_parcel["parking"])


def named_parts(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Scope of a part of a measure (``block:A``) -> the names of the area, block or subblock, and its id."""
    return {
        f"{layer.removesuffix('s')}:{id_}": (*_called(row), str(id_))
        for layer in ("areas", "blocks", "subblocks")
        for id_, row in zip(plan.layer(layer).index, plan.layer(layer).to_dict("records"), strict=True)
    }


def _measures(plan: Plan) -> Iterator[Fact]:
    """Measures of one value, by their titles; those that tell no single number are left out."""
    called = named_parts(plan)
    for found in measure(plan, *[name for name in MEASURES if MEASURES[name].unit in OF_UNIT]):
        titles = {re.split(r"[（(]", pick(MEASURES[found.id].title, lang))[0].strip() for lang in LANGUAGES}
        said = tuple(sorted(title for title in titles if len(title) > 3 and title.lower() not in _OF_OBJECTS))
        said += CALLED.get(found.id, ())
        if found.value is not None and said and not found.id.startswith(_EACH):
            dimension, factor = OF_UNIT[found.unit]
            if found.unit == "m2" and _PER.search(found.id):
                dimension = "area/person"
            if found.id in RATIOS:
                dimension = ""
            yield _fact(f"measure:{found.id}", (), said, dimension, found.value * factor)
            for part in found.by:
                if part.value is not None and part.scope in called:
                    of = f"measure:{found.id}/{part.scope}"
                    yield _fact(of, called[part.scope], said, dimension, part.value * factor)
