"""Writes the package: the plan's layers, a layer of verdicts, styles in three languages, the project."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from blockplan.errors import UsageError
from blockplan.plan.files import formats
from blockplan.plan.files.archive import writing_file
from blockplan.plan.model.crs import plan_crs
from blockplan.plan.model.layers import LAYERS
from blockplan.report.features import residents_at
from blockplan.report.qgis.inside import put_inside
from blockplan.report.qgis.styles import name_of, styles
from blockplan.report.tables import measured, required, title
from blockplan.report.view import View
from blockplan.report.words import Words
from blockplan.texts import DEFAULT_LANGUAGE, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.report.qgis.symbols import Style


#: Name of the layer of verdicts.
VERDICTS = "verdicts"
COLUMNS = (
    "rule", "title", "scope", "outcome", "measured", "required", "force", "layer", "id", "value", "unit",
    "residents",
)  # fmt: skip


def export(plan: Plan, result: CheckResult, path: Path | str, lang: str = DEFAULT_LANGUAGE) -> Path:
    """
    Write a plan and its verdicts as one GeoPackage that QGIS opens styled.

    Parameters
    ----------
    path
        A file that ends in ``.gpkg``; it is there whole or not at all.
    lang
        ``zh``, ``en`` or ``ja``: of the project and of the styles that are used by default. Styles in the
        other two languages lie beside them.

    Raises
    ------
    UsageError
        If the name does not end in ``.gpkg``, or there is no such language.
    PlanDataError
        If the file cannot be written.
    """
    place = Path(path)
    if place.suffix.lower() != ".gpkg":
        raise UsageError(f"{place} does not end in .gpkg. Name a GeoPackage, such as {place.stem}.gpkg.")
    views = {one: View(plan, result, Words(one)) for one in dict.fromkeys((lang, *LANGUAGES))}
    frames = _frames(plan) | {VERDICTS: _verdicts(views[lang])}
    with writing_file(place) as draft:
        formats.write_layers(frames, draft, crs=plan_crs(plan.manifest.crs))
        with closing(sqlite3.connect(draft)) as store, store:
            styled = {one: _styled(view) for one, view in views.items()}
            view, crs = views[lang], plan_crs(plan.manifest.crs)
            put_inside(store, styled, lang, file=place.name, title=view.title, crs=crs, bounds=_bounds(view))
    return place


def _frames(plan: Plan) -> dict[str, pd.DataFrame]:
    """The layers as a package holds them: without columns of nothing but unknowns."""
    found = {}
    for name in [*(one for one in LAYERS if one in plan.layers), *sorted(set(plan.layers) - set(LAYERS))]:
        if name == VERDICTS:
            continue
        frame, spec = plan.layers[name].reset_index(drop=True), LAYERS.get(name)
        columns = [one for one in spec.columns if one != spec.id_column] if spec else []
        empty = [one for one in columns if one in frame and frame[one].isna().all()]
        found[name] = frame.drop(columns=empty)
    return found


def _verdicts(view: View) -> gpd.GeoDataFrame:
    """Who and what fails: a point a place that falls short; a verdict without places stands in the middle."""
    rows = list(_rows(view))
    table: dict[str, Any] = {key: [row[at] for row in rows] for at, key in enumerate(COLUMNS)}
    return gpd.GeoDataFrame(table, geometry=[row[-1] for row in rows], crs=plan_crs(view.plan.manifest.crs))


def _rows(view: View) -> Iterator[tuple[Any, ...]]:
    words, outline = view.words, view.plan.layer("boundary").geometry
    middle = shapely.point_on_surface(shapely.union_all(outline.to_numpy())) if len(outline) else None
    for one in view.result.verdicts:
        head = (
            one.rule, title(one, words), f"{one.scope_kind}:{one.scope_id}", one.outcome,
            measured(one, words), required(one, words), one.force,
        )  # fmt: skip
        for place in one.where:
            at = shapely.Point(place.x, place.y)
            people = residents_at(view.plan, place)
            yield (*head, place.layer, place.id, place.value, one.unit, people, at)
        if not one.where:
            yield (*head, "", "", None, "", one.affected_residents, middle)


def _styled(view: View) -> dict[str, tuple[str, Style]]:
    return {layer: (name_of(view, layer), style) for layer, style in styles(view).items()}


def _bounds(view: View) -> tuple[float, ...]:
    return tuple(view.plan.layer("boundary").total_bounds) if view.ground.frame else (0.0, 0.0, 1.0, 1.0)
