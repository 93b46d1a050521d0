"""
A plan package: a folder (or a zip of it) with ``plan.toml``, ``plan.gpkg`` and ``scenarios/``.

A layer may also stand beside ``plan.gpkg`` as a file of its own
(``parcels.parquet``, ``parcels.geojson``, ``parcels.shp``, ``parcels.fgb``).
Reading checks that the package is what it says; whether the data in it are
sound is the business of `blockplan.plan.validity.validate`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.files import archive, formats
from blockplan.plan.model.crs import plan_crs, to_plan_crs
from blockplan.plan.model.faults import fault
from blockplan.plan.model.layers import LAYERS
from blockplan.plan.model.manifest import read_manifest
from blockplan.plan.model.plan import BASE, Difference, Plan, tidied
from blockplan.plan.model.refusals import TEXTS, refused

if TYPE_CHECKING:
    import pandas as pd

    from blockplan.plan.model.manifest import Manifest

MANIFEST = "plan.toml"
LAYERS_FILE = "plan.gpkg"
SCENARIOS = "scenarios"
#: Table of a scenario file that lists what the scenario takes away (columns layer, id).
REMOVED = "removed"
SINGLE_LAYER_SUFFIXES = (".parquet", ".geoparquet", ".geojson", ".json", ".shp", ".fgb")


def read(path: str | Path, scenario: str | None = None) -> Plan:
    """
    Read a plan package.

    Parameters
    ----------
    path
        Folder or zip that holds ``plan.toml``.
    scenario
        Name of a scenario in ``plan.toml``; None or ``base`` reads the plan as drawn.

    Raises
    ------
    PlanDataError
        If the package, or a file of it, cannot be read.
    UsageError
        If the plan has no such scenario; the message names those it has.
    """
    path = Path(path)
    with archive.open_package(path) as folder:
        manifest = read_manifest(folder / MANIFEST)
        frames = {name: _in_crs(frame, manifest, name) for name, frame in _read_frames(folder).items()}
        absent = [name for name in manifest.scenarios if not (folder / SCENARIOS / f"{name}.gpkg").is_file()]
    if not frames:
        raise refused("no_layer", path=path, layers=LAYERS_FILE, manifest=MANIFEST)
    plan = Plan(manifest, frames, path=path)
    plan.read_faults += tuple(fault("pq-scenario", "scenarios", name, features=()) for name in absent)
    return plan if scenario in (None, BASE) else with_scenario(plan, str(scenario))


def manifest_of(path: str | Path) -> Manifest:
    """
    What ``plan.toml`` of a package says, without its layers.

    Raises
    ------
    PlanDataError
        If it cannot be read.
    """
    with archive.open_package(Path(path)) as folder:
        return read_manifest(folder / MANIFEST)


def with_scenario(plan: Plan, name: str) -> Plan:
    """
    The plan under one of its scenarios: rows of the difference replace or join those of the plan.

    Raises
    ------
    UsageError
        If the plan has no such scenario; the message names those it has.
    PlanDataError
        If the scenario's file is missing or cannot be read.
    """
    if plan.scenario != BASE:
        raise UsageError(
            f"The plan is already read under scenario {plan.scenario!r}. Start from the plan as drawn."
        )
    if name == BASE:
        return plan
    if name not in plan.manifest.scenarios:
        known = ", ".join((BASE, *plan.manifest.scenarios))
        raise UsageError(f"Plan {plan.manifest.id} has no scenario {name!r}. It has: {known}.")
    return plan.under(name, difference(plan, name))


def difference(plan: Plan, name: str) -> Difference:
    """The rows by which a scenario of the plan differs, read from the package it came from."""
    if name in plan.differences:
        return plan.differences[name]
    if plan.path is None:
        raise PlanDataError(
            f"Scenario {name!r} of plan {plan.manifest.id} has no data: the plan was not read from a file."
        )
    with archive.open_package(plan.path) as folder:
        file = folder / SCENARIOS / f"{name}.gpkg"
        if not file.is_file():
            raise refused("no_scenario_file", scenario=name)
        frames = formats.read_layers(file)
    removed = frames.pop(REMOVED, None)
    changed = {layer: _in_crs(frame, plan.manifest, layer) for layer, frame in frames.items()}
    return tidied(changed, _removed_ids(removed))


def write(plan: Plan, path: str | Path) -> None:
    """
    Write a plan as a package: a folder, or a zip where the name ends in ``.zip``.

    The package is written beside its place and moved there when it is whole,
    so that a full disk or an interrupt leaves what was there before. Layers
    are written in the order of the contract, then the unknown ones by name.

    Raises
    ------
    PlanDataError
        If the place cannot be written to, or holds something that is no plan package.
    """
    path = Path(path)
    if path.exists() and path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).exists():
        raise PlanDataError(
            f"{path} is not empty and is no plan package. Name a new folder, so that nothing is lost."
        )
    base = plan.base
    differences = {
        name: difference(base, name) for name in base.manifest.scenarios if _has_difference(base, name)
    }
    with archive.write_package(path) as folder:
        (folder / MANIFEST).write_text(base.manifest.to_toml(), encoding="utf-8")
        _write_frames(base.layers, base.manifest, folder / LAYERS_FILE)
        for name, found in differences.items():
            (folder / SCENARIOS).mkdir(exist_ok=True)
            write_difference(found, base.manifest, folder / SCENARIOS / f"{name}.gpkg")


def write_difference(found: Difference, manifest: Manifest, file: Path) -> None:
    """Write the rows by which a scenario differs to its file."""
    _write_frames(found.frames(), manifest, file, mixed=True)


def _read_frames(folder: Path) -> dict[str, pd.DataFrame]:
    file = folder / LAYERS_FILE
    frames = formats.read_layers(file) if file.exists() else {}
    came_from = dict.fromkeys(frames, LAYERS_FILE)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in SINGLE_LAYER_SUFFIXES or file.stem not in LAYERS:
            continue
        other = came_from.get(file.stem)
        if other is not None:
            raise PlanDataError(
                f"{folder.name}: the layer {file.stem!r} stands in {other} and in {file.name}.\n"
                "Keep one of the two; otherwise nobody can say which one counts."
            )
        came_from[file.stem] = file.name
        frames[file.stem] = formats.read_layer(file)
    return frames


def _in_crs(frame: pd.DataFrame, manifest: Manifest, layer: str) -> pd.DataFrame:
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    moved: pd.DataFrame = to_plan_crs(frame, plan_crs(manifest.crs), TEXTS.text("the_layer", layer=layer))
    return moved


def _removed_ids(table: pd.DataFrame | None) -> dict[str, tuple[str, ...]]:
    if table is None or table.empty:
        return {}
    return {
        str(layer): tuple(str(id_) for id_ in rows["id"]) for layer, rows in table.groupby("layer", sort=True)
    }


def _has_difference(plan: Plan, name: str) -> bool:
    if name in plan.differences:
        return True
    if plan.path is None:
        return False
    with archive.open_package(plan.path) as folder:
        return (folder / SCENARIOS / f"{name}.gpkg").is_file()


def _write_frames(
    frames: dict[str, pd.DataFrame], manifest: Manifest, file: Path, *, mixed: bool = False
) -> None:
    order = [name for name in LAYERS if name in frames] + sorted(set(frames) - set(LAYERS))
    written = {}
    for name in order:
        frame, spec = frames[name].reset_index(drop=True), LAYERS.get(name)
        if spec is not None:
            # An absent column means unknown, so a column of nothing but unknowns is not written.
            known = (column for column in spec.columns if column in frame and column != spec.id_column)
            frame = frame.drop(columns=[column for column in known if frame[column].isna().all()])
        written[name] = frame
    formats.write_layers(written, file, crs=plan_crs(manifest.crs), mixed=mixed)
