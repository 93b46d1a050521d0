"""``blockplan compare``: scenarios or plans side by side."""

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
    printing,
    progress,
    show_json,
    show_table,
)
from blockplan.cli.flags import with_flags

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.compare import Comparison
    from blockplan.report.comparison.wording import ComparisonWords


@click.command(
    epilog="Example: blockplan compare examples/demonstration-zone a b c --lang ja --out build/compare.html"
)
@click.argument("plan")
@click.argument("others", nargs=-1, metavar="NAME|PROPOSAL|DIR...")
@pack_option
@on_option
@lang_option
@click.option(
    "--out", type=click.Path(dir_okay=False), help="Write the comparison to this file: HTML, PDF or DOCX."
)
@click.option("--tables", type=click.Path(file_okay=False), help="Write CSV tables into this folder.")
@json_option
def command(
    plan: str,
    others: tuple[str, ...],
    packs: tuple[str, ...],
    on: dt.date | None,
    lang: str,
    out: str | None,
    tables: str | None,
    as_json: bool,
) -> None:
    """
    Compare scenarios of PLAN (`base` is the plan as drawn), proposals for it, or other plans.

    A proposal is named by its file or by the folder that `propose ... --out` wrote.
    With one NAME it is compared with the plan as drawn; with several, with the first of them.
    """
    from blockplan.compare import compare
    from blockplan.report.comparison.page import write_comparison
    from blockplan.report.comparison.wording import ComparisonWords
    from blockplan.report.words import Words

    drawn = load(plan, None)
    with progress("Judging", total=len(others) or None) as step:
        found = compare(drawn, list(others), packs=list(packs) or None, on=on, progress=step)
    if out:
        with printing("Drawing the comparison", lang):
            write_comparison(found, Path(out), lang)
    if tables:
        from blockplan.report.comparison.tables import write_comparison_tables

        write_comparison_tables(found, Path(tables), lang)
    view = ComparisonWords(found, Words(lang))
    if as_json:
        show_json(found.to_dict(lang))
    else:
        _show(found, view)
    if out:
        click.echo(view.words("terminal.page", path=out), err=True)
    if tables:
        click.echo(view.words("terminal.tables", path=tables), err=True)


def _show(found: Comparison, view: ComparisonWords) -> None:
    words = view.words
    names = [view.name(column) for column in found.columns]
    show_table(["", *names], view.column_rows)
    click.echo()
    rows = [
        [
            row.first.rule,
            " ".join(filter(None, (words.pick(row.first.title), view.scope(row)))),
            *(_cell(view.cell(row, at)) for at in range(len(names))),
        ]
        for row in view.verdicts
    ]
    show_table([words("column.rule"), words("column.title"), *names], rows)
    moved = [
        (view.name_of(row.column), view.use(row.was), view.use(row.now), words.number(row.ha, 2))
        for row in found.transitions
        if not row.stays
    ]
    if moved:
        click.echo()
        show_table([words(f"terminal.{key}") for key in ("in", "from", "to", "ha")], moved)
    click.echo()
    differing = sum(row.differs for row in view.measures)
    if differing:
        click.echo(with_flags(words.count("terminal.measures", differing)))
    for pair in found.pairs:
        for to, nearer, farther, *_ in view.gains(pair):
            told = {"name": view.name_of(pair.column), "to": to, "nearer": nearer, "farther": farther}
            click.echo(words("terminal.gains", **told))
        said = {"name": view.name_of(pair.column), "first": names[0]}
        layers = words.join(view.changes(pair))
        if layers:
            click.echo(words("terminal.differs", said=layers, **said))
        else:
            click.echo(words("terminal.same", **said))


def _cell(cell: dict[str, str]) -> str:
    """A verdict in a column: sign and word, the value, and what flips."""
    return " ".join(filter(None, (cell["said"], cell["measured"], cell["mark"])))
