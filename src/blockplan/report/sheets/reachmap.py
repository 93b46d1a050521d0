"""How far services and parks reach, by the distances that the rules judge with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from blockplan.measure import MEASURES
from blockplan.measure.inputs.greens import public_greens
from blockplan.report.features import features
from blockplan.report.maps.drawing import fill_swatch, line_swatch
from blockplan.report.maps.reachmaps import REACH_OF_GREEN, is_of_green, reached_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapely.geometry.base import BaseGeometry

    from blockplan.check.verdict import Verdict
    from blockplan.measure.inputs.greens import Greens
    from blockplan.plan import Plan
    from blockplan.report.maps.svg import Style
    from blockplan.report.sheets.facts import Facts
    from blockplan.report.sheets.parcelmap import ParcelGround
    from blockplan.report.sheets.scene import Scene

REACH, OUTSIDE = "#2e7d32", "#e8a33d"
PARKS = ("1401", "G1")


def service_reach(scene: Scene) -> None:
    """Straight-line reach of facilities that rules of coverage counted: three at most, failing ones first."""
    hues = ["#b0236a", "#1d4f91", "#a65e00"]
    words = scene.facts.view.words
    done: set[str] = set()
    judged = [one for one in scene.facts.view.result.verdicts if one.reach is not None]
    for verdict in sorted(judged, key=lambda one: one.outcome != "fail"):
        reach, services, shapes = verdict.reach, *_counted(scene.facts.plan, verdict)
        if reach is None or not shapes or not hues or services & done:
            continue
        land = shapely.boundary(
            shapely.union_all(shapely.buffer(np.array(shapes, dtype=object), reach.limit_m, quad_segs=32))
        )
        placed = scene.canvas.on_paper([land])
        if placed[0] is None or not scene.canvas.box.intersects(placed[0]):
            continue
        done |= services
        look: dict[str, Style] = {"stroke": hues.pop(0), "stroke_width": 0.3, "stroke_dasharray": (1.8, 1.0)}
        scene.canvas.shape("control", placed, **look)
        name = words.join([words.or_else(f"service.{one}", one) for one in sorted(services)])
        said = scene.say("legend.service_reach", name=name, n=f"{reach.limit_m:g}")
        scene.show(f"reach {name}", 35, line_swatch(**look), said)


def _counted(plan: Plan, verdict: Verdict) -> tuple[set[str], list[BaseGeometry]]:
    """Services and shapes of the facilities that a rule counted: one too small for it reaches no one."""
    found = verdict.measurement.counted if verdict.measurement is not None else {}
    counted, frame = list(found.get("facilities", ())), plan.layer("facilities")
    services = frame.loc[frame.index.isin(counted), "service"].dropna()
    shapes = [one for one in features(plan, "facilities", counted) if one is not None]
    return {str(one) for one in services}, shapes


def drawn_greens(facts: Facts) -> list[BaseGeometry]:
    """Public greens that the plan draws in a layer of their own, on no parcel."""
    found, _ = _public_greens(facts)
    return [shape for shape, layer in zip(found.shape, found.layer, strict=True) if layer == "greens"]


def _public_greens(facts: Facts) -> tuple[Greens, float]:
    """The public greens of a plan, and how far they reach where no rule says it, m."""
    chosen = MEASURES[REACH_OF_GREEN].choose(facts.plan.manifest.parameters, {})
    return public_greens(facts.plan, chosen), chosen.green_limit_m


def _reached(facts: Facts, judged: Verdict | None) -> Sequence[tuple[float, Sequence[BaseGeometry]]]:
    """How far which greens reach, m: as they were judged, by size where the rule says so."""
    if judged is None or judged.reach is None:
        greens, limit = _public_greens(facts)
        return [(limit, list(greens.shape))]
    return reached_from(facts.plan, judged)


def green_reach(scene: Scene, ground: ParcelGround) -> Sequence[str]:
    """
    The line that parks reach to, the parcels that the verdict names, and the verdict as a note.

    Where no rule judges it, the line is that of the measure, and the note says that it is not judged.
    """
    facts, view = scene.facts, scene.facts.view
    judged = next((one for one in view.result.verdicts if one.reach and is_of_green(one)), None)
    reached = [(limit, parks) for limit, parks in _reached(facts, judged) if len(parks)]
    if reached:
        parts = [shapely.buffer(shapely.union_all(parks), limit, quad_segs=32) for limit, parks in reached]
        line = shapely.boundary(shapely.union_all(parts))
        look: dict[str, Style] = {"stroke": REACH, "stroke_width": 0.45, "stroke_dasharray": (2.4, 1.2)}
        scene.canvas.shape("control", scene.canvas.on_paper([line]), **look)
        limits = " / ".join(f"{limit:g}" for limit, _ in reached)
        scene.show("reach", 7, line_swatch(**look), scene.say("legend.reach", n=limits))
    if judged is None:
        return (scene.say("legend.not_judged"),)
    beyond = {place.id for place in judged.where}
    shapes = [
        shape
        for row, shape in zip(ground.rows, ground.shapes, strict=True)
        if str(facts.names[row]) in beyond
    ]
    if shapes:
        scene.canvas.shape("fills", shapes, fill=OUTSIDE, stroke="#8a5200", stroke_width=0.3)
        scene.show("outside", 8, fill_swatch(OUTSIDE, stroke="#8a5200", stroke_width=0.3))
    row = view.named_row(judged)
    return (
        scene.say(
            "legend.judged", said=row.said, title=row.title, measured=row.measured, required=row.required
        ),
    )
