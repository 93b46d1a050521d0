"""``blockplan import residents``: people of a grid put into the buildings or onto the land of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, load, progress, show_json, show_table
from blockplan.figures import fixed

if TYPE_CHECKING:
    from blockplan.exchange.cells import Box
    from blockplan.measure.inputs.grid_people import Settled
    from blockplan.plan import Plan

#: So many cells without homes are listed on a terminal.
SHOWN_CELLS = 5


@click.command(
    "residents",
    epilog="Example: blockplan import residents population.csv --plan city --out city-with-people",
)
@click.argument("grid", metavar="GRID")
@click.option("--plan", "path", required=True, metavar="PLAN", help="The plan that the people live in.")
@click.option("--out", required=True, metavar="PLAN", help="Folder (or .zip) of the plan package to write.")
@click.option(
    "--field", metavar="NAME", help="Column with the number of people [default: one that is called so]."
)
@click.option("--cell", "size_m", type=click.FloatRange(min=0, min_open=True), metavar="M",
              help="Side of the cells of a table of points [default: their spacing].")  # fmt: skip
@json_option
def command(grid: str, path: str, out: str, field: str | None, size_m: float | None, as_json: bool) -> None:
    """
    Put the people of GRID (GeoTIFF, polygons, or CSV of points) where they live in a plan.

    People of a cell are shared over its buildings that may be lived in, by floor area; without buildings over
    its land for homes. Who finds no home in his cell is told. plan.toml says where the number comes from.
    """
    from blockplan.exchange.cells import read_cells
    from blockplan.measure.inputs.columns import shapes
    from blockplan.measure.inputs.grid_people import settle
    from blockplan.plan.files.package import write

    with progress(f"Reading {grid}"):
        plan = load(path, None)
        box = _box(shapes(plan, "boundary"))
        cells = read_cells(grid, plan.crs, box, field, size_m)
        found = settle(plan, cells)
        origin = f"{Path(grid).name}: {cells.field}, {len(cells.people)} cells"
        write(_with(plan, found, origin), out)
    if as_json:
        show_json(_document(plan, found, origin))
        return
    import numpy as np

    rows = [(name, fixed(getattr(found, name), 1)) for name in ("people", "beyond", "homeless")]
    show_table(("of the cells", "people"), [*rows, ("settled", fixed(np.nansum(found.residents), 1))])
    click.echo(f"\nShared over {found.layer}, by {found.by}; {origin}")
    if found.outside:
        click.echo(f"{found.outside} homes lie in no cell; how many live in them stays unknown")
    for x, y, people in found.empty_cells[:SHOWN_CELLS]:
        click.echo(f"no home in the cell around {x:.1f} {y:.1f}: {fixed(people, 1)} people")
    if len(found.empty_cells) > SHOWN_CELLS:
        click.echo(f"and {len(found.empty_cells) - SHOWN_CELLS} more cells; --json lists all of them")
    click.echo(f"\nWritten: {out}", err=True)


def _box(boundary: Any) -> Box:
    import shapely

    west, south, east, north = shapely.total_bounds(boundary).tolist()
    return west, south, east, north


def _with(plan: Plan, found: Settled, origin: str) -> Plan:
    """The plan with its people, and what says where they come from."""
    from blockplan.plan import Plan
    from blockplan.plan.model.manifest import manifest_from

    frame = plan.layer(found.layer).copy()
    frame["residents"] = found.residents
    table = plan.manifest.model_dump(mode="python", exclude_none=True)
    said = {key: value for key, value in table.get("residents", {}).items() if key not in {"by", "total"}}
    said |= {"source": found.layer, "from_grid": origin, "shared_by": found.by}
    if found.layer == "buildings":
        said["by"] = "residents"
    manifest = manifest_from({**table, "residents": said}, "plan.toml")
    return Plan(manifest, {**plan.layers, found.layer: frame}, path=plan.path)


def _document(plan: Plan, found: Settled, origin: str) -> dict[str, Any]:
    import numpy as np

    return {
        "plan": plan.manifest.id,
        "residents": float(np.nansum(found.residents)),
        "outside": found.outside,
        "layer": found.layer,
        "shared_by": found.by,
        "from_grid": origin,
        "people": found.people,
        "beyond": found.beyond,
        "homeless": found.homeless,
        "empty_cells": [{"x": x, "y": y, "people": people} for x, y, people in found.empty_cells],
    }
