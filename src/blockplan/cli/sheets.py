"""``blockplan sheets``: the atlas of sheets that an office hands in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.report.sheets.control import Sheet


@click.command(epilog="Example: blockplan sheets examples/demonstration-zone --lang zh --out build/sheets")
@click.argument("plan")
@click.option("--out", required=True, type=click.Path(file_okay=False), help="Folder to write atlas.pdf to.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="A kind of sheet; default: all that the plan has data for.",
)
@click.option(
    "--paper", type=click.Choice(["A3", "A1"]), default="A3", show_default=True, help="Size of the paper."
)
@judging_options
@in_force_option
@lang_option
@json_option
def command(
    plan: str,
    out: str,
    kinds: tuple[str, ...],
    paper: str,
    packs: tuple[str, ...],
    scenario: str | None,
    on: dt.date | None,
    in_force: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """
    Write the sheets of a plan as one PDF (PDF/A-2b, with bookmarks and text that can be searched).

    Each map takes the largest standard scale at which its land fits. A kind whose data the plan lacks is
    left out, and said to be.
    """
    from blockplan.check import check
    from blockplan.report.files import ATLAS, write_whole
    from blockplan.report.sheets import atlas
    from blockplan.report.sheets.scene import said

    drawn = load(plan, scenario)
    before = load(in_force, None) if in_force else None
    with printing("Judging and drawing", lang) as step:
        result = check(drawn, packs=list(packs) or None, on=on)
        made = atlas(drawn, result, lang, paper, kinds, before, tell=step)
        path = write_whole(Path(out) / ATLAS, made.pdf)
    pages = [page(sheet, path.name, paper) for sheet in made.sheets]
    if as_json:
        left_out = [{"kind": kind, "why": why} for kind, why in made.left_out]
        show_json({"plan": drawn.manifest.id, "pages": pages, "left_out": left_out})
        return
    click.echo(path)
    for one in pages:
        scale = said(lang, "head.scale", n=one["scale"]) if one["scale"] else "-"
        labelled = (
            said(lang, "terminal.labelled", n=one["labelled"], of=one["parcels"]) if one["parcels"] else ""
        )
        click.echo(f"  {one['number']}  {one['title']}  {scale}  {labelled}".rstrip())
    for kind, why in made.left_out:
        title = said(lang, f"kind.{kind}")
        click.echo(said(lang, "terminal.left_out", title=title, kind=kind, why=why), err=True)


def page(sheet: Sheet, file: str, paper: str) -> dict[str, Any]:
    """A sheet as JSON writes it."""
    return {
        "file": file,
        "kind": sheet.kind,
        "id": sheet.id,
        "number": sheet.number,
        "title": sheet.title,
        "paper": paper,
        "scale": sheet.fit.scale if sheet.fit else None,
        "parcels": sheet.parcels,
        "labelled": sheet.labelled,
    }
