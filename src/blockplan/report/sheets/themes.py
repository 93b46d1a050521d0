"""Maps of the whole plan: uses, structure, facilities, green, heights, streets, lines, phases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure.inputs.columns import values
from blockplan.report.maps import svg
from blockplan.report.maps.basemap import GREEN, PALE_GREEN, use_colour
from blockplan.report.maps.drawing import dot_swatch, fill_swatch
from blockplan.report.maps.structure import structure as parts
from blockplan.report.maps.svg import INK
from blockplan.report.office import TABLES
from blockplan.report.office.columns import form_in, shared_hectares, shown
from blockplan.report.office.phases import in_time
from blockplan.report.phases import phase_name
from blockplan.report.sheets import basemap as base
from blockplan.report.sheets import overlaymap, panels, parcellabels, parcelmap, streetmap
from blockplan.report.sheets.planlabels import inside, names_of, signs
from blockplan.report.sheets.reachmap import PARKS, REACH, drawn_greens, green_reach, service_reach
from blockplan.report.sheets.scene import lighter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene

#: Fills of classes from low to high; hues of areas and phases.
STEPS = ("#fff6cc", "#fedd7c", "#f7a440", "#e8665a", "#c14373", "#82358a", "#35155f")
TINTS = ("#7aa6c2", "#c99a6b", "#8fae7d", "#b58bb0", "#c9b458", "#6f9f9a")
GREENS = ("1402", "1403", "G2", "G3")
BARE, STREET = "#f4f2ec", "#ffffff"
#: Bounds that a class of heights (m) or of FAR may end on.
ENDS = {
    "height": (12, 18, 24, 36, 54, 80, 100, 150, 250),
    "intensity": (0.8, 1.2, 1.6, 2.0, 2.5, 3.5, 5.0, 8.0),
}
MOST_CLASSES = 7
#: The sheet whose legend says what the colours of uses mean.
LAND_USE = "GH-03"
#: A location map needs something that lies this share of the plan's shorter side outside it.
BEYOND = 0.15
#: A swatch has room for letters of this width, mm.
SWATCH_MM = 6.8
#: A land-use plan has room for index blocks up to this scale, or where half of its parcels are so large, mm2.
BLOCKS_UP_TO, ROOMY_MM2 = 6_000, 150.0


@dataclass(frozen=True, slots=True)
class SheetTheme:
    """A map of the whole plan: kind, number, whether the plan has its data, how it is drawn, its tables."""

    kind: str
    number: str
    has: Callable[[Facts], bool]
    draw: Callable[[Scene, ParcelGround], Sequence[str]]
    tables: tuple[str, ...] = ()


# The maps


def location(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """The plan in its surroundings."""
    base.surroundings(scene)
    land = scene.facts.outline
    if land is not None:
        scene.canvas.shape("fills", scene.canvas.on_paper([land]), fill="#f3d9a8", fill_opacity=0.75)
    base.streets(scene, coloured=True)
    base.edge(scene)
    streetmap.stops(scene)
    for layer in ("areas", "blocks"):
        if scene.facts.plan.has_layer(layer) and len(scene.facts.plan.layer(layer)):
            names_of(scene, layer, 2.8)
            break
    streetmap.street_names(scene)
    return ()


def existing(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """What the land is used for now: without streets and stops, for a plan draws those that are to be."""
    facts = scene.facts
    now = values(facts.plan, "parcels", "existing_land_use")
    uses = [(of, str(use or "")) for (of, _), use in zip(facts.uses, now, strict=True)]
    colours = [use_colour(*use) if use[1] else BARE for use in uses]
    base.surroundings(scene, ground)
    parcelmap.fills(scene, ground, colours, 0.0)
    parcelmap.parcel_lines(scene, ground, 0.1)
    base.edge(scene)
    area: dict[tuple[str, str], float] = {}
    for row in np.flatnonzero(~shapely.is_missing(facts.shapes)):
        area[uses[row]] = area.get(uses[row], 0.0) + float(facts.shapes[row].area)
    land = parcelmap.hectares_of(facts, area, "existing")
    for of, code in area:
        said = facts.view.ground.use_name(of, code) if code else scene.say("legend.not_known")
        scene.show(
            f"use {code} {of}",
            0 if code else 1,
            fill_swatch(use_colour(of, code) if code else BARE),
            said,
            (land[of, code],),
        )
    status = values(facts.plan, "parcels", "status")
    kept = [
        shape
        for row, shape in zip(ground.rows, ground.shapes, strict=True)
        if status[row] in {"existing", "kept"}
    ]
    if kept:
        scene.canvas.shape("lines", kept, stroke=INK, stroke_width=0.3)
        scene.show("kept", 5, fill_swatch("none", stroke=INK, stroke_width=0.35))
    inside(scene, ground, [code for _, code in uses], colours)
    return ()


def land_use(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """What the land is planned for: number and code, or the code."""
    facts = scene.facts
    colours = [lighter(colour, parcelmap.PLAN_TINT) for colour in facts.colours]
    base.streets(scene)
    parcelmap.fills(scene, ground, facts.colours, parcelmap.PLAN_TINT)
    streetmap.footways(scene)
    parcelmap.use_legend(scene, dict.fromkeys(range(len(facts.names)), 1.0), parcelmap.PLAN_TINT)
    parcelmap.parcel_lines(scene, ground, 0.1)
    parcelmap.red_lines(scene, ground, 0.2)
    base.edge(scene)
    streetmap.stops(scene)
    if numbers_parcels(facts, scene.scale, scene.canvas.k):
        parcellabels.ParcelLabels(scene, ground, parcellabels.BLOCK_BLOCKS).all()
        notes = [scene.say("legend.key_short")]
    else:
        says = ["" if road else code for (_, code), road in zip(facts.uses, facts.roads, strict=True)]
        signs(scene, ground, named=False)
        inside(scene, ground, says, colours, count=True)
        notes = []
    streetmap.street_names(scene)
    return notes


def numbers_parcels(facts: Facts, scale: int, letters: float) -> bool:
    """
    Whether a land-use plan has room for numbers and bounds of its parcels; else it says their codes.

    Parameters
    ----------
    letters
        How much larger letters are than on A3.
    """
    drawn = facts.shapes[~facts.roads & ~shapely.is_missing(facts.shapes)]
    if scale <= BLOCKS_UP_TO or not len(drawn):
        return scale <= BLOCKS_UP_TO
    return float(np.median(shapely.area(drawn))) / (scale / 1000 * letters) ** 2 >= ROOMY_MM2


def structure(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Axes, belts, cores, areas and zones on pale ground."""
    base.surroundings(scene)
    base.streets(scene)
    base.edge(scene)
    for at, entry in parts(scene.canvas, scene.facts.view.ground, lambda: streetmap.stops(scene)):
        amount = (entry.amount,) if entry.amount else ()
        # Parts of one name are told apart by tint or length; one part in two windows is one.
        key = f"structure {at} {entry.said} {entry.swatch} {entry.amount}"
        scene.show(key, 2, entry.swatch, entry.said, amount)
    names_of(scene, "areas", 3.2)
    return ()


def facilities(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Public facilities with their names and sizes, and how far those reach that a rule gives a distance."""
    _ground(scene, ground, [lighter(colour, 0.55) for colour in scene.facts.colours])
    service_reach(scene)
    signs(scene, ground, named=True)
    paled = [scene.say("legend.paled", title=scene.say("kind.landuse"))] if len(ground.rows) else []
    return (*paled, scene.say("legend.signs"))


def green(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Parks, the line that they reach to, and the homes beyond it, with the shares of the other readings."""
    facts, canvas = scene.facts, scene.canvas
    colours = [
        GREEN if code.startswith(PARKS) else PALE_GREEN if code.startswith(GREENS) else BARE
        for _, code in facts.uses
    ]
    base.surroundings(scene, ground)
    parcelmap.fills(scene, ground, colours, 0.0)
    canvas.shape("fills", canvas.on_paper(drawn_greens(facts)), fill=GREEN)
    base.streets(scene)
    parcelmap.parcel_lines(scene, ground, 0.08)
    base.edge(scene)
    scene.show("parks", 0, fill_swatch(GREEN))
    if PALE_GREEN in {colours[row] for row in ground.rows}:
        scene.show("other_green", 1, fill_swatch(PALE_GREEN))
    entrances = (
        [one for one in canvas.on_paper(facts.plan.layer("green_entrances").geometry) if one is not None]
        if len(facts.plan.layer("green_entrances"))
        else []
    )
    for point in entrances:
        x, y = shapely.get_coordinates(point)[0]
        canvas.add(
            "signs", svg.circle(float(x), float(y), 0.55, fill="#ffffff", stroke=REACH, stroke_width=0.25)
        )
    if entrances:
        scene.show("entrance", 6, dot_swatch("#ffffff", REACH))
    notes = green_reach(scene, ground)
    says = [code if code.startswith((*PARKS, *GREENS)) else "" for _, code in facts.uses]
    inside(scene, ground, says, colours)
    return notes


def classes(scene: Scene, ground: ParcelGround, kind: str) -> Sequence[str]:
    """Parcels by the upper bound of height or FAR in five to seven classes, with the bound on each."""
    facts = scene.facts
    # A bound is written in the legend as on its parcel.
    column, unit = ("height_max_m", " m") if kind == "height" else ("far_max", "")
    form = form_in(facts.view, "one" if kind == "height" else "far")
    cells = [facts.rows[str(name)][column] for name in facts.names]
    known = sorted(float(cell) for cell in cells if isinstance(cell, int | float))
    ends = _ends(known, ENDS[kind])
    colours = [
        STEPS[min(int(np.searchsorted(ends, float(cell))), len(STEPS) - 1)]
        if isinstance(cell, int | float)
        else STREET
        if road
        else BARE
        for cell, road in zip(cells, facts.roads, strict=True)
    ]
    _ground(scene, ground, colours)
    here = {colours[row] for row in ground.rows}
    found = [one for one in (*STEPS[: len(ends)], BARE) if one in colours]
    rows = [[one == colour for one in colours] for colour in found]
    land = dict(zip(found, _hectares(facts, rows), strict=True))
    for at, high in enumerate(ends):
        if STEPS[at] not in here:
            continue
        low = ends[at - 1] if at else None
        said = (
            scene.say("legend.class_below", high=shown(high, form), unit=unit)
            if low is None
            else scene.say("legend.class_between", low=shown(low, form), high=shown(high, form), unit=unit)
        )
        scene.show(f"class {at}", 0, fill_swatch(STEPS[at]), said, (land[STEPS[at]],))
    if BARE in here:
        scene.show("no_bound", 1, fill_swatch(BARE), amount=(land[BARE],))
    inside(
        scene,
        ground,
        [
            facts.text(str(name), column) if isinstance(cell, int | float) else ""
            for name, cell in zip(facts.names, cells, strict=True)
        ],
        colours,
    )
    return ()


def _heights(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    return classes(scene, ground, "height")


def _intensity(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    return classes(scene, ground, "intensity")


def _ends(known: Sequence[float], offered: Sequence[float]) -> list[float]:
    """Ends of at most seven classes that hold all values; a class without a value is none."""
    ends = [
        end
        for at, end in enumerate(offered)
        if any((offered[at - 1] if at else -1) < one <= end for one in known)
    ]
    if known and known[-1] > offered[-1]:
        ends.append(float(known[-1]))
    while len(ends) > MOST_CLASSES:
        ends.pop(0)
    return ends


def streets(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Streets by class with names and widths, rail, stations and stops, coordinates of main junctions."""
    base.surroundings(scene, ground)
    parcelmap.fills(scene, ground, [BARE] * len(scene.facts.names), 0.0)
    parcelmap.parcel_lines(scene, ground, 0.06)
    base.streets(scene, coloured=True)
    base.edge(scene)
    streetmap.stops(scene)
    points = streetmap.junction_points(scene, scene.canvas.box, main=True)
    streetmap.street_names(scene)
    outline = scene.facts.outline
    land = None if outline is None else scene.canvas.on_paper([outline])[0]
    streetmap.junctions(scene, points, land)
    return ()


def control_lines(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Control lines on white ground."""
    base.streets(scene)
    parcelmap.fills(scene, ground, ["#ffffff"] * len(scene.facts.names), 0.0)
    streetmap.footways(scene)
    parcelmap.parcel_lines(scene, ground, 0.06)
    parcelmap.red_lines(scene, ground, 0.28)
    overlaymap.overlays(scene)
    _, derived = parcelmap.control_lines(scene, ground, width=0.6)
    base.edge(scene)
    overlaymap.names(scene)
    codes = parcelmap.CONTROL["green"][0] + parcelmap.CONTROL["blue"][0] + parcelmap.CONTROL["yellow"][0]
    says = [code if code.startswith(codes) else "" for _, code in scene.facts.uses]
    inside(scene, ground, says, ["#ffffff"] * len(says))
    streetmap.street_names(scene)
    return [scene.say("legend.derived")] if derived else []


def _in_swatch(name: str) -> str:
    """The name of a phase in its swatch, where it has room there; it stands beside it too."""
    if svg.text_width(name, 2.2) > SWATCH_MM:
        return ""
    return svg.text(4, 2, name, 2.2, weight="700", font_family=svg.FONT)


def phases(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """Parcels by phase, with its number on each."""
    facts = scene.facts
    given = [str(one) if one is not None else "" for one in values(facts.plan, "parcels", "phase")]
    known = sorted({one for one in given if one}, key=in_time)
    hue = {one: TINTS[at % len(TINTS)] for at, one in enumerate(known)}
    called = {one: phase_name(one, facts.view.words) for one in known}
    colours = [hue.get(one, BARE) for one in given]
    _ground(scene, ground, [lighter(colour, 0.3) for colour in colours])
    here = {given[row] for row in ground.rows}
    # A legend says of a phase what its table says.
    lines, form = TABLES["phases"](facts.view).lines, form_in(facts.view, "ha")
    land = dict(zip([*known, ""], (shown(line.cells[2], form) for line in lines), strict=False))
    for at, one in enumerate(known):
        if one in here:
            scene.show(
                f"phase {at:02}",
                0,
                fill_swatch(lighter(hue[one], 0.3)) + _in_swatch(called[one]),
                scene.say("legend.phase", n=one) if one.isdecimal() else called[one],
                (land[one],),
            )
    if "" in here:
        scene.show("no_phase", 1, fill_swatch(BARE), amount=(land[""],))
    inside(scene, ground, [called.get(one, one) for one in given], ["#ffffff"] * len(given))
    return ()


def _ground(scene: Scene, ground: ParcelGround, colours: Sequence[str]) -> None:
    """Streets, fills, parcel lines, red lines, outline, stations; parcels cover the streets between them."""
    base.surroundings(scene, ground)
    base.streets(scene)
    parcelmap.fills(scene, ground, colours, 0.0)
    parcelmap.parcel_lines(scene, ground, 0.1)
    parcelmap.red_lines(scene, ground, 0.15)
    base.edge(scene)
    streetmap.stops(scene)


def _hectares(facts: Facts, classes: Sequence[Sequence[bool]]) -> list[str]:
    """The land of classes of parcels in hectares, which adds up as it is printed."""
    areas = np.nan_to_num(shapely.area(facts.shapes))
    sizes = [math.fsum(areas[np.array(rows, dtype=bool)]) for rows in classes]
    form = form_in(facts.view, "ha")
    return [shown(one, form) for one in shared_hectares(facts.view, sizes, math.fsum(sizes))]


# What a plan has


def _states(column: str) -> Callable[[Facts], bool]:
    return lambda facts: any(one is not None for one in values(facts.plan, "parcels", column))


def _bounds(column: str) -> Callable[[Facts], bool]:
    return lambda facts: any(row[column] is not None for row in facts.rows.values())


def _layer(name: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.plan.has_layer(name) and len(facts.plan.layer(name)) > 0


def _uses(codes: Sequence[str]) -> Callable[[Facts], bool]:
    return lambda facts: any(code.startswith(tuple(codes)) for _, code in facts.uses)


def _greens(facts: Facts) -> bool:
    """Whether the plan has a park, as a parcel or in a layer of its own."""
    return _uses(PARKS)(facts) or bool(drawn_greens(facts))


def _around(facts: Facts) -> bool:
    """Whether anything is drawn outside the planned land."""
    land = facts.outline
    if land is None:
        return False
    west, south, east, north = land.bounds
    near = shapely.box(west, south, east, north).buffer(BEYOND * min(east - west, north - south))
    return any(
        not shapely.covers(near, shapely.box(*shape.bounds))
        for layer in ("extent", *base.AROUND_LAND)
        for shape in base.shapes_of(facts, layer)
    )


def _controlled(facts: Facts) -> bool:
    codes = [code for kind in parcelmap.CONTROL.values() for code in kind[0]]
    return _layer("control_lines")(facts) or _uses(codes)(facts)


#: Tables of the whole plan, for maps that leave room.
GENERAL = ("land_balance", "per_thousand")
#: What the names of the measures hold (after a blank: begin with) that a map speaks of: it shows their
#: verdicts; that of planned uses shows all.
SUBJECTS = {
    "location": (" area_size", " areas_", " area_townships"),
    "existing": ("existing",),
    "phases": ("phase",),
    "structure": tuple(f" {beginning}" for beginning in panels.OF_THE_WHOLE[:-1]),
    "facilities": (
        "service", "facilit", "education", "school", "kindergarten", "nursing", "beds", "culture", "food",
    ),
    "green": ("green", "park_", "parks", "open_space", "canopy", "trees"),
    "height": ("height", "light"),
    "intensity": ("far", "floor_area", "coverage"),
    "streets": ("street_density", "street_spacing", "intersection", "stop", "station", "transit", "parking"),
    "control_lines": ("setback", "water", "woodland", "blue_green", "open_space", "heritage"),
}  # fmt: skip
#: Maps of the whole plan in their order.
THEMES = (
    SheetTheme("location", "GH-01", _around, location, ("parts", "land_balance", "streets")),
    SheetTheme("existing", "GH-02", _states("existing_land_use"), existing,
               ("transition", "existing_balance")),
    SheetTheme("landuse", LAND_USE, lambda drawn: len(drawn.names) > 0, land_use,
               ("land_balance", "facilities", "per_thousand", "parking")),
    SheetTheme("structure", "GH-04", _layer("structure"), structure, ("parts", "land_balance")),
    SheetTheme("facilities", "GH-05", _layer("facilities"), facilities, ("facilities", "per_thousand")),
    SheetTheme("green", "GH-06", _greens, green, ("parts", "per_thousand")),
    SheetTheme("height", "GH-07a", _bounds("height_max_m"), _heights, ("parcels", "parts", "land_balance")),
    SheetTheme("intensity", "GH-07b", _bounds("far_max"), _intensity, ("parcels", "parts", "land_balance")),
    SheetTheme("streets", "GH-08", _layer("streets"), streets, ("streets", "parking")),
    SheetTheme("control_lines", "GH-09", _controlled, control_lines, ("control_lines", "utilities")),
    SheetTheme("phases", "GH-10", _states("phase"), phases, ("phases", "land_balance")),
)  # fmt: skip
