"""``blockplan export``: a plan in other programs' formats."""

from __future__ import annotations

import click

from blockplan.cli import export_qgis
from blockplan.cli.common import json_option, load, progress, scenario_option, show_json, show_table


@click.group(epilog="Example: blockplan export dxf examples/demonstration-zone --out zone.dxf")
def command() -> None:
    """Write a plan in the formats of other programs."""


command.add_command(export_qgis.command, "qgis")


@command.command("dxf", epilog="Example: blockplan export dxf examples/demonstration-zone --out zone.dxf")
@click.argument("plan")
@click.option("--out", required=True, type=click.Path(dir_okay=False), help="The DXF file to write.")
@scenario_option
@json_option
def dxf_command(plan: str, out: str, scenario: str | None, as_json: bool) -> None:
    """
    Draw a plan as DXF: parcels, their numbers and indicator blocks, centre lines, control lines.

    Layers and attributes have the names that `import office` reads back.
    """
    from blockplan.exchange.dxf import write_dxf

    drawn = load(plan, scenario)
    with progress(f"Drawing {out}"):
        done = write_dxf(drawn, out)
    if as_json:
        show_json({"plan": drawn.manifest.id, "files": [out], "drawn": done.drawn, "left_out": done.left_out})
        return
    show_table(("layer", "features"), [(name, str(n)) for name, n in done.drawn.items()])
    if done.left_out:
        left = ", ".join(f"{name} ({n})" for name, n in done.left_out.items())
        click.echo(f"\nNot in the drawing: {left}")
    click.echo(f"\nWritten: {out}", err=True)
