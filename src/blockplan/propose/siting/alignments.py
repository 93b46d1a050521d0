"""Alignments of lines, from a file or from the plan's own layers, along which stations may stand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from blockplan.errors import PlanDataError, UsageError
from blockplan.plan.model.layers import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blockplan.plan.model.plan import Plan

#: Columns that may name a line of a file.
NAMED = ("name", "name_en", "name_zh", "id", "line", "ref")


def read_alignments(plan: Plan, given: Iterable[str]) -> dict[str, Any]:
    """
    Alignments by name.

    Parameters
    ----------
    given
        ``layer:id`` of a line that the plan draws (``structure:belt``), or a file of lines in any CRS.

    Returns
    -------
    dict
        Name -> line in the plan's CRS; a file's lines by the column that names them, else by number.

    Raises
    ------
    UsageError
        If a name is of no line of the plan.
    PlanDataError
        If a file cannot be read, holds no lines, or has no CRS to bring them to the plan's.
    """
    found: dict[str, Any] = {}
    for one in given:
        layer, colon, id_ = one.partition(":")
        if colon and layer in LAYERS:
            found[one] = _of_plan(plan, layer, id_)
        else:
            found |= _of_file(plan, one)
    return found


def _of_plan(plan: Plan, layer: str, id_: str) -> Any:
    frame = plan.layer(layer)
    if id_ not in frame.index:
        raise UsageError(
            f"The layer {layer} has no {id_!r}. It has: {', '.join(map(str, frame.index[:10]))}."
        )
    shape = frame.geometry.loc[[id_]].iloc[0]
    if shape is None or shapely.get_dimensions(shape) != 1:
        raise UsageError(f"{layer}:{id_} is no line, so nothing runs along it. Name a line.")
    return shapely.force_2d(shape)


def _of_file(plan: Plan, path: str) -> dict[str, Any]:
    from blockplan.plan.files.formats import read_layer  # noqa: PLC0415 (it brings in geopandas)

    if not Path(path).exists():
        raise UsageError(
            f"{path} is neither a file nor layer:id of the plan (such as structure:belt or rail:rail)."
        )
    frame = read_layer(path, None)
    shapes = getattr(frame, "geometry", None)
    if shapes is None or not (shapely.get_dimensions(shapes.to_numpy()) == 1).any():
        raise PlanDataError(f"{path} holds no lines. Give alignments as lines.")
    if plan.crs is not None:
        if frame.crs is None:
            raise PlanDataError(f"{path} says no CRS, so it cannot be laid over the plan. Declare one.")
        shapes = shapes.to_crs(plan.crs)
    column = next((name for name in NAMED if name in frame.columns), None)
    lines = {}
    names: list[object] = frame[column].tolist() if column else [None] * len(frame)
    for number, (said, shape) in enumerate(zip(names, shapes.to_numpy(), strict=True), start=1):
        if shape is not None and shapely.get_dimensions(shape) == 1:
            lines[str(said) if said else f"line {number}"] = shapely.force_2d(shape)
    return lines
