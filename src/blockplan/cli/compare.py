"""``blockplan compare``: scenarios or plans side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from blockplan.cli.common import (
    json_option,
    lang_option,
    load,
    on_option,
    pack_option,
    progress,
    show_json,
    show_table,
)

if TYPE_CHECKING:
    import datetime as dt

    from blockplan.compare import Comparison


@click.command(epilog="Example: blockplan compare examples/demonstration-zone a b c")
@click.argument("plan")
@click.argument("others", nargs=-1, metavar="NAME|DIR...")
@pack_option
@on_option
@lang_option
@json_option
def command(
    plan: str, others: tuple[str, ...], packs: tuple[str, ...], on: dt.date | None, lang: str, as_json: bool
) -> None:
    """
    Compare scenarios of PLAN (`base` is the plan as drawn), or other plans, by the same rules.

    With one NAME it is compared with the plan as drawn; with several, with the first of them.
    """
    from blockplan.compare import compare

    drawn = load(plan, None)
    with progress("Judging", total=len(others) or None) as step:
        found = compare(drawn, list(others), packs=list(packs) or None, on=on, progress=step)
    if as_json:
        show_json(found.to_dict(lang))
    else:
        _show(found, lang)


def _show(found: Comparison, lang: str) -> None:
    from blockplan.plan import landuse
    from blockplan.report.tables import outcome_word, quantity
    from blockplan.texts import pick

    rows = [
        [
            first.rule,
            pick(first.title, lang),
            *(
                ""
                if verdict is None
                else f"{quantity(verdict.measured, verdict.unit, lang)} {outcome_word(verdict, lang)}"
                for verdict in row
            ),
        ]
        for first, row in found.verdict_rows()
    ]
    show_table(["rule", "title", *(column.id for column in found.columns)], rows)
    codes = landuse()
    moved = [
        (
            row.column,
            *(f"{code} {codes.label(code, lang)}" if code else "?" for code in (row.was, row.now)),
            f"{row.ha:.2f}",
        )
        for row in found.transitions
    ]
    if moved:
        click.echo()
        show_table(("in", "from", "to", "ha"), moved)
    click.echo()
    for column in found.columns[1:]:
        changed = [change for change in found.changes if change.column == column.id]
        by_layer = {
            layer: sum(change.layer == layer for change in changed) for layer in {c.layer for c in changed}
        }
        said = ", ".join(f"{number} {layer}" for layer, number in sorted(by_layer.items())) or "no rows"
        click.echo(f"{column.id} differs from {found.columns[0].id} in {said}")
