"""``blockplan export``: a plan in other programs' formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    json_option,
    judging_options,
    lang_option,
    load,
    progress,
    scenario_option,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    import datetime as dt


@click.command(
    epilog="Example: blockplan export qgis examples/demonstration-zone --lang zh --out build/zone.gpkg"
)
@click.argument("plan")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False), metavar="FILE.gpkg", help="GeoPackage to write."
)
@judging_options
@lang_option
@json_option
def qgis_command(
    plan: str,
    out: str,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Write PLAN as a GeoPackage with styles, a layer of verdicts and a QGIS project inside.

    In QGIS choose Project, Open From, GeoPackage, and the project "blockplan"; a layer that is added by
    itself takes its style as well.
    """
    from blockplan.check import check
    from blockplan.report.qgis import PROJECT, export

    drawn = load(plan, scenario)
    with progress("Judging and writing"):
        written = export(drawn, check(drawn, packs=list(packs) or None, on=on), out, lang)
    if as_json:
        show_json({"plan": drawn.manifest.id, "file": str(written), "project": PROJECT})
    else:
        click.echo(written)


@click.group(epilog="Example: blockplan export dxf examples/demonstration-zone --out zone.dxf")
def command() -> None:
    """Write a plan in the formats of other programs."""


command.add_command(qgis_command, "qgis")


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
        told = {"drawn": done.drawn, "left_out": done.left_out, "left_out_columns": done.left_out_columns}
        show_json({"plan": drawn.manifest.id, "files": [out], **told})
        return
    show_table(("layer", "features"), [(name, str(n)) for name, n in done.drawn.items()])
    lost = done.left_out | {
        f"{name}.{column}": n
        for name, columns in done.left_out_columns.items()
        for column, n in columns.items()
    }
    if lost:
        left = ", ".join(f"{name} ({n})" for name, n in lost.items())
        click.echo(f"\nNot in the drawing: {left}")
    click.echo(f"\nWritten: {out}", err=True)
