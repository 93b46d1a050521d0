"""``blockplan report``: everything that is printed or handed out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    in_force_option,
    json_option,
    judging_options,
    lang_option,
    load,
    printing,
    show_json,
)
from blockplan.cli.flags import with_flags

if TYPE_CHECKING:
    import datetime as dt


@click.command(epilog="Example: blockplan report examples/demonstration-zone --lang ja --out build/report")
@click.argument("plan")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to write to.")
@judging_options
@in_force_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["all", "html", "pdf", "xlsx", "docx"]),
    default="all",
    show_default=True,
    help="One kind of file; all: everything but the text volume.",
)
@click.option(
    "--template", type=click.Path(exists=True, dir_okay=False), help="A DOCX file whose styles are taken."
)
@lang_option
@json_option
def command(
    plan: str,
    out: str,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    in_force: str | None,
    form: str,
    template: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Write HTML report, summary of two pages, A3 sheet, JSON and tables (CSV, XLSX) to a folder.

    tables.xlsx holds what an office hands in (balance, figures per 1,000, parcels, facilities, streets,
    loads, utilities, parking, phases, transition of uses, changes, sources), result.xlsx the
    verdicts and what they rest on. --format docx writes the text volume (说明书) with tables and figures.
    """
    from blockplan.check import check
    from blockplan.report.files import (
        REPORT,
        VOLUME,
        report,
        write_html,
        write_prints,
        write_tables,
        write_volume,
    )
    from blockplan.report.office.columns import TEXTS

    if template is not None and form != "docx":
        raise click.UsageError("--template gives the styles of a DOCX file: name --format docx with it.")
    drawn, folder = load(plan, scenario), Path(out)
    before = load(in_force, None) if in_force else None
    with printing("Judging and drawing", lang):
        result = check(drawn, packs=list(packs) or None, on=on)
        match form:
            case "html":
                written = [write_html(drawn, result, folder / REPORT, lang, before)]
            case "pdf":
                written = write_prints(drawn, result, folder, lang)
            case "xlsx":
                written = write_tables(drawn, result, folder, lang, before)
            case "docx":
                written = [write_volume(drawn, result, folder / VOLUME, lang, before, template)]
            case _:
                written = report(drawn, result, folder, lang, before)
    if as_json:
        show_json({"plan": drawn.manifest.id, "files": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(path)
        if form in {"all", "xlsx"} and before is None and scenario is None:
            click.echo(with_flags(TEXTS("changes.note.flag", lang)), err=True)
