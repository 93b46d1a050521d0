"""The table of control lines (控制线一览表): what each kind covers, and whether the plan draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from blockplan.report.office.columns import UNKNOWN_SIGN, shown
from blockplan.report.sheets.overlaymap import OVERLAYS, drawn_lines
from blockplan.report.sheets.parcelmap import CONTROL
from blockplan.report.sheets.printed_tables import ems, least
from blockplan.report.sheets.scene import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shapely.geometry.base import BaseGeometry

    from blockplan.report.sheets.facts import Facts

HEADS = ("kind", "number", "area", "length", "basis", "names")
ALIGNS = ("left", "right", "right", "right", "left", "left")
#: A line names so many of its pieces.
MOST_NAMES = 4


def control_table(facts: Facts) -> dict[str, Any] | None:
    """
    The table as the template reads it; None for a plan without a line.

    Lines that the plan draws count as it draws them. Where it draws none of the five colours, these follow
    from the land use, parcel by parcel, and the table says so; the road line is that of the street land.
    """
    drawn = drawn_lines(facts)
    colours = {one.kind for one in drawn} & set(CONTROL)
    rows = [row] if (row := _roads(facts)) else []
    for kind in (*(kind for kind in CONTROL if kind != "red"), *OVERLAYS):
        mine = [one for one in drawn if one.kind == kind]
        names = list(dict.fromkeys(one.called for one in mine if one.called))
        shapes, basis = [one.shape for one in mine], "drawn"
        if not mine and not colours and kind in CONTROL and CONTROL[kind][0]:
            shapes, basis = _by_use(facts, CONTROL[kind][0]), "derived"
        if shapes:
            rows.append(_row(facts, kind, shapes, basis, names))
    if not rows:
        return None
    lang = facts.view.words.lang
    heads = [said(lang, f"lines.{key}") for key in HEADS]
    wanted = [at for at in range(len(HEADS)) if any(row[at] not in {"", UNKNOWN_SIGN} for row in rows)]
    heads, cells = [heads[at] for at in wanted], [[row[at] for at in wanted] for row in rows]
    aligns = [ALIGNS[at] for at in wanted]
    return {
        "title": said(lang, "lines.title"),
        "heads": heads,
        "align": aligns,
        "least": least(heads, cells, aligns),
        "widths": [1.0] * len(heads),
        "ems": ems(heads, cells),
        "rows": [{"cells": row, "kind": "row", "depth": 0} for row in cells],
        "notes": [],
    }


def _roads(facts: Facts) -> list[str] | None:
    """The road line: the street land that it bounds."""
    lands = [
        shape for shape, road in zip(facts.shapes, facts.roads, strict=True) if road and shape is not None
    ]
    return _row(facts, "red", lands, "street_land", []) if lands else None


def _by_use(facts: Facts, codes: tuple[str, ...]) -> list[BaseGeometry]:
    return [
        shape
        for shape, (_, code) in zip(facts.shapes, facts.uses, strict=True)
        if shape is not None and code.startswith(codes)
    ]


def _row(facts: Facts, kind: str, shapes: Iterable[BaseGeometry], basis: str, names: list[str]) -> list[str]:
    words = facts.view.words
    drawn = np.array(list(shapes), dtype=object)
    lands = drawn[shapely.get_dimensions(drawn) == 2]
    lines = drawn[shapely.get_dimensions(drawn) == 1]
    called = (
        words(f"qgis.control_line.{kind}") if kind in OVERLAYS else said(words.lang, f"legend.{kind}_line")
    )
    more = said(words.lang, "rules.more", n=len(names)) if len(names) > MOST_NAMES else ""
    return [
        called,
        shown(len(drawn), "whole"),
        shown(float(shapely.area(shapely.union_all(lands))) / 1e4, "two") if len(lands) else UNKNOWN_SIGN,
        shown(float(shapely.length(lines).sum()) / 1e3, "two") if len(lines) else UNKNOWN_SIGN,
        said(words.lang, f"lines.{basis}"),
        words.join(names[:MOST_NAMES]) + more,
    ]
