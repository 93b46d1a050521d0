"""``blockplan measure provision``: places against demand over a matrix of travel times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from blockplan import figures
from blockplan.cli.common import json_option, progress, show_json, show_table
from blockplan.errors import UsageError

if TYPE_CHECKING:
    from blockplan.exchange.matrix import LongColumns
    from blockplan.measure.access.provisioning import Provision


@click.command(
    epilog="Example: blockplan measure provision --demand homes.geojson --supply schools.geojson "
    "--matrix minutes.parquet --within 10 --json"
)
@click.option("--demand", required=True, metavar="FILE", help="Places that ask: a row a place.")
@click.option("--supply", required=True, metavar="FILE", help="Facilities: a row a facility.")
@click.option(
    "--matrix", required=True, metavar="FILE",
    help="Minutes from places (rows) to facilities (columns), wide, or long with a row a pair.",
)  # fmt: skip
@click.option("--within", required=True, type=float, metavar="MIN", help="Limit in minutes, itself included.")
@click.option("--demand-column", default="demand", show_default=True, help="How many ask at a place.")
@click.option("--supply-column", default="capacity", show_default=True, help="Places at a facility.")
@click.option("--demand-id", metavar="COLUMN", help="Ids of the places; default: id, else the row number.")
@click.option(
    "--supply-id", metavar="COLUMN", help="Ids of the facilities; default: id, else the row number."
)
@click.option("--demand-layer", metavar="LAYER", help="Default: the layer that has the demand column.")
@click.option("--supply-layer", metavar="LAYER", help="Default: the layer that has the supply column.")
@click.option(
    "--long", "long_columns", metavar="FROM,TO,MINUTES",
    help="Columns of a long matrix; default: from_id,to_id,minutes where the file has them.",
)  # fmt: skip
@click.option(
    "--bands", metavar="MIN:WEIGHT,...",
    help="Bands of E2SFCA, such as 10:1,20:0.68,30:0.22; default: thirds of the limit with these weights.",
)  # fmt: skip
@json_option
def command(**given: Any) -> None:
    """
    Set places against demand: who is served within the limit, who is not, and why.

    The assignment is exact: no other serves more, and among those that serve as many it needs the fewest
    minutes. Who is not served lacks nearness (no facility within the limit) or a place (all within it are
    full). Beside it stand places per head by floating catchments (2SFCA, E2SFCA). Files are CSV,
    GeoParquet, GeoJSON, GeoPackage, Shapefile or FlatGeobuf; the matrix is CSV or Parquet.
    """
    from blockplan.exchange.matrix import joined_by_row, pairs_within, read_matrix
    from blockplan.exchange.tables import read_places
    from blockplan.measure.access.provisioning import provide

    steps = _bands(given["bands"])
    with progress("Reading") as say:
        demand = read_places(
            given["demand"], given["demand_column"], given["demand_id"], given["demand_layer"]
        )
        supply = read_places(
            given["supply"], given["supply_column"], given["supply_id"], given["supply_layer"]
        )
        say("Reading the matrix")
        matrix = read_matrix(given["matrix"], _long(given["long_columns"]))
        pairs = pairs_within(matrix, demand, supply, given["within"])
        say("Assigning")
        found = provide(demand, supply, pairs, given["within"], steps)
    if given["as_json"]:
        by_row = joined_by_row(matrix.origins, demand), joined_by_row(matrix.destinations, supply)
        more = {
            "matrix": given["matrix"],
            "demand_column": given["demand_column"],
            "supply_column": given["supply_column"],
            "rows_joined_by": "row number" if by_row[0] or demand.ids_from is None else demand.ids_from,
            "columns_joined_by": "row number" if by_row[1] or supply.ids_from is None else supply.ids_from,
        }
        show_json(found.to_dict(more))
    else:
        _show(found)


def _show(found: Provision) -> None:
    totals = found.totals()
    rows = [
        ("ask", totals["demand"]),
        ("  have a facility within the limit", totals["reachable"]),
        ("    are served", totals["served"]),
        ("    are not, for want of places", totals["not_served_for_places"]),
        ("  are not, for want of nearness", totals["not_served_for_nearness"]),
        ("places", totals["capacity"]),
        ("  taken", totals["used"]),
        ("  free", totals["free"]),
    ]
    show_table(("within the limit", "number"), [(said, figures.number(number)) for said, number in rows])
    names = [name for name, full in zip(found.supply.ids, found.assignment.bottleneck, strict=True) if full]
    if names:
        shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
        click.echo(f"\nMore places serve more people only at (or near): {shown}")


def _bands(text: str | None) -> list[tuple[float, float]] | None:
    if text is None:
        return None
    try:
        steps = [tuple(map(float, step.split(":"))) for step in text.split(",")]
        return [(limit, weight) for limit, weight in steps]
    except ValueError:
        raise UsageError(f"--bands is {text!r}.\nWrite it as 10:1,20:0.68,30:0.22.") from None


def _long(text: str | None) -> LongColumns | None:
    from blockplan.exchange.matrix import LongColumns

    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    if len(names) != 3:
        raise UsageError(f"--long is {text!r}.\nName three columns: FROM,TO,MINUTES.")
    return LongColumns(*names)
