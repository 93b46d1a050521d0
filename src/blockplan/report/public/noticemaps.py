"""The pictures of a notice: land use, structure, facilities and greens of the whole plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blockplan.measure import MEASURES
from blockplan.measure.inputs.columns import ids, values
from blockplan.measure.inputs.greens import public_greens
from blockplan.report.document import LegendEntry, Table
from blockplan.report.maps import legends, svg, themes
from blockplan.report.maps.basemap import GREEN, Ground
from blockplan.report.maps.drawing import Drawing, MapCanvas, MapSheet, fill_swatch
from blockplan.report.public.furigana import bare
from blockplan.report.public.pictures import Picture, picture
from blockplan.report.public.plain import plain_notice
from blockplan.report.public.speech import Speech

if TYPE_CHECKING:
    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.document import Section

#: The largest that the map of a notice gets, mm.
MAP_MM = (150.0, 190.0)
#: Radius of a facility's sign on the map of the whole plan, mm.
SIGN_MM = 1.3
FACILITIES_BASE = (
    ("woodland", 0.5), ("landuse", 0.16), ("water", 0.9), ("streets", 0.6), ("rail", 0.5), ("outline", 1.0),
)  # fmt: skip


def notice_pictures(plan: Plan, result: CheckResult, lang: str) -> tuple[Picture, ...]:
    """
    The pictures of a notice: ``landuse``, ``structure``, ``facilities``; none of a plan that draws nothing.

    `lang` is ``zh``, ``en``, ``ja`` or ``ja-easy``; UsageError for any other. Drawing takes seconds on a
    large plan: keep what comes back for as long as the plan is on notice.
    """
    speech = Speech(lang)
    ground = Ground(plan, speech.words)
    if ground.frame is None:
        return ()
    told = {section.id: section for section in plain_notice(plan, result, lang)}
    made = [
        _land_use(ground, speech, told["landuse"]),
        _structure(ground, speech, told["structure"]),
        _facilities(ground, speech, told["greens"]),
    ]
    return tuple(one for one in made if one is not None)


def _land_use(ground: Ground, speech: Speech, told: Section) -> Picture | None:
    sheet = MapSheet.of(ground.frame, MAP_MM) if ground.frame else None
    drawn = themes.land_use_map(ground, sheet)
    if drawn is None:
        return None
    return _picture("landuse", drawn, speech, told.sentences, told.table or Table((), ()))


def _structure(ground: Ground, speech: Speech, told: Section) -> Picture | None:
    drawn = themes.structure_map(ground)
    if drawn is None:
        return None
    rows = tuple((entry.said, entry.amount) for entry in drawn.legend)
    heads = (speech("picture.sign"), speech("picture.amount"))
    return _picture("structure", drawn, speech, told.sentences, Table(heads, rows))


def _facilities(ground: Ground, speech: Speech, greens_said: Section) -> Picture | None:
    frame = ground.frame
    if frame is None:
        return None
    canvas = MapCanvas(ground, MapSheet.of(frame, MAP_MM))
    greens = public_greens(
        ground.plan, MEASURES["green_within_500m"].choose(ground.plan.manifest.parameters, {})
    )
    edge: dict[str, svg.Style] = {"stroke": "#2f7a35", "stroke_width": 0.25, "fill_rule": "evenodd"}
    canvas.shape("fills", canvas.on_paper(greens.shape), fill=GREEN, **edge)
    # Names go first, so that signs keep off them.
    themes.area_names(canvas)
    stations = legends.stops(canvas, ground, every=True)
    counted = LegendEntry(fill_swatch(GREEN, "#2f7a35"), bare(speech("picture.greens")), str(len(greens)))
    # Without greens it cannot be told whether there are none: no 0 is said.
    legend = (
        *((counted,) if len(greens) else ()),
        *legends.facilities(canvas, SIGN_MM),
        *stations,
        *legends.line_legend(ground),
    )
    told = (bare(speech("picture.facilities")), bare(speech("picture.facilities_alt")))
    made = Drawing("map-facilities", *told, canvas, FACILITIES_BASE, legend)
    return _picture("facilities", made, speech, greens_said.sentences, _facility_table(ground, speech))


def _facility_table(ground: Ground, speech: Speech) -> Table:
    """Every facility and station, with the part of the plan that it stands in."""
    plan = ground.plan
    names, service = ground.names("facilities"), values(plan, "facilities", "service")
    hosts = values(plan, "facilities", "parcel_id")
    rows = [
        (
            speech.named(f"service.{kind}", kind) if kind else speech("place.unknown"),
            speech.read(name or str(id_)),
            host or "",
        )
        for id_, name, kind, host in zip(ids(plan, "facilities"), names, service, hosts, strict=True)
    ]
    heads = ("picture.service", "place.about.name", "place.beside.parcel")
    return Table(tuple(speech(head) for head in heads), tuple(sorted(rows)))


def _picture(id_: str, drawn: Drawing, speech: Speech, said: tuple[str, ...], table: Table) -> Picture:
    alt = bare(speech("picture.alt", title=drawn.title, said=speech.words("list.sentences").join(said)))
    made = picture(drawn, speech, alt, table)
    return Picture(id_, made.title, alt, made.table, made.lang, made.body, made.width_mm, made.height_mm)
