"""``blockplan report``: everything that is printed or handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    json_option,
    lang_option,
    load,
    on_option,
    pack_option,
    progress,
    scenario_option,
    show_json,
)

if TYPE_CHECKING:
    import datetime as dt


@click.command(epilog="Example: blockplan report examples/demonstration-zone --lang ja --out build/report")
@click.argument("plan")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to write to.")
@pack_option
@scenario_option
@on_option
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
    Write HTML report, summary of two pages, A3 sheet, JSON and tables (CSV, XLSX) to a folder.

    tables.xlsx holds what an office hands in (balance, figures per 1,000, parcels, facilities, streets,
    loads, definitions and sources), result.xlsx the verdicts and what they rest on.
    """
    from blockplan.check import check
    from blockplan.report import report

    drawn = load(plan, scenario)
    with progress("Judging and drawing"):
        written = report(drawn, check(drawn, packs=list(packs) or None, on=on), Path(out), lang)
    if as_json:
        show_json({"plan": drawn.manifest.id, "files": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(path)
