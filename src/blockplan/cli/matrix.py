"""``blockplan measure matrix``: the table of ways on foot from homes to facilities of a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan import figures
from blockplan.cli.common import json_option, load, progress, scenario_option, show_json, show_table
from blockplan.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from blockplan.measure.distance.matrix import WalkMatrix

ENDINGS = (".csv", ".parquet")


@click.command(
    epilog="Example: blockplan measure matrix examples/demonstration-zone --to facilities "
    "--service kindergarten --out ways.csv"
)
@click.argument("plan")
@click.option("--to", type=click.Choice(["facilities"]), required=True, help="What the ways lead to.")
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="SERVICE",
    help="Facilities of this service alone; repeat.",
)
@click.option("--out", required=True, metavar="FILE", help="Table to write: .csv or .parquet.")
@click.option(
    "--within", default=5000.0, show_default=True, metavar="M",
    help="How far ways are followed, in metres; what is farther is not reached.",
)  # fmt: skip
@scenario_option
@json_option
def command(plan: str, services: tuple[str, ...], scenario: str | None, **given: Any) -> None:
    """
    Write the ways on foot from every home of PLAN to every facility.

    A row a pair: from_layer, from_id, residents (empty where they are not known), to_id, service, and
    distance_m, metres along the streets with the ways to and from them; empty where the facility is not
    reached. Homes are buildings or parcels, as the measures of the plan take them.
    """
    from blockplan.measure import MEASURES
    from blockplan.measure.distance.matrix import walk_matrix
    from blockplan.plan.files.archive import writing_file

    out = Path(given["out"])
    if out.suffix.lower() not in ENDINGS:
        raise UsageError(f"{out} is neither .csv nor .parquet.\nName one of these.")
    drawn = load(plan, scenario)
    join_limit_m = MEASURES["service_access"].choose(drawn.manifest.parameters, {}).join_limit_m
    with progress("Walking"):
        found = walk_matrix(drawn, services, given["within"], join_limit_m)
        table = _table(found)
        with writing_file(out) as place:
            if out.suffix.lower() == ".csv":
                table.to_csv(place, index=False)
            else:
                table.to_parquet(place, index=False)
    document = {
        "plan": drawn.manifest.id,
        "scenario": drawn.scenario,
        "file": str(out),
        "unit": "m",
        "homes": len(found.homes),
        "weight": found.homes.weighs,
        "facilities": len(found.facilities),
        "pairs": len(table),
        "reached": int(table["distance_m"].notna().sum()),
        "homes_not_joined": list(found.homes_not_joined),
        "not_joined": list(found.not_joined),
        "definition": {
            "along": "network", "from": "home", "join": "edge", "own_way": "counted", "to": "facility",
            "limit_m": given["within"], "join_limit_m": join_limit_m, "services": list(services),
        },
    }  # fmt: skip
    if given["as_json"]:
        show_json(document)
    else:
        _show(document)


def _table(found: WalkMatrix) -> pd.DataFrame:
    """The matrix as a row a pair, by home and then by facility."""
    import numpy as np
    import pandas as pd

    homes, many = found.homes, len(found.facilities)
    people = homes.weight if homes.weighs == "residents" else np.full(len(homes), np.nan)
    return pd.DataFrame({
        "from_layer": np.repeat(homes.layer, many),
        "from_id": np.repeat(homes.id, many),
        "residents": np.repeat(people, many),
        "to_id": np.tile(found.facilities, len(homes)),
        "service": np.tile(found.services, len(homes)),
        "distance_m": np.round(found.metres.astype(float).ravel(), 2),
    })  # fmt: skip


def _show(document: dict[str, Any]) -> None:
    limit = document["definition"]["limit_m"]
    rows = [
        ("homes", document["homes"]),
        ("  that no street leads to", len(document["homes_not_joined"])),
        ("facilities", document["facilities"]),
        ("  too far from any street", len(document["not_joined"])),
        ("pairs", document["pairs"]),
        (f"  reached within {limit:g} m", document["reached"]),
    ]
    show_table(("on foot", "number"), [(said, figures.number(number)) for said, number in rows])
    if document["weight"] != "residents":
        click.echo("\nHow many people live at each home is not known: residents are empty.")
    click.echo(f"\nWritten: {document['file']}")
