"""The map of a rule that judges each parcel: which fail, which are unknown, which pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from blockplan.check.feature_outcomes import FAIL, PASS, UNKNOWN
from blockplan.report.features import FADED
from blockplan.report.maps import drawing, svg
from blockplan.report.maps.basemap import OUTLINE
from blockplan.report.maps.drawing import PART_MM, Drawing, LegendEntry, MapSheet

if TYPE_CHECKING:
    from blockplan.check.verdict import Verdict
    from blockplan.report.maps.basemap import Ground

#: Outcome -> its name, fill and edge, in the order in which they are drawn.
COLOURS = {
    PASS: ("pass", "#9cc5a1", "#3f7248"),
    UNKNOWN: ("unknown", "#c9c9c9", "#6f6f6f"),
    FAIL: ("fail", "#d2521f", "#5c1d05"),
}
#: So many of the worst are numbered.
NUMBERED = 12


def parcel_maps(ground: Ground, verdict: Verdict, id_: str) -> list[Drawing]:
    """One map: every feature that is judged, by outcome; the worst bear their ids."""
    frame, judged, words = ground.frame, verdict.judged, ground.words
    if frame is None or judged is None or not len(judged.rows):
        return []
    sheet = MapSheet.of(frame, PART_MM)
    geometry = ground.plan.layer(judged.each.layer).geometry
    shapes = np.array([*svg.drawable(geometry.iloc[judged.rows], frame), None], dtype=object)[:-1]
    body, legend = [], []
    for outcome, (name, fill, edge) in COLOURS.items():
        chosen = judged.outcome == outcome
        drawn = shapes[chosen & np.array([shape is not None for shape in shapes], dtype=bool)]
        if len(drawn):
            d = svg.path(drawn, frame)
            body.append(
                svg.shape(d, fill=fill, stroke=edge, stroke_width=0.2 * sheet.unit, fill_rule="evenodd")
            )
        if chosen.any():
            said, number = words(f"outcome.{name}"), words.number(int(chosen.sum()))
            legend.append(LegendEntry(drawing.fill_swatch(fill, edge), said, number))
    legend.append(LegendEntry(drawing.line_swatch((OUTLINE, 3.0, "11 3 3 3")), words("map.boundary")))
    title = words("map.parcels.title", rule=words.pick(verdict.title))
    description = words("map.parcels.description")
    signs = _numbers(ground, sheet, verdict)
    return [Drawing(id_, title, description, sheet, FADED, "".join(body) + signs, tuple(legend))]


def _numbers(ground: Ground, sheet: MapSheet, verdict: Verdict) -> str:
    """Ids of the worst that fail, where there is room."""
    placer, size, out = drawing.placer(ground, sheet), 2.2 * sheet.unit, []
    for place in verdict.where[:NUMBERED]:
        x, y = sheet.frame.place(place.x, place.y)
        width = svg.text_width(place.id, size)
        spot = placer.place(x, y, width, 1.2 * size, ((0, 0),)) if placer.holds(x, y) else None
        if spot:
            out.append(svg.label(*spot, place.id, size, fill="#2b0d02", font_weight="700"))
    return "".join(out)
