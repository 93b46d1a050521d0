"""``blockplan export qgis``: a GeoPackage that QGIS opens styled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli.common import json_option, judging_options, lang_option, load, progress, show_json

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
def command(
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
