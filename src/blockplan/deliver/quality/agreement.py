"""Rules of agreement: with the master plan, facilities, tables and texts; of sheets with parcels."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.deliver.pairs import bounds_of
from blockplan.deliver.quality.finding import PackageFault, parcels_of, point_of
from blockplan.deliver.shapes import valid_areas
from blockplan.exchange.office.facilities import OWN_LAND
from blockplan.plan.model.codes import landuse
from blockplan.texts import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blockplan.deliver.quality.finding import PackageFacts
    from blockplan.deliver.text import TextStatement
    from blockplan.deliver.text.document import TextBlock
    from blockplan.deliver.text.reported import Report

#: Land of these classes is not built on.
UNBUILT = ("01", "02", "03", "04", "05", "06", "17", "18", "19", "20", "21", "22", "23", "24")
#: Facilities that stand on land of their own.
OWN = ("primary_school", "secondary_school", "nine_year_school", "hospital", "fire")
#: The pack by which a package's plan is read: no verdict of it is reported.
PACK = "gb50137"
#: Parts of a report that say what a package need not hold.
NOT_HELD = (
    "report:verdicts", "report:streets", "report:utilities",
    "report:loads/", "report:parking/", "table:loads/", "table:parking/",
)  # fmt: skip
#: What a text says of a facility that is bound to its parcel where the layers do not say it of the facility.
OF_FACILITIES = {"floor_area_m2": "floor_area_m2", "area": "site_area_m2"}
_CLAUSE = re.compile(r"[，；;]|,(?![0-9])")
#: What a figure is of, behind it: 建筑面积3000平方米的文化活动中心.
_OF_THING = re.compile(r"\s?的[^，；;,。]*")
#: Shares that rounding may move: of land to its last digit, of floor area that a report sums up by parcels.
ROUNDED, ROUNDED_FLOOR = 1e-4, 1e-5
#: Columns of land that is drawn, of the layers and of a report's tables.
LAND = ("area", "site_area_m2", "phase_ha", "existing_ha", "planned_ha")
#: What a report counts by factors where no parcel states it.
COUNTED = ("dwellings", "residents", "jobs")
#: What rounding and redrawing may move, m2 and m.
SLACK_M2, SLACK_M = 1.0, 1.0


def boundary(facts: PackageFacts) -> Iterator[PackageFault]:
    """Built land outside the town's limit, or on protected farmland."""
    layer, spec = facts.parcels, facts.package.profile.parcels
    code = spec.carrying("parcels", "land_use")
    if layer is None or code is None or code.name not in layer.fields:
        return
    limit, fields = (
        shapely.union_all(valid_areas(facts.upper.get(name, []))) for name in ("boundary", "farmland")
    )
    for at, use in enumerate(layer.cells[code.name]):
        shape = facts.parcel_shapes[at]
        if not use or str(use).startswith(UNBUILT):
            continue
        beyond = shapely.difference(shape, limit) if "boundary" in facts.upper else shapely.Polygon()
        taken = shapely.intersection(shape, fields)
        for land, what in ((beyond, "outside"), (taken, "farmland")):
            if land.area > SLACK_M2:
                words = {"use": use, "area": round(land.area, 1), "what": what}
                yield facts.fault(spec, layer, at, words, round(land.area, 2), land)


def facility_parcels(facts: PackageFacts) -> Iterator[PackageFault]:
    """Facilities that name a parcel which is not there."""
    plan = facts.plan
    if plan is None:
        return
    known = set(plan.layer("parcels").index)
    for id_, parcel, shape in _facilities(plan):
        if parcel and parcel not in known:
            yield PackageFault(_layer(facts), id_, point_of(shape), said={"parcel": parcel})


def facility_uses(facts: PackageFacts) -> Iterator[PackageFault]:
    """Facilities with land of their own on a parcel of another use."""
    plan = facts.plan
    if plan is None:
        return
    parcels, national = plan.layer("parcels"), landuse("cn2023")
    uses = dict(
        zip(parcels.index, zip(parcels["land_use"], parcels["land_use_list"], strict=True), strict=True)
    )
    services = dict(zip(plan.layer("facilities").index, plan.layer("facilities")["service"], strict=True))
    for id_, parcel, shape in _facilities(plan):
        use, of = uses.get(parcel, (None, None))
        own = OWN_LAND.get(services[id_], ()) if services[id_] in OWN else ()
        if use and own and of in (None, "cn2023") and not any(national.within(use, one) for one in own):
            words = {"service": services[id_], "parcel": parcel, "use": use, "right": "、".join(own)}
            yield PackageFault(_layer(facts), id_, point_of(shape), said=words)


def _facilities(plan: Any) -> Iterator[tuple[str, Any, Any]]:
    frame = plan.layer("facilities")
    yield from zip(frame.index, frame["parcel_id"], frame.geometry, strict=True)


def _layer(facts: PackageFacts) -> str:
    found = [spec.name for spec in facts.package.profile.of("facilities") if facts.layer(spec.name)]
    return found[0] if found else ""


def control_lines(facts: PackageFacts) -> Iterator[PackageFault]:
    """Control lines of the master plan that the plan does not contain."""
    plan = facts.plan
    if plan is None:
        return
    frame = plan.layer("control_lines")
    for kind in ("blue", "green", "yellow", "purple"):
        shapes = [shape for shape in frame.geometry[frame["kind"] == kind] if shape is not None]
        drawn = shapely.union_all(shapely.make_valid(np.array(shapes, dtype=object)))
        for shape in facts.upper.get(kind, []):
            line = shape.boundary if shapely.get_dimensions(shape) == 2 else shape
            missing = shapely.difference(shapely.intersection(line, facts.scope), drawn.buffer(SLACK_M))
            if missing.length > SLACK_M:
                words = {"kind": kind, "length": round(missing.length, 1)}
                yield PackageFault(
                    "",
                    "",
                    shapely.line_interpolate_point(_longest(missing), 0),
                    round(missing.length, 2),
                    words,
                )


def _longest(shape: Any) -> Any:
    return max(shapely.get_parts(shape), key=lambda part: part.length)


def texts(facts: PackageFacts) -> Iterator[PackageFault]:
    """Figures of the tables and of the texts that are not those of the layers."""
    yield from tables(facts)
    yield from documents(facts)


def tables(facts: PackageFacts) -> Iterator[PackageFault]:
    """Figures of the tables that are not those of the layers."""
    plan = facts.plan
    if plan is None:
        return
    frame = plan.layer("parcels")
    printed = parcels_of(facts.package.place("tables"))
    numbering = facts.package.profile.numbering
    for id_ in printed:
        if id_ not in frame.index:
            yield PackageFault("", id_, said={"field": numbering.parcel, "value": id_, "right": "-"})
    far, height = bounds_of(frame, "far")[1], bounds_of(frame, "height_m")[1]
    drawn = {"code": frame["land_use"].tolist(), "far_max": far, "height_max_m": height}
    for at, id_ in enumerate(frame.index):
        if id_ not in printed:
            words = {"field": numbering.parcel, "value": "-", "right": id_}
            yield PackageFault(numbering.parcel_layer, id_, point_of(frame.geometry.iloc[at]), said=words)
            continue
        for column, values in drawn.items():
            said, right = printed[id_].get(column), values[at]
            if not _same(said, right):
                words = {"field": column, "value": said, "right": right}
                yield PackageFault(
                    numbering.parcel_layer,
                    id_,
                    point_of(frame.geometry.iloc[at]),
                    said=words,
                )


def documents(facts: PackageFacts) -> Iterator[PackageFault]:
    """
    Figures of the package's Word documents that are not those of the layers; the form to sign is none.

    What a text says of verdicts, of loads and parking, and of what the office's data lack, rests on what a
    package need not hold; so does what it says of facilities, homes, residents and jobs where the profile has
    no field for it, and a figure of a report's own tables for which the report of the package has no place.
    """
    form = facts.package.place("form_document")
    found = [path for path in sorted(facts.package.folder.glob("*.docx")) if path != form]
    if facts.plan is None or not found:
        return
    from blockplan.check import check  # noqa: PLC0415 (only a package with a text is measured)
    from blockplan.deliver.text import check_text  # noqa: PLC0415
    from blockplan.deliver.text.document import blocks, open_document  # noqa: PLC0415
    from blockplan.deliver.text.reported import NOTE, Report, language_of  # noqa: PLC0415
    from blockplan.deliver.text.wording import place_said, source_said  # noqa: PLC0415
    from blockplan.report.view import View  # noqa: PLC0415
    from blockplan.report.words import Words  # noqa: PLC0415

    view = View(facts.plan, check(facts.plan, packs=[PACK]), Words("zh"))
    for path in found:
        document = open_document(path)
        read = list(blocks(document))
        report = Report(view, language_of([block.text for block in read]))
        for one in check_text(view, document, report, read).statements:
            printed = one.bound_to.startswith("report:")
            apart = one.bound_to.startswith(NOT_HELD) or one.bound_to.endswith(f"/{NOTE}")
            apart |= not printed and one.kind == "number" and _unprinted(report, read[one.block])
            rounded = _rounded(one, read[one.block].unit)
            if one.state == "missed" and not apart and _carried(facts, one) and not rounded:
                place = {lang: f"{path.name}, {place_said(one.place, lang)}" for lang in LANGUAGES}
                of = {lang: source_said(one.bound_to, lang) for lang in LANGUAGES} if one.bound_to else "-"
                words = {"id": of, "field": place, "value": one.said, "right": one.right or "-"}
                yield PackageFault("", one.bound_to, said=words)


def _carried(facts: PackageFacts, one: TextStatement) -> bool:
    """Whether the layers say what a text does of facilities: no layer of them is none that is known."""
    from blockplan.deliver.text.facts import SERVICES  # noqa: PLC0415

    parcels = facts.package.profile.of("parcels")
    counted = next((key for key in COUNTED if _counts(one, key)), "")
    if counted and not any(layer.carrying("parcels", counted) for layer in parcels):
        return False
    layers = facts.package.profile.of("facilities")
    if one.bound_to.startswith("table:facilities/"):
        return bool(layers)
    thing, _, field = one.bound_to.rpartition("/")
    column = OF_FACILITIES.get(field)
    if column is None or any(layer.carrying("facilities", column) for layer in layers):
        return True
    kind, _, parcel = thing.partition(":")
    told = _told_of(one, parcel).lower()
    return kind != "object" or not any(word.lower() in told for words in SERVICES.values() for word in words)


def _counts(one: TextStatement, key: str) -> bool:
    """Whether a figure is of a count: by its column, or by the word that the report begins its line with."""
    from blockplan.report.words import Words  # noqa: PLC0415

    words = tuple(Words(lang)(f"sheet.{key}") for lang in LANGUAGES) if key != "dwellings" else ()
    line = one.bound_to.startswith("report:") and "/" not in one.bound_to
    return _column(one) in {key, *_headings(key)} or (line and one.sentence.startswith(words))


def _column(one: TextStatement) -> str:
    """The last of the steps that lead to what a figure is bound to: its column or measure."""
    return re.split(r"[:/]", one.bound_to)[-1]


@cache
def _headings(key: str) -> frozenset[str]:
    """What a column of the report's tables is called."""
    from blockplan.report.office.columns import TEXTS as OFFICE  # noqa: PLC0415

    return frozenset(OFFICE(f"heading.{key}", lang) for lang in LANGUAGES if f"heading.{key}" in OFFICE)


def _unprinted(report: Report, block: TextBlock) -> bool:
    """Whether a cell is of a report's table that rests on what a package need not hold, or has no place."""
    printed = None if block.cell is None else report.table(block.cell.heads)
    return report.lacks(block) or (printed is not None and printed.place.startswith(NOT_HELD))


def _rounded(one: TextStatement, unit: str) -> bool:
    """Whether an area of a text and that of the layers differ by what rounding and redrawing may move."""
    from blockplan.deliver.text.scan import numbers  # noqa: PLC0415

    said, right = (next(numbers(f"= {text}", (), unit), None) for text in (one.said, one.right))
    if said is None or right is None or {said.dimension, right.dimension} != {"area"}:
        return False
    column, size, off = _column(one), max(said.value, right.value), abs(said.value - right.value)
    if any(column in {key, *_headings(key)} for key in LAND):
        return off <= max(SLACK_M2, min(2 * said.half, ROUNDED * size)) * (1 + 1e-9)
    return column in _headings("phase_floor_m2") and off <= ROUNDED_FLOOR * size


def _told_of(one: TextStatement, parcel: str) -> str:
    """What a sentence says of whose a figure is: from the clause that names its parcel to the figure."""
    at = one.sentence.find(one.said)
    named = max(one.sentence.rfind(parcel, 0, at), 0)
    start = max((cut.end() for cut in _CLAUSE.finditer(one.sentence, 0, named)), default=0)
    behind = _OF_THING.match(one.sentence, at + len(one.said))
    return one.sentence[start:at] + (behind[0] if behind else "")


def _same(said: Any, right: Any) -> bool:
    if isinstance(said, int | float) and isinstance(right, int | float):
        return abs(said - right) < 5e-4
    # What is not known is printed as a sign; what one of the two leaves open is no contradiction.
    return (
        not isinstance(said, int | float) or right is None
        if not isinstance(right, str)
        else str(said) == right
    )


def sheet_lines(facts: PackageFacts) -> Iterator[PackageFault]:
    """Lines of the detailed sheets (setbacks, entrances) that lie off the parcel they name."""
    plan = facts.plan
    if plan is None:
        return
    parcels = plan.layer("parcels")
    shapes = dict(zip(parcels.index, parcels.geometry, strict=True))
    for name in ("setbacks", "accesses"):
        frame, specs = plan.layer(name), facts.package.profile.of(name)
        for id_, parcel, line in zip(frame.index, frame["parcel_id"], frame.geometry, strict=True):
            shape = shapes.get(parcel)
            if line is None or shape is None or not specs:
                continue
            off = shapely.difference(line, shape.buffer(SLACK_M))
            if off.length > SLACK_M:
                words = {"parcel": parcel, "length": round(off.length, 1)}
                at = shapely.line_interpolate_point(_longest(off), 0)
                yield PackageFault(
                    specs[0].name, str(id_), at, round(float(np.float64(off.length)), 2), words
                )
