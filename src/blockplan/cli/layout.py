"""``blockplan propose layout``: parcels in vacant blocks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from blockplan.cli.common import json_option, progress, show_json, show_table

if TYPE_CHECKING:
    from blockplan.propose.layout import Drawn
    from blockplan.propose.stop import Incumbent


@click.command(
    epilog="Example: blockplan propose layout initial.geojson objectives.yaml --out build/town.geojson"
)
@click.argument("initial", type=click.Path())
@click.argument("objectives", type=click.Path())
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="Write the finished plan here.")
@click.option("--seconds", default=120.0, show_default=True, help="Work for at most so long.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same plan.")
@click.option(
    "--lock", "locked", multiple=True, type=int, metavar="ID", help="A vacant block that stays vacant."
)
@click.option("--streets", is_flag=True, help="Services are near along the streets, not in a straight line.")
@click.option("--by-area", is_flag=True, help="Homes count by their area, not each block the same.")
@json_option
def command(
    initial: str,
    objectives: str,
    out: str,
    seconds: float,
    seed: int,
    locked: tuple[int, ...],
    streets: bool,
    by_area: bool,
    as_json: bool,
) -> None:
    """
    Draw parcels into the vacant blocks of a community (INITIAL) by its OBJECTIVES.

    Both are in the community benchmark format: GeoJSON in local metres, and YAML.
    """
    from blockplan.exchange.community import read_community, read_objectives, write_community
    from blockplan.propose.layout import layout
    from blockplan.propose.layout_case import layout_case
    from blockplan.propose.layout_document import document
    from blockplan.propose.layout_params import LayoutParams
    from blockplan.propose.stop import Stop, interruptible

    case = layout_case(read_community(initial), read_objectives(objectives), locked)
    # By area a hectare counts as a block does otherwise; only the proportion matters.
    each, a_m2 = (0.0, 1e-4) if by_area else (1.0, 0.0)
    params = LayoutParams(along_streets=streets, home_weight=each, home_weight_m2=a_m2)
    with progress("Drawing parcels"), interruptible():
        found = layout(case, stop=Stop(seconds=seconds, tell=_tell), seed=seed, params=params)
    write_community(found.plan, Path(out))
    told = document(case, found)
    if as_json:
        show_json(told)
        return
    _show(found, told)
    click.echo(f"written: {out}", err=True)


def _tell(now: Incumbent) -> None:
    click.echo(now.said, err=True)


def _show(found: Drawn, told: dict[str, Any]) -> None:
    parts = [[name, f"{value:.4f}"] for name, value in told["parts"].items()]
    show_table(["part", "value"], [["total", f"{found.score.total:.4f}"], *parts])
    for one in told["unmet"]:
        click.echo(f"unmet: {one['demand']} {one['amount']} {one['unit']}")
